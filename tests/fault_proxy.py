"""
A bad network to order (F6, F26, F27): a TCP proxy before a server, whose faults tests switch on and off.

It runs in a thread of its own, so that tests may block, and serves one request after the other on each connection, as
HTTP/1.1 clients send them.
"""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.servers import PIECE, a_server

_REQUEST = re.compile(rb"[A-Z]+ [^ ]+ HTTP/1\.1\r\n")

_ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
_ENDLESS_CHUNK = b"100\r\n" + b" " * 256 + b"\r\n"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """
    What happens to a request and its answer; the server gets it unless it is refused, swallowed or answered for it.

    Attributes:
        refused: The connection is reset before the request is read.
        swallowed: Half open: everything is taken both ways, nothing is passed on, nobody is told.
        latency_s: Before each piece, each way.
        byte_every_s: The answer comes byte by byte.
        answer_bytes: After so many bytes of the answer the connection is reset; 0: executed, and nobody hears of it.
        endless: Instead of the answer comes one that never ends.
        error: What is answered in the server's place, such as ``404 M_NOT_FOUND``.
    """

    refused: bool = False
    swallowed: bool = False
    latency_s: float = 0.0
    byte_every_s: float = 0.0
    answer_bytes: int | None = None
    endless: bool = False
    error: str = ""


HEALTHY = Fault()
REFUSED = Fault(refused=True)
HALF_OPEN = Fault(swallowed=True)
EXECUTED_THEN_RESET = Fault(answer_bytes=0)
NEVER_ENDING = Fault(endless=True)


class FaultProxy:
    """
    Attributes:
        fault: What happens to every request for which nothing else was announced; changes count at once.
        requests: The first line of every request that came, in order.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._announced: list[tuple[str, Fault]] = []
        self.fault = HEALTHY
        self.requests: list[str] = []
        self.url = ""

    def announce(self, words: str, *faults: Fault) -> None:
        """Let the next requests whose first line holds *words* meet these faults, one each."""
        self._announced += [(words, fault) for fault in faults]

    @property
    def announced(self) -> int:
        """How many announced faults have not been met yet."""
        return len(self._announced)

    def forget(self) -> None:
        """Let nothing that was announced happen any more."""
        self._announced.clear()

    def met(self, request: str) -> Fault | None:
        """Return the announced fault that *request* meets; None when it meets what everybody meets."""
        for number, (words, fault) in enumerate(self._announced):
            if words in request:
                del self._announced[number]
                return fault
        return None

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        async with a_server(self._serve_one) as port:
            self.url = f"http://127.0.0.1:{port}"
            ready.set()
            await stop.wait()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # One of the two may be gone; the other sees it.
        with suppress(OSError):
            if not self.fault.refused:
                await _Connection(self, reader, writer).carry(self._host, self._port)


class _Connection:
    def __init__(self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._met: Fault | None = None
        self._answered = 0

    @property
    def _fault(self) -> Fault:
        return self._met or self._proxy.fault

    async def carry(self, host: str, port: int) -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=PIECE)
        ways = [asyncio.ensure_future(self._requests(writer)), asyncio.ensure_future(self._answers(reader))]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in done:
                way.result()
        finally:
            # At once: what waits here may be cancelled once more.
            writer.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, writer.wait_closed(), return_exceptions=True)

    async def _requests(self, server: asyncio.StreamWriter) -> None:
        while piece := await self._reader.read(PIECE):
            if first := _REQUEST.match(piece):
                request = first[0].decode("latin-1").strip()
                self._proxy.requests.append(request)
                self._met, self._answered = self._proxy.met(request), 0
            if self._fault.refused:
                return
            await asyncio.sleep(self._fault.latency_s)
            if self._fault.error:
                await self._answer_with(self._fault.error)
                return
            if not self._fault.swallowed:
                server.write(piece)
                await server.drain()

    async def _answers(self, server: asyncio.StreamReader) -> None:
        while piece := await server.read(PIECE):
            await asyncio.sleep(self._fault.latency_s)
            if self._fault.endless:
                await self._never_end()
            if not await self._pass_on(piece):
                return

    async def _pass_on(self, piece: bytes) -> bool:
        """Return whether the connection is still there."""
        if self._fault.refused:
            return False
        if self._fault.swallowed:
            return True
        if (limit := self._fault.answer_bytes) is not None:
            piece = piece[: max(limit - self._answered, 0)]
        for part in _parts(piece, 1 if self._fault.byte_every_s else PIECE):
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(self._fault.byte_every_s)
        self._answered += len(piece)
        return limit is None or self._answered < limit

    async def _answer_with(self, error: str) -> None:
        status, code = error.split(" ", 1)
        body = json.dumps({"errcode": code, "error": "as the test wants it"}).encode()
        head = f"HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        await self._writer.drain()

    async def _never_end(self) -> None:
        self._writer.write(_ENDLESS_HEAD)
        while True:
            self._writer.write(_ENDLESS_CHUNK)
            await self._writer.drain()
            await asyncio.sleep(0.02)


def _parts(piece: bytes, size: int) -> Iterator[bytes]:
    return (piece[at : at + size] for at in range(0, len(piece), size))


@contextmanager
def a_bad_network(url: str) -> Iterator[FaultProxy]:
    """Run a proxy before the server at *url*; it is healthy until told otherwise."""
    proxy, ready = FaultProxy(url), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, proxy, ready, stop), name="fault-proxy")
    thread.start()
    try:
        assert ready.wait(10), "the proxy did not start"
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, proxy: FaultProxy, ready: threading.Event, stop: asyncio.Event) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(proxy.serve(ready, stop))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
