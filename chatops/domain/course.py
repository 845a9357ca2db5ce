"""The course of a ticket: how it stood, from when until when, and which side the time belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chatops.domain.business_hours import Calendar
from chatops.domain.events import Event, TicketOpened
from chatops.domain.outcomes import Reason
from chatops.domain.spans import Span
from chatops.domain.ticket import Ticket, opened
from chatops.domain.vocabulary import Side, Status, TicketId

_ANY = TicketId(0)
"""The course does not depend on what the ticket is called."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """
    A stretch of time in which the ticket stood in one way.

    Attributes:
        end: None for the one that lasts.
        side: Who had the ball, to whom the time belongs.
        awaited: What was missing, where information was awaited.
    """

    start: datetime
    end: datetime | None
    status: Status
    side: Side
    reason: Reason
    awaited: str = ""

    def until(self, now: datetime) -> Span:
        """Return the stretch, with *now* as its end where it lasts longer."""
        end = now if self.end is None else min(self.end, now)
        return Span(start=self.start, end=max(self.start, end))


Moment = tuple[Event, Ticket]
"""An event, and the ticket as it left it."""


def standings(history: Sequence[Event]) -> tuple[Moment, ...]:
    """
    Return each event with the ticket as it left it.

    Raises:
        ValueError: The history does not begin with `TicketOpened`.
    """
    if not history or not isinstance(history[0], TicketOpened):
        raise ValueError("a history begins with TicketOpened")
    ticket = opened(_ANY, history[0]).ticket
    found: list[Moment] = [(history[0], ticket)]
    for event in history[1:]:
        ticket = ticket.after(event)
        found.append((event, ticket))
    return tuple(found)


def stretches(history: Sequence[Event]) -> tuple[Stretch, ...]:
    """
    Return the whole life of a ticket in stretches, each of which belongs to one side.

    They follow one another without a gap from the opening; the last one lasts, unless the ticket is CLOSED.
    """
    return stretches_of(standings(history))


def stretches_of(moments: Sequence[Moment]) -> tuple[Stretch, ...]:
    """Return the same of what `standings` returned, for whoever has it already."""
    found: list[Stretch] = []
    for number, (event, ticket) in enumerate(moments, start=1):
        if ticket.ball is not None and ticket.status is not Status.CLOSED:
            end = max(event.at, moments[number][0].at) if number < len(moments) else None
            found.append(_stretch(event.at, end, ticket, ticket.ball))
    return tuple(_joined(found))


def _stretch(start: datetime, end: datetime | None, ticket: Ticket, side: Side) -> Stretch:
    return Stretch(
        start=start,
        end=end,
        status=ticket.status,
        side=side,
        reason=_reason(ticket, side),
        awaited=ticket.awaited or "",
    )


def _reason(ticket: Ticket, side: Side) -> Reason:
    if side is Side.BENEFICIARY:
        return Reason.ACCEPTANCE_AWAITED if ticket.status is Status.RESOLVED else Reason.INFORMATION_AWAITED
    if ticket.assignee is None:
        return Reason.NOBODY_HAS_IT
    match ticket.status:
        case Status.SUSPENDED:
            return Reason.THEY_ANSWERED
        case Status.IN_PROGRESS:
            return Reason.IN_WORK
        case _:
            return Reason.IN_QUALIFICATION


def _joined(found: Sequence[Stretch]) -> list[Stretch]:
    """Return *found* without those that took no time, and with neighbours that are alike as one."""
    whole: list[Stretch] = []
    for stretch in found:
        if stretch.start == stretch.end:
            continue
        if whole and whole[-1].end == stretch.start and _alike(whole[-1], stretch):
            whole[-1] = replace(whole[-1], end=stretch.end)
        else:
            whole.append(stretch)
    return whole


def _alike(one: Stretch, other: Stretch) -> bool:
    return (one.status, one.side, one.reason, one.awaited) == (other.status, other.side, other.reason, other.awaited)


def time_of(side: Side, history: Sequence[Event], calendar: Calendar, now: datetime) -> timedelta:
    """Return how much open time of *calendar* the ticket spent with *side*, until *now*."""
    spans = [stretch.until(now) for stretch in stretches(history) if stretch.side is side]
    return sum((calendar.elapsed(span.start, span.end) for span in spans), timedelta(0))
