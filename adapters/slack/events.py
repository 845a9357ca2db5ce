"""
What an event of Slack's is about, and what has to be asked for before it is understood; pure.

Events are believed in nothing: whatever makes no sense concerns nobody.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from adapters.slack.addresses import is_id, is_ts, message_address
from adapters.slack.fields import NOBODY, Payload, Senders, mapping, mappings, text, whole
from adapters.slack.mrkdwn import mentioned
from chatops.application.deliveries import OwnMessage

MARK = "chatops_desk"
"""The event type of the metadata that our messages bear."""

_SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast"})
_SLACKBOT = "USLACKBOT"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Bot:
    """
    Ourselves in one workspace.

    Attributes:
        user, bot: Our user id and bot id there.
        name: By which people mention it without Slack's help.
        ignored: Who is never listened to (S21).
    """

    team: str
    user: str
    bot: str
    name: str = ""
    ignored: Senders = NOBODY

    @property
    def names(self) -> tuple[str, ...]:
        return (f"<@{self.user}>", self.name)


@dataclass(frozen=True, kw_only=True)
class Own:
    """
    A message of ours.

    Attributes:
        card: It is the root of a ticket's thread.
    """

    message: OwnMessage
    card: bool


class Kind(StrEnum):
    WORDS = "words"
    EDIT = "edit"
    DELETION = "deletion"
    SIGN = "sign"


@dataclass(frozen=True, kw_only=True)
class Author:
    """
    Attributes:
        team: Their own workspace, where the event says it; empty where it has to be asked for.
    """

    user: str
    team: str = ""


def kind_of(event: Payload, bot: Bot) -> Kind | None:
    """
    Return what an event is to the desk; None for what does not concern it.

    Passed over: what bots and Slack itself write, our own messages first (S21); changes that nobody made by hand, such
    as the preview of a link; a mention that came into a message by an edit, which is nothing to be run (S18).
    """
    if not is_id(channel_of(event)):
        return None
    match event.get("type"):
        case "message":
            return _kind_of_message(event, bot)
        case "app_mention":
            return Kind.WORDS if _by_a_person(event, bot) and not mapping(event.get("edited")) else None
        case "reaction_added" | "reaction_removed":
            return Kind.SIGN if _is_sign(event, bot) else None
        case _:
            return None


def author_of(event: Payload, *, shared: bool = False) -> Author:
    """
    Return who did it, as far as the event says; a deletion is taken for the author's.

    Args:
        shared: People of several workspaces write there: whose `team` is meant is not certain, `user_team` is.
    """
    message = standing(event)
    team = text(message.get("user_team")) or ("" if shared else text(message.get("team")))
    return Author(user=text(message.get("user")), team=team if team.startswith("T") and is_id(team) else "")


def mentions_of(event: Payload, bot: Bot) -> tuple[str, ...]:
    """Return the ids of the people whom the words of an event mention, without our own."""
    return tuple(user for user in mentioned(text(standing(event).get("text"))) if user != bot.user)


def files_of(event: Payload) -> tuple[str, ...]:
    """Return the ids of the files of which an event says no more than that they have to be asked for."""
    files = mappings(standing(event).get("files"))
    pointed_at = [text(file.get("id")) for file in files if file.get("file_access") == "check_file_info"]
    return tuple(file_id for file_id in pointed_at if is_id(file_id))


def forwarded(message: Payload) -> tuple[Payload, ...]:
    """Return the messages that somebody passes on with theirs, or without a word of their own; no previews of links."""
    return tuple(each for each in mappings(message.get("attachments")) if each.get("is_share") is True)


def hangs_from(event: Payload, bot: Bot) -> str | None:
    """
    Return the message that an event hangs from, which may be ours: its thread's root, what a sign is under.

    None where Slack says that somebody else wrote that one.
    """
    if event.get("type") in ("reaction_added", "reaction_removed"):
        author, above = event.get("item_user"), text(mapping(event.get("item")).get("ts"))
    else:
        message = standing(event)
        author, above = message.get("parent_user_id"), root_of(message)
    if not is_ts(above) or (author is not None and author != bot.user):
        return None
    return above


def own_message(message: Payload, bot: Bot) -> Own | None:
    """Return which message of ours this is; None for anybody else's, whatever mark it bears."""
    mark = mapping(message.get("metadata"))
    marked = mapping(mark.get("event_payload"))
    row, ts = whole(marked.get("row")), text(message.get("ts"))
    if not _is_ours(message, bot) or mark.get("event_type") != MARK or row is None or not is_ts(ts):
        return None
    return Own(
        message=OwnMessage(row=row, origin=text(marked.get("origin")), address=message_address(ts)),
        card=marked.get("form") == "card",
    )


def words_key(channel: str, ts: str) -> str:
    """Return the key of the words of a message, for ever the same, however they reach us."""
    return f"slack:{channel}/{ts}"


def correlation_id(key: str) -> str:
    return f"slack-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:12]}"


def written_at(ts: str) -> datetime | None:
    """Return the instant that a timestamp says; Slack itself makes them."""
    if not is_ts(ts):
        return None
    seconds, _, fraction = ts.partition(".")
    try:
        return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction[:6].ljust(6, "0")))
    except OverflowError:
        return None


def is_direct(event: Payload) -> bool:
    return event.get("channel_type") == "im" or channel_of(event).startswith("D")


def standing(event: Payload) -> Payload:
    """Return the message that an event is about, as it stands now, or stood before it was deleted."""
    match text(event.get("subtype")) if event.get("type") == "message" else "":
        case "message_changed" if mapping(event.get("message")).get("subtype") == "tombstone":
            # Its replies keep a place for it; who wrote it stands in what was before.
            gone, before = mapping(event.get("message")), mapping(event.get("previous_message"))
            return {**before, "ts": gone.get("ts"), "subtype": "tombstone"}
        case "message_changed":
            return mapping(event.get("message"))
        case "message_deleted":
            return {**mapping(event.get("previous_message")), "ts": event.get("deleted_ts")}
        case _:
            return event


def channel_of(event: Payload) -> str:
    return text(event.get("channel")) or text(mapping(event.get("item")).get("channel"))


def moved(event: Payload, channel: str) -> Payload:
    """Return an event as one of *channel*, by which Slack calls now where it happened."""
    item = mapping(event.get("item"))
    if text(event.get("channel")):
        return {**event, "channel": channel}
    return {**event, "item": {**item, "channel": channel}} if item else event


def root_of(message: Payload) -> str:
    """Return the root of the thread that a message stands in; empty for a root itself."""
    root = text(message.get("thread_ts"))
    return root if is_ts(root) and root != message.get("ts") else ""


def about(event: Payload) -> str:
    """Return the timestamp of the message that an event brings, or is about."""
    item = mapping(event.get("item"))
    return text(item.get("ts")) if item else text(standing(event).get("ts"))


def key_of(kind: Kind, event: Payload, channel: str) -> str:
    """
    Return what names this event for ever.

    Args:
        channel: The id that its channel had when the message was written that it is about.
    """
    words = words_key(channel, about(event))
    match kind:
        case Kind.WORDS:
            return words
        case Kind.EDIT:
            return f"{words}/edit/{text(mapping(standing(event).get('edited')).get('ts'))}"
        case Kind.DELETION:
            return f"{words}/deletion"
        case Kind.SIGN:
            how = "removed" if event.get("type") == "reaction_removed" else "added"
            what = f"{text(event.get('user'))}/{text(event.get('reaction'))[:100]}"
            return f"{words}/{how}/{what}/{text(event.get('event_ts'))[:32]}"


def when(kind: Kind, event: Payload) -> str:
    """Return the timestamp of what was done: of the words, of their edit, of the sign."""
    match kind:
        case Kind.WORDS:
            return about(event)
        case Kind.EDIT:
            return text(mapping(standing(event).get("edited")).get("ts"))
        case Kind.DELETION | Kind.SIGN:
            return text(event.get("event_ts"))


# ---- kinds of events -------------------------------------------------------------------------------------------------


def _kind_of_message(event: Payload, bot: Bot) -> Kind | None:
    subtype = text(event.get("subtype"))
    message = standing(event)
    if not is_ts(text(message.get("ts"))):
        return None
    match subtype:
        case "message_deleted":
            return Kind.DELETION if _by_a_person(message, bot) else None
        case "message_changed" if message.get("subtype") == "tombstone":
            return Kind.DELETION if _by_a_person({**message, "subtype": ""}, bot) else None
        case "message_changed":
            return Kind.EDIT if _by_a_person(message, bot) and _edited_by_hand(event) else None
        case _:
            return Kind.WORDS if _by_a_person(event, bot) and event.get("hidden") is not True else None


def _by_a_person(message: Payload, bot: Bot) -> bool:
    user = text(message.get("user"))
    return (
        is_id(user)
        and user not in (bot.user, _SLACKBOT)
        and not message.get("bot_id")
        and not message.get("bot_profile")
        and text(message.get("subtype")) in _SPOKEN
    )


def _is_sign(event: Payload, bot: Bot) -> bool:
    item = mapping(event.get("item"))
    return (
        item.get("type") == "message"
        and is_ts(text(item.get("ts")))
        and is_id(text(event.get("user")))
        and event.get("user") not in (bot.user, _SLACKBOT)
    )


def _edited_by_hand(event: Payload) -> bool:
    now, before = mapping(event.get("message")), mapping(event.get("previous_message"))
    edited = mapping(now.get("edited"))
    return is_ts(text(edited.get("ts"))) and edited.get("ts") != mapping(before.get("edited")).get("ts")


def _is_ours(message: Payload, bot: Bot) -> bool:
    # A bot's id says which app it is; a user id may be somebody else's in another workspace.
    return message.get("bot_id") == bot.bot if bot.bot else bool(bot.user) and message.get("user") == bot.user
