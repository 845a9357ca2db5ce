"""
What was changed in chat against what a directory file says: which of it an import would undo, and what then stands.

Each change is known by what it added and what it took away, fact by fact. A file that says the same agrees; one that
does not would undo it, and somebody has to choose. Who or what a file leaves out as a whole is left out on purpose,
unless it was made in chat, so that the file cannot have known it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from adapters.directory_file.planning import Facts, facts_of
from chatops.domain.directory import Address, ChatChange, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Platform

Part = Person | Room

Said = tuple[str, str]
"""One fact in words: its label and its value, such as ``matrix`` and ``@ana:example.org``."""


class Keep(StrEnum):
    """Whose word stands where both spoke."""

    CHAT = "chat"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """
    What an import would undo of one person or room.

    Attributes:
        now: The person or room as it stands, with what chat made of it.
        added, gone: The facts that chat added and the file does not say; those it took away and the file says.
        last: The newest of the changes that would be undone.
        made: Chat made it, and the file knows nothing of it.
    """

    now: Part
    added: tuple[Said, ...]
    gone: tuple[Said, ...]
    last: ChatChange
    made: bool = False

    def __str__(self) -> str:
        kind = "person" if isinstance(self.now, Person) else "room"
        told = [
            *(f"{label} {value} was added in chat" for label, value in self.added),
            *(f"{label} {value} was taken off in chat" for label, value in self.gone),
        ]
        by = f"by {self.last.by}" if self.last.by else "by the desk itself"
        what = "it was made in chat" if self.made else ", ".join(told)
        return f"! {kind} {self.now.id}: {what}, {by} at {self.last.at:%Y-%m-%d %H:%M} UTC; the file says otherwise"


def conflicts(changes: Sequence[ChatChange], now: WhoIsWho, wanted: WhoIsWho) -> tuple[Conflict, ...]:
    """
    Return what importing *wanted* would undo.

    Args:
        changes: Those that no file has answered yet, oldest first.
    """
    by_part: dict[tuple[type[Part], str], list[ChatChange]] = {}
    for change in changes:
        by_part.setdefault(_key(change.after), []).append(change)
    stands, says = _parts(now), _parts(wanted)
    found = (
        _conflict(stands[key], says.get(key), of_part, wanted) for key, of_part in by_part.items() if key in stands
    )
    return tuple(conflict for conflict in found if conflict is not None)


def kept(found: Sequence[Conflict], wanted: WhoIsWho) -> WhoIsWho:
    """Return *wanted* with what chat said in *found* put back: what is to stand if chat's word is kept."""
    for conflict in found:
        wanted = _with(wanted, conflict)
    return wanted


def answered(changes: Sequence[ChatChange], found: Sequence[Conflict], keep: Keep | None) -> tuple[ChatChange, ...]:
    """Return which of *changes* an import settles: all but those whose facts the file goes on to contradict."""
    if keep is not Keep.CHAT:
        return tuple(changes)
    contradicted = {(_key(each.now), said) for each in found for said in (*each.added, *each.gone)}
    return tuple(
        change
        for change in changes
        if contradicted.isdisjoint((_key(change.after), said) for said in _difference(change))
    )


def _conflict(now: Part, says: Part | None, changes: Sequence[ChatChange], wanted: WhoIsWho) -> Conflict | None:
    made = changes[0].before is None
    if says is None:
        return _left_out(now, changes, wanted) if made else None
    net: Counter[Said] = Counter()
    for change in changes:
        net.update(_difference(change))
    file = Counter(_said(facts_of(says)))
    added = tuple(said for said, times in net.items() if times > 0 and not file[said])
    gone = tuple(said for said, times in net.items() if times < 0 and file[said])
    if not added and not gone:
        return None
    undone = {*added, *gone}
    last = next(change for change in reversed(changes) if undone & set(_difference(change)))
    return Conflict(now=now, added=added, gone=gone, last=last)


def _left_out(now: Part, changes: Sequence[ChatChange], wanted: WhoIsWho) -> Conflict | None:
    """A room that chat made cannot outlive its organisation, and is not missed where the file has its places."""
    if not isinstance(now, Room):
        return None
    elsewhere = {place for room in wanted.rooms for place in room.places}
    missed = [place for place in now.places if place.platform is not Platform.CONSOLE and place not in elsewhere]
    if not missed or now.organisation not in {None, *(each.id for each in wanted.organisations)}:
        return None
    return Conflict(now=now, added=tuple(_said(facts_of(now))), gone=(), last=changes[-1], made=True)


def _difference(change: ChatChange) -> dict[Said, int]:
    """Return what one change added (1) and took away (-1)."""
    before = Counter(() if change.before is None else _said(facts_of(change.before)))
    after = Counter(_said(facts_of(change.after)))
    return {said: after[said] - before[said] for said in (*before, *after) if after[said] != before[said]}


def _said(facts: Facts) -> Iterator[Said]:
    for label, values in facts.items():
        yield from ((label, value) for value in values)


def _key(part: Part) -> tuple[type[Part], str]:
    return type(part), part.id


def _parts(who: WhoIsWho) -> Mapping[tuple[type[Part], str], Part]:
    parts: tuple[Part, ...] = (*who.people, *who.rooms)
    return {_key(part): part for part in parts}


# ---- putting back ----------------------------------------------------------------------------------------------------


def _with(wanted: WhoIsWho, conflict: Conflict) -> WhoIsWho:
    added, gone = _addresses(conflict.added), _addresses(conflict.gone)
    # What chat gave to one, the file may have given to another.
    if isinstance(now := conflict.now, Person):
        people = (replace(each, identities=_but(each.identities, added)) for each in wanted.people)
        return replace(wanted, people=tuple(_person(each, now, added, gone) for each in people))
    rooms = tuple(replace(each, places=_but(each.places, added)) for each in wanted.rooms)
    if conflict.made:
        return replace(wanted, rooms=(*rooms, now))
    return replace(wanted, rooms=tuple(_room(each, now, conflict) for each in rooms))


def _person(says: Person, now: Person, added: set[Address], gone: set[Address]) -> Person:
    if says.id != now.id:
        return says
    return replace(says, identities=_but(says.identities, gone) + _only(now.identities, added))


def _room(says: Room, now: Room, conflict: Conflict) -> Room:
    if says.id != now.id:
        return says
    added, gone = _addresses(conflict.added), _addresses(conflict.gone)
    placed = replace(says, places=_but(says.places, gone) + _only(now.places, added))
    if any(label in ("purpose", "organisation") for label, _ in (*conflict.added, *conflict.gone)):
        return replace(placed, purpose=now.purpose, organisation=now.organisation)
    return placed


def _addresses(facts: Sequence[Said]) -> set[Address]:
    known = set(Platform)
    return {Address(platform=Platform(label), value=value) for label, value in facts if label in known}


def _but(addresses: tuple[Address, ...], these: set[Address]) -> tuple[Address, ...]:
    return tuple(each for each in addresses if each not in these)


def _only(addresses: tuple[Address, ...], these: set[Address]) -> tuple[Address, ...]:
    return tuple(each for each in addresses if each in these)
