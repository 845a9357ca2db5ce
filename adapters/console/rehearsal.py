"""What can be known of a story before its first step: who and what it names that is not there."""

from collections.abc import Sequence
from difflib import get_close_matches

from adapters.console.stage import Stage
from adapters.console.story import (
    LATEST,
    Deletes,
    Edits,
    ExpectHears,
    ExpectPaged,
    ExpectSees,
    ExpectTicket,
    InRoom,
    Passes,
    Presses,
    Reacts,
    Says,
    Step,
    Story,
    Until,
    time_of,
)
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import Mistake
from chatops.domain.vocabulary import PersonId, RoomId


def rehearse(story: Story, stage: Stage, who: WhoIsWho) -> tuple[Mistake, ...]:
    """Return what cannot be played or judged on this stage."""
    mistakes, now = [], story.header.clock
    for step in story.steps:
        said = _mistakes(step, stage, who)
        match step:
            case Passes(duration=duration) if duration > LATEST - now:
                said.append(f"the time of a story ends before {LATEST.year}, and it is {time_of(now)} by then")
            case Passes(duration=duration):
                now += duration
            case Until(at=at) if at < now:
                said.append(f"time does not run back: it is {time_of(now)} by then")
            case Until(at=at):
                now = at
        mistakes += [Mistake(file=story.file, line=step.line, text=text) for text in said]
    return tuple(mistakes)


def _mistakes(step: Step, stage: Stage, who: WhoIsWho) -> list[str]:
    people = [person.id for person in who.people]
    rooms = [room.id for room in who.rooms]
    person, room = _person_of(step), _room_of(step)
    said = []
    if person is not None and person not in people:
        said.append(f"the directory knows nobody called {person}{_near(person, people)}")
    if room is not None and room not in rooms:
        said.append(f"the directory knows no room {room}{_near(room, rooms)}")
    if not said and isinstance(step, Says) and room is not None and not stage.speaks_in(step.person, room):
        said.append(f"{step.person} is not in {room}")
    if (cannot := stage.cannot(step)) is not None:
        said.append(cannot)
    return said


def _person_of(step: Step) -> PersonId | None:
    match step:
        case Says() | Presses() | Reacts() | Edits() | Deletes() | ExpectHears() | ExpectSees() | ExpectPaged():
            return step.person
        case ExpectTicket():
            return step.assignee
        case _:
            return None


def _room_of(step: Step) -> RoomId | None:
    match step:
        case Says(place=InRoom(room=room)):
            return room
        case ExpectHears():
            return step.room
        case _:
            return None


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""
