"""When a duration counted on a calendar is over: the arithmetic that the clocks, reminders and ladders share."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chatops.domain.business_hours import ALWAYS, Calendar
from chatops.domain.durations import BusinessDays, BusinessTime, Duration, RealTime
from chatops.domain.spans import Span


def counted_on(duration: Duration, calendar: Calendar) -> Calendar:
    """Return what *duration* is counted on: real time counts day and night, whatever the *calendar*."""
    return ALWAYS if isinstance(duration, RealTime) else calendar


def budget(duration: Duration, calendar: Calendar, start: datetime) -> timedelta:
    """
    Return *duration* from *start* on as time of the calendar it is counted on.

    "Until the end of the Nth day" becomes business time here, once: what a pause takes is then given back hour by
    hour, like that of any other target (A6).

    Raises:
        NeverOpen: The calendar has no such days.
    """
    match duration:
        case RealTime(length=length) | BusinessTime(length=length):
            return length
        case BusinessDays(days=days) if calendar.business_day is not None:
            return days * calendar.business_day
        case BusinessDays(days=days):
            return calendar.elapsed(start, calendar.end_of_day(start, days))


def instant_after(start: datetime, duration: Duration, calendar: Calendar, pauses: Iterable[Span] = ()) -> datetime:
    """
    Return the instant at which *duration* is over that begins at *start* and stands still during *pauses*.

    Raises:
        NeverOpen: The calendar is closed for more than two years on the way.

    Source: cases A1 to A9 of the acceptance list.
    """
    return counted_on(duration, calendar).after(start, budget(duration, calendar, start), pauses)
