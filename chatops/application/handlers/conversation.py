"""What people say to each other about a ticket, and the firewall between what is public and what is not."""

from collections.abc import Mapping
from dataclasses import replace

from chatops.application.commands import CorrectWords, ReplyToBeneficiary, SayInThread, TakeNote, TakeWordsBack
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import SPEECH, Decided, Desk, Speech
from chatops.application.messages.answers import answer
from chatops.application.words import N_
from chatops.domain.errors import UserError
from chatops.domain.events import BeneficiaryWrote, NoteTaken, VendorReplied, WordsCorrected, WordsTakenBack
from chatops.domain.ticket import Ticket, changed
from chatops.domain.vocabulary import Action, Audience, Role, TicketId


async def reply_to_beneficiary(command: ReplyToBeneficiary, desk: Desk) -> Answer:
    done = await desk.transition(
        command,
        Action.REPLY,
        {"text": bool(command.text or command.files)},
        lambda _, decided: VendorReplied(**decided, text=command.text, files=command.files),
    )
    if done.refused is not None:
        return done
    if not desk.customer_reads:
        unread = desk.say("It is kept, but no room shows this ticket to the customer any more: ask an administrator.")
        desk.answer(answer(desk.say, unread))
    elif desk.in_thread_of(done.ticket_id) and desk.audience is Audience.INTERNAL:
        desk.answer(answer(desk.say, desk.say("Sent to the customer.")))
    return done


async def take_note(command: TakeNote, desk: Desk) -> Answer:
    done = await desk.transition(
        command,
        Action.NOTE,
        {"text": bool(command.text or command.files)},
        lambda _, decided: NoteTaken(**decided, text=command.text, files=command.files),
    )
    if done.refused is None and desk.in_thread_of(done.ticket_id):
        if desk.audience is Audience.INTERNAL:
            desk.answer(answer(desk.say, desk.say("Noted, for the desk only.")))
        else:
            warning = desk.say(
                "Noted for the desk. But you typed it here, where the customer reads: write notes in the desk's thread."
            )
            desk.answer(answer(desk.say, warning))
    return done


NOTED = "📝"
PASSED_ON = "📨"
"""The signs under plain words that the desk took in: nothing needs to be said, and nobody need wonder."""


async def say_in_thread(command: SayInThread, desk: Desk) -> Answer:
    """In a desk thread plain words are a note; in a customer thread everything is public (DESIGN §1)."""
    if desk.audience is Audience.INTERNAL:
        action, sign = Action.NOTE, NOTED
        spoken: type[Speech] = NoteTaken
    else:
        action, sign = Action.SAY, PASSED_ON
        spoken = BeneficiaryWrote if command.role in (Role.CONTACT, Role.UNVERIFIED) else VendorReplied

    def happened(_: Ticket, decided: Decided) -> Speech:
        if command.role is Role.UNVERIFIED:
            return BeneficiaryWrote(
                **decided,
                text=command.text,
                files=command.files,
                speaker=command.speaker,
                speaker_home=command.speaker_home,
            )
        return spoken(**decided, text=command.text, files=command.files)

    done = await desk.transition(command, action, {"text": bool(command.text or command.files)}, happened)
    if done.refused is None:
        desk.acknowledge(sign)
    return done


async def correct_words(command: CorrectWords, desk: Desk) -> Answer:
    """
    Correct what the one who asks had written, here and in its copies.

    Raises:
        UserError: They were said as another kind of words: an edit never runs a command, nor sends a note out.
    """
    said = await _said(command.ticket_id, command.entry, desk)
    if said is None or said.by != command.by or (said.by is None and command.role is not said.role):
        return Answer()
    natural = _NATURAL[type(said)]
    plainly = command.said is Action.SAY and (desk.audience is Audience.PUBLIC or isinstance(said, NoteTaken))
    if command.said is not natural and not plainly:
        raise not_run_again()
    if command.text == said.text or not command.text:
        return Answer(ticket_id=command.ticket_id)
    done = await desk.transition(
        command,
        natural,
        {"text": True},
        lambda _, decided: WordsCorrected(
            **decided, of=command.entry, internal=said.audience is Audience.INTERNAL, text=command.text
        ),
    )
    if done.refused is None:
        ticket = await desk.ticket(command.ticket_id)
        await desk.correct(command.entry, replace(said, text=command.text), ticket)
    return done


async def take_words_back(command: TakeWordsBack, desk: Desk) -> Answer:
    """Whoever may delete a message where it was written, its copies go; no policy stands in the way of that."""
    said = await _said(command.ticket_id, command.entry, desk)
    if said is None:
        return Answer()
    ticket = await desk.ticket(command.ticket_id)
    event = WordsTakenBack(
        at=command.at,
        by=command.by,
        role=command.role,
        status=ticket.status,
        clause=PASSING_WORDS_ON,
        edition=desk.policies.edition,
        of=command.entry,
        internal=said.audience is Audience.INTERNAL,
    )
    await desk.keep(changed(ticket, event))
    await desk.take_back(command.entry, said, ticket)
    return Answer(ticket_id=ticket.id)


PASSING_WORDS_ON = "§3.2"
"""The clause under which words go to and fro: the procedure has none of its own for them."""

_NATURAL: Mapping[type[Speech], Action] = {
    BeneficiaryWrote: Action.SAY,
    VendorReplied: Action.REPLY,
    NoteTaken: Action.NOTE,
}


def not_run_again() -> UserError:
    return UserError(N_("An edited command is not run again, and a note is not sent by an edit: write a new message."))


async def _said(ticket_id: TicketId, entry: int, desk: Desk) -> Speech | None:
    """Return the words of a history row, unless they have been taken back."""
    rows = {row.number: row.event for row in await desk.uow.history.of(ticket_id, desk.scope)}
    if any(isinstance(event, WordsTakenBack) and event.of == entry for event in rows.values()):
        return None
    said = rows.get(entry)
    corrections = [event for event in rows.values() if isinstance(event, WordsCorrected) and event.of == entry]
    if not isinstance(said, SPEECH):
        return None
    return replace(said, text=corrections[-1].text) if corrections else said
