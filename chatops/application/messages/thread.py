"""
What an event makes people read in the ticket's thread.

It is one function for each, where the customer's wording and the desk's stand side by side, so that what crosses the
audience firewall can be seen at a glance: an event whose audience is internal has no public one.
"""

from collections.abc import Callable, Mapping

from chatops.application.clock_words import DUE_NO_MORE, MOVED, RECOUNTED
from chatops.application.labels import REASON, SOLUTION
from chatops.application.message_tree import Message, Quote
from chatops.application.messages.reading import Reading, quoted
from chatops.application.messages.reminders import closing_proposed, reminded, reminder_undelivered
from chatops.application.messages.severity import requalified, severity_proposed
from chatops.domain.events import (
    Attachment,
    BeneficiaryReminded,
    BeneficiaryWrote,
    ClosingProposed,
    DueMoved,
    Event,
    InformationRequested,
    NoteTaken,
    ReminderUndelivered,
    SeverityProposed,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.vocabulary import Action, Audience, ClosingReason, PersonId


def told(event: Event, reading: Reading) -> Message | None:
    """Return what *event* makes this audience read in the ticket's thread; None: nothing."""
    if event.audience is Audience.INTERNAL and not reading.internal:
        return None
    teller = _TELLERS.get(type(event))
    return teller(event, reading) if teller else None


def _assigned(event: TicketAssigned, reading: Reading) -> Message:
    say, assignee = reading.say, reading.name(event.assignee)
    if not reading.internal:
        return reading.message(
            say("{agent} is now handling {ticket}.", agent=assignee, ticket=reading.ticket.reference)
        )
    if event.by == event.assignee:
        return reading.message(say("{agent} took {ticket}.", agent=assignee, ticket=reading.ticket.reference))
    return reading.message(
        say(
            "{by} gave {ticket} to {agent}.",
            by=reading.name(event.by),
            ticket=reading.ticket.reference,
            agent=assignee,
        ),
        notify=(event.assignee,),
    )


def _information_requested(event: InformationRequested, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        return reading.message(
            say("{agent} asked the customer:", agent=reading.name(event.by)), quote=quoted(event.awaited)
        )
    return reading.message(
        say("We need something from you to go on with {ticket}:", ticket=ticket.reference),
        say("Answer here in the thread, with files if that helps. We go on as soon as we have it."),
        quote=quoted(event.awaited, reading.name(event.by)),
        notify=(ticket.requester,),
    )


def _work_started(event: WorkStarted, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        return reading.message(
            say("{agent} started work on {ticket}.", agent=reading.name(event.by), ticket=ticket.reference)
        )
    return reading.message(say("We have what we need and are working on {ticket}.", ticket=ticket.reference))


def _solution_proposed(event: SolutionProposed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    kind = say(SOLUTION[event.solution])
    quote = quoted(event.text, reading.name(event.by))
    if reading.internal:
        return reading.message(say("Solution proposed to the customer ({kind}):", kind=kind), quote=quote)
    return reading.message(
        say("Here is a solution for {ticket} ({kind}):", ticket=ticket.reference, kind=kind),
        say("Does it suit you? “Accept” closes the ticket; “Not solved” opens it again."),
        quote=quote,
        notify=(ticket.requester,),
        buttons=(Action.ACCEPT, Action.REFUSE),
    )


def _solution_refused(event: SolutionRefused, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    quote = quoted(event.why, reading.name(event.by))
    if reading.internal:
        headline = say(
            "{contact} refused the solution: {ticket} is open again.",
            contact=reading.name(event.by),
            ticket=ticket.reference,
        )
        return reading.message(headline, quote=quote, notify=(ticket.assignee,))
    return reading.message(say("{ticket} is open again; the desk has been told.", ticket=ticket.reference), quote=quote)


def _closed(event: TicketClosed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    in_own_words = event.reason is ClosingReason.OTHER and bool(event.note)
    headline = say(
        "{by} closed {ticket}: {reason}.",
        by=reading.name(event.by),
        ticket=ticket.reference,
        reason=event.note.rstrip(".") if in_own_words else say(REASON[event.reason]),
    )
    quote = None if in_own_words else quoted(event.note, reading.name(event.by))
    if reading.internal:
        return reading.message(headline, quote=quote)
    return reading.message(
        headline,
        say(
            "To come back to it, open a new ticket that refers to it: `!open … after {ticket}`",
            ticket=ticket.reference,
        ),
        quote=quote,
    )


def _due_moved(event: DueMoved, reading: Reading) -> Message | None:
    """What everybody knew to be late, and still is, is no news."""
    if event.known_late:
        return None
    say = reading.say
    sentence = (MOVED if event.due_at else DUE_NO_MORE)[event.clock]
    instants = {"due": reading.instant(event.due_at), "before": reading.instant(event.was_due_at)}
    because = say(RECOUNTED[event.because], edition=event.edition, organisation=reading.organisation)
    return reading.message(say(sentence, ticket=reading.ticket.reference, **instants), because)


def _beneficiary_wrote(event: BeneficiaryWrote, reading: Reading) -> Message:
    notify = (reading.ticket.assignee,) if reading.internal else ()
    return _spoken(event, reading, notify=notify)


def _vendor_replied(event: VendorReplied, reading: Reading) -> Message:
    if not reading.internal:
        return _spoken(event, reading)
    return reading.message(
        reading.say("{agent} to the customer:", agent=reading.name(event.by)),
        quote=Quote(author="", text=event.text, files=event.files),
    )


def _note_taken(event: NoteTaken, reading: Reading) -> Message:
    return reading.message(
        reading.say("{agent} noted, for the desk only:", agent=reading.name(event.by)),
        quote=Quote(author="", text=event.text, files=event.files),
    )


def _spoken(
    event: BeneficiaryWrote | VendorReplied, reading: Reading, *, notify: tuple[PersonId | None, ...] = ()
) -> Message:
    return reading.message(
        reading.say("{name} wrote:", name=_writer(event, reading)),
        quote=Quote(author="", text=event.text, files=event.files),
        notify=notify,
    )


def _writer(event: BeneficiaryWrote | VendorReplied, reading: Reading) -> str:
    return reading.author(event) if isinstance(event, BeneficiaryWrote) else reading.name(event.by)


def file_of(reading: Reading, author: str, file: Attachment) -> Message:
    """Return what passes one file on; where a platform cannot carry it, its name is told."""
    return reading.message(
        reading.say("{name} sent a file:", name=author), quote=Quote(author="", text="", files=(file,))
    )


def taken_back(reading: Reading) -> Message:
    """Return what stands in a message's place where a platform cannot take it back."""
    return reading.message(reading.say("(taken back)"))


_TELLERS: Mapping[type[Event], Callable[..., Message | None]] = {
    TicketAssigned: _assigned,
    SeverityRequalified: requalified,
    SeverityProposed: severity_proposed,
    InformationRequested: _information_requested,
    WorkStarted: _work_started,
    SolutionProposed: _solution_proposed,
    SolutionRefused: _solution_refused,
    TicketClosed: _closed,
    BeneficiaryReminded: reminded,
    BeneficiaryWrote: _beneficiary_wrote,
    VendorReplied: _vendor_replied,
    NoteTaken: _note_taken,
    ReminderUndelivered: reminder_undelivered,
    DueMoved: _due_moved,
    ClosingProposed: closing_proposed,
}


def still_your_word(reading: Reading) -> Message:
    """Return the two buttons of RESOLVED once more, after a message that accepted or refused nothing (§3.2.5c)."""
    say = reading.say
    return reading.message(
        say("Thank you, the desk has it. The solution still waits for your word: “Accept” or “Not solved”?"),
        buttons=(Action.ACCEPT, Action.REFUSE),
    )
