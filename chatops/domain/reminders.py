"""
When somebody who has the ball is reminded, and what follows the last reminder (§3.2.3c–d, §3.2.5c–d).

The count is per waiting episode: while SUSPENDED a message of theirs ends it, while RESOLVED it starts the count anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chatops.domain.business_hours import Calendar
from chatops.domain.course import standings
from chatops.domain.durations import Duration
from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    Event,
    InformationRequested,
    ReminderUndelivered,
    SolutionProposed,
)
from chatops.domain.targets import instant_after
from chatops.domain.vocabulary import Side, Status


class StepKind(StrEnum):
    REMIND = "remind"
    PROPOSE_CLOSING = "proposed to the agent"
    """The agent *may* close: one tap, and nothing happens by itself."""
    CLOSE = "automatic"


@dataclass(frozen=True, kw_only=True)
class ReminderRule:
    """
    How often one status is reminded of.

    Attributes:
        every: Between two reminders, and before the first and after the last.
        calendar: The recipient's: where its hours roam it is placed in their zone.
        times: How many reminders there are.
        then: What follows the last one that stayed without an answer.
        clause, closing_clause: Of the reminders, and of what follows.
    """

    status: Status
    every: Duration
    calendar: Calendar
    clause: str
    closing_clause: str
    edition: str = ""
    times: int = 3
    then: StepKind = StepKind.PROPOSE_CLOSING
    line: int = 0
    says: str = ""

    def for_security(self) -> "ReminderRule":
        """Return the rule for a case about a security hole: it is never closed by itself."""
        return replace(self, then=StepKind.PROPOSE_CLOSING)


@dataclass(frozen=True, kw_only=True)
class ReminderStep:
    """
    What is to be done next while we wait.

    Attributes:
        number: Which reminder, from 1; of what follows the last, one more.
        ends_at: Of the last reminder: when what follows it is due, which the reminder says.
    """

    kind: StepKind
    number: int
    due_at: datetime
    clause: str
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Episode:
    """
    The beneficiary has the ball, and was reminded `reminders` times.

    Attributes:
        since: When the waiting began, or when they were last heard while RESOLVED.
        last_at: When they were last reminded; `since` where they were not.
    """

    status: Status
    since: datetime
    last_at: datetime
    reminders: int


def episode(history: Sequence[Event]) -> Episode | None:
    """Return the waiting that lasts at the end of *history*; None where it is not theirs to move (A15)."""
    found: Episode | None = None
    for event, ticket in standings(history):
        if ticket.ball is not Side.BENEFICIARY:
            found = None
        elif found is None or isinstance(event, InformationRequested | SolutionProposed | BeneficiaryWrote):
            found = Episode(status=ticket.status, since=event.at, last_at=event.at, reminders=0)
        elif isinstance(event, BeneficiaryReminded):
            found = replace(found, last_at=event.at, reminders=event.count)
        elif isinstance(event, ReminderUndelivered):
            # It does not count, and is tried again after as long as if it did: a room that is shut stays so for long.
            found = replace(found, last_at=event.at, reminders=ticket.reminders)
    return found


def steps(waiting: Episode, rule: ReminderRule, zone: str) -> Iterator[ReminderStep]:
    """
    Yield what is to be done from here on, each counted from the one before, as if all were done when they are due.

    Args:
        zone: The recipient's, an IANA name.

    Raises:
        NeverOpen: The calendar stays closed; none that was checked does.

    Source: case A14 of the acceptance list.
    """
    at = waiting.last_at
    for number in range(waiting.reminders + 1, rule.times + 1):
        at = _next(at, rule, zone)
        ends_at = _next(at, rule, zone) if number == rule.times else None
        yield ReminderStep(kind=StepKind.REMIND, number=number, due_at=at, clause=rule.clause, ends_at=ends_at)
    yield ReminderStep(
        kind=rule.then,
        number=max(rule.times, waiting.reminders) + 1,
        due_at=_next(at, rule, zone),
        clause=rule.closing_clause,
    )


def next_step(history: Sequence[Event], rule: ReminderRule, zone: str) -> ReminderStep | None:
    """Return what is to be done next, by the clock or by the agent; None where nobody waits for the beneficiary."""
    waiting = episode(history)
    if waiting is None or waiting.status is not rule.status:
        return None
    return next(steps(waiting, rule, zone))


def _next(at: datetime, rule: ReminderRule, zone: str) -> datetime:
    return instant_after(at, rule.every, rule.calendar.placed(zone))
