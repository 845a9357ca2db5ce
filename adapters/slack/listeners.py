"""
Delivery → bus: what Slack brings, in the order in which it comes in each conversation.

Nothing is acknowledged here; whoever calls does that, when this is over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.slack.events import channel_of
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.handing_over import HandingOver
from adapters.slack.installations import Installation
from adapters.slack.interactivity import Interactivity
from adapters.slack.reader import Reader
from adapters.slack.rooms import Doorkeeper
from adapters.slack.rooms_known import RoomsKnown


class SlackListener:
    def __init__(
        self,
        reader: Reader,
        hands: HandingOver,
        doorkeeper: Doorkeeper,
        rooms: RoomsKnown,
        interactivity: Interactivity,
    ) -> None:
        self._reader = reader
        self._hands = hands
        self._doorkeeper = doorkeeper
        self._rooms = rooms
        self._turns = Turns()
        self.interactivity = interactivity

    async def event(self, envelope: Payload, here: Installation) -> None:
        """
        Deal with an event; when this returns, what came of it is kept for good.

        Raises:
            StorageError, ConflictError, TryAgainLater: It is not: let it be delivered again.
        """
        event = mapping(envelope.get("event"))
        if event.get("type") == "app_home_opened":
            await self.interactivity.home(event, here)
            return
        channel = channel_of(event) or text(mapping(event.get("channel")).get("id"))
        async with self._turns.of(f"{here.team}/{channel}" if channel else ""):
            if event.get("type") not in ("message", "app_mention"):
                self._rooms.forget(here, channel)
                await self._doorkeeper.attend(event, here)
            shared = envelope.get("is_ext_shared_channel") is True
            delivery = await self._reader.delivery(event, here, shared=shared)
            if delivery is not None:
                await self._hands.give(delivery)


class Turns:
    """One at a time in each conversation, first come, first served: quick words must not overtake each other (F8)."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, conversation: str) -> AsyncIterator[None]:
        """
        Args:
            conversation: Empty where there is none to wait for.
        """
        if not conversation:
            yield
            return
        lock, waiting = self._locks.get(conversation, (asyncio.Lock(), 0))
        self._locks[conversation] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[conversation]
            if waiting == 1:
                del self._locks[conversation]
            else:
                self._locks[conversation] = (lock, waiting - 1)
