"""Slack's own clock, which tests may set: timestamps of messages follow it, deadlines and signatures do not."""

import time
from datetime import UTC, datetime
from typing import Protocol


class TimeSource(Protocol):
    def now(self) -> datetime: ...


class RealTime:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedTime:
    """Stands until it is set again."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Clock:
    """
    Attributes:
        source: The present, as the conversations know it; a story's own `TimeSource` fits.
    """

    def __init__(self, source: TimeSource | None = None) -> None:
        self.source: TimeSource = source or RealTime()

    def set(self, at: datetime) -> None:
        self.source = FixedTime(at)

    def now_s(self) -> float:
        return self.source.now().timestamp()


def wall_s() -> float:
    """Return real time in seconds since 1970: what requests are signed with, because their readers look at it too."""
    return time.time()


def elapsed_s() -> float:
    """Return a reading of a watch that only ever goes forward; two of them make a duration."""
    return time.monotonic()
