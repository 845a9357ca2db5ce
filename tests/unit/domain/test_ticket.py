"""What events make of a ticket: who has the ball, what is awaited, how many reminders went out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    CommandRefused,
    Event,
    InformationRequested,
    NoteTaken,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.ticket import Ticket, changed, opened, replay
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClosingReason,
    OrganisationId,
    PersonId,
    Role,
    Severity,
    Side,
    SolutionKind,
    Status,
    TicketId,
)

BEN, ANA = PersonId("ben"), PersonId("ana")
T1 = TicketId(1)


def by_ben(kind: type[Event], status: Status, **more: Any) -> Event:
    return _event(kind, BEN, Role.AGENT, status, more)


def by_ana(kind: type[Event], status: Status, **more: Any) -> Event:
    return _event(kind, ANA, Role.CONTACT, status, more)


def _event(kind: type[Event], by: PersonId, role: Role, status: Status, more: dict[str, Any]) -> Event:
    at = datetime(2026, 6, 5, 12, tzinfo=UTC)
    return kind(at=at, by=by, role=role, status=status, clause="§3.2", edition="test", **more)


OPENED = by_ana(
    TicketOpened,
    Status.NEW,
    organisation=OrganisationId("acme"),
    title="down",
    description="",
    severity=Severity.S2,
    requester=ANA,
)
TAKEN = by_ben(TicketAssigned, Status.OPEN, assignee=BEN)
ASKED = by_ben(InformationRequested, Status.SUSPENDED, awaited="the logs")
SOLVED = by_ben(SolutionProposed, Status.RESOLVED, solution=SolutionKind.FIX, text="install it")


def after(*events: Event) -> Ticket:
    return replay(T1, (OPENED, *events))


def reminded(count: int, status: Status) -> Event:
    return by_ben(BeneficiaryReminded, status, count=count)


def test_a_new_ticket_is_the_vendors_to_move() -> None:
    assert after().ball is Side.VENDOR
    assert after().status is Status.NEW


def test_suspended_gives_the_ball_to_the_beneficiary() -> None:
    """§3.2.2b, DESIGN §1."""
    ticket = after(TAKEN, ASKED)
    assert (ticket.status, ticket.ball, ticket.awaited) == (Status.SUSPENDED, Side.BENEFICIARY, "the logs")


def test_any_message_of_theirs_gives_the_ball_back_but_leaves_the_status() -> None:
    ticket = after(TAKEN, ASKED, reminded(1, Status.SUSPENDED), by_ana(BeneficiaryWrote, Status.SUSPENDED, text="here"))
    assert (ticket.status, ticket.ball, ticket.reminders) == (Status.SUSPENDED, Side.VENDOR, 0)


def test_in_resolved_only_the_status_gives_the_ball_back() -> None:
    """§3.2.5c: a message starts the count of reminders anew, and no more."""
    ticket = after(TAKEN, SOLVED, reminded(2, Status.RESOLVED), by_ana(BeneficiaryWrote, Status.RESOLVED, text="hm"))
    assert (ticket.status, ticket.ball, ticket.reminders) == (Status.RESOLVED, Side.BENEFICIARY, 0)
    assert after(TAKEN, SOLVED, by_ana(SolutionRefused, Status.OPEN)).ball is Side.VENDOR


def test_suspending_again_starts_a_new_count() -> None:
    """A15."""
    waiting = (TAKEN, ASKED, reminded(1, Status.SUSPENDED), reminded(2, Status.SUSPENDED))
    assert after(*waiting).reminders == 2
    answered = (*waiting, by_ana(BeneficiaryWrote, Status.SUSPENDED, text="here"))
    again = (*answered, by_ben(WorkStarted, Status.IN_PROGRESS), ASKED)
    assert after(*again).reminders == 0


@pytest.mark.parametrize("kind", [VendorReplied, NoteTaken])
def test_the_vendors_words_move_nothing(kind: type[Event]) -> None:
    before, ticket = after(TAKEN, ASKED), after(TAKEN, ASKED, by_ben(kind, Status.SUSPENDED, text="still there?"))
    assert (ticket.ball, ticket.awaited, ticket.reminders) == (before.ball, before.awaited, before.reminders)


def test_a_closed_ticket_has_no_ball_and_a_reason() -> None:
    """§3.2.6b."""
    ticket = after(TAKEN, SOLVED, by_ana(TicketClosed, Status.CLOSED, reason=ClosingReason.SOLUTION_ACCEPTED))
    assert (ticket.status, ticket.ball, ticket.reason) == (Status.CLOSED, None, ClosingReason.SOLUTION_ACCEPTED)


def test_a_refusal_leaves_the_ticket_as_it_was() -> None:
    ticket = after(TAKEN)
    refused = changed(ticket, by_ana(CommandRefused, Status.OPEN, action=Action.ACCEPT)).ticket
    assert refused.version == ticket.version + 1
    assert after(TAKEN, by_ana(CommandRefused, Status.OPEN, action=Action.ACCEPT)) == refused


def test_what_an_agent_was_refused_is_not_the_customers_to_read() -> None:
    assert by_ben(CommandRefused, Status.NEW, action=Action.START).audience is Audience.INTERNAL
    assert by_ana(CommandRefused, Status.NEW, action=Action.ACCEPT).audience is Audience.PUBLIC
    assert by_ben(NoteTaken, Status.NEW, text="hm").audience is Audience.INTERNAL


def test_a_change_carries_both_ends() -> None:
    change = changed(after(TAKEN), ASKED, reminded(1, Status.SUSPENDED))
    assert change.before == after(TAKEN)
    assert change.ticket == after(TAKEN, ASKED, reminded(1, Status.SUSPENDED))
    assert change.ticket.version == 4


def test_a_history_must_begin_at_the_beginning() -> None:
    assert isinstance(OPENED, TicketOpened)
    assert replay(T1, (OPENED,)) == opened(T1, OPENED).ticket
    with pytest.raises(ValueError, match="begins with TicketAssigned"):
        replay(T1, (TAKEN,))
