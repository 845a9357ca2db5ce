"""`conversations.*`: which there are, who is in them, what was said there."""

import re
from collections.abc import Sequence

from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.methods.paging import page
from tests.slack.news import READS_METADATA
from tests.slack.payloads import channel_json, message_json
from tests.slack.rates import Tier
from tests.slack.records import Channel, Json, Kind, Message, User

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_WRITE = ("channels:manage", "groups:write", "im:write", "mpim:write")

_TYPES = {
    "public_channel": Kind.PUBLIC,
    "private_channel": Kind.PRIVATE,
    "im": Kind.IM,
    "mpim": Kind.MPIM,
}


@method("conversations.list", *_READ, tier=Tier.T2)
def list_all(asked: Asked) -> Json:
    """Private ones only where the bot is in."""
    wanted = kinds(asked)
    found = [
        channel_json(channel, asked_by=asked.bot, members=True)
        for channel in asked.stage.world.channels.values()
        if channel.kind in wanted
        and asked.stage.world.can_see(asked.bot, channel)
        and not (channel.archived and asked.flag("exclude_archived"))
    ]
    return page(asked, "channels", found)


@method("conversations.info", *_READ, tier=Tier.T3)
def info(asked: Asked) -> Json:
    channel = asked.channel()
    asked.needs_for(channel, "read")
    body = channel_json(channel, asked_by=asked.bot, members=asked.flag("include_num_members"))
    if asked.flag("include_locale"):
        body["locale"] = "en-US"
    return {"channel": body}


@method("conversations.history", *_HISTORY, tier=Tier.T3)
def history(asked: Asked) -> Json:
    """Newest first; of threads only what began them, or was sent to the channel too."""
    channel = asked.channel(member=True)
    asked.needs_for(channel, "history")
    shown = [each for each in channel.messages.values() if not each.is_reply or each.subtype == "thread_broadcast"]
    found = _between(asked, list(reversed(shown)))
    body = page(asked, "messages", [_shown(asked, message) for message in found])
    return {**body, "has_more": bool(body["response_metadata"]["next_cursor"]), "pin_count": 0}


@method("conversations.replies", *_HISTORY, tier=Tier.T3)
def replies(asked: Asked) -> Json:
    """Oldest first, the root before them on every first page; *ts* may be that of any message of the thread."""
    channel = asked.channel(member=True)
    asked.needs_for(channel, "history")
    found = channel.messages.get(asked.text("ts"))
    if found is None:
        raise Refusal("thread_not_found")
    root = channel.messages.get(found.root_ts)
    below = _between(asked, channel.replies(found.root_ts))
    messages = [*([root] if root else []), *below]
    body = page(asked, "messages", [_shown(asked, message) for message in messages], usual=1000)
    return {**body, "has_more": bool(body["response_metadata"]["next_cursor"])}


@method("conversations.members", *_READ, tier=Tier.T4)
def members(asked: Asked) -> Json:
    channel = asked.channel()
    asked.needs_for(channel, "read")
    return page(asked, "members", [user.id for user in channel.members])


@method("conversations.open", *_WRITE, tier=Tier.T3)
def open_direct(asked: Asked) -> Json:
    """One to eight people, the same conversation every time; strangers of other teams are refused (facts §4)."""
    if asked.text("channel"):
        return {"channel": {"id": asked.channel().id}}
    users = asked.names("users")
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 8:
        raise Refusal("too_many_users")
    people = [asked.person(user_id) for user_id in users]
    if any(person.team is not asked.team and not _share_a_channel(asked, person) for person in people):
        raise Refusal("invalid_user_combination")
    known = len(asked.stage.world.channels)
    channel = asked.stage.world.direct(asked.team, [*people, asked.bot])
    asked.needs_for(channel, "write")
    whole = channel_json(channel, asked_by=asked.bot) if asked.flag("return_im") else {"id": channel.id}
    if known == len(asked.stage.world.channels):
        return {"channel": whole, "no_op": True, "already_open": True}
    return {"channel": whole}


@method("conversations.join", "channels:join", tier=Tier.T3)
def join(asked: Asked) -> Json:
    channel = asked.channel()
    if channel.kind is not Kind.PUBLIC:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    already = asked.bot in channel.members
    asked.stage.join(channel, asked.bot)
    body: Json = {"channel": channel_json(channel, asked_by=asked.bot)}
    return body | {"warning": "already_in_channel"} if already else body


@method("conversations.leave", *_WRITE, tier=Tier.T3)
def leave(asked: Asked) -> Json:
    channel = asked.channel()
    if channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    if asked.bot not in channel.members:
        return {"not_in_channel": True}
    asked.stage.leave(channel, asked.bot)
    return {}


@method("conversations.invite", *_WRITE, tier=Tier.T3)
def invite(asked: Asked) -> Json:
    channel = asked.channel(member=True)
    asked.needs({Kind.PUBLIC: "channels:manage"}.get(channel.kind, "groups:write"))
    if channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    errors = [(user_id, _why_not(asked, channel, user_id)) for user_id in asked.names("users")]
    if not errors:
        raise Refusal("no_user")
    bad = [{"user": user_id, "ok": False, "error": why} for user_id, why in errors if why]
    if bad and not asked.flag("force"):
        raise Refusal(str(bad[0]["error"]), errors=bad)
    for user_id, why in errors:
        if not why:
            asked.stage.join(channel, asked.person(user_id), inviter=asked.bot)
    return {"channel": channel_json(channel, asked_by=asked.bot)}


@method("conversations.create", *_WRITE, tier=Tier.T2)
def create(asked: Asked) -> Json:
    """A name is for one channel of a team only, archived ones included (facts §4)."""
    name, private = asked.text("name"), asked.flag("is_private")
    asked.needs("groups:write" if private else "channels:manage")
    if not name:
        raise Refusal("invalid_name_required")
    if len(name) > 80:
        raise Refusal("invalid_name_maxlength")
    if name != name.lower() or not re.fullmatch(r"[^\s.,!?#@/\\:;()\[\]{}<>]+", name):
        raise Refusal("invalid_name_specials")
    if any(each.name == name and asked.team in each.teams for each in asked.stage.world.channels.values()):
        raise Refusal("name_taken")
    kind = Kind.PRIVATE if private else Kind.PUBLIC
    channel = asked.stage.world.add_channel(asked.team, name, kind, members=[asked.bot], creator=asked.bot)
    return {"channel": channel_json(channel, asked_by=asked.bot)}


@method("conversations.archive", *_WRITE, tier=Tier.T2)
def archive(asked: Asked) -> Json:
    channel = asked.channel(member=True)
    if channel.archived:
        raise Refusal("already_archived")
    asked.stage.archive(channel, asked.bot)
    return {}


def kinds(asked: Asked) -> set[Kind]:
    """
    Return which sorts of conversations are asked for.

    Raises:
        Refusal: `invalid_types`, or `missing_scope` for one of them.
    """
    names = asked.names("types") or ["public_channel"]
    if not set(names) <= set(_TYPES):
        raise Refusal("invalid_types")
    scopes = {Kind.PUBLIC: "channels:read", Kind.PRIVATE: "groups:read", Kind.IM: "im:read", Kind.MPIM: "mpim:read"}
    found = {_TYPES[name] for name in names}
    for kind in found:
        asked.needs(scopes[kind])
    return found


def _why_not(asked: Asked, channel: Channel, user_id: str) -> str:
    try:
        person = asked.person(user_id)
    except Refusal as refusal:
        return refusal.error
    if person is asked.bot:
        return "cant_invite_self"
    if person in channel.members:
        return "already_in_channel"
    return "" if person.team in channel.teams else "user_team_not_in_channel"


def _share_a_channel(asked: Asked, person: User) -> bool:
    channels = asked.stage.world.channels.values()
    return any({person, asked.bot} <= set(channel.members) for channel in channels if not channel.is_direct)


def _shown(asked: Asked, message: Message) -> Json:
    """Metadata only for whom they were granted to: the stricter reading of what the reference says of that scope."""
    metadata = asked.flag("include_all_metadata") and READS_METADATA in asked.by.scopes
    return message_json(message, metadata=metadata, seen_from=asked.team)


def _between(asked: Asked, messages: Sequence[Message]) -> list[Message]:
    """Return what lies after `oldest` and before `latest`; with `inclusive` what lies on them too."""
    oldest, latest, inclusive = asked.text("oldest", "0") or "0", asked.text("latest"), asked.flag("inclusive")
    low, high = _instant(oldest), _instant(latest) if latest else None
    return [
        message
        for message in messages
        if (_instant(message.ts) > low or (inclusive and _instant(message.ts) == low))
        and (high is None or _instant(message.ts) < high or (inclusive and _instant(message.ts) == high))
    ]


def _instant(ts: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    try:
        return int(seconds), int((rest or "0").ljust(6, "0")[:6])
    except ValueError:
        raise Refusal("invalid_ts_oldest") from None
