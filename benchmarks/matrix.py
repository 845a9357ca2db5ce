"""One homeserver, the real desk's process, a bare bot's, and somebody who talks to both."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psutil
from nio import AsyncClient, AsyncClientConfig, MatrixRoom, RoomMessage, RoomSendResponse

from tests.synapse import Account, Homeserver

PATIENCE_S = 30.0


def newest_child(*words: str) -> int:
    """Return the process that we started last of those with all *words* in their command line."""
    children = [child for child in psutil.Process().children() if set(words) <= set(child.cmdline())]
    return max(children, key=lambda child: child.create_time()).pid


@contextmanager
def echo_bot(server: Homeserver, account: Account) -> Iterator[int]:
    """Run `benchmarks.echo_bot` as *account*; give its process id."""
    environment = os.environ | {
        "ECHO_HOMESERVER": server.url,
        "ECHO_USER": account.user_id,
        "ECHO_TOKEN": account.access_token,
        "ECHO_DEVICE": account.device_id,
    }
    command = [sys.executable, "-m", "benchmarks.echo_bot"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as bot:
        assert bot.stdout is not None
        bot.stdout.readline()  # It listens.
        try:
            yield bot.pid
        finally:
            bot.terminate()


class Asker:
    """Somebody with a client of their own, who says something and waits for the answer to it."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._seen_at: dict[str, float] = {}
        self._news = asyncio.Event()
        client.add_event_callback(self._see, RoomMessage)

    async def ask(self, room: str, words: str) -> float:
        """Return the seconds from sending *words* to seeing the answer."""
        began = time.perf_counter()
        sent = await self._client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": words})
        assert isinstance(sent, RoomSendResponse), sent
        async with asyncio.timeout(PATIENCE_S):
            while sent.event_id not in self._seen_at:
                self._news.clear()
                await self._news.wait()
        return self._seen_at[sent.event_id] - began

    async def _see(self, _room: MatrixRoom, event: RoomMessage) -> None:
        relation = event.source["content"].get("m.relates_to", {})
        answered = relation.get("event_id") or relation.get("m.in_reply_to", {}).get("event_id")
        self._seen_at.setdefault(answered, time.perf_counter())
        self._news.set()


@asynccontextmanager
async def asker(server: Homeserver, account: Account) -> AsyncIterator[Asker]:
    client = AsyncClient(server.url, account.user_id, config=AsyncClientConfig(encryption_enabled=False))
    client.restore_login(account.user_id, account.device_id, account.access_token)
    await client.sync(timeout=0)
    somebody = Asker(client)
    listening = asyncio.create_task(client.sync_forever(timeout=30_000))
    try:
        yield somebody
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await client.close()
