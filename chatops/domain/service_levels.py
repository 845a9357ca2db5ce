"""What a plan promises: a target per severity and clock, and what counts as keeping it; words shared with `rules`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import Duration
from chatops.domain.events import (
    BeneficiaryReminded,
    Event,
    InformationRequested,
    SeverityRequalified,
    SolutionProposed,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.vocabulary import Action, Audience, ClockKind, ClosingReason, Role, Severity, Status


class UpdatesFrom(StrEnum):
    """What makes us owe the next update."""

    THEIR_MESSAGE = "their message"
    """Their first message that nobody has answered: while it is answered, nothing is owed (A20)."""
    OUR_LAST_ANSWER = "our last answer"
    """Ours: they hear from us at least that often, whether they write or not."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """
    One time that a plan promises.

    Attributes:
        duration: From the start of the clock until it is due.
        calendar: What business time is counted on; real time counts day and night.
        warn_before: How long before it is due a warning is given; of the same kind as `duration`.
        pauses: Statuses in which the clock stands still while the beneficiary has the ball.
        audience: Who may see the clock: the customer too, or the desk alone.
        clause: The clause of the procedure that the line names.
        line: Number of the line in its file, from 1.
        says: The line as one reads it aloud.
    """

    clock: ClockKind
    duration: Duration
    calendar: Calendar
    clause: str
    warn_before: tuple[Duration, ...] = ()
    pauses: tuple[Status, ...] = ()
    audience: Audience = Audience.PUBLIC
    line: int = 0
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """
    What counts as an answer to the customer: what a person of these roles does, and the customer sees (A19).

    Attributes:
        deeds: Of the actions that the customer sees.
        cancelled_by: Reasons of closing after which no clock is judged any more (A22).
    """

    by: tuple[Role, ...]
    deeds: tuple[Action, ...]
    cancelled_by: tuple[ClosingReason, ...] = (ClosingReason.DUPLICATE,)
    clause: str = ""

    def counts(self, event: Event) -> bool:
        """Say whether *event* answers the customer; the desk's own doings and what is internal never do."""
        if event.by is None or event.role not in self.by or event.audience is not Audience.PUBLIC:
            return False
        return not self.cancels(event) and any(deed in self.deeds for deed in DEEDS.get(type(event), ()))

    def cancels(self, event: Event) -> bool:
        return isinstance(event, TicketClosed) and event.reason in self.cancelled_by


DEEDS: Mapping[type[Event], tuple[Action, ...]] = {
    TicketOpened: (Action.OPEN,),
    TicketAssigned: (Action.TAKE, Action.ASSIGN),
    SeverityRequalified: (Action.SEVERITY,),
    InformationRequested: (Action.NEED,),
    WorkStarted: (Action.START,),
    SolutionProposed: (Action.RESOLVE,),
    TicketClosed: (Action.CLOSE,),
    BeneficiaryReminded: (Action.REMIND,),
    VendorReplied: (Action.REPLY,),
}
"""Which action of the policies an event comes from, of those that the customer sees."""


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """
    What one plan promises.

    Attributes:
        edition: Label of the policy edition it stands in.
        targets: What is not here is not tracked.
        updates_from: What makes us owe the next update, whatever the severity.
    """

    plan: str
    edition: str
    answers: Answers
    targets: Mapping[tuple[Severity, ClockKind], Target]
    updates_from: UpdatesFrom = UpdatesFrom.THEIR_MESSAGE

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """Return those of the calendars that its targets count on, in order: the calendar edition of its clocks."""
        return tuple(sorted({target.calendar.fingerprint for target in self.targets.values()}))

    def target(self, severity: Severity, clock: ClockKind) -> Target | None:
        return self.targets.get((severity, clock))
