"""
Reads what was said in Slack's channels and threads, page by page, and no faster than Slack lets us.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import structlog

from adapters.slack.addresses import is_ts
from adapters.slack.fields import Payload, mapping, mappings, text
from adapters.slack.installations import Installation
from adapters.slack.people import NEVER
from adapters.slack.web import SlackWeb
from chatops.application.passing import Passing, pass_by
from chatops.domain.errors import TryAgainLater

PAGE = 200

log = structlog.get_logger(platform="slack")


class Pace:
    """Lets so many reads a minute happen, evenly."""

    def __init__(self, reads_per_minute: float) -> None:
        self._pause_s = 60.0 / reads_per_minute
        self._next_s = 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(self._next_s, now)
        self._next_s = at + self._pause_s
        await asyncio.sleep(at - now)

    def rest(self, pause: timedelta) -> None:
        """Let no read happen before *pause* is over: Slack says so."""
        self._next_s = max(self._next_s, asyncio.get_running_loop().time() + pause.total_seconds())


class History:
    """
    Args:
        reads_per_minute: What Slack lets this app read: 50 for internal apps and those of its Marketplace, 1 for other
            apps that are distributed commercially.
    """

    def __init__(self, web: SlackWeb, *, reads_per_minute: float, passing: Passing = pass_by) -> None:
        self._web = web
        self._pace = Pace(reads_per_minute)
        self._passing = passing

    async def of_channel(
        self, here: Installation, channel: str, since: datetime, until: datetime
    ) -> AsyncIterator[Payload]:
        asked = {"channel": channel, "oldest": ts_of(since), "latest": ts_of(until)}
        async for message in self._pages(here, "conversations.history", asked):
            yield message

    async def of_thread(self, here: Installation, channel: str, root: str, since: datetime) -> AsyncIterator[Payload]:
        """Yield the replies that were written since, oldest first, without the root."""
        asked = {"channel": channel, "ts": root, "oldest": ts_of(since)}
        async for message in self._pages(here, "conversations.replies", asked):
            if message.get("ts") != root:
                yield message

    async def _pages(self, here: Installation, method: str, asked: Payload) -> AsyncIterator[Payload]:
        cursor: str | None = None
        while True:
            more = {"limit": PAGE, "inclusive": True, "include_all_metadata": True, "cursor": cursor}
            await self._pace.turn()
            answer = await self.ask(here, method, {**asked, **more})
            self._passing("page_read")
            for message in mappings(answer.get("messages")):
                if is_ts(text(message.get("ts"))):
                    yield message
            cursor = text(mapping(answer.get("response_metadata")).get("next_cursor"))
            if not cursor:
                return

    async def ask(self, here: Installation, method: str, asked: Payload) -> Payload:
        """Ask, and ask again as often as Slack says that it was too soon."""
        while True:
            try:
                return await self._web.call(here.team, method, asked)
            except NEVER:
                raise
            except TryAgainLater as later:
                if later.after is None:
                    raise
                log.info("slack_reads_limited", after_s=later.after.total_seconds())
                self._pace.rest(later.after)
                await self._pace.turn()


def ts_of(at: datetime) -> str:
    """Return an instant as Slack writes it."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since.days * 86_400 + since.seconds}.{since.microseconds:06d}"
