"""
Time in a ticket's life: what its clocks and its waiting ask the desk to do, and when (§3.1.4, §3.2.3c, §3.2.5c).

Clocks are read from the history each time; what is kept are three timers for each ticket: when a clock warns or is over
next, when the beneficiary is to be reminded next, and when staff are to hear that it waits for them. Whoever changes a
ticket has them set in the same commit, where the change has moved them; what else they follow from (policies,
calendars, directory) has them counted anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from chatops.application.cast import Cast
from chatops.application.clock_events import became, unheard
from chatops.application.commands import FollowUp, LookAfter, WatchClocks
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.storage import UnitOfWork
from chatops.application.ports.timers import Timer
from chatops.domain.clocks import kept_clocks, read_clocks
from chatops.domain.directory import Organisation, Subscription
from chatops.domain.events import BeneficiaryReminded, ClockBreached, ClosingProposed, DueMoved, Event
from chatops.domain.notices import LASTING, Due, Matter, due_by, lasts_since
from chatops.domain.outcomes import ClockState
from chatops.domain.readings import Clocks
from chatops.domain.reminders import ReminderRule, ReminderStep, StepKind, next_step
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.severity import is_about_security
from chatops.domain.ticket import Change, Ticket, changed
from chatops.domain.vocabulary import ClockKind, ClosingReason, PersonId, Role, Status, TicketId

CLOCKS = "clocks"
FOLLOW_UP = "follow-up"
LOOK_AFTER = "look-after"
"""The names of a ticket's timers."""

CONCLUDES: Mapping[Status, ClosingReason] = {
    Status.SUSPENDED: ClosingReason.NO_ANSWER,
    Status.RESOLVED: ClosingReason.SOLUTION_PRESUMED,
}
"""What closes a case after the last reminder."""

History = tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Cover:
    """What the organisation has bought for a ticket: the plan, what it promises, and when the subscription ends."""

    plan: str
    level: ServiceLevel
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Timed:
    """
    A change with what it makes of the clocks.

    Attributes:
        clocks: As they stand after it; None where nothing is promised.
        shows: Whether a card that shows them has to be edited.
    """

    change: Change
    clocks: Clocks | None
    shows: bool


@dataclass(frozen=True, kw_only=True)
class Timekeeper:
    """Reads the clocks of tickets within one unit of work, and sets their timers."""

    uow: UnitOfWork
    policies: PolicyEngine
    cast: Cast
    correlation_id: str
    known: dict[tuple[TicketId, int], History] = field(default_factory=dict)
    """The histories that this unit of work has read, by ticket and version."""

    # ---- reading -----------------------------------------------------------------------------------------------------

    def cover_of(self, ticket: Ticket, opened_at: datetime) -> Cover | None:
        """Return what holds for a ticket opened then; None without a subscription, or for a plan no policy knows."""
        organisation = self.cast.organisations.get(ticket.organisation)
        bought = _bought(organisation, opened_at) if organisation else None
        level = self.policies.service_level(bought.plan) if bought else None
        if organisation is None or bought is None or level is None:
            return None
        return Cover(plan=bought.plan, level=level, ends_at=_end_of_cover(organisation, bought))

    async def history_of(self, ticket: Ticket) -> History:
        """Return all that happened to the ticket as it was read; read once."""
        key = (ticket.id, ticket.version)
        if key not in self.known:
            self.known[key] = (await self.uow.history.of_each([ticket.id]))[ticket.id]
        return self.known[key]

    async def clocks_of(self, ticket: Ticket, now: datetime) -> Clocks | None:
        """Return what the clocks show; of a ticket that was closed, what they showed then (A23)."""
        history = await self.history_of(ticket)
        cover = self.cover_of(ticket, history[0].at)
        return kept_clocks(history) or (None if cover is None else read(history, cover, now))

    async def clocks_of_each(self, tickets: Sequence[Ticket], now: datetime) -> Mapping[TicketId, Clocks | None]:
        """Return the same of several tickets, whose histories are read in one question."""
        histories = await self.uow.history.of_each([ticket.id for ticket in tickets]) if tickets else {}
        self.known.update({(ticket.id, ticket.version): histories[ticket.id] for ticket in tickets})
        return {ticket.id: await self.clocks_of(ticket, now) for ticket in tickets}

    # ---- with every change -------------------------------------------------------------------------------------------

    async def timed(self, change: Change) -> Timed:
        """Return *change* with what it makes of the clocks; the ticket's timers are set accordingly."""
        ticket, before = change.ticket, change.before
        earlier = await self.history_of(before) if before else ()
        history = (*earlier, *change.events)
        now = change.events[-1].at
        if before is None or self._lasts(before, earlier) != self._lasts(ticket, history):
            await self.remember_to_look_after(ticket, history, now)
        cover = self.cover_of(ticket, history[0].at)
        kept = kept_clocks(history)
        if cover is None or kept is not None:
            self.known[ticket.id, ticket.version] = history
            return Timed(change=change, clocks=kept, shows=False)
        clocks = read(history, cover, now)
        came = tuple(became(clocks, history, ticket, now))
        if came:
            change = Change(before=before, ticket=changed(ticket, *came).ticket, events=(*change.events, *came))
        self.known[ticket.id, change.ticket.version] = (*history, *came)
        stood = read(earlier, cover, now) if earlier else None
        await self._rewind(change, stood, clocks, earlier, (*history, *came), cover)
        # Both readings are of the same policies: that they moved what was told before shows in the event alone.
        news = any(isinstance(event, ClockBreached) or _is_news(event) for event in change.events)
        shows = news or (stood is not None and _face(stood) != _face(clocks))
        return Timed(change=change, clocks=clocks, shows=shows)

    async def _rewind(
        self,
        change: Change,
        stood: Clocks | None,
        clocks: Clocks,
        earlier: History,
        history: History,
        cover: Cover,
    ) -> None:
        """Set what the change has moved: what is set of the ticket follows from its history until then."""
        ticket, before = change.ticket, change.before
        timers = (self.watch(ticket, clocks, history, cover), self.follow(ticket, history, cover))
        were: tuple[Timer | None, Timer | None] = (None, None)
        if before is not None and stood is not None:
            were = (self.watch(before, stood, earlier, cover), self.follow(before, earlier, cover))
        for name, was, timer in zip((CLOCKS, FOLLOW_UP), were, timers, strict=True):
            if timer != was:
                await self.put(ticket, name, timer)

    async def wind(self, ticket: Ticket, clocks: Clocks, history: Sequence[Event], cover: Cover) -> None:
        """Set the timer of the clocks, whatever is set now."""
        await self.put(ticket, CLOCKS, self.watch(ticket, clocks, history, cover))

    def watch(self, ticket: Ticket, clocks: Clocks, history: Sequence[Event], cover: Cover) -> Timer | None:
        """Return the timer of what is next: an alarm that nobody was told of, or the end of what is owed."""
        due = [alarm.at for alarm in unheard(clocks, history)]
        if cover.ends_at is not None and any(reading.is_owed for reading in clocks.readings):
            due.append(cover.ends_at)
        if not due:
            return None
        command = WatchClocks(by=None, role=Role.DESK, at=min(due), ticket_id=ticket.id, due=_due(clocks))
        return Timer(name=CLOCKS, due_at=min(due), command=command, ticket_id=ticket.id)

    async def put(self, ticket: Ticket, name: str, timer: Timer | None) -> None:
        if timer is None:
            await self.uow.timers.cancel(ticket.id, name)
        else:
            await self.uow.timers.set(timer, correlation_id=self.correlation_id)

    # ---- waiting for the beneficiary ---------------------------------------------------------------------------------

    def step(self, ticket: Ticket, history: Sequence[Event], cover: Cover) -> ReminderStep | None:
        """Return what is to be done next while we wait; None where nobody does, and once closing was proposed."""
        if ticket.status not in CONCLUDES:
            return None
        rule = self._reminded_by(ticket, history, cover)
        step = next_step(history, rule, self._zone_of(ticket.requester)) if rule is not None else None
        if step is None or step.kind is StepKind.REMIND:
            return step
        last = max((at for at, event in enumerate(history) if isinstance(event, BeneficiaryReminded)), default=0)
        return None if any(isinstance(event, ClosingProposed) for event in history[last:]) else step

    def follow(self, ticket: Ticket, history: Sequence[Event], cover: Cover) -> Timer | None:
        """Return the timer of the next step."""
        step = self.step(ticket, history, cover)
        if step is None:
            return None
        command = FollowUp(by=None, role=Role.DESK, at=step.due_at, ticket_id=ticket.id)
        return Timer(name=FOLLOW_UP, due_at=step.due_at, command=command, ticket_id=ticket.id)

    async def remember_to_follow_up(self, ticket: Ticket, history: Sequence[Event], cover: Cover) -> None:
        """Set the timer of the next step, whatever is set now."""
        await self.put(ticket, FOLLOW_UP, self.follow(ticket, history, cover))

    def counted(self, reminder: BeneficiaryReminded, ticket: Ticket, history: Sequence[Event]) -> BeneficiaryReminded:
        """Return *reminder*, whoever sends it, with how many there are and what follows if it is the last one."""
        cover = self.cover_of(ticket, history[0].at)
        rule = self._reminded_by(ticket, history, cover) if cover else None
        step = next_step((*history, reminder), rule, self._zone_of(ticket.requester)) if rule else None
        if rule is None or step is None:
            return reminder
        reminder = replace(reminder, of=max(rule.times, reminder.count))
        if step.kind is StepKind.REMIND:
            return reminder
        return replace(reminder, closing_at=step.due_at, closes_itself=step.kind is StepKind.CLOSE)

    def _reminded_by(self, ticket: Ticket, history: Sequence[Event], cover: Cover) -> ReminderRule | None:
        """Return how often they are reminded, and what follows: never that the case closes on a security hole."""
        rule = self.policies.reminder_rule(ticket.status, cover.plan, ticket.severity)
        return rule.for_security() if rule is not None and is_about_security(history) else rule

    # ---- waiting for us ----------------------------------------------------------------------------------------------

    def lasting(self, ticket: Ticket, history: Sequence[Event], matter: Matter, now: datetime) -> Due | None:
        """Return when staff were, and are, to hear that *matter* lasts; None where it does not, or nobody is told."""
        since = lasts_since(matter, history)
        rule = self.policies.notice_rule(matter, ticket.severity) if since is not None else None
        return due_by(rule.occasions(since), now) if rule is not None and since is not None else None

    async def remember_to_look_after(self, ticket: Ticket, history: Sequence[Event], now: datetime) -> None:
        looks = [await self._next_look(ticket, history, matter, now) for matter in LASTING]
        await self.look_at(ticket, min((at for at in looks if at is not None), default=None))

    async def look_at(self, ticket: Ticket, due_at: datetime | None) -> None:
        """Set the timer of what lasts; None for never."""
        if due_at is None:
            await self.uow.timers.cancel(ticket.id, LOOK_AFTER)
            return
        command = LookAfter(by=None, role=Role.DESK, at=due_at, ticket_id=ticket.id)
        timer = Timer(name=LOOK_AFTER, due_at=due_at, command=command, ticket_id=ticket.id)
        await self.uow.timers.set(timer, correlation_id=self.correlation_id)

    def next_look(self, ticket: Ticket, history: Sequence[Event], now: datetime) -> datetime | None:
        """Return the next occasion after *now*, whether or not staff have heard of those before."""
        due = [self.lasting(ticket, history, matter, now) for matter in LASTING]
        return min((each.next for each in due if each is not None and each.next is not None), default=None)

    def _lasts(self, ticket: Ticket, history: Sequence[Event]) -> tuple[object, ...]:
        """Return what the occasions depend on, but for the policies."""
        return ticket.severity, *(lasts_since(matter, history) for matter in LASTING)

    async def _next_look(
        self, ticket: Ticket, history: Sequence[Event], matter: Matter, now: datetime
    ) -> datetime | None:
        """Return the next occasion, or the last one, where nobody heard of it yet: its timer may not have fired."""
        due = self.lasting(ticket, history, matter, now)
        if due is None or due.last is None:
            return due.next if due is not None else None
        heard_of = await self.uow.notices.latest(ticket.id, matter)
        return due.last if heard_of is None or heard_of < due.last else due.next

    def _zone_of(self, person_id: PersonId) -> str:
        person = self.cast.person(person_id)
        return person.time_zone if person else "Etc/UTC"


def read(history: Sequence[Event], cover: Cover, now: datetime) -> Clocks:
    return read_clocks(history, cover.level, now, cover_ends_at=cover.ends_at)


def _bought(organisation: Organisation, at: datetime) -> Subscription | None:
    """
    Return the subscription that holds at *at*; of several the one that began last, which takes an earlier one's place.

    Where two began on one day, the one of the directory's last line does: an order, not a chance (A32).
    """
    day = at.astimezone(ZoneInfo(organisation.time_zone)).date()
    holding = [each for each in organisation.subscriptions if _holds(each, day)]
    return max(reversed(holding), key=lambda each: each.since) if holding else None


def _end_of_cover(organisation: Organisation, bought: Subscription) -> datetime | None:
    """Return when nothing is owed any more: a subscription that is renewed without a gap goes on."""
    until = bought.until
    for each in sorted(organisation.subscriptions, key=lambda each: each.since):
        if until is not None and each.since <= until + _A_DAY and (each.until is None or each.until > until):
            until = each.until
    if until is None:
        return None
    day = until + _A_DAY
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(organisation.time_zone)).astimezone(UTC)


def _holds(subscription: Subscription, day: date) -> bool:
    return subscription.since <= day and (subscription.until is None or day <= subscription.until)


_A_DAY = timedelta(days=1)


def _is_news(event: Event) -> bool:
    return isinstance(event, DueMoved) and not event.known_late


def _due(clocks: Clocks) -> tuple[tuple[ClockKind, datetime], ...]:
    return tuple((each.clock, each.due_at) for each in clocks.readings if each.is_owed and each.due_at is not None)


def _face(clocks: Clocks) -> tuple[tuple[ClockKind, ClockState, datetime | None], ...]:
    """Return what of the clocks somebody sees who looks at a card."""
    return tuple((each.clock, each.state, each.due_at) for each in clocks.readings if each.is_owed)
