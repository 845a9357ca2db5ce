"""`python -m benchmarks [--quick] [name …]`: all of them, or those that are named."""

import argparse
import asyncio
import time
from importlib import import_module

from chatops.logs import set_up_logs

NAMES = ("decisions", "statements", "commands", "timers", "adding", "recount", "answers", "slack", "idle")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description="Each prints a ratio; see README.md.")
    arguments.add_argument("name", nargs="*", help=", ".join(NAMES))
    arguments.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs")
    chosen = arguments.parse_args()
    if unknown := sorted(set(chosen.name) - set(NAMES)):
        arguments.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    set_up_logs(level="error", style="console")
    for name in chosen.name or NAMES:
        benchmark = import_module(f"benchmarks.{name}")
        print(f"\n-- {name}: {(benchmark.__doc__ or '').strip().splitlines()[0]}", flush=True)
        began = time.monotonic()
        asyncio.run(benchmark.run(quick=chosen.quick))
        print(f"   {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
