"""The tree of `calendars.yaml` to a `CalendarPolicy`; every mistake is noted and reading goes on."""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import DAY, BusinessTime, Duration
from chatops.domain.opening_hours import ALL_DAY, DatedHours, Holiday, Weekday, WeeklyHours
from rules.documents import Entries, Items, Node, Notes, Text
from rules.holiday_lists import YEARS, NoSuchPlace, holidays_of
from rules.parts import Parts, clause, listed, named, plain, read_example, read_head, sentence, timed
from rules.reading import checked_keys, text_of, word_of
from rules.time_model import CalendarExample, CalendarPolicy, NamedCalendar
from rules.time_words import NotATime, a_date, duration, hours, instant, read_as, weekdays, zone

T = TypeVar("T")

THEIRS = "theirs"
"""In `zone`: the zone of whoever is concerned."""
END_OF_DAY = "until the end of the day"
ALWAYS = "always"
FROM = " from "

_CALENDAR = ("clause", "says", "called", "zone", "open", "business day")
_OPTIONS = ("holidays", "also open", "also closed")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip
_EVERY_YEAR = re.compile(rf"every (?P<day>[1-9]|[12]\d|3[01]) (?P<month>{'|'.join(_MONTHS)})")
_LONGEST_RANGE = 366
_MANY_DAYS = 60
"""Days closed by lines of our own in one year, from which on we look whether the year opens at all (A13)."""


def read_calendars(root: Node, notes: Notes) -> CalendarPolicy | None:
    """Return the calendars that *root* says; None, with *notes* on it, where anything is wrong."""
    head, parts = read_head(root, "calendars", ("calendars", "examples"), notes)
    calendars = {name: _named(name, node, notes) for name, node in named(parts, "calendars", notes).items()}
    examples = [
        read_example(node, ("given", "answer"), _Example(node.line, calendars, notes).read, notes)
        for node in listed(parts, "examples", notes)
    ]
    if notes.mistakes:
        return None
    return CalendarPolicy(
        head=head,
        calendars=MappingProxyType({name: each for name, each in calendars.items() if each is not None}),
        examples=tuple(example for example in examples if example is not None),
    )


def _named(name: str, node: Node, notes: Notes) -> NamedCalendar | None:
    before = len(notes.mistakes)
    parts = checked_keys(node, f"The calendar “{name}”", required=_CALENDAR, optional=_OPTIONS, notes=notes)
    where = timed(parts, "zone", _zone, notes) or THEIRS
    calendar = Calendar(
        name=name,
        zone="Etc/UTC" if where == THEIRS else where,
        roams=where == THEIRS,
        weekly=_weekly(parts, notes),
        business_day=_business_day(parts, notes),
        holidays=_holidays(parts, notes),
        also_open=_dated(parts, "also open", notes),
        also_closed=_dated(parts, "also closed", notes),
    )
    found = NamedCalendar(
        at=node.line,
        clause=clause(parts, notes),
        says=plain(parts, "says", notes),
        called=sentence(parts, "called", notes),
        calendar=calendar,
        holidays_of=_holidays_of(parts),
    )
    if len(notes.mistakes) == before:
        _note_closed_years(calendar, node.line, notes)
    return found if len(notes.mistakes) == before else None


def _zone(text: str) -> str:
    return text if text == THEIRS else zone(text)


def _weekly(parts: Parts, notes: Notes) -> tuple[WeeklyHours, ...]:
    if "open" not in parts:
        return ()
    node = parts["open"]
    nodes = node.items if isinstance(node, Items) else (node,)
    found = tuple(week for each in nodes if (week := read_as(_week, each, "“open”", notes)) is not None)
    if not nodes:
        notes.add(node.line, "A calendar without any hours would never open.")
    return found


def _week(text: str) -> WeeklyHours:
    if text == ALWAYS:
        return WeeklyHours(days=tuple(Weekday), hours=ALL_DAY)
    days, joint, times = text.partition(FROM)
    if not joint:
        raise NotATime(f"“{text}” are no hours: write “Monday to Friday from 08:00 to 18:00”, or “{ALWAYS}”.")
    return WeeklyHours(days=weekdays(days), hours=hours(times))


def _business_day(parts: Parts, notes: Notes) -> timedelta | None:
    return timed(parts, "business day", _day_length, notes)


def _day_length(text: str) -> timedelta | None:
    if text == END_OF_DAY:
        return None
    length = duration(text)
    if not isinstance(length, BusinessTime) or length.length > DAY:
        raise NotATime(f"“{text}” is no day: write “10 business hours”, or “{END_OF_DAY}”.")
    return length.length


# ---- days of their own -----------------------------------------------------------------------------------------------


def _holidays(parts: Parts, notes: Notes) -> tuple[Holiday, ...]:
    if "holidays" not in parts:
        return ()
    inner = checked_keys(parts["holidays"], "“holidays”", required=(), optional=("of", "also", "except"), notes=notes)
    days: dict[date, str] = {}
    are_known = True
    for node in _places(inner):
        place = text_of(node, "“of”", notes)
        try:
            days.update({} if place is None else holidays_of(place))
        except NoSuchPlace as problem:
            notes.add(node.line, str(problem))
            are_known = False
    for key, node in named(inner, "also", notes).items():
        why = text_of(node, f"“{key}”", notes) or ""
        days.update(dict.fromkeys(_parsed(_days, key, node, notes) or (), why))
    for key, node in named(inner, "except", notes).items():
        text_of(node, f"“{key}”", notes)
        for what in _excepted(_parsed(_days, key, node, notes) or (), key, days):
            if are_known:
                notes.add(node.line, f"{what}, so it needs no exception.")
    return tuple(Holiday(day=day, name=days[day]) for day in sorted(days))


def _excepted(excepted: tuple[date, ...], key: str, days: dict[date, str]) -> Iterator[str]:
    """Take *excepted* out of the holidays; yield what was none. A day of every year may be one in some years only."""
    needless = [day for day in excepted if days.pop(day, None) is None]
    if not key.startswith("every"):
        yield from (f"{day} is no holiday" for day in needless)
    elif needless and len(needless) == len(excepted):
        yield f"“{key}” is no holiday in any year"


def _parsed(parse: Callable[[str], T], key: str, node: Node, notes: Notes) -> T | None:
    """Return what *parse* makes of a key, which has the line of its value."""
    return read_as(parse, Text(key, node.line), f"“{key}”", notes)


def _places(parts: Parts) -> tuple[Node, ...]:
    if "of" not in parts:
        return ()
    return parts["of"].items if isinstance(parts["of"], Items) else (parts["of"],)


def _holidays_of(parts: Parts) -> tuple[str, ...]:
    """Return the places that `_holidays` has found no fault with."""
    node = parts.get("holidays")
    inner = {key.value: each for key, each in node.entries} if isinstance(node, Entries) else {}
    return tuple(node.value for node in _places(inner) if isinstance(node, Text))


def _days(text: str) -> tuple[date, ...]:
    """Return the days that ``2026-05-15``, ``2026-12-24 to 2026-12-31`` or ``every 25 December`` names."""
    if match := _EVERY_YEAR.fullmatch(text):
        day, month = int(match["day"]), _MONTHS.index(match["month"]) + 1
        found = tuple(_each_year(day, month))
        if not found:
            raise NotATime(f"“{text}” comes in no year.")
        return found
    first, to, last = text.partition(" to ")
    start = a_date(first)
    end = a_date(last) if to else start
    if not timedelta(0) <= end - start < timedelta(days=_LONGEST_RANGE):
        raise NotATime(f"“{text}” must go forward, and at most {_LONGEST_RANGE} days.")
    return tuple(start + number * DAY for number in range((end - start).days + 1))


def _each_year(day: int, month: int) -> Iterator[date]:
    for year in YEARS:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _dated(parts: Parts, key: str, notes: Notes) -> tuple[DatedHours, ...]:
    found = []
    for text, node in named(parts, key, notes).items():
        why = text_of(node, f"“{text}”", notes) or ""
        if (parsed := _parsed(_dated_hours, text, node, notes)) is not None:
            found.append(DatedHours(day=parsed.day, hours=parsed.hours, why=why))
    return tuple(sorted(found, key=lambda each: (each.day, each.hours.opens)))


def _dated_hours(text: str) -> DatedHours:
    day, joint, times = text.partition(FROM)
    if not joint:
        raise NotATime(f"“{text}” must be a date and hours, as in “2026-12-26 from 09:00 to 13:00”.")
    return DatedHours(day=a_date(day), hours=hours(times))


def _note_closed_years(calendar: Calendar, at: int, notes: Notes) -> None:
    """Note the years in which a calendar does not open at all (A13)."""
    own = [each.day for each in calendar.holidays] + [each.day for each in calendar.also_closed]
    placed = calendar.placed("Etc/UTC")
    years = {day.year for day in own}
    for year in sorted(years):
        if sum(day.year == year for day in own) < _MANY_DAYS:
            continue
        start = instant(f"{year}-01-01T00:00Z")
        if not placed.open_spans(start, start.replace(year=year + 1)):
            notes.add(at, f"The calendar “{calendar.name}” is not open once in {year}.")


# ---- examples --------------------------------------------------------------------------------------------------------

_GIVEN = ("calendar", "at")
_GIVEN_OPTIONS = ("add", "zone")


class _Example:
    """Reads one example: ``given: {calendar: …, at: …, add: 1 business hour}``, ``answer: 2026-03-30T08:30Z``."""

    def __init__(self, line: int, calendars: Collection[str], notes: Notes) -> None:
        self._line = line
        self._calendars = calendars
        self._notes = notes

    def read(self, title: str, parts: Parts) -> CalendarExample | None:
        notes = self._notes
        given = checked_keys(parts["given"], "“given”", required=_GIVEN, optional=_GIVEN_OPTIONS, notes=notes)
        at = timed(given, "at", instant, notes)
        add: Duration | None = timed(given, "add", duration, notes)
        answer = timed(parts, "answer", _is_open if "add" not in given else instant, notes)
        name = word_of(given["calendar"], "“calendar”", self._calendars, notes) if "calendar" in given else None
        if at is None or answer is None or name is None:
            return None
        return CalendarExample(
            title=title,
            line=self._line,
            calendar=name,
            at=at,
            add=add,
            zone=timed(given, "zone", zone, notes) or "Etc/UTC",
            answer=answer,
        )


def _is_open(text: str) -> bool | datetime:
    if text not in ("open", "closed"):
        raise NotATime(f"“{text}” is no answer: write “open” or “closed”, or give “add” and an instant.")
    return text == "open"
