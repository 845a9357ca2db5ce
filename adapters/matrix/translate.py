"""
What the homeserver sends → what the application understands; pure.

What makes no sense is passed over (S18). An event may need another one beside it to be understood, such as the words
that an edit changes: `related_to` says which, and whoever asks reads it from the same room.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from adapters.matrix.fields import NOBODY, Event, Senders, is_user_id, mapping, relation, server_of, strings, text
from adapters.matrix.render import MARK
from adapters.matrix.signs import bare
from chatops.application.deliveries import Deletion, Delivery, Edit, Marked, OwnMessage, Reaction, Request, Speech
from chatops.application.marks import request_from
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform

AHEAD = timedelta(minutes=1)
"""By how much another clock may be ahead of ours."""

DELAYED = timedelta(minutes=10)
"""How long an honest event may be on its way between two homeservers."""

LONGEST_NAME = 255
LONGEST_SIGN = 32
"""Code points of a reaction; an emoji of a family with skin colours has eleven."""

_FILES = frozenset({"m.file", "m.image", "m.audio", "m.video"})
_SPOKEN = frozenset({"m.text", "m.emote", "m.location"}) | _FILES
_MESSAGES = frozenset({"m.room.message", "m.room.encrypted"})

_FALLBACK = re.compile(r"> (?:\* )?<[^\n]*(?:\n> ?[^\n]*)*\n\n?")
"""The quotation that older clients put before a reply."""

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_LARGEST_SIZE = 2**53
_LARGEST_ROW = 2**63
_LONGEST_KEY = 4_096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_000


@dataclass(frozen=True, kw_only=True)
class Bot:
    """
    Attributes:
        name: What it displays, by which people mention it.
        ignored: Other bots and the puppets of bridges, who are never listened to (S21).
    """

    user_id: str
    name: str
    ignored: Senders = NOBODY

    @property
    def names(self) -> tuple[str, ...]:
        localpart = self.user_id[1:].partition(":")[0]
        return (self.user_id, self.name, localpart)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """
    Attributes:
        root: The thread it belongs to; empty at the top of a room.
        message: What an answer goes under; empty where nothing is left to answer under.
    """

    request: Request
    root: str = ""
    message: str = ""


def delivery_from(
    event: Event,
    *,
    room: str,
    bot: Bot,
    names: Mapping[str, str],
    related: Event | None = None,
    sent_at: datetime | None = None,
) -> Delivery | None:
    """
    Return what an event asks of the desk; None for what does not concern it.

    Passed over: our own events and those that carry our mark, notices (a bot never answers a bot), whoever is
    ignored, edits of others' words, and whatever is not what the specification says.

    Args:
        related: The event that `related_to` names, where this room has it.
        sent_at: When it was written, as far as that is believed (`written_at`).
    """
    if not _concerns(event, bot):
        return None
    read = _read(event, bot, related)
    if read is None:
        return None
    event_id, sender = text(event.get("event_id")), text(event.get("sender"))
    return Delivery(
        key=_key(event_id),
        sender=_address(sender),
        sender_name=text(names.get(sender)) or sender,
        sender_home=server_of(sender),
        room=_address(room),
        thread=_address(read.root) if read.root else None,
        message=_address(read.message) if read.message else None,
        request=read.request,
        correlation_id=f"matrix-{event_id[1:13]}",
        sent_at=sent_at,
    )


def related_to(event: Event, bot: Bot) -> str | None:
    """Return the id of the event that has to be looked at before this one is understood; None for most."""
    if not _concerns(event, bot):
        return None
    related = relation(event)
    match event.get("type"):
        case "m.room.message" if related.get("rel_type") == "m.replace":
            return text(related.get("event_id")) or None
        case "m.room.message":
            return _replied_to(event)
        case "m.reaction":
            return text(related.get("event_id")) or None
        case "m.room.redaction":
            return _redacted(event) or None
        case _:
            return None


def written_at(event: Event, *, since: datetime, now: datetime) -> datetime | None:
    """
    Return when an event was written, as far as its homeserver may be believed (S19); None where it may not.

    Homeservers stamp their people's events themselves, and another one may stamp what it likes. So nothing is
    written after *now* (a clock may be `AHEAD`), and nothing is much older than *since*: it would have been read
    before. What was `DELAYED` for longer counts from when it reached us.

    Args:
        since: When everything that had reached us before was read.
    """
    stamp = event.get("origin_server_ts")
    if not isinstance(stamp, int) or isinstance(stamp, bool) or not 0 <= stamp <= _LATEST_MS:
        return None
    written = _EPOCH + timedelta(milliseconds=stamp)
    return min(written, now) if since - DELAYED <= written <= now + AHEAD else None


def hangs_from(delivery: Delivery) -> str | None:
    """Return the event that a delivery hangs from, which may be ours: a thread's root, what a reaction is under."""
    match delivery.request:
        case Reaction(to=message):
            return message.value
        case Speech() | Marked() if delivery.thread is not None:
            return delivery.thread.value
        case _:
            return None


def own_message(event: Event, bot: Bot) -> OwnMessage | None:
    """Return which message of ours an event is; None for anybody else's, whatever mark it bears (S18)."""
    mark = mapping(mapping(event.get("content")).get(MARK))
    row, event_id = mark.get("row"), text(event.get("event_id"))
    if event.get("sender") != bot.user_id or not event_id or not isinstance(row, int) or not 0 < row < _LARGEST_ROW:
        return None
    return OwnMessage(row=row, origin=text(mark.get("origin")), address=_address(event_id))


def thread_of(event: Event) -> tuple[str, str] | None:
    """Return a thread's root and the event in it, for whoever writes there next."""
    root, event_id = _thread_root(event), text(event.get("event_id"))
    return (root, event_id) if root and event_id else None


# ---- kinds of events -------------------------------------------------------------------------------------------------


def _concerns(event: Event, bot: Bot) -> bool:
    sender = text(event.get("sender"))
    return (
        text(event.get("event_id")).startswith("$")
        and is_user_id(sender)
        and sender != bot.user_id
        and sender not in bot.ignored
        and "state_key" not in event
        and MARK not in mapping(event.get("content"))
    )


def _read(event: Event, bot: Bot, related: Event | None) -> _Read | None:
    match event.get("type"):
        case "m.room.message" if relation(event).get("rel_type") == "m.replace":
            return _edit(event, bot, related)
        case "m.room.message":
            return _message(event, bot, related)
        case "m.reaction":
            return _reaction(event, bot, related)
        case "m.room.redaction":
            return _deletion(bot, related)
        case _:
            return None


def _message(event: Event, bot: Bot, related: Event | None) -> _Read | None:
    request = _words(mapping(event.get("content")), bot, is_reply="m.in_reply_to" in relation(event))
    if request is None:
        return None
    if isinstance(request, Marked) and not request.files and related is not None:
        # "!reply see this", said in reply to a file, is about that file.
        request = replace(request, files=_files(mapping(related.get("content"))))
    root = _thread_root(event)
    if not root and relation(event).get("rel_type") is None:
        root = _card_of(related, bot)
    return _Read(request=request, root=root, message=text(event.get("event_id")))


def _edit(event: Event, bot: Bot, original: Event | None) -> _Read | None:
    """Words are changed by who wrote them, in the room they stand in; an edit of an edit is none (S18)."""
    if original is None or not _is_message(original) or original.get("sender") != event.get("sender"):
        return None
    if not original.get("content") or relation(original).get("rel_type") == "m.replace":
        return None
    now = _words(mapping(mapping(event.get("content")).get("m.new_content")), bot, is_reply=False)
    if now is None or not now.text.strip():
        return None
    original_id = text(original.get("event_id"))
    return _Read(
        request=Edit(of=_key(original_id), now=replace(now, files=())),
        root=_thread_root(original),
        message=original_id,
    )


def _reaction(event: Event, bot: Bot, under: Event | None) -> _Read | None:
    sign = bare(text(relation(event).get("key")))
    if under is None or not _is_message(under) or relation(event).get("rel_type") != "m.annotation":
        return None
    if not 0 < len(sign) <= LONGEST_SIGN:
        return None
    message = text(under.get("event_id"))
    return _Read(request=Reaction(sign=sign, to=_address(message)), root=_card_of(under, bot), message=message)


def _deletion(bot: Bot, deleted: Event | None) -> _Read | None:
    """
    A deletion counts once the homeserver itself shows that it took place: it knows who may.

    Of a reaction nothing is left then but whose it was: what it was under is known by its key.
    """
    if deleted is None or not (_is_message(deleted) or _is_sign(deleted)) or deleted.get("sender") == bot.user_id:
        return None
    if not mapping(deleted.get("unsigned")).get("redacted_because"):
        return None
    return _Read(request=Deletion(of=_key(text(deleted.get("event_id")))))


# ---- pieces ----------------------------------------------------------------------------------------------------------


def _words(content: Event, bot: Bot, *, is_reply: bool) -> Speech | Marked | None:
    msgtype, body = text(content.get("msgtype")), text(content.get("body"))
    if msgtype not in _SPOKEN:
        return None
    files = _files(content)
    said = _caption(body, content) if files else _without_fallback(body) if is_reply else body
    if not said.strip() and not files:
        return None
    if msgtype not in _FILES and msgtype != "m.text":
        return Speech(text=said, files=files)
    mentions = strings(mapping(content.get("m.mentions")).get("user_ids"))
    mentioned = bot.user_id in mentions
    # A pill in front of a message leaves the bare display name in its text: only the mention beside it tells.
    if mentioned and said.lstrip().casefold().startswith(bot.name.casefold()):
        said = f"@{said.lstrip()}"
    request = request_from(said, names=bot.names, files=files)
    if isinstance(request, Speech):
        return request
    return replace(request, mentions=tuple(text(each) for each in mentions if each != bot.user_id))


def _files(content: Event) -> tuple[Attachment, ...]:
    if text(content.get("msgtype")) not in _FILES:
        return ()
    sealed, info = mapping(content.get("file")), mapping(content.get("info"))
    address = text(content.get("url")) or text(sealed.get("url"))
    name = text(content.get("filename")) or text(content.get("body")) or "file"
    return (
        Attachment(
            name=name[:LONGEST_NAME],
            address=address if address.startswith("mxc://") else "",
            size=_size(info.get("size")),
            media_type=_media_type(info.get("mimetype")),
            key=_key_of(sealed),
        ),
    )


def _size(value: object) -> int | None:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST_SIZE
    return value if known and isinstance(value, int) else None


def _media_type(value: object) -> str:
    claimed = text(value)
    return claimed.lower() if len(claimed) <= 100 and _MEDIA_TYPE.fullmatch(claimed) else ""


def _key_of(sealed: Event) -> str:
    """Return what opens an encrypted file: the homeserver's description of it, without where it lies."""
    opening = {name: value for name, value in sealed.items() if name != "url"}
    key = json.dumps(opening, sort_keys=True) if opening else ""
    return key if len(key) <= _LONGEST_KEY else ""


def _caption(body: str, content: Event) -> str:
    """A file's `body` is a caption only beside a `filename` that differs from it."""
    name = text(content.get("filename"))
    return body if name and name != body else ""


def _without_fallback(body: str) -> str:
    return _FALLBACK.sub("", body, count=1) if _FALLBACK.match(body) else body


def _replied_to(event: Event) -> str | None:
    """Return what a message was made a reply to by its author, not by a client that knows no threads."""
    related = relation(event)
    if related.get("rel_type") not in (None, "m.thread") or related.get("is_falling_back") is True:
        return None
    answered = text(mapping(related.get("m.in_reply_to")).get("event_id"))
    return answered if answered and answered != _thread_root(event) else None


def _redacted(event: Event) -> str:
    """Return what a redaction is about; from room version 11 on that stands in its content."""
    return text(event.get("redacts")) or text(mapping(event.get("content")).get("redacts"))


def _is_message(event: Event) -> bool:
    return text(event.get("type")) in _MESSAGES and "state_key" not in event


def _is_sign(event: Event) -> bool:
    return event.get("type") == "m.reaction" and "state_key" not in event


def _thread_root(event: Event) -> str:
    related = relation(event)
    return text(related.get("event_id")) if related.get("rel_type") == "m.thread" else ""


def _card_of(event: Event | None, bot: Bot) -> str:
    """Return the root of the thread that a plain reply to *event* belongs to: one of our cards, or its own thread."""
    if event is None:
        return ""
    content = mapping(event.get("content"))
    if event.get("sender") == bot.user_id and mapping(content.get(MARK)).get("form") == "card":
        return text(event.get("event_id"))
    return _thread_root(event)


def _address(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def _key(event_id: str) -> str:
    return f"matrix:{event_id}"
