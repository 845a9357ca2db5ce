"""
Events, commands, messages and answers as JSON text, and back.

The class's name is the kind, kept beside the text. A document is written with every field, so that a default that
changes later changes nothing that was said.
"""

import json
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from chatops.application.commands import COMMANDS, Command
from chatops.application.deliveries import Answer
from chatops.application.message_tree import Message
from chatops.domain.directory import Person, Room
from chatops.domain.errors import StorageError
from chatops.domain.events import EVENTS, Event
from storage.columns import storable, utc

T = TypeVar("T")
E = TypeVar("E", Event, Command)

_EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in EVENTS}
_COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in COMMANDS}
_PARTS: dict[str, type[Person] | type[Room]] = {kind.__name__: kind for kind in (Person, Room)}


def event_text(event: Event) -> str:
    return _text(type(event), replace(event, at=utc(event.at)))


def event_from(kind: str, text: str) -> Event:
    """
    Raises:
        StorageError: Nothing that this release knows; a newer one wrote it, or somebody tampered with it.
    """
    return _dated(_value(_known(_EVENTS, kind), text))


def command_text(command: Command) -> str:
    return _text(type(command), replace(command, at=utc(command.at)))


def command_from(kind: str, text: str) -> Command:
    """
    Raises:
        StorageError: Nothing that this release knows.
    """
    return _dated(_value(_known(_COMMANDS, kind), text))


def message_text(message: Message) -> str:
    return _text(Message, message)


def message_from(text: str) -> Message:
    return _value(Message, text)


def answer_text(answer: Answer) -> str:
    return _text(Answer, answer)


def answer_from(text: str) -> Answer:
    return _value(Answer, text)


def part_text(part: Person | Room) -> str:
    return _text(type(part), part)


def part_from(kind: str, text: str) -> Person | Room:
    """
    Raises:
        StorageError: Nothing that this release knows.
    """
    if kind not in _PARTS:
        raise StorageError(f"the database holds a {kind!r}, which this release does not know")
    return _value(_PARTS[kind], text)


def canonical(value: object) -> str:
    """Return the one JSON text of *value*: keys in order, no spaces, nothing but ASCII."""
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
"""Built when first needed: one costs milliseconds."""


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _text(kind: type, value: object) -> str:
    dumped = _adapter(kind).dump_python(value, mode="json")
    text = canonical(dumped)
    # What no database keeps is escaped in there, and few texts have such an escape: U+0000, or any from U+D800 on.
    return canonical(_storable(dumped)) if "\\u0000" in text or "\\ud" in text else text


def _value(kind: type[T], text: str) -> T:
    try:
        value: T = _adapter(kind).validate_json(text)
    except ValidationError as exc:
        raise StorageError(f"a stored {kind.__name__} cannot be read") from exc
    return value


def _known(kinds: dict[str, type[E]], kind: str) -> type[E]:
    try:
        return kinds[kind]
    except KeyError as exc:
        raise StorageError(f"the database holds a {kind!r}, which this release does not know") from exc


def _dated(value: E) -> E:
    return replace(value, at=utc(value.at))


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {key: _storable(each) for key, each in value.items()}
        case _:
            return value
