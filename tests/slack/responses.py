"""What becomes of an app's answer: to a command, to a `response_url`, to a modal that was sent off."""

from collections.abc import Mapping
from typing import Any

from tests.slack.asked import Refusal
from tests.slack.backstage import Backstage
from tests.slack.deliveries import Delivery
from tests.slack.methods.chat import checked as checked_message
from tests.slack.methods.views import checked, replace, stacked
from tests.slack.records import App, Channel, Json, Message, Team, User, View
from tests.slack.world import SLACKBOT


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
