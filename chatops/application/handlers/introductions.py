"""
Who somebody is: a chat identity is tied to a person of the directory; nobody is added and no role changes here (S36).

Whoever is not known yet is told once how that can change, and so is the desk.
"""

from dataclasses import replace
from datetime import datetime

from chatops.application.commands import IdentifyPerson, SayInThread
from chatops.application.deliveries import Answer, Marked, Speech
from chatops.application.handlers.administration import Deed, authorise, change
from chatops.application.handlers.desk import Desk
from chatops.application.identities import LONGEST, Resemblance, full_identity, odd_characters, resemblance
from chatops.application.message_tree import Message
from chatops.application.messages.answers import answer
from chatops.application.visible import one_line, storable
from chatops.application.words import N_, Voice
from chatops.domain.directory import Address, Person, Room
from chatops.domain.errors import NotLinked, UserError
from chatops.domain.vocabulary import Role, RoomPurpose


async def identify_person(command: IdentifyPerson, desk: Desk) -> Answer:
    """
    Tie a chat identity to somebody of the directory, and greet them where they have been told that nobody knows them.

    Raises:
        NotAllowed, UserError: Not theirs to say; nobody of that name here; half an identity, somebody else's, or one
            that only looks like somebody's (S16).
    """
    authorise(command.role, Deed.IDENTIFY_CONTACT)
    person = _meant(command, desk)
    if person.role is not Role.CONTACT:
        authorise(command.role, Deed.IDENTIFY_STAFF)
    identity = _identity(command.identity)
    owner = await desk.uow.directory.person_at(identity)
    if owner is not None:
        raise _taken(identity, owner, person, desk)
    alike = resemblance(identity, desk.cast.people.values())
    if alike is not None and alike.twin:
        raise _twin(identity, alike, desk)
    await change(replace(person, identities=(*person.identities, identity)), command, desk)
    told = desk.told(answer(desk.say, *_who_it_is_now(identity, person, alike, desk)))
    for place in await _places_to_greet(identity, person, desk):
        desk.announce(place, _greeting(person, desk))
    return told


def _meant(command: IdentifyPerson, desk: Desk) -> Person:
    """
    Raises:
        UserError: Nobody is called so, or nobody whom this room may know of: the same words for both (S14).
    """
    person = desk.cast.person(command.person)
    if person is None or (person.role is Role.CONTACT and not any(map(desk.scope.covers, person.organisations))):
        raise UserError(
            N_("I know nobody called “{name}” here. The directory file adds people; then `!identify` ties them."),
            name=one_line(command.called)[:60],
        )
    return person


def _identity(said: str) -> Address:
    """
    Raises:
        UserError: It is not written in full, or holds what may look like something else.
    """
    if odd := odd_characters(said):
        raise UserError(
            N_("“{identity}” holds characters that are easily mistaken: {characters}. I tie no such identity."),
            identity=one_line(said)[:80],
            characters=", ".join(odd[:5]),
        )
    identity = full_identity(said)
    if identity is None:
        raise UserError(
            N_("“{identity}” is no full identity. Write it as the platform has it: `!identify @ana:example.org ana`."),
            identity=one_line(said)[:80],
        )
    return identity


def _taken(identity: Address, owner: Person, person: Person, desk: Desk) -> UserError:
    if owner == person:
        return UserError(N_("{identity} is {name} already."), identity=_typed(identity), name=_name(person, desk))
    return UserError(
        N_("{identity} is {name}, and nobody can be two people. The directory file can change that."),
        identity=_typed(identity),
        name=_name(owner, desk),
    )


def _twin(identity: Address, alike: Resemblance, desk: Desk) -> UserError:
    if not _may_be_named(alike.person, desk):
        return UserError(
            N_("{identity} looks like somebody else's identity. Only the directory file adds it."),
            identity=_typed(identity),
        )
    return UserError(
        N_("{identity} looks like {known}, which is {name}. Only the directory file adds it."),
        identity=_typed(identity),
        known=_typed(alike.known),
        name=_name(alike.person, desk),
    )


def _who_it_is_now(identity: Address, person: Person, alike: Resemblance | None, desk: Desk) -> list[str]:
    say = desk.say
    told = [say("{identity} is {name} from now on.", identity=_typed(identity), name=_name(person, desk))]
    others = [_typed(each) for each in person.identities if each.platform is identity.platform]
    if others:
        told.append(
            say(
                "So are {identities}. If that is not the same person, tell an administrator.",
                identities=", ".join(others),
            )
        )
    if alike is not None and alike.person != person and _may_be_named(alike.person, desk):
        told.append(_not_to_be_confused(alike, _name(alike.person, desk), say))
    return told


def _not_to_be_confused(alike: Resemblance, name: str, say: Voice) -> str:
    return say("Not to be confused with {known}: that is {name}.", known=_typed(alike.known), name=name)


async def _places_to_greet(identity: Address, person: Person, desk: Desk) -> list[Address]:
    """Return where they have been told that nobody knows them, and the room this was said in, where they belong."""
    places = dict.fromkeys(await desk.uow.directory.introduced(identity))
    if desk.here.place is not None and identity.platform is desk.here.place.platform:
        places[desk.here.place] = None
    rooms = {place: await desk.uow.directory.room_at(place) for place in places}
    return [place for place, room in rooms.items() if room is not None and _at_home(person, room)]


def _at_home(person: Person, room: Room) -> bool:
    if person.role is Role.CONTACT:
        return room.organisation in person.organisations
    return room.purpose is not RoomPurpose.CUSTOMER


def _greeting(person: Person, desk: Desk) -> Message:
    say = desk.words[person.language]
    if person.role is Role.CONTACT:
        first = say("`!open S2 what is wrong` opens a ticket, `!list` shows yours, `!help` tells the rest.")
    else:
        first = say("`!list` shows the open tickets, `!help` tells what you can do.")
    welcome = answer(say, say("Welcome, {name}: I know you now.", name=person.name), first)
    return replace(welcome, notify=(person.id,))


def _may_be_named(person: Person, desk: Desk) -> bool:
    """Whether this room may know of somebody at all (S13)."""
    return desk.scope.internal or (person.role is Role.CONTACT and any(map(desk.scope.covers, person.organisations)))


def _name(person: Person, desk: Desk) -> str:
    if _may_be_named(person, desk):
        return f"{person.name} (`{person.id}`)"
    return desk.say("somebody else") if person.role is Role.CONTACT else desk.say("{name} (support)", name=person.name)


def _typed(identity: Address) -> str:
    return f"`{_bare(identity)}`"


def _bare(identity: Address) -> str:
    """Return an identity on one line; what comes from outside cannot end the marks around it."""
    return one_line(identity.value).replace("`", "")[:LONGEST]


# ---- strangers -------------------------------------------------------------------------------------------------------


def may_be_heard(room: Room | None) -> bool:
    """Whether the words of somebody unknown are passed on: in a customer's room, whose members let people in."""
    return room is not None and room.purpose is RoomPurpose.CUSTOMER


def hearing(desk: Desk) -> Desk:
    """Return the desk that hears somebody unknown: about the tickets of the room that they stand in."""
    return replace(desk, scope=desk.here.room.scope if desk.here.room else desk.scope)


def words_of_a_stranger(said: Speech, desk: Desk, *, at: datetime) -> SayInThread:
    """Return what passes the words of somebody unknown on, under the name that their platform displays (A31)."""
    here = desk.here
    assert here.thread is not None, "only words in a ticket's thread are passed on"
    called = here.sender_name or (here.sender.value if here.sender else "")
    return SayInThread(
        by=None,
        role=Role.UNVERIFIED,
        at=at,
        ticket_id=here.thread.ticket_id,
        text=storable(said.text),
        files=said.files,
        speaker=one_line(storable(called))[:_LONGEST_NAME],
        speaker_home=one_line(storable(here.sender_home))[:_LONGEST_NAME],
    )


_LONGEST_NAME = 80


async def meet_stranger(
    request: Speech | Marked, stranger: Address, desk: Desk, *, at: datetime, wants_an_answer: bool = False
) -> Answer:
    """
    Tell somebody unknown, once in each room, who can introduce them; and the desk, what to type (A31).

    Args:
        wants_an_answer: They pressed something, and nobody else reads what they are told.
    """
    room = desk.here.room
    assert room is not None, "nobody is met where the desk does not belong"
    new = desk.here.place is not None and await desk.uow.directory.meet(stranger, desk.here.place, at=at)
    if not new and not wants_an_answer:
        return Answer(refused=NotLinked.__name__)
    message = answer(desk.say, desk.say.error(_unknown(request, stranger, room)))
    desk.answer(message)
    if new and room.purpose is RoomPurpose.CUSTOMER:
        for desk_room in await desk.uow.directory.rooms(RoomPurpose.DESK):
            notice = _somebody_unknown(stranger, room, desk.voice_of(desk_room), desk)
            for each in desk_room.places:
                desk.announce(each, notice)
    return Answer(message=message, refused=NotLinked.__name__)


def _unknown(request: Speech | Marked, stranger: Address, room: Room) -> NotLinked:
    if room.purpose is not RoomPurpose.CUSTOMER:
        return NotLinked(N_("I do not know you yet. Ask an administrator to link you."))
    if isinstance(request, Speech):
        return NotLinked(
            N_(
                "I do not know you yet, so your message is passed on as that of somebody unverified. "
                "To do more, ask the desk to link you: `!identify {identity} name`"
            ),
            identity=_bare(stranger),
        )
    return NotLinked(
        N_("I do not know you yet. Somebody of the desk can link you: `!identify {identity} name`"),
        identity=_bare(stranger),
    )


def _somebody_unknown(stranger: Address, room: Room, say: Voice, desk: Desk) -> Message:
    told = [say("Somebody unknown, {identity}, wrote in {room}.", identity=_typed(stranger), room=room.id)]
    if odd := odd_characters(stranger.value):
        told.append(
            say(
                "Beware: this identity holds characters that are easily mistaken: {characters}.",
                characters=", ".join(odd[:5]),
            )
        )
    else:
        told.append(say("`!identify {identity} name` links them to a contact.", identity=_bare(stranger)))
    if alike := resemblance(stranger, desk.cast.people.values()):
        told.append(_not_to_be_confused(alike, f"{alike.person.name} (`{alike.person.id}`)", say))
    return answer(say, *told)
