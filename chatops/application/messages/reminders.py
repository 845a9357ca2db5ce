"""What is told of reminders and of closing in a ticket's thread."""

from collections.abc import Mapping
from dataclasses import replace

from chatops.application.labels import ACTION, REASON
from chatops.application.message_tree import Message
from chatops.application.messages.reading import Reading, quoted
from chatops.application.words import N_
from chatops.domain.events import BeneficiaryReminded, ClosingProposed, ReminderUndelivered
from chatops.domain.vocabulary import Action, Status


def reminded(event: BeneficiaryReminded, reading: Reading) -> Message | None:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        if event.contact is not None:
            # Who is asked instead is told with the reminder that did not arrive.
            return None
        return reading.message(
            say(
                "Reminder {count} of {all} sent to the customer for {ticket}.",
                count=event.count,
                all=event.of,
                ticket=ticket.reference,
            )
        )
    last = event.count >= event.of or event.closing_at is not None
    ending = _last_word(event, reading) if last else None
    if ticket.status is Status.RESOLVED:
        return reading.message(
            say(
                "Reminder {count} of {all}: does the solution for {ticket} suit you?",
                count=event.count,
                all=event.of,
                ticket=ticket.reference,
            ),
            ending or say("“Accept” closes the ticket; “Not solved” opens it again."),
            quote=quoted(ticket.solution_text),
            notify=(event.contact or ticket.requester,),
            buttons=(Action.ACCEPT, Action.REFUSE),
        )
    return reading.message(
        say(
            "Reminder {count} of {all}: {ticket} waits for you. We still need:",
            count=event.count,
            all=event.of,
            ticket=ticket.reference,
        ),
        ending or say("Answer here in the thread."),
        quote=quoted(ticket.awaited or ""),
        notify=(event.contact or ticket.requester,),
    )


def _last_word(event: BeneficiaryReminded, reading: Reading) -> str:
    """Return what the last reminder says will follow, and when, in the reader's own time."""
    say, solved = reading.say, reading.ticket.status is Status.RESOLVED
    if event.closing_at is None:
        if solved:
            return say(
                "This is the last reminder: without your word we may take the solution as valid and close the ticket."
            )
        return say("This is the last reminder: without an answer we may close the ticket.")
    called = reading.cast.person(event.contact or reading.ticket.requester)
    instant = say.instant(event.closing_at, called.time_zone if called else reading.zone)
    return say(_LAST_WORDS[solved, event.closes_itself], instant=instant)


_LAST_WORDS: Mapping[tuple[bool, bool], str] = {
    (False, False): N_("This is the last reminder: without an answer by {instant} we may close the ticket."),
    (False, True): N_("This is the last reminder: without an answer by {instant} the ticket will be closed."),
    (True, False): N_(
        "This is the last reminder: without your word by {instant} we may take the solution as valid and close "
        "the ticket."
    ),
    (True, True): N_(
        "This is the last reminder: without your word by {instant} we take the solution as valid, and the ticket "
        "will be closed."
    ),
}
"""By whether a solution awaits an answer, and whether the ticket is then closed without asking an agent."""


def reminder_undelivered(event: ReminderUndelivered, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    headline = say(
        "Reminder {count} for {ticket} did not reach {contact}, so it does not count.",
        count=event.count,
        ticket=ticket.reference,
        contact=reading.name(event.contact),
    )
    if event.passed_to is not None:
        return reading.message(headline, say("{contact} is asked instead.", contact=reading.name(event.passed_to)))
    return reading.message(
        headline,
        say("I can reach nobody else of {organisation}: call them.", organisation=reading.organisation),
        notify=reading.responsible,
    )


def closing_proposed(event: ClosingProposed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    headline = say.plural(
        "{ticket} had {n} reminder and no answer. Close it?",
        "{ticket} had {n} reminders and no answer. Close it?",
        event.reminders,
        ticket=ticket.reference,
    )
    closing = reading.buttons(Action.CLOSE)
    reason = say(REASON[event.reason])
    buttons = tuple(
        replace(
            button,
            label=say("Close ({reason})", reason=reason),
            words=reason,
            command=f"!{say(ACTION[Action.CLOSE])} {reason}",
            sign="🔒",
        )
        for button in closing
    )
    message = reading.message(
        headline, say("Nothing happens by itself; you may also just wait."), notify=reading.responsible
    )
    return replace(message, buttons=buttons)
