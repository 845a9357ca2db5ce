"""
The durable work engine's two loops: claim, do, record.

What to do with an outcome is decided by pure functions here; the rows, leases and lanes are storage's (DESIGN §6).
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from chatops.application.command_bus import CommandBus
from chatops.application.message_tree import Fact, Message
from chatops.application.passing import Passing, pass_by
from chatops.application.ports import (
    Addressee,
    ClaimedMessage,
    ClaimedTimer,
    Form,
    MessageState,
    Messenger,
    OwedMessage,
    Parcel,
    Storage,
    TimeSource,
    UnitOfWork,
    Urgency,
)
from chatops.application.words import DEFAULT_LANGUAGE, Words
from chatops.domain.errors import ChatOpsError, ConflictError, TryAgainLater, Undeliverable
from chatops.domain.vocabulary import PersonId, Platform, RoomPurpose, reference

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Longer than any messenger's own deadline, so that a slow send is not begun twice (F24)."""

BATCH = 20
SAFETY_NET_S = 5.0
"""How long a loop sleeps when nobody wakes it; a commit does (`Storage.wait_for_work`)."""

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
GIVE_UP_AFTER = 60
"""Tries of one message: with `LONGEST_WAIT` between them, a platform may be away for more than four hours."""

TIMER_TRIES = 10


def wait_before(next_attempt: int, asked: timedelta | None = None) -> timedelta:
    """
    Return how long to wait before try number *next_attempt* (2 or more): doubling, capped.

    Args:
        asked: What the platform asked for; it is waited for exactly (F12).
    """
    if asked is not None:
        return asked
    return min(FIRST_WAIT * (1 << min(next_attempt - 2, 16)), LONGEST_WAIT)


class OutboxRelay:
    """Hands owed messages to the messengers: one at a time per lane, lanes side by side, pages first."""

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
        self._lease = lease
        self._storage = storage
        self._messengers: Mapping[Platform, Messenger] = {m.platform: m for m in messengers}
        self._words = words
        self._time = time
        self._passing = passing

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop*; what fails is logged and tried again, nothing ends the loop."""
        await _work_until(stop, self._storage, "outbox", self.run_once, self._next_due, self._time)

    async def run_once(self) -> int:
        """Deliver what may be delivered now, one message per lane; return how many were worked on."""
        worked = 0
        for platform, messenger in self._messengers.items():
            async with self._storage.begin() as uow:
                claimed = await uow.outbox.claim(platform, now=self._time.now(), lease=self._lease, limit=BATCH)
                parcels = [await _parcel(message, uow) for message in claimed]
                await uow.commit()
            await asyncio.gather(*(self._deliver(parcel, messenger) for parcel in parcels))
            worked += len(parcels)
        return worked

    async def _next_due(self) -> datetime | None:
        async with self._storage.begin() as uow:
            instants = [await uow.outbox.next_due(platform) for platform in self._messengers]
        return min((instant for instant in instants if instant is not None), default=None)

    async def _deliver(self, parcel: Parcel, messenger: Messenger) -> None:
        claimed = parcel.claimed
        with structlog.contextvars.bound_contextvars(correlation_id=claimed.correlation_id, message=claimed.id):
            if claimed.attempt > 1 and not messenger.idempotent and claimed.was_sending:
                await self._give_up(claimed, "stopped while sending; it may have arrived", MessageState.UNKNOWN)
                return
            self._passing("before_send")
            try:
                address = await messenger.deliver(parcel)
            except TryAgainLater as later:
                await self._try_again(claimed, later)
            except Undeliverable as never:
                await self._give_up(claimed, str(never), MessageState.DEAD)
            else:
                self._passing("after_send")
                async with self._storage.begin() as uow:
                    kept = await uow.outbox.delivered(claimed, address, at=self._time.now())
                    self._passing("before_record")
                    await uow.commit()
                self._passing("after_record")
                log.info("message_delivered", kept=kept, form=claimed.form, attempt=claimed.attempt)

    async def _try_again(self, claimed: ClaimedMessage, later: TryAgainLater) -> None:
        if claimed.attempt >= GIVE_UP_AFTER:
            await self._give_up(claimed, str(later), MessageState.DEAD)
            return
        until = self._time.now() + wait_before(claimed.attempt + 1, later.after)
        async with self._storage.begin() as uow:
            await uow.outbox.postpone(claimed, until=until, error=str(later))
            await uow.commit()
        log.info("message_postponed", until=until.isoformat(), attempt=claimed.attempt, because=str(later))

    async def _give_up(self, claimed: ClaimedMessage, error: str, state: MessageState) -> None:
        """Record it, and alert the managers' rooms in the same commit (I3); an alert about an alert is only logged."""
        now = self._time.now()
        async with self._storage.begin() as uow:
            if await uow.outbox.give_up(claimed, at=now, error=error, state=state):
                alerts = await self._alerts(claimed, error, uow)
                await uow.outbox.put(alerts, at=now, correlation_id=claimed.correlation_id)
            await uow.commit()
        log.warning("message_given_up", state=state, because=error, attempt=claimed.attempt)

    async def _alerts(self, claimed: ClaimedMessage, error: str, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        failed = await uow.directory.room_at(claimed.place)
        if failed is not None and failed.purpose is RoomPurpose.MANAGERS:
            return ()
        alerts = []
        for room in await uow.directory.rooms(RoomPurpose.MANAGERS):
            say = self._words[room.language or DEFAULT_LANGUAGE]
            message = Message(
                language=say.language,
                headline=say("A message could not be delivered."),
                facts=(
                    Fact(label=say("Room"), value=failed.id if failed else claimed.place.value),
                    Fact(label=say("Ticket"), value=reference(claimed.ticket_id) if claimed.ticket_id else "–"),
                    Fact(label=say("Because"), value=error),
                ),
                paragraphs=(say("Nothing more is tried. Tell the people in that room another way."),),
            )
            alerts += [
                OwedMessage(form=Form.ANSWER, message=message, place=place, urgency=Urgency.NOTIFY)
                for place in room.places
                if place.platform in self._messengers
            ]
        return tuple(alerts)


async def _parcel(claimed: ClaimedMessage, uow: UnitOfWork) -> Parcel:
    """Look up everybody's address as it stands now: people move between the decision and the sending."""
    notify = [await _addressee(person, claimed, uow) for person in claimed.message.notify]
    reader = await _addressee(claimed.reader, claimed, uow) if claimed.reader else None
    return Parcel(claimed=claimed, notify=tuple(notify), reader=reader)


async def _addressee(person_id: PersonId, claimed: ClaimedMessage, uow: UnitOfWork) -> Addressee:
    person = await uow.directory.person(person_id)
    identities = person.identities if person else ()
    address = next((i for i in identities if i.platform is claimed.place.platform), None)
    return Addressee(person=person_id, name=person.name if person else person_id, address=address)


class TimerRunner:
    """Gives what is due to the command bus: a timer is a command with a date."""

    def __init__(self, *, storage: Storage, bus: CommandBus, time: TimeSource, passing: Passing = pass_by) -> None:
        self._storage = storage
        self._bus = bus
        self._time = time
        self._passing = passing

    async def run(self, stop: asyncio.Event) -> None:
        await _work_until(stop, self._storage, "timers", self.run_once, self.next_due, self._time)

    async def run_once(self) -> int:
        """Fire what is due, earliest first; return how many were worked on."""
        async with self._storage.begin() as uow:
            due = await uow.timers.claim(now=self._time.now(), lease=LEASE, limit=BATCH)
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
            await self._bus.run(claimed.timer.command, key=claimed.key, correlation_id=claimed.correlation_id)
        except ChatOpsError as error:
            await self._failed(claimed, error)
        else:
            async with self._storage.begin() as uow:
                await uow.timers.fired(claimed, at=self._time.now())
                await uow.commit()

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
            await uow.commit()


async def _work_until(
    stop: asyncio.Event,
    storage: Storage,
    name: str,
    work: Callable[[], Coroutine[Any, Any, int]],
    next_due: Callable[[], Coroutine[Any, Any, datetime | None]],
    time: TimeSource,
) -> None:
    """Repeat *work* while there is some, else sleep until a commit, the next due instant or the safety net."""
    while not stop.is_set():
        pause, mark = SAFETY_NET_S, storage.work_mark
        try:
            if await work():
                continue
            due = await next_due()
            if due is not None:
                pause = min(pause, max((due - time.now()).total_seconds(), 0.02))
        except Exception:
            log.exception("work_loop_failed", loop=name)
            pause = 1.0
        await _until_woken(stop, storage, pause, since=mark)


async def _until_woken(stop: asyncio.Event, storage: Storage, pause_s: float, *, since: int) -> None:
    waits = {
        asyncio.ensure_future(stop.wait()),
        asyncio.ensure_future(storage.wait_for_work(timeout_s=pause_s, since=since)),
    }
    _, unfinished = await asyncio.wait(waits, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in unfinished:
        wait.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
