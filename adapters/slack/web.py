"""
Slack's Web API, for what the desk sends: one way to ask, one way to be refused.

Nothing is ever asked twice here. The outbox alone decides on sending again, for it alone knows what may be sent twice
(DESIGN §3); Slack's SDK would post again after a broken connection, reads answers of any size, and logs people's words.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import aiohttp
import structlog

from chatops.domain.errors import (
    DeliveryError,
    Doubtful,
    RateLimited,
    RoomBusy,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)

API = "https://slack.com/api/"

CALL_WITHIN_S = 20.0
"""Every call has to be answered within this."""

CONNECT_WITHIN_S = 8.0

LARGEST_ANSWER = 16 * 2**20
"""Bytes; whatever is sent beyond it must not fill the memory (F26)."""

LONGEST_PAUSE = timedelta(days=1)

_PIECE = 64 * 1024

_ONCE = frozenset({"chat.postMessage"})
"""Asked twice, these show twice. A private answer may: whoever asked reads it once more, and nobody else does."""

log = structlog.get_logger(platform="slack")


class TokenRefused(TryAgainLater):
    """Slack does not take our token, or not for this: the messages may wait, but somebody has to see to it (F29)."""


class NotGranted(TokenRefused):
    """The token is good, but the app was not given what this needs: to read back, for one."""


class NotThere(Undeliverable):
    """There is no such message, file or person (any more)."""


class SignRefused(Undeliverable):
    """The same sign stands there or is gone, or there is no room for more of them."""


class NotRemovable(Undeliverable):
    """The workspace keeps what was written, and lets nobody delete it."""


class NoThread(Undeliverable):
    """Nothing can be written in a thread there."""


class FileRefused(Undeliverable):
    """The workspace takes no such file, or shares none in this channel."""


_NOT_NOW = (
    "fatal_error internal_error request_timeout service_unavailable team_added_to_org org_login_required "
    "external_channel_migrating message_limit_exceeded"
)
_MAY_HAVE_HAPPENED = frozenset({"fatal_error", "internal_error", "service_unavailable"})
"""Slack says of them that some of the operation may have succeeded."""

_NO_TOKEN = (
    "not_authed invalid_auth account_inactive token_revoked token_expired two_factor_setup_required "
    "team_access_not_granted"
)
_NO_RIGHT = "missing_scope not_allowed_token_type no_permission access_denied accesslimited enterprise_is_restricted"
_SHUT_OUT = (
    "channel_not_found not_in_channel is_archived is_inactive restricted_action restricted_action_read_only_channel "
    "restricted_action_thread_only_channel messages_tab_disabled ekm_access_denied posting_to_channel_denied "
    "team_not_found invalid_channel cannot_dm_bot"
)
_GONE = "message_not_found thread_not_found file_not_found file_deleted user_not_found user_not_in_channel"
_SIGNS = "already_reacted no_reaction too_many_emoji too_many_reactions not_reactable invalid_name"
_KEPT = "cant_delete_message compliance_exports_prevent_deletion"
_THREADLESS = "cannot_reply_to_message restricted_action_non_threadable_channel restricted_action_thread_locked"
_FILES = (
    "file_uploads_disabled storage_limit_reached file_upload_size_restricted file_update_failed "
    "slack_connect_blocked_file_type slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked"
)

_MEANINGS: Mapping[str, type[DeliveryError]] = {
    code: meaning
    for codes, meaning in (
        (_NOT_NOW, TryAgainLater),
        (_NO_TOKEN, TokenRefused),
        (_NO_RIGHT, NotGranted),
        (_SHUT_OUT, Unreachable),
        (_GONE, NotThere),
        (_SIGNS, SignRefused),
        (_KEPT, NotRemovable),
        (_THREADLESS, NoThread),
        (_FILES, FileRefused),
        ("rate_limited", RateLimited),
        ("ratelimited", RoomBusy),
    )
    for code in codes.split()
}
"""
What Slack's errors mean to the one who wanted something; what is not named here will never be taken.

`rate_limited` is all that the app has posted, `ratelimited` this method, or this channel: other channels go on (F12).

Source: the lists of errors of the methods that `messenger` and `files` call, on docs.slack.dev.
"""


class Installed(Protocol):
    """The app in one workspace: its token, and what its bot is called there."""

    @property
    def token(self) -> str: ...

    @property
    def user(self) -> str: ...

    @property
    def bot(self) -> str: ...


class Workspaces(Protocol):
    async def of(self, team: str) -> Installed | None:
        """Return the app in *team*; None where it is not installed (any more)."""
        ...


class SlackWeb:
    """
    Args:
        session: Shared by everything that speaks to Slack; it sends no cookies and believes no environment.
        api: Where the Web API is.
    """

    def __init__(self, session: aiohttp.ClientSession, workspaces: Workspaces, *, api: str = API) -> None:
        self._session = session
        self._workspaces = workspaces
        self._api = api.rstrip("/") + "/"
        self._told: set[tuple[str, str]] = set()

    async def installed(self, team: str) -> Installed:
        """
        Raises:
            TokenRefused: The app is not installed in *team*.
        """
        found = await self._workspaces.of(team)
        if found is None:
            self._tell_once(team, "not_installed")
            raise TokenRefused("the app is not installed in that workspace")
        return found

    async def call(
        self, team: str, method: str, arguments: Mapping[str, Any], *, within_s: float = CALL_WITHIN_S
    ) -> Mapping[str, Any]:
        """
        Return what Slack answers.

        Raises:
            Doubtful: Only for what must not be asked twice: it may have been done.
            RoomBusy, RateLimited, Unreachable, TryAgainLater: Not now.
            Undeliverable: It will be no other the next time.
        """
        token = (await self.installed(team)).token
        status, headers, body = await self._asked(method, token, _form(arguments), within_s)
        answer = _json_object(body)
        if status == 200 and answer.get("ok") is True:
            self._told = {told for told in self._told if told[0] != team}
            return answer
        error = refusal(method, status, answer, headers)
        if isinstance(error, TokenRefused):
            self._tell_once(team, str(error))
        raise error

    async def _asked(
        self, method: str, token: str, form: Mapping[str, str], within_s: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with (
                asyncio.timeout(within_s),
                self._session.post(
                    f"{self._api}{method}",
                    data=form,
                    headers={"Authorization": f"Bearer {token}"},
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_WITHIN_S),
                ) as answer,
            ):
                return answer.status, answer.headers, await body_of(answer, LARGEST_ANSWER) or b""
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            raise TryAgainLater(f"Slack cannot be reached: {type(exc).__name__}") from exc
        except (TimeoutError, aiohttp.ClientError, OSError) as exc:
            raise broken(method, type(exc).__name__) from exc

    def _tell_once(self, team: str, reason: str) -> None:
        """Log it as what somebody has to see to; once, until Slack takes a call of that workspace again."""
        if (team, reason) not in self._told:
            self._told.add((team, reason))
            log.error("slack_refuses_us", team=team, because=reason)


async def body_of(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Return the body of an answer; None as soon as it is longer than *limit* bytes (F26)."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limit:
            return None
    return bytes(body)


def broken(method: str, reason: str) -> TryAgainLater:
    """Return what it means that a call was sent and no sense was made of what came back."""
    if method in _ONCE:
        return Doubtful(f"it may have been sent: {reason}")
    return TryAgainLater(f"Slack gave no answer: {reason}")


def refusal(method: str, status: int, answer: Mapping[str, Any], headers: Mapping[str, str]) -> DeliveryError:
    """Return what an answer that is no success means to the one who wanted something of it."""
    code = answer.get("error") if answer.get("ok") is False else None
    if status == 429:
        code = code if code == "rate_limited" else "ratelimited"
    if not isinstance(code, str):
        # A proxy's page, or an answer cut short: it is not Slack that speaks.
        return TryAgainLater(f"HTTP {status}") if 300 <= status < 500 else broken(method, f"HTTP {status}")
    if code in _MAY_HAVE_HAPPENED:
        return broken(method, code)
    meaning = _MEANINGS.get(code, TryAgainLater if status >= 500 else Undeliverable)
    reason = _reason(code, answer)
    if issubclass(meaning, TryAgainLater):
        return meaning(reason, after=pause(headers))
    return meaning(reason)


def _reason(code: str, answer: Mapping[str, Any]) -> str:
    """Return Slack's word for it, with what it missed; never its explanations, which quote what was sent."""
    needed = answer.get("needed")
    return f"{code} ({needed})" if code == "missing_scope" and isinstance(needed, str) else code


def pause(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long we are asked to wait: seconds, or until an instant, by the clock of who says so (RFC 9110)."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), LONGEST_PAUSE)
    until, now = _instant(asked), _instant(headers.get("Date", ""))
    if until is None or now is None:
        return None
    return min(max(timedelta(seconds=until - now), timedelta()), LONGEST_PAUSE)


def _instant(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _form(arguments: Mapping[str, Any]) -> Mapping[str, str]:
    """Return arguments as every method takes them, those that only read as well: a form, in it JSON where needed."""
    return {name: _field(value) for name, value in arguments.items() if value is not None}


def _field(value: object) -> str:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, separators=(",", ":"))


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
