"""The desk on Matrix: one connection, its messenger and its listener."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.files import MatrixFiles
from adapters.matrix.homeserver import Homeserver
from adapters.matrix.listeners import Bus, Manners, MatrixListener
from adapters.matrix.messenger import LatestInThread, MatrixMessenger
from adapters.matrix.rooms import Directory
from chatops.application.carrying import Carrying
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words


class MatrixApp:
    """Either half may be used alone: a worker only sends, and needs no bus."""

    def __init__(self, server: Homeserver, words: Words, manners: Manners, carrying: Carrying) -> None:
        self._server = server
        self._words = words
        self._manners = manners
        self._latest = LatestInThread()
        self.files = MatrixFiles(server)
        carrying.add(self.files)
        self.messenger = MatrixMessenger(server, words, self.files, self._latest, carrying)

    async def run(
        self, bus: Bus, stop: asyncio.Event, *, directory: Directory, time: TimeSource, passing: Passing = pass_by
    ) -> None:
        """
        Listen until *stop* is set.

        Args:
            directory: Gives who is who as it now stands: whose rooms are ours, and who may invite us.

        Raises:
            SettingsInvalid: The homeserver does not take our token, or takes it for somebody else's.
        """
        listener = MatrixListener(
            self._server,
            bus,
            self._words,
            self._latest,
            directory=directory,
            time=time,
            manners=self._manners,
            passing=passing,
        )
        await listener.run(stop)


@asynccontextmanager
async def connect(
    *,
    homeserver: str,
    user_id: str,
    access_token: str,
    device_id: str,
    words: Words,
    manners: Manners = Manners(),  # noqa: B008 - frozen
    encryption: Encryption | None = None,
    carrying: Carrying | None = None,
) -> AsyncIterator[MatrixApp]:
    """
    Open the one session that everything Matrix goes through.

    Args:
        homeserver: Its base URL, such as ``https://matrix.example.org``.
        device_id: The token's own, for ever the same (see `Homeserver`).
        manners: Whom to ignore, and whose invitations to take besides those of the staff.
        encryption: With what to read and write in encrypted rooms; None leaves them alone.
        carrying: Brings files from other platforms and to them; it is closed with the session.

    Raises:
        SettingsInvalid: The store of the keys cannot be used.
    """
    server = Homeserver(
        url=homeserver, user_id=user_id, access_token=access_token, device_id=device_id, encryption=encryption
    )
    async with server:
        carrying = carrying or Carrying()
        try:
            yield MatrixApp(server, words, manners, carrying)
        finally:
            await carrying.close()
