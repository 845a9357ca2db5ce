"""What we could not decrypt, and wait for: kept in the folder of the keys, so that a restart forgets none of it."""

import asyncio
from collections.abc import Sequence

from adapters.matrix.encrypted_rooms import Unread
from adapters.matrix.key_folder import KeyFolder, Noted

QUIET_S = 300.0
"""Somebody who was told in a room is told nothing more there for so long, whatever they send (S21)."""

UNREAD_AT_MOST = 1_000
"""Events that wait for their keys; beyond these the oldest are given up."""


class UnreadEvents:
    """What waits for its key, oldest first; it is kept, and never much more than `UNREAD_AT_MOST`."""

    def __init__(self, folder: KeyFolder, *, late_after_s: float) -> None:
        self._folder = folder
        self._late_after_s = late_after_s
        self._notes = {note.unread.event_id: note for note in folder.unread()}
        self._since: dict[str, float] = {}
        self._handed_on: dict[str, str] = {}
        self._not_opened: set[str] = set()
        self._told: dict[tuple[str, str], float] = {}

    @property
    def somebody_waits(self) -> bool:
        """Whether there is something that nobody was told of."""
        return any(not note.said for note in self._notes.values())

    def noted(self, unread: Unread) -> bool:
        """Keep it; return whether it is new."""
        if unread.event_id in self._notes:
            return False
        said = any(note.said and _same_key(note.unread, unread) for note in self._notes.values())
        note = self._notes[unread.event_id] = Noted(unread=unread, said=said)
        self._since[unread.event_id] = asyncio.get_running_loop().time()
        if len(self._notes) < 2 * UNREAD_AT_MOST:
            self._folder.add_unread(note)
        else:
            for event_id in list(self._notes)[:-UNREAD_AT_MOST]:
                self._forget(event_id)
            self._keep()
        return True

    def waiting(self) -> Sequence[Unread]:
        passed_over = self._not_opened | self._handed_on.keys()
        return [note.unread for event_id, note in self._notes.items() if event_id not in passed_over]

    def not_opened(self, unread: Unread) -> None:
        """Pass over what its key does not open, such as one from after it was written; until the next start."""
        self._not_opened.add(unread.event_id)

    def handed_on(self, unread: Unread, position: str) -> None:
        self._handed_on[unread.event_id] = position

    def dealt_with(self, position: str) -> None:
        """Forget what was handed on with the answer that led to *position*; another one's comes again."""
        if self._handed_on:
            for event_id in [each for each, led_to in self._handed_on.items() if led_to == position]:
                self._forget(event_id)
            self._handed_on.clear()
            self._keep()

    def to_be_explained(self) -> Sequence[Unread]:
        """Return the first of each person in each room who has to be told, and was not told lately."""
        now = asyncio.get_running_loop().time()
        self._told = {whom: at for whom, at in self._told.items() if now - at < QUIET_S}
        first: dict[tuple[str, str], Unread] = {}
        for note in self._notes.values():
            unread = note.unread
            late = now - self._since.setdefault(unread.event_id, now) >= self._late_after_s
            if late and not note.said and unread.event_id not in self._handed_on and _whose(unread) not in self._told:
                first.setdefault(_whose(unread), unread)
        return list(first.values())

    def explained(self, unread: Unread) -> None:
        """Count as told all that this person wrote there until now, and what else needs the same key."""
        self._told[_whose(unread)] = asyncio.get_running_loop().time()
        for event_id, note in self._notes.items():
            if _whose(note.unread) == _whose(unread) or _same_key(note.unread, unread):
                self._notes[event_id] = Noted(unread=note.unread, said=True)
        self._keep()

    def _forget(self, event_id: str) -> None:
        self._notes.pop(event_id, None)
        self._since.pop(event_id, None)
        self._not_opened.discard(event_id)

    def _keep(self) -> None:
        self._folder.keep_unread(self._notes.values())


def _whose(unread: Unread) -> tuple[str, str]:
    return (unread.room, unread.sender)


def _same_key(one: Unread, other: Unread) -> bool:
    return (one.room, one.session) == (other.room, other.session)
