"""What an adapter hands to the command bus, and what it gets back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chatops.application.message_tree import Message
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, TicketId


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Plain words; they mean something only in a ticket's thread."""

    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Marked:
    """
    Words that were marked as a command: after a leading ``!``, a mention of the bot, or a slash command.

    Attributes:
        text: Without the mark: ``ticket open S2 the portal is slow`` or ``take``.
        mentions: The full identities of the people it mentions, as the platform says them, not as they are displayed.
    """

    text: str
    files: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Press:
    """
    A button of one of our messages, with the words that a form asked for.

    Attributes:
        ticket_id: None for what is about no ticket yet: `Action.OPEN`.
        of: The number of the history row that the message told of; None for a card, which always tells how it stands.
    """

    action: Action
    ticket_id: TicketId | None
    text: str = ""
    of: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """
    A sign that somebody put under a message; under one of ours it presses the button that shows the same sign.

    Attributes:
        sign: The emoji as Unicode has it; untrusted.
        to: The message it was put under.
        removed: It was taken away again.
    """

    sign: str
    to: Address
    removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Submission:
    """
    A form that somebody filled in (`forms`).

    Attributes:
        ticket_id: None for `Action.OPEN`.
        values: By the names of the form's fields, as they were typed or chosen; untrusted.
    """

    action: Action
    ticket_id: TicketId | None
    values: Mapping[str, str]
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Turned:
    """
    Somebody turns a message, theirs or another's, into a ticket.

    Attributes:
        author: Who wrote the message.
        of: The key by which its words are known, whether or not they were delivered.
    """

    author: Address
    text: str
    files: tuple[Attachment, ...] = ()
    of: str = ""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """
    Somebody changed their own earlier words; the adapter has made sure that they are their own.

    Attributes:
        of: The key of the delivery whose words they were.
        now: All of the words as they stand now.
    """

    of: str
    now: Speech | Marked


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """
    An earlier message was taken back, by its author or by somebody whom the platform lets do that.

    Attributes:
        of: The key of the delivery that brought it.
    """

    of: str


Request = Speech | Marked | Press | Submission | Turned | Reaction | Edit | Deletion


@dataclass(frozen=True, kw_only=True)
class OwnMessage:
    """
    A message of ours as the platform shows it, known by the mark that it bears.

    Whoever makes one has seen to it that the message is our own account's: anybody can write such a mark.

    Attributes:
        row: Its number in the outbox.
        origin: `origin_of` that row: the same number in another database is another message.
        address: What the platform calls it.
    """

    row: int
    origin: str
    address: Address


def origin_of(correlation_id: str) -> str:
    """Return what tells rows of one number apart: a database begun anew counts from 1 again."""
    return hashlib.sha256(correlation_id.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far an adapter has read, such as Matrix' sync token; it moves in the transaction of what was read."""

    name: str
    position: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """
    One thing that reached us from a chat platform.

    Attributes:
        key: Names this delivery for ever, platform first: ``matrix:$event_id``. The same key has one effect.
        sender, room: Untrusted until found in the directory.
        sender_name: What the platform displays; shown, never believed.
        sender_home: What the platform calls where they come from (a workspace, a homeserver); shown, never believed.
        thread: The root message of the thread it was written in; None at the top of a room.
        message: The message itself, to answer under; None where there is none (a button).
        correlation_id: Follows it through the logs to the messages it causes.
        sent_at: When it was written, as far as the adapter believes the platform; None where it does not.
        direct: The room is a conversation of the sender with the desk alone, as the platform makes sure.
        shared: People of another company may read in the room, as the platform says.
        ours: The message of ours that it hangs from (the root of its thread, what a reaction is under), where the
            adapter knows it for one. The platform may show it before it is recorded that it was delivered.
        cursor: Moves in the same commit, when this is the last delivery of what was read.
    """

    key: str
    sender: Address
    sender_name: str
    room: Address
    thread: Address | None
    message: Address | None
    request: Request
    correlation_id: str
    sender_home: str = ""
    sent_at: datetime | None = None
    direct: bool = False
    shared: bool = False
    ours: OwnMessage | None = None
    cursor: Cursor | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What became of a delivery; a message in it is already owed through the outbox.

    Attributes:
        message: What the sender is told, if anything.
        refused: The clause that refused it, or the reason code of a `UserError`; None when it was done.
        ticket_id: The ticket it was about, when one was found.
        entry: The number of the history row that the words became, when they became one.
        repeated: The delivery had been answered before; nothing was done again.
    """

    message: Message | None = None
    refused: str | None = None
    ticket_id: TicketId | None = None
    entry: int | None = None
    repeated: bool = False
