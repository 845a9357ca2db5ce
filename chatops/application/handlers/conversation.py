"""What people say to each other about a ticket, and the firewall between what is public and what is not."""

from chatops.application.commands import ReplyToBeneficiary, SayInThread, TakeNote
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.messages import answer
from chatops.domain.events import BeneficiaryWrote, NoteTaken, VendorReplied
from chatops.domain.vocabulary import Action, Audience, Role


async def reply_to_beneficiary(command: ReplyToBeneficiary, desk: Desk) -> Answer:
    done = await desk.transition(
        command,
        Action.REPLY,
        {"text": bool(command.text or command.files)},
        lambda _, decided: VendorReplied(**decided, text=command.text, files=command.files),
    )
    if done.refused is None and desk.in_thread_of(done.ticket_id) and desk.audience is Audience.INTERNAL:
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


async def say_in_thread(command: SayInThread, desk: Desk) -> Answer:
    """In a desk thread plain words are a note; in a customer thread everything is public (DESIGN §1)."""
    given = {"text": bool(command.text or command.files)}
    if desk.audience is Audience.INTERNAL:
        return await desk.transition(
            command,
            Action.NOTE,
            given,
            lambda _, decided: NoteTaken(**decided, text=command.text, files=command.files),
        )
    spoken = BeneficiaryWrote if command.role is Role.CONTACT else VendorReplied
    return await desk.transition(
        command,
        Action.SAY,
        given,
        lambda _, decided: spoken(**decided, text=command.text, files=command.files),
    )
