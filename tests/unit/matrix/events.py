"""Events as a homeserver sends them; a test says only what it is about."""

from collections.abc import Mapping
from typing import Any

from adapters.matrix.fields import Senders
from adapters.matrix.translate import Bot, delivery_from
from chatops.application.deliveries import Delivery

DESK = Bot(user_id="@desk:chat.test", name="Support Desk", ignored=Senders(("@slack_*:chat.test",)))
ME = DESK.user_id
ANA = "@ana:chat.test"
ACME = "!acme"
ROOT = "$card"


def an_event(content: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "event_id": "$event",
        "sender": ANA,
        "origin_server_ts": 1_780_000_000_000,
        "content": {"msgtype": "m.text", "body": "hello", "m.mentions": {}} if content is None else content,
    } | fields


def a_message(body: object = "hello", **content: Any) -> dict[str, Any]:
    return an_event({"msgtype": "m.text", "body": body, "m.mentions": {}} | content)


def a_member(user_id: str, membership: str, *, before: str | None = None, name: str = "") -> dict[str, Any]:
    unsigned = {} if before is None else {"prev_content": {"membership": before}}
    content = {"membership": membership} | ({"displayname": name} if name else {})
    return an_event(content, type="m.room.member", sender=user_id, state_key=user_id, unsigned=unsigned)


def in_thread(root: str = ROOT) -> dict[str, Any]:
    return {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}


def delivered(event: Mapping[str, Any], *, related: Mapping[str, Any] | None = None) -> Delivery | None:
    return delivery_from(event, room=ACME, bot=DESK, names={ANA: "Ana"}, related=related)
