"""Lists by pages, with the cursor that leads to the next one."""

import base64
from collections.abc import Sequence
from typing import Any

from tests.slack.asked import Asked, Refusal
from tests.slack.records import Json

MOST = 1000


def page(asked: Asked, name: str, things: Sequence[Any], *, usual: int = 100) -> Json:
    """
    Return the page that is asked for, under *name*, with the cursor of the next ("" on the last).

    Raises:
        Refusal: `invalid_cursor`, `invalid_limit`.
    """
    start, limit = _start(asked.text("cursor")), asked.number("limit", usual)
    if not 0 < limit <= MOST:
        raise Refusal("invalid_limit")
    end = start + limit
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(things) else ""
    return {name: list(things[start:end]), "response_metadata": {"next_cursor": cursor}}


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except ValueError:
        raise Refusal("invalid_cursor") from None
