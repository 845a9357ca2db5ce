"""
Signs that people put under messages: mirrored to where the same words stand, for whoever may see that.

The desk puts the sign under the copies in its own name, once however many people did, and takes it away when the last
of them has. A sign in a desk thread stays in the desk (DESIGN §1). None changes the ticket: the history is silent.
"""

from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.ports.outbox import Form
from chatops.application.ports.signs import PlacedSign
from chatops.application.ports.threads import Thread
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, TicketId


async def place_sign(sign: PlacedSign, ticket_id: TicketId, entry: int, desk: Desk) -> Answer:
    """Mirror *sign*, put under a message that tells of row *entry* of the ticket's history."""
    if await desk.uow.signs.place(sign):
        await _mirror(Form.REACTION, sign, ticket_id, entry, desk)
    return Answer(ticket_id=ticket_id)


async def remove_sign(sign: PlacedSign, ticket_id: TicketId, entry: int, desk: Desk) -> Answer:
    """Take the mirrored sign away, unless somebody else's stands under that message as well."""
    if await desk.uow.signs.remove(sign):
        await _mirror(Form.REACTION_REMOVAL, sign, ticket_id, entry, desk)
    return Answer(ticket_id=ticket_id)


async def entry_under(place: Address, message: Address, desk: Desk) -> tuple[TicketId, int] | None:
    """Return the ticket and the row of its history that a message tells of, whoever wrote it."""
    shown = await desk.uow.outbox.shown_at(place, message)
    if shown is not None:
        return None if shown.ticket_id is None or shown.entry is None else (shown.ticket_id, shown.entry)
    return await desk.uow.inbox.entry_at(place, message)


async def _mirror(form: Form, sign: PlacedSign, ticket_id: TicketId, entry: int, desk: Desk) -> None:
    ticket = await desk.ticket(ticket_id)
    threads = await desk.threads_of(ticket)
    here = next((thread for thread in threads if thread.place == sign.place), None)
    if here is None:
        return
    written = await desk.uow.inbox.written(ticket_id, entry)
    for thread in threads:
        if thread.id != here.id and _may_follow(here, thread):
            original = written.message if written is not None and written.place == thread.place else None
            desk.owe_sign(thread, sign.sign, form, entry=entry, under=original)


def _may_follow(here: Thread, other: Thread) -> bool:
    return here.audience is Audience.PUBLIC or other.audience is Audience.INTERNAL
