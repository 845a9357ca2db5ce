"""
Socket Mode: the websockets that an app opens, and deliveries over them in envelopes.

Source: facts §2, Socket Mode, and facts/reliability F27 for how connections die.
"""

import asyncio
import itertools
import json
from collections import Counter, defaultdict
from contextlib import suppress

from aiohttp import WSMsgType, web

from tests.patience import PATIENCE_S
from tests.slack.backstage import Backstage
from tests.slack.clock import elapsed_s
from tests.slack.deliveries import Attempt, Delivery, Envelope
from tests.slack.methods.access import CONNECTIONS
from tests.slack.records import App, Json


class Connection:
    """
    One websocket of an app's.

    Attributes:
        silent: Half open: nothing is sent any more, nothing is heard, pings stay without an answer.
        leaving: Nothing new comes by it.
    """

    def __init__(self, app: App, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.app = app
        self._socket = socket
        self._transport = transport
        self.silent = False
        self.leaving = False

    async def send(self, message: Json) -> None:
        if not self.silent:
            await self._socket.send_json(message)

    async def disconnect(self, reason: str) -> None:
        """Say that it will be closed: ``warning``, ``refresh_requested`` (which gets no more), ``link_disabled``."""
        self.leaving = reason != "warning"
        await self.send(_disconnect(reason))

    def cut(self) -> None:
        """Reset it, without a word."""
        if self._transport is not None:
            self._transport.abort()

    async def hang_up(self) -> None:
        """Close it as the protocol has it."""
        await self._socket.close()


class SocketMode:
    """Satisfies `Carrier`: the connections of all apps, where several of one app take turns."""

    def __init__(self, stage: Backstage) -> None:
        self._stage = stage
        self._connections: defaultdict[App, list[Connection]] = defaultdict(list)
        self._opened: Counter[App] = Counter()
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._turn = itertools.count()
        self._came = asyncio.Condition()

    # ---- what tests do to connections ---------------------------------------------------------------------------

    def connections(self, app: App) -> list[Connection]:
        return list(self._connections[app])

    async def connected(self, app: App, *, times: int = 1) -> None:
        """
        Wait until the app has connected for the *times*-th time.

        Raises:
            TimeoutError: It has not within a test's patience.
        """
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: self._opened[app] >= times and self._usable(app))

    async def warn(self, app: App) -> None:
        """Tell every connection that it will be closed in about ten seconds."""
        for connection in self.connections(app):
            await connection.disconnect("warning")

    async def refresh(self, app: App) -> None:
        """Ask for a new connection in the place of each, and give the old ones no more."""
        for connection in self.connections(app):
            await connection.disconnect("refresh_requested")

    async def hang_up(self, app: App) -> None:
        for connection in self.connections(app):
            await connection.hang_up()

    def cut(self, app: App) -> None:
        for connection in self.connections(app):
            connection.cut()

    def silence(self, app: App) -> None:
        """Let every connection be half open from now on; what is sent on it is lost."""
        for connection in self.connections(app):
            connection.silent = True

    # ---- serving ------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        app = self._stage.tickets.pop(request.query.get("ticket", ""), None)
        if app is None:
            return web.Response(status=404)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        mine = self._connections[app]
        if len(mine) >= CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(app, socket, request.transport)
        mine.append(connection)
        try:
            await socket.send_json(_hello(app, len(mine)))
            self._opened[app] += 1
            async with self._came:
                self._came.notify_all()
            await self._listen(connection, socket)
        finally:
            mine.remove(connection)
        return socket

    async def _listen(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if connection.silent:
                continue
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._heard(message.data)

    def _heard(self, text: str) -> None:
        with suppress(ValueError):
            ack = json.loads(text)
            waiting = self._acks.get(str(ack.get("envelope_id")))
            if waiting is not None and not waiting.done():
                waiting.set_result(ack)

    async def close(self) -> None:
        for app in list(self._connections):
            self.cut(app)

    # ---- delivering ---------------------------------------------------------------------------------------------

    async def bring(self, delivery: Delivery, *, retry: int, reason: str, deadline_s: float) -> Attempt:
        """Send an envelope by one of the connections in turn; an acknowledgement in time is what counts."""
        began = elapsed_s()
        there = self._usable(delivery.app)
        if not there:
            return Attempt(retry=retry, status=None, failure="connection_failed")
        envelope_id = self._stage.world.secret("")
        envelope: Json = {
            "envelope_id": envelope_id,
            "payload": delivery.payload,
            "type": delivery.envelope.value,
            "accepts_response_payload": delivery.envelope is not Envelope.EVENT,
        }
        if delivery.envelope is Envelope.EVENT:
            envelope |= {"retry_attempt": retry, "retry_reason": _reason(reason)}
        waiting = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(deadline_s):
                await there[next(self._turn) % len(there)].send(envelope)
                ack = await waiting
        except TimeoutError:
            return Attempt(retry=retry, status=None, seconds=elapsed_s() - began, failure="http_timeout")
        except ConnectionError:
            return Attempt(retry=retry, status=None, seconds=elapsed_s() - began, failure="connection_failed")
        finally:
            del self._acks[envelope_id]
        body = json.dumps(ack["payload"]) if ack.get("payload") else ""
        return Attempt(retry=retry, status=200, body=body, seconds=elapsed_s() - began)

    def _usable(self, app: App) -> list[Connection]:
        return [each for each in self._connections[app] if not each.leaving]


def _hello(app: App, count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {"host": "applink", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": app.id},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}}


def _reason(reason: str) -> str:
    return {"http_timeout": "timeout"}.get(reason, reason)
