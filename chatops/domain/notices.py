"""
What staff are told of a ticket without asking, how urgently, and when: at once, or in one digest for each person.

Quiet hours belong to the recipient and the urgency (mechanics 8 of the acceptance list): what is told at once waits for
the hours of its line where the recipient lives, and for the end of the quiet hours that they have named themselves. A
blocker's line knows none, and wakes whom it has to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from chatops.domain.business_hours import LONGEST_CLOSURE, Calendar
from chatops.domain.course import standings
from chatops.domain.durations import DAY, Duration
from chatops.domain.errors import NeverOpen
from chatops.domain.events import Event
from chatops.domain.local_time import local_date, start_at, whole_day, zone_named
from chatops.domain.quiet_hours import QuietHours
from chatops.domain.targets import instant_after
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Audience, Role, Side


class Matter(StrEnum):
    """What there is to tell."""

    DUE_SOON = "due soon"
    """A clock warns."""
    OVERDUE = "overdue"
    """A clock is over, and nobody has answered."""
    WITH_US = "waits for us"
    """Somebody has it, the next move is ours, and the customer has heard nothing from us for long."""
    UNTAKEN = "nobody has it"


BELATED = timedelta(minutes=10)
"""What is told later than this was slept through: it is told together with all else that was (A29)."""

A_WEEK = timedelta(days=7)
"""What the hours of a line and somebody's quiet hours leave open comes round in it, but for holidays."""

LASTING = (Matter.UNTAKEN, Matter.WITH_US)
"""Matters that no clock tells: they are there when a state has lasted for as long as a line says."""


class Manner(StrEnum):
    AT_ONCE = "at once"
    DIGEST = "in the digest"
    NOT_AT_ALL = "not at all"


class Recipient(StrEnum):
    HANDLER = "whoever has it"
    """The assignee; of a ticket that nobody has taken: the first line."""
    MANAGERS = "managers"


@dataclass(frozen=True, kw_only=True)
class DigestHours:
    """
    When the digests go out.

    Attributes:
        at: Local times of the recipient, in order.
        days: A day on which it is open at all is a working day; where its hours roam they are the recipient's own.
    """

    at: tuple[time, ...]
    days: Calendar

    def next_from(self, at: datetime, zone: str, quiet: QuietHours | None = None) -> datetime:
        """
        Return when the first digest from *at* on goes to somebody in *zone*.

        None goes out in their *quiet* hours; where all would, one goes out at the end of those.

        Raises:
            NeverOpen: They have no working day within two years; no calendar that was checked is like that.
        """
        days, where = self.days.placed(zone), zone_named(zone)
        day = local_date(at, where)
        while True:
            whole = whole_day(day, where)
            if whole.start - at > LONGEST_CLOSURE:
                raise NeverOpen(f"“{self.days.name}” has no working day within two years of {at:%Y-%m-%d}")
            if days.open_spans(whole.start, whole.end):
                for each in self._times(quiet):
                    planned = start_at(day, each, where)
                    # Quiet hours end later than the clock first says so in the night in which it is put back.
                    goes_at = planned if quiet is None else quiet.over_from(planned, zone)
                    if goes_at >= at:
                        return goes_at
            day += DAY

    def due(self, about: datetime, now: datetime, zone: str, quiet: QuietHours | None = None) -> datetime:
        """
        Return when the digest goes out in which somebody reads of what came about at *about*: not before *now*.

        One that was slept through goes out late on the same terms: while they work, or with the next one.

        Raises:
            NeverOpen: As `next_from`.
        """
        planned = self.next_from(about, zone, quiet)
        if planned > now:
            return planned
        in_time = self.next_from(max(about, now - BELATED), zone, quiet) <= now
        theirs = in_time or self.days.placed(zone).is_open(now)
        if theirs and (quiet is None or not quiet.are_at(now, zone)):
            return now
        return self.next_from(now, zone, quiet)

    def _times(self, quiet: QuietHours | None) -> tuple[time, ...]:
        if quiet is None:
            return self.at
        return tuple(each for each in self.at if not quiet.cover(each)) or (quiet.ends,)


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """
    How one matter is told at one severity.

    Attributes:
        hours: What is told at once waits until these are open where the recipient lives; None: at any hour.
        after: Of a lasting matter: how long it lasts before it is told.
        again_after: Of a lasting matter: how long until it is told once more; None: it is told once.
        calendar: What `after` and `again_after` are counted on.
    """

    matter: Matter
    manner: Manner
    to: tuple[Recipient, ...]
    digest: DigestHours
    clause: str
    edition: str = ""
    hours: Calendar | None = None
    after: Duration | None = None
    again_after: Duration | None = None
    calendar: Calendar | None = None
    line: int = 0
    says: str = ""

    def tell_at(self, about: datetime, now: datetime, zone: str, quiet: QuietHours | None = None) -> datetime | None:
        """
        Return when somebody in *zone* is told: not before *now*; None where nobody is told.

        It is asked again when that time has come, and a timer may be a moment late by then.

        Args:
            about: When what is told of came about.
            quiet: Their own quiet hours, where they have named any; only what is told at any hour disregards them.

        Raises:
            NeverOpen: The hours do not come; no calendar that was checked is like that.

        Source: mechanics 8 and A28 of the acceptance list.
        """
        match self.manner:
            case Manner.AT_ONCE:
                return now if self.hours is None else _called_at(self.hours, about, now, zone, quiet)
            case Manner.DIGEST:
                return self.digest.due(about, now, zone, quiet)
            case Manner.NOT_AT_ALL:
                return None

    def occasions(self, since: datetime) -> Iterator[datetime]:
        """Yield when a matter that lasts *since* then is there to be told: once, or again and again."""
        if self.manner is Manner.NOT_AT_ALL or self.after is None or self.calendar is None:
            return
        at = instant_after(since, self.after, self.calendar)
        yield at
        while self.again_after is not None:
            at = instant_after(at, self.again_after, self.calendar)
            yield at


def _called_at(hours: Calendar, about: datetime, now: datetime, zone: str, quiet: QuietHours | None) -> datetime:
    """
    Return the first instant from *now* on that is in *hours* and not *quiet*.

    Where a week has none, they are told at the end of their quiet hours, on a day that has such hours: nobody's quiet
    hours keep from them for good what is theirs to know.
    """
    where = hours.placed(zone)
    opening = at = where.next_opening(now)
    if quiet is None:
        return at
    while (awake := quiet.over_from(at, zone)) - opening <= A_WEEK:
        if where.is_open(awake):
            return awake
        at = where.next_opening(awake)
    return DigestHours(at=(quiet.ends,), days=hours).due(about, now, zone, quiet)


@dataclass(frozen=True, kw_only=True)
class Due:
    """
    Attributes:
        last: The newest occasion that has come; None where none has.
        next: The first that has not; None where none will.
    """

    last: datetime | None
    next: datetime | None


def due_by(occasions: Iterator[datetime], now: datetime) -> Due:
    """Return what of *occasions* has come: those that were slept through count as one (A29)."""
    last = None
    for at in occasions:
        if at > now:
            return Due(last=last, next=at)
        last = at
    return Due(last=last, next=None)


def lasts_since(matter: Matter, history: Sequence[Event]) -> datetime | None:
    """Return since when a lasting *matter* is there at the end of *history*; None where it is not."""
    *_, (_, ticket) = moments = standings(history)
    if not holds(matter, ticket):
        return None
    if matter is Matter.UNTAKEN:
        return history[0].at
    since = history[0].at
    was_theirs = False
    for event, stood in moments:
        came = was_theirs and stood.ball is Side.VENDOR
        if came or _is_heard(event):
            since = event.at
        was_theirs = stood.ball is not Side.VENDOR
    return since


def holds(matter: Matter, ticket: Ticket) -> bool:
    """Whether a lasting *matter* can be told of a ticket that stands like this."""
    if ticket.ball is not Side.VENDOR:
        return False
    return (ticket.assignee is None) is (matter is Matter.UNTAKEN)


_STAFF = (Role.AGENT, Role.MANAGER)


def _is_heard(event: Event) -> bool:
    """Whether the customer hears of a person of ours by *event*."""
    return event.by is not None and event.role in _STAFF and event.audience is Audience.PUBLIC
