"""Who is in each room, for whom a room's key is made."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from adapters.matrix.fields import events_of, mapping
from adapters.matrix.homeserver import Call


class Members:
    """Asked for once for each room, and again after any change."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[str, frozenset[str]] = {}
        self._changes = 0

    def heard(self, sync: Mapping[str, Any]) -> None:
        """Forget those rooms in which somebody came or went, or in which we may have missed it."""
        rooms = mapping(sync.get("rooms"))
        for room, joined in mapping(rooms.get("join")).items():
            timeline, state = mapping(mapping(joined).get("timeline")), mapping(mapping(joined).get("state"))
            events = (*events_of(state.get("events")), *events_of(timeline.get("events")))
            if timeline.get("limited") is True or any(event.get("type") == "m.room.member" for event in events):
                self._known.pop(room, None)
                self._changes += 1
        for room in mapping(rooms.get("leave")):
            self._known.pop(room, None)

    async def of(self, room: str) -> frozenset[str]:
        known = self._known.get(room)
        if known is None:
            before = self._changes
            answer = await self._call("GET", f"rooms/{quote(room, safe='')}/joined_members", {}, None)
            known = frozenset(mapping(answer.get("joined")))
            if self._changes == before:
                self._known[room] = known
        return known
