"""
Slack's events → what the application understands; pure.

Who is meant by an id, what a file is and what an event hangs from has to be known `Beside` it; `events` says what to
ask for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.slack.addresses import message_address, room_address
from adapters.slack.events import (
    Bot,
    Kind,
    Own,
    about,
    channel_of,
    correlation_id,
    forwarded,
    is_direct,
    key_of,
    kind_of,
    root_of,
    standing,
    when,
    words_key,
    written_at,
)
from adapters.slack.fields import Payload, mappings, text
from adapters.slack.files import attachment_of
from adapters.slack.mrkdwn import mentioned, plain, quoted
from adapters.slack.people import Sender
from chatops.application.deliveries import Deletion, Delivery, Edit, Marked, Reaction, Request, Speech
from chatops.application.marks import request_from


@dataclass(frozen=True, kw_only=True)
class Beside:
    """
    What is known beside an event.

    Attributes:
        people: Those whom it mentions, by their ids.
        files: Those of its files that Slack only pointed at, by their ids.
        own: What it hangs from, if that is a message of ours.
        shared: People of another company read there too, as the envelope says.
        known_as: The id that the channel had when the message was written that the event is about.
        sign: What the emoji of a reaction looks like; empty for one that only this workspace has.
    """

    sender: Sender
    people: Mapping[str, Sender]
    files: Mapping[str, Payload]
    own: Own | None
    shared: bool
    known_as: str = ""
    sign: str = ""


def delivery_from(event: Payload, *, bot: Bot, beside: Beside) -> Delivery | None:
    """Return what an event asks of the desk; None for what does not concern it."""
    kind = kind_of(event, bot)
    if kind is None or beside.sender.address.value in bot.ignored:
        return None
    request = _request(kind, event, bot, beside)
    if request is None:
        return None
    root, key = _thread(kind, event, beside), key_of(kind, event, _known_as(event, beside))
    return Delivery(
        key=key,
        sender=beside.sender.address,
        sender_name=beside.sender.name,
        sender_home=beside.sender.home,
        room=room_address(bot.team, channel_of(event)),
        thread=message_address(root) if root else None,
        message=None if kind is Kind.DELETION else message_address(about(event)),
        request=request,
        correlation_id=correlation_id(key),
        sent_at=written_at(when(kind, event)),
        direct=is_direct(event),
        shared=beside.shared,
        ours=beside.own.message if beside.own is not None else None,
    )


# ---- what they ask for -----------------------------------------------------------------------------------------------


def _request(kind: Kind, event: Payload, bot: Bot, beside: Beside) -> Request | None:
    message, of = standing(event), words_key(_known_as(event, beside), about(event))
    match kind:
        case Kind.WORDS:
            return _words(message, bot, beside)
        case Kind.EDIT:
            now = _words(message, bot, beside)
            return Edit(of=of, now=replace(now, files=())) if now is not None and now.text.strip() else None
        case Kind.DELETION:
            return Deletion(of=of)
        case Kind.SIGN:
            under = message_address(about(event))
            removed = event.get("type") == "reaction_removed"
            return Reaction(sign=beside.sign, to=under, removed=removed) if beside.sign else None


def _words(message: Payload, bot: Bot, beside: Beside) -> Speech | Marked | None:
    written = text(message.get("text"))
    names = {user: person.name for user, person in beside.people.items()}
    said = plain(written, names=names, keep=bot.user)
    files = tuple(attachment_of(_known(file, beside.files), bot.team) for file in files_in(message))
    passed_on = passed_on_in(message)
    if not said.strip() and not files and not passed_on:
        return None
    emote = text(message.get("subtype")) == "me_message"
    request = Speech(text=said, files=files) if emote else request_from(said, names=bot.names, files=files)
    words = _with(_readable(request.text, bot), passed_on)
    if isinstance(request, Speech):
        return replace(request, text=words)
    mentions = tuple(person.address.value for person in _mentioned(written, beside.people))
    return replace(request, text=words, mentions=mentions)


def files_in(message: Payload) -> tuple[Payload, ...]:
    """Return the files of a message, those of the messages among them that it passes on."""
    return tuple(file for each in (message, *forwarded(message)) for file in mappings(each.get("files")))


def passed_on_in(message: Payload) -> str:
    """Return what somebody else wrote that is passed on with a message: words to read, never a command (S21)."""
    said = ((text(each.get("author_name")), text(each.get("text"))) for each in forwarded(message))
    return "\n".join(quoted(author, words) for author, words in said if words.strip())


def _with(words: str, passed_on: str) -> str:
    return "\n".join(filter(None, (words, passed_on)))


def _thread(kind: Kind, event: Payload, beside: Beside) -> str:
    """Return the thread that an event belongs to; a sign under a card belongs to the card's."""
    if kind is not Kind.SIGN:
        return root_of(standing(event))
    return about(event) if beside.own is not None and beside.own.card else ""


def _known_as(event: Payload, beside: Beside) -> str:
    return beside.known_as or channel_of(event)


def _mentioned(written: str, people: Mapping[str, Sender]) -> Sequence[Sender]:
    return [people[user] for user in mentioned(written) if user in people]


def _readable(said: str, bot: Bot) -> str:
    """Name ourselves where people mention us further inside."""
    return said.replace(f"<@{bot.user}>", f"@{bot.name or bot.user}") if bot.user else said


def _known(file: Payload, asked_for: Mapping[str, Payload]) -> Payload:
    return asked_for.get(text(file.get("id")), file)
