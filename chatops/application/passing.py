"""Named points of one command's way, so that a test can stop the process exactly there (F1–F5)."""

from collections.abc import Callable
from typing import Literal

SharedPoint = Literal[
    "before_commit",
    "after_commit",
    "message_claimed",
    "before_send",
    "after_send",
    "before_record",
    "after_record",
    "before_postpone",
    "after_postpone",
    "before_give_up",
    "after_give_up",
    "timer_claimed",
    "timer_fired",
    "before_timer_record",
    "after_timer_record",
    "before_timer_postpone",
    "after_timer_postpone",
    "delivery_translated",
]
"""Those that a command comes by on any platform."""

MatrixPoint = Literal["sync_received", "before_receipt", "room_joined"]
SlackPoint = Literal["before_acknowledgement", "page_read", "before_page_record"]

Point = Literal[SharedPoint, MatrixPoint, SlackPoint]

Passing = Callable[[Point], None]


def pass_by(point: Point) -> None:
    """Go on: what happens at every point outside the crash tests."""
