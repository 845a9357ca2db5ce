"""One platform's way out: claim, send, record. How fast and when again are decided in `pacing`."""

import asyncio
from datetime import datetime, timedelta

import structlog

from chatops.application.alerts import Alerts
from chatops.application.commands import ReportShutOut, ReportUndelivered
from chatops.application.loops import work_until
from chatops.application.pacing import FIRST_LOOK, FIRST_WAIT, SETTLES, WAITS_AT_MOST, Pace, look_again, wait_before
from chatops.application.passing import Passing
from chatops.application.ports.messenger import Addressee, Messenger, Parcel, Traceable
from chatops.application.ports.outbox import ClaimedMessage, Form, OwedMessage
from chatops.application.ports.storage import Storage, UnitOfWork
from chatops.application.ports.time_source import TimeSource
from chatops.application.ports.timers import Timer
from chatops.domain.directory import Address
from chatops.domain.errors import (
    CannotTell,
    Doubtful,
    RateLimited,
    RoomBusy,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)
from chatops.domain.vocabulary import PersonId, Role

log = structlog.get_logger()

GIVE_UP_AFTER = 60
"""Tries of one message: with `LONGEST_WAIT` between them, a platform may be away for more than four hours."""

ROOMS_REMEMBERED = 50
"""How many rooms wait for their turn after everybody else's; of more, the longest served are forgotten."""


class Courier:
    """Hands the messages of one platform to its messenger: one at a time per lane, lanes side by side."""

    def __init__(
        self,
        messenger: Messenger,
        *,
        storage: Storage,
        alerts: Alerts,
        time: TimeSource,
        passing: Passing,
        lease: timedelta,
    ) -> None:
        self._messenger = messenger
        self._storage = storage
        self._alerts = alerts
        self._time = time
        self._passing = passing
        self._lease = lease
        self._pace = Pace()
        self._served: dict[Address, None] = {}
        self._rest: dict[Address, datetime] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop*; a message that is slow holds up its own lane, and nothing else."""
        try:
            await work_until(stop, self._storage, self._messenger.platform, self._begin_more, self.next_due, self._time)
        finally:
            await asyncio.gather(*self._under_way)

    async def run_once(self) -> int:
        """Deliver what may be delivered now, one message per lane; return how many were worked on."""
        begun = self._pace
        parcels = await self._claim(self._free())
        await asyncio.gather(*(self._deliver(parcel, begun) for parcel in parcels))
        return len(parcels)

    async def _begin_more(self) -> bool:
        """Begin what may be begun; with no hand free, wait for one. Return whether there may be more to begin."""
        if self._pace.full(len(self._under_way)):
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        begun, free = self._pace, self._free()
        parcels = await self._claim(free)
        for parcel in parcels:
            task = asyncio.create_task(self._deliver_or_log(parcel, begun))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return 0 < free == len(parcels)

    async def next_due(self) -> datetime | None:
        """Return when something may be claimed; None when nothing is owed."""
        async with self._storage.begin() as uow:
            due = await uow.outbox.next_due(self._messenger.platform, resting=self._resting())
        rested = [until for until in (due, *self._rest.values()) if until is not None]
        return max(min(rested), self._pace.not_before or min(rested)) if rested else None

    def _resting(self) -> tuple[Address, ...]:
        """Return the rooms that take nothing now."""
        now = self._time.now()
        self._rest = {place: until for place, until in self._rest.items() if now < until}
        return tuple(self._rest)

    def _free(self) -> int:
        return self._pace.free(len(self._under_way), self._time.now())

    async def _claim(self, free: int) -> list[Parcel]:
        if not free:
            return []
        async with self._storage.begin() as uow:
            claimed = await uow.outbox.claim(
                self._messenger.platform,
                now=self._time.now(),
                lease=self._lease,
                limit=free,
                served=tuple(self._served),
                resting=self._resting(),
            )
            parcels = [await _parcel(message, uow) for message in claimed]
            await uow.commit()
        for message in claimed:
            self._passing("message_claimed")
            self._remember(message.place)
        return parcels

    def _remember(self, place: Address) -> None:
        self._served.pop(place, None)
        self._served[place] = None
        if len(self._served) > ROOMS_REMEMBERED:
            del self._served[next(iter(self._served))]

    # ---- one message -------------------------------------------------------------------------------------------------

    async def _deliver_or_log(self, parcel: Parcel, begun: Pace) -> None:
        try:
            await self._deliver(parcel, begun)
        except Exception:
            # The edge of the loop: the lease runs out, and the message is claimed again.
            log.exception("message_outcome_not_recorded", message=parcel.claimed.id)

    async def _deliver(self, parcel: Parcel, begun: Pace) -> None:
        claimed = parcel.claimed
        with structlog.contextvars.bound_contextvars(correlation_id=claimed.correlation_id, message=claimed.id):
            if begun.round != self._pace.round or claimed.place in self._resting():
                await self._give_back(claimed, "another message was refused meanwhile")
                return
            self._passing("before_send")
            try:
                address = await self._sent_before(parcel) or await self._messenger.deliver(parcel)
            except RateLimited as limited:
                self._pace = self._pace.refused(begun, self._time.now(), limited.after)
                await self._give_back(claimed, str(limited))
            except RoomBusy as busy:
                self._rest[claimed.place] = self._time.now() + (busy.after or FIRST_WAIT)
                await self._give_back(claimed, str(busy))
            except Unreachable as shut:
                await self._shut_out(claimed, str(shut))
            except TryAgainLater as later:
                await self._try_again(claimed, later)
            except CannotTell as kept_from_us:
                await self._leave_open(claimed, str(kept_from_us))
            except Undeliverable as never:
                await self._give_up(claimed, str(never))
            else:
                self._passing("after_send")
                self._pace = self._pace.taken(begun)
                await self._delivered(claimed, address)

    async def _sent_before(self, parcel: Parcel) -> Address | None:
        """Return where an earlier try has arrived whose outcome nobody knew: what was sent is not sent again (F5)."""
        if not parcel.claimed.was_sending or not isinstance(self._messenger, Traceable):
            return None
        arrived = await self._messenger.trace(parcel)
        log.info("message_traced", arrived=arrived is not None, attempt=parcel.claimed.attempt)
        return arrived

    async def _delivered(self, claimed: ClaimedMessage, address: Address) -> None:
        async with self._storage.begin() as uow:
            kept = await uow.outbox.delivered(claimed, address, at=self._time.now())
            if claimed.unreachable_since is not None:
                await uow.outbox.reachable(claimed.place)
            self._passing("before_record")
            await uow.commit()
        self._passing("after_record")
        log.info("message_delivered", kept=kept, form=claimed.form, attempt=claimed.attempt)

    async def _give_back(self, claimed: ClaimedMessage, error: str) -> None:
        """As if never tried: neither the message nor the turn of its room is lost."""
        self._served.pop(claimed.place, None)
        async with self._storage.begin() as uow:
            await uow.outbox.give_back(claimed, error=error)
            self._passing("before_postpone")
            await uow.commit()
        self._passing("after_postpone")
        log.info("platform_too_busy", platform=claimed.place.platform, until=str(self._pace.not_before), because=error)

    async def _shut_out(self, claimed: ClaimedMessage, reason: str) -> None:
        """Let the room's messages wait; tell the managers once, and again when some have waited in vain."""
        now, since, place = self._time.now(), claimed.unreachable_since, claimed.place
        async with self._storage.begin() as uow:
            again_at = look_again(since, now)
            if await uow.outbox.unreachable(claimed, at=now, again_at=again_at, reason=reason):
                await self._tell(await self._alerts.unreachable(place, reason, uow), claimed, uow)
            elif since is not None and since + WAITS_AT_MOST <= now:
                lost = await uow.outbox.lose(place, put_before=now - WAITS_AT_MOST, at=now, error=reason)
                if lost.messages:
                    await self._tell(await self._alerts.lost(place, lost, uow), claimed, uow)
            await self._report_shut_out(claimed, uow)
            self._passing("before_postpone")
            await uow.commit()
        self._passing("after_postpone")
        log.warning("place_unreachable", place=place.value, until=again_at.isoformat(), because=reason)

    async def _try_again(self, claimed: ClaimedMessage, later: TryAgainLater) -> None:
        if claimed.attempt >= GIVE_UP_AFTER:
            await self._give_up(claimed, str(later))
            return
        wait, doubtful = wait_before(claimed.attempt + 1, later.after), isinstance(later, Doubtful)
        until = self._time.now() + (max(wait, SETTLES) if doubtful else wait)
        async with self._storage.begin() as uow:
            await uow.outbox.postpone(claimed, until=until, error=str(later), doubtful=doubtful or None)
            self._passing("before_postpone")
            await uow.commit()
        self._passing("after_postpone")
        log.info("message_postponed", until=until.isoformat(), attempt=claimed.attempt, because=str(later))

    async def _leave_open(self, claimed: ClaimedMessage, error: str) -> None:
        """It may have arrived, and nobody can tell: tell the managers once, look again later, and end it some day."""
        now, since = self._time.now(), claimed.unknown_since
        if since is not None and since + WAITS_AT_MOST <= now:
            await self._give_up(claimed, error)
            return
        async with self._storage.begin() as uow:
            again_at = now + FIRST_LOOK
            if await uow.outbox.unknown(claimed, at=now, again_at=again_at, error=error) and since is None:
                await self._tell(await self._alerts.unknown(claimed, error, uow), claimed, uow)
            self._passing("before_give_up")
            await uow.commit()
        self._passing("after_give_up")
        log.warning("message_unknown", until=again_at.isoformat(), because=error, attempt=claimed.attempt)

    async def _give_up(self, claimed: ClaimedMessage, error: str) -> None:
        """Record it, and alert the managers' rooms in the same commit (I3); an alert about an alert is only logged."""
        async with self._storage.begin() as uow:
            if await uow.outbox.give_up(claimed, at=self._time.now(), error=error):
                await self._tell(await self._alerts.given_up(claimed, error, uow), claimed, uow)
                await self._report_undelivered(claimed, uow)
            self._passing("before_give_up")
            await uow.commit()
        self._passing("after_give_up")
        log.warning("message_given_up", because=error, attempt=claimed.attempt)

    # ---- whoever was to be called was not ----------------------------------------------------------------------------

    async def _report_undelivered(self, claimed: ClaimedMessage, uow: UnitOfWork) -> None:
        """Let whoever knows the ticket see what it means that a message did not arrive that calls somebody by name."""
        ticket_id, entry, now = claimed.ticket_id, claimed.entry, self._time.now()
        if ticket_id is None or entry is None or claimed.form is not Form.THREAD or not claimed.message.notify:
            return
        command = ReportUndelivered(by=None, role=Role.DESK, at=now, ticket_id=ticket_id, entry=entry)
        timer = Timer(name=f"undelivered:{entry}", due_at=now, command=command, ticket_id=ticket_id)
        await uow.timers.set(timer, correlation_id=claimed.correlation_id)

    async def _report_shut_out(self, claimed: ClaimedMessage, uow: UnitOfWork) -> None:
        place, now = claimed.place, self._time.now()
        command = ReportShutOut(by=None, role=Role.DESK, at=now, place=place)
        timer = Timer(name=f"shut-out:{place.platform}:{place.value}", due_at=now, command=command)
        await uow.timers.set(timer, correlation_id=claimed.correlation_id)

    async def _tell(self, alerts: tuple[OwedMessage, ...], about: ClaimedMessage, uow: UnitOfWork) -> None:
        await uow.outbox.put(alerts, at=self._time.now(), correlation_id=about.correlation_id)


async def _parcel(claimed: ClaimedMessage, uow: UnitOfWork) -> Parcel:
    """Look up everybody's address as it stands now: people move between the decision and the sending."""
    notify = [await _addressee(person, claimed, uow) for person in claimed.message.notify]
    reader = await _addressee(claimed.reader, claimed, uow) if claimed.reader else _stranger(claimed)
    return Parcel(claimed=claimed, notify=tuple(notify), reader=reader)


def _stranger(claimed: ClaimedMessage) -> Addressee | None:
    if claimed.stranger is None:
        return None
    return Addressee(person=None, name=claimed.stranger.value, address=claimed.stranger)


async def _addressee(person_id: PersonId, claimed: ClaimedMessage, uow: UnitOfWork) -> Addressee:
    person = await uow.directory.person(person_id)
    identities = person.identities if person else ()
    address = next((i for i in identities if i.platform is claimed.place.platform), None)
    return Addressee(person=person_id, name=person.name if person else person_id, address=address)
