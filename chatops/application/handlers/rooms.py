"""Rooms that we come into, that go on in another place, are called something else, or are opened to others."""

from dataclasses import replace

from chatops.application.commands import EnterRoom, FollowRoom, GuardRoom, RenameRoom
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.messages.answers import answer
from chatops.application.words import Voice
from chatops.domain.directory import Room
from chatops.domain.vocabulary import Language, Role, RoomPurpose


async def follow_room(command: FollowRoom, desk: Desk) -> Answer:
    """
    Bind the room to its new place, where its open tickets get their cards anew, and then what was still to be said.

    A room that is not bound, or whose new place is bound already, stays as it is.
    """
    directory = desk.uow.directory
    room = await directory.room_at(command.old)
    if room is None or await directory.room_at(command.new) is not None:
        return Answer()
    places = tuple(command.new if place == command.old else place for place in room.places)
    await directory.change(replace(room, places=places), by=None, at=command.at, correlation_id=desk.correlation_id)
    threads = await desk.uow.threads.move(command.old, command.new)
    await desk.uow.outbox.follow(
        command.old,
        command.new,
        await desk.cards_in(threads, command.at),
        at=command.at,
        correlation_id=desk.correlation_id,
    )
    return Answer()


async def rename_room(command: RenameRoom, desk: Desk) -> Answer:
    """Know the room by its new name, with all that stands in it; one that is not bound needs no name."""
    directory = desk.uow.directory
    room = await directory.room_at(command.old)
    if room is None or await directory.room_at(command.new) is not None:
        return Answer()
    places = tuple(command.new if place == command.old else place for place in room.places)
    await directory.change(replace(room, places=places), by=None, at=command.at, correlation_id=desk.correlation_id)
    uow = desk.uow
    for kept in (uow.threads, uow.inbox, uow.signs, uow.outbox):
        await kept.rename(command.old, command.new)
    return Answer()


async def guard_room(command: GuardRoom, desk: Desk) -> Answer:
    """
    Let a room of the desk go that people of another company can read: nothing internal is written there any more (S13).

    A customer's room is meant to be shared.
    """
    room = await desk.uow.directory.room_at(command.place)
    if room is None or room.purpose not in (RoomPurpose.DESK, RoomPurpose.MANAGERS):
        return Answer()
    places = tuple(place for place in room.places if place != command.place)
    await desk.uow.directory.change(
        replace(room, places=places), by=None, at=command.at, correlation_id=desk.correlation_id
    )
    await desk.uow.outbox.lose(
        command.place, put_before=command.at, at=command.at, error="the room was opened to another company"
    )
    say = desk.voice_of(room)
    desk.announce(
        command.place,
        answer(
            say,
            say("People of another company can read here now, so this room is not the desk's any more."),
            say("Make a new room for the desk, without them, and type `!bind` there."),
        ),
    )
    await _tell_managers(command, room, desk)
    return Answer()


async def enter_room(command: EnterRoom, desk: Desk) -> Answer:
    """
    Say who we are in a room that is nobody's yet, in every language: nobody there could tell us theirs.

    Only where our own people let us in: anybody may invite an app to a channel, and strangers are told nothing (S17).
    """
    directory = desk.uow.directory
    inviter = await directory.person_at(command.inviter) if command.inviter is not None else None
    if inviter is None or inviter.role is Role.CONTACT or await directory.room_at(command.place) is not None:
        return Answer()
    said = dict.fromkeys(_introduction(desk.words[language]) for language in Language)
    desk.announce(command.place, answer(desk.words[inviter.language], *said))
    return Answer()


def _introduction(say: Voice) -> str:
    return say(
        "I am the support desk, and this room is not one of mine yet. An administrator makes it one with "
        "`!bind customer <organisation>`, `!bind desk` or `!bind managers`."
    )


async def _tell_managers(command: GuardRoom, room: Room, desk: Desk) -> None:
    for managers in await desk.uow.directory.rooms(RoomPurpose.MANAGERS):
        say = desk.voice_of(managers)
        told = answer(
            say,
            say("{room} was opened to another company, so I write nothing there any more.", room=room.id),
            say("What was still to be said there is dropped. Make a new room for it and type `!bind` there."),
        )
        for place in managers.places:
            if place != command.place:
                desk.announce(place, told)
