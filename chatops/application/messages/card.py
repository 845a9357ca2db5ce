"""The ticket's card: the root of its thread, which always shows the truth."""

from collections.abc import Mapping

from chatops.application.clock_words import fact_of
from chatops.application.labels import REASON, SEVERITY, STATUS
from chatops.application.message_tree import Fact, Message, Quote
from chatops.application.messages.reading import Reading
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Audience, PersonId, Side, Status

TITLE_LENGTH = 120
"""Characters of a report's first line that stand for it everywhere."""


_ON_THE_CARD: Mapping[Audience, tuple[Action, ...]] = {
    Audience.PUBLIC: (Action.ACCEPT, Action.REFUSE),
    Audience.INTERNAL: (
        *(Action.TAKE, Action.NEED, Action.START, Action.RESOLVE, Action.REMIND, Action.CLOSE),
        *(Action.REPLY, Action.ASSIGN, Action.SEVERITY),
    ),
}


def title_of(report: str) -> tuple[str, str]:
    """Return a report's first line, cut to `TITLE_LENGTH`, and what that leaves out: the rest, or all of it if cut."""
    first, _, rest = report.strip().partition("\n")
    first = first.strip()
    if len(first) <= TITLE_LENGTH:
        return first, rest.strip()
    return first[: TITLE_LENGTH - 1].rstrip() + "…", report.strip()


def card(reading: Reading, *, files: tuple[Attachment, ...] = (), notify: tuple[PersonId, ...] = ()) -> Message:
    """Return the ticket's card: the root of its thread, which always shows the truth."""
    say, ticket = reading.say, reading.ticket
    facts = [
        Fact(label=say("Status"), value=say(STATUS[ticket.status])),
        Fact(label=say("Severity"), value=say(SEVERITY[ticket.severity])),
        Fact(label=say("Opened by"), value=reading.name(ticket.requester)),
        Fact(label=say("Handled by"), value=handler_of(reading)),
    ]
    due = fact_of(reading.clocks, say, zone=reading.zone, internal=reading.internal) if reading.clocks else None
    if due is not None:
        facts.append(due)
    if ticket.refers_to is not None:
        facts.append(Fact(label=say("Follows"), value=f"T-{ticket.refers_to}"))
    if ticket.reason is not None:
        facts.append(Fact(label=say("Reason"), value=say(REASON[ticket.reason])))
    return Message(
        language=say.language,
        headline=f"{ticket.reference} · {ticket.title}",
        facts=tuple(facts),
        paragraphs=(_next_move(reading),),
        quote=Quote(author="", text=ticket.description, files=files) if ticket.description or files else None,
        buttons=reading.buttons(*_ON_THE_CARD[reading.audience]),
        notify=notify,
    )


def handler_of(reading: Reading) -> str:
    if reading.ticket.assignee is None:
        return reading.say("nobody yet")
    return reading.name(reading.ticket.assignee)


def _next_move(reading: Reading) -> str:
    """Return the ball in words: who owes the next move, and which."""
    say, ticket = reading.say, reading.ticket
    if ticket.status is Status.CLOSED:
        return say("This ticket is closed for good (§3.2.6a).")
    if ticket.ball is Side.BENEFICIARY:
        if ticket.status is Status.SUSPENDED:
            awaited = ticket.awaited or ""
            if reading.internal:
                return say("Waiting for the customer: {awaited}", awaited=awaited)
            return say("Waiting for you: {awaited}", awaited=awaited)
        if reading.internal:
            return say("Waiting for the customer's word on the solution.")
        return say("Waiting for you: does the solution suit you?")
    if ticket.status is Status.NEW:
        return say("With us: take it.") if reading.internal else say("With support: an agent will take it.")
    if ticket.status is Status.SUSPENDED:
        if reading.internal:
            return say("With us: the customer has answered.")
        return say("With support: your answer has come and is being read.")
    if reading.internal:
        return say("With {agent}.", agent=handler_of(reading))
    return say("With support: an agent is working on it.")
