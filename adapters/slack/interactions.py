"""
What people do with our buttons, commands, forms and shortcuts → what the application understands; pure.

A press and a form say which ticket they are about, and nothing else of them is believed: whoever did it is authorised
by the bus, as somebody who types the command (S9, S11).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.actions import LONGEST_VALUE, MENU, PREFIX
from adapters.slack.addresses import is_id, is_ts
from adapters.slack.events import Author
from adapters.slack.fields import Payload, mapping, mappings, text, whole
from chatops.application.deliveries import Press
from chatops.domain.vocabulary import Action, TicketId


@dataclass(frozen=True, kw_only=True)
class Where:
    """
    Where something was done.

    Attributes:
        channel: Empty on somebody's Home page.
        thread: The thread it was done in, or that its message may be the root of; empty where there is none.
    """

    channel: str
    thread: str = ""


def actor_of(payload: Payload) -> Author:
    """Return who did it, in a payload of an interaction or in the form of a slash command."""
    user = mapping(payload.get("user"))
    if user:
        return _author(text(user.get("id")), text(user.get("team_id")))
    return _author(text(payload.get("user_id")), text(payload.get("team_id")))


def handle_of(payload: Payload) -> str:
    """Return what Slack calls them there, for when their name cannot be asked for."""
    user = mapping(payload.get("user"))
    return text(user.get("name")) or text(user.get("username")) or text(payload.get("user_name"))


def where(payload: Payload) -> Where:
    container = mapping(payload.get("container"))
    channel = text(mapping(payload.get("channel")).get("id")) or text(container.get("channel_id"))
    if not is_id(channel):
        return Where(channel="")
    message = mapping(payload.get("message"))
    thread = text(message.get("thread_ts")) or text(container.get("thread_ts"))
    if not thread and container.get("is_ephemeral") is not True:
        thread = text(message.get("ts")) or text(container.get("message_ts"))
    return Where(channel=channel, thread=thread if is_ts(thread) else "")


def press_from(payload: Payload) -> Press | None:
    """Return what the pressed button or the chosen line of a menu asks for; None for what is no request of ours."""
    actions = mappings(payload.get("actions"))
    pressed = actions[0] if actions else {}
    action_id = text(pressed.get("action_id"))
    if action_id == MENU:
        said = _json(text(mapping(pressed.get("selected_option")).get("value")))
        action = _action(said.get("a"))
    else:
        said = _json(text(pressed.get("value")))
        action = _action(action_id.removeprefix(PREFIX)) if action_id.startswith(PREFIX) else None
    ticket_id = _ticket(said.get("t"))
    if action is None or (ticket_id is None and action is not Action.OPEN):
        return None
    return Press(action=action, ticket_id=ticket_id, text=text(said.get("w")), of=whole(said.get("of")))


def press_key(payload: Payload) -> str:
    """Return what names this one press for ever; empty for one without a name."""
    return _key("press", payload)


def command_key(payload: Payload) -> str:
    return _key("command", payload)


def shortcut_key(payload: Payload) -> str:
    return _key("shortcut", payload)


def submission_key(view_id: str, values: Mapping[str, str], files: tuple[str, ...]) -> str:
    """Return what names what was filled in: the same form, handed in with other words, is another request."""
    said = json.dumps([sorted(values.items()), sorted(files)])
    return f"slack:form/{view_id[:64]}/{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


# ---- pieces ----------------------------------------------------------------------------------------------------------


def _author(user: str, team: str) -> Author:
    return Author(user=user, team=team if team.startswith("T") and is_id(team) else "")


def _key(kind: str, payload: Payload) -> str:
    trigger = text(payload.get("trigger_id"))
    return f"slack:{kind}/{trigger[:128]}" if trigger else ""


def _json(said: str) -> Mapping[str, Any]:
    if len(said) > LONGEST_VALUE:
        return {}
    try:
        return mapping(json.loads(said))
    except (ValueError, RecursionError):
        return {}


def _action(said: object) -> Action | None:
    return Action(said) if isinstance(said, str) and said in Action.__members__.values() else None


def _ticket(said: object) -> TicketId | None:
    number = whole(said)
    return TicketId(number) if number is not None else None
