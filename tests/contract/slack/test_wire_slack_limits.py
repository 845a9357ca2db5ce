"""Block Kit's limits as the fake Slack keeps them: at the limit, and just over it."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.slack.limits import in_blocks, in_view

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(count: int, *, value: int = 1, text: int = 1) -> list[Json]:
    return [{"text": plain("t" * text), "value": f"{n}".rjust(value, "v")} for n in range(count)]


def menu(kind: str = "static_select", **more: Any) -> Json:
    return {"type": kind, "action_id": "menu", **more}


def question(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def modal(**more: Any) -> Json:
    blocks = [question({"type": "plain_text_input", "action_id": "a"})]
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": blocks, **more}


DIVIDER: Json = {"type": "divider"}
EMOJI_IN_MRKDWN: Json = {"type": "mrkdwn", "text": "x", "emoji": True}


@pytest.mark.parametrize(
    "blocks",
    [
        [DIVIDER] * 50,
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "section", "text": mrkdwn("x" * 3000)}],
        [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
        [{"type": "section", "text": mrkdwn("x"), "accessory": button()}],
        [{"type": "context", "elements": [mrkdwn("x"), plain("y")]}],
        [actions(*(button(action_id=f"a{n}") for n in range(25)))],
        [actions(button(text=plain("x" * 75), value="v" * 2000, action_id="a" * 255, style="danger"))],
        [actions(menu(options=options(100, value=150, text=75), placeholder=plain("p" * 150)))],
        [actions(menu("overflow", options=options(5)))],
        [actions(menu("radio_buttons", options=[{"text": mrkdwn("*x*"), "value": "v"}]))],
        [{"type": "divider", "block_id": "b" * 255}],
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "image", "image_url": "https://x", "alt_text": "a" * 2000}],
        [question({"type": "plain_text_input", "action_id": "a", "max_length": 3000}, hint=plain("h"))],
        [
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]},
                    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
                    {
                        "type": "rich_text_list",
                        "style": "bullet",
                        "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "https://x"}]}],
                    },
                ],
            }
        ],
    ],
)
def test_what_is_just_within_the_limits_passes(blocks: Sequence[Json]) -> None:
    assert in_blocks(list(blocks)) == []


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ("[]", "must be an array [json-pointer:/blocks]"),
        (
            [{"type": "header", "text": plain("x" * 151)}],
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        ([{"type": "header", "text": mrkdwn("x")}], "must be a valid enum value [json-pointer:/blocks/0/text/type]"),
        (
            [{"type": "section", "text": plain("")}],
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "section", "text": mrkdwn("x" * 3001)}],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
        (
            [{"type": "section", "text": EMOJI_IN_MRKDWN}],
            "no additional property allowed: emoji [json-pointer:/blocks/0/text]",
        ),
        (
            [{"type": "section", "fields": [plain("x")] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            [{"type": "section", "fields": [plain("x" * 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        ([{"type": "sektion"}], "unsupported type: sektion [json-pointer:/blocks/0/type]"),
        (["text"], "unsupported type: str [json-pointer:/blocks/0/type]"),
        ([actions({"type": "knob"})], "unsupported type: knob [json-pointer:/blocks/0/elements/0/type]"),
        ([actions()], "must have at least 1 item [json-pointer:/blocks/0/elements]"),
        (
            [actions(*(button(action_id=f"a{n}") for n in range(26)))],
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        ([actions(button(), button())], "action_id 'go' already exists for block [json-pointer:/blocks/0]"),
        (
            [actions(button(text=plain("x" * 76)))],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            [actions(button(text=mrkdwn("x")))],
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/text/type]",
        ),
        (
            [actions(button(value="v" * 2001))],
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [actions(button(action_id="a" * 256))],
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            [actions(button(style="loud"))],
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            [actions(button(confirm={"title": plain("x" * 101), "text": plain("sure?")}))],
            "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
        (
            [actions(menu(options=options(101)))],
            "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            [actions(menu(options=options(1, text=76)))],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
        ),
        (
            [actions(menu(options=options(1, value=151)))],
            "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
        ),
        (
            [actions(menu("overflow", options=options(6)))],
            "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            [actions(menu("checkboxes", options=options(11)))],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            [actions(menu(options=options(1), initial_option=options(2)[1]))],
            "must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
        ),
        (
            [{**DIVIDER, "block_id": "same"}, {**DIVIDER, "block_id": "same"}],
            "block_id must be unique [json-pointer:/blocks/0/block_id]",
        ),
        (
            [{**DIVIDER, "block_id": "b" * 256}],
            "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
        (
            [{"type": "context", "elements": [plain("x")] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "markdown", "text": "x" * 7000}] * 2,
            "markdown blocks together must be at most 12000 characters [json-pointer:/blocks]",
        ),
        (
            [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user"}]}]}],
            "missing required field: user_id [json-pointer:/blocks/0/elements/0/elements/0]",
        ),
        (
            [question({"type": "plain_text_input", "max_length": 3001})],
            "must be between 0 and 3000 [json-pointer:/blocks/0/element/max_length]",
        ),
        ([question(button())], "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    ],
)
def test_what_is_just_over_a_limit_is_named_with_its_place(blocks: Any, says: str) -> None:
    assert says in [str(each) for each in in_blocks(blocks)]


def test_a_modal_within_the_limits_passes() -> None:
    texts = {"title": plain("t" * 24), "submit": plain("s" * 24), "close": plain("c" * 24)}
    assert in_view(modal(**texts, private_metadata="m" * 3000, callback_id="c" * 255)) == []
    assert in_view({"type": "modal", "title": plain("Read"), "blocks": [DIVIDER] * 100}) == []
    assert in_view({"type": "home", "blocks": [DIVIDER] * 100}) == []


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (modal(title=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(title=mrkdwn("t")), "must be a valid enum value [json-pointer:/view/title/type]"),
        (modal(close=plain("c" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (modal(submit=plain("c" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(submit=None), "submit is required in a modal with input blocks [json-pointer:/view/submit]"),
        (modal(private_metadata="m" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(callback_id="c" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(blocks=[DIVIDER] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        ({"type": "window", "blocks": []}, "unsupported type: window [json-pointer:/view/type]"),
        ({"type": "home", "blocks": [{"type": "x"}]}, "unsupported type: x [json-pointer:/view/blocks/0/type]"),
        ("view", "must provide an object [json-pointer:/view]"),
    ],
)
def test_a_view_over_a_limit_is_refused(view: Any, says: str) -> None:
    assert says in [str(each) for each in in_view(view)]
