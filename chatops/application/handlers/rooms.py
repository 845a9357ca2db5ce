"""Rooms that go on in another place, as a Matrix room does when it is upgraded."""

from dataclasses import replace

from chatops.application.commands import FollowRoom
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk


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
        await desk.cards_in(threads),
        at=command.at,
        correlation_id=desk.correlation_id,
    )
    return Answer()
