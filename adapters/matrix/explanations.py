"""What the desk says of its own accord about encrypted rooms that it cannot read."""

import hashlib
from typing import Any, Protocol

import structlog

from adapters.matrix.encrypted_rooms import Unread
from adapters.matrix.errands import reason
from adapters.matrix.homeserver import Homeserver
from adapters.matrix.news import News
from adapters.matrix.render import explanation
from chatops.application.deliveries import Cursor
from chatops.application.words import Voice, Words
from chatops.domain.errors import DeliveryError, Undeliverable
from chatops.domain.vocabulary import Language

log = structlog.get_logger(platform="matrix")


class Memory(Protocol):
    """Where it is kept what was explained already."""

    async def read_to(self, cursor: Cursor) -> None: ...

    async def position(self, name: str) -> str | None: ...


class Explainer:
    def __init__(self, server: Homeserver, memory: Memory, words: Words) -> None:
        self._server = server
        self._memory = memory
        self._words = words

    async def tell_encrypted(self, news: News) -> None:
        """Say once, for ever, in every encrypted room that the desk cannot read there."""
        for room in (each.room for each in news.rooms if each.encrypted):
            cursor = Cursor(name=f"matrix:{self._server.user_id}:unreadable:{room}", position="explained")
            if await self._memory.position(cursor.name) is None:
                transaction = f"unreadable-{hashlib.sha256(room.encode()).hexdigest()[:16]}"
                try:
                    await self._server.send(room, unreadable(self._words), transaction=transaction, in_clear=True)
                except DeliveryError as exc:
                    # The next thing they say there brings us back here.
                    log.warning("matrix_room_unreadable", room=room, because=reason(exc))
                else:
                    await self._memory.read_to(cursor)

    async def tell_unread(self) -> None:
        """Say once for each key that has not come that we lack it, where the first message stands that needs it."""
        for unread in self._server.to_be_explained():
            told_apart = hashlib.sha256(f"{unread.room} {unread.session}".encode()).hexdigest()[:16]
            content = undecrypted(self._words, unread)
            try:
                await self._server.send(unread.room, content, transaction=f"undecrypted-{told_apart}")
            except Undeliverable as exc:
                # Nothing that is said there arrives.
                log.warning("matrix_event_unexplained", room=unread.room, because=reason(exc))
            except DeliveryError as exc:
                log.warning("matrix_event_unexplained", room=unread.room, because=reason(exc))
                continue
            self._server.explained(unread)


def unreadable(words: Words) -> dict[str, Any]:
    """Return what is said in an encrypted room, in every language: nobody there could tell us theirs."""
    return explanation(*dict.fromkeys(_unreadable(words[language]) for language in Language))


def _unreadable(say: Voice) -> str:
    return say(
        "This room is encrypted, and the support desk cannot read encrypted messages. "
        "Please invite it to a room without encryption."
    )


def undecrypted(words: Words, unread: Unread) -> dict[str, Any]:
    """Return what is said under a message that could not be read, in every language."""
    content = explanation(*dict.fromkeys(_undecrypted(words[language]) for language in Language))
    reply = {"m.in_reply_to": {"event_id": unread.event_id}}
    thread = {"rel_type": "m.thread", "event_id": unread.root, "is_falling_back": False} if unread.root else {}
    return content | {"m.relates_to": thread | reply}


def _undecrypted(say: Voice) -> str:
    return say(
        "The support desk could not decrypt this message: its key has not arrived. Please send it again. "
        "If that does not help, log out and in again in your client, or write in a room without encryption."
    )
