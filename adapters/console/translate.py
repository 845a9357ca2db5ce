"""What somebody typed or pressed in the terminal → `Delivery`; pure."""

import re

from chatops.application.deliveries import Delivery, Marked, Request, Speech
from chatops.application.marks import request_from
from chatops.domain.directory import Address, Person
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import PersonId, Platform, RoomId

BOT = "desk"
"""What the desk is called in the terminal: ``@desk take``."""

_FILE = re.compile(r"[^\S\n]*\[(?:file|fichier)\s*:\s*([^\]\n]*[^\]\s])\s*\]", re.IGNORECASE)


def typed(text: str) -> Marked | Speech:
    """Return what was typed as a request; ``[file: app.log]`` in it stands for a file that comes along."""
    files = tuple(Attachment(name=name) for name in _FILE.findall(text))
    return request_from(_FILE.sub("", text), names=(BOT,), files=files)


def person_address(person: PersonId) -> Address:
    return Address(platform=Platform.CONSOLE, value=person)


def room_address(room: RoomId) -> Address:
    return Address(platform=Platform.CONSOLE, value=room)


def message_address(message: str) -> Address:
    return Address(platform=Platform.CONSOLE, value=message)


def key_of(name: str) -> str:
    """Return the key of the delivery that brought the message called *name*."""
    return f"{Platform.CONSOLE}:{name}"


def delivery(
    *,
    key: str,
    person: Person,
    room: RoomId,
    thread: str | None,
    message: str | None,
    request: Request,
) -> Delivery:
    """
    Args:
        key: Names this delivery for ever among the terminal's: no two terminals may give the same.
        thread, message: Names of the messages concerned, None where there is none.
    """
    return Delivery(
        key=key_of(key),
        sender=person_address(person.id),
        sender_name=person.name,
        room=room_address(room),
        thread=None if thread is None else message_address(thread),
        message=None if message is None else message_address(message),
        request=request,
        correlation_id=f"{Platform.CONSOLE}-{key}",
    )
