"""
Small courtesies: that a message was read, and that an answer is being worked on.

They are never in the way: beside the reading, one at a time, and whatever goes wrong with them is of no interest.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from adapters.matrix.homeserver import TYPING_S, Homeserver
from chatops.application.passing import Passing, pass_by
from chatops.domain.errors import DeliveryError, TryAgainLater

GATHERING_S = 1.0
"""How long receipts are gathered before they are sent, so that a flood of messages gives a few."""

SLOW_S = 1.0
"""From when on people are shown that their answer is being worked on."""

_MOST = 1_000


class Receipts:
    """Shows people what the desk has taken in, newest per thread; only what it has kept for good."""

    def __init__(self, server: Homeserver, passing: Passing = pass_by) -> None:
        self._server = server
        self._passing = passing
        self._newest: OrderedDict[tuple[str, str | None], str] = OrderedDict()
        self._some = asyncio.Event()

    def read(self, room: str, root: str | None, event_id: str) -> None:
        """
        Args:
            root: The thread the event stands in; None outside all threads.
        """
        self._newest[(room, root)] = event_id
        self._newest.move_to_end((room, root))
        if len(self._newest) > _MOST:
            self._newest.popitem(last=False)
        self._some.set()

    async def run(self) -> None:
        """Send them until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHERING_S)
            self._some.clear()
            while self._newest:
                await self._send(*self._newest.popitem(last=False))

    async def _send(self, where: tuple[str, str | None], event_id: str) -> None:
        room, root = where
        self._passing("before_receipt")
        try:
            await self._server.tell_read(room, event_id, root=root)
        except TryAgainLater as later:
            await asyncio.sleep(later.after.total_seconds() if later.after else GATHERING_S)
        except DeliveryError:
            pass


class Typing:
    """Shows that somebody's answer is being worked on, once that takes longer than `SLOW_S`."""

    def __init__(self, server: Homeserver) -> None:
        self._server = server
        self._shown: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def while_working(self, room: str) -> AsyncIterator[None]:
        done = asyncio.Event()
        later = asyncio.get_running_loop().call_later(SLOW_S, self._begin, room, done)
        try:
            yield
        finally:
            later.cancel()
            done.set()

    async def close(self) -> None:
        """Let what is shown be taken down; nothing is waited for longer than a moment."""
        if self._shown:
            await asyncio.wait(self._shown, timeout=SLOW_S)
        for task in self._shown:
            task.cancel()

    def _begin(self, room: str, done: asyncio.Event) -> None:
        task = asyncio.create_task(self._show(room, done))
        self._shown.add(task)
        task.add_done_callback(self._shown.discard)

    async def _show(self, room: str, done: asyncio.Event) -> None:
        with suppress(DeliveryError):
            while not done.is_set():
                await self._server.show_typing(room, typing=True)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TYPING_S * 0.8):
                        await done.wait()
            await self._server.show_typing(room, typing=False)
