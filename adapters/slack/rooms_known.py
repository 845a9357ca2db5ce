"""What we know of a channel before anything is said in it: whether we are there, who reads there, whose it is."""

from datetime import datetime, timedelta
from typing import Any

from adapters.slack.fields import Payload, mapping, text
from adapters.slack.installations import Installation
from adapters.slack.people import NEVER
from adapters.slack.web import SlackWeb
from chatops.application.ports.time_source import TimeSource
from chatops.domain.directory import Address
from chatops.domain.errors import DeliveryError, TryAgainLater

PROMPT_S = 1.0

KEPT = timedelta(minutes=5)
ABSENT_KEPT = timedelta(seconds=5)
"""Whoever reads that we are not there invites us and tries again."""

_MOST = 10_000


class RoomsKnown:
    def __init__(self, web: SlackWeb, time: TimeSource) -> None:
        self._web = web
        self._time = time
        self._direct: dict[tuple[str, str], str] = {}
        self._channels: dict[tuple[str, str], tuple[Payload | None, datetime]] = {}

    async def direct(self, here: Installation, user: str) -> str:
        """
        Return the conversation of *user* with us alone.

        Raises:
            TryAgainLater: It cannot be told now.
        """
        key = (here.team, user)
        if key not in self._direct:
            try:
                answer = await self._web.call(here.team, "conversations.open", {"users": user}, within_s=PROMPT_S)
            except NEVER as exc:
                raise TryAgainLater("there is no conversation with that person") from exc
            _bounded(self._direct)
            self._direct[key] = text(mapping(answer.get("channel")).get("id"))
        return self._direct[key]

    async def can_answer(self, here: Installation, channel: str, asked_by: Address) -> bool:
        """
        Return whether we are in *channel*: people may type our commands anywhere.

        Raises:
            TryAgainLater: It cannot be told now.
        """
        if channel.startswith("D"):
            return await self.direct(here, asked_by.value.partition("/")[2]) == channel
        known = await self._channel(here, channel)
        return known is not None and known.get("is_member") is not False

    async def is_shared(self, here: Installation, channel: str) -> bool:
        """Return whether people of another company read there, as far as it can be told now."""
        if channel.startswith("D"):
            return False
        try:
            known = await self._channel(here, channel)
        except DeliveryError:
            return False
        return known is not None and known.get("is_ext_shared") is True

    def forget(self, here: Installation, channel: str) -> None:
        """Something has happened to it."""
        self._channels.pop((here.team, channel), None)

    async def _channel(self, here: Installation, channel: str) -> Payload | None:
        key, now = (here.team, channel), self._time.now()
        kept = self._channels.get(key)
        if kept is not None and now < kept[1]:
            return kept[0]
        known: Payload | None
        try:
            answer = await self._web.call(here.team, "conversations.info", {"channel": channel}, within_s=PROMPT_S)
            known = mapping(answer.get("channel"))
        except NEVER:
            known = None
        there = known is not None and known.get("is_member") is not False
        _bounded(self._channels)
        self._channels[key] = (known, now + (KEPT if there else ABSENT_KEPT))
        return known


def _bounded(kept: dict[tuple[str, str], Any]) -> None:
    """Forget what was learned first, before there is too much."""
    if len(kept) >= _MOST:
        kept.pop(next(iter(kept)))
