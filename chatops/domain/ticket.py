"""The ticket: what its events have made of it, and the change that one more of them makes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    Event,
    InformationRequested,
    ReminderUndelivered,
    SeverityProposed,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    WorkStarted,
)
from chatops.domain.vocabulary import (
    ClosingReason,
    OrganisationId,
    PersonId,
    Severity,
    Side,
    SolutionKind,
    Status,
    TicketId,
    reference,
)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """
    One case of §3.1.3.

    Attributes:
        requester: The contact whose case it is.
        ball: The side that owes the next move; None once CLOSED.
        awaited: What is missing, while SUSPENDED.
        reminders: Sent in this waiting episode.
        version: The number of its events, for the check that nobody was faster.
    """

    id: TicketId
    organisation: OrganisationId
    title: str
    description: str
    severity: Severity
    status: Status
    ball: Side | None
    requester: PersonId
    assignee: PersonId | None = None
    awaited: str | None = None
    solution: SolutionKind | None = None
    solution_text: str = ""
    reason: ClosingReason | None = None
    reminders: int = 0
    refers_to: TicketId | None = None
    version: int = 1

    @property
    def reference(self) -> str:
        return reference(self.id)

    def after(self, event: Event) -> "Ticket":
        """Return the ticket as *event* leaves it; pure, and total over every kind of event."""
        return replace(self, status=event.status, version=self.version + 1, **self._changed_by(event))

    def _changed_by(self, event: Event) -> dict[str, Any]:
        """Return what becomes of it besides its status; one copy is made of both, for every event of a history."""
        match event:
            case TicketAssigned(assignee=assignee):
                return {"assignee": assignee}
            case SeverityRequalified(severity=severity):
                return {"severity": severity}
            case InformationRequested(awaited=awaited):
                return {"awaited": awaited, "ball": Side.BENEFICIARY, "reminders": 0}
            case WorkStarted():
                return {"awaited": None, "ball": Side.VENDOR, "reminders": 0}
            case SolutionProposed(solution=solution, text=text):
                told = {"solution": solution, "solution_text": text}
                return {"awaited": None, "ball": Side.BENEFICIARY, "reminders": 0, **told}
            case SolutionRefused():
                return {"ball": Side.VENDOR, "reminders": 0}
            case TicketClosed(reason=reason):
                return {"reason": reason, "awaited": None, "ball": None}
            case BeneficiaryReminded(count=count):
                return {"reminders": count}
            case ReminderUndelivered(count=count):
                return {"reminders": min(self.reminders, count - 1)}
            case BeneficiaryWrote() | SeverityProposed():
                # Only a change of status ends the waiting of RESOLVED (§3.2.5c); a message starts its count anew.
                ball = self.ball if event.status is Status.RESOLVED else Side.VENDOR
                return {"ball": ball, "reminders": 0}
            case _:
                return {}


@dataclass(frozen=True, kw_only=True)
class Change:
    """
    A ticket as it now stands and the events that tell why; nothing is kept until it is saved.

    Attributes:
        before: What was read; None for a new ticket.
    """

    before: Ticket | None
    ticket: Ticket
    events: tuple[Event, ...]


def opened(ticket_id: TicketId, event: TicketOpened) -> Change:
    """Return the birth of a ticket (§3.2.1)."""
    ticket = Ticket(
        id=ticket_id,
        organisation=event.organisation,
        title=event.title,
        description=event.description,
        severity=event.severity,
        status=event.status,
        ball=Side.VENDOR,
        requester=event.requester,
        refers_to=event.refers_to,
    )
    return Change(before=None, ticket=ticket, events=(event,))


def followed(change: Change, *events: Event) -> Change:
    """Return *change* with *events* after it, in the same breath."""
    ticket = reduce(Ticket.after, events, change.ticket)
    return Change(before=change.before, ticket=ticket, events=(*change.events, *events))


def changed(ticket: Ticket, *events: Event) -> Change:
    """Return what *events* make of *ticket*."""
    return Change(before=ticket, ticket=reduce(Ticket.after, events, ticket), events=events)


def replay(ticket_id: TicketId, events: Iterable[Event]) -> Ticket:
    """
    Return the ticket that its whole history tells of (I7).

    Raises:
        ValueError: The history does not begin with `TicketOpened`.
    """
    first, *rest = events
    if not isinstance(first, TicketOpened):
        raise ValueError(f"the history of {reference(ticket_id)} begins with {type(first).__name__}")
    return reduce(Ticket.after, rest, opened(ticket_id, first).ticket)
