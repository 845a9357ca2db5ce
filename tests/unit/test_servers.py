"""The servers of the tests leave nothing behind, whoever comes in while they stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.servers import ROUNDS, a_server, a_site, knock, nothing_left_behind


async def answer(_: web.Request) -> web.Response:
    return web.Response(text="hello")


@asynccontextmanager
async def a_web_server() -> AsyncIterator[int]:
    application = web.Application()
    application.router.add_get("/", answer)
    async with a_site(application) as url:
        yield int(url.rpartition(":")[2])


async def patiently(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def a_patient_server() -> AbstractAsyncContextManager[int]:
    return a_server(patiently)


Served = Callable[[], AbstractAsyncContextManager[int]]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("served", [a_web_server, a_patient_server])
async def test_who_comes_in_while_a_server_stops_is_not_left_behind(served: Served, rounds: int) -> None:
    with nothing_left_behind():
        # The visitors go when they find it closed.
        async with asyncio.TaskGroup() as visitors, served() as port:
            visitors.create_task(knock(port))
            for _ in range(rounds):
                await asyncio.sleep(0)


def test_what_is_left_behind_is_noticed() -> None:
    """Else the test above could not fail."""
    with pytest.raises(AssertionError, match=r"unclosed <socket\.socket"), nothing_left_behind():
        socket.create_server(("127.0.0.1", 0))


async def test_a_site_serves_its_application() -> None:
    async with (
        a_web_server() as port,
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/") as answered,
    ):
        assert await answered.text() == "hello"


async def test_what_was_drained_arrives_and_then_the_connection_is_closed() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 5_000_000)
        await writer.drain()

    async with a_server(talk) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert len(await reader.read()) == 5_000_000
        writer.close()
        await writer.wait_closed()
