"""
Delivery → bus: our own sync loop, whose cursor moves in the transaction of what was read.

nio's loop saves its position before it hands events out, dies of an exception in a handler, and spins on a revoked
token (measured); none of that may happen to a desk.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import structlog

from adapters.matrix.homeserver import Homeserver, TokenRefused
from adapters.matrix.messenger import LatestInThread
from adapters.matrix.render import explanation
from adapters.matrix.translate import (
    Bot,
    Event,
    News,
    RoomNews,
    delivery_from,
    events_of,
    news_from,
    plain_reply,
    since_we_joined,
    thread_of,
)
from chatops.application.deliveries import Answer, Cursor, Delivery
from chatops.application.words import Voice, Words
from chatops.domain.errors import (
    ConflictError,
    DeliveryError,
    SettingsInvalid,
    StorageError,
    TryAgainLater,
    Undeliverable,
)
from chatops.domain.vocabulary import Language

EVENTS_PER_ROOM = 100
"""More than this at once in a room, and the rest is fetched page by page."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0

BoundRooms = Callable[[], Awaitable[frozenset[str]]]
"""The Matrix rooms of the directory, by their room ids."""

T = TypeVar("T")

log = structlog.get_logger(platform="matrix")


class Bus(Protocol):
    """What we need of the command bus."""

    async def handle(self, delivery: Delivery) -> Answer: ...

    async def read_to(self, cursor: Cursor) -> None: ...

    async def position(self, name: str) -> str | None: ...


class MatrixListener:
    """Reads everything once, in order, and hands it to the bus."""

    def __init__(
        self, server: Homeserver, bus: Bus, words: Words, latest: LatestInThread, *, bound_rooms: BoundRooms
    ) -> None:
        self._server = server
        self._bus = bus
        self._words = words
        self._latest = latest
        self._bound_rooms = bound_rooms
        self._cursor_name = f"matrix:{server.user_id}"
        self._bot: Bot | None = None
        self._position: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """
        Listen until *stop* is set; what is being handed over then is finished.

        Raises:
            SettingsInvalid: The homeserver does not take our token, or takes it for somebody else's.
        """
        failures = 0
        while not stop.is_set():
            try:
                await self._listen(stop)
                failures = 0
            except TokenRefused as exc:
                raise SettingsInvalid(
                    f"The homeserver does not accept the access token of {self._server.user_id} any more. "
                    "Log in again with the same device id and give the desk the new token."
                ) from exc
            except SettingsInvalid:
                raise
            except Exception as exc:
                # The edge of the loop: whatever it was, the desk listens on, from where it stopped.
                failures += 1
                pause = pause_after(failures, exc)
                if isinstance(exc, (DeliveryError, StorageError, ConflictError)):
                    log.warning("matrix_listening_paused", pause_s=pause, because=_reason(exc))
                else:
                    log.exception("matrix_listening_failed", pause_s=pause)
                await _unless(stop, asyncio.sleep(pause))

    async def _listen(self, stop: asyncio.Event) -> None:
        """Hand over what happened since the position that is kept; move it when all of it is dealt with."""
        bot = self._bot or await self._begin()
        polled = await _unless(
            stop, self._server.sync(self._position, events_per_room=EVENTS_PER_ROOM if self._position else 0)
        )
        if polled is None:
            return
        news = news_from(polled, bot)
        await self._accept(news)
        cursor = Cursor(name=self._cursor_name, position=news.position)
        # What was typed before the desk was first started was not typed to it.
        deliveries = await self._deliveries(news, bot, self._position) if self._position else []
        if not await self._hand_over(deliveries, cursor) and news.position != self._position:
            await self._bus.read_to(cursor)
        self._position = news.position
        await self._explain_encryption(news)

    async def _begin(self) -> Bot:
        await self._server.check_identity()
        bot = Bot(user_id=self._server.user_id, name=await self._server.display_name())
        self._position = await self._bus.position(self._cursor_name)
        for room in await self._bound_rooms() - await self._server.joined_rooms():
            await self._join(room)
        self._bot = bot
        log.info("matrix_listening", user=bot.user_id, resumed=self._position is not None)
        return bot

    # ---- rooms -------------------------------------------------------------------------------------------------------

    async def _accept(self, news: News) -> None:
        """Join the rooms of the directory; a stranger's invitation stays unanswered (S17)."""
        for room in news.left:
            log.warning("matrix_room_left", room=room)
        if news.invitations:
            bound = await self._bound_rooms()
            for room in news.invitations:
                if room in bound:
                    await self._join(room)
                else:
                    log.info("matrix_invitation_ignored", room=room)

    async def _join(self, room: str) -> None:
        try:
            await self._server.join(room)
            log.info("matrix_room_joined", room=room)
        except Undeliverable as exc:
            log.warning("matrix_room_not_joined", room=room, because=_reason(exc))

    async def _explain_encryption(self, news: News) -> None:
        """Say once, for ever, in every encrypted room that the desk cannot read there."""
        for room in (each.room for each in news.rooms if each.encrypted):
            cursor = Cursor(name=f"{self._cursor_name}:unreadable:{room}", position="explained")
            if await self._bus.position(cursor.name) is None:
                transaction = f"unreadable-{hashlib.sha256(room.encode()).hexdigest()[:16]}"
                try:
                    await self._server.send(room, unreadable(self._words), transaction=transaction)
                except DeliveryError as exc:
                    # The next thing they say there brings us back here.
                    log.warning("matrix_room_unreadable", room=room, because=_reason(exc))
                else:
                    await self._bus.read_to(cursor)

    # ---- events ------------------------------------------------------------------------------------------------------

    async def _deliveries(self, news: News, bot: Bot, since: str) -> list[Delivery]:
        deliveries = []
        for room in news.rooms:
            for event in await self._complete(room, bot, since):
                if thread := thread_of(event):
                    self._latest.heard(room.room, *thread)
                delivery = await self._delivery(event, room, bot)
                if delivery is not None:
                    deliveries.append(delivery)
        return deliveries

    async def _complete(self, news: RoomNews, bot: Bot, since: str) -> Sequence[Event]:
        """Return the room's events with those that a limited timeline left out, back to *since* or our joining."""
        older: list[Event] = []
        start = news.gap
        while start is not None:
            page = await self._server.messages(news.room, start, until=since, limit=100)
            chunk = events_of(page.get("chunk"))
            kept, came_in = since_we_joined(chunk[::-1], bot)
            older[:0] = kept
            end = page.get("end")
            start = end if isinstance(end, str) and chunk and not came_in else None
        return (*older, *news.events)

    async def _delivery(self, event: Event, news: RoomNews, bot: Bot) -> Delivery | None:
        try:
            delivery = delivery_from(event, room=news.room, bot=bot, names=news.names)
        except Exception:
            # One odd event must not keep all others from us.
            log.exception("matrix_event_not_understood", event_id=event.get("event_id"))
            return None
        answered = plain_reply(event)
        if delivery is None or answered is None:
            return delivery
        replied_to = await self._event(news.room, answered)
        return delivery_from(event, room=news.room, bot=bot, names=news.names, replied_to=replied_to)

    async def _event(self, room: str, event_id: str) -> Event | None:
        """Return an event of this very room; one of another counts for nothing (S18)."""
        try:
            return await self._server.event(room, event_id)
        except Undeliverable:
            return None

    async def _hand_over(self, deliveries: Sequence[Delivery], cursor: Cursor) -> bool:
        """Return whether the cursor moved with the last of them."""
        moved = False
        for number, delivery in enumerate(deliveries, start=1):
            if number == len(deliveries):
                delivery = replace(delivery, cursor=cursor)
            answer = await self._handled(delivery)
            moved = delivery.cursor is not None and answer is not None and not answer.repeated
        return moved

    async def _handled(self, delivery: Delivery) -> Answer | None:
        """
        Return the bus's answer; None when this one delivery cannot be dealt with, and the others have to go on.

        Raises:
            StorageError: Nothing can be kept now: everything is read again later.
        """
        with structlog.contextvars.bound_contextvars(correlation_id=delivery.correlation_id):
            try:
                return await self._bus.handle(delivery)
            except (StorageError, ConflictError, TryAgainLater):
                raise
            except Exception:
                # One poisoned message must not keep all others from us.
                log.exception("matrix_delivery_failed", key=delivery.key)
                return None


def unreadable(words: Words) -> dict[str, Any]:
    """Return what is said in an encrypted room, in every language: nobody there could tell us theirs."""
    return explanation(*dict.fromkeys(_unreadable(words[language]) for language in Language))


def _unreadable(say: Voice) -> str:
    return say(
        "This room is encrypted, and the support desk cannot read encrypted messages yet. "
        "Please invite it to a room without encryption."
    )


def pause_after(failures: int, cause: BaseException) -> float:
    """Return the seconds to wait after so many failures in a row: as asked for, or doubling up to a minute."""
    if isinstance(cause, TryAgainLater) and cause.after is not None:
        return max(cause.after.total_seconds(), FIRST_PAUSE_S)
    return min(FIRST_PAUSE_S * float(2 ** min(failures - 1, 10)), LONGEST_PAUSE_S)


def _reason(exc: Exception) -> str:
    """Return what a log may say: our delivery errors quote the homeserver only, others may quote anything."""
    return str(exc) if isinstance(exc, DeliveryError) else type(exc).__name__


async def _unless(stop: asyncio.Event, doing: Coroutine[Any, Any, T]) -> T | None:
    """Return what *doing* gives, or None as soon as *stop* is set."""
    task = asyncio.ensure_future(doing)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else None
    finally:
        for each in (task, stopping):
            each.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)
