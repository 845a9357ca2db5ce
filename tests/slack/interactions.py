"""
What goes to an app when a person uses what it offers, and what becomes of the app's answer on the spot.

Payloads: facts §2, request forms, and §4 for people of other teams.
"""

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any

from tests.slack.api import Refusal
from tests.slack.backstage import Backstage
from tests.slack.deliveries import Delivery
from tests.slack.methods.chat import checked as checked_message
from tests.slack.methods.views import VALUE_OF, checked, replace, stacked
from tests.slack.payloads import interaction, message_json, view_json
from tests.slack.records import App, Channel, File, Json, Message, Team, User, View
from tests.slack.screens import buttons_in, label_of
from tests.slack.world import SLACKBOT

# ---- payloads --------------------------------------------------------------------------------------------------------


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
    state = _state_of(element, chooses)
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
    """Args: is_cleared: The whole stack was closed at once."""
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


# ---- what is pressed and filled in -----------------------------------------------------------------------------------


def find(blocks: Sequence[Json], label: str) -> tuple[Json, Json] | None:
    """Return the element that is called so, with its block: by what stands on it, or by its action id."""
    for block, element in buttons_in(blocks):
        if label in (label_of(element), element.get("action_id")):
            return block, element
    return None


def fill(view: View, name: str, answer: Any) -> bool:
    """Return whether there is such a field."""
    for block in view.blocks:
        element = block.get("element") or {}
        names = (block.get("label", {}).get("text"), block.get("block_id"), element.get("action_id"))
        if block.get("type") == "input" and name in names:
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = _state_of(element, answer)
            return True
    return False


def missing(view: View) -> list[str]:
    """Return the labels of the fields that must be filled in and are not."""
    return [
        block["label"]["text"]
        for block in view.blocks
        if block.get("type") == "input" and not block.get("optional")
        if not any(
            value
            for key, value in view.values[block["block_id"]][block["element"]["action_id"]].items()
            if key != "type"
        )
    ]


def _state_of(element: Json, answer: Any) -> Json:
    """Return what `state.values` says of *element* after *answer* was given."""
    kind = element["type"]
    key = VALUE_OF.get(kind)
    if key is None:
        return {"type": kind, "value": answer} if kind != "button" else {"type": kind}
    if key in ("selected_option", "selected_options"):
        chosen = [_option(element, each) for each in (answer if isinstance(answer, list) else [answer])]
        return {"type": kind, key: chosen if key.endswith("s") else chosen[0]}
    ids = [getattr(each, "id", each) for each in (answer if isinstance(answer, list) else [answer])]
    return {"type": kind, key: ids if key.endswith("s") else ids[0]}


def _option(element: Json, wanted: str) -> Json:
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    options = [option for group in groups for option in group["options"]]
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return dict(option)
    raise LookupError(f"{wanted!r} is none of {[option['text']['text'] for option in options]}")


# ---- what becomes of the answer --------------------------------------------------------------------------------------


def answered(stage: Backstage, user: User, channel: Channel, delivery: Delivery) -> None:
    """Show what an app answered to a slash command at once: words, a message, nothing, or that it did not answer."""
    if not delivery.taken:
        why = "operation_timeout" if delivery.status is None else "dispatch_failed"
        name = delivery.payload.get("command")
        slackbot = User(id=SLACKBOT, team=user.team, name="Slackbot", handle="slackbot")
        stage.world.post(channel, slackbot, f"{name} failed with the error “{why}”", only_for=user)
        return
    answer = delivery.answer
    if isinstance(answer, dict):
        respond(stage, delivery.app, user, channel, answer)
    elif delivery.body.strip():
        respond(stage, delivery.app, user, channel, {"text": delivery.body})


def respond(
    stage: Backstage, app: App, user: User, channel: Channel, answer: Json, *, original: Message | None = None
) -> None:
    """
    Show *answer*, whether it came at once or to a `response_url`.

    Args:
        original: What the button stood on, which may be replaced or deleted.

    Raises:
        Refusal: It breaks a limit, or says nothing.
    """
    bot = _bot(app, user.team, channel)
    if original is not None and answer.get("delete_original"):
        stage.delete(original, bot)
        return
    text, blocks = str(answer.get("text") or ""), answer.get("blocks") or []
    attachments = answer.get("attachments") or []
    if not (text or blocks or attachments):
        if original is None:
            return
        raise Refusal("no_text")
    checked_message(stage, "response_url", blocks, attachments)
    content: dict[str, Any] = {"blocks": blocks, "attachments": attachments}
    if original is not None and answer.get("replace_original"):
        stage.edit(original, bot, text=text, **content)
        return
    content |= {"app": app, "metadata": answer.get("metadata"), "thread_ts": answer.get("thread_ts")}
    whom = None if answer.get("response_type") == "in_channel" else user
    stage.post(channel, bot, text, only_for=whom, **content)


def submitted(stage: Backstage, view: View, delivery: Delivery) -> None:
    """Let happen to a modal what the app answered to it; without a usable answer it stays and says so."""
    if not delivery.taken:
        view.errors = {"": "We had some trouble connecting. Try again?"}
        return
    answer = delivery.answer if isinstance(delivery.answer, dict) else {}
    try:
        _act(stage, view, answer)
    except Refusal as refusal:
        view.errors = {"": f"We had some trouble connecting. Try again? ({refusal.error})"}


def _act(stage: Backstage, view: View, answer: Mapping[str, Any]) -> None:
    match answer.get("response_action"):
        case "errors":
            view.errors = dict(answer["errors"])
        case "update":
            replace(stage, view, checked(stage, "view_submission", answer.get("view"), "modal"))
        case "push":
            body = checked(stage, "view_submission", answer.get("view"), "modal")
            stacked(stage, view.app, view.team, view.user, body)
        case "clear":
            close(stage, view, all_of_them=True)
        case _:
            close(stage, view)


def close(stage: Backstage, view: View, *, all_of_them: bool = False) -> list[View]:
    """Return the views that are gone: this one, or the app's whole stack."""
    mine = stage.world.modals[view.user]
    gone = [each for each in mine if each is view or (all_of_them and each.app is view.app)]
    mine[:] = [each for each in mine if each not in gone]
    return gone


def _bot(app: App, team: Team, channel: Channel) -> User:
    there = [each.bot for each in app.active if each.bot in channel.members]
    own = [each.bot for each in app.active if each.team is team]
    return (there or own or [app.bot])[0]


def new_file(stage: Backstage, owner: User, name: str, content: bytes) -> File:
    file = File(
        id=stage.world.new_id("F"),
        name=name,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        content=content,
        owner=owner,
        created=int(stage.world.clock.now_s()),
        url=stage.files_url,
    )
    stage.world.files[file.id] = file
    return file
