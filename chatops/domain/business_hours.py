"""
Opening hours: calendars of local weekly intervals in a named zone, and counting inside them.

Nothing here walks minutes. A calendar keeps, per year, its open spans in order with the open time before each, so a
question costs two binary searches, however far apart its instants are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from chatops.domain.durations import DAY
from chatops.domain.errors import NeverOpen
from chatops.domain.local_time import whole_day, zone_named
from chatops.domain.opening_hours import ALL_DAY, DatedHours, Holiday, Hours, Weekday, WeeklyHours
from chatops.domain.spans import Span, merged, without

NOTHING = timedelta(0)
LONGEST_CLOSURE = timedelta(days=2 * 366)
"""Nobody who is closed for longer opens again as far as we are concerned (A13)."""
_LAST_YEAR = 9_990


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """
    When time counts: the weekly hours, less holidays, with exceptional openings, less exceptional closings.

    Attributes:
        name: As the policies call it: ``business hours``.
        zone: IANA name, taken literally: ``Etc/GMT`` knows no summer time (A1).
        business_day: What `1 business day` is; None for "until the end of the Nth day" (A6).
        roams: Its hours are meant in the zone of whoever is concerned; see `placed`.
    """

    name: str
    zone: str
    weekly: tuple[WeeklyHours, ...]
    business_day: timedelta | None = None
    holidays: tuple[Holiday, ...] = ()
    also_open: tuple[DatedHours, ...] = ()
    also_closed: tuple[DatedHours, ...] = ()
    roams: bool = False

    # ---- questions ---------------------------------------------------------------------------------------------------

    def is_open(self, at: datetime) -> bool:
        """Say whether time counts at *at*; at the instant of closing it does not any more."""
        at = _utc(at)
        return self._year(at.year).is_open(at)

    def next_opening(self, at: datetime) -> datetime:
        """
        Return the first open instant from *at* on: *at* itself where it is open.

        Raises:
            NeverOpen: It does not open within two years.
        """
        at = _utc(at)
        for year in self._years_from(at):
            opening = year.opening_from(at)
            if opening is not None and opening - at <= LONGEST_CLOSURE:
                return opening
        raise self._never(at)

    def open_spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Return the open instants from *start* until *end*, in order, none touching another."""
        start, end = _utc(start), _utc(end)
        if end <= start:
            return ()
        spans = (span for year in range(start.year, end.year + 1) for span in self._year(year).spans)
        return merged(part for span in spans if (part := span.within(start, end)) is not None)

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> timedelta:
        """Return the open time from *start* until *end*, less what of it lies in *pauses*; never negative (A7)."""
        start, end = _utc(start), _utc(end)
        inside = [part for pause in merged(pauses) if (part := pause.within(start, end)) is not None]
        return self._open_time(start, end) - sum((self._open_time(each.start, each.end) for each in inside), NOTHING)

    def after(self, start: datetime, length: timedelta, pauses: Iterable[Span] = ()) -> datetime:
        """
        Return the first instant at which *length* of open time has passed since *start*, outside *pauses*.

        The instant of closing belongs to the day that closes: what ends at 18:00 ends today, not tomorrow at 08:00
        (A4).

        Raises:
            NeverOpen: It is closed for more than two years on the way.
        """
        at, left = _utc(start), length
        for pause in merged(pauses):
            if pause.end <= at:
                continue
            before = self._open_time(at, pause.start)
            if left <= before:
                break
            at, left = pause.end, left - before
        return self._after(at, left)

    def end_of_day(self, start: datetime, days: int) -> datetime:
        """
        Return the last instant of the *days*-th business day after the local day of *start*.

        A business day is a local day that is open at all.

        Raises:
            NeverOpen: It is closed for more than two years on the way.
        """
        zone, start = zone_named(self.zone), _utc(start)
        day, opened = start.astimezone(zone).date(), start
        while days > 0:
            day += DAY
            whole = whole_day(day, zone)
            if whole.start - opened > LONGEST_CLOSURE:
                raise self._never(opened)
            if spans := self.open_spans(whole.start, whole.end):
                days, opened = days - 1, spans[-1].end
        return opened

    def placed(self, zone: str) -> "Calendar":
        """Return the calendar of somebody in *zone*: another one only where its hours roam."""
        if not self.roams:
            return self
        if zone not in self._places:
            self._places[zone] = replace(self, zone=zone, roams=False)
        return self._places[zone]

    def holiday_on(self, day: date) -> str | None:
        """Return what *day* is called, where it is a holiday."""
        return self._holiday_names.get(day)

    @cached_property
    def fingerprint(self) -> str:
        """Return what tells this calendar from any other, holidays included: the calendar edition of a clock (A23)."""
        return sha256(repr(self).encode()).hexdigest()

    # ---- counting ----------------------------------------------------------------------------------------------------

    def _open_time(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return NOTHING
        first, last = self._year(start.year), self._year(end.year)
        whole = sum((self._year(year).total for year in range(start.year, end.year)), NOTHING)
        return whole + last.open_before(end) - first.open_before(start)

    def _after(self, start: datetime, left: timedelta) -> datetime:
        if left <= NOTHING:
            return start
        at, progress = start, start
        while True:
            year = self._year(at.year)
            done = year.open_before(at)
            if done + left <= year.total:
                return year.instant_of(done + left)
            if year.spans and year.total > done:
                progress = max(at, year.spans[-1].end)
            left -= year.total - done
            at = datetime(at.year + 1, 1, 1, tzinfo=UTC)
            if at.year > _LAST_YEAR or at - progress > LONGEST_CLOSURE:
                raise self._never(progress)

    def _years_from(self, at: datetime) -> Iterator["_Year"]:
        return (self._year(year) for year in range(at.year, min(at.year + 3, _LAST_YEAR + 1)))

    def _never(self, at: datetime) -> NeverOpen:
        return NeverOpen(f"The calendar “{self.name}” does not open within two years of {at:%Y-%m-%d}")

    # ---- what it is counted with -------------------------------------------------------------------------------------

    def _year(self, year: int) -> "_Year":
        if year not in self._years:
            self._years[year] = _Year(self._spans_of(year))
        return self._years[year]

    @cached_property
    def _years(self) -> dict[int, "_Year"]:
        """What was worked out of this calendar so far: it follows from the fields and is no part of the value."""
        return {}

    @cached_property
    def _places(self) -> dict[str, "Calendar"]:
        return {}

    @cached_property
    def _holiday_names(self) -> dict[date, str]:
        return {holiday.day: holiday.name for holiday in self.holidays}

    def _spans_of(self, year: int) -> tuple[Span, ...]:
        """Return the open spans of the UTC year."""
        zone = zone_named(self.zone)
        first, last = date(year, 1, 1) - 2 * DAY, date(year, 12, 31) + 2 * DAY
        days = [first + number * DAY for number in range((last - first).days + 1)]
        weekly = [span for day in days for hours in self._weekdays[day.weekday()] if (span := hours.on(day, zone))]
        holidays = [whole_day(day, zone) for day in days if day in self._holiday_names]
        opened = [*without(weekly, holidays), *_dated(self.also_open, first, last, zone)]
        begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        kept = without(opened, _dated(self.also_closed, first, last, zone))
        return tuple(part for span in kept if (part := span.within(begin, end)) is not None)

    @cached_property
    def _weekdays(self) -> tuple[tuple[Hours, ...], ...]:
        return tuple(tuple(each.hours for each in self.weekly if day in each.days) for day in Weekday)


ALWAYS = Calendar(
    name="24x7", zone="Etc/UTC", weekly=(WeeklyHours(days=tuple(Weekday), hours=ALL_DAY),), business_day=DAY
)
"""What real durations are counted on."""


class _Year:
    """The open spans of one UTC year, with the open time before each."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.spans = spans
        self._starts = [span.start for span in spans]
        self._done: list[timedelta] = []
        """The open time until the end of each span."""
        done = NOTHING
        for span in spans:
            done += span.length
            self._done.append(done)
        self.total = done

    def is_open(self, at: datetime) -> bool:
        number = bisect_right(self._starts, at) - 1
        return number >= 0 and at < self.spans[number].end

    def opening_from(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at
        number = bisect_left(self._starts, at)
        return self._starts[number] if number < len(self._starts) else None

    def open_before(self, at: datetime) -> timedelta:
        number = bisect_right(self._starts, at) - 1
        if number < 0:
            return NOTHING
        span = self.spans[number]
        return self._done[number] - (span.end - min(at, span.end))

    def instant_of(self, done: timedelta) -> datetime:
        """Return the first instant before which *done*, more than nothing and at most `total`, was open."""
        number = bisect_left(self._done, done)
        return self.spans[number].end - (self._done[number] - done)


def _dated(entries: Iterable[DatedHours], first: date, last: date, zone: ZoneInfo) -> list[Span]:
    return [span for each in entries if first <= each.day <= last and (span := each.hours.on(each.day, zone))]


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} is not an instant: it has no time zone")
    return at.astimezone(UTC)
