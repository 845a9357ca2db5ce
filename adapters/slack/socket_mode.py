"""
The way in over Socket Mode: websockets that we open, for a desk that nobody can reach from outside.

An envelope is acknowledged on the socket that brought it, when what came of it is kept; one that is not acknowledged
comes again. The SDK's own client watches its socket by the wall clock, closes the old one before it has a new one, and
acknowledges on whichever socket is the newest; so these are our own.

Source: facts on Slack, §2; on reliability, F27 and F28; docs.slack.dev, "Using Socket Mode".
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from adapters.slack.asking import Refused, Slack, TokenRefused
from adapters.slack.dispatcher import Dispatcher
from adapters.slack.fields import mapping, text
from chatops.application.passing import Passing, pass_by
from chatops.domain.errors import SettingsInvalid, TryAgainLater

HEARTBEAT_S = 10.0
"""We ask so often whether anybody is there; no answer within half of it, and the socket is dead: 15 s at most (F27)."""

DRAIN_S = 30.0
"""How long a socket that Slack is about to close is still listened to beside the new one."""

SHORTEST_S = 1.0
"""A socket that is gone sooner than this is no success: the next one is opened after a pause."""

AT_ONCE = 20
"""Envelopes that are worked on at the same time; more wait in the socket."""

LARGEST_MESSAGE = 4 * 2**20

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0

log = structlog.get_logger(platform="slack")


class SocketMode:
    """
    Args:
        came_in: Called whenever a socket is there after there was none: something may have been missed.
    """

    def __init__(
        self,
        slack: Slack,
        session: aiohttp.ClientSession,
        app_token: str,
        dispatcher: Dispatcher,
        *,
        came_in: Callable[[], None],
        heartbeat_s: float = HEARTBEAT_S,
        drain_s: float = DRAIN_S,
        passing: Passing = pass_by,
    ) -> None:
        self._slack = slack
        self._session = session
        self._app_token = app_token
        self._dispatcher = dispatcher
        self._came_in = came_in
        self._heartbeat_s = heartbeat_s
        self._drain_s = drain_s
        self._passing = passing
        self._some = asyncio.Semaphore(AT_ONCE)
        self._at_work: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """
        Keep a socket open until cancelled; what is being worked on then is finished and acknowledged.

        Raises:
            SettingsInvalid: Slack does not take the app's token.
        """
        failures, draining = 0, set[asyncio.Task[None]]()
        try:
            while True:
                try:
                    socket = await self._connected()
                except (TryAgainLater, aiohttp.ClientError, OSError) as exc:
                    failures += 1
                    pause_s = _pause_s(failures, exc)
                    log.warning("slack_socket_not_opened", pause_s=pause_s, because=type(exc).__name__)
                    await asyncio.sleep(pause_s)
                    continue
                leaving, opened_s = asyncio.Event(), asyncio.get_running_loop().time()
                reading = asyncio.create_task(self._read(socket, leaving))
                draining.add(reading)
                reading.add_done_callback(draining.discard)
                await _first(reading, leaving)
                if not reading.done():
                    # Slack will close it: it is listened to until then, and the next one is opened meanwhile.
                    asyncio.get_running_loop().call_later(self._drain_s, reading.cancel)
                if asyncio.get_running_loop().time() - opened_s > SHORTEST_S:
                    failures = 0
                else:
                    failures += 1
                    await asyncio.sleep(_pause_s(failures, TryAgainLater("")))
        finally:
            await self._finish()
            for task in draining:
                task.cancel()
            await asyncio.gather(*draining, return_exceptions=True)

    async def _connected(self) -> aiohttp.ClientWebSocketResponse:
        try:
            answer = await self._slack.tell("apps.connections.open", self._app_token)
        except (TokenRefused, Refused) as exc:
            raise SettingsInvalid(
                f"Slack does not accept the app-level token ({exc}); it is made in the app's Basic Information, "
                "with the scope connections:write."
            ) from exc
        return await self._session.ws_connect(
            text(answer.get("url")),
            heartbeat=self._heartbeat_s,
            max_msg_size=LARGEST_MESSAGE,
            # Slack does not always answer a closing handshake.
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        )

    # ---- one socket --------------------------------------------------------------------------------------------------

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, leaving: asyncio.Event) -> None:
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.ERROR:
                    break
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._heard(_json(message.data), socket, leaving)
        finally:
            leaving.set()
            log.info("slack_socket_closed", code=socket.close_code)
            await socket.close()

    async def _heard(
        self, said: Mapping[str, Any], socket: aiohttp.ClientWebSocketResponse, leaving: asyncio.Event
    ) -> None:
        match said.get("type"):
            case "hello":
                log.info("slack_socket_opened", connections=said.get("num_connections"))
                self._came_in()
            case "disconnect":
                log.info("slack_socket_leaving", because=text(said.get("reason"))[:80])
                leaving.set()
            case _ if text(said.get("envelope_id")):
                await self._some.acquire()
                task = asyncio.create_task(self._dealt_with(said, socket))
                self._at_work.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._some.release()

    async def _dealt_with(self, envelope: Mapping[str, Any], socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            answer = await self._dispatcher.dispatch(
                dict(mapping(envelope.get("payload"))), _headers(envelope), over_socket=True
            )
            self._passing("before_acknowledgement")
            if answer.status == 200:
                await socket.send_json(_acknowledgement(envelope, answer))
        except (aiohttp.ClientError, ConnectionError):
            # It comes again on another socket, and is known by its key then (F28).
            log.info("slack_acknowledgement_lost")
        except Exception:
            # The edge of the loop: it comes again.
            log.exception("slack_envelope_failed")

    async def _finish(self) -> None:
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=DRAIN_S)


async def _first(reading: asyncio.Task[None], leaving: asyncio.Event) -> None:
    """Return when the socket is gone, or is about to go."""
    left = asyncio.create_task(leaving.wait())
    try:
        await asyncio.wait({reading, left}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()


def _acknowledgement(envelope: Mapping[str, Any], answer: BoltResponse) -> Mapping[str, Any]:
    received = {"envelope_id": envelope["envelope_id"]}
    if not answer.body or envelope.get("accepts_response_payload") is not True:
        return received
    payload = _json(answer.body) if answer.body.startswith("{") else {"text": answer.body}
    return received | {"payload": payload}


def _headers(envelope: Mapping[str, Any]) -> Mapping[str, str]:
    attempt, reason = envelope.get("retry_attempt"), envelope.get("retry_reason")
    named = {"x-slack-retry-num": attempt, "x-slack-retry-reason": reason}
    return {name: str(value) for name, value in named.items() if value}


def _json(said: str) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(said))
    except (ValueError, RecursionError):
        return {}


def _pause_s(failures: int, cause: BaseException) -> float:
    if isinstance(cause, TryAgainLater) and cause.after is not None:
        return max(cause.after.total_seconds(), FIRST_PAUSE_S)
    return min(FIRST_PAUSE_S * float(2 ** min(failures - 1, 10)), LONGEST_PAUSE_S)
