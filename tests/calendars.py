"""The calendars that the acceptance cases are computed on, and short ways to write instants and durations."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import HOUR, BusinessDays, BusinessTime
from chatops.domain.opening_hours import ALL_DAY, Holiday, Hours, Weekday, WeeklyHours
from chatops.domain.spans import Span

WORKDAYS = tuple(Weekday)[:5]
EVERY_DAY = tuple(Weekday)


def utc(text: str) -> datetime:
    """Return the instant written ``2026-03-27 17:30``."""
    return datetime.fromisoformat(f"{text}+00:00")


def span(start: str, end: str) -> Span:
    return Span(start=utc(start), end=utc(end))


def weekly(opens: str, closes: str, days: Iterable[Weekday] = WORKDAYS) -> WeeklyHours:
    return WeeklyHours(days=tuple(days), hours=hours(opens, closes))


def hours(opens: str, closes: str) -> Hours:
    return Hours(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def a_calendar(zone: str, *week: WeeklyHours, a_day_is: timedelta | None = 10 * HOUR) -> Calendar:
    return Calendar(name="test", zone=zone, weekly=week, business_day=a_day_is)


def holiday(day: str) -> Holiday:
    return Holiday(day=date.fromisoformat(day), name="a holiday")


def business_hours(number: float) -> BusinessTime:
    return BusinessTime(length=number * HOUR)


def business_days(number: int) -> BusinessDays:
    return BusinessDays(days=number)


EXO = a_calendar("Etc/GMT", weekly("08:00", "18:00"))
PAR = a_calendar("Europe/Paris", weekly("09:00", "12:00"), weekly("14:00", "18:00"), a_day_is=7 * HOUR)
ROUND_THE_CLOCK = a_calendar("Etc/UTC", WeeklyHours(days=EVERY_DAY, hours=ALL_DAY), a_day_is=24 * HOUR)
