"""
What apps are told of: from a change in the world to the events that it makes, for every app that may know of it.

An app hears what happens where its bot is a member, once, whichever of the teams in the channel it is installed in.
"""

from collections.abc import Iterator, Sequence

from tests.slack.deliveries import Delivery, Envelope, Postman
from tests.slack.payloads import channel_json, event_body, file_in_message, message_json, user_json, view_json
from tests.slack.records import SPOKEN, Channel, Installation, Json, Kind, Message, Standing, Team, User, View
from tests.slack.world import World

MESSAGES = {
    Kind.PUBLIC: "message.channels",
    Kind.PRIVATE: "message.groups",
    Kind.IM: "message.im",
    Kind.MPIM: "message.mpim",
}

READS_METADATA = "metadata.message:read"

ALL_EVENTS = frozenset(MESSAGES.values()) | {
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_id_changed",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "file_shared",
    "group_archive",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "tokens_revoked",
    "user_change",
}

_OF_CHANNELS = ("channels:read", "groups:read", "im:read", "mpim:read")
_OF_PRIVATE_ONES = ("groups:read",)

EVENT_SCOPES = {
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "file_shared": ("files:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "app_home_opened": (),
    "app_uninstalled": (),
    "tokens_revoked": (),
    **dict.fromkeys(("group_archive", "group_deleted", "group_left", "group_rename"), _OF_PRIVATE_ONES),
    "group_unarchive": _OF_PRIVATE_ONES,
    **dict.fromkeys(("channel_archive", "channel_deleted", "channel_left", "channel_rename"), ("channels:read",)),
    "channel_unarchive": ("channels:read",),
    **dict.fromkeys(("channel_id_changed", "channel_shared", "channel_unshared"), _OF_CHANNELS),
    **dict.fromkeys(("member_joined_channel", "member_left_channel"), ("channels:read", "groups:read")),
}
"""
What Slack wants granted before it tells of each of these: one of them, or nothing.

Source: the reference of events, "required scopes".
"""


class Newsroom:
    """Every method brings its events in the background and returns the deliveries."""

    def __init__(self, world: World, postman: Postman) -> None:
        self._world = world
        self._postman = postman

    # ---- messages -----------------------------------------------------------------------------------------------

    def said(self, message: Message) -> list[Delivery]:
        """A mention is told twice, as `message` and as `app_mention`, under different ids (facts §5)."""
        channel, deliveries = message.channel, []
        for installation in self._members(channel):
            if _subscribed(installation, MESSAGES[channel.kind]):
                deliveries.append(self._tell(installation, self._message(message, installation), message.author.team))
            if self._is_mentioned(installation, message) and _subscribed(installation, "app_mention"):
                event = self._message(message, installation) | {"type": "app_mention"}
                # Neither is promised of it (the SDK's own types of the event).
                for key in ("channel_type", "parent_user_id"):
                    event.pop(key, None)
                deliveries.append(self._tell(installation, event, message.author.team))
        for file in message.files:
            event = {"type": "file_shared", "file_id": file.id, "user_id": file.owner.id, "file": {"id": file.id}}
            deliveries += self._to_members(channel, "file_shared", event | {"channel_id": channel.id}, file.owner.team)
        return deliveries

    def changed(self, message: Message, before: Json, *, by: Team) -> list[Delivery]:
        """
        Args:
            before: The message's JSON as it was.
        """
        event = {"type": "message", "subtype": "message_changed", "message": message_json(message)}
        return self._hidden(message.channel, event | {"previous_message": before}, by)

    def deleted(self, message: Message, before: Json, *, by: Team) -> list[Delivery]:
        event = {"type": "message", "subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before}
        return self._hidden(message.channel, event, by)

    def reacted(self, message: Message, name: str, by: User, *, added: bool) -> list[Delivery]:
        kind = "reaction_added" if added else "reaction_removed"
        event = {
            "type": kind,
            "user": by.id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
            "item_user": message.author.id,
        }
        return self._to_members(message.channel, kind, event, by.team)

    # ---- conversations ------------------------------------------------------------------------------------------

    def joined(self, channel: Channel, who: User, *, inviter: User | None) -> list[Delivery]:
        event = {"type": "member_joined_channel", "user": who.id, "channel": channel.id, "team": channel.team.id}
        event["channel_type"] = channel.id[0]
        if inviter is not None:
            event["inviter"] = inviter.id
        return self._to_members(channel, "member_joined_channel", event, who.team)

    def left(self, channel: Channel, who: User, *, also: Sequence[Installation] = ()) -> list[Delivery]:
        """
        Args:
            also: Who was a member until now, and is told all the same.
        """
        event = {"type": "member_left_channel", "user": who.id, "channel": channel.id, "team": channel.team.id}
        event["channel_type"] = channel.id[0]
        told = [*self._members(channel), *also]
        return [
            self._tell(each, self._stamped(channel, event), who.team, channel)
            for each in told
            if _subscribed(each, "member_left_channel")
        ]

    def archived(self, channel: Channel, by: User, *, again: bool = False) -> list[Delivery]:
        """
        Args:
            again: It was taken out of the archive.
        """
        kind = f"{_noun(channel)}_{'unarchive' if again else 'archive'}"
        return self._to_members(channel, kind, {"type": kind, "channel": channel.id, "user": by.id}, by.team)

    def renamed(self, channel: Channel, by: User) -> list[Delivery]:
        kind = f"{_noun(channel)}_rename"
        keys = ("id", "name", "name_normalized", "created", "is_channel", "is_mpim")
        about = {key: value for key, value in channel_json(channel).items() if key in keys}
        return self._to_members(channel, kind, {"type": kind, "channel": about}, by.team)

    def id_changed(self, channel: Channel, old: str) -> list[Delivery]:
        event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": channel.id}
        return self._to_members(channel, "channel_id_changed", event, channel.team)

    def shared(self, channel: Channel, team: Team) -> list[Delivery]:
        event = {"type": "channel_shared", "connected_team_id": team.id, "channel": channel.id}
        return self._to_members(channel, "channel_shared", event, channel.team)

    def unshared(self, channel: Channel, team: Team) -> list[Delivery]:
        event: Json = {"type": "channel_unshared", "previously_connected_team_id": team.id, "channel": channel.id}
        event |= {"is_ext_shared": channel.is_ext_shared}
        return self._to_members(channel, "channel_unshared", event, channel.team)

    # ---- people and apps ----------------------------------------------------------------------------------------

    def home_opened(self, installation: Installation, who: User, tab: str, view: View | None) -> list[Delivery]:
        direct = self._world.direct(installation.team, [who, installation.bot])
        event: Json = {"type": "app_home_opened", "user": who.id, "channel": direct.id, "tab": tab}
        if view is not None:
            event["view"] = view_json(view)
        if not _subscribed(installation, "app_home_opened"):
            return []
        return [self._tell(installation, self._stamped(direct, event), who.team, direct)]

    def user_changed(self, who: User, *, new: bool = False) -> list[Delivery]:
        kind = "team_join" if new else "user_change"
        told = [each for each in self._everywhere() if self._world.have_met(who, each.team)]
        return [
            self._tell(each, {"type": kind, "user": user_json(who, seen_from=each.team), "event_ts": self._now()})
            for each in told
            if _subscribed(each, kind)
        ]

    def uninstalled(self, installation: Installation) -> list[Delivery]:
        """Slack tells of both, in either order; the token is dead already."""
        tokens = {"oauth": [], "bot": [installation.bot.id]}
        events: list[Json] = [{"type": "tokens_revoked", "tokens": tokens}, {"type": "app_uninstalled"}]
        return [
            self._tell(installation, event | {"event_ts": self._now()})
            for event in events
            if _subscribed(installation, event["type"])
        ]

    # ---- pieces -------------------------------------------------------------------------------------------------

    def _message(self, message: Message, installation: Installation) -> Json:
        channel = message.channel
        event = message_json(message, metadata=READS_METADATA in installation.scopes, seen_from=installation.team)
        for key in ("reply_count", "reply_users_count", "latest_reply", "reply_users", "is_locked", "subscribed"):
            event.pop(key, None)
        if message.files and message.subtype is None:
            event["subtype"] = "file_share"
        if channel.is_ext_shared:
            team = message.author.team
            event |= {"user_team": team.id, "source_team": team.id, "team": installation.team.id}
            event["user_profile"] = {"real_name": message.author.name, "team": team.id, "name": message.author.handle}
            event["files"] = [file_in_message(file, installation.team) for file in message.files]
            if not event["files"]:
                del event["files"]
        return event | {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind.value}

    def _hidden(self, channel: Channel, event: Json, by: Team) -> list[Delivery]:
        stamped = self._stamped(channel, event) | {"channel": channel.id, "channel_type": channel.kind.value}
        stamped |= {"hidden": True, "ts": stamped["event_ts"]}
        return [
            self._tell(each, stamped, by, channel)
            for each in self._members(channel)
            if _subscribed(each, MESSAGES[channel.kind])
        ]

    def _to_members(self, channel: Channel, name: str, event: Json, by: Team) -> list[Delivery]:
        stamped = self._stamped(channel, event)
        return [self._tell(each, stamped, by, channel) for each in self._members(channel) if _subscribed(each, name)]

    def _members(self, channel: Channel) -> Iterator[Installation]:
        """Return one installation of each app whose bot is in *channel*, that of the host if there is one."""
        for app in self._world.apps.values():
            there = [each for each in app.active if each.bot in channel.members]
            there.sort(key=lambda each: each.team is not channel.team)
            yield from there[:1]

    def _everywhere(self) -> Iterator[Installation]:
        for app in self._world.apps.values():
            yield from app.active

    def _is_mentioned(self, installation: Installation, message: Message) -> bool:
        """In a direct message Slack sends no `app_mention`, nor for what an app itself writes of itself."""
        if message.channel.kind is Kind.IM or message.author is installation.bot or message.subtype not in SPOKEN:
            return False
        return mentions(message, installation.bot)

    def _stamped(self, channel: Channel, event: Json) -> Json:
        return event | {"event_ts": channel.next_ts(self._world.clock.now_s())}

    def _now(self) -> str:
        return f"{self._world.clock.now_s():.6f}"

    def _tell(
        self, installation: Installation, event: Json, by: Team | None = None, channel: Channel | None = None
    ) -> Delivery:
        if channel is None:
            channel = self._world.conversation(str(event.get("channel")))
        event_id = self._world.new_id("Ev")
        team = by or installation.team
        body = event_body(event, installation, team=team, channel=channel, event_id=event_id)
        return self._postman.begin(
            Delivery(
                app=installation.app,
                envelope=Envelope.EVENT,
                what=str(event["type"]),
                id=event_id,
                payload=body,
                channel_id=channel.id if channel else "",
            )
        )


def mentions(message: Message, user: User) -> bool:
    """Whether *message* calls *user* by name: in its text, in `mrkdwn` of its blocks, or as a `rich_text` element."""
    return user.mention in message.text or any(_mentions(block, user) for block in message.blocks)


def _mentions(part: object, user: User) -> bool:
    match part:
        case {"type": "user", "user_id": user_id}:
            return bool(user_id == user.id)
        case {"type": "mrkdwn", "text": str(text)}:
            return user.mention in text
        case {"type": "markdown", "text": str(text)}:
            return user.mention in text
        case dict():
            return any(_mentions(each, user) for each in part.values())
        case list():
            return any(_mentions(each, user) for each in part)
        case _:
            return False


def _subscribed(installation: Installation, name: str) -> bool:
    told = installation.standing is Standing.ACTIVE or name in ("app_uninstalled", "tokens_revoked")
    wanted = EVENT_SCOPES[name]
    granted = not wanted or bool(installation.scopes.intersection(wanted))
    return told and granted and name in installation.app.events


def _noun(channel: Channel) -> str:
    return "group" if channel.kind is Kind.PRIVATE else "channel"
