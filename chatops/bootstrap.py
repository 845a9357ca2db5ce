"""The composition root: Settings → running parts. The only file, with `cli`, that looks outward."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from chatops.application.command_bus import CommandBus
from chatops.application.passing import Passing, Point, pass_by
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.storage import Storage
from chatops.application.ports.time_source import TimeSource
from chatops.application.recounting import recount_if_changed
from chatops.application.words import Words
from chatops.application.workers import LEASE, OutboxRelay, TimerRunner
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import SettingsInvalid
from rules.engine import BothEngines, engine_for
from rules.loader import load, shipped_policies
from rules.model import PolicySet
from rules.remembered import RememberedDecisions
from storage.engine import connect
from storage.schema import upgrade
from storage.unit_of_work import SqlStorage


class SystemTime:
    """The `TimeSource` of a running desk."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class RunningDesk:
    """The parts of a desk, wired; who runs the loops is up to the caller."""

    storage: Storage
    policies: PolicyEngine
    words: Words
    time: TimeSource
    bus: CommandBus
    relay: OutboxRelay
    timers: TimerRunner


@asynccontextmanager
async def open_desk(
    *,
    database: str,
    policies: PolicyEngine,
    words: Words,
    messengers: Sequence[Messenger],
    time: TimeSource | None = None,
    directory: WhoIsWho | None = None,
    passing: Passing = pass_by,
    lease: timedelta = LEASE,
) -> AsyncIterator[RunningDesk]:
    """
    Open a desk on *database*, brought to the present schema first.

    Args:
        directory: Who is who, to put into the database; None leaves what is there.
        lease: How long a message that is being sent, or a timer that fires, is left alone by everybody else.

    Raises:
        StorageError: The database is away, or newer than this release.
        PolicyInvalid: The edition's label stood for other content in this database before.
    """
    time = time or SystemTime()
    upgrade(database)
    storage = SqlStorage(connect(database))
    try:
        async with storage.begin() as uow:
            await uow.editions.admit(policies.edition, policies.digest, at=time.now())
            if directory is not None:
                await uow.directory.replace(directory, at=time.now())
            if messengers:
                # Who only looks, or changes who is who, may have been started with other policies than the desk.
                await recount_if_changed(uow, policies, at=time.now())
            await uow.commit()
        platforms = frozenset(messenger.platform for messenger in messengers)
        bus = CommandBus(
            storage=storage, policies=policies, words=words, time=time, platforms=platforms, passing=passing
        )
        yield RunningDesk(
            storage=storage,
            policies=policies,
            words=words,
            time=time,
            bus=bus,
            relay=OutboxRelay(
                storage=storage, messengers=messengers, words=words, time=time, passing=passing, lease=lease
            ),
            timers=TimerRunner(storage=storage, bus=bus, time=time, passing=passing, lease=lease),
        )
    finally:
        await storage.close()


def policies_in(folder: Path | None) -> PolicySet:
    """
    Return the policies of *folder*, or the shipped ones.

    Raises:
        PolicyInvalid: All mistakes of the files at once.
    """
    return load(folder or shipped_policies())


def policy_engine(folder: Path | None, evaluator: str | None) -> PolicyEngine:
    """
    Return who decides. Two evaluators that are held against each other are asked each time: what one of them keeps of
    an earlier question shows in no answer that is remembered.

    Raises as `policies_in` does.
    """
    engine = engine_for(policies_in(folder), evaluator)
    return engine if isinstance(engine, BothEngines) else RememberedDecisions(engine)


def passing_for(crash_at: str | None) -> Passing:
    """
    Return what stands at the named points of the way: nothing, or the end of the process.

    Args:
        crash_at: ``point`` or ``point:n``: `SIGKILL` the n-th time the point is reached.

    Raises:
        SettingsInvalid: There is no such point.
    """
    if crash_at is None:
        return pass_by
    point, _, count = crash_at.partition(":")
    if point not in get_args(Point) or not (count or "1").isdigit():
        raise SettingsInvalid(f"CRASH_AT: write one of {', '.join(get_args(Point))}, with :n for the n-th time")
    left = int(count or "1")

    def crash(passed: Point) -> None:
        nonlocal left
        if passed == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return crash
