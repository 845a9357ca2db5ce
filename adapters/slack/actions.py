"""
Buttons and menus of our messages: what they look like, and what a press of them says; pure.

A press carries ids, and the words of a button that says all in one tap: they are read as if they had been typed.
Nothing follows from a press but that somebody asks: who that is, and whether they may, is decided where every other
request is (S11).
"""

import json
from collections.abc import Sequence

from adapters.slack import blocks as kit
from adapters.slack.blocks import Json
from chatops.application.message_tree import Button, Style

PREFIX = "desk:"
MENU = f"{PREFIX}more"
OPEN = f"{PREFIX}open"
LINK = f"{PREFIX}link"

LONGEST_VALUE = 2_000

MOST_SHOWN = 5
"""Buttons beside each other: on a phone they stand one below the other. What more there is goes into the menu."""

_MOST_IN_MENU = 5


def actions(buttons: Sequence[Button], *, of: int | None = None) -> list[Json]:
    """
    Return the blocks that show *buttons*.

    What is still to come (to escalate, say) has its place: a menu that is there, or the fifth button. Nothing is shown
    that does nothing.

    Args:
        of: The number of the history row that the message tells of; None for a card.
    """
    blocks: list[Json] = []
    while buttons:
        buttons, alike = _apart(buttons)
        block, left = _block(buttons, of)
        blocks.append(block)
        buttons = [*left, *alike]
    return blocks


def _block(buttons: Sequence[Button], of: int | None) -> tuple[Json, Sequence[Button]]:
    """Return one row of buttons with its menu, and the buttons that found no room in it."""
    shown = [button for button in buttons if not button.in_menu]
    menu = [*shown[MOST_SHOWN:], *(button for button in buttons if button.in_menu)]
    shown = shown[:MOST_SHOWN]
    if len(menu) == 1:
        # A menu of one is a detour, and Slack wanted two in it for a long time.
        if len(shown) < MOST_SHOWN:
            shown, menu = [*shown, *menu], []
        else:
            shown, menu = shown[:-1], [shown[-1], *menu]
    elements = [_button(button, of) for button in shown]
    if menu:
        elements.append(_menu(menu[:_MOST_IN_MENU], of))
    return {"type": "actions", "elements": elements}, menu[_MOST_IN_MENU:]


def _apart(buttons: Sequence[Button]) -> tuple[Sequence[Button], Sequence[Button]]:
    """Return the first button of each action, and the others: within a block no two ids may be the same."""
    seen: set[str] = set()
    unlike: list[Button] = []
    alike: list[Button] = []
    for button in buttons:
        (alike if button.action in seen else unlike).append(button)
        seen.add(button.action)
    return unlike, alike


def _button(button: Button, of: int | None) -> Json:
    style = {} if button.style is Style.PLAIN else {"style": str(button.style)}
    ids: Json = {"t": button.ticket_id, "of": of}
    value = _said(ids | ({"w": button.words} if button.words else {}))
    if kit.length(value) > LONGEST_VALUE:
        value = _said(ids)  # Then the form asks for the words.
    return kit.button(button.label, f"{PREFIX}{button.action}", value=value, **style)


def _menu(buttons: Sequence[Button], of: int | None) -> Json:
    options = [
        kit.option(button.label, _said({"a": str(button.action), "t": button.ticket_id, "of": of}))
        for button in buttons
    ]
    return {"type": "overflow", "action_id": MENU, "options": options}


def _said(ids: Json) -> str:
    return json.dumps(ids, separators=(",", ":"), ensure_ascii=False)
