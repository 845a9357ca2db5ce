"""Times as policy files write them: ``2 business days``, ``Monday to Friday``, ``08:00 to 18:00``, ``2026-12-24``."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from chatops.domain.durations import DAY, HOUR, MINUTE, BusinessDays, BusinessTime, Duration, RealTime
from chatops.domain.local_time import KNOWN_YEARS, may_be_meant
from chatops.domain.opening_hours import Hours, Weekday
from chatops.domain.quiet_hours import QuietHours, quiet_hours
from rules.documents import Node, Notes
from rules.reading import suggestion, text_of

T = TypeVar("T")

LONGEST = 1_000
"""Of whichever unit; a promise of more is a slip of the pen."""

_DURATION = re.compile(r"(\d{1,4}(?:\.\d{1,2})?) (business )?(min|minutes?|hours?|days?)")
_HOURS = re.compile(r"([0-2]\d):([0-5]\d) to ([0-2]\d):([0-5]\d)")
_TIME = re.compile(r"([0-2]\d):([0-5]\d)")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_NAMES = {day.name.capitalize(): day for day in Weekday}


class NotATime(Exception):
    """A text says no such time; the reason is for the person who wrote it."""


def read_as(parse: Callable[[str], T], node: Node, what: str, notes: Notes) -> T | None:
    """Return what *parse* makes of the words of *node*; None, with a note, where it makes nothing."""
    text = text_of(node, what, notes)
    try:
        return None if text is None else parse(text)
    except NotATime as problem:
        notes.add(node.line, f"{what}: {problem}")
        return None


def duration(text: str) -> Duration:
    """
    Return a duration above zero; ``business`` makes it one, days of business are whole.

    Raises:
        NotATime: It says none.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise NotATime(f"“{text}” is no duration: write it like “15 min”, “4 business hours” or “2 business days”.")
    number, is_business, unit = Decimal(match[1]), match[2] is not None, match[3]
    if not 0 < number <= LONGEST:
        raise NotATime(f"“{text}” must be more than nothing, and at most {LONGEST:,} of its unit.")
    if unit.startswith("day") and is_business:
        if number % 1:
            raise NotATime(f"“{text}”: business days are whole; write business hours instead.")
        return BusinessDays(days=int(number))
    length = {"d": DAY, "h": HOUR, "m": MINUTE}[unit[0]] * float(number)
    if length % MINUTE:
        raise NotATime(f"“{text}” is no whole number of minutes.")
    return BusinessTime(length=length) if is_business else RealTime(length=length)


def hours(text: str) -> Hours:
    """
    Return the hours ``09:00 to 12:00``; ``22:00 to 06:00`` goes across midnight, ``24:00`` is the end of the day.

    Raises:
        NotATime: They are none.
    """
    match = _HOURS.fullmatch(text)
    if match is None:
        raise NotATime(f"“{text}” are no hours: write them like “09:00 to 12:00”.")
    opens, closes = _time(match[1], match[2]), _time(match[3], match[4])
    if opens == closes and opens != time(0):
        raise NotATime(f"“{text}” begins and ends at the same time; a whole day is “00:00 to 24:00”.")
    if match[1] == "24":
        raise NotATime(f"“{text}”: a day begins at 00:00.")
    return Hours(opens=opens, closes=closes)


def time_of_day(text: str) -> time:
    """
    Raises:
        NotATime: It is no time of a day.
    """
    match = _TIME.fullmatch(text)
    if match is None or match[1] == "24":
        raise NotATime(f"“{text}” is no time of a day: write it like “09:00”.")
    return _time(match[1], match[2])


def quiet(text: str) -> QuietHours:
    """
    Raises:
        NotATime: They are no quiet hours.
    """
    try:
        return quiet_hours(text)
    except ValueError as problem:
        raise NotATime(str(problem)) from problem


def _time(hour: str, minute: str) -> time:
    if (hour, minute) == ("24", "00"):
        return time(0)
    if int(hour) > 23:
        raise NotATime(f"There is no time {hour}:{minute}.")
    return time(int(hour), int(minute))


def weekdays(text: str) -> tuple[Weekday, ...]:
    """
    Return the days that ``Monday to Friday``, ``Monday, Tuesday and Friday`` or ``every day`` names, Monday first.

    Raises:
        NotATime: It names none.
    """
    if text == "every day":
        return tuple(Weekday)
    first, to, last = text.partition(" to ")
    if to:
        start, end = _weekday(first), _weekday(last)
        return tuple(sorted(Weekday((start + number) % 7) for number in range((end - start) % 7 + 1)))
    return tuple(sorted({_weekday(name) for name in re.split(r", | and ", text)}))


def _weekday(name: str) -> Weekday:
    if name not in _DAY_NAMES:
        raise NotATime(f"“{name}” is no day of the week: write “Monday”, “Monday to Friday” or “every day”.")
    return _DAY_NAMES[name]


def instant(text: str) -> datetime:
    """
    Return the aware instant written ``2026-06-05T16:00Z``.

    Raises:
        NotATime: It says none.
    """
    try:
        if _INSTANT.fullmatch(text):
            at = datetime.fromisoformat(text).astimezone(UTC)
            _note_far_off(text, at.year)
            return at
    except ValueError:
        pass
    raise NotATime(f"“{text}” is no instant: write it like 2026-06-05T16:00Z, in UTC.")


def a_date(text: str) -> date:
    """
    Raises:
        NotATime: It is no date of the calendar.
    """
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            _note_far_off(text, day.year)
            return day
    except ValueError:
        pass
    raise NotATime(f"“{text}” is no date: write it like 2026-12-24.")


def _note_far_off(text: str, year: int) -> None:
    """
    Raises:
        NotATime: Nobody counts there.
    """
    if year not in KNOWN_YEARS:
        raise NotATime(f"“{text}” is too far off: years from {KNOWN_YEARS[0]} to {KNOWN_YEARS[-1]} are counted with.")


def zone(text: str) -> str:
    """
    Return *text*, which must be a time zone's IANA name.

    Raises:
        NotATime: There is no such zone.
    """
    if text not in _zones():
        places = [each for each in _zones() if may_be_meant(each, text)]
        hint = suggestion(text, places) or " Write it as in Europe/Paris."
        raise NotATime(f"There is no time zone “{text}”.{hint}")
    return text


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def written(at: datetime) -> str:
    """Return *at* as `instant` reads it."""
    return f"{at:%Y-%m-%dT%H:%M}{f':{at:%S}' if at.second else ''}Z"
