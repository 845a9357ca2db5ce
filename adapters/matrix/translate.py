"""
What the homeserver sends → what the application understands; pure.

Payloads are believed in nothing: other homeservers write them (S18), so every field is looked at before it is used,
and what makes no sense is passed over.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.matrix.render import MARK
from chatops.application.deliveries import Delivery, Marked, Speech
from chatops.application.marks import request_from
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform

Event = Mapping[str, Any]
"""One event as JSON; untrusted."""

_FILES = frozenset({"m.file", "m.image", "m.audio", "m.video"})
_SPOKEN = frozenset({"m.text", "m.emote", "m.location"}) | _FILES

_FALLBACK = re.compile(r"> (?:\* )?<[^\n]*(?:\n> ?[^\n]*)*\n\n?")
"""The quotation that older clients put before a reply."""


@dataclass(frozen=True, kw_only=True)
class Bot:
    """
    Attributes:
        name: What it displays, by which people mention it.
    """

    user_id: str
    name: str

    @property
    def names(self) -> tuple[str, ...]:
        localpart = self.user_id[1:].partition(":")[0]
        return (self.user_id, self.name, localpart)


@dataclass(frozen=True, kw_only=True)
class RoomNews:
    """
    What happened in one room, oldest first.

    Attributes:
        gap: Where to go on reading backwards, when the homeserver left older events out; None: nothing is missing.
        names: What the people of `events` are called in this room.
        encrypted: Whether something here shows that the room is encrypted.
    """

    room: str
    events: tuple[Event, ...]
    gap: str | None
    names: Mapping[str, str]
    encrypted: bool


@dataclass(frozen=True, kw_only=True)
class News:
    """
    One answer to a sync.

    Attributes:
        position: Where the next sync goes on.
        left: Rooms we were put out of.
    """

    position: str
    rooms: tuple[RoomNews, ...] = ()
    invitations: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def news_from(payload: Mapping[str, Any], bot: Bot) -> News:
    """
    Raises:
        ValueError: It is no answer to a sync.
    """
    position = payload.get("next_batch")
    if not isinstance(position, str) or not position:
        raise ValueError("the homeserver's answer to a sync has no next_batch")
    rooms = _mapping(payload.get("rooms"))
    return News(
        position=position,
        rooms=tuple(_room_news(room, _mapping(each), bot) for room, each in _mapping(rooms.get("join")).items()),
        invitations=tuple(_mapping(rooms.get("invite"))),
        left=tuple(_mapping(rooms.get("leave"))),
    )


def since_we_joined(events: Sequence[Event], bot: Bot) -> tuple[tuple[Event, ...], bool]:
    """
    Return what happened after we last joined the room, and whether we did join in *events*.

    What was said before the desk came in was not said to it.
    """
    for at in range(len(events) - 1, -1, -1):
        if _is_our_joining(events[at], bot):
            return tuple(events[at + 1 :]), True
    return tuple(events), False


def delivery_from(
    event: Event, *, room: str, bot: Bot, names: Mapping[str, str], replied_to: Event | None = None
) -> Delivery | None:
    """
    Return what an event asks of the desk; None for what does not concern it.

    Passed over: our own events and those that carry our mark, notices (a bot never answers a bot), edits, whatever
    is no message, and messages that are not what the specification says.

    Args:
        replied_to: The event it replies to outside a thread, when there is one (`plain_reply`).
    """
    content = _mapping(event.get("content"))
    event_id, sender = _text(event.get("event_id")), _text(event.get("sender"))
    msgtype, body = _text(content.get("msgtype")), _text(content.get("body"))
    if event.get("type") != "m.room.message" or "state_key" in event or MARK in content:
        return None
    if not event_id.startswith("$") or not _is_user_id(sender) or sender == bot.user_id:
        return None
    if msgtype not in _SPOKEN or _relation(content).get("rel_type") == "m.replace":
        return None
    files = _files(msgtype, content)
    text = _caption(body, content) if files else _without_fallback(body, content)
    if not text.strip() and not files:
        return None
    root = _thread_root(content) or _card_of(replied_to, bot)
    return Delivery(
        key=f"matrix:{event_id}",
        sender=_address(sender),
        sender_name=_text(names.get(sender)) or sender,
        room=_address(room),
        thread=_address(root) if root else None,
        message=_address(event_id),
        request=_request(text, files, msgtype, content, bot),
        correlation_id=f"matrix-{event_id[1:13]}",
    )


def plain_reply(event: Event) -> str | None:
    """Return the id of the event that a message replies to, when it stands in no thread."""
    content = _mapping(event.get("content"))
    if event.get("type") != "m.room.message" or _relation(content).get("rel_type") is not None:
        return None
    return _text(_mapping(_relation(content).get("m.in_reply_to")).get("event_id")) or None


def thread_of(event: Event) -> tuple[str, str] | None:
    """Return a thread's root and the event in it, for whoever writes there next."""
    root, event_id = _thread_root(_mapping(event.get("content"))), _text(event.get("event_id"))
    return (root, event_id) if root and event_id else None


def shows_encryption(event: Event) -> bool:
    return event.get("type") in ("m.room.encryption", "m.room.encrypted")


# ---- pieces ----------------------------------------------------------------------------------------------------------


def _room_news(room: str, joined: Mapping[str, Any], bot: Bot) -> RoomNews:
    timeline = _mapping(joined.get("timeline"))
    events, state = _events(timeline), _events(_mapping(joined.get("state")))
    recent, came_in = since_we_joined(events, bot)
    limited = timeline.get("limited") is True and not came_in
    return RoomNews(
        room=room,
        events=recent,
        gap=_text(timeline.get("prev_batch")) or None if limited else None,
        names=dict(_display_names((*state, *events))),
        encrypted=any(shows_encryption(event) for event in (*state, *events)),
    )


def events_of(chunk: object) -> tuple[Event, ...]:
    """Return the events among whatever a homeserver put into a list."""
    return tuple(event for event in chunk if isinstance(event, dict)) if isinstance(chunk, list) else ()


def _events(holder: Mapping[str, Any]) -> tuple[Event, ...]:
    return events_of(holder.get("events"))


def _display_names(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    for event in events:
        if event.get("type") == "m.room.member":
            user_id = _text(event.get("state_key"))
            name = _text(_mapping(event.get("content")).get("displayname"))
            if user_id and name.strip():
                yield user_id, name


def _is_our_joining(event: Event, bot: Bot) -> bool:
    if event.get("type") != "m.room.member" or event.get("state_key") != bot.user_id:
        return False
    before = _mapping(_mapping(event.get("unsigned")).get("prev_content"))
    joined = _mapping(event.get("content")).get("membership") == "join"
    # A new display name is a `join` after a `join`.
    return joined and before.get("membership") != "join"


def _request(text: str, files: tuple[Attachment, ...], msgtype: str, content: Event, bot: Bot) -> Marked | Speech:
    if msgtype not in _FILES and msgtype != "m.text":
        return Speech(text=text, files=files)
    mentioned = bot.user_id in _strings(_mapping(content.get("m.mentions")).get("user_ids"))
    # A pill in front of a message leaves the bare display name in its text: only the mention beside it tells.
    if mentioned and text.lstrip().casefold().startswith(bot.name.casefold()):
        text = f"@{text.lstrip()}"
    return request_from(text, names=bot.names, files=files)


def _files(msgtype: str, content: Event) -> tuple[Attachment, ...]:
    if msgtype not in _FILES:
        return ()
    address = _text(content.get("url")) or _text(_mapping(content.get("file")).get("url"))
    size = _mapping(content.get("info")).get("size")
    known = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    return (
        Attachment(
            name=_text(content.get("filename")) or _text(content.get("body")) or "file",
            address=address if address.startswith("mxc://") else "",
            size=size if known else None,
        ),
    )


def _caption(body: str, content: Event) -> str:
    """A file's `body` is a caption only beside a `filename` that differs from it."""
    name = _text(content.get("filename"))
    return body if name and name != body else ""


def _without_fallback(body: str, content: Event) -> str:
    if "m.in_reply_to" not in _relation(content):
        return body
    return _FALLBACK.sub("", body, count=1) if _FALLBACK.match(body) else body


def _relation(content: Event) -> Mapping[str, Any]:
    return _mapping(content.get("m.relates_to"))


def _thread_root(content: Event) -> str:
    relation = _relation(content)
    return _text(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else ""


def _card_of(replied_to: Event | None, bot: Bot) -> str:
    """Return the card that a plain reply belongs to: one of ours, or the root of the thread it replies into."""
    if replied_to is None:
        return ""
    content = _mapping(replied_to.get("content"))
    if replied_to.get("sender") == bot.user_id and _mapping(content.get(MARK)).get("form") == "card":
        return _text(replied_to.get("event_id"))
    return _thread_root(content)


def _address(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def _is_user_id(value: str) -> bool:
    return value.startswith("@") and ":" in value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> Collection[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()


def _text(value: object) -> str:
    """Return a string that every database can keep (no NUL, no half of a surrogate pair); empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")
