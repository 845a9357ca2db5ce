"""
The way in over HTTP: nothing gets past here that Slack did not sign just now.

In front of Bolt stand a limit for bodies, a time-out for slow ones, and our own check of the signature on the raw
bytes; what is turned away is told nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse

from adapters.slack.dispatcher import Dispatcher
from adapters.slack.signature import Signatures
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.time_source import TimeSource

EVENTS = "/slack/events"
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
HEALTH = "/healthz"

LARGEST_BODY = 2**20
READ_WITHIN_S = 5.0

FINISHED_WITHIN_S = 5.0
"""How long a request that is being worked on may still take when the desk is told to stop."""

_FORM = "application/x-www-form-urlencoded"
_WARN_EVERY_S = 60.0

log = structlog.get_logger(platform="slack")


class WebServer:
    """
    Args:
        oauth: Serves the pages by which a workspace installs the app; None for a desk of one workspace.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        signatures: Signatures,
        time: TimeSource,
        *,
        oauth: AsyncOAuthFlow | None = None,
        read_within_s: float = READ_WITHIN_S,
        passing: Passing = pass_by,
    ) -> None:
        self._dispatcher = dispatcher
        self._signatures = signatures
        self._time = time
        self._oauth = oauth
        self._read_within_s = read_within_s
        self._passing = passing
        self._warned_s = float("-inf")

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen until the end of the block; yield the port, which the system chooses for 0."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post(EVENTS, self._events)
        # Slack looks at the certificate now and then.
        app.router.add_get(EVENTS, self._health)
        app.router.add_get(HEALTH, self._health)
        if self._oauth is not None:
            app.router.add_get(INSTALL, self._install)
            app.router.add_get(REDIRECT, self._redirect)
        runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=FINISHED_WITHIN_S)
        await runner.setup()
        try:
            async with listening(runner, host, port) as ours:
                log.info("slack_listening", host=host, port=ours)
                yield ours
        finally:
            await runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _events(self, request: web.Request) -> web.Response:
        if request.headers.get("Content-Encoding", "identity") != "identity":
            return web.Response(status=415)
        if request.content_length is not None and request.content_length > LARGEST_BODY:
            return web.Response(status=413)
        try:
            async with asyncio.timeout(self._read_within_s):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        if not self._signed(request, body):
            self._warn(request)
            return web.Response(status=401, text="unauthorized")
        said = _readable(request, body)
        if said is None:
            return web.Response(status=400)
        answer = await self._dispatcher.dispatch(said, request.headers)
        self._passing("before_acknowledgement")
        return _response(answer)

    def _signed(self, request: web.Request, body: bytes) -> bool:
        return self._signatures.holds(
            body,
            timestamps=request.headers.getall("X-Slack-Request-Timestamp", []),
            signatures=request.headers.getall("X-Slack-Signature", []),
            now=self._time.now(),
        )

    def _warn(self, request: web.Request) -> None:
        """Say so now and then: whoever tries it a thousand times fills no disk."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._warned_s >= _WARN_EVERY_S:
            self._warned_s = now_s
            log.warning("slack_signature_refused", peer=request.remote)

    async def _install(self, request: web.Request) -> web.Response:
        assert self._oauth is not None
        return await to_aiohttp_response(await self._oauth.handle_installation(await to_bolt_request(request)))

    async def _redirect(self, request: web.Request) -> web.Response:
        assert self._oauth is not None
        return await to_aiohttp_response(await self._oauth.handle_callback(await to_bolt_request(request)))


@asynccontextmanager
async def listening(runner: web.AppRunner, host: str, port: int) -> AsyncIterator[int]:
    """
    Listen for *runner* until the end of the block; yield the port.

    What asyncio accepted in the round of the loop in which a server is closed, it drops without closing it
    (python/cpython#109564); so there is a round before that in which nothing is accepted any more.
    """
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(runner.server, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for each in server.sockets:
            loop.remove_reader(each.fileno())
        try:
            await asyncio.sleep(0)
        finally:
            server.close()


def _readable(request: web.Request, body: bytes) -> str | None:
    """Return a body as text; None where it is none, or says a thing twice (S5)."""
    try:
        said = body.decode("utf-8")
        if request.content_type == _FORM:
            names = [name for name, _ in parse_qsl(said, keep_blank_values=True, max_num_fields=100)]
            if len(names) != len(set(names)):
                return None
    except ValueError:
        return None
    return said


def _response(answer: BoltResponse) -> web.Response:
    body = answer.body or ""
    kind = "application/json" if body.startswith("{") else "text/plain"
    return web.Response(status=answer.status, text=body, content_type=kind)
