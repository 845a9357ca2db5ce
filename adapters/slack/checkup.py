"""
What can be asked of Slack about the app, its rooms and people, and of a desk that listens here; nothing is changed.

Facts only; what to make of them is up to who asks (`chatops.doctor`). A session of its own, since what matters here is
what the running desk never looks at: headers, and Slack's word for why not.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from types import TracebackType
from typing import Any

import aiohttp

from adapters.slack.addresses import is_id
from adapters.slack.fields import Payload, mapping, mappings, text
from adapters.slack.signature import Signatures
from adapters.slack.web import API, LARGEST_ANSWER, body_of, pause
from adapters.slack.web_server import EVENTS
from chatops.application.ports.time_source import TimeSource
from chatops.domain.errors import DeliveryError

ANSWER_WITHIN_S = 10.0

AT_ONCE = 5

MOST_PEOPLE = 90
"""Asked after one by one; Slack answers at least 100 such questions a minute."""

MOST_ROOMS_READ = 20
"""Rooms whose past is asked for: reading is what Slack limits most, and a running desk reads as well."""

_PAGE = 200
_CHALLENGE = "chatops-doctor"


class NoAnswer(DeliveryError):
    """Nothing that can be read came back; the text says why."""


class Refused(DeliveryError):
    """
    Slack answered that it will not.

    Attributes:
        code: Its word for why, such as ``invalid_auth``.
        needed: The scope that it misses.
    """

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(f"{code} ({needed})" if needed else code)
        self.code = code
        self.needed = needed


class TooFast(NoAnswer):
    """Slack asks to be asked later: so much was asked lately, perhaps by the desk itself."""


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """
    Whose a token is.

    Attributes:
        team, team_name: The workspace.
        user, name: Our bot's member id there, and what it is called.
        is_bot: Whether the token is a bot's at all.
        scopes: What the app was granted there; None where Slack does not tell.
        clock_ahead: By how much Slack's clock is ahead of ours, to the second; None where it does not tell the time.
    """

    team: str
    team_name: str
    user: str
    name: str
    is_bot: bool = True
    scopes: frozenset[str] | None = None
    clock_ahead: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class RoomState:
    """
    How we stand to a channel.

    Attributes:
        known: Whether we can see it at all: a private one where we are not is the same to us as none.
        shared: People of another company read there.
        shared_soon: Another company was invited, and has not come yet.
        unreadable: Slack's word for why its past cannot be read; empty where it can be, None where nobody asked.
    """

    channel: str
    known: bool = True
    name: str = ""
    member: bool = True
    archived: bool = False
    shared: bool = False
    shared_soon: bool = False
    unreadable: str | None = None


class Presence(StrEnum):
    """How somebody stands to a workspace."""

    THERE = "there"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"
    """There is nobody of that id."""
    OUT_OF_SIGHT = "out of sight"
    """Of another company, in no channel together with us."""


@dataclass(frozen=True, kw_only=True)
class PersonState:
    """
    Attributes:
        home: The workspace they belong to; empty for who is not there.
    """

    user: str
    presence: Presence
    home: str = ""
    is_bot: bool = False


class Listening(StrEnum):
    """What answers where the desk is to be called over HTTP."""

    NOBODY = "nobody"
    DESK = "desk"
    OTHER_SECRET = "other secret"
    """A desk that takes nothing signed with our signing secret."""
    SOMETHING_ELSE = "something else"


class Checkup(AbstractAsyncContextManager["Checkup"]):
    """Questions to Slack with one bot token, each bounded in time."""

    def __init__(
        self, *, token: str, time: TimeSource, api: str = API, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self._token = token
        self._time = time
        self._api = api.rstrip("/") + "/"
        self._answer_within_s = answer_within_s
        self._some = asyncio.Semaphore(AT_ONCE)
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def account(self) -> AccountState:
        """
        Raises:
            NoAnswer: Slack cannot be reached.
            Refused: It does not take the token.
        """
        before = self._time.now()
        headers, answer = await self._ask("auth.test")
        now = before + (self._time.now() - before) / 2
        granted = headers.get("X-OAuth-Scopes")
        return AccountState(
            team=text(answer.get("team_id")),
            team_name=text(answer.get("team")),
            user=text(answer.get("user_id")),
            name=text(answer.get("user")),
            is_bot=bool(text(answer.get("bot_id"))),
            scopes=None if granted is None else frozenset(granted.replace(" ", "").split(",")) - {""},
            clock_ahead=_clock_ahead(headers.get("Date", ""), now.timestamp()),
        )

    async def opens_a_socket(self, app_token: str) -> None:
        """
        Ask for a socket's address, and leave it unused.

        Raises:
            NoAnswer, Refused: There is none for that app-level token.
        """
        _, answer = await self._ask("apps.connections.open", token=app_token)
        if not text(answer.get("url")).startswith(("ws://", "wss://")):
            raise NoAnswer("Slack names no address")

    # ---- rooms -------------------------------------------------------------------------------------------------------

    async def rooms(self, channels: Iterable[str], *, read: bool = True) -> tuple[RoomState, ...]:
        """
        Return every channel that we are in, and those of *channels* where we are not.

        Args:
            read: Whether to ask for the past of the first of *channels*.

        Raises:
            NoAnswer, Refused: It cannot be told where we are.
        """
        wanted = list(dict.fromkeys(channels))
        joined = {state.channel: state async for state in self._joined()}
        elsewhere = await asyncio.gather(*(self._room(each) for each in wanted if each not in joined))
        found = joined | {state.channel: state for state in elsewhere}
        if read:
            asked = [found[each] for each in wanted if found[each].member and found[each].known][:MOST_ROOMS_READ]
            found |= {each.channel: each for each in await asyncio.gather(*map(self._read, asked))}
        return tuple(found.values())

    async def _joined(self) -> AsyncIterator[RoomState]:
        cursor = ""
        while True:
            asked = {"types": "public_channel,private_channel,mpim", "limit": str(_PAGE), "cursor": cursor}
            _, answer = await self._ask("users.conversations", asked)
            for channel in mappings(answer.get("channels")):
                # Slack lists no channel here in which we are not.
                yield room_state({**channel, "is_member": True})
            cursor = text(mapping(answer.get("response_metadata")).get("next_cursor"))
            if not cursor:
                return

    async def _room(self, channel: str) -> RoomState:
        try:
            _, answer = await self._ask("conversations.info", {"channel": channel})
        except Refused as refusal:
            if refusal.code != "channel_not_found":
                raise
            return RoomState(channel=channel, known=False, member=False)
        return replace(room_state(mapping(answer.get("channel"))), channel=channel)

    async def _read(self, room: RoomState) -> RoomState:
        try:
            await self._ask("conversations.history", {"channel": room.channel, "limit": "1"})
        except Refused as refusal:
            return replace(room, unreadable=str(refusal))
        except NoAnswer:
            return room
        return replace(room, unreadable="")

    # ---- people ------------------------------------------------------------------------------------------------------

    async def people(self, users: Iterable[str]) -> tuple[PersonState, ...]:
        """
        Return how people stand to the workspace, as many of them as Slack answers for at once.

        Raises:
            NoAnswer, Refused: It does not tell of anybody.
        """
        return tuple(await asyncio.gather(*(self._person(each) for each in list(dict.fromkeys(users))[:MOST_PEOPLE])))

    async def _person(self, user: str) -> PersonState:
        try:
            _, answer = await self._ask("users.info", {"user": user})
        except Refused as refusal:
            presence = {"user_not_found": Presence.UNKNOWN, "user_not_visible": Presence.OUT_OF_SIGHT}.get(refusal.code)
            if presence is None:
                raise
            return PersonState(user=user, presence=presence)
        known = mapping(answer.get("user"))
        home = text(known.get("team_id"))
        return PersonState(
            user=user,
            presence=Presence.DEACTIVATED if known.get("deleted") is True else Presence.THERE,
            home=home if is_id(home) else "",
            is_bot=known.get("is_bot") is True,
        )

    # ---- the desk itself ---------------------------------------------------------------------------------------------

    async def listening(self, host: str, port: int, secret: str) -> Listening:
        """
        Return what answers at the address that this desk is to listen at; it is asked what Slack asks when an address
        is entered there, signed with *secret*.
        """
        signatures, now = Signatures(secret), str(int(self._time.now().timestamp()))
        body = json.dumps({"type": "url_verification", "challenge": _CHALLENGE}).encode()
        headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signatures.of(body, now)}
        url = f"http://{_reachable(host)}:{port}{EVENTS}"
        try:
            async with (
                asyncio.timeout(self._answer_within_s),
                self._session.post(
                    url, data=body, headers=headers | {"Content-Type": "application/json"}, allow_redirects=False
                ) as answer,
            ):
                said = await body_of(answer, LARGEST_ANSWER) or b""
                if answer.status == 200 and _CHALLENGE.encode() in said:
                    return Listening.DESK
                return Listening.OTHER_SECRET if answer.status == 401 else Listening.SOMETHING_ELSE
        except aiohttp.ClientConnectorError:
            return Listening.NOBODY
        except (TimeoutError, aiohttp.ClientError, OSError):
            return Listening.SOMETHING_ELSE

    # ---- pieces ------------------------------------------------------------------------------------------------------

    async def _ask(
        self, method: str, asked: Mapping[str, str] | None = None, *, token: str = ""
    ) -> tuple[Mapping[str, str], Payload]:
        """
        Raises:
            NoAnswer: Nothing that can be read came back in time.
            Refused: An error came back.
        """
        form = {name: value for name, value in (asked or {}).items() if value}
        try:
            async with (
                self._some,
                asyncio.timeout(self._answer_within_s),
                self._session.post(
                    self._api + method,
                    data=form,
                    headers={"Authorization": f"Bearer {token or self._token}"},
                    # A redirect could carry the token to another host.
                    allow_redirects=False,
                ) as answer,
            ):
                body = await body_of(answer, LARGEST_ANSWER)
                if body is None:
                    raise NoAnswer("what answers there does not end")
                return answer.headers, _sense(answer.status, answer.headers, body)
        except TimeoutError as exc:
            raise NoAnswer(f"no answer within {self._answer_within_s:g} s") from exc
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise NoAnswer(_why_not(exc)) from exc


def room_state(channel: Payload) -> RoomState:
    return RoomState(
        channel=text(channel.get("id")),
        name=text(channel.get("name")),
        member=channel.get("is_member") is not False,
        archived=channel.get("is_archived") is True,
        shared=channel.get("is_ext_shared") is True,
        shared_soon=channel.get("is_pending_ext_shared") is True,
    )


def _sense(status: int, headers: Mapping[str, str], body: bytes) -> Payload:
    """
    Raises:
        NoAnswer, Refused: It is no success.
    """
    answer = _json_object(body)
    if status == 429 or answer.get("error") == "ratelimited":
        after = pause(headers)
        raise TooFast(
            f"Slack asks for patience ({after.total_seconds():.0f} s)" if after else "Slack asks for patience"
        )
    if answer.get("ok") is True:
        return answer
    if answer.get("ok") is False and text(answer.get("error")):
        raise Refused(text(answer.get("error"))[:80], text(answer.get("needed"))[:80])
    if status >= 500:
        raise NoAnswer(f"it answers with an error of its own (HTTP {status})")
    raise NoAnswer(f"what answers there is not Slack (HTTP {status})")


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _clock_ahead(date: str, now: float) -> timedelta | None:
    try:
        return timedelta(seconds=round(parsedate_to_datetime(date).timestamp() - now))
    except ValueError:
        return None


def _reachable(host: str) -> str:
    """Return an address on this machine at which a server is reached that listens at *host*."""
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{named}]" if ":" in named else named


def _why_not(exc: Exception) -> str:
    match exc:
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not valid ({exc.certificate_error})"
        case aiohttp.ClientConnectorDNSError():
            return "nobody knows that name"
        case aiohttp.ClientConnectorError():
            return f"no connection ({os.strerror(exc.errno) if exc.errno else type(exc.os_error).__name__})"
    return f"the connection broke ({type(exc).__name__})"
