"""Slash commands as Slack sends them: signed, each with a trigger of its own, over connections that stay open."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Self
from urllib.parse import urlencode

from tests.slack.over_http import FORM, signature

_triggers = count(1)


class Typist:
    """Somebody who types ``/ticket`` with words, again and again, in one channel."""

    def __init__(self, *, secret: str, team: str, channel: str, user: str, words: str) -> None:
        self._secret = secret
        self._form = {
            "team_id": team,
            "team_domain": "exo",
            "channel_id": channel,
            "channel_name": "acme",
            "user_id": user,
            "user_name": "ana",
            "command": "/ticket",
            "text": words,
            "is_enterprise_install": "false",
            "response_url": "https://hooks.slack.com/commands/T1/1/x",
        }

    def request(self) -> bytes:
        """Return the bytes of one command, signed now."""
        body = urlencode(self._form | {"trigger_id": f"bench.{next(_triggers)}"}).encode()
        stamp = str(int(time.time()))
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n"
            f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: {signature(self._secret, stamp, body)}\r\n\r\n"
        )
        return head.encode() + body


class Connection:
    """One connection of Slack's; a client library would cost more CPU than what it talks to (measured: aiohttp)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def types(self, typist: Typist) -> float:
        """Send one command; return the seconds until it was answered with nothing but 200: kept, no complaint."""
        request = typist.request()
        began = time.perf_counter()
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        body = await self._reader.readexactly(length)
        took_s = time.perf_counter() - began
        assert (head[:13], body) == (b"http/1.1 200 ", b""), head + body
        return took_s

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[Sequence[Connection]]:
    async with AsyncExitStack() as stack:
        opened = [await Connection.to(port) for _ in range(number)]
        for each in opened:
            stack.push_async_callback(each.close)
        yield opened
