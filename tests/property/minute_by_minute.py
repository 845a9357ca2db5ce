"""
Opening hours the slow way: look at the clock on the wall every minute, and count (I10).

Nothing is shared with the code that is tested but the calendar's fields; a wall clock is never turned into an instant
here, it is looked for.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from chatops.domain.business_hours import Calendar
from chatops.domain.opening_hours import DatedHours, Hours
from chatops.domain.spans import Span

MINUTE = timedelta(minutes=1)
MARGIN = timedelta(days=3)


class SlowCalendar:
    """A calendar between two instants, both whole minutes."""

    def __init__(self, calendar: Calendar, start: datetime, end: datetime) -> None:
        self._calendar = calendar
        self._start = start
        self._end = end

    def minutes(self) -> list[datetime]:
        return [self._start + number * MINUTE for number in range((self._end - self._start) // MINUTE)]

    @cached_property
    def open_minutes(self) -> frozenset[datetime]:
        calendar = self._calendar
        weekly = {minute for week in calendar.weekly for day in self._days if day.weekday() in week.days
                  for minute in self._of(day, week.hours)}  # fmt: skip
        closed = {minute for each in calendar.holidays for minute in self._of(each.day, WHOLE_DAY)}
        opened = (weekly - closed) | self._of_all(calendar.also_open)
        return frozenset((opened - self._of_all(calendar.also_closed)) & set(self.minutes()))

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Span]) -> timedelta:
        pauses = tuple(pauses)
        return sum((MINUTE for minute in self._counting(pauses) if start <= minute < end), timedelta(0))

    def after(self, start: datetime, length: timedelta, pauses: Iterable[Span]) -> datetime | None:
        """Return the end of the minute with which *length* is full; None where that is beyond what we look at."""
        if length == timedelta(0):
            return start
        counting = [minute for minute in self._counting(tuple(pauses)) if minute >= start]
        needed = length // MINUTE
        return counting[needed - 1] + MINUTE if len(counting) >= needed else None

    def first_shown(self, day: date, at: time) -> datetime | None:
        """Return when the clock on the wall shows *at* of *day* first; None where that is beyond what we look at."""
        return self._first(datetime.combine(day, at)) if day in self._days else None

    @cached_property
    def open_days(self) -> tuple[date, ...]:
        """The days by the clock on the wall that are open at all, in order."""
        return tuple(sorted({wall.date() for minute, wall in self._walls if minute in self.open_minutes}))

    def _counting(self, pauses: tuple[Span, ...]) -> list[datetime]:
        return [
            minute
            for minute in sorted(self.open_minutes)
            if not any(pause.start <= minute < pause.end for pause in pauses)
        ]

    # ---- the clock on the wall ---------------------------------------------------------------------------------------

    @cached_property
    def _walls(self) -> list[tuple[datetime, datetime]]:
        """Every minute, with what the clock on the wall shows then."""
        zone = ZoneInfo(self._calendar.zone)
        first = self._start - MARGIN
        minutes = (first + number * MINUTE for number in range((self._end - first + MARGIN) // MINUTE))
        return [(minute, minute.astimezone(zone).replace(tzinfo=None, fold=0)) for minute in minutes]

    @cached_property
    def _shown(self) -> dict[datetime, list[datetime]]:
        shown: dict[datetime, list[datetime]] = {}
        for minute, wall in self._walls:
            shown.setdefault(wall, []).append(minute)
        return shown

    @cached_property
    def _days(self) -> list[date]:
        """The days of which the whole wall clock was looked at."""
        return sorted({wall.date() for wall in self._shown})[1:-1]

    def _first(self, wall: datetime) -> datetime | None:
        return self._shown[wall][0] if wall in self._shown else self._as_if_not_put_forward(wall)

    def _last(self, wall: datetime) -> datetime | None:
        return self._shown[wall][-1] if wall in self._shown else self._as_if_not_put_forward(wall)

    def _as_if_not_put_forward(self, wall: datetime) -> datetime | None:
        for (minute, before), (_, after) in zip(self._walls, self._walls[1:], strict=False):
            if before < wall < after:
                return minute + (wall - before)
        return None

    def _of(self, day: date, hours: Hours) -> set[datetime]:
        if day not in self._days:
            return set()
        start = self._first(datetime.combine(day, hours.opens))
        next_midnight = datetime.combine(day + timedelta(days=1), time(0))
        if hours.closes == time(0):
            end = self._first(next_midnight)
        else:
            beyond = timedelta(days=1) if hours.closes <= hours.opens else timedelta(0)
            end = self._last(datetime.combine(day, hours.closes) + beyond)
        if start is None or end is None:
            return set()
        return {start + number * MINUTE for number in range(max(0, (end - start) // MINUTE))}

    def _of_all(self, dated: Iterable[DatedHours]) -> set[datetime]:
        return {minute for each in dated for minute in self._of(each.day, each.hours)}


WHOLE_DAY = Hours(opens=time(0), closes=time(0))
