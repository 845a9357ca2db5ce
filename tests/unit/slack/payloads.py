"""Payloads as Slack sends them; a test says only what it is about."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.addresses import person_address
from adapters.slack.events import Bot, Own
from adapters.slack.fields import Senders
from adapters.slack.people import Sender
from adapters.slack.translate import Beside, delivery_from
from chatops.application.deliveries import Delivery

BOT = Bot(team="T0EXO", user="U0DESK", bot="B0DESK", name="desk", ignored=Senders(("T0ACME/U0ZAP", "T0BOTS")))
CHANNEL = "C0ACME"
TS = "1780660800.000100"
ROOT = "1780660700.000100"

ANA = Sender(address=person_address("T0ACME", "U0ANA"), name="Ana", home="Acme")
BEN = Sender(address=person_address("T0EXO", "U0BEN"), name="Ben")


def a_message(said: object = "hello", **fields: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "user": "U0ANA",
        "team": "T0ACME",
        "text": said,
        "ts": TS,
        "channel": CHANNEL,
        "channel_type": "channel",
        "event_ts": TS,
        "client_msg_id": "6d0b6f7e",
    } | fields


def an_edit(said: object = "hello again", *, before: object = "hello", **inner: Any) -> dict[str, Any]:
    message = {"type": "message", "user": "U0ANA", "team": "T0ACME", "ts": TS}
    edited = {"user": "U0ANA", "ts": "1780660900.000000"}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": CHANNEL,
        "channel_type": "channel",
        "ts": "1780660900.000200",
        "event_ts": "1780660900.000200",
        "message": message | {"text": said, "edited": edited} | inner,
        "previous_message": message | {"text": before},
    }


def a_deletion(**previous: Any) -> dict[str, Any]:
    before = {"type": "message", "user": "U0ANA", "team": "T0ACME", "ts": TS, "text": "hello"} | previous
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": CHANNEL,
        "channel_type": "channel",
        "ts": "1780660900.000200",
        "event_ts": "1780660900.000200",
        "deleted_ts": TS,
        "previous_message": before,
    }


def a_sign(name: str = "white_check_mark", **fields: Any) -> dict[str, Any]:
    return {
        "type": "reaction_added",
        "user": "U0ANA",
        "reaction": name,
        "item_user": "U0DESK",
        "item": {"type": "message", "channel": CHANNEL, "ts": TS},
        "event_ts": "1780660900.000300",
    } | fields


def marked(row: object = 7, **payload: Any) -> dict[str, Any]:
    """Return the metadata of a message of ours."""
    known = {"row": row, "origin": "0123456789ab", "form": "card", "ticket": "T-1"}
    return {"event_type": "chatops_desk", "event_payload": known | payload}


def delivered(
    event: Mapping[str, Any],
    *,
    sender: Sender = ANA,
    people: Mapping[str, Sender] | None = None,
    own: Own | None = None,
    **beside: Any,
) -> Delivery | None:
    known = {"U0ANA": ANA, "U0BEN": BEN} if people is None else people
    settings: dict[str, Any] = {"files": {}, "shared": False, "sign": "✅"} | beside
    return delivery_from(event, bot=BOT, beside=Beside(sender=sender, people=known, own=own, **settings))
