"""
The homeserver: the few calls that the desk makes, and what its refusals mean to us.

Events are read as JSON, not as nio's types: those leave out relations, and nio writes whole payloads to its log.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import nio

from chatops.domain.errors import DeliveryError, SettingsInvalid, TryAgainLater, Undeliverable

CALL_WITHIN_S = 20.0
"""Every call but the long poll has to be answered within this."""

POLL_S = 30.0
"""How long the homeserver may hold back an answer in which nothing happened."""

_PATIENCE_S = 15.0
"""Beyond `POLL_S`, before a silent connection counts as dead (F27)."""

_UNKNOWN_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})
_TEMPORARY = frozenset({"M_LIMIT_EXCEEDED", "M_RESOURCE_LIMIT_EXCEEDED", "M_CONSENT_NOT_GIVEN"})
_TEMPORARY_STATUS = frozenset({408, 425, 429})

_NOTHING_ELSE: Mapping[str, Any] = {"types": []}


class TokenRefused(TryAgainLater):
    """The access token is no longer known: the messages may wait, but somebody has to log in again."""


class RelationRefused(Undeliverable):
    """The homeserver starts no thread at this event, because it has a relation of its own."""


class Homeserver(AbstractAsyncContextManager["Homeserver"]):
    """
    One account of one homeserver, on one device.

    The device has to stay the same: transaction ids are the homeserver's memory of what *this device* sent, and with
    another device a repeated message would be a new one.
    """

    def __init__(self, *, url: str, user_id: str, access_token: str, device_id: str) -> None:
        # Its warnings quote what they could not read, its debug lines quote everything.
        logging.getLogger("nio").setLevel(logging.ERROR)
        # The outbox alone decides on sending again (DESIGN §3); nio would do so without end, and out of order.
        config = nio.AsyncClientConfig(encryption_enabled=False, max_limit_exceeded=0, max_timeouts=0)
        self._client = nio.AsyncClient(url.rstrip("/"), user_id, device_id, config=config)
        self._client.restore_login(user_id, device_id, access_token)
        self._device_id = device_id
        self.user_id = user_id

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def check_identity(self) -> None:
        """
        Raises:
            SettingsInvalid: The access token belongs to another account or another device.
            TryAgainLater: The homeserver is away.
        """
        answer = await self._asked(self._client.whoami)
        if answer.user_id != self.user_id:
            raise SettingsInvalid(
                f"The Matrix access token belongs to {answer.user_id}, not to {self.user_id}. "
                "Give the user id and the token of the same account."
            )
        if answer.device_id is not None and answer.device_id != self._device_id:
            raise SettingsInvalid(
                f"The Matrix access token belongs to the device {answer.device_id}, not to {self._device_id}. "
                "Give the device id of the token; it must never change, or messages may appear twice."
            )

    async def display_name(self) -> str:
        """Return what the account calls itself; its user id's first part where it has no name."""
        answer = await self._asked(self._client.get_displayname)
        return str(answer.displayname or self.user_id[1:].partition(":")[0])

    async def joined_rooms(self) -> frozenset[str]:
        answer = await self._asked(self._client.joined_rooms)
        return frozenset(answer.rooms)

    async def join(self, room: str) -> None:
        await self._asked(lambda: self._client.join(room))

    async def send(self, room: str, content: Mapping[str, Any], *, transaction: str) -> str:
        """
        Return the event's id: the first one's, when *transaction* was sent before.

        Raises:
            TryAgainLater: Rate limit, time-out, the homeserver is away.
            Undeliverable: It will never arrive.
        """
        answer = await self._asked(
            lambda: self._client.room_send(
                room, "m.room.message", dict(content), tx_id=transaction, ignore_unverified_devices=True
            )
        )
        return str(answer.event_id)

    async def sync(self, since: str | None, *, events_per_room: int) -> Mapping[str, Any]:
        """
        Return what happened since a position; without one, where everything stands now.

        Waits up to `POLL_S` for something to happen.
        """
        query = {"filter": json.dumps(_sync_filter(events_per_room))}
        if since is None:
            return await self._read("sync", query, within_s=CALL_WITHIN_S + POLL_S)
        query |= {"since": since, "timeout": str(int(POLL_S * 1000))}
        return await self._read("sync", query, within_s=POLL_S + _PATIENCE_S)

    async def messages(self, room: str, start: str, *, until: str, limit: int) -> Mapping[str, Any]:
        """Return a page of the room's events from *start* backwards, no older than *until*."""
        query = {"dir": "b", "from": start, "to": until, "limit": str(limit)}
        return await self._read(f"rooms/{quote(room, safe='')}/messages", query)

    async def event(self, room: str, event_id: str) -> Mapping[str, Any]:
        """
        Raises:
            Undeliverable: There is no such event in this room, or we may not see it.
        """
        return await self._read(f"rooms/{quote(room, safe='')}/event/{quote(event_id, safe='')}", {})

    # ---- one way to ask, one way to be refused -----------------------------------------------------------------------

    async def _asked(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return nio's answer; its error values are raised as our errors."""
        answer = await _within(CALL_WITHIN_S, ask)
        if isinstance(answer, nio.ErrorResponse):
            transport = answer.transport_response
            raise refusal(
                status=transport.status if transport is not None else 0,
                code=answer.status_code or "",
                words=answer.message or "",
                retry_after_ms=answer.retry_after_ms,
                headers=transport.headers if transport is not None else {},
            )
        return answer

    async def _read(self, path: str, query: Mapping[str, str], *, within_s: float = CALL_WITHIN_S) -> Mapping[str, Any]:
        async def ask() -> tuple[int, Mapping[str, str], bytes]:
            answer = await self._client.send(
                "GET",
                f"/_matrix/client/v3/{path}?{urlencode(query)}",
                headers={"Authorization": f"Bearer {self._client.access_token}"},
                timeout=within_s,
            )
            async with answer:
                return answer.status, answer.headers, await answer.read()

        status, headers, body = await _within(within_s, ask)
        payload = _json_object(body)
        if status != 200:
            raise refusal(
                status=status,
                code=_string(payload.get("errcode")),
                words=_string(payload.get("error")),
                retry_after_ms=payload.get("retry_after_ms"),
                headers=headers,
            )
        return payload


def refusal(*, status: int, code: str, words: str, retry_after_ms: object, headers: Mapping[str, str]) -> DeliveryError:
    """Return what a homeserver's error means to the one who wanted something of it."""
    reason = f"{code or f'HTTP {status}'}: {words}" if words else code or f"HTTP {status}"
    if code in _UNKNOWN_TOKEN:
        return TokenRefused(reason)
    if code in _TEMPORARY or status in _TEMPORARY_STATUS or not 400 <= status < 500:
        return TryAgainLater(reason, after=_pause(retry_after_ms, headers))
    if "start threads from an event with a relation" in words:
        return RelationRefused(reason)
    return Undeliverable(reason)


def _pause(retry_after_ms: object, headers: Mapping[str, str]) -> timedelta | None:
    """Return how long we are asked to wait: the header's seconds (Matrix 1.10), or the body's milliseconds."""
    seconds = headers.get("Retry-After", "")
    if seconds.isascii() and seconds.isdigit():
        return timedelta(seconds=min(int(seconds), 86_400))
    if isinstance(retry_after_ms, int) and not isinstance(retry_after_ms, bool) and retry_after_ms >= 0:
        return timedelta(milliseconds=min(retry_after_ms, 86_400_000))
    return None


async def _within(limit_s: float, ask: Callable[[], Awaitable[Any]]) -> Any:
    try:
        async with asyncio.timeout(limit_s):
            return await ask()
    except (TimeoutError, aiohttp.ClientError, OSError) as exc:
        raise TryAgainLater(f"the homeserver cannot be reached: {type(exc).__name__}") from exc


def _sync_filter(events_per_room: int) -> Mapping[str, Any]:
    return {
        "presence": _NOTHING_ELSE,
        "account_data": _NOTHING_ELSE,
        "room": {
            "ephemeral": _NOTHING_ELSE,
            "account_data": _NOTHING_ELSE,
            # Redundant members: the names of everybody who speaks come again each time, and none are kept here.
            "state": {
                "types": ["m.room.member", "m.room.encryption"],
                "lazy_load_members": True,
                "include_redundant_members": True,
            },
            "timeline": {"limit": events_per_room},
        },
    }


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
