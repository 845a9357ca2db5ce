"""What a calendar is written with: weekly hours, holidays, exceptional hours of single days."""

from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum
from zoneinfo import ZoneInfo

from chatops.domain.durations import DAY
from chatops.domain.local_time import MIDNIGHT, end_at, start_at, whole_day
from chatops.domain.spans import Span


class Weekday(IntEnum):
    """Numbered as `date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class Hours:
    """
    An interval of a local day.

    Attributes:
        closes: At or before `opens`, it is meant of the next day; 00:00 is the end of this one.
    """

    opens: time
    closes: time

    def on(self, day: date, zone: ZoneInfo) -> Span | None:
        """Return the interval that begins on *day*; None where daylight saving time leaves nothing of it (A12)."""
        whole = whole_day(day, zone)
        if whole.start == whole.end:
            # A zone that changes sides of the date line leaves out a whole day (Samoa, 30 December 2011).
            return None
        start = start_at(day, self.opens, zone)
        if self.closes == MIDNIGHT:
            end = whole.end
        else:
            end = end_at(day if self.closes > self.opens else day + DAY, self.closes, zone)
        return Span(start=start, end=end) if start < end else None

    def __str__(self) -> str:
        closes = "24:00" if self.closes == MIDNIGHT else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M} to {closes}"


ALL_DAY = Hours(opens=MIDNIGHT, closes=MIDNIGHT)


@dataclass(frozen=True, kw_only=True)
class WeeklyHours:
    """The same hours on some days of every week."""

    days: tuple[Weekday, ...]
    hours: Hours


@dataclass(frozen=True, kw_only=True)
class DatedHours:
    """Hours of one date, and why: an exceptional opening or closing."""

    day: date
    hours: Hours
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A local day that is closed from its beginning to its end."""

    day: date
    name: str
