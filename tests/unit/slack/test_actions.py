"""Buttons of our messages: a row that a phone can show, ids only, and no two alike."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.actions import actions
from chatops.application.message_tree import Button, Style
from chatops.domain.vocabulary import Action, TicketId
from tests.slack.limits import in_blocks


def a_button(action: Action = Action.TAKE, **fields: Any) -> Button:
    given: dict[str, Any] = {"ticket_id": TicketId(1), "label": action.title(), "command": f"!{action}"}
    return Button(action=action, **given | fields)


MANY = tuple(map(a_button, (Action.TAKE, Action.NEED, Action.START, Action.RESOLVE, Action.REMIND, Action.CLOSE)))


def shown(buttons: tuple[Button, ...]) -> list[tuple[list[str], list[str]]]:
    """Return the labels of each row: beside each other, and in its menu."""
    rows = []
    for block in actions(buttons):
        labels = [each["text"]["text"] for each in block["elements"] if each["type"] == "button"]
        menus = [each["options"] for each in block["elements"] if each["type"] == "overflow"]
        rows.append((labels, [option["text"]["text"] for options in menus for option in options]))
    return rows


def test_no_buttons_are_no_row() -> None:
    assert actions(()) == []


def test_a_press_says_ids_only() -> None:
    (block,) = actions((a_button(style=Style.PRIMARY), a_button(Action.REFUSE, style=Style.DANGER)), of=7)

    assert block["elements"] == [
        {
            "type": "button",
            "action_id": "desk:take",
            "text": {"type": "plain_text", "text": "Take", "emoji": False},
            "value": '{"t":1,"of":7}',
            "style": "primary",
        },
        {
            "type": "button",
            "action_id": "desk:refuse",
            "text": {"type": "plain_text", "text": "Refuse", "emoji": False},
            "value": '{"t":1,"of":7}',
            "style": "danger",
        },
    ]


def test_a_button_that_says_it_all_carries_its_words_as_far_as_slack_lets_it() -> None:
    (first,), (second,) = (
        block["elements"] for block in actions((a_button(words="S1 à vérifier"), a_button(words="x" * 2_000)))
    )

    assert first["value"] == '{"t":1,"of":null,"w":"S1 à vérifier"}'
    assert second["value"] == '{"t":1,"of":null}'


def test_up_to_five_stand_beside_each_other() -> None:
    assert shown(MANY[:5]) == [(["Take", "Need", "Start", "Resolve", "Remind"], [])]


def test_of_more_than_five_the_rest_is_in_the_menu() -> None:
    assert shown(MANY) == [(["Take", "Need", "Start", "Resolve"], ["Remind", "Close"])]


def test_what_belongs_into_the_menu_is_there() -> None:
    buttons = (*MANY[:2], a_button(Action.REPLY, in_menu=True), a_button(Action.ASSIGN, in_menu=True))

    assert shown(buttons) == [(["Take", "Need"], ["Reply", "Assign"])]


def test_a_menu_of_one_is_a_button() -> None:
    assert shown((MANY[0], a_button(Action.REPLY, in_menu=True))) == [(["Take", "Reply"], [])]


def test_a_choice_in_the_menu_says_which() -> None:
    (block,) = actions((*MANY, a_button(Action.REPLY, in_menu=True)))
    menu = block["elements"][-1]

    assert menu["action_id"] == "desk:more"
    assert [json.loads(option["value"])["a"] for option in menu["options"]] == ["close", "reply"]


def test_a_menu_has_room_for_five() -> None:
    buttons = tuple(a_button(action, in_menu=True) for action in Action)

    assert [len(menu) or len(row) for row, menu in shown(buttons)] == [5, 5, 5]
    assert in_blocks(actions(buttons)) == []


@pytest.mark.parametrize("count", [2, 30])
def test_the_same_thing_twice_stands_in_two_rows(count: int) -> None:
    buttons = tuple(a_button(ticket_id=TicketId(number)) for number in range(count))

    assert shown(buttons) == [(["Take"], [])] * count


@given(st.lists(st.builds(a_button, st.sampled_from(Action), label=st.text(max_size=90), in_menu=st.booleans())))
def test_every_button_is_there_once(buttons: list[Button]) -> None:
    rows = shown(tuple(buttons))

    assert sum(len(row) + len(menu) for row, menu in rows) == len(buttons)
    assert in_blocks(actions(buttons), most=1_000) == []
