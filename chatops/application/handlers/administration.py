"""
Which room is whose, as far as chat may change it, and who may change the set-up of the desk at all.

What is changed is recorded in the directory, so that a later import of its file asks before it undoes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum

from chatops.application.command_line import fold
from chatops.application.commands import BindRoom, Command, Help, ListRooms, UnbindRoom
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.labels import ROOM
from chatops.application.message_tree import Message
from chatops.application.messages.answers import answer
from chatops.application.visible import one_line
from chatops.application.words import N_, Voice
from chatops.domain.directory import Address, Organisation, Person, Room
from chatops.domain.errors import NotAllowed, UserError
from chatops.domain.vocabulary import (
    Audience,
    OrganisationId,
    Platform,
    Role,
    RoomId,
    RoomPurpose,
    TicketId,
    reference,
)

# ---- who may ---------------------------------------------------------------------------------------------------------


class Deed(StrEnum):
    """What may be asked of the set-up of the desk, as `Action` is what may be asked of a ticket."""

    BIND = "bind"
    UNBIND = "unbind"
    LIST_ROOMS = "list_rooms"
    IDENTIFY_CONTACT = "identify_contact"
    IDENTIFY_STAFF = "identify_staff"


_STAFF = frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR})

MAY: Mapping[Deed, frozenset[Role]] = {
    Deed.BIND: frozenset({Role.ADMINISTRATOR}),
    Deed.UNBIND: frozenset({Role.ADMINISTRATOR}),
    Deed.LIST_ROOMS: _STAFF,
    Deed.IDENTIFY_CONTACT: _STAFF,
    Deed.IDENTIFY_STAFF: frozenset({Role.ADMINISTRATOR}),
}

_NOT_YOURS: Mapping[Deed, str] = {
    Deed.BIND: N_("Only an administrator of the desk binds rooms. Ask one to type this here."),
    Deed.UNBIND: N_("Only an administrator of the desk unbinds rooms. Ask one to type this here."),
    Deed.LIST_ROOMS: N_("Only the desk's own people see the list of its rooms."),
    Deed.IDENTIFY_CONTACT: N_("Only the desk's own people say who somebody is. Ask the desk to type this."),
    Deed.IDENTIFY_STAFF: N_("Only an administrator ties an identity to one of the desk's own people. Ask one."),
}

WITHOUT_A_ROOM: tuple[type[Command], ...] = (BindRoom, UnbindRoom, ListRooms, Help)
"""What works in a room that the desk does not know, for those who may bind it."""


def may(role: Role, deed: Deed) -> bool:
    """Whether somebody in *role* may do it; what is said nowhere may nobody."""
    return role in MAY.get(deed, frozenset())


def authorise(role: Role, deed: Deed) -> None:
    """
    Raises:
        NotAllowed: They may not.
    """
    if not may(role, deed):
        raise NotAllowed(_NOT_YOURS[deed])


def verbs_for(role: Role, *, bound: bool) -> frozenset[str]:
    """Return the verbs of this file that somebody may use, in a room that is bound or in one that is not."""
    verbs = {"bind": Deed.BIND, "unbind": Deed.UNBIND, "rooms": Deed.LIST_ROOMS, "identify": Deed.IDENTIFY_CONTACT}
    here = {"unbind", "rooms", "identify"} if bound else {"bind", "rooms"}
    return frozenset(verb for verb, deed in verbs.items() if verb in here and may(role, deed))


# ---- rooms -----------------------------------------------------------------------------------------------------------


async def bind_room(command: BindRoom, desk: Desk) -> Answer:
    """
    Say what the room is for from now on; tickets that stand open are not shown in it.

    Raises:
        NotAllowed, UserError: Not theirs to do; no such organisation; bound already (S13); it has shown what its new
            readers must not see.
    """
    authorise(command.role, Deed.BIND)
    place = _place(desk)
    organisation = _organisation(command.organisation, desk) if command.purpose is RoomPurpose.CUSTOMER else None
    room = await _room_for(command.purpose, organisation, place, desk)
    await _refuse_what_it_showed(room, place, desk)
    if desk.here.room is not None:
        raise await _bound_already(desk.here.room, place, desk)
    await change(replace(room, places=(*room.places, place)), command, desk)
    welcome = _what_it_is_now(room, desk)
    desk.announce(place, welcome)
    return Answer(message=welcome)


async def unbind_room(command: UnbindRoom, desk: Desk) -> Answer:
    """
    Let the room go; what its tickets' threads tell is told elsewhere from now on.

    Raises:
        NotAllowed, UserError: Not theirs to do; the room is bound to nothing.
    """
    authorise(command.role, Deed.UNBIND)
    place, room = _place(desk), desk.here.room
    if room is None:
        raise UserError(N_("This room is bound to nothing. `!bind customer acme` binds it to an organisation."))
    await change(replace(room, places=tuple(each for each in room.places if each != place)), command, desk)
    farewell = _what_it_is_no_more(room, desk)
    desk.announce(place, farewell)
    say, told = desk.say, []
    if open_tickets := await desk.uow.threads.open_at(place):
        told.append(say("Threads that stand still here: {tickets}.", tickets=_named(open_tickets)))
    if room.purpose is RoomPurpose.DESK and not await _desk_is_read(place, desk):
        told.append(say("No desk room is left: nobody sees new tickets until you type `!bind desk` somewhere."))
    return desk.told(answer(say, *told)) if told else Answer(message=farewell)


async def list_rooms(command: ListRooms, desk: Desk) -> Answer:
    """
    In a customer's room, only that customer's; in a room that is not bound, none: nobody knows who reads there (S13).

    Raises:
        NotAllowed: Not theirs to see.
    """
    authorise(command.role, Deed.LIST_ROOMS)
    say = desk.say
    if desk.here.room is None:
        return desk.told(answer(say, say("This room is not bound. In the desk's room, `!rooms` lists the others.")))
    shown = [room for room in (await desk.uow.directory.everything()).rooms if _may_be_named(room, desk)]
    lines = (f"{room.id} · {_what(room, desk, say)} · {_where(room, say)}" for room in shown)
    return desk.told(answer(say, say.plural("{n} room:", "{n} rooms:", len(shown)), *lines, listing=True))


def _organisation(said: str, desk: Desk) -> Organisation:
    """
    Raises:
        UserError: There is no such organisation, with those that are called nearly so.
    """
    called = {fold(name): each for each in desk.cast.organisations.values() for name in (each.id, each.name)}
    if (found := called.get(fold(said))) is not None:
        return found
    near = dict.fromkeys(called[name].id for name in get_close_matches(fold(said), called, n=3))
    shown = one_line(said)[:60]
    if not near:
        raise UserError(N_("I know no organisation called “{name}”. The directory file adds them."), name=shown)
    raise UserError(
        N_("I know no organisation called “{name}”. Did you mean {near}? The directory file adds them."),
        name=shown,
        near=", ".join(near),
    )


async def _bound_already(room: Room, place: Address, desk: Desk) -> UserError:
    what, tickets = _what(room, desk, desk.say), await desk.uow.threads.open_at(place)
    if not tickets:
        return UserError(N_("This room is {room} already. Type `!unbind` first if it is to be another."), room=what)
    return UserError(
        N_("This room is {room} already, with the threads of {tickets}. Type `!unbind` first if it is to be another."),
        room=what,
        tickets=_named(tickets),
    )


async def _room_for(purpose: RoomPurpose, organisation: Organisation | None, place: Address, desk: Desk) -> Room:
    """Return the room of that kind which has no place on this platform yet; a new one where there is none."""
    who = await desk.uow.directory.everything()
    owner = organisation.id if organisation else None
    if place.platform is Platform.CONSOLE:
        return await _room_in_the_terminal(purpose, owner, place, desk)
    for room in who.rooms:
        same = room.purpose is purpose and room.organisation == owner
        if same and place.platform not in {each.platform for each in room.places}:
            return room
    name = _free_name(owner or purpose, {room.id for room in who.rooms})
    return Room(id=name, purpose=purpose, organisation=owner, places=(Address(platform=Platform.CONSOLE, value=name),))


async def _room_in_the_terminal(purpose: RoomPurpose, owner: OrganisationId | None, place: Address, desk: Desk) -> Room:
    """
    Return the room that the directory calls as the terminal does.

    Raises:
        UserError: It is another kind of room elsewhere.
    """
    wanted = Room(id=RoomId(place.value), purpose=purpose, organisation=owner)
    there = await desk.uow.directory.room(wanted.id)
    if there is None:
        return wanted
    elsewhere = [each for each in there.places if each != place]
    if elsewhere and (there.purpose, there.organisation) != (purpose, owner):
        raise await _bound_already(there, elsewhere[0], desk)
    return replace(there, purpose=purpose, organisation=owner, places=tuple(elsewhere))


def _free_name(name: str, taken: set[RoomId]) -> RoomId:
    numbered = (RoomId(f"#{name}-{number}" if number > 1 else f"#{name}") for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


async def _refuse_what_it_showed(room: Room, place: Address, desk: Desk) -> None:
    """
    Raises:
        UserError: What stands in the room would be read by people whom it is not meant for.
    """
    readers = {
        desk.say("the desk") if audience is Audience.INTERNAL else _called(owner, desk)
        for owner, audience in await desk.uow.threads.shown_at(place)
        if not room.may_show(owner, audience)
    }
    if not readers:
        return
    tickets = await desk.uow.threads.open_at(place)
    raise UserError(
        N_("This room holds tickets that only {readers} may read ({tickets}): bind a new room instead."),
        readers=", ".join(sorted(readers)),
        tickets=_named(tickets) if tickets else desk.say("all closed"),
    )


def _what_it_is_now(room: Room, desk: Desk) -> Message:
    """Return what everybody in the room reads first, in the room's language."""
    say = desk.voice_of(room)
    now = say("This is now {room}.", room=_what(room, desk, say))
    match room.purpose:
        case RoomPurpose.CUSTOMER:
            first = say(
                "`!open S2 what is wrong` opens a ticket; its thread is where you and the support desk talk about it."
            )
        case RoomPurpose.DESK:
            first = say("New tickets come in here, each with a thread of its own; `!list` shows those that are open.")
        case _:
            first = say("What needs a manager is told here; `!list` shows the open tickets.")
    return answer(say, now, first, say("`!help` tells what else you can do."))


def _what_it_is_no_more(room: Room, desk: Desk) -> Message:
    say = desk.voice_of(room)
    return answer(
        say, say("This room is not {room} any more; the desk listens to nobody here.", room=_what(room, desk, say))
    )


async def _desk_is_read(place: Address, desk: Desk) -> bool:
    places = [each for room in await desk.uow.directory.rooms(RoomPurpose.DESK) for each in room.places]
    return any(each != place and each.platform in desk.platforms for each in places)


def _what(room: Room, desk: Desk, say: Voice) -> str:
    if room.organisation is None:
        return say(ROOM[room.purpose])
    return say("the customer room of {organisation}", organisation=_called(room.organisation, desk))


def _called(organisation: OrganisationId, desk: Desk) -> str:
    known = desk.cast.organisations.get(organisation)
    return known.name if known else organisation


def _where(room: Room, say: Voice) -> str:
    return ", ".join(f"{place.platform} {place.value}" for place in room.places) or say("nowhere")


def _may_be_named(room: Room, desk: Desk) -> bool:
    return desk.scope.internal or (room.organisation is not None and desk.scope.covers(room.organisation))


def _named(tickets: Sequence[TicketId]) -> str:
    shown = ", ".join(reference(ticket) for ticket in tickets[:10])
    return f"{shown} …" if len(tickets) > 10 else shown


async def change(part: Person | Room, command: Command, desk: Desk) -> None:
    """Let a person or a room stand as given, as said by who asks."""
    await desk.uow.directory.change(part, by=command.by, at=command.at, correlation_id=desk.correlation_id)


def _place(desk: Desk) -> Address:
    assert desk.here.place is not None, "no timer asks this"
    return desk.here.place
