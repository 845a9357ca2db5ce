"""
In which workspaces the app is installed, and with which token we act there.

Every request from Slack names a workspace. One that is not installed, or not any more, is turned away before anything
of it is read (S8).
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from adapters.slack.asking import Refused, Slack, TokenRefused
from adapters.slack.fields import text
from chatops.application.ports.time_source import TimeSource
from chatops.domain.errors import SettingsInvalid, StorageError, TryAgainLater

KEPT = timedelta(minutes=1)
"""How long an installation is believed without asking the store again: another process may have uninstalled it."""

LOOK_AGAIN = timedelta(minutes=1)
"""How often a token that was revoked is tried again: the app may have been installed anew."""

_MOST = 1_000

log = structlog.get_logger(platform="slack")


@dataclass(frozen=True, kw_only=True)
class Installation:
    """
    The app in one workspace.

    Attributes:
        user, bot: What our bot is called there: its user id, and its bot id.
        name: What people mention it by.
        url: Where the workspace is at home: links into it begin there.
    """

    team: str
    user: str
    bot: str
    name: str
    url: str
    token: str = field(repr=False)

    def authorised(self) -> AuthorizeResult:
        """Return what Bolt wants to know."""
        return AuthorizeResult(
            enterprise_id=None, team_id=self.team, bot_user_id=self.user, bot_id=self.bot, bot_token=self.token
        )


class Installations(Protocol):
    async def of(self, team: str) -> Installation | None:
        """
        Return the app in *team*; None where it is not installed (any more).

        Raises:
            TryAgainLater, StorageError: It cannot be told now.
        """
        ...

    async def revoked(self, team: str) -> None:
        """Slack says that the app was uninstalled there, or that its token was revoked; at once."""
        ...


class OneInstallation:
    """The workspace of one bot token; it is asked about itself once."""

    def __init__(self, slack: Slack, token: str, time: TimeSource) -> None:
        self._slack = slack
        self._token = token
        self._time = time
        self._known: Installation | None = None
        self._gone_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def begin(self) -> Installation:
        """
        Raises:
            SettingsInvalid: Slack does not take the token.
            TryAgainLater: Slack is away.
        """
        try:
            return await self._asked()
        except (TokenRefused, Refused) as exc:
            raise SettingsInvalid(
                f"Slack does not accept the bot token ({exc}). Install the app again and give the desk the new token."
            ) from exc

    async def of(self, team: str) -> Installation | None:
        if self._gone_at is not None and not await self._back():
            return None
        known = self._known or await self._asked()
        return known if known.team == team else None

    async def revoked(self, team: str) -> None:
        if self._known is not None and self._known.team != team:
            return
        if self._gone_at is None:
            log.error("slack_token_revoked", team=team)
        self._gone_at = self._time.now()

    async def _asked(self) -> Installation:
        async with self._lock:
            if self._known is None:
                self._known = await introduced(self._slack, self._token)
            return self._known

    async def _back(self) -> bool:
        assert self._gone_at is not None
        if self._time.now() - self._gone_at < LOOK_AGAIN:
            return False
        self._gone_at, self._known = self._time.now(), None
        try:
            await self._asked()
        except (TokenRefused, Refused):
            return False
        self._gone_at = None
        return True


class StoredInstallations:
    """
    The workspaces of an installation store, which OAuth fills (`oauth`).

    Token rotation is not taken care of: who hands in a store keeps its tokens valid.
    """

    def __init__(self, slack: Slack, store: AsyncInstallationStore, time: TimeSource) -> None:
        self._slack = slack
        self._store = store
        self._time = time
        self._known: OrderedDict[str, tuple[Installation, datetime]] = OrderedDict()
        self._by_token: OrderedDict[str, Installation] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Installation | None]] = {}
        self._revocations = 0

    async def of(self, team: str) -> Installation | None:
        known = self._known.get(team)
        if known is not None and self._time.now() < known[1]:
            return known[0]
        revocations = self._revocations
        found = await self._found(team)
        self._known.pop(team, None)
        if found is not None and revocations == self._revocations:
            self._known[team] = (found, self._time.now() + KEPT)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found

    async def revoked(self, team: str) -> None:
        self._revocations += 1
        self._known.pop(team, None)
        log.warning("slack_uninstalled", team=team)
        try:
            await self._store.async_delete_all(enterprise_id=None, team_id=team)
        except Exception as exc:
            # Whatever the store is made of: its errors do not travel.
            raise StorageError("the installation store is away") from exc

    def forget(self, team: str) -> None:
        """Ask the store anew: the app was installed again, with another token."""
        self._revocations += 1
        self._known.pop(team, None)

    async def _found(self, team: str) -> Installation | None:
        try:
            bot = await self._store.async_find_bot(enterprise_id=None, team_id=team, is_enterprise_install=False)
        except Exception as exc:
            # As above.
            raise StorageError("the installation store is away") from exc
        if bot is None or not bot.bot_token:
            return None
        return await self._introduced(bot.bot_token)

    async def _introduced(self, token: str) -> Installation | None:
        """Return what Slack calls us, asked once for each token, however many want to know."""
        if token in self._by_token:
            return self._by_token[token]
        while (asked := self._asked.get(token)) is not None:
            # Not awaited itself: whoever stops waiting must not stop the others.
            await asyncio.wait([asked])
            if not asked.cancelled():
                return asked.result()
        asked = self._asked[token] = asyncio.get_running_loop().create_future()
        try:
            asked.set_result(await self._ask(token))
        except TryAgainLater as exc:
            asked.set_exception(exc)
        finally:
            # Does nothing once there is an answer; else whoever waits asks anew.
            asked.cancel()
            del self._asked[token]
        return asked.result()

    async def _ask(self, token: str) -> Installation | None:
        try:
            found = await introduced(self._slack, token)
        except (TokenRefused, Refused) as exc:
            log.error("slack_token_refused", because=str(exc))
            return None
        if len(self._by_token) >= _MOST:
            self._by_token.popitem(last=False)
        self._by_token[token] = found
        return found


async def introduced(slack: Slack, token: str) -> Installation:
    """
    Return what Slack calls the bot of a token.

    Raises:
        TokenRefused, Refused: It takes no such token.
        TryAgainLater: It is away.
    """
    answer = await slack.ask("auth.test", token)
    return Installation(
        team=text(answer.get("team_id")),
        user=text(answer.get("user_id")),
        bot=text(answer.get("bot_id")),
        name=text(answer.get("user")),
        url=text(answer.get("url")),
        token=token,
    )


async def first_installed(installations: Installations, teams: tuple[str, ...]) -> Installation | None:
    """Return the app in the first of *teams* where it is installed."""
    for team in teams:
        found = await installations.of(team)
        if found is not None:
            return found
    return None
