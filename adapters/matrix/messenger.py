"""The Messenger port over Matrix: a row of the outbox becomes exactly one event."""

import hashlib
from collections import OrderedDict

from adapters.matrix.homeserver import Homeserver, RelationRefused
from adapters.matrix.render import content_of
from chatops.application.ports import ClaimedMessage, Form, Parcel
from chatops.application.words import Words
from chatops.domain.directory import Address
from chatops.domain.errors import Undeliverable
from chatops.domain.vocabulary import Platform

_THREADS_REMEMBERED = 10_000


class LatestInThread:
    """The newest event that we know of in each thread; the oldest threads are forgotten first."""

    def __init__(self) -> None:
        self._latest: OrderedDict[tuple[str, str], str] = OrderedDict()

    def heard(self, room: str, root: str, event_id: str) -> None:
        self._latest[(room, root)] = event_id
        self._latest.move_to_end((room, root))
        if len(self._latest) > _THREADS_REMEMBERED:
            self._latest.popitem(last=False)

    def of(self, room: str, root: str) -> str | None:
        return self._latest.get((room, root))


class MatrixMessenger:
    """Satisfies `Messenger`."""

    platform = Platform.MATRIX
    idempotent = True

    def __init__(self, server: Homeserver, words: Words, latest: LatestInThread) -> None:
        self._server = server
        self._words = words
        self._latest = latest

    async def deliver(self, parcel: Parcel) -> Address:
        """
        Raises:
            TryAgainLater: Rate limit, time-out, the homeserver is away.
            Undeliverable: It will never arrive.
        """
        claimed = parcel.claimed
        if claimed.form is Form.CARD_EDIT and claimed.root is None:
            raise Undeliverable("there is no card to edit")
        room, root = claimed.place.value, _root_of(claimed)
        say = self._words[claimed.message.language]
        latest = self._latest.of(room, root) if root else None
        content = content_of(parcel, say, latest=latest)
        try:
            event_id = await self._server.send(room, content, transaction=transaction_of(claimed))
        except RelationRefused:
            # Somebody asked under a message that cannot carry a thread; a reply reaches them as well.
            content["m.relates_to"] = {"m.in_reply_to": content["m.relates_to"]["m.in_reply_to"]}
            event_id = await self._server.send(room, content, transaction=transaction_of(claimed))
        if claimed.form is Form.CARD_EDIT and claimed.root is not None:
            return claimed.root
        if root:
            self._latest.heard(room, root, event_id)
        return Address(platform=Platform.MATRIX, value=event_id)


def transaction_of(claimed: ClaimedMessage) -> str:
    """
    Return the row's transaction id, by which the homeserver knows it again.

    The correlation id is in it because a database begun anew counts its rows from 1 again, and the homeserver would
    take the new row 1 for the old one.
    """
    told_apart = hashlib.sha256(claimed.correlation_id.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{claimed.id}-{told_apart}"


def _root_of(claimed: ClaimedMessage) -> str | None:
    if claimed.form is Form.THREAD and claimed.root is not None:
        return claimed.root.value
    if claimed.form is Form.ANSWER and claimed.under is not None:
        return claimed.under.value
    return None
