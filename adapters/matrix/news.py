"""The homeserver's answer to a sync → what happened, room by room; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.matrix.fields import Event, events_of, is_user_id, mapping, server_of, text


@dataclass(frozen=True, kw_only=True)
class RoomNews:
    """
    What happened in one room, oldest first.

    Attributes:
        gap: Where to go on reading backwards, when the homeserver left older events out; None: nothing is missing.
        names: What the people of `events` are called in this room.
        encrypted: Whether something here shows that the room is encrypted.
        came_in: Whether we joined the room just before `events`.
        before: What happened before we were put out of it, or left: it was said to us as well.
    """

    room: str
    events: tuple[Event, ...]
    gap: str | None
    names: Mapping[str, str]
    encrypted: bool
    came_in: bool
    before: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """
    Attributes:
        inviter: Their full user id; empty where the homeserver does not tell.
        follows: The room that the new one says it replaces; empty for any other room.
    """

    room: str
    inviter: str
    follows: str


@dataclass(frozen=True, kw_only=True)
class Loss:
    """
    A room that we are no longer in.

    Attributes:
        by: Who put us out; ourselves, when we left or declined.
        banned: Nobody can invite us again before the ban is lifted.
    """

    room: str
    by: str
    banned: bool


@dataclass(frozen=True, kw_only=True)
class Successor:
    """
    The room that a room was upgraded to, as the old one names it.

    Attributes:
        via: A homeserver that knows the new room; empty where none is named.
    """

    room: str
    via: str


@dataclass(frozen=True, kw_only=True)
class News:
    """
    One answer to a sync.

    Attributes:
        position: Where the next sync goes on.
        left: The rooms that we are no longer in, with what happened before.
    """

    position: str
    rooms: tuple[RoomNews, ...] = ()
    left: tuple[RoomNews, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    losses: tuple[Loss, ...] = ()


def news_from(payload: Mapping[str, Any], me: str) -> News:
    """
    Args:
        me: Our own user id.

    Raises:
        ValueError: It is no answer to a sync.
    """
    position = payload.get("next_batch")
    if not isinstance(position, str) or not position:
        raise ValueError("the homeserver's answer to a sync has no next_batch")
    rooms = mapping(payload.get("rooms"))
    return News(
        position=position,
        rooms=tuple(_room_news(room, mapping(each), me) for room, each in mapping(rooms.get("join")).items()),
        left=tuple(_left_room(room, mapping(each), me) for room, each in mapping(rooms.get("leave")).items()),
        invitations=tuple(_invitation(room, mapping(each), me) for room, each in mapping(rooms.get("invite")).items()),
        losses=tuple(_loss(room, mapping(each), me) for room, each in mapping(rooms.get("leave")).items()),
    )


def since_we_joined(events: Sequence[Event], me: str) -> tuple[tuple[Event, ...], bool]:
    """
    Return what happened after we last joined the room, and whether we did join in *events*.

    What was said before the desk came in was not said to it.
    """
    for at in range(len(events) - 1, -1, -1):
        if _is_our_joining(events[at], me):
            return tuple(events[at + 1 :]), True
    return tuple(events), False


def before_we_left(events: Sequence[Event], me: str) -> tuple[Event, ...]:
    """Return what happened while we were in the room, when we are not after the last of *events*."""
    kept, inside = [], False
    for event in reversed(events):
        if _is_our_joining(event, me):
            inside = False
        elif _is_our_leaving(event, me):
            inside = True
        elif inside:
            kept.append(event)
    return tuple(reversed(kept))


def shows_encryption(event: Event) -> bool:
    return event.get("type") in ("m.room.encryption", "m.room.encrypted")


def is_upgrade(event: Event) -> bool:
    """Whether the event says that its room was replaced by another one."""
    return event.get("type") == "m.room.tombstone" and event.get("state_key") == ""


def changes_powers(event: Event) -> bool:
    """Whether the event says anew who may write in its room."""
    return event.get("type") == "m.room.power_levels" and event.get("state_key") == ""


def successor_from(tombstone: Event) -> Successor | None:
    """Return where a tombstone leads; as a whole event or, from older homeservers, its content alone."""
    content = mapping(tombstone.get("content")) or tombstone
    room = text(content.get("replacement_room"))
    return Successor(room=room, via=server_of(text(tombstone.get("sender")))) if room.startswith("!") else None


def predecessor_from(create: Event) -> str:
    """Return the room that a new one says it replaces, from its `m.room.create`, whole or its content alone."""
    content = mapping(create.get("content")) or create
    return text(mapping(content.get("predecessor")).get("room_id"))


# ---- pieces ----------------------------------------------------------------------------------------------------------


def _room_news(room: str, joined: Mapping[str, Any], me: str) -> RoomNews:
    timeline = mapping(joined.get("timeline"))
    events, state = _events(timeline), _events(mapping(joined.get("state")))
    recent, came_in = since_we_joined(events, me)
    limited = timeline.get("limited") is True and not came_in
    return RoomNews(
        room=room,
        events=recent,
        gap=text(timeline.get("prev_batch")) or None if limited else None,
        names=dict(_display_names((*state, *events))),
        encrypted=any(shows_encryption(event) for event in (*state, *events)),
        came_in=came_in,
        before=before_we_left(events[: len(events) - len(recent)], me),
    )


def _left_room(room: str, left: Mapping[str, Any], me: str) -> RoomNews:
    timeline = mapping(left.get("timeline"))
    events, state = _events(timeline), _events(mapping(left.get("state")))
    before = before_we_left(events, me)
    limited = timeline.get("limited") is True and bool(before)
    return RoomNews(
        room=room,
        events=(),
        gap=text(timeline.get("prev_batch")) or None if limited else None,
        names=dict(_display_names((*state, *events))),
        encrypted=False,
        came_in=False,
        before=before,
    )


def _invitation(room: str, invited: Mapping[str, Any], me: str) -> Invitation:
    state = _events(mapping(invited.get("invite_state")))
    inviters = [text(event.get("sender")) for event in state if _is_ours(event, me, "invite")]
    predecessors = [predecessor_from(event) for event in state if event.get("type") == "m.room.create"]
    return Invitation(
        room=room,
        inviter=next((inviter for inviter in inviters if is_user_id(inviter)), ""),
        follows=next(iter(predecessors), ""),
    )


def _loss(room: str, left: Mapping[str, Any], me: str) -> Loss:
    events = (*_events(mapping(left.get("state"))), *_events(mapping(left.get("timeline"))))
    last: Event = next((event for event in reversed(events) if _is_ours(event, me, "leave", "ban")), {})
    return Loss(room=room, by=text(last.get("sender")), banned=mapping(last.get("content")).get("membership") == "ban")


def _events(holder: Mapping[str, Any]) -> tuple[Event, ...]:
    return events_of(holder.get("events"))


def _display_names(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    for event in events:
        if event.get("type") == "m.room.member":
            user_id = text(event.get("state_key"))
            name = text(mapping(event.get("content")).get("displayname"))
            if user_id and name.strip():
                yield user_id, name


def _is_ours(event: Event, me: str, *memberships: str) -> bool:
    return (
        event.get("type") == "m.room.member"
        and event.get("state_key") == me
        and mapping(event.get("content")).get("membership") in memberships
    )


def _is_our_joining(event: Event, me: str) -> bool:
    # A new display name is a `join` after a `join`.
    return _is_ours(event, me, "join") and not _was_in(event)


def _is_our_leaving(event: Event, me: str) -> bool:
    # An invitation that is declined is a `leave` after an `invite`.
    return _is_ours(event, me, "leave", "ban") and _was_in(event)


def _was_in(event: Event) -> bool:
    return mapping(mapping(event.get("unsigned")).get("prev_content")).get("membership") == "join"
