"""The Messenger port over Matrix: a row of the outbox becomes exactly one event."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace

from adapters.matrix.files import MatrixFiles
from adapters.matrix.homeserver import AlreadyThere, Homeserver, NotThere, RelationRefused
from adapters.matrix.media import is_address
from adapters.matrix.render import content_of, file_of
from adapters.matrix.signs import spelt
from chatops.application.carrying import Carrying, NotCarried
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.application.visible import one_line
from chatops.application.words import Words
from chatops.domain.directory import Address
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment
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
    """
    Satisfies `Messenger`.

    Args:
        carrying: Brings the files that do not lie where a room's people can read them.
    """

    platform = Platform.MATRIX

    def __init__(
        self, server: Homeserver, words: Words, files: MatrixFiles, latest: LatestInThread, carrying: Carrying
    ) -> None:
        self._server = server
        self._words = words
        self._files = files
        self._latest = latest
        self._carrying = carrying

    async def deliver(self, parcel: Parcel) -> Address:
        """
        Raises:
            TryAgainLater: Rate limit, time-out, the homeserver is away.
            Undeliverable: It will never arrive.
        """
        match parcel.claimed.form:
            case Form.REMOVAL:
                return await self._remove(parcel.claimed)
            case Form.REACTION:
                return await self._react(parcel.claimed)
            case Form.REACTION_REMOVAL:
                return await self._unreact(parcel.claimed)
            case _:
                return await self._send(parcel)

    async def _send(self, parcel: Parcel) -> Address:
        claimed = parcel.claimed
        if claimed.form is Form.CARD_EDIT and claimed.root is None:
            raise Undeliverable("there is no card to edit")
        room, root = claimed.place.value, _root_of(claimed)
        say = self._words[claimed.message.language]
        latest = self._latest.of(room, root) if root else None
        content = content_of(await self._fitting(parcel), say, latest=latest)
        try:
            event_id = await self._server.send(room, content, transaction=transaction_of(claimed))
        except RelationRefused:
            # Somebody asked under a message that cannot carry a thread; a reply reaches them as well.
            content["m.relates_to"] = {"m.in_reply_to": content["m.relates_to"]["m.in_reply_to"]}
            event_id = await self._server.send(room, content, transaction=transaction_of(claimed))
        if (edited := _edited(claimed)) is not None:
            return edited
        if root:
            self._latest.heard(room, root, event_id)
        return Address(platform=Platform.MATRIX, value=event_id)

    async def _fitting(self, parcel: Parcel) -> Parcel:
        """Return the parcel with its file as this room can show it."""
        claimed, file, quote = parcel.claimed, file_of(parcel.claimed), parcel.claimed.message.quote
        if file is None or quote is None:
            return parcel
        there = await self._brought(claimed, file)
        return replace(
            parcel, claimed=replace(claimed, message=replace(claimed.message, quote=replace(quote, files=(there,))))
        )

    async def _brought(self, claimed: ClaimedMessage, file: Attachment) -> Attachment:
        """
        Return the file where this room's people can read it; without an address where only its name can be told.

        What lies on Matrix may be read by everybody who knows where, and is shown from there; but what is sealed is
        opened for an open room, whose people are not given keys.
        """
        if is_address(file.address) and not file.key:
            return file
        encrypted = await self._server.is_encrypted(claimed.place.value)
        if is_address(file.address) and encrypted:
            return file

        async def put(data: bytes) -> Attachment:
            return await self._files.put(file, data, sealed=encrypted)

        try:
            return await self._carrying.carried(claimed, file, put)
        except NotCarried:
            return replace(file, address="", key="")

    async def _remove(self, claimed: ClaimedMessage) -> Address:
        """What never arrived, or is gone, is removed."""
        if claimed.target is None:
            return claimed.root or claimed.place
        with suppress(NotThere):
            await self._server.redact(claimed.place.value, claimed.target.value, transaction=transaction_of(claimed))
        return claimed.target

    async def _react(self, claimed: ClaimedMessage) -> Address:
        """
        A sign that the homeserver does not take, because what it was for is gone, asks for nothing more.

        The room's address stands for a sign that is not there: what delivering it returns is what is taken away later,
        and must never be what somebody wrote.
        """
        under = claimed.answers or claimed.target
        if under is None:
            return claimed.place
        room, sign = claimed.place.value, spelt(one_line(claimed.message.headline))
        try:
            event_id = await self._server.react(room, under.value, sign, transaction=transaction_of(claimed))
        except AlreadyThere:
            event_id = await self._server.own_reaction(room, under.value, sign) or ""
        except Undeliverable:
            event_id = ""
        return Address(platform=Platform.MATRIX, value=event_id) if event_id else claimed.place

    async def _unreact(self, claimed: ClaimedMessage) -> Address:
        """Take a sign of ours away; whatever else stands there stays."""
        if claimed.target is None or claimed.target == claimed.place:
            return claimed.place
        with suppress(NotThere):
            event = await self._server.event(claimed.place.value, claimed.target.value)
            if event.get("type") == "m.reaction" and event.get("sender") == self._server.user_id:
                return await self._remove(claimed)
        return claimed.target


def transaction_of(claimed: ClaimedMessage) -> str:
    """
    Return the row's transaction id, by which the homeserver knows it again.

    Its origin is in it because a database begun anew counts its rows from 1 again, and the homeserver would take the
    new row 1 for the old one.
    """
    return f"{claimed.id}-{claimed.origin}"


def _edited(claimed: ClaimedMessage) -> Address | None:
    """Return what the message changes; None for one that stands for itself."""
    if claimed.form is Form.CARD_EDIT:
        return claimed.root
    return claimed.target if claimed.form is Form.EDIT else None


def _root_of(claimed: ClaimedMessage) -> str | None:
    """Return the thread that the event will be the newest of."""
    if claimed.form in (Form.THREAD, Form.FILE, Form.EDIT) and claimed.root is not None:
        return claimed.root.value
    if claimed.form is Form.ANSWER and claimed.under is not None:
        return claimed.under.value
    return None
