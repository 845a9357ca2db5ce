"""
Reads back what never reached us: Slack gives up after a few tries, and a socket that is down brings nothing (F9).

Rooms of the directory and the threads of open tickets are read from where they had been read to. What is known is known
by its key, however it had come; what is new is taken in late, and says so. How far was read is kept by room and thread,
so that whoever is stopped goes on from there.

What cannot be read back: direct messages, words in old threads that are no ticket's, signs, and edits and deletions of
what had been read before.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from adapters.slack.addresses import parts, room_address
from adapters.slack.events import channel_of, written_at
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.former_ids import FormerIds
from adapters.slack.handing_over import HandingOver
from adapters.slack.history import History, ts_of
from adapters.slack.installations import Installation, Installations
from adapters.slack.people import NEVER
from adapters.slack.reader import Reader, words_of
from adapters.slack.rooms import shared_key
from chatops.application.deliveries import Cursor
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.threads import Thread
from chatops.application.ports.time_source import TimeSource
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import ConflictError, StorageError, TryAgainLater
from chatops.domain.vocabulary import Platform

EVERY_S = 600.0
AGAIN_S = 60.0
"""How long it is left alone when Slack or the database is away."""

LONGEST_ABSENCE = timedelta(days=7)
"""What was written longer ago is not read back: it asks for nothing any more."""

WINDOW = timedelta(days=1)
"""A room's history comes newest first: a window is read whole before anything of it is taken in, in order."""

OVERLAP = timedelta(seconds=30)
"""How much of it is read again the next time."""

Directory = Callable[[], Awaitable[WhoIsWho]]

log = structlog.get_logger(platform="slack")


class Bookmarks(Protocol):
    """What we need of the command bus."""

    async def read_to(self, cursor: Cursor) -> None: ...

    async def position(self, name: str) -> str | None: ...

    async def threads_to_read(self, platform: Platform) -> tuple[Thread, ...]: ...

    async def room_shared(self, place: Address, *, key: str) -> None: ...


class CatchUp:
    def __init__(
        self,
        history: History,
        bus: Bookmarks,
        installations: Installations,
        reader: Reader,
        hands: HandingOver,
        former: FormerIds,
        *,
        directory: Directory,
        time: TimeSource,
        every_s: float = EVERY_S,
        passing: Passing = pass_by,
    ) -> None:
        self._history = history
        self._bus = bus
        self._installations = installations
        self._reader = reader
        self._hands = hands
        self._former = former
        self._directory = directory
        self._time = time
        self._every_s = every_s
        self._passing = passing
        self._wanted = asyncio.Event()
        self._shared: set[Address] = set()

    def soon(self) -> None:
        """Something may have been missed: begin again as soon as this pass is over."""
        self._wanted.set()

    async def run(self) -> None:
        """Read back at once, then whenever it is wanted, and every so often, until cancelled."""
        while True:
            self._wanted.clear()
            pause_s = self._every_s if await self._done() else min(AGAIN_S, self._every_s)
            try:
                async with asyncio.timeout(pause_s):
                    await self._wanted.wait()
            except TimeoutError:
                pass

    async def once(self) -> None:
        """
        Raises:
            StorageError, ConflictError, TryAgainLater: It goes on from here the next time.
        """
        for place in _rooms(await self._directory()):
            await self._left_alone_when_kept_out(place, self._room(place))
        for thread in await self._bus.threads_to_read(Platform.SLACK):
            if thread.root is not None:
                await self._left_alone_when_kept_out(thread.place, self._thread(thread.place, thread.root))

    async def _done(self) -> bool:
        try:
            await self.once()
        except (StorageError, ConflictError, TryAgainLater) as exc:
            log.warning("slack_catch_up_paused", because=type(exc).__name__)
            return False
        except Exception:
            # The edge of the loop: whatever it was, it is tried again.
            log.exception("slack_catch_up_failed")
            return False
        return True

    async def _left_alone_when_kept_out(self, place: Address, reading: Awaitable[None]) -> None:
        try:
            await reading
        except NEVER as exc:
            log.info("slack_not_read_back", room=place.value, because=str(exc))

    # ---- rooms -------------------------------------------------------------------------------------------------------

    async def _room(self, place: Address) -> None:
        here, channel = await self._installed(place)
        if here is None:
            return
        name = f"slack:{place.value}"
        kept, now = await self._read_to(place, here, channel), self._time.now()
        if kept is None or (since := written_at(kept)) is None:
            # What was said before the desk came here was not said to it.
            await self._bus.read_to(Cursor(name=name, position=ts_of(now)))
            return
        shared = await self._is_shared(here, place, channel)
        since = max(since, now - LONGEST_ABSENCE)
        while since < now:
            until = min(since + WINDOW, now)
            messages = [each async for each in self._history.of_channel(here, channel, since, until)]
            for message in sorted(messages, key=_order):
                await self._take(message, here, channel, shared=shared)
                await self._side_thread(message, here, channel, since, shared=shared)
            self._passing("before_page_record")
            # A message that was under way while we read may show up behind what we have read.
            await self._bus.read_to(Cursor(name=name, position=ts_of(max(since, until - OVERLAP))))
            since = until

    async def _read_to(self, place: Address, here: Installation, channel: str) -> str | None:
        """Return how far was read, under whichever id the channel had then."""
        kept = await self._bus.position(f"slack:{place.value}")
        if kept is not None:
            return kept
        first = await self._former.at(here.team, channel, "0.0")
        return await self._bus.position(f"slack:{room_address(here.team, first).value}")

    async def _side_thread(
        self, root: Payload, here: Installation, channel: str, since: datetime, *, shared: bool
    ) -> None:
        """Read what was answered to a message that is no card; a card's thread is read by itself."""
        latest = written_at(text(root.get("latest_reply")))
        own = self._reader.own_message(root, here, channel)
        if latest is None or latest < since or (own is not None and own.card):
            return
        async for reply in self._history.of_thread(here, channel, text(root.get("ts")), since):
            await self._take(reply, here, channel, shared=shared)

    async def _is_shared(self, here: Installation, place: Address, channel: str) -> bool:
        """Return whether another company reads here; the core is told, should Slack's word of it have been lost."""
        answer = await self._history.ask(here, "conversations.info", {"channel": channel})
        shared = mapping(answer.get("channel")).get("is_ext_shared") is True
        (self._shared.add if shared else self._shared.discard)(place)
        if shared:
            await self._bus.room_shared(place, key=shared_key(place, "seen"))
        return shared

    # ---- threads -----------------------------------------------------------------------------------------------------

    async def _thread(self, place: Address, root: Address) -> None:
        here, channel = await self._installed(place)
        if here is None:
            return
        name = f"slack:{place.value}/{root.value}"
        since = written_at(await self._bus.position(name) or root.value)
        if since is None:
            return
        since = max(since, self._time.now() - LONGEST_ABSENCE)
        reached = ts_of(since)
        async for reply in self._history.of_thread(here, channel, root.value, since - OVERLAP):
            await self._take(reply, here, channel, shared=place in self._shared)
            if _order(reply) > _order({"ts": reached}):
                reached = text(reply.get("ts"))
                self._passing("before_page_record")
                await self._bus.read_to(Cursor(name=name, position=reached))

    # ---- messages ----------------------------------------------------------------------------------------------------

    async def _take(self, message: Payload, here: Installation, channel: str, *, shared: bool) -> None:
        """Hand a message over, and its last edit where the words had reached us as they were before it."""
        event = {**message, "type": "message", "channel": channel}
        key = words_of(event)
        known = self._hands.heard(key)
        if not known:
            delivery = await self._reader.delivery(event, here, shared=shared)
            if delivery is None:
                return
            answer = await self._hands.give(delivery)
            known = answer is not None and answer.repeated
            if answer is not None and not known and answer.ticket_id is not None:
                log.info("slack_message_read_back", key=key)
        if known and mapping(message.get("edited")):
            edit = {"type": "message", "subtype": "message_changed", "channel": channel_of(event), "message": message}
            edited = await self._reader.delivery(edit, here, shared=shared)
            if edited is not None:
                await self._hands.give(edited)

    # ---- reading -----------------------------------------------------------------------------------------------------

    async def _installed(self, place: Address) -> tuple[Installation | None, str]:
        team, channel = parts(place)
        return await self._installations.of(team), channel


def _rooms(who: WhoIsWho) -> tuple[Address, ...]:
    return tuple(place for room in who.rooms for place in room.places if place.platform is Platform.SLACK)


def _order(message: Payload) -> datetime:
    return written_at(text(message.get("ts"))) or datetime(1970, 1, 1, tzinfo=UTC)
