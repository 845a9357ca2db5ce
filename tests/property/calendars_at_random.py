"""Random calendars, pauses and instants, near the days on which clocks are put forward or back (F16)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

from hypothesis import strategies as st

from chatops.domain.business_hours import Calendar
from chatops.domain.opening_hours import DatedHours, Holiday, Hours, Weekday, WeeklyHours
from chatops.domain.spans import Span

MINUTE = timedelta(minutes=1)
CHANGES = {
    "Etc/GMT": ("2026-03-29", "2026-10-25"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Europe/Paris": ("2026-03-29", "2026-10-25", "2027-03-28", "2024-02-29"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/Sao_Paulo": ("2018-11-04", "2018-02-18", "2026-10-18"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Asia/Kathmandu": ("2026-03-29", "2026-12-31"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
}
"""Zones, and days on which something happens there: summer time in both directions, leap days, a day left out."""

ALL_ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix", "right")))

ZONES_AND_DAYS = st.one_of(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda zone: st.tuples(st.just(zone), st.sampled_from(CHANGES[zone]))),
    st.tuples(
        st.sampled_from(ALL_ZONES),
        st.dates(date(2015, 1, 1), date(2035, 12, 31)).map(str),
    ),
)
TIMES = st.one_of(
    st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45))),
    st.builds(time, st.integers(0, 3), st.integers(0, 59)),
)
HOURS = st.builds(Hours, opens=TIMES, closes=TIMES)
DAYS = st.lists(st.sampled_from(list(Weekday)), min_size=1, unique=True).map(lambda days: tuple(sorted(days)))
WEEKS = st.lists(st.builds(WeeklyHours, days=DAYS, hours=HOURS), max_size=4).map(tuple)


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    Attributes:
        start, end: What is looked at: some days around a change of the clock.
        at: Somewhere in it, a whole minute.
    """

    calendar: Calendar
    start: datetime
    end: datetime
    at: datetime
    pauses: tuple[Span, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, day = draw(ZONES_AND_DAYS)
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=draw(st.integers(1, 4)))
    length = draw(st.integers(2, 7)) * 24 * 60
    minutes = st.integers(0, length)
    days = st.integers(-1, 8).map(lambda number: start.date() + timedelta(days=number))
    dated = st.lists(st.builds(DatedHours, day=days, hours=HOURS), max_size=2).map(tuple)
    calendar = Calendar(
        name="random",
        zone=zone,
        weekly=draw(WEEKS),
        holidays=draw(st.lists(st.builds(Holiday, day=days, name=st.just("off")), max_size=2).map(tuple)),
        also_open=draw(dated),
        also_closed=draw(dated),
    )
    ends = draw(st.lists(st.tuples(minutes, minutes), max_size=4))
    pauses = tuple(Span(start=start + min(pair) * MINUTE, end=start + max(pair) * MINUTE) for pair in ends)
    return Case(
        calendar=calendar,
        start=start,
        end=start + length * MINUTE,
        at=start + draw(minutes) * MINUTE,
        pauses=pauses,
    )
