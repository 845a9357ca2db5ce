"""
The desk's heartbeat: a timer that sets itself anew, and tells the managers when it fires far too late.

It is one of the timers that it speaks for: where those stand still, so does it (A29). What watches from outside whether
the desk is there at all is for whoever runs the machine.
"""

from datetime import datetime, timedelta

from chatops.application.commands import Beat
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.message_tree import Message
from chatops.application.ports.storage import UnitOfWork
from chatops.application.ports.timers import Timer
from chatops.application.words import Voice
from chatops.domain.directory import Person
from chatops.domain.notices import BELATED
from chatops.domain.vocabulary import Role

EVERY = timedelta(minutes=5)


async def begin_to_beat(uow: UnitOfWork, at: datetime) -> None:
    """Set the first beat; one that is owed since the desk was last there stays owed."""
    await uow.timers.hasten(_next(at), correlation_id=_NAME)


async def beat(command: Beat, desk: Desk) -> Answer:
    """Beat again; after a silence that people would have heard of something in, tell the managers of it."""
    if command.at - command.due > BELATED:
        since, managers = command.due - EVERY, desk.cast.managers
        await desk.announce_to_managers(lambda say: _away(since, command.at, managers, say))
    await desk.uow.timers.set(_next(command.at), correlation_id=_NAME)
    return Answer()


_NAME = "heartbeat"


def _next(at: datetime) -> Timer:
    due = at + EVERY
    return Timer(name=_NAME, due_at=due, command=Beat(by=None, role=Role.DESK, at=due, due=due))


def _away(since: datetime, until: datetime, managers: tuple[Person, ...], say: Voice) -> Message:
    zone = managers[0].time_zone if managers else "Etc/UTC"
    return Message(
        language=say.language,
        headline=say(
            "I was away from {since} to {until}.", since=say.moment(since, zone), until=say.instant(until, zone)
        ),
        paragraphs=(
            say("I was stopped, or my machine stood still."),
            say("What was due meanwhile is done now, each once and in order; you hear of it in one message."),
        ),
        notify=tuple(person.id for person in managers),
    )
