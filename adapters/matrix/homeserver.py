"""
The homeserver: the few calls that the desk makes, and what its refusals mean to us.

Events are read as JSON, not as nio's types: those leave out relations, and nio writes whole payloads to its log.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

import aiohttp
import nio

from adapters.matrix.encrypted_rooms import ENCRYPTED, EncryptedRooms, Encryption, Unread
from adapters.matrix.fields import events_of, relation, strings
from adapters.matrix.media import WITHIN_S, Unfetched, body_of, fetch, parts_of
from chatops.domain.errors import DeliveryError, RateLimited, SettingsInvalid, TryAgainLater, Undeliverable, Unreachable

if TYPE_CHECKING:
    from adapters.matrix.encryption import Keys

CALL_WITHIN_S = 20.0
"""Every call but the long poll has to be answered within this."""

POLL_S = 30.0
"""How long the homeserver may hold back an answer in which nothing happened."""

LARGEST_ANSWER = 128 * 1024 * 1024
"""Bytes. Nothing that we ask for is nearly as large; whatever is sent beyond it must not fill the memory (F26)."""

TYPING_S = 30
"""How long people are shown that something is being written, unless they are told again."""

_MOST_REACTIONS = 1_000
"""Under one message; homeservers give no more at once."""

_PATIENCE_S = 15.0
"""Beyond `POLL_S`, before a silent connection counts as dead (F27)."""

_UNKNOWN_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})
_TEMPORARY = frozenset({"M_RESOURCE_LIMIT_EXCEEDED", "M_CONSENT_NOT_GIVEN", "M_USER_LOCKED", "M_USER_SUSPENDED"})
_TEMPORARY_STATUS = frozenset({408, 425})
_TOO_LARGE = 413

_NOTHING_ELSE: Mapping[str, Any] = {"types": []}


class TokenRefused(TryAgainLater):
    """The access token is no longer known: the messages may wait, but somebody has to log in again."""


class NotThere(Undeliverable):
    """There is no such room, event or file, or none that we may know of."""


class AlreadyThere(Undeliverable):
    """The same reaction of ours stands under the same event."""


class PasswordAsked(Undeliverable):
    """
    The homeserver wants the account's password for this.

    Attributes:
        session: What it knows the attempt by.
    """

    def __init__(self, reason: str, session: str) -> None:
        super().__init__(reason)
        self.session = session


class RelationRefused(Undeliverable):
    """The homeserver starts no thread at this event, because it has a relation of its own."""


class Call(Protocol):
    """One request to the homeserver; its refusals are raised."""

    def __call__(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None, /
    ) -> Awaitable[Mapping[str, Any]]: ...


class Homeserver(AbstractAsyncContextManager["Homeserver"]):
    """
    One account of one homeserver, on one device.

    The device has to stay the same: transaction ids are the homeserver's memory of what *this device* sent, and with
    another device a repeated message would be a new one.
    """

    def __init__(
        self, *, url: str, user_id: str, access_token: str, device_id: str, encryption: Encryption | None = None
    ) -> None:
        """
        Raises:
            SettingsInvalid: *encryption* is wanted, and its store cannot be used.
        """
        # Its warnings quote what they could not read, its debug lines quote everything.
        logging.getLogger("nio").setLevel(logging.ERROR)
        # Only its connection is used. The outbox alone decides on sending again (DESIGN §3); nio's own calls would do
        # so without end and out of order, and take in an answer of any length (measured).
        config = nio.AsyncClientConfig(encryption_enabled=False)
        self._client = nio.AsyncClient(url.rstrip("/"), user_id, device_id, config=config)
        self._client.restore_login(user_id, device_id, access_token)
        self._device_id = device_id
        self.user_id = user_id
        self._encrypted = EncryptedRooms(self._is_encrypted)
        self._keys = None if encryption is None else _keys(encryption, user_id, device_id, self._call)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.close()
        if self._keys is not None:
            self._keys.close()

    async def check_identity(self) -> None:
        """
        Raises:
            SettingsInvalid: The access token belongs to another account or another device.
            TryAgainLater: The homeserver is away.
        """
        answer = await self._read("account/whoami", {})
        user_id, device_id = _asked_for(answer, "user_id"), _string(answer.get("device_id"))
        if user_id != self.user_id:
            raise SettingsInvalid(
                f"The Matrix access token belongs to {user_id}, not to {self.user_id}. "
                "Give the user id and the token of the same account."
            )
        if device_id and device_id != self._device_id:
            raise SettingsInvalid(
                f"The Matrix access token belongs to the device {device_id}, not to {self._device_id}. "
                "Give the device id of the token; it must never change, or messages may appear twice."
            )
        if self._keys is not None:
            await self._keys.begin()

    async def display_name(self) -> str:
        """Return what the account calls itself; its user id's first part where it has no name."""
        name = ""
        with suppress(NotThere):
            answer = await self._read(f"profile/{quote(self.user_id, safe='')}/displayname", {})
            name = _string(answer.get("displayname"))
        return name or self.user_id[1:].partition(":")[0]

    async def joined_rooms(self) -> frozenset[str]:
        answer = await self._read("joined_rooms", {})
        return frozenset(strings(_asked_for(answer, "joined_rooms")))

    async def join(self, room: str, *, via: str = "") -> None:
        """
        Args:
            via: A homeserver that knows the room, for one that ours has not heard of yet.
        """
        query = {"via": via, "server_name": via} if via else {}
        await self._call("POST", f"join/{quote(room, safe='')}", query, {})

    async def leave(self, room: str) -> None:
        """Leave a room, or decline the invitation to it."""
        await self._call("POST", f"rooms/{quote(room, safe='')}/leave", {}, {})

    async def send(self, room: str, content: Mapping[str, Any], *, transaction: str, in_clear: bool = False) -> str:
        """
        Return the event's id: the first one's, when *transaction* was sent before.

        Args:
            in_clear: Readable for the homeserver even where the room is encrypted; never for what concerns anybody.

        Raises:
            TryAgainLater: Rate limit, time-out, the homeserver is away.
            Unreachable: The room is encrypted, and we cannot write there.
            Undeliverable: It will never arrive.
        """
        kind = "m.room.message"
        if not in_clear and await self._encrypted.holds(room):
            if self._keys is None:
                raise Unreachable("the room is encrypted, and encryption is switched off (CHATOPS_MATRIX_ENCRYPTION)")
            kind, content = ENCRYPTED, await self._keys.sealed(room, kind, content)
        return await self._sent(room, kind, content, transaction)

    async def react(self, room: str, event_id: str, sign: str, *, transaction: str) -> str:
        """
        Return the reaction's id.

        Raises:
            AlreadyThere: It was put there before, under another transaction.
        """
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": sign}
        return await self._sent(room, "m.reaction", {"m.relates_to": relation}, transaction)

    async def own_reaction(self, room: str, event_id: str, sign: str) -> str | None:
        """Return our reaction of that sign under an event; None where there is none."""
        path = f"rooms/{quote(room, safe='')}/relations/{quote(event_id, safe='')}/m.annotation/m.reaction"
        answer = await self._call("GET", path, {"limit": str(_MOST_REACTIONS)}, None, api="client/v1")
        found = [each for each in events_of(answer.get("chunk")) if each.get("sender") == self.user_id]
        return next((_string(each.get("event_id")) for each in found if relation(each).get("key") == sign), None)

    async def redact(self, room: str, event_id: str, *, transaction: str) -> None:
        """
        Raises:
            NotThere: There is no such event, or no such room.
        """
        path = f"rooms/{quote(room, safe='')}/redact/{quote(event_id, safe='')}/{quote(transaction, safe='')}"
        await self._call("PUT", path, {}, {})

    async def tell_read(self, room: str, event_id: str, *, root: str | None) -> None:
        """Show that everything up to an event was read, in a thread or outside all of them."""
        path = f"rooms/{quote(room, safe='')}/receipt/m.read/{quote(event_id, safe='')}"
        await self._call("POST", path, {}, {"thread_id": root or "main"})

    async def show_typing(self, room: str, *, typing: bool) -> None:
        """Show that something is being written, for `TYPING_S` at most, or not any more."""
        path = f"rooms/{quote(room, safe='')}/typing/{quote(self.user_id, safe='')}"
        await self._call("PUT", path, {}, {"typing": True, "timeout": TYPING_S * 1000} if typing else {"typing": False})

    async def sync(self, since: str | None, *, events_per_room: int) -> Mapping[str, Any]:
        """
        Return what happened since a position; without one, where everything stands now.

        Waits up to `POLL_S` for something to happen.
        """
        query = {"filter": json.dumps(_sync_filter(events_per_room))}
        if since is not None:
            poll_s = POLL_S if self._keys is None else self._keys.poll_s(since, POLL_S)
            query |= {"since": since, "timeout": str(int(poll_s * 1000))}
        answer = await self._read("sync", query, within_s=POLL_S + _PATIENCE_S)
        self._encrypted.heard(answer)
        return answer if self._keys is None else await self._keys.taken_in(answer)

    async def messages(self, room: str, start: str, *, until: str | None, limit: int) -> Mapping[str, Any]:
        """Return a page of the room's events from *start* backwards, no older than *until*."""
        query = {"dir": "b", "from": start, "limit": str(limit)} | ({"to": until} if until else {})
        page = await self._read(f"rooms/{quote(room, safe='')}/messages", query)
        return page if self._keys is None else self._keys.page_opened(room, page)

    async def event(self, room: str, event_id: str) -> Mapping[str, Any]:
        """
        Raises:
            Undeliverable: There is no such event in this room, or we may not see it.
        """
        event = await self._read(f"rooms/{quote(room, safe='')}/event/{quote(event_id, safe='')}", {})
        return event if self._keys is None else self._keys.opened(room, event)

    async def state(self, room: str, kind: str) -> Mapping[str, Any]:
        """
        Return the state event of this kind as it stands now; its content alone from homeservers that give no more.

        Raises:
            Undeliverable: There is none, or we may not see it.
        """
        return await self._read(f"rooms/{quote(room, safe='')}/state/{quote(kind, safe='')}", {"format": "event"})

    async def download(self, address: str, *, limit: int) -> bytes:
        """
        Return what lies at an ``mxc://`` address.

        Raises:
            Undeliverable: It is no such address, there is nothing, or it is larger than *limit* bytes.
            TryAgainLater: The homeserver is away, or slower than `media.WITHIN_S`.
        """
        server, media_id = parts_of(address)
        try:
            return await fetch(
                f"{self._client.homeserver}/_matrix/client/v1/media/download/{server}/{media_id}",
                token=self._client.access_token,
                limit=limit,
            )
        except Unfetched as refused:
            raise refusal_of(refused.status, refused.headers, refused.body) from None

    async def upload(self, data: bytes, *, name: str, media_type: str) -> str:
        """
        Return the ``mxc://`` address that *data* has from now on.

        Args:
            name: What the homeserver offers it as; empty where it is none of its business.

        Raises:
            Undeliverable: It takes no such file, or none as large.
            TryAgainLater: The homeserver is away, or slower than `media.WITHIN_S`.
        """
        named = {"filename": name} if name else {}
        answer = await self._call(
            "POST", "upload", named, data, media_type=media_type, api="media/v3", within_s=WITHIN_S
        )
        return str(_asked_for(answer, "content_uri"))

    # ---- encrypted rooms ---------------------------------------------------------------------------------------------

    @property
    def reads_encrypted_rooms(self) -> bool:
        return self._keys is not None

    async def is_encrypted(self, room: str) -> bool:
        """
        Raises:
            DeliveryError: The homeserver does not say.
        """
        return await self._encrypted.holds(room)

    def not_read(self, room: str, event: Mapping[str, Any]) -> None:
        """Keep in mind an event that was to be read and is still encrypted; it comes again when its key is there."""
        if self._keys is not None:
            self._keys.not_read(room, event)

    def to_be_explained(self) -> Sequence[Unread]:
        """Return what could not be read for a while: the first event of everybody who was not told of it."""
        return () if self._keys is None else self._keys.to_be_explained()

    def explained(self, unread: Unread) -> None:
        if self._keys is not None:
            self._keys.explained(unread)

    async def _is_encrypted(self, room: str) -> bool:
        try:
            await self._read(f"rooms/{quote(room, safe='')}/state/m.room.encryption/", {})
        except NotThere:
            # "Not found": nothing was ever said about encryption here.
            return False
        return True

    # ---- one way to ask, one way to be refused -----------------------------------------------------------------------

    async def _sent(self, room: str, kind: str, content: Mapping[str, Any], transaction: str) -> str:
        path = f"rooms/{quote(room, safe='')}/send/{quote(kind, safe='')}/{quote(transaction, safe='')}"
        return str(_asked_for(await self._call("PUT", path, {}, content), "event_id"))

    async def _read(self, path: str, query: Mapping[str, str], *, within_s: float = CALL_WITHIN_S) -> Mapping[str, Any]:
        return await self._call("GET", path, query, None, within_s=within_s)

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | bytes | None,
        *,
        media_type: str = "application/json",
        api: str = "client/v3",
        within_s: float = CALL_WITHIN_S,
    ) -> Mapping[str, Any]:
        async def ask() -> tuple[int, Mapping[str, str], bytes]:
            answer = await self._client.send(
                method,
                f"/_matrix/{api}/{path}" + (f"?{urlencode(query)}" if query else ""),
                data=json.dumps(body) if isinstance(body, Mapping) else body,
                headers={"Authorization": f"Bearer {self._client.access_token}", "Content-Type": media_type},
                timeout=within_s,
            )
            async with answer:
                answered = await body_of(answer, LARGEST_ANSWER)
            if answered is None:
                raise TryAgainLater("the homeserver's answer does not end")
            return answer.status, answer.headers, answered

        status, headers, answered = await _within(within_s, ask)
        if status != 200:
            raise refusal_of(status, headers, answered)
        return _answer_in(answered)


def refusal_of(status: int, headers: Mapping[str, str], body: bytes) -> DeliveryError:
    """Return what an answer that is no success means."""
    payload = _object(body) or {}
    if status == 401 and isinstance(payload.get("flows"), list):
        return PasswordAsked("the homeserver asks for the password", _string(payload.get("session")))
    return refusal(
        status=status,
        code=_string(payload.get("errcode")),
        words=_string(payload.get("error")),
        retry_after_ms=payload.get("retry_after_ms"),
        headers=headers,
    )


def refusal(*, status: int, code: str, words: str, retry_after_ms: object, headers: Mapping[str, str]) -> DeliveryError:
    """Return what a homeserver's error means to the one who wanted something of it."""
    reason = f"{code or f'HTTP {status}'}: {words}" if words else code or f"HTTP {status}"
    if code in _UNKNOWN_TOKEN:
        return TokenRefused(reason)
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        return RateLimited(reason, after=_pause(retry_after_ms, headers))
    if code in _TEMPORARY or status in _TEMPORARY_STATUS or not 400 <= status < 500:
        return TryAgainLater(reason, after=_pause(retry_after_ms, headers))
    if not code and status != _TOO_LARGE:
        # Every homeserver gives a code: a proxy answered, as one does while what stands behind it is restarted.
        return TryAgainLater(reason)
    if code == "M_FORBIDDEN":
        return Unreachable(reason)
    if code == "M_NOT_FOUND":
        return NotThere(reason)
    if code == "M_DUPLICATE_ANNOTATION":
        return AlreadyThere(reason)
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


def _keys(encryption: Encryption, user_id: str, device_id: str, call: Call) -> "Keys":
    """
    Raises:
        SettingsInvalid: What is needed is not installed, or the store cannot be used.
    """
    try:
        from adapters.matrix.encryption import Keys
    except ImportError as missing:
        raise SettingsInvalid(
            "CHATOPS_MATRIX_ENCRYPTION needs packages that are not installed. "
            "Install the desk with them (pip install 'chatops-desk[e2e]'), or switch encryption off."
        ) from missing
    return Keys(encryption, user_id=user_id, device_id=device_id, call=call)


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


def _answer_in(body: bytes) -> Mapping[str, Any]:
    answer = _object(body)
    if answer is None:
        # A proxy's page: what stands in front of a homeserver may say "200" as well.
        raise TryAgainLater("what came back is no answer of a homeserver")
    return answer


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _asked_for(answer: Mapping[str, Any], field: str) -> Any:
    """Return the field that the answer was asked for; without it, it is none."""
    value = answer.get(field)
    if not isinstance(value, (str, list)) or value == "":
        raise TryAgainLater(f"the homeserver's answer has no {field}")
    return value


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
