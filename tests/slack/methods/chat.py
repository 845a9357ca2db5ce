"""`chat.*`: messages, as apps post, change and delete them."""

import re
from typing import Any

from tests.slack import limits
from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.backstage import Backstage
from tests.slack.limits import Violation
from tests.slack.payloads import message_json
from tests.slack.rates import Tier
from tests.slack.records import SPOKEN, Channel, File, Json, Kind, Message
from tests.slack.world import numbered

_PERMALINK = re.compile(r"https://[\w-]+\.slack\.com/files/[A-Z0-9]+/([A-Z0-9]+)/")


@method("chat.postMessage", "chat:write", tier=Tier.POST)
def post_message(asked: Asked) -> Json:
    """
    What is to go under a message that is gone goes into the channel, and the answer tells it by its silence about the
    thread. Source: slack-go#1571 and open-swe#2753; the reference is silent.
    """
    channel = _target(asked)
    content = content_of(asked)
    thread_ts = asked.text("thread_ts") or None
    if thread_ts is not None:
        parent = channel.messages.get(thread_ts)
        thread_ts = parent.root_ts if parent else (thread_ts if channel.replies(thread_ts) else None)
    if thread_ts is not None:
        content["thread_ts"] = thread_ts
        if asked.flag("reply_broadcast"):
            content["subtype"] = "thread_broadcast"
    if files := _shared(asked, content["text"]):
        content["files"] = files
    if asked.text("username"):
        asked.needs("chat:write.customize")
        content["username"] = asked.text("username")
        content.setdefault("subtype", "bot_message")
    message, _ = asked.stage.post(channel, asked.bot, app=asked.by.app, **content)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, metadata=True)}


@method("chat.postEphemeral", "chat:write", tier=Tier.T4)
def post_ephemeral(asked: Asked) -> Json:
    """Nobody else sees it, and no event tells of it."""
    channel = asked.channel(member=True)
    if channel.archived:
        raise Refusal("is_archived")
    user = asked.stage.world.member(channel, asked.text("user"))
    if user is None:
        raise Refusal("user_not_in_channel")
    content = content_of(asked, most=limits.TEXT)
    del content["metadata"]
    thread_ts = asked.text("thread_ts") or None
    message, _ = asked.stage.post(channel, asked.bot, app=asked.by.app, only_for=user, thread_ts=thread_ts, **content)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write", tier=Tier.T3)
def update(asked: Asked) -> Json:
    """
    What is not sent stays, but for blocks, which text alone takes the place of; blocks alone show no "edited".

    Source: the reference of `chat.update`, which takes 4,000 characters of text where `chat.postMessage` takes 40,000.
    """
    channel = asked.channel()
    message = asked.message(channel)
    if message.author is not asked.bot or message.subtype not in SPOKEN:
        raise Refusal("cant_update_message")
    if channel.archived:
        raise Refusal("is_inactive")
    sent = content_of(asked, most=limits.TEXT_OF_AN_UPDATE)
    changes = {name: value for name, value in sent.items() if name in asked.args}
    if "text" in asked.args or "markdown_text" in asked.args or "blocks" in asked.args:
        changes["blocks"] = numbered(sent["blocks"])
    if "markdown_text" in asked.args:
        changes["text"] = sent["text"]
    asked.stage.edit(message, asked.bot, shown="blocks" not in asked.args, **changes)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(message, metadata=True),
    }


@method("chat.delete", "chat:write", tier=Tier.T3)
def delete(asked: Asked) -> Json:
    channel = asked.channel()
    message = asked.message(channel)
    if message.author is not asked.bot:
        raise Refusal("cant_delete_message")
    asked.stage.delete(message, asked.bot)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", tier=Tier.NONE)
def get_permalink(asked: Asked) -> Json:
    channel = asked.channel()
    message = asked.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(message)}


def permalink(message: Message) -> str:
    channel = message.channel
    address = f"https://{channel.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return f"{address}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else address


def content_of(asked: Asked, *, most: int | None = None) -> dict[str, Any]:
    """
    Return what a message is made of.

    Args:
        most: Longer text is refused; without it, what is over 40,000 characters is cut off (facts §5).

    Raises:
        Refusal: There is nothing to show, or too much, or the blocks break a limit.
    """
    blocks = asked.json("blocks", error="invalid_blocks_format") or []
    attachments = asked.json("attachments", error="invalid_attachments") or []
    text = asked.text("text")
    if markdown := asked.text("markdown_text"):
        if text or blocks:
            raise Refusal("markdown_text_conflict")
        blocks, text = [{"type": "markdown", "text": markdown}], markdown
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    checked(asked.stage, asked.method, blocks, attachments)
    if len(text) > (most or limits.TEXT):
        asked.stage.violations.append((asked.method, Violation(f"more than {most or limits.TEXT} characters", "/text")))
        if most:
            raise Refusal("msg_too_long")
    text = text[: limits.TEXT]
    return {"text": text, "blocks": blocks, "attachments": attachments, "metadata": _metadata(asked)}


def checked(stage: Backstage, method: str, blocks: Any, attachments: Any) -> None:
    """
    Raises:
        Refusal: `invalid_blocks`, with every violation in Slack's two places for it.
    """
    found = limits.in_blocks(blocks)
    if not isinstance(attachments, list):
        raise Refusal("invalid_attachments")
    if len(attachments) > limits.ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for number, attachment in enumerate(attachments):
        found += limits.in_blocks(attachment.get("blocks", []), at=f"/attachments/{number}/blocks")
    if found:
        stage.violations += [(method, violation) for violation in found]
        raise Refusal("invalid_blocks", **telling(found))


def telling(found: list[Violation]) -> Json:
    """Return how Slack says what is wrong: once bare, once as messages for people."""
    says = [str(violation) for violation in found]
    return {"errors": says, "response_metadata": {"messages": [f"[ERROR] {each}" for each in says]}}


def _shared(asked: Asked, text: str) -> list[File]:
    """Return the files of the bot's own whose addresses stand in *text*: they are shared by it (bolt-python 1018)."""
    found = (asked.stage.world.files.get(file_id) for file_id in _PERMALINK.findall(text))
    return [file for file in found if file is not None and file.owner is asked.bot]


def _metadata(asked: Asked) -> Json | None:
    metadata = asked.json("metadata", error="invalid_metadata_format")
    if metadata is None or metadata == {}:
        return None
    if not isinstance(metadata, dict) or not metadata.get("event_type") or "event_payload" not in metadata:
        raise Refusal("invalid_metadata_schema")
    if len(str(metadata["event_payload"])) > limits.METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return metadata


def _target(asked: Asked) -> Channel:
    """Return where to post: a conversation by id or by name, or somebody's direct messages by their id."""
    world, wanted = asked.stage.world, asked.text("channel")
    if (channel := world.conversation(wanted)) is None:
        person = world.user(wanted, seen_from=asked.team)
        if person is not None:
            return world.direct(asked.team, [person, asked.bot])
        named = (each for each in world.channels.values() if each.name and each.name == wanted.lstrip("#"))
        channel = next((each for each in named if asked.team in each.teams), None)
    if channel is None or not world.can_see(asked.bot, channel):
        raise Refusal("channel_not_found")
    if channel.archived:
        raise Refusal("is_archived")
    open_to_all = channel.kind is Kind.PUBLIC and "chat:write.public" in asked.by.scopes
    if asked.bot not in channel.members and not open_to_all:
        raise Refusal("not_in_channel")
    return channel
