"""
CPU of a desk that has nothing to do, on either database, beside a bare bot that waits for the same homeserver.

The desks are `chatops run` with a ticket open; all of them idle at the same time, for the same seconds.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.databases import Database, both
from benchmarks.matrix import echo_bot
from benchmarks.pairs import Meter, cpu_of
from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Homeserver, on_its_own

IDLE_S = 20.0
SETTLED_AFTER_S = 2.0


async def run(*, quick: bool) -> None:
    # The people of `MatrixLife` wait without a loop, and want none around them.
    await asyncio.to_thread(_side_by_side, quick)


def _side_by_side(quick: bool) -> None:
    with on_its_own() as synapse, both() as databases, ExitStack() as stack:
        server = synapse.homeserver
        meters: dict[str, Meter] = {}
        for database in databases:
            meters[f"desk on {database.name}"] = cpu_of(stack.enter_context(_desk(server, database)))
            if database.server_cpu is not None:
                meters["its PostgreSQL server"] = database.server_cpu
        meters["bare echo bot"] = cpu_of(stack.enter_context(echo_bot(server, server.person("Echo"))))
        _show(meters, seconds=1.0 if quick else IDLE_S)


@contextmanager
def _desk(server: Homeserver, database: Database) -> Iterator[int]:
    """Run a desk that has lived a little; give its process id."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        life = MatrixLife(server, Path(folder), database=database.url)
        with life.running():
            life.says("ana", "#acme", "!open S2 The portal is very slow")
            life.hears("ben", "#desk", "T-1 ·")
            yield life.pid


def _show(meters: Mapping[str, Meter], *, seconds: float) -> None:
    time.sleep(SETTLED_AFTER_S)
    before = {name: used() for name, used in meters.items()}
    time.sleep(seconds)
    for name, used in meters.items():
        print(f"    {name:<34} {(used() - before[name]) / seconds:.2%} of a core")
