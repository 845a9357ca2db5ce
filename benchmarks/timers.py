"""
Timers: firing 100 that are due among 1,000,000 that wait against 1,000, finding none due, and reading clocks.

What fires is a command of the desk's own that finds nothing to do: claim, transaction, inbox row, record. Both sides
are whole desks on databases of one kind, and take turns.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from benchmarks.databases import Database, both
from benchmarks.many import analysed, copy_timer
from benchmarks.pairs import Measured, Side, in_turn, show_cpu, show_ratio, show_side
from chatops.application.commands import RecountClocks
from chatops.application.handlers.desk import Decided
from chatops.application.ports.timers import Timer
from chatops.bootstrap import RunningDesk
from chatops.domain.clocks import read_clocks
from chatops.domain.events import (
    BeneficiaryWrote,
    Event,
    InformationRequested,
    TicketAssigned,
    TicketOpened,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.vocabulary import OrganisationId, PersonId, Role, Severity, Status
from rules.loader import load, shipped_policies
from storage.unit_of_work import SqlStorage
from tests.desks import NOON, FixedTime, a_desk

DUE = 100
MANY, FEW = 1_000_000, 1_000
LATER = NOON + timedelta(days=365)
IDLE_SWEEPS = 50


async def run(*, quick: bool) -> None:
    await _folds(rounds=1 if quick else 9)
    many = 20 * FEW if quick else MANY
    rounds = 1 if quick else 9
    with both() as large, both() as small:
        for crowded, empty in zip(large, small, strict=True):
            await _sweeps(crowded, empty, many=many, rounds=rounds)


# ---- sweeps ----------------------------------------------------------------------------------------------------------


async def _sweeps(crowded: Database, empty: Database, *, many: int, rounds: int) -> None:
    async with AsyncExitStack() as stack:
        clocks = (FixedTime(), FixedTime())
        desks = [
            await stack.enter_async_context(a_desk(database.url, time=time))
            for database, time in zip((crowded, empty), clocks, strict=True)
        ]
        for desk, waiting in zip(desks, (many, FEW), strict=True):
            await _filled(desk, waiting, rounds=rounds)
        names = [f"{waiting:,} wait" for waiting in (many, FEW)]
        databases = (crowded, empty)
        sweeping = [_sweep(*each) for each in zip(names, desks, clocks, databases, strict=True)]
        _show(f"100 timers fired on {crowded.name}", *await in_turn(*sweeping, rounds=rounds))
        idling = [_idle(*each) for each in zip(names, desks, databases, strict=True)]
        _show(f"nothing due on {crowded.name}", *await in_turn(*idling, rounds=rounds))


async def _filled(desk: RunningDesk, waiting: int, *, rounds: int) -> None:
    """Let *waiting* timers wait for next year, and a hundred for each of the next hours."""
    storage = desk.storage
    assert isinstance(storage, SqlStorage)
    await copy_timer(storage, _timer("later", LATER), waiting)
    for hour in range(1, rounds + 2):
        async with storage.begin() as uow:
            for number in range(DUE):
                timer = _timer(f"due-{hour}-{number}", NOON + timedelta(hours=hour))
                await uow.timers.set(timer, correlation_id="bench")
            await uow.commit()
    await analysed(storage)


def _timer(name: str, due_at: datetime) -> Timer:
    """Return one that finds nothing to do: there is no such counting."""
    return Timer(name=name, due_at=due_at, command=RecountClocks(by=None, role=Role.DESK, at=due_at, recount=0))


def _sweep(name: str, desk: RunningDesk, time: FixedTime, database: Database) -> Side:
    async def sweep() -> int:
        time.at += timedelta(hours=1)
        fired = 0
        while done := await desk.timers.run_once():
            fired += done
        assert fired == DUE, fired
        return fired

    return Side(name=name, run=sweep, server_cpu=database.server_cpu)


def _idle(name: str, desk: RunningDesk, database: Database) -> Side:
    async def look() -> int:
        for _ in range(IDLE_SWEEPS):
            assert await desk.timers.run_once() == 0
            assert await desk.timers.next_due() == LATER
        return IDLE_SWEEPS

    return Side(name=name, run=look, server_cpu=database.server_cpu)


def _show(title: str, crowded: Measured, empty: Measured) -> None:
    ratios = [many_s / few_s for many_s, few_s in zip(crowded.walls_s, empty.walls_s, strict=True)]
    show_ratio(f"{title}, time among many ÷ among few", ratios)
    show_side(crowded)
    show_side(empty)
    show_cpu(crowded, empty)


# ---- reading clocks --------------------------------------------------------------------------------------------------


async def _folds(*, rounds: int) -> None:
    level = load(shipped_policies()).service_levels.level("premium")
    assert level is not None

    def side(name: str, history: Sequence[Event]) -> Side:
        async def read() -> int:
            for _ in range(_READINGS):
                read_clocks(history, level, history[-1].at)
            return _READINGS

        return Side(name=name, run=read)

    long, short = await in_turn(side("200 events", _life(200)), side("5 events", _life(5)), rounds=rounds)
    show_ratio("clocks read, 200 events ÷ 5", [a / b for a, b in zip(long.walls_s, short.walls_s, strict=True)])
    for each in (long, short):
        show_side(each)


_READINGS = 50
_BEN, _ANA = PersonId("ben"), PersonId("ana")


def _life(events: int) -> list[Event]:
    """Return a life of questions and answers, an hour and a bit apart."""
    history: list[Event] = [
        TicketOpened(
            at=NOON,
            by=_ANA,
            role=Role.CONTACT,
            status=Status.NEW,
            clause="§3.2.1",
            edition="e",
            organisation=OrganisationId("acme"),
            title="t",
            description="d",
            severity=Severity.S2,
            requester=_ANA,
        ),
        TicketAssigned(**_by(_BEN, Status.OPEN, 1), assignee=_BEN),
    ]
    while len(history) < events:
        at = len(history)
        history += [
            InformationRequested(**_by(_BEN, Status.SUSPENDED, at), awaited="the logs"),
            BeneficiaryWrote(**_by(_ANA, Status.SUSPENDED, at + 1), text="here they are"),
            WorkStarted(**_by(_BEN, Status.IN_PROGRESS, at + 2)),
            BeneficiaryWrote(**_by(_ANA, Status.IN_PROGRESS, at + 3), text="and now?"),
            VendorReplied(**_by(_BEN, Status.IN_PROGRESS, at + 4), text="soon"),
        ]
    return history[:events]


def _by(person: PersonId, status: Status, number: int) -> Decided:
    return Decided(
        at=NOON + number * timedelta(minutes=70),
        by=person,
        role=Role.CONTACT if person == _ANA else Role.AGENT,
        status=status,
        clause="§3.2",
        edition="e",
    )
