"""What a press, a command or a form says, and that nothing else of it is believed (S9, S11)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import Author
from adapters.slack.interactions import (
    Where,
    actor_of,
    command_key,
    handle_of,
    press_from,
    press_key,
    shortcut_key,
    submission_key,
    where,
)
from chatops.application.deliveries import Press
from chatops.domain.vocabulary import Action, TicketId
from tests.unit.slack.payloads import CHANNEL, ROOT, TS
from tests.unit.slack.test_translate import JSON

TAKE = Press(action=Action.TAKE, ticket_id=TicketId(7), of=3)


def a_press(action_id: object = "desk:take", value: object = '{"t":7,"of":3}', **fields: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0ANA", "team_id": "T0ACME", "name": "ana"},
        "trigger_id": "1.2.abc",
        "container": {"type": "message", "message_ts": TS, "channel_id": CHANNEL, "is_ephemeral": False},
        "channel": {"id": CHANNEL, "name": "acme"},
        "message": {"ts": TS, "user": "U0DESK"},
        "actions": [{"type": "button", "action_id": action_id, "value": value}],
    } | fields


def of_menu(value: object) -> dict[str, Any]:
    chosen = {"type": "overflow", "action_id": "desk:more", "selected_option": {"value": value}}
    return a_press(actions=[chosen])


@pytest.mark.parametrize(
    ("payload", "press"),
    [
        (a_press(), TAKE),
        (a_press(value='{"t":7,"of":null}'), Press(action=Action.TAKE, ticket_id=TicketId(7))),
        (a_press(value='{"t":7}'), Press(action=Action.TAKE, ticket_id=TicketId(7))),
        (of_menu('{"a":"take","t":7,"of":3}'), TAKE),
        (a_press("desk:open", ""), Press(action=Action.OPEN, ticket_id=None)),
    ],
)
def test_a_press_says_what_it_is_about(payload: dict[str, Any], press: Press) -> None:
    assert press_from(payload) == press


@pytest.mark.parametrize(
    "payload",
    [
        a_press("take"),
        a_press("desk:explode"),
        a_press("desk:link"),
        a_press(value=""),
        a_press(value="{"),
        a_press(value="[" * 1_000),
        a_press(value='{"t":"7"}'),
        a_press(value='{"t":0}'),
        a_press(value='{"t":-1}'),
        a_press(value='{"t":true}'),
        a_press(value='{"t":1e3}'),
        a_press(value=json.dumps({"t": 10**30})),
        a_press(value=json.dumps({"t": 7, "x": "y" * 3_000})),
        a_press(value=7),
        a_press(actions=[]),
        a_press(actions="odd"),
        of_menu('{"a":"explode","t":7}'),
        of_menu('{"a":["take"],"t":7}'),
        of_menu('{"t":7}'),
        of_menu(None),
    ],
)
def test_what_is_none_of_ours_asks_nothing(payload: dict[str, Any]) -> None:
    assert press_from(payload) is None


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        (a_press(), Where(channel=CHANNEL, thread=TS)),
        (a_press(message={"ts": TS, "thread_ts": ROOT}), Where(channel=CHANNEL, thread=ROOT)),
        (
            a_press(container={"is_ephemeral": True, "message_ts": TS, "channel_id": CHANNEL}, message=None),
            Where(channel=CHANNEL),
        ),
        (
            a_press(container={"is_ephemeral": True, "message_ts": TS, "thread_ts": ROOT}, message=None),
            Where(channel=CHANNEL, thread=ROOT),
        ),
        (a_press(container={"type": "view", "view_id": "V1"}, channel=None, message=None), Where(channel="")),
        (a_press(channel={"id": "not an id"}), Where(channel="")),
    ],
)
def test_a_press_is_done_in_the_thread_of_its_message(payload: dict[str, Any], place: Where) -> None:
    assert where(payload) == place


def test_who_did_it_is_a_workspace_and_an_id() -> None:
    assert actor_of(a_press()) == Author(user="U0ANA", team="T0ACME")
    assert actor_of({"user_id": "U0ANA", "team_id": "T0ACME"}) == Author(user="U0ANA", team="T0ACME")
    assert actor_of(a_press(user={"id": "U0ANA", "team_id": "E0GRID"})) == Author(user="U0ANA")
    assert handle_of(a_press()) == "ana"


def test_a_trigger_names_what_was_done() -> None:
    assert press_key(a_press()) == "slack:press/1.2.abc"
    assert command_key(a_press()) == "slack:command/1.2.abc"
    assert shortcut_key(a_press()) == "slack:shortcut/1.2.abc"
    assert press_key(a_press(trigger_id=None)) == ""


def test_the_same_form_with_other_words_is_another_request() -> None:
    first = submission_key("V1", {"a": "1", "b": "2"}, ())

    assert first == submission_key("V1", {"b": "2", "a": "1"}, ())
    assert len({first, *(submission_key(*other) for other in (
        ("V2", {"a": "1", "b": "2"}, ()),
        ("V1", {"a": "1", "b": "3"}, ()),
        ("V1", {"a": "1", "b": "2"}, ("f",)),
    ))}) == 4  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(a_press())), JSON))
def test_no_json_is_an_error(changes: dict[str, Any]) -> None:
    payload = a_press() | changes

    press_from(payload), where(payload), actor_of(payload), handle_of(payload), press_key(payload)
