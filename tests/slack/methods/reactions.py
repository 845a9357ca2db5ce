"""`reactions.*`: emoji under messages."""

import re

from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.payloads import message_json
from tests.slack.rates import Tier
from tests.slack.records import Json, Message


@method("reactions.add", "reactions:write", tier=Tier.T3)
def add(asked: Asked) -> Json:
    message = _message(asked)
    if message.channel.archived:
        raise Refusal("is_archived")
    if asked.stage.react(message, _name(asked), asked.bot) is None:
        raise Refusal("already_reacted")
    return {}


@method("reactions.remove", "reactions:write", tier=Tier.T2)
def remove(asked: Asked) -> Json:
    if asked.stage.unreact(_message(asked), _name(asked), asked.bot) is None:
        raise Refusal("no_reaction")
    return {}


@method("reactions.get", "reactions:read", tier=Tier.T3)
def get(asked: Asked) -> Json:
    message = _message(asked)
    return {"type": "message", "channel": message.channel.id, "message": message_json(message)}


def _message(asked: Asked) -> Message:
    if not asked.text("channel") or not asked.text("timestamp"):
        raise Refusal("no_item_specified")
    return asked.message(asked.channel(member=True), "timestamp")


def _name(asked: Asked) -> str:
    """Return the emoji's name; what stands between colons, or is a character, is none."""
    name = asked.text("name")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refusal("invalid_name")
    return name
