"""
Servers on loopback that leave no connection behind when they stop, for the collector to find in another test.

Tests that need a server of their own take one of these, whatever it serves.
"""

import asyncio
import gc
import socket
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web

from tests.patience import PATIENCE_S

PIECE = 64 * 1024

MOST_VISITS = 20
"""More than there are rounds between a knock and the first word to whoever came in."""

ROUNDS = range(5, 9)
"""
After how many rounds of the loop to stop a server that somebody knocks at: it accepts in every other one, so that in
one of these there is somebody at each step of coming in.
"""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def a_site(application: web.Application, *, shutdown_timeout: float = 0.1) -> AsyncIterator[str]:
    """
    Serve *application*; yield its URL.

    Args:
        shutdown_timeout: How long, in seconds, a request may still take at the end of the block.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    try:
        assert runner.server is not None
        server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{port_of(server)}"
        finally:
            await close(server)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_server(serve: Serve) -> AsyncIterator[int]:
    """
    Run *serve* for each connection; yield the port.

    When *serve* returns, its connection is closed; whoever is still served at the end of the block is cut off.

    Args:
        serve: Drains what it writes, or it is lost.
    """
    connections = _Connections(serve)
    server = await asyncio.start_server(connections.begin, "127.0.0.1", 0, limit=PIECE)
    try:
        yield port_of(server)
    finally:
        await close(server)
        await connections.end()


def port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def close(server: asyncio.Server) -> None:
    """
    Listen no longer, and lose no connection over it.

    What asyncio accepted in the round of the loop in which a server is closed, it drops without closing it
    (python/cpython#109564); so there are two rounds before that in which nothing is accepted any more: one for the
    connection to be made, one for its protocol to hear of it.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(2):
        await asyncio.sleep(0)
    server.close()


class _Connections:
    """Every connection of a server: those whose task has not taken its first step, and those on their way out, too."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection; no coroutine, because one that is cancelled before its first step closes nothing."""
        # What is drained is sent then, and nothing is lost when the connection is aborted.
        writer.transport.set_write_buffer_limits(0)
        self._writers.append(writer)
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.transport.abort())

    async def end(self) -> None:
        """Cut everybody off, and wait until they are."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Fail when anything that was opened in the block is left for the collector to close."""
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        yield
        gc.collect()
    found = [str(each.message) for each in left]
    assert found == [], f"left behind: {found}"


async def knock(port: int) -> None:
    """Come in once in every round of the loop, until nobody listens, and leave then."""
    visits: list[socket.socket] = []
    try:
        while True:
            visits.append(socket.create_connection(("127.0.0.1", port), PATIENCE_S))
            await asyncio.sleep(0)
            if len(visits) > MOST_VISITS:
                visits.pop(0).close()
    except ConnectionRefusedError:
        pass
    finally:
        for visit in visits:
            visit.close()
