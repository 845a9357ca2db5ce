"""Every benchmark still runs; what it measures is for `make bench` and a person to read."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.checkout]

CHECKOUT = Path(__file__).resolve().parents[2]
BENCHMARKS = sorted(
    module.stem for module in (CHECKOUT / "benchmarks").glob("*.py") if "async def run(" in module.read_text("utf-8")
)
NOT_INSTALLED = [name for name in ("huey", "apscheduler", "procrastinate") if find_spec(name) is None]
MARKS = {
    "statements": [pytest.mark.postgres],
    "commands": [pytest.mark.postgres],
    "timers": [pytest.mark.postgres],
    "adding": [
        pytest.mark.postgres,
        pytest.mark.skipif(bool(NOT_INSTALLED), reason="`make bench-packages` installs what it compares us with"),
    ],
    "recount": [pytest.mark.postgres],
    "answers": [pytest.mark.synapse],
    "idle": [pytest.mark.postgres, pytest.mark.synapse],
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, [])) for name in BENCHMARKS])
def test_a_benchmark_runs_and_prints_figures(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", name],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    figures = [line for line in done.stdout.splitlines()[2:-1] if any(letter.isdigit() for letter in line)]
    assert figures, done.stdout
