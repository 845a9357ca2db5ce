"""The ticket: what its events have made of it, and the change that one more of them makes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    Event,
    InformationRequested,
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
        stood = replace(self, status=event.status, version=self.version + 1)
        match event:
            case TicketAssigned(assignee=assignee):
                return replace(stood, assignee=assignee)
            case SeverityRequalified(severity=severity):
                return replace(stood, severity=severity)
            case InformationRequested(awaited=awaited):
                return replace(stood, awaited=awaited, ball=Side.BENEFICIARY, reminders=0)
            case WorkStarted():
                return replace(stood, awaited=None, ball=Side.VENDOR, reminders=0)
            case SolutionProposed(solution=solution, text=text):
                return replace(
                    stood,
                    awaited=None,
                    solution=solution,
                    solution_text=text,
                    ball=Side.BENEFICIARY,
                    reminders=0,
                )
            case SolutionRefused():
                return replace(stood, ball=Side.VENDOR, reminders=0)
            case TicketClosed(reason=reason):
                return replace(stood, reason=reason, awaited=None, ball=None)
            case BeneficiaryReminded(count=count):
                return replace(stood, reminders=count)
            case BeneficiaryWrote():
                # Only a change of status ends the waiting of RESOLVED (§3.2.5c); a message starts its count anew.
                ball = stood.ball if stood.status is Status.RESOLVED else Side.VENDOR
                return replace(stood, ball=ball, reminders=0)
            case _:
                return stood


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
