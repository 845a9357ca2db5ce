"""
Who Slack's people are: which workspace each belongs to, what they are called, and what their workspace is called.

What is shown of them is never believed; which workspace they belong to is, because the directory finds people by it
(S12). Everything is asked once and kept a while.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from adapters.slack.addresses import is_id, person_address
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.installations import Installation
from adapters.slack.web import NotGranted, SlackWeb
from chatops.application.ports.time_source import TimeSource
from chatops.domain.directory import Address
from chatops.domain.errors import DeliveryError, TryAgainLater, Undeliverable, Unreachable

KEPT = timedelta(hours=1)

PROMPT_S = 1.0
"""How long a name is waited for: Slack gives us three seconds for everything."""

MOST_MENTIONS = 10
"""People whose names are looked up for one message; the others are shown by their ids."""

NEVER = (Undeliverable, Unreachable, NotGranted)
"""Not for us, now or later: unknown, kept from us, or nothing the app was given the right to ask."""

_MOST = 10_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """
    Somebody who did something.

    Attributes:
        home: What their workspace is called, when it is another one than ours; else empty.
    """

    address: Address
    name: str
    home: str = ""


@dataclass(frozen=True, kw_only=True)
class _Known:
    team: str
    name: str


class People:
    def __init__(self, web: SlackWeb, time: TimeSource) -> None:
        self._web = web
        self._time = time
        self._people: _Kept[tuple[str, str], _Known] = _Kept()
        self._teams: _Kept[tuple[str, str], str] = _Kept()

    async def sender(self, here: Installation, user: str, *, team: str = "") -> Sender | None:
        """
        Return who *user* is.

        Args:
            team: Their own workspace, where the payload says it of this very person; an id of one workspace may be
                somebody else's in another one, so it is preferred to what we would be told.

        Raises:
            TryAgainLater: It cannot be told now which workspace they belong to.
        """
        if not is_id(user):
            return None
        try:
            known = await self._known(here, user)
        except NEVER:
            known = None
        except TryAgainLater:
            if not is_id(team):
                raise
            known = None
        home = team if is_id(team) else known.team if known else ""
        if not is_id(home):
            return None
        name = known.name if known is not None and known.team == home else ""
        return Sender(address=person_address(home, user), name=name or user, home=await self._home(here, home))

    async def mentioned(self, here: Installation, users: Iterable[str]) -> dict[str, Sender]:
        """Return those of *users* who are known, as far as they can be asked for now."""
        found = {}
        for user in list(users)[:MOST_MENTIONS]:
            try:
                person = await self.sender(here, user)
            except TryAgainLater:
                continue
            if person is not None:
                found[user] = person
        return found

    def forget(self, here: Installation, user: str) -> None:
        """Somebody has changed what they are called."""
        self._people.forget((here.team, user))

    async def _known(self, here: Installation, user: str) -> _Known:
        key, now = (here.team, user), self._time.now()
        known = self._people.get(key, now)
        if known is None:
            answer = await self._web.call(here.team, "users.info", {"user": user}, within_s=PROMPT_S)
            known = _known_from(mapping(answer.get("user")))
            self._people.keep(key, known, now + KEPT)
        return known

    async def _home(self, here: Installation, team: str) -> str:
        if team == here.team:
            return ""
        key, now = (here.team, team), self._time.now()
        name = self._teams.get(key, now)
        if name is None:
            try:
                answer = await self._web.call(here.team, "team.info", {"team": team}, within_s=PROMPT_S)
            except NEVER:
                name = team
            except DeliveryError:
                return team
            else:
                name = text(mapping(answer.get("team")).get("name")) or team
            self._teams.keep(key, name, now + KEPT)
        return name


class _Kept(Generic[K, V]):
    """What was learned, for a while; what was learned first is forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[K, tuple[V, datetime]] = OrderedDict()

    def get(self, key: K, now: datetime) -> V | None:
        kept = self._kept.get(key)
        return kept[0] if kept is not None and now < kept[1] else None

    def keep(self, key: K, value: V, until: datetime) -> None:
        self._kept[key] = (value, until)
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)


def _known_from(user: Payload) -> _Known:
    profile = mapping(user.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return _Known(team=text(user.get("team_id")), name=next((text(name) for name in names if text(name).strip()), ""))
