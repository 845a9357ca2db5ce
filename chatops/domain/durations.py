"""
Durations as contracts name them: real ones, which never stand still, and business ones, which count open hours only.

``1 hour`` on a Friday at 17:30 is 18:30; ``1 business hour`` may well be Monday morning.
"""

from dataclasses import dataclass
from datetime import timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class RealTime:
    """Time by the clock on the wall, open or not: ``15 min``, ``36 hours``."""

    length: timedelta

    def __str__(self) -> str:
        return _in_words(self.length, "")


@dataclass(frozen=True, kw_only=True)
class BusinessTime:
    """Time inside opening hours: ``1 business hour``."""

    length: timedelta

    def __str__(self) -> str:
        return _in_words(self.length, "business ")


@dataclass(frozen=True, kw_only=True)
class BusinessDays:
    """Whole business days; what one is, the calendar says (A6)."""

    days: int

    def __str__(self) -> str:
        return _counted(self.days, "business ", "day")


Duration = RealTime | BusinessTime | BusinessDays


def _in_words(length: timedelta, kind: str) -> str:
    """Return *length* in the largest unit that needs no fraction; a business day is no fixed number of hours."""
    if length % HOUR:
        return f"{_number(length / MINUTE)} {kind or ''}{'minutes' if kind else 'min'}"
    if length % DAY or kind:
        return _counted(length // HOUR, kind, "hour")
    return _counted(length // DAY, "", "day")


def _counted(number: int, kind: str, unit: str) -> str:
    return f"{number} {kind}{unit}" + ("" if number == 1 else "s")


def _number(value: float) -> str:
    return f"{value:g}"
