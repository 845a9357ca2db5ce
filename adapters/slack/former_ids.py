"""
By which id a message was known first, where its channel has got another one since; and which one that is.

Words are known for ever by the key that they had when they reached us (F7); an edit of them, a deletion, or the same
words read back after their channel has got another id have to find them there.
"""

from typing import Protocol

from adapters.slack.addresses import is_id, is_ts
from chatops.application.deliveries import Cursor

_MOST_CHANGES = 5
"""Ids that a channel may have had before: Slack changes them once, when a private channel begins to be shared."""

_MOST = 10_000


class Memory(Protocol):
    async def read_to(self, cursor: Cursor) -> None: ...

    async def position(self, name: str) -> str | None: ...


class FormerIds:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._now: dict[tuple[str, str], str] = {}

    async def changed(self, team: str, old: str, new: str, *, at: str) -> None:
        """Remember for ever that what was said in *new* before *at* was said in *old*."""
        if is_ts(at):
            await self._memory.read_to(Cursor(name=_name(team, new), position=f"{old} {at}"))
            # What it had been called before is its name again, should Slack go back to it.
            for channel, now in ((old, new), (new, new)):
                await self._memory.read_to(Cursor(name=_name_now(team, channel), position=now))
                self._now[(team, channel)] = now
            self._known[(team, new)] = (old, at)

    async def now(self, team: str, channel: str) -> str:
        """Return the id that *channel* has now: an event may be older than the change, and come only after it (F8)."""
        for _ in range(_MOST_CHANGES):
            if (team, channel) not in self._now:
                if len(self._now) > _MOST:
                    self._now.clear()
                self._now[(team, channel)] = await self._memory.position(_name_now(team, channel)) or ""
            known = self._now[(team, channel)]
            if known == channel or not is_id(known):
                break
            channel = known
        return channel

    async def at(self, team: str, channel: str, ts: str) -> str:
        """Return the id that *channel* had when the message *ts* was written."""
        for _ in range(_MOST_CHANGES):
            former = await self._before(team, channel)
            if former is None or not is_ts(ts) or _instant(ts) >= _instant(former[1]):
                break
            channel = former[0]
        return channel

    async def _before(self, team: str, channel: str) -> tuple[str, str] | None:
        if (team, channel) not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
            kept = await self._memory.position(_name(team, channel))
            old, _, at = (kept or "").partition(" ")
            self._known[(team, channel)] = (old, at) if is_id(old) and is_ts(at) else None
        return self._known[(team, channel)]


def _name(team: str, channel: str) -> str:
    return f"slack:{team}/{channel}:formerly"


def _name_now(team: str, channel: str) -> str:
    return f"slack:{team}/{channel}:now"


def _instant(ts: str) -> tuple[int, int]:
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(fraction)
