"""The bad network of the tests does what it says; a fault that does nothing would prove nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from tests.fault_proxy import EXECUTED_THEN_RESET, HALF_OPEN, HEALTHY, NEVER_ENDING, REFUSED, Fault, a_bad_network
from tests.fault_proxy import FaultProxy as Proxy
from tests.servers import a_site, nothing_left_behind

ANSWER = "a quick answer " * 1000
CROWD, PROXIES = 20, 10
SOON = aiohttp.ClientTimeout(total=0.3)


class Server:
    """A web server that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        return web.Response(text=ANSWER)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path}", server.answer)
    async with a_site(app) as server.url:
        yield server


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with a_bad_network(server.url) as proxy:
        yield proxy


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_healthy_network_carries_everything(
    server: Server, proxy: Proxy, client: aiohttp.ClientSession
) -> None:
    for _ in range(3):
        async with client.put(f"{proxy.url}/send", data=b"x" * 200_000) as answer:
            assert await answer.text() == ANSWER

    assert server.asked == ["PUT /send"] * 3
    assert proxy.requests == ["PUT /send HTTP/1.1"] * 3


async def test_a_refused_request_reaches_nobody(server: Server, proxy: Proxy, client: aiohttp.ClientSession) -> None:
    proxy.fault = REFUSED

    with pytest.raises((aiohttp.ClientError, OSError)):
        await client.get(f"{proxy.url}/sync")

    assert server.asked == []


async def test_what_was_executed_may_be_reset(server: Server, proxy: Proxy, client: aiohttp.ClientSession) -> None:
    """Two of them: aiohttp quietly sends a reset PUT a second time before it says anything."""
    proxy.announce("PUT", EXECUTED_THEN_RESET, EXECUTED_THEN_RESET)

    async with client.get(f"{proxy.url}/sync") as answer:
        assert answer.status == 200
    with pytest.raises((aiohttp.ClientError, OSError)):
        async with client.put(f"{proxy.url}/send"):
            pass

    assert proxy.announced == 0
    assert server.asked == ["GET /sync", "PUT /send", "PUT /send"]


async def test_an_answer_may_be_cut_in_the_middle(proxy: Proxy, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{proxy.url}/sync") as answer:
        whole = await answer.text()
    proxy.announce("GET", Fault(answer_bytes=5_000))

    with pytest.raises((aiohttp.ClientError, OSError)):
        async with client.get(f"{proxy.url}/sync") as answer:
            await answer.text()

    assert whole == ANSWER


async def test_an_error_is_answered_without_being_asked_for(
    server: Server, proxy: Proxy, client: aiohttp.ClientSession
) -> None:
    proxy.announce("PUT", Fault(error="404 M_NOT_FOUND"))

    async with client.put(f"{proxy.url}/send", data=b"x" * 200_000) as answer:
        assert (answer.status, (await answer.json())["errcode"]) == (404, "M_NOT_FOUND")

    assert server.asked == []


@pytest.mark.parametrize("fault", [HALF_OPEN, NEVER_ENDING, Fault(byte_every_s=0.001), Fault(latency_s=10)])
async def test_nothing_comes_to_an_end(proxy: Proxy, client: aiohttp.ClientSession, fault: Fault) -> None:
    proxy.fault = fault

    with pytest.raises(asyncio.TimeoutError):
        async with client.get(f"{proxy.url}/sync", timeout=SOON) as answer:
            await answer.text()

    proxy.fault = HEALTHY
    async with client.get(f"{proxy.url}/sync") as answer:
        assert await answer.text() == ANSWER


@pytest.mark.parametrize("fault", [HEALTHY, REFUSED, HALF_OPEN])
def test_a_proxy_that_stops_leaves_no_connection_behind(fault: Fault) -> None:
    """A crowd comes in at once and finds it closing; nobody listens behind it for longer than they need."""
    with socket.create_server(("127.0.0.1", 0), backlog=CROWD * PROXIES) as behind, nothing_left_behind():
        for _ in range(PROXIES):
            with a_bad_network("http://{}:{}".format(*behind.getsockname())) as proxy:
                proxy.fault = fault
                port = urlsplit(proxy.url).port
                crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(CROWD)]
            for each in crowd:
                each.close()
