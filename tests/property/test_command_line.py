"""A printed command parses back to itself, whatever people write in it."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chatops.application.command_line import Spoken, parse
from chatops.application.commands import (
    AssignTicket,
    CloseTicket,
    Command,
    OpenTicket,
    RefuseSolution,
    ReplyToBeneficiary,
    RequalifyTicket,
    ResolveTicket,
    SuspendTicket,
    TakeNote,
    TakeTicket,
)
from chatops.domain.errors import UserError
from chatops.domain.vocabulary import ClosingReason, OrganisationId, PersonId, Role, Severity, SolutionKind, TicketId

AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
SPOKEN = Spoken(
    by=PersonId("ben"),
    role=Role.AGENT,
    at=AT,
    people={"ben": PersonId("ben"), "luc": PersonId("luc")},
    ticket_id=TicketId(4),
    organisation=OrganisationId("acme"),
)

# Prose as people begin it: with a letter that starts neither a ticket's number, a severity, a kind nor a preposition.
prose = st.text(min_size=1, max_size=200).map(lambda text: f"Zut {text}".strip())
ticket = st.integers(min_value=1, max_value=10**18 - 1).map(TicketId)
asked = {"by": st.just(PersonId("ben")), "role": st.just(Role.AGENT), "at": st.just(AT)}

commands = st.one_of(
    st.builds(TakeTicket, **asked, ticket_id=ticket),
    st.builds(AssignTicket, **asked, ticket_id=ticket, assignee=st.just(PersonId("luc"))),
    st.builds(RequalifyTicket, **asked, ticket_id=ticket, severity=st.sampled_from(Severity), why=prose),
    st.builds(SuspendTicket, **asked, ticket_id=ticket, awaited=prose),
    st.builds(ResolveTicket, **asked, ticket_id=ticket, solution=st.sampled_from(SolutionKind), text=prose),
    st.builds(RefuseSolution, **asked, ticket_id=ticket, why=prose),
    st.builds(CloseTicket, **asked, ticket_id=ticket, reason=st.sampled_from(ClosingReason), note=prose),
    st.builds(ReplyToBeneficiary, **asked, ticket_id=ticket, text=prose),
    st.builds(TakeNote, **asked, ticket_id=ticket, text=prose),
    st.builds(
        OpenTicket,
        **asked,
        organisation=st.just(OrganisationId("acme")),
        text=prose.filter(lambda text: "T" not in text.upper()[3:]),
        severity=st.sampled_from(Severity),
        requester=st.just(PersonId("luc")),
        refers_to=st.none() | ticket,
    ),
)


def printed(command: Command) -> str:
    match command:
        case TakeTicket(ticket_id=number):
            return f"take T-{number}"
        case AssignTicket(ticket_id=number, assignee=assignee):
            return f"assign T-{number} {assignee}"
        case RequalifyTicket(ticket_id=number, severity=severity, why=why):
            return f"severity T-{number} {severity} {why}"
        case SuspendTicket(ticket_id=number, awaited=awaited):
            return f"need T-{number} {awaited}"
        case ResolveTicket(ticket_id=number, solution=solution, text=text):
            return f"resolve T-{number} {solution} {text}"
        case RefuseSolution(ticket_id=number, why=why):
            return f"refuse T-{number} {why}"
        case CloseTicket(ticket_id=number, reason=reason, note=note):
            return f"close T-{number} {reason} {note}"
        case ReplyToBeneficiary(ticket_id=number, text=text):
            return f"reply T-{number} {text}"
        case TakeNote(ticket_id=number, text=text):
            return f"note T-{number} {text}"
        case OpenTicket(refers_to=refers_to, severity=severity, requester=requester, text=text):
            after = f"after T-{refers_to} " if refers_to else ""
            return f"open for {requester} {after}{severity} {text}"
    raise AssertionError(command)


@given(commands)
def test_a_printed_command_parses_back_to_itself(command: Command) -> None:
    assert parse(printed(command), SPOKEN) == command


@given(st.text(max_size=300))
def test_whatever_is_typed_makes_a_command_or_a_sentence(text: str) -> None:
    with suppress(UserError):
        assert isinstance(parse(text, SPOKEN), Command)
