"""
Slack's events → what the application understands; pure.

Who is meant by an id, what a file is and what an event hangs from has to be known `Beside` it; `events` says what to
ask for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.slack.addresses import message_address, room_address
from adapters.slack.events import (
    Bot,
    Kind,
    Own,
    channel_of,
    correlation_id,
    is_direct,
    key_of,
    kind_of,
    root_of,
    standing,
    when,
    words_key,
    written_at,
)
from adapters.slack.fields import Payload, mapping, mappings, text
from adapters.slack.mrkdwn import mentioned, plain
from adapters.slack.people import Sender
from chatops.application.deliveries import Deletion, Delivery, Edit, Marked, Reaction, Request, Speech
from chatops.application.marks import request_from
from chatops.domain.events import Attachment

LONGEST_NAME = 255

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """
    What is known beside an event.

    Attributes:
        people: Those whom it mentions, by their ids.
        files: Those of its files that Slack only pointed at, by their ids.
        own: What it hangs from, if that is a message of ours.
        shared: People of another company read there too, as the envelope says.
        sign: What the emoji of a reaction looks like; empty for one that only this workspace has.
    """

    sender: Sender
    people: Mapping[str, Sender]
    files: Mapping[str, Payload]
    own: Own | None
    shared: bool
    sign: str = ""


def delivery_from(event: Payload, *, bot: Bot, beside: Beside) -> Delivery | None:
    """Return what an event asks of the desk; None for what does not concern it."""
    kind, message = kind_of(event, bot), standing(event)
    if kind is None or beside.sender.address.value in bot.ignored:
        return None
    request = _request(kind, event, bot, beside)
    if request is None:
        return None
    sign = kind is Kind.SIGN
    ts = text(mapping(event.get("item")).get("ts")) if sign else text(message.get("ts"))
    root = (ts if beside.own is not None and beside.own.card else "") if sign else root_of(message)
    key = key_of(kind, event, message)
    return Delivery(
        key=key,
        sender=beside.sender.address,
        sender_name=beside.sender.name,
        sender_home=beside.sender.home,
        room=room_address(bot.team, channel_of(event)),
        thread=message_address(root) if root else None,
        message=None if kind is Kind.DELETION else message_address(ts),
        request=request,
        correlation_id=correlation_id(key),
        sent_at=written_at(when(kind, event, message)),
        direct=is_direct(event),
        shared=beside.shared,
        ours=beside.own.message if beside.own is not None else None,
    )


def attachment(file: Payload) -> Attachment:
    address, size = text(file.get("url_private_download")) or text(file.get("url_private")), file.get("size")
    media_type = text(file.get("mimetype")).lower()
    return Attachment(
        name=(text(file.get("name")) or text(file.get("title")) or "file")[:LONGEST_NAME],
        address=address if address.startswith(("https://", "http://")) else "",
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
        media_type=media_type if len(media_type) <= 100 and _MEDIA_TYPE.fullmatch(media_type) else "",
    )


# ---- what they ask for -----------------------------------------------------------------------------------------------


def _request(kind: Kind, event: Payload, bot: Bot, beside: Beside) -> Request | None:
    message, channel = standing(event), channel_of(event)
    of = words_key(channel, text(message.get("ts")))
    match kind:
        case Kind.WORDS:
            return _words(message, bot, beside, direct=is_direct(event))
        case Kind.EDIT:
            now = _words(message, bot, beside, direct=is_direct(event))
            return Edit(of=of, now=replace(now, files=())) if now is not None and now.text.strip() else None
        case Kind.DELETION:
            return Deletion(of=of)
        case Kind.SIGN:
            under = message_address(text(mapping(event.get("item")).get("ts")))
            removed = event.get("type") == "reaction_removed"
            return Reaction(sign=beside.sign, to=under, removed=removed) if beside.sign else None


def _words(message: Payload, bot: Bot, beside: Beside, *, direct: bool) -> Speech | Marked | None:
    written = text(message.get("text"))
    names = {user: person.name for user, person in beside.people.items()}
    said = plain(written, names=names, keep=bot.user)
    files = tuple(attachment(_known(file, beside.files)) for file in mappings(message.get("files")))
    if not said.strip() and not files:
        return None
    if text(message.get("subtype")) == "me_message":
        return Speech(text=_readable(said, bot), files=files)
    request = request_from(said, names=bot.names, files=files)
    if isinstance(request, Speech) and direct and not _in_a_ticket(message, beside.own) and said.strip():
        marked = request_from(f"!{said.strip()}", names=(), files=files)
        request = marked if isinstance(marked, Marked) else Marked(text=said.strip(), files=files)
    if isinstance(request, Speech):
        return replace(request, text=_readable(request.text, bot))
    mentions = tuple(person.address.value for person in _mentioned(written, beside.people))
    return replace(request, text=_readable(request.text, bot), mentions=mentions)


def _in_a_ticket(message: Payload, own: Own | None) -> bool:
    """Whether direct words stand in a ticket's thread; where that is not known, words are words."""
    return bool(root_of(message)) and own is not None and own.card


def _mentioned(written: str, people: Mapping[str, Sender]) -> Sequence[Sender]:
    return [people[user] for user in mentioned(written) if user in people]


def _readable(said: str, bot: Bot) -> str:
    """Name ourselves where people mention us further inside."""
    return said.replace(f"<@{bot.user}>", f"@{bot.name or bot.user}") if bot.user else said


def _known(file: Payload, asked_for: Mapping[str, Payload]) -> Payload:
    return asked_for.get(text(file.get("id")), file)
