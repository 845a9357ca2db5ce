"""Named points of one command's way, so that a test can stop the process exactly there (F1–F5)."""

from collections.abc import Callable
from typing import Literal

Point = Literal[
    "before_commit",
    "after_commit",
    "before_send",
    "after_send",
    "before_record",
    "after_record",
    "timer_claimed",
]

Passing = Callable[[Point], None]


def pass_by(point: Point) -> None:
    """Go on: what happens at every point outside the crash tests."""
