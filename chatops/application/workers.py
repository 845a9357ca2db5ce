"""
The durable work engine's two loops: claim, do, record.

Decisions are pure (`pacing`); rows, leases and lanes are storage's (DESIGN §6).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from chatops.application.alerts import Alerts
from chatops.application.command_bus import CommandBus
from chatops.application.couriers import Courier
from chatops.application.loops import work_until
from chatops.application.pacing import BATCH, wait_before
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.storage import Storage
from chatops.application.ports.time_source import TimeSource
from chatops.application.ports.timers import ClaimedTimer
from chatops.application.words import Words
from chatops.domain.errors import ChatOpsError, ConflictError

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Longer than any messenger's own deadline, so that a slow send is not begun twice (F24)."""

TIMER_TRIES = 10


class OutboxRelay:
    """Hands owed messages to the messengers; one platform's troubles are not the other's."""

    def __init__(
        self,
        *,
        storage: Storage,
        messengers: Sequence[Messenger],
        words: Words,
        time: TimeSource,
        passing: Passing = pass_by,
        lease: timedelta = LEASE,
    ) -> None:
        alerts = Alerts(words=words, platforms=frozenset(messenger.platform for messenger in messengers))
        self._couriers = tuple(
            Courier(messenger, storage=storage, alerts=alerts, time=time, passing=passing, lease=lease)
            for messenger in messengers
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop*; what fails is logged and tried again, nothing ends the loop."""
        async with asyncio.TaskGroup() as group:
            for courier in self._couriers:
                group.create_task(courier.run(stop))

    async def run_once(self) -> int:
        """Deliver what may be delivered now, one message per lane; return how many were worked on."""
        return sum(await asyncio.gather(*(courier.run_once() for courier in self._couriers)))

    async def next_due(self) -> datetime | None:
        """Return when something may be sent; None when nothing is owed."""
        due = [await courier.next_due() for courier in self._couriers]
        return min((instant for instant in due if instant is not None), default=None)


class TimerRunner:
    """Gives what is due to the command bus: a timer is a command with a date."""

    def __init__(
        self,
        *,
        storage: Storage,
        bus: CommandBus,
        time: TimeSource,
        passing: Passing = pass_by,
        lease: timedelta = LEASE,
    ) -> None:
        self._lease = lease
        self._storage = storage
        self._bus = bus
        self._time = time
        self._passing = passing

    async def run(self, stop: asyncio.Event) -> None:
        await work_until(stop, self._storage, "timers", self.run_once, self.next_due, self._time)

    async def run_once(self) -> int:
        """Fire what is due, earliest first; return how many were worked on."""
        async with self._storage.begin() as uow:
            due = await uow.timers.claim(now=self._time.now(), lease=self._lease, limit=BATCH)
            await uow.commit()
        for claimed in due:
            self._passing("timer_claimed")
            with structlog.contextvars.bound_contextvars(correlation_id=claimed.correlation_id):
                await self._fire(claimed)
        return len(due)

    async def next_due(self) -> datetime | None:
        async with self._storage.begin() as uow:
            return await uow.timers.next_due()

    async def _fire(self, claimed: ClaimedTimer) -> None:
        try:
            # What was set for an instant may fire later, and is judged by how things stand then.
            command = replace(claimed.timer.command, at=self._time.now())
            await self._bus.run(command, key=claimed.key, correlation_id=claimed.correlation_id)
        except ChatOpsError as error:
            await self._failed(claimed, error)
        else:
            self._passing("timer_fired")
            async with self._storage.begin() as uow:
                await uow.timers.fired(claimed, at=self._time.now())
                self._passing("before_timer_record")
                await uow.commit()
            self._passing("after_timer_record")

    async def _failed(self, claimed: ClaimedTimer, error: ChatOpsError) -> None:
        now = self._time.now()
        async with self._storage.begin() as uow:
            if claimed.attempt >= TIMER_TRIES and not isinstance(error, ConflictError):
                await uow.timers.give_up(claimed, at=now, error=str(error))
                log.error("timer_given_up", timer=claimed.timer.name, because=type(error).__name__)
            else:
                until = now + wait_before(claimed.attempt + 1)
                await uow.timers.postpone(claimed, until=until, error=str(error))
                log.warning("timer_postponed", timer=claimed.timer.name, because=type(error).__name__)
            self._passing("before_timer_postpone")
            await uow.commit()
        self._passing("after_timer_postpone")
