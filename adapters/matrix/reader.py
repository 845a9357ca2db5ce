"""Reads what happened in a room, without gaps, and makes deliveries of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from adapters.matrix.errands import reason
from adapters.matrix.fields import Event, events_of
from adapters.matrix.homeserver import Homeserver
from adapters.matrix.news import RoomNews, since_we_joined
from adapters.matrix.own_messages import OwnMessages
from adapters.matrix.translate import Bot, delivery_from, hangs_from, related_to, written_at
from chatops.application.deliveries import Delivery
from chatops.domain.errors import Undeliverable, Unreachable

PAGE = 100
MOST_READ_BACK = 1_000
"""Events of a room that are looked through again when the homeserver has lost our place in it."""

log = structlog.get_logger(platform="matrix")


@dataclass(frozen=True, kw_only=True)
class Span:
    """
    The time in which what is being read reached us.

    Attributes:
        since: When everything before it had been read.
    """

    since: datetime
    now: datetime


class Reader:
    def __init__(self, server: Homeserver, bot: Bot) -> None:
        self._server = server
        self._bot = bot
        self._own = OwnMessages(bot, self._event)

    async def complete(self, news: RoomNews, since: str, oldest: datetime) -> tuple[Sequence[Event], bool]:
        """
        Return the room's events with those that a limited timeline left out, and whether we joined just before them.

        A homeserver that will never show them leaves a gap: that must not keep all other rooms from us.

        Args:
            since: How far was read before: nothing before it is returned, and nothing of when we were not there.
            oldest: Nothing that was written before is returned of an earlier stay in the room: a homeserver tells of
                those anew.
        """
        older: list[Event] = []
        start, came_in = news.gap, news.came_in
        while start is not None and (page := await self._page(news.room, start, since)) is not None:
            chunk = events_of(page.get("chunk"))
            kept, came_in = since_we_joined(chunk[::-1], self._bot.user_id)
            older[:0] = kept
            end = page.get("end")
            start = end if isinstance(end, str) and chunk and not came_in else None
        before = (event for event in news.before if _written_since(oldest, event))
        return (*older, *before, *news.events), came_in

    async def back_to(self, room: str, start: str, oldest: datetime) -> Sequence[Event]:
        """
        Return the newest events before *start*, oldest first: `MOST_READ_BACK` at most.

        Args:
            oldest: Nothing written before is returned; a page full of such events is the last that is read.
        """
        found: list[Event] = []
        at: str | None = start
        looked_through = 0
        while at is not None and looked_through < MOST_READ_BACK and (page := await self._page(room, at)) is not None:
            chunk = events_of(page.get("chunk"))
            kept, came_in = since_we_joined(chunk[::-1], self._bot.user_id)
            recent = [event for event in kept if _written_since(oldest, event)]
            found[:0] = recent
            looked_through += len(chunk)
            end = page.get("end")
            at = end if isinstance(end, str) and recent and not came_in else None
        return found

    async def delivery(self, event: Event, room: str, names: Mapping[str, str], span: Span) -> Delivery | None:
        """Return what an event asks of the desk; None for what does not concern it, or cannot be understood."""
        try:
            if self._own.came_by(room, event):
                return None
            related_id = related_to(event, self._bot)
            related = await self._event(room, related_id) if related_id else None
            if related is not None:
                self._own.came_by(room, related)
            delivery = delivery_from(
                event,
                room=room,
                bot=self._bot,
                names=names,
                related=related,
                sent_at=written_at(event, since=span.since, now=span.now),
            )
            if delivery is None or (above := hangs_from(delivery)) is None:
                return delivery
            return replace(delivery, ours=await self._own.at(room, above))
        except (ValueError, TypeError, AttributeError, LookupError):
            # One odd event must not keep all others from us.
            log.exception("matrix_event_not_understood", event_id=event.get("event_id"))
            return None

    async def _page(self, room: str, start: str, until: str | None = None) -> Mapping[str, Any] | None:
        """Return a page of the room, read backwards; None where the homeserver never shows it to us."""
        try:
            return await self._server.messages(room, start, until=until, limit=PAGE)
        except (Undeliverable, Unreachable) as refused:
            log.warning("matrix_gap_not_filled", room=room, because=reason(refused))
            return None

    async def _event(self, room: str, event_id: str) -> Event | None:
        """Return an event of this very room; one of another counts for nothing (S18)."""
        try:
            return await self._server.event(room, event_id)
        except (Undeliverable, Unreachable):
            return None


def _written_since(oldest: datetime, event: Event) -> bool:
    stamp = event.get("origin_server_ts")
    return isinstance(stamp, int) and stamp >= oldest.timestamp() * 1000
