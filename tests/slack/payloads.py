"""
What Slack writes about the records of the world: objects of the Web API, as they also stand inside events.

Pure: every function takes what it writes about. Shapes: facts §2 and §4, and the reference of objects and events.
"""

import hashlib
from typing import Any
from urllib.parse import quote

from tests.slack.records import App, Channel, File, Installation, Json, Kind, Message, Team, User, View

TOMBSTONE_BY = "USLACKBOT"


def message_json(message: Message, *, metadata: bool = False, seen_from: Team | None = None) -> Json:
    """
    Args:
        metadata: Whether whoever asks is shown the metadata.
        seen_from: The team that it is written for; files of another team's are only pointed at.
    """
    if message.gone:
        return _tombstone(message)
    body: Json = {"type": "message"}
    if message.subtype:
        body["subtype"] = message.subtype
    body |= {"user": message.author.id, "text": message.text, "ts": message.ts, "team": message.author.team.id}
    if message.client_msg_id:
        body["client_msg_id"] = message.client_msg_id
    if message.author.is_bot:
        body |= _bot(message)
    if message.subtype == "bot_message":
        # Under a name of its own a bot's message names no user; only `bot_id` tells whose it is.
        del body["user"]
    if message.blocks:
        body["blocks"] = message.blocks
    if message.attachments:
        body["attachments"] = message.attachments
    if message.edited_at and message.edited_by:
        body["edited"] = {"user": message.edited_by.id, "ts": message.edited_at}
    if message.files:
        body["files"] = [file_in_message(file, seen_from or file.owner.team) for file in message.files]
        body |= {"upload": False, "display_as_bot": False}
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": [user.id for user in users], "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if metadata and message.metadata:
        body["metadata"] = message.metadata
    return body | _thread(message)


def _tombstone(message: Message) -> Json:
    return {
        "type": "message",
        "subtype": "tombstone",
        "text": message.text,
        "user": TOMBSTONE_BY,
        "hidden": True,
        "ts": message.ts,
    } | _thread(message)


def _bot(message: Message) -> Json:
    author = message.author
    return {
        "bot_id": author.bot_id,
        "app_id": author.app_id,
        "bot_profile": {
            "id": author.bot_id,
            "deleted": author.deleted,
            "name": message.username or author.name,
            "updated": 0,
            "app_id": author.app_id,
            "user_id": author.id,
            "team_id": author.team.id,
        },
    } | ({"username": message.username} if message.username else {})


def _thread(message: Message) -> Json:
    channel = message.channel
    if message.is_reply:
        root = channel.messages.get(message.root_ts)
        body: Json = {"thread_ts": message.thread_ts}
        if root is not None:
            body["parent_user_id"] = TOMBSTONE_BY if root.gone else root.author.id
            if message.subtype == "thread_broadcast":
                body["root"] = message_json(root)
        return body
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    repliers = list(dict.fromkeys(reply.author.id for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(repliers),
        "latest_reply": replies[-1].ts,
        "reply_users": repliers,
        "is_locked": False,
        "subscribed": False,
    }


def file_json(file: File) -> Json:
    address = f"{file.url}/files-pri/{file.owner.team.id}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.filetype.upper(),
        "user": file.owner.id,
        "user_team": file.owner.team.id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "public_url_shared": False,
        "url_private": f"{address}/{file.name}",
        "url_private_download": f"{address}/download/{file.name}",
        "permalink": f"https://{file.owner.team.domain}.slack.com/files/{file.owner.id}/{file.id}/{quote(file.name)}",
        "file_access": "visible",
    }


def file_in_message(file: File, seen_from: Team) -> Json:
    """Return the file, or, of another team's, only where to ask for it (facts §4, Slack Connect)."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    if file.owner.team is seen_from:
        return file_json(file)
    return {"id": file.id, "created": 0, "timestamp": 0, "mode": "file_access", "file_access": "check_file_info"}


def channel_json(channel: Channel, *, asked_by: User | None = None, members: bool = False) -> Json:
    if channel.kind is Kind.IM:
        others = [user for user in channel.members if user is not asked_by]
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": channel.team.id,
            "user": others[0].id if others else "",
            "is_user_deleted": bool(others and others[0].deleted),
        }
    teams = [team.id for team in channel.teams]
    body: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind is Kind.PUBLIC or (channel.kind is Kind.PRIVATE and channel.id.startswith("C")),
        "is_group": channel.kind is Kind.PRIVATE and channel.id.startswith("G"),
        "is_im": False,
        "is_mpim": channel.kind is Kind.MPIM,
        "is_private": channel.is_private,
        "created": channel.created,
        "creator": channel.creator.id if channel.creator else "",
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "parent_conversation": None,
        "context_team_id": asked_by.team.id if asked_by else channel.team.id,
        "shared_team_ids": teams,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": channel.previous_names,
    }
    if channel.is_ext_shared:
        body |= {"conversation_host_id": channel.team.id, "connected_team_ids": teams[1:], "internal_team_ids": []}
    if asked_by is not None:
        body["is_member"] = asked_by in channel.members
    if members:
        body["num_members"] = len(channel.members)
    return body


def user_json(user: User, *, seen_from: Team, email: bool = True, locale: bool = False) -> Json:
    """
    Args:
        email: Whether whoever asks has `users:read.email`; of another team's people nobody is told.
    """
    external = user.team is not seen_from
    profile: Json = {
        "real_name": user.name,
        "real_name_normalized": user.name,
        "display_name": user.name if not user.is_bot else "",
        "display_name_normalized": user.name if not user.is_bot else "",
        "team": user.team.id,
        "title": "",
        "phone": "",
        "status_text": "",
        "image_72": "https://avatars.slack-edge.example/72.png",
    }
    if user.email and email and not external:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id, "always_active": True}
    body: Json = {
        "id": user.id,
        "team_id": user.team.id,
        "name": user.handle,
        "deleted": user.deleted,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if external:
        body["is_stranger"] = False
    if locale:
        body["locale"] = user.locale
    return body


def view_json(view: View) -> Json:
    """Return the view as the app gets it back: what it sent, and what Slack adds."""
    body = view.body
    empty: dict[str, Any] = {"title": None, "close": None, "submit": None}
    return {
        "id": view.id,
        "team_id": view.user.team.id,
        "type": body.get("type"),
        "blocks": view.blocks,
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": view.values},
        "hash": view.hash,
        **empty,
        **{key: body[key] for key in empty if key in body},
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "previous_view_id": view.previous.id if view.previous else None,
        "root_view_id": view.root_id,
        "app_id": view.app.id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": view.team.id,
        "bot_id": view.app.installations[view.team.id].bot.bot_id,
    }


def event_body(event: Json, installation: Installation, *, team: Team, channel: Channel | None, event_id: str) -> Json:
    """
    Return the envelope around an event.

    Args:
        team: Where it happened; of a shared channel's event the writer's, so that only `authorizations` says for whom
            it is (facts §4).
    """
    app = installation.app
    where = channel.id if channel else "none"
    return {
        "token": app.verification_token,
        "team_id": team.id,
        "context_team_id": installation.team.id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(float(event["event_ts"])) if "event_ts" in event else 0,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": installation.team.id,
                "user_id": installation.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": "4-" + hashlib.sha256(f"{event['type']}{where}{app.id}".encode()).hexdigest()[:20],
    }


def interaction(kind: str, app: App, user: User, team: Team) -> Json:
    """
    Return what every interaction begins with.

    Args:
        team: Where the app is installed that it goes to; the person's own is in `user`.
    """
    return {
        "type": kind,
        "api_app_id": app.id,
        "token": app.verification_token,
        "team": {"id": team.id, "domain": team.domain},
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team.id},
        "enterprise": None,
        "is_enterprise_install": False,
    }
