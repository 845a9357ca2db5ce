"""
Commands while 100,000 open tickets are counted anew, against the same commands with nothing else to do.

Once the policies have a new label and nothing moves; once every ticket is due an hour later. A command is a note by an
agent on one ticket after the other, with a breath between; stretches with and without the counting take turns.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from adapters.directory_file.reading import demo_directory
from benchmarks.databases import Database, both
from benchmarks.many import analysed, copy_ticket
from benchmarks.pairs import show_ratio
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.recounts import Recount
from chatops.bootstrap import RunningDesk, open_desk, policy_engine
from chatops.catalogues import load_words
from rules.loader import shipped_policies
from storage.unit_of_work import SqlStorage
from tests.desks import Mailbox, a_ticket, said

OPEN = 100_000
COMMANDS = 50
"""In each stretch."""

BREATH_S = 0.01
_editions = count(1)


async def run(*, quick: bool) -> None:
    tickets, rounds = (600, 1) if quick else (OPEN, 10)
    with both() as databases, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for database in databases:
            await _filled(database, tickets)
            print(f"  {database.name}, {tickets:,} open tickets")
            for hours, title in ((4, "nothing moves"), (5, "everything moves")):
                await _measured(database, _policies(Path(folder), hours=hours), title, rounds)


async def _filled(database: Database, tickets: int) -> None:
    async with _desk(database, policy_engine(None, None)) as desk:
        number = await a_ticket(desk, "gus", "#globex")
        for words in (f"!take T-{number}", f"!note T-{number} their own plug-in", f"!assign T-{number} bea"):
            answer = await said(desk, "ben", "#desk", words)
            assert answer.refused is None, answer
        await copy_ticket(_storage(desk), number, tickets - 1)
        await analysed(_storage(desk))


def _policies(folder: Path, *, hours: int) -> PolicyEngine:
    """Return the shipped policies under another label, where four business hours are so many *hours*."""
    edition = f"bench-{next(_editions)}"
    (folder / edition).mkdir()
    for file in shipped_policies().iterdir():
        if file.name.endswith(".yaml"):
            text = re.sub(r'^edition: ".*"$', f'edition: "{edition}"', file.read_text("utf-8"), flags=re.MULTILINE)
            text = text.replace("target: 4 business hours", f"target: {hours} business hours")
            (folder / edition / file.name).write_text(text, encoding="utf-8")
    return policy_engine(folder / edition, None)


async def _measured(database: Database, policies: PolicyEngine, title: str, rounds: int) -> None:
    alone: list[float] = []
    meanwhile: list[float] = []
    counting_s = 0.0
    async with _desk(database, policies) as desk:
        await _latencies(desk, COMMANDS)
        for _ in range(rounds):
            alone += await _latencies(desk, COMMANDS)
            async with _counting(desk):
                began = time.perf_counter()
                meanwhile += await _latencies(desk, COMMANDS)
                counting_s += time.perf_counter() - began
        recount = await _progress(desk)
    ratio = _p99(meanwhile) / _p99(alone)
    show_ratio(f"{database.name}, {title}, 99th percentile of a command, meanwhile ÷ alone", [ratio])
    for name, latencies in (("alone", alone), ("meanwhile", meanwhile)):
        shown = f"median {median(latencies) * 1e3:.1f} ms, 99th percentile {_p99(latencies) * 1e3:.1f} ms"
        print(f"    {name:<34} {shown} ({len(latencies)} commands)")
    print(
        f"    {'counted meanwhile':<34} {recount.seen / counting_s:,.0f}/s, {recount.moved:,} of {recount.seen:,} moved"
    )


@asynccontextmanager
async def _counting(desk: RunningDesk) -> AsyncIterator[None]:
    """Let the timers fire as they do in a desk that runs."""
    stop = asyncio.Event()
    running = asyncio.create_task(desk.timers.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def _progress(desk: RunningDesk) -> Recount:
    async with desk.storage.begin() as uow:
        recount = await uow.recounts.last_of_all()
    assert recount is not None
    return recount


_noted = count(1)


async def _latencies(desk: RunningDesk, commands: int) -> list[float]:
    """Return how long each command took, in seconds; none is about the same ticket as the one before."""
    latencies = []
    for number in (next(_noted) for _ in range(commands)):
        await asyncio.sleep(BREATH_S)
        began = time.perf_counter()
        answer = await said(desk, "ben", "#desk", f"!note T-{1 + number * 7 % 300} noted")
        latencies.append(time.perf_counter() - began)
        assert answer.refused is None, answer
    return latencies


def _p99(latencies: list[float]) -> float:
    return quantiles(latencies, n=100)[98]


@asynccontextmanager
async def _desk(database: Database, policies: PolicyEngine) -> AsyncIterator[RunningDesk]:
    async with open_desk(
        database=database.url,
        policies=policies,
        words=load_words(),
        messengers=[Mailbox()],
        directory=demo_directory(),
    ) as desk:
        yield desk


def _storage(desk: RunningDesk) -> SqlStorage:
    assert isinstance(desk.storage, SqlStorage)
    return desk.storage
