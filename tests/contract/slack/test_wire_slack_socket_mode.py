"""The fake Slack's Socket Mode, with Bolt's own client at the other end of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.deliveries import Outcome
from tests.slack.faults import ACK_LOST
from tests.slack.methods.access import CONNECTIONS
from tests.slack.towns import Town, a_town


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town(socket_mode=True) as furnished:
        yield furnished


@asynccontextmanager
async def connected(town: Town, bolt: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    # The handler takes the token of apps.connections.open from here, and the host from the client.
    handler = AsyncSocketModeHandler(bolt, town.app.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await town.slack.sockets.connected(town.app)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def a_bare_socket(town: Town, session: ClientSession) -> AsyncIterator[ClientWebSocketResponse]:
    """Connect as an app would that never answers."""
    client = AsyncWebClient(token=town.app.app_token, base_url=town.slack.api_url, session=session)
    url = (await client.apps_connections_open(app_token=town.app.app_token))["url"]
    async with session.ws_connect(url) as socket:
        yield socket


async def test_events_commands_and_views_go_over_the_socket(town: Town) -> None:
    bolt, heard = town.bolt(), []

    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        heard.append(event["text"])
        await say("hello", thread_ts=event["ts"])

    @bolt.event("message")
    async def anything() -> None:
        pass

    @bolt.command("/ticket")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"you said {command['text']}")

    async with connected(town, bolt):
        said = await town.ben.says(town.inside, "@desk hi")
        assert [each.outcome for each in said.answers] == [Outcome.TAKEN] * 2
        await town.slack.called("chat.postMessage")
        assert town.ben.sees(town.inside).find("hello").message.thread_ts == said
        typed = await town.ben.types(town.inside, "/ticket list")
        assert typed.status == 200
        assert "you said list" in town.ben.sees(town.inside)
        await town.slack.settle()
    assert heard == [f"<@{town.app.bot.id}> hi"]


async def test_what_is_not_acknowledged_comes_again_and_says_so(town: Town) -> None:
    town.slack.postman.deadline_s = 0.5
    async with ClientSession() as session, a_bare_socket(town, session) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        saying = asyncio.create_task(town.ben.says(town.inside, "hello"))
        first, second = await socket.receive_json(), await socket.receive_json()
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        assert (first["retry_reason"], second["retry_reason"]) == ("", "timeout")
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert first["envelope_id"] != second["envelope_id"]
        await socket.send_json({"envelope_id": second["envelope_id"]})
        (delivery,) = (await saying).answers
        assert (delivery.outcome, len(delivery.attempts)) == (Outcome.TAKEN, 2)


async def test_a_lost_acknowledgement_brings_it_again(town: Town) -> None:
    bolt, heard = town.bolt(), []

    @bolt.event("message")
    async def said(request: Any) -> None:
        heard.append(request.headers.get("x-slack-retry-num"))

    town.slack.faults.on("message", ACK_LOST)
    async with connected(town, bolt):
        await town.ben.says(town.inside, "hello")
    assert heard == [["0"], ["1"]]


async def test_connections_take_turns(town: Town) -> None:
    async with ClientSession() as session, a_bare_socket(town, session) as one, a_bare_socket(town, session) as two:
        assert (await one.receive_json())["num_connections"] == 1
        assert (await two.receive_json())["num_connections"] == 2
        for socket in (one, two):
            saying = asyncio.create_task(town.ben.says(town.inside, "hello"))
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await saying).answers[0].taken


async def test_there_may_be_ten_connections(town: Town) -> None:
    async with ClientSession() as session:
        client = AsyncWebClient(token=town.app.app_token, base_url=town.slack.api_url, session=session)
        opened = [await client.apps_connections_open(app_token=town.app.app_token) for _ in range(CONNECTIONS + 1)]
        sockets = [await session.ws_connect(each["url"]) for each in opened]
        assert (await sockets[-1].receive_json())["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()
        async with session.get(opened[0]["url"].replace("ws:", "http:")) as used:
            assert used.status == 404


async def test_a_client_comes_back_when_it_is_asked_to(town: Town) -> None:
    bolt = town.bolt()

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with connected(town, bolt):
        await town.slack.sockets.warn(town.app)
        await town.slack.sockets.connected(town.app, times=2)
        await town.slack.sockets.refresh(town.app)
        await town.slack.sockets.connected(town.app, times=3)
        said = await town.ben.says(town.inside, "hello")
        assert said.answers[0].taken


async def test_a_client_comes_back_after_a_cut(town: Town) -> None:
    bolt = town.bolt()

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with connected(town, bolt):
        town.slack.sockets.cut(town.app)
        await town.slack.sockets.connected(town.app, times=2)
        assert (await town.ben.says(town.inside, "hello")).answers[0].taken
        await town.slack.sockets.hang_up(town.app)
        await town.slack.sockets.connected(town.app, times=3)
        assert (await town.ben.says(town.inside, "hello")).answers[0].taken


async def test_a_half_open_connection_swallows_everything(town: Town) -> None:
    town.slack.postman.deadline_s = 0.05
    async with ClientSession() as session, a_bare_socket(town, session) as socket:
        await socket.receive_json()
        town.slack.sockets.silence(town.app)
        said = await town.ben.says(town.inside, "hello")
        assert (said.answers[0].outcome, len(said.answers[0].attempts)) == (Outcome.NOT_TAKEN, 4)
        await socket.ping(b"anybody there?")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.1)


async def test_the_sdk_notices_a_half_open_connection(town: Town) -> None:
    """It gives up a connection four ping intervals after the last pong."""
    bolt = town.bolt()

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with connected(town, bolt):
        town.slack.sockets.silence(town.app)
        await town.slack.sockets.connected(town.app, times=2)


async def test_without_any_connection_an_event_is_lost_in_the_end(town: Town) -> None:
    said = await town.ben.says(town.inside, "hello")
    assert said.answers[0].outcome is Outcome.NOT_TAKEN
    assert {each.failure for each in said.answers[0].attempts} == {"connection_failed"}


async def test_pings_are_answered_and_nonsense_is_not(town: Town) -> None:
    async with ClientSession() as session:
        client = AsyncWebClient(token=town.app.app_token, base_url=town.slack.api_url, session=session)
        url = (await client.apps_connections_open(app_token=town.app.app_token))["url"]
        async with session.ws_connect(url, autoping=False) as socket:
            await socket.receive_json()
            await socket.send_str("nonsense")
            await socket.ping(b"there?")
            answer = await socket.receive()
            assert (answer.type, answer.data) == (WSMsgType.PONG, b"there?")
