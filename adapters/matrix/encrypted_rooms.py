"""Which rooms are encrypted, and what it takes to read and write there; imports nothing of ``matrix-nio[e2e]``."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from adapters.matrix.fields import Event, events_of, mapping

ENCRYPTED = "m.room.encrypted"


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """
    The settings of a desk that reads and writes in encrypted rooms.

    Attributes:
        folder: Where the keys of this device are kept; lost, they are lost for good.
        secret: What they are encrypted with in there.
        unverified: Whether messages go to devices that their owners have not verified, or wait.
        password: The account's own; only to replace an identity on the homeserver, and for that one start.
        late_after_s: A key may arrive this much later than what it opens, before somebody is told that it did not.
    """

    folder: Path
    secret: str
    unverified: Literal["allow", "refuse"] = "allow"
    password: str | None = None
    late_after_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Unread:
    """
    An event that we could not decrypt.

    Attributes:
        session: Names the key that we lack.
        root: The thread it stands in; empty outside of any.
    """

    room: str
    event_id: str
    sender: str
    session: str
    root: str


class EncryptedRooms:
    """
    What is known of each room; once encrypted, a room is so for ever (specification, `m.room.encryption`).

    That a room is open is believed only while this process hears of changes: another one, which only sends, asks
    before each message.
    """

    def __init__(self, ask: Callable[[str], Awaitable[bool]]) -> None:
        self._ask = ask
        self._known: dict[str, bool] = {}
        self._hears = False

    def heard(self, sync: Mapping[str, Any]) -> None:
        """Notice what an answer to a sync says about encryption; untrusted."""
        self._hears = True
        for room, joined in mapping(mapping(sync.get("rooms")).get("join")).items():
            for part in ("state", "timeline"):
                if any(map(_switches_on, events_of(mapping(mapping(joined).get(part)).get("events")))):
                    self._known[room] = True

    async def holds(self, room: str) -> bool:
        """
        Raises:
            DeliveryError: The homeserver does not say; nothing may be sent as if the room were open.
        """
        known = self._known.get(room)
        if known is None or not (known or self._hears):
            encrypted = await self._ask(room)
            # While it was asked, a sync may have told of the change.
            known = self._known[room] = encrypted or self._known.get(room, False)
        return known


def _switches_on(event: Event) -> bool:
    return event.get("type") == "m.room.encryption" and event.get("state_key") == ""
