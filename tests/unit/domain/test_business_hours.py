"""Counting inside opening hours: cases A1 to A9, A12 and A13 of the acceptance list, by their numbers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chatops.domain.business_hours import ALWAYS, Calendar
from chatops.domain.durations import HOUR, MINUTE, RealTime
from chatops.domain.errors import NeverOpen
from chatops.domain.opening_hours import DatedHours, Weekday
from chatops.domain.targets import instant_after
from tests.calendars import (
    EVERY_DAY,
    EXO,
    PAR,
    a_calendar,
    business_days,
    business_hours,
    holiday,
    hours,
    span,
    utc,
    weekly,
)

LONDON = replace(EXO, zone="Europe/London")
NIGHTS = a_calendar("Europe/Paris", weekly("22:00", "06:00", EVERY_DAY))


# ---- the acceptance list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "gmt", "london"),
    [
        ("2026-03-27 17:30", "2026-03-30 08:30", "2026-03-30 07:30"),
        ("2026-07-07 17:30", "2026-07-08 08:30", "2026-07-08 08:00"),
    ],
    ids=["A1", "A1b"],
)
def test_a1_gmt_is_gmt_and_not_london(created: str, gmt: str, london: str) -> None:
    assert instant_after(utc(created), business_hours(1), EXO) == utc(gmt)
    assert instant_after(utc(created), business_hours(1), LONDON) == utc(london)


def test_a2_lunch_does_not_count() -> None:
    assert instant_after(utc("2026-06-01 09:30"), business_hours(1), PAR) == utc("2026-06-01 12:30")


@pytest.mark.parametrize(
    ("start", "end", "open_for"),
    [("2026-03-28 12:00", "2026-03-29 12:00", 7), ("2026-10-24 12:00", "2026-10-25 12:00", 9)],
)
def test_a3_a_night_shift_over_a_change_of_the_clock(start: str, end: str, open_for: int) -> None:
    assert NIGHTS.elapsed(utc(start), utc(end)) == open_for * HOUR


def test_a4_the_instant_of_closing_belongs_to_the_day() -> None:
    pauses = [span("2026-06-01 11:00", "2026-06-01 15:00")]
    assert instant_after(utc("2026-06-01 10:00"), business_hours(4), EXO, pauses) == utc("2026-06-01 18:00")


def test_a5_a_pause_costs_its_business_part_only() -> None:
    """A5b and A5c: neither its length by the wall clock, nor counted from the creation."""
    pauses = [span("2026-06-05 17:00", "2026-06-08 12:00")]
    assert instant_after(utc("2026-06-05 16:00"), business_hours(4), EXO, pauses) == utc("2026-06-08 15:00")


def test_a6_the_calendar_says_what_a_business_day_is() -> None:
    start = utc("2026-06-01 17:00")
    assert instant_after(start, business_days(2), EXO) == utc("2026-06-03 17:00")
    assert instant_after(start, business_days(2), replace(EXO, business_day=None)) == utc("2026-06-03 18:00")


def test_a6_the_end_of_the_nth_day_counts_days_after_the_one_it_begins_on() -> None:
    until_evening = replace(EXO, business_day=None, holidays=(holiday("2026-06-09"),))
    for start in ("2026-06-05 07:00", "2026-06-05 12:00", "2026-06-05 23:00", "2026-06-06 12:00"):
        assert instant_after(utc(start), business_days(1), until_evening) == utc("2026-06-08 18:00")
        assert instant_after(utc(start), business_days(2), until_evening) == utc("2026-06-10 18:00")


def test_a7_what_happens_while_closed_takes_no_time() -> None:
    created, answered = utc("2026-06-06 12:00"), utc("2026-06-07 09:00")
    assert instant_after(created, business_hours(1), EXO) == utc("2026-06-08 09:00")
    assert EXO.elapsed(created, answered) == timedelta(0)
    assert EXO.elapsed(answered, created) == timedelta(0)


def test_a8_a_holiday_is_closed() -> None:
    calendar = replace(EXO, holidays=(holiday("2026-12-25"),))
    assert instant_after(utc("2026-12-24 16:00"), business_hours(4), calendar) == utc("2026-12-28 10:00")


def test_a12_a_time_that_comes_twice_begins_the_first_time_and_ends_the_second() -> None:
    day = (utc("2026-10-24 20:00"), utc("2026-10-25 20:00"))
    sunday = (Weekday.SUNDAY,)
    begins = a_calendar("Europe/Paris", weekly("02:30", "04:00", sunday))
    ends = a_calendar("Europe/Paris", weekly("01:00", "02:30", sunday))
    assert begins.open_spans(*day) == (span("2026-10-25 00:30", "2026-10-25 03:00"),)
    assert ends.open_spans(*day) == (span("2026-10-24 23:00", "2026-10-25 01:30"),)


def test_a12_a_time_that_is_left_out_is_the_same_for_both_ends() -> None:
    day = (utc("2026-03-28 20:00"), utc("2026-03-29 20:00"))
    sunday = (Weekday.SUNDAY,)
    begins = a_calendar("Europe/Paris", weekly("02:30", "04:00", sunday))
    ends = a_calendar("Europe/Paris", weekly("01:00", "02:30", sunday))
    assert begins.open_spans(*day) == (span("2026-03-29 01:30", "2026-03-29 02:00"),)
    assert ends.open_spans(*day) == (span("2026-03-29 00:00", "2026-03-29 01:30"),)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a12_neighbours_leave_no_gap_and_count_nothing_twice(day: str) -> None:
    sunday = (Weekday.SUNDAY,)
    calendar = a_calendar("Europe/Paris", weekly("01:00", "02:30", sunday), weekly("02:30", "05:00", sunday))
    start, end = utc(f"{day} 00:00") - 6 * HOUR, utc(f"{day} 06:00")
    [whole] = calendar.open_spans(start, end)
    assert calendar.elapsed(start, end) == whole.length == (3 if day == "2026-03-29" else 5) * HOUR


@pytest.mark.parametrize(
    "calendar",
    [
        a_calendar("Etc/UTC"),
        replace(EXO, also_closed=tuple(
            DatedHours(day=date(2026, 1, 1) + timedelta(days=number), hours=hours("00:00", "00:00"))
            for number in range(4 * 366)
        )),
        replace(EXO, holidays=tuple(
            holiday(str(date(2026, 1, 1) + timedelta(days=number))) for number in range(4 * 366)
        )),
    ],
    ids=["no hours", "closed for four years", "four years of holidays"],
)  # fmt: skip
def test_a13_a_calendar_that_never_opens_says_so_and_does_not_search_for_ever(calendar: Calendar) -> None:
    start = utc("2026-06-01 12:00")
    asks: list[Callable[[], object]] = [
        lambda: calendar.next_opening(start),
        lambda: calendar.after(start, MINUTE),
        lambda: calendar.end_of_day(start, 1),
        lambda: instant_after(start, business_days(1), replace(calendar, business_day=None)),
    ]
    for ask in asks:
        with pytest.raises(NeverOpen, match="test"):
            ask()
    assert calendar.elapsed(start, utc("2028-06-01 12:00")) == timedelta(0)
    assert not calendar.is_open(start)


# ---- the edges of the day --------------------------------------------------------------------------------------------


def test_it_is_open_from_the_instant_of_opening_until_just_before_that_of_closing() -> None:
    assert not EXO.is_open(utc("2026-06-01 08:00") - timedelta.resolution)
    assert EXO.is_open(utc("2026-06-01 08:00"))
    assert EXO.is_open(utc("2026-06-01 18:00") - timedelta.resolution)
    assert not EXO.is_open(utc("2026-06-01 18:00"))


def test_the_next_opening_is_now_while_it_is_open() -> None:
    assert EXO.next_opening(utc("2026-06-01 17:59")) == utc("2026-06-01 17:59")
    assert EXO.next_opening(utc("2026-06-05 18:00")) == utc("2026-06-08 08:00")
    assert EXO.next_opening(utc("2026-12-31 23:00")) == utc("2027-01-01 08:00")


def test_open_spans_are_whole_across_midnight_and_new_year() -> None:
    assert ALWAYS.open_spans(utc("2025-12-30 00:00"), utc("2027-02-01 00:00")) == (
        span("2025-12-30 00:00", "2027-02-01 00:00"),
    )
    assert EXO.open_spans(utc("2026-06-05 17:00"), utc("2026-06-08 09:00")) == (
        span("2026-06-05 17:00", "2026-06-05 18:00"),
        span("2026-06-08 08:00", "2026-06-08 09:00"),
    )
    assert EXO.open_spans(utc("2026-06-08 09:00"), utc("2026-06-05 17:00")) == ()


def test_a_long_way_costs_years_not_minutes() -> None:
    days = sum((date(2026, 1, 1) + timedelta(days=number)).weekday() < 5 for number in range(36_524))
    assert EXO.elapsed(utc("2026-01-01 00:00"), utc("2125-12-31 23:00")) == days * 10 * HOUR
    assert EXO.after(utc("2026-01-01 08:00"), days * 10 * HOUR) == utc("2125-12-31 18:00")


def test_nothing_at_all_is_over_at_once() -> None:
    assert EXO.after(utc("2026-06-06 12:00"), timedelta(0)) == utc("2026-06-06 12:00")


def test_real_time_passes_while_closed() -> None:
    start = utc("2026-06-05 17:30")
    assert instant_after(start, RealTime(length=HOUR), EXO) == utc("2026-06-05 18:30")
    pauses = [span("2026-06-05 18:00", "2026-06-05 20:00")]
    assert instant_after(start, RealTime(length=HOUR), EXO, pauses) == utc("2026-06-05 20:30")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        EXO.is_open(datetime(2026, 6, 1, 12))  # noqa: DTZ001 - that is the point


# ---- exceptions ------------------------------------------------------------------------------------------------------


def test_an_exceptional_opening_beats_a_holiday_and_an_exceptional_closing_beats_both() -> None:
    saturday, holiday_monday = date(2026, 6, 6), date(2026, 6, 8)
    calendar = replace(
        EXO,
        holidays=(holiday("2026-06-08"),),
        also_open=(
            DatedHours(day=saturday, hours=hours("09:00", "13:00"), why="the move"),
            DatedHours(day=holiday_monday, hours=hours("10:00", "12:00"), why="the move"),
        ),
        also_closed=(DatedHours(day=saturday, hours=hours("11:00", "12:00"), why="the lift"),),
    )
    assert calendar.open_spans(utc("2026-06-05 18:00"), utc("2026-06-09 08:00")) == (
        span("2026-06-06 09:00", "2026-06-06 11:00"),
        span("2026-06-06 12:00", "2026-06-06 13:00"),
        span("2026-06-08 10:00", "2026-06-08 12:00"),
    )


def test_a_holiday_is_a_whole_local_day_even_for_a_night_shift() -> None:
    calendar = replace(NIGHTS, holidays=(holiday("2026-06-03"),))
    assert calendar.open_spans(utc("2026-06-02 12:00"), utc("2026-06-04 12:00")) == (
        span("2026-06-02 20:00", "2026-06-02 22:00"),
        span("2026-06-03 22:00", "2026-06-04 04:00"),
    )


def test_a_day_without_midnight_begins_an_hour_late() -> None:
    """Brazil put its clocks forward at midnight until 2018, and back at midnight until 2019."""
    all_week = a_calendar("America/Sao_Paulo", weekly("00:00", "00:00", EVERY_DAY))
    spring = replace(all_week, holidays=(holiday("2018-11-04"),))
    autumn = replace(all_week, holidays=(holiday("2018-02-17"),))
    assert spring.elapsed(utc("2018-11-03 03:00"), utc("2018-11-06 02:00")) == (71 - 23) * HOUR
    assert autumn.elapsed(utc("2018-02-16 02:00"), utc("2018-02-19 03:00")) == (73 - 25) * HOUR


def test_a_day_that_a_zone_left_out_is_not_open() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    samoa = a_calendar("Pacific/Apia", weekly("09:00", "17:00", (Weekday.FRIDAY,)))
    assert samoa.open_spans(utc("2011-12-27 00:00"), utc("2012-01-04 00:00")) == ()


@pytest.mark.parametrize(
    ("zone", "start", "end", "expected"),
    [
        ("Europe/Paris", "2026-03-28 23:00", "2026-03-29 22:00", 23),
        ("Europe/Paris", "2026-10-24 22:00", "2026-10-25 23:00", 25),
        ("Europe/London", "2026-03-29 00:00", "2026-03-29 23:00", 23),
        ("Australia/Lord_Howe", "2026-04-04 13:00", "2026-04-05 13:30", 24.5),
        ("Australia/Lord_Howe", "2026-10-03 13:30", "2026-10-04 13:00", 23.5),
        ("Asia/Kathmandu", "2026-03-28 18:15", "2026-03-29 18:15", 24),
        ("Etc/GMT", "2026-03-29 00:00", "2026-03-30 00:00", 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, start: str, end: str, expected: float) -> None:
    day = (Weekday((utc(start) + 12 * HOUR).weekday()),)
    calendar = a_calendar(zone, weekly("00:00", "00:00", day))
    assert calendar.open_spans(utc(start) - 72 * HOUR, utc(end) + 72 * HOUR) == (span(start, end),)
    assert calendar.elapsed(utc(start), utc(end)) == expected * HOUR


# ---- editions --------------------------------------------------------------------------------------------------------


def test_a23_a_calendar_with_one_more_holiday_is_another_edition() -> None:
    assert EXO.fingerprint == replace(EXO).fingerprint
    assert EXO.fingerprint != replace(EXO, holidays=(holiday("2026-12-25"),)).fingerprint


def test_roaming_hours_are_those_of_whoever_is_concerned() -> None:
    roaming = replace(EXO, roams=True)
    assert roaming.placed("Asia/Kathmandu").next_opening(utc("2026-06-01 00:00")) == utc("2026-06-01 02:15")
    assert roaming.placed("Asia/Kathmandu") is roaming.placed("Asia/Kathmandu")
    assert EXO.placed("Asia/Kathmandu") is EXO
