"""
What goes to an app when a person uses what it offers.

Source: facts §2, request forms, and §4 for people of other teams.
"""

from tests.slack.backstage import Backstage
from tests.slack.forms import state_of
from tests.slack.methods.views import VALUE_OF
from tests.slack.payloads import interaction, message_json, view_json
from tests.slack.records import App, Channel, Json, Message, Team, User, View


def command(
    stage: Backstage, app: App, user: User, channel: Channel, name: str, text: str
) -> tuple[dict[str, str], str]:
    """Return the form of a slash command and its trigger id; nothing in it tells of threads (facts §5)."""
    trigger = stage.trigger(user, app)
    return {
        "token": app.verification_token,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name if not channel.is_direct else "directmessage",
        "user_id": user.id,
        "user_name": user.handle,
        "command": name,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": stage.response_url(user, app, channel),
        "trigger_id": trigger.id,
    }, trigger.id


def block_actions(
    stage: Backstage, app: App, user: User, source: Message | View, block: Json, element: Json, *, chooses: str = ""
) -> tuple[Json, str]:
    """Return what is sent when *element* is used, and its trigger id."""
    view = source if isinstance(source, View) else None
    trigger = stage.trigger(user, app, view=view)
    team = _installed_in(app, user.team, source)
    body = interaction("block_actions", app, user, team) | {"trigger_id": trigger.id}
    if isinstance(source, Message):
        body |= _of_message(stage, app, user, source)
    state = state_of(element, chooses)
    if VALUE_OF.get(element["type"]):
        source_values = source.values if isinstance(source, View) else source.state
        source_values.setdefault(block["block_id"], {})[element["action_id"]] = state
    if view is not None:
        body |= {"container": {"type": "view", "view_id": view.id}, "view": view_json(view)}
    action = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": _stamp(stage),
    }
    action |= {key: element[key] for key in ("text", "value", "style", "url", "placeholder") if key in element}
    action |= {key: value for key, value in state.items() if key != "type"}
    return body | {"actions": [action]}, trigger.id


def shortcut(stage: Backstage, app: App, user: User, callback_id: str, message: Message | None) -> tuple[Json, str]:
    trigger = stage.trigger(user, app)
    more = {"callback_id": callback_id, "trigger_id": trigger.id, "action_ts": _stamp(stage)}
    if message is None:
        return interaction("shortcut", app, user, user.team) | more, trigger.id
    channel = message.channel
    return interaction("message_action", app, user, user.team) | more | {
        "message_ts": message.ts,
        "message": message_json(message),
        "channel": {"id": channel.id, "name": _name(channel)},
        "response_url": stage.response_url(user, app, channel, message),
    }, trigger.id


def submission(stage: Backstage, view: View) -> tuple[Json, str]:
    trigger = stage.trigger(view.user, view.app, view=view)
    body = interaction("view_submission", view.app, view.user, view.user.team)
    return body | {"trigger_id": trigger.id, "view": view_json(view), "response_urls": []}, trigger.id


def closed(stage: Backstage, view: View, *, is_cleared: bool) -> Json:
    """
    Args:
        is_cleared: The whole stack was closed at once.
    """
    body = interaction("view_closed", view.app, view.user, view.user.team)
    return body | {"view": view_json(view), "is_cleared": is_cleared}


def _of_message(stage: Backstage, app: App, user: User, message: Message) -> Json:
    channel, ephemeral = message.channel, message.only_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    body: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": _name(channel)},
        "state": {"values": message.state},
        "response_url": stage.response_url(user, app, channel, message),
    }
    # Of an ephemeral message Slack keeps nothing that it could send along.
    return body if ephemeral else body | {"message": message_json(message)}


def _installed_in(app: App, own: Team, source: Message | View) -> Team:
    """Return the team that the interaction goes to: for people of other teams that of the app's (facts §4)."""
    if own.id in app.installations:
        return own
    return source.team if isinstance(source, View) else source.author.team


def _name(channel: Channel) -> str:
    return channel.name if not channel.is_direct else "directmessage"


def _stamp(stage: Backstage) -> str:
    return f"{stage.world.clock.now_s():.6f}"
