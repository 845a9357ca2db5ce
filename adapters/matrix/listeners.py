"""
Delivery → bus: our own sync loop, whose cursor moves in the transaction of what was read.

nio's loop saves its position before it hands events out, dies of an exception in a handler, and spins on a revoked
token (measured); none of that may happen to a desk.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import structlog

from adapters.matrix.courtesies import Receipts, Typing
from adapters.matrix.encrypted_rooms import ENCRYPTED
from adapters.matrix.errands import Errands, pause_after, reason
from adapters.matrix.explanations import Explainer
from adapters.matrix.fields import NOBODY, Event, Senders
from adapters.matrix.homeserver import Homeserver, TokenRefused
from adapters.matrix.messenger import LatestInThread
from adapters.matrix.news import News, RoomNews, changes_powers, is_upgrade, news_from
from adapters.matrix.position import Position
from adapters.matrix.reader import Reader, Span
from adapters.matrix.rooms import Directory, Doorkeeper, RoomBook, rooms_of
from adapters.matrix.translate import DELAYED, Bot, thread_of
from chatops.application.deliveries import Answer, Cursor, Delivery
from chatops.application.passing import Passing, pass_by
from chatops.application.patience import Patience
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.domain.errors import (
    ConflictError,
    DeliveryError,
    SettingsInvalid,
    StorageError,
    TryAgainLater,
    Undeliverable,
)

EVENTS_PER_ROOM = 100
"""More than this at once in a room, and the rest is fetched page by page."""

LONGEST_ABSENCE = timedelta(days=7)
"""What people wrote longer ago is not read when the homeserver has lost our place: it asks for nothing any more."""

KEPT_AFTER_S = 1.0
"""
How long a position up to which nothing was asked waits for a delivery to be kept with, before it is kept alone.

Every message of ours comes back to us, and would cost a commit while people wait for the next one (measured).
"""

ANSWERS_FIRST_S = 0.03
"""
How long the desk does not listen after it was asked something: about what a homeserver takes to be given the answer.

A poll in that time, ended by our own answer, is work for the homeserver while it has that answer to show to whoever
waits for it; they see it five milliseconds earlier, of sixty (measured; `make bench`). Whoever asks in that time waits
for the rest of it.
"""

T = TypeVar("T")

log = structlog.get_logger(platform="matrix")


class Bus(RoomBook, Protocol):
    """What we need of the command bus."""

    async def handle(self, delivery: Delivery) -> Answer: ...

    async def read_to(self, cursor: Cursor) -> None: ...

    async def position(self, name: str) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Manners:
    """
    Whom the desk has to do with.

    Attributes:
        ignored: Never listened to: other bots, the puppets of bridges.
        guests: May invite the desk, besides its own staff.
    """

    ignored: Senders = NOBODY
    guests: Senders = NOBODY


class MatrixListener:
    """Reads everything once, in order, and hands it to the bus."""

    def __init__(
        self,
        server: Homeserver,
        bus: Bus,
        words: Words,
        latest: LatestInThread,
        *,
        directory: Directory,
        time: TimeSource,
        manners: Manners,
        passing: Passing = pass_by,
    ) -> None:
        self._server = server
        self._bus = bus
        self._words = words
        self._latest = latest
        self._directory = directory
        self._time = time
        self._manners = manners
        self._passing = passing
        self._errands = Errands()
        self._receipts = Receipts(server, passing)
        self._typing = Typing(server)
        self._patience = Patience()
        self._doorkeeper = Doorkeeper(
            server, bus, words, self._errands, directory=directory, guests=manners.guests, passing=passing
        )
        self._cursor_name = f"matrix:{server.user_id}"
        self._explainer = Explainer(server, bus, words)
        self._reader: Reader | None = None
        self._position: Position | None = None
        self._unkept: Cursor | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """
        Listen until *stop* is set; what is being handed over then is finished.

        Raises:
            SettingsInvalid: The homeserver does not take our token, or takes it for somebody else's.
        """
        beside = [asyncio.create_task(self._errands.run()), asyncio.create_task(self._receipts.run())]
        try:
            await self._listen_until(stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._typing.close()

    async def _listen_until(self, stop: asyncio.Event) -> None:
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
                    log.warning("matrix_listening_paused", pause_s=pause, because=reason(exc))
                else:
                    log.exception("matrix_listening_failed", pause_s=pause)
                await _unless(stop, asyncio.sleep(pause))

    async def _listen(self, stop: asyncio.Event) -> None:
        """Hand over what happened since the position that is kept; move it when all of it is dealt with."""
        reader = self._reader or await self._begin()
        position = self._position
        try:
            async with self._keeping():
                polled = await _unless(
                    stop,
                    self._server.sync(
                        position.token if position else None, events_per_room=EVENTS_PER_ROOM if position else 0
                    ),
                )
        except Undeliverable as refused:
            if position is None:
                raise
            log.warning("matrix_position_refused", because=reason(refused))
            await self._begin_anew(reader, position)
            return
        if polled is None:
            return
        self._passing("sync_received")
        news = news_from(polled, self._server.user_id)
        reached = Position(token=news.position, read_at=self._time.now())
        await self._doorkeeper.attend(news)
        # What was typed before the desk was first started was not typed to it.
        heard = await self._heard(reader, news, position) if position else []
        await self._hand_over(heard, reached)
        if position is None:
            log.info("matrix_listening", user=self._server.user_id, resumed=False)
        if self._server.reads_encrypted_rooms:
            await self._explainer.tell_unread()
        else:
            await self._explainer.tell_encrypted(news)

    async def _begin(self) -> Reader:
        await self._server.check_identity()
        bot = Bot(
            user_id=self._server.user_id,
            name=await self._server.display_name(),
            ignored=self._manners.ignored,
        )
        kept = await self._bus.position(self._cursor_name)
        self._position = Position.from_text(kept) if kept else None
        await self._doorkeeper.begin()
        self._reader = Reader(self._server, bot)
        if self._position is not None:
            log.info("matrix_listening", user=bot.user_id, resumed=True)
        return self._reader

    async def _begin_anew(self, reader: Reader, lost: Position) -> None:
        """
        Take a new position where the homeserver does not know ours any more, as after one that was restored (F10).

        The rooms of the directory are read back to where we had been; what had been dealt with is known by its key.
        """
        polled = await self._server.sync(None, events_per_room=0)
        news, now = news_from(polled, self._server.user_id), self._time.now()
        oldest = max(now - LONGEST_ABSENCE, (lost.read_at or now - LONGEST_ABSENCE) - DELAYED)
        bound = rooms_of(await self._directory())
        heard: list[_Heard] = []
        for room in (each for each in news.rooms if each.room in bound):
            events = await reader.back_to(room.room, news.position, oldest)
            heard += await self._understood(reader, room, events, Span(since=oldest, now=now))
        await self._hand_over(heard, Position(token=news.position, read_at=now))
        await self._doorkeeper.attend(news)

    # ---- events ------------------------------------------------------------------------------------------------------

    async def _heard(self, reader: Reader, news: News, position: Position) -> list["_Heard"]:
        now = self._time.now()
        span = Span(since=position.read_at or now - LONGEST_ABSENCE, now=now)
        heard: list[_Heard] = []
        for room in (*await self._left(news), *news.rooms):
            events, came_in = await reader.complete(room, position.token, span.since - DELAYED)
            if came_in:
                await self._doorkeeper.came_in(room.room)
            heard += await self._understood(reader, room, events, span)
        return heard

    async def _left(self, news: News) -> Sequence[RoomNews]:
        """Return the rooms of the directory that we are no longer in: what was said there before was said to us."""
        spoken = [room for room in news.left if room.before]
        bound = rooms_of(await self._directory()) if spoken else frozenset()
        return [room for room in spoken if room.room in bound]

    async def _understood(self, reader: Reader, room: RoomNews, events: Sequence[Event], span: Span) -> list["_Heard"]:
        heard = []
        for event in events:
            if thread := thread_of(event):
                self._latest.heard(room.room, *thread)
            if is_upgrade(event):
                self._doorkeeper.moved(room.room)
            if changes_powers(event):
                await self._doorkeeper.powers_changed(room.room)
            if event.get("type") == ENCRYPTED:
                self._server.not_read(room.room, event)
            delivery = await reader.delivery(event, room.room, room.names, span)
            if delivery is not None:
                self._passing("delivery_translated")
                heard.append(_Heard(delivery=delivery, root=thread[0] if thread else None))
        return heard

    async def _hand_over(self, heard: Sequence["_Heard"], reached: Position) -> None:
        """Give everything to the bus, in order; the position is kept with the last of it, or soon where nothing is."""
        cursor = Cursor(name=self._cursor_name, position=str(reached))
        stays = self._position is not None and self._position.token == reached.token
        moved = asked = False
        for number, each in enumerate(heard, start=1):
            last = number == len(heard)
            answer = await self._handled(replace(each.delivery, cursor=cursor) if last else each.delivery)
            moved = last and answer is not None and not answer.repeated
            asked = asked or answer not in (None, Answer())
        if self._position is not None and not heard:
            self._unkept = self._unkept if stays else cursor
        else:
            if not moved and not stays:
                await self._bus.read_to(cursor)
            self._unkept = None
        self._position = reached
        for each in heard:
            each.show_read(self._receipts)
        if asked:
            await asyncio.sleep(ANSWERS_FIRST_S)

    @asynccontextmanager
    async def _keeping(self) -> AsyncIterator[None]:
        """Keep meanwhile how far was read, if that takes long enough; ended before anybody else moves the position."""
        keeping = asyncio.create_task(self._keep_soon())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep_soon(self) -> None:
        if self._unkept is not None:
            await asyncio.sleep(KEPT_AFTER_S)
            await self._bus.read_to(self._unkept)
            self._unkept = None

    async def _handled(self, delivery: Delivery) -> Answer | None:
        """
        Return the bus's answer; None when this one delivery cannot be dealt with, and the others have to go on.

        Raises:
            StorageError: Nothing can be kept now: everything is read again later.
        """
        at = delivery.sent_at or self._time.now()
        if self._patience.ends_with(delivery, at):
            return None
        with structlog.contextvars.bound_contextvars(correlation_id=delivery.correlation_id):
            try:
                async with self._typing.while_working(delivery.room.value):
                    answer = await self._bus.handle(delivery)
            except (StorageError, ConflictError, TryAgainLater):
                raise
            except Exception:
                # One poisoned message must not keep all others from us.
                log.exception("matrix_delivery_failed", key=delivery.key)
                return None
        if answer.refused is not None and not answer.repeated:
            self._patience.refused(delivery, at)
        return answer


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """
    Attributes:
        root: The thread that the event itself stands in; a reply to a card stands outside.
    """

    delivery: Delivery
    root: str | None

    def show_read(self, receipts: Receipts) -> None:
        room, event_id = self.delivery.room.value, self.delivery.key.removeprefix("matrix:")
        # Edits, reactions and deletions belong to the event that they are about.
        if self.delivery.message is not None and self.delivery.message.value == event_id:
            receipts.read(room, self.root, event_id)


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
