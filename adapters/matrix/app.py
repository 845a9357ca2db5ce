"""The desk on Matrix: one connection, its messenger and its listener."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.matrix.homeserver import Homeserver
from adapters.matrix.listeners import BoundRooms, Bus, MatrixListener
from adapters.matrix.messenger import LatestInThread, MatrixMessenger
from chatops.application.words import Words


class MatrixApp:
    """Either half may be used alone: a worker only sends, and needs no bus."""

    def __init__(self, server: Homeserver, words: Words) -> None:
        self._server = server
        self._words = words
        self._latest = LatestInThread()
        self.messenger = MatrixMessenger(server, words, self._latest)

    async def run(self, bus: Bus, stop: asyncio.Event, *, bound_rooms: BoundRooms) -> None:
        """
        Listen until *stop* is set.

        Args:
            bound_rooms: The directory's rooms on Matrix, which we join when invited.

        Raises:
            SettingsInvalid: The homeserver does not take our token, or takes it for somebody else's.
        """
        listener = MatrixListener(self._server, bus, self._words, self._latest, bound_rooms=bound_rooms)
        await listener.run(stop)


@asynccontextmanager
async def connect(
    *, homeserver: str, user_id: str, access_token: str, device_id: str, words: Words
) -> AsyncIterator[MatrixApp]:
    """
    Open the one session that everything Matrix goes through.

    Args:
        homeserver: Its base URL, such as ``https://matrix.example.org``.
        device_id: The token's own, for ever the same (see `Homeserver`).
    """
    server = Homeserver(url=homeserver, user_id=user_id, access_token=access_token, device_id=device_id)
    async with server:
        yield MatrixApp(server, words)
