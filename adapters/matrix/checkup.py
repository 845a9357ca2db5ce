"""
What can be asked of a homeserver about the desk's account and its rooms, without changing anything.

Facts only; what to make of them is up to who asks (`chatops.doctor`). A session of its own, since what matters here is
what the running desk never looks at: headers, wrong answers, and why there is none.
"""

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp

from adapters.matrix.homeserver import LARGEST_ANSWER
from adapters.matrix.media import body_of
from chatops.application.ports.time_source import TimeSource
from chatops.domain.errors import DeliveryError

ANSWER_WITHIN_S = 10.0
ROOMS_WITHIN_S = 30.0
"""A homeserver works on its first answer about all rooms for longer than on any other."""

SENT_BY_US = ("m.room.message", "m.reaction", "m.room.redaction")

_ABOVE_ALL = 12
"""From this room version on, who created a room is above every power level (measured on Synapse)."""


class NoAnswer(DeliveryError):
    """There is no homeserver to be had at this address; the text says why."""


class Refused(DeliveryError):
    """The homeserver answered with an error of its own."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"{code or f'HTTP {status}'}: {words}" if words else code or f"HTTP {status}")
        self.status = status
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """
    Attributes:
        software: What it calls itself, such as ``Synapse/1.163.2``; empty where it (or its proxy) does not tell.
        clock_ahead: By how much its clock is ahead of ours, to the second; None where it does not tell the time.
    """

    software: str
    versions: tuple[str, ...]
    clock_ahead: timedelta | None


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """
    Attributes:
        user_id: Whose token it is.
        device_id: The token's device; None for a token without one.
        name: What the account displays; empty where it has no name.
        limited: Whether the homeserver's message limit holds for it; None where the token may not ask.
    """

    user_id: str
    device_id: str | None
    name: str
    limited: bool | None


class Membership(StrEnum):
    JOINED = "join"
    INVITED = "invite"
    LEFT = "leave"
    BANNED = "ban"


@dataclass(frozen=True, kw_only=True)
class RoomState:
    """
    How we stand to a room.

    Attributes:
        by: Who brought that about, where it was somebody else: who invited us, put us out, banned us.
        moved_to: The room that replaces this one; None while it stands.
        public: Whether anybody may join.
        forbidden: The kinds of events that our power does not reach to send, of `SENT_BY_US`.
    """

    room: str
    membership: Membership
    by: str = ""
    name: str = ""
    encrypted: bool = False
    public: bool = False
    moved_to: str | None = None
    forbidden: tuple[str, ...] = ()


class Checkup(AbstractAsyncContextManager["Checkup"]):
    """
    Questions to one homeserver, each bounded in time.

    Args:
        url: Its base URL, as in the settings.
    """

    def __init__(
        self, *, url: str, access_token: str, time: TimeSource, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self._url = url.rstrip("/")
        self._token = access_token
        self._time = time
        self._answer_within_s = answer_within_s
        self._session = aiohttp.ClientSession(trust_env=True)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def server(self) -> ServerState:
        """
        Raises:
            NoAnswer: There is no homeserver at this address.
        """
        before = self._time.now()
        try:
            headers, answer = await self._ask("/_matrix/client/versions", token="")
        except Refused as refusal:
            raise NoAnswer(f"what answers there is no homeserver ({refusal})") from refusal
        versions = answer.get("versions")
        if not isinstance(versions, list):
            raise NoAnswer("what answers there is no homeserver")
        now = before + (self._time.now() - before) / 2
        # Behind a space stands what it was built from.
        software = headers.get("Server", "").partition(" ")[0]
        return ServerState(
            software=software if software.lower().startswith("synapse") else await self._federating_software(),
            versions=tuple(map(str, versions)),
            clock_ahead=_clock_ahead(headers.get("Date", ""), now.timestamp()),
        )

    async def well_known(self) -> str | None:
        """Return where a server name's own page says that its homeserver is."""
        try:
            _, answer = await self._ask("/.well-known/matrix/client", token="")
        except (NoAnswer, Refused):
            return None
        address = _mapping(answer.get("m.homeserver")).get("base_url")
        return address.rstrip("/") if isinstance(address, str) and address.startswith("http") else None

    async def account(self, *, admin_token: str | None = None) -> AccountState:
        """
        Args:
            admin_token: Of an administrator of the homeserver, who may see the limits of others.

        Raises:
            NoAnswer: The homeserver is away.
            Refused: It does not take the token.
        """
        _, who = await self._ask("/_matrix/client/v3/account/whoami")
        user_id, device_id = str(who.get("user_id", "")), who.get("device_id")
        name, limited = await asyncio.gather(self._name(user_id), self._limited(user_id, admin_token))
        return AccountState(
            user_id=user_id, device_id=device_id if isinstance(device_id, str) else None, name=name, limited=limited
        )

    async def rooms(self, user_id: str) -> tuple[RoomState, ...]:
        """
        Return every room that has to do with us (*user_id*): joined, invited to, left.

        Raises:
            NoAnswer: The homeserver is away, or takes too long for all of this.
            Refused: It does not take the token.
        """
        # Synapse gives the same question the same answer for two minutes (measured): who repaired something asks anew.
        asked = {**_ROOMS_ONLY, "presence": {"types": [], "not_types": [self._time.now().isoformat()]}}
        query = urlencode({"filter": json.dumps(asked), "set_presence": "offline", "timeout": "0"})
        _, answer = await self._ask(f"/_matrix/client/v3/sync?{query}", within_s=ROOMS_WITHIN_S)
        rooms = _mapping(answer.get("rooms"))
        return tuple(
            room_state(room, kind, _mapping(each), user_id)
            for kind in ("join", "invite", "leave")
            for room, each in _mapping(rooms.get(kind)).items()
        )

    # ---- pieces ------------------------------------------------------------------------------------------------------

    async def _name(self, user_id: str) -> str:
        try:
            _, profile = await self._ask(f"/_matrix/client/v3/profile/{_in_path(user_id)}/displayname")
        except Refused:
            return ""
        name = profile.get("displayname")
        return name if isinstance(name, str) else ""

    async def _limited(self, user_id: str, admin_token: str | None) -> bool | None:
        """Synapse's: an override of 0 messages a second is no limit at all."""
        try:
            _, override = await self._ask(
                f"/_synapse/admin/v1/users/{_in_path(user_id)}/override_ratelimit", token=admin_token
            )
        except (Refused, NoAnswer):
            return None
        return override.get("messages_per_second") != 0

    async def _federating_software(self) -> str:
        """Return what it tells other homeservers of itself: a proxy in front often hides it from clients."""
        try:
            _, answer = await self._ask("/_matrix/federation/v1/version", token="")
        except (Refused, NoAnswer):
            return ""
        server = _mapping(answer.get("server"))
        return "/".join(str(server[key]) for key in ("name", "version") if isinstance(server.get(key), str))

    async def _ask(
        self, path: str, *, token: str | None = None, within_s: float | None = None
    ) -> tuple[Mapping[str, str], Mapping[str, Any]]:
        """
        Args:
            token: Instead of ours; empty for none.

        Raises:
            NoAnswer: Nothing that can be read came back in time.
            Refused: An error came back.
        """
        token = self._token if token is None else token
        within_s = within_s or self._answer_within_s
        try:
            async with (
                asyncio.timeout(within_s),
                self._session.get(
                    self._url + path,
                    headers={"Authorization": f"Bearer {token}"} if token else {},
                    # A redirect could carry the token to another host.
                    allow_redirects=False,
                ) as answer,
            ):
                body = await body_of(answer, LARGEST_ANSWER)
                if body is None:
                    raise NoAnswer("what answers there does not end")
                payload = _json_object(body)
                if answer.status != 200:
                    raise Refused(answer.status, str(payload.get("errcode", "")), str(payload.get("error", "")))
                return answer.headers, payload
        except TimeoutError as exc:
            raise NoAnswer(f"no answer within {within_s:g} s") from exc
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise NoAnswer(_why_not(exc)) from exc


def room_state(room: str, kind: str, told: Mapping[str, Any], us: str) -> RoomState:
    """
    Return what a sync that begins anew tells of one room.

    Args:
        kind: Under which of ``join``, ``invite`` and ``leave`` it stands.
        us: Our user id.
    """
    holders = (told.get("state"), told.get("timeline"), told.get("invite_state"))
    events = [event for holder in holders for event in _events(holder)]
    state = {(str(each.get("type")), str(each["state_key"])): each for each in events if "state_key" in each}
    member = state.get(("m.room.member", us), {})
    sender = str(member.get("sender", ""))

    def content(kind: str) -> Mapping[str, Any]:
        return _mapping(state.get((kind, ""), {}).get("content"))

    return RoomState(
        room=room,
        membership=_membership(_mapping(member.get("content")).get("membership")) or Membership(kind),
        by="" if sender == us else sender,
        name=str(content("m.room.name").get("name", "")),
        encrypted=("m.room.encryption", "") in state,
        public=content("m.room.join_rules").get("join_rule") == "public",
        moved_to=str(content("m.room.tombstone").get("replacement_room", "")) or None,
        forbidden=_forbidden(state, us) if kind == "join" else (),
    )


def _forbidden(state: Mapping[tuple[str, str], Mapping[str, Any]], us: str) -> tuple[str, ...]:
    """Return what we may not send; nio's own helpers do not know that creators are above all (measured)."""
    create = state.get(("m.room.create", ""), {})
    if us in _creators(create):
        return ()
    levels = _mapping(state.get(("m.room.power_levels", ""), {}).get("content"))
    ours = _level(_mapping(levels.get("users")).get(us), _level(levels.get("users_default"), 0))
    kinds, usual = _mapping(levels.get("events")), _level(levels.get("events_default"), 0)
    return tuple(kind for kind in SENT_BY_US if _level(kinds.get(kind), usual) > ours)


def _creators(create: Mapping[str, Any]) -> frozenset[str]:
    content = _mapping(create.get("content"))
    version = str(content.get("room_version", "1"))
    if not version.isdecimal() or int(version) < _ABOVE_ALL:
        return frozenset()
    further = content.get("additional_creators")
    return frozenset({str(create.get("sender", "")), *(map(str, further) if isinstance(further, list) else ())})


def _level(value: object, otherwise: int) -> int:
    """Return a power level: rooms of old versions hold them as text, too."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d+\s*", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _membership(value: object) -> Membership | None:
    return next((each for each in Membership if each == value), None)


_ROOMS_ONLY: Mapping[str, Any] = {
    "account_data": {"types": []},
    "room": {
        "include_leave": True,
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "timeline": {"limit": 1},
        "state": {
            "lazy_load_members": True,
            "types": [
                "m.room.create",
                "m.room.encryption",
                "m.room.join_rules",
                "m.room.member",
                "m.room.name",
                "m.room.power_levels",
                "m.room.tombstone",
            ],
        },
    },
}


def _clock_ahead(date: str, now: float) -> timedelta | None:
    try:
        return timedelta(seconds=round(parsedate_to_datetime(date).timestamp() - now))
    except ValueError:
        return None


def _why_not(exc: Exception) -> str:
    match exc:
        case aiohttp.InvalidURL() | ValueError():
            return "that is no address; it begins with https:// and ends with the server's name"
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not valid ({exc.certificate_error})"
        case aiohttp.ClientConnectorDNSError():
            return "nobody knows that name"
        case aiohttp.ClientConnectorError():
            return f"no connection ({os.strerror(exc.errno) if exc.errno else type(exc.os_error).__name__})"
    return f"the connection broke ({type(exc).__name__})"


def _in_path(value: str) -> str:
    return quote(value, safe="")


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _events(holder: object) -> Sequence[Mapping[str, Any]]:
    events = _mapping(holder).get("events")
    return [each for each in events if isinstance(each, dict)] if isinstance(events, list) else []
