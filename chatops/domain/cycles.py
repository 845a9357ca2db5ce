"""From when until when each clock is wound up: once for response and resolution, again and again for updates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatops.domain.course import Moment
from chatops.domain.events import (
    BeneficiaryWrote,
    Event,
    SeverityProposed,
    SolutionProposed,
    SolutionRefused,
    TicketClosed,
)
from chatops.domain.service_levels import Answers, UpdatesFrom
from chatops.domain.vocabulary import Status

_CANNOT_OWE = (Status.RESOLVED, Status.CLOSED)
"""While a solution awaits their answer, and ever after, we owe no update: "thanks" arms nothing (A18)."""


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """
    One time that a clock is wound up.

    Attributes:
        stopped_at: When what was owed was given; None while it is not.
        cancelled_at: When nobody was owed it any more.
    """

    started_at: datetime
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        return self.cancelled_at if self.stopped_at is None else self.stopped_at


def response_cycle(history: Sequence[Event], answers: Answers) -> Cycle:
    """Return the time from the opening until the first answer (§3.2.1); nothing that comes later changes it."""
    opened_at = history[0].at
    for event in history:
        if answers.counts(event):
            return Cycle(started_at=opened_at, stopped_at=event.at)
        if isinstance(event, TicketClosed):
            return Cycle(started_at=opened_at, cancelled_at=event.at)
    return Cycle(started_at=opened_at)


def resolution_cycle(history: Sequence[Event], answers: Answers) -> Cycle:
    """
    Return the time from the opening until the solution that the closing confirmed.

    A solution that still awaits its answer only makes the clock stand still: refused, it goes on (A16).
    """
    opened_at, solved_at = history[0].at, None
    for event in history:
        match event:
            case SolutionProposed():
                solved_at = event.at
            case SolutionRefused():
                solved_at = None
            case TicketClosed() if answers.cancels(event):
                return Cycle(started_at=opened_at, cancelled_at=event.at)
            case TicketClosed():
                return Cycle(started_at=opened_at, stopped_at=solved_at or event.at)
    return Cycle(started_at=opened_at)


def update_cycles(moments: Sequence[Moment], answers: Answers, updates_from: UpdatesFrom) -> tuple[Cycle, ...]:
    """Return each time that an update was owed; before the first answer none is: the response is (A21)."""
    first = next((number for number, (event, _) in enumerate(moments) if answers.counts(event)), len(moments))
    if updates_from is UpdatesFrom.OUR_LAST_ANSWER:
        return tuple(_between_our_answers(moments[first:], answers))
    return tuple(_after_their_messages(moments[first:], answers))


def _after_their_messages(moments: Sequence[Moment], answers: Answers) -> Iterator[Cycle]:
    owed_since: datetime | None = None
    for event, ticket in moments:
        if owed_since is None and _asks(event) and ticket.status not in _CANNOT_OWE:
            owed_since = event.at
        elif owed_since is not None and (ended := _ended(owed_since, event, answers)):
            yield ended
            owed_since = None
    if owed_since is not None:
        yield Cycle(started_at=owed_since)


def _between_our_answers(moments: Sequence[Moment], answers: Answers) -> Iterator[Cycle]:
    owed_since: datetime | None = None
    for event, ticket in moments:
        if owed_since is not None and (ended := _ended(owed_since, event, answers)):
            yield ended
            owed_since = None
        if (answers.counts(event) or isinstance(event, SolutionRefused)) and ticket.status not in _CANNOT_OWE:
            owed_since = event.at
    if owed_since is not None:
        yield Cycle(started_at=owed_since)


def _asks(event: Event) -> bool:
    return isinstance(event, BeneficiaryWrote | SeverityProposed | SolutionRefused)


def _ended(since: datetime, event: Event, answers: Answers) -> Cycle | None:
    if answers.counts(event) or isinstance(event, SolutionProposed):
        return Cycle(started_at=since, stopped_at=event.at)
    return Cycle(started_at=since, cancelled_at=event.at) if isinstance(event, TicketClosed) else None
