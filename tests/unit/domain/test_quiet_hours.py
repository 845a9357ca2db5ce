"""Quiet hours of one person: how they are written, and when they begin and end where clocks go forward and back."""

from datetime import time

import pytest

from chatops.domain.durations import MINUTE
from chatops.domain.quiet_hours import QuietHours, quiet_hours
from tests.calendars import utc


@pytest.mark.parametrize("text", ["21:00 to 07:30", "12:00 to 13:00", "20:00 to 24:00", "00:00 to 07:00"])
def test_they_are_written_as_they_were_read(text: str) -> None:
    assert str(quiet_hours(text)) == text


def test_the_end_of_a_day_has_two_names() -> None:
    assert quiet_hours("20:00 to 24:00") == quiet_hours("20:00 to 00:00") == QuietHours(begins=time(20), ends=time(0))


@pytest.mark.parametrize(
    "text",
    [
        *("", "at night", "21:00", "21:00-07:30", "21:00 – 07:30", "21:00 to 7:30", "21 to 7", "9pm to 7am"),
        *("24:00 to 07:00", "21:00 to 24:30", "21:60 to 07:00", "21:00 to 07:30 ", "21:00 to 07:30\n"),
        *("21:00 to 07:30 to 08:00", "٢١:٠٠ to ٠٧:٣٠"),
    ],
)
def test_anything_else_says_none(text: str) -> None:
    with pytest.raises(ValueError, match="are no quiet hours: write them as in 21:00 to 07:30"):
        quiet_hours(text)


@pytest.mark.parametrize("text", ["09:00 to 09:00", "00:00 to 24:00", "00:00 to 00:00"])
def test_nobody_is_quiet_all_day_long(text: str) -> None:
    with pytest.raises(ValueError, match="begin and end at the same time"):
        quiet_hours(text)
    with pytest.raises(ValueError, match="cannot begin and end at the same time"):
        QuietHours(begins=time(9), ends=time(9))


@pytest.mark.parametrize(
    ("hours", "shown", "covered"),
    [
        ("12:00 to 13:00", "11:59", False),
        ("12:00 to 13:00", "12:00", True),
        ("12:00 to 13:00", "13:00", False),
        ("21:00 to 07:30", "20:59", False),
        ("21:00 to 07:30", "21:00", True),
        ("21:00 to 07:30", "00:00", True),
        ("21:00 to 07:30", "07:29", True),
        ("21:00 to 07:30", "07:30", False),
        ("20:00 to 24:00", "23:59", True),
        ("20:00 to 24:00", "00:00", False),
    ],
)
def test_what_a_clock_shows_is_one_of_them_or_is_not(hours: str, shown: str, covered: bool) -> None:
    assert quiet_hours(hours).cover(time.fromisoformat(shown)) is covered


NIGHT = "21:00 to 02:30"
MORNING = "02:30 to 07:00"


@pytest.mark.parametrize(
    ("hours", "zone", "begins", "ends"),
    [
        ("21:00 to 07:30", "Europe/Paris", "2026-06-05 19:00", "2026-06-06 05:30"),
        ("12:00 to 13:00", "Europe/Paris", "2026-06-05 10:00", "2026-06-05 11:00"),
        ("20:00 to 24:00", "Europe/Paris", "2026-06-05 18:00", "2026-06-05 22:00"),
        ("21:00 to 07:30", "Asia/Kathmandu", "2026-06-05 15:15", "2026-06-06 01:45"),
        # The clock is put forward from 02:00 to 03:00: 02:30 is when it shows 03:30 instead.
        (NIGHT, "Europe/Paris", "2026-03-28 20:00", "2026-03-29 01:30"),
        (MORNING, "Europe/Paris", "2026-03-29 01:30", "2026-03-29 05:00"),
        # It is put back from 03:00 to 02:00: 02:30 comes twice, begins with the first and ends with the second.
        (NIGHT, "Europe/Paris", "2026-10-24 19:00", "2026-10-25 01:30"),
        (MORNING, "Europe/Paris", "2026-10-25 00:30", "2026-10-25 06:00"),
        # By half an hour only: back from 02:00 to 01:30 in April, forward from 02:00 to 02:30 in October.
        ("21:00 to 01:45", "Australia/Lord_Howe", "2026-04-04 10:00", "2026-04-04 15:15"),
        ("01:45 to 07:00", "Australia/Lord_Howe", "2026-04-04 14:45", "2026-04-04 20:30"),
        ("21:00 to 02:15", "Australia/Lord_Howe", "2026-10-03 10:30", "2026-10-03 15:45"),
        ("02:15 to 07:00", "Australia/Lord_Howe", "2026-10-03 15:45", "2026-10-03 20:00"),
        # Samoa left out the thirtieth of December: the night of the twenty-ninth ends on the thirty-first.
        ("21:00 to 07:30", "Pacific/Apia", "2011-12-30 07:00", "2011-12-30 17:30"),
        # What nearly fills the day runs into itself where an hour comes twice.
        ("02:45 to 02:15", "Europe/Paris", "2026-10-24 00:45", "2026-10-26 01:15"),
    ],
)
def test_they_are_meant_by_the_clock_on_the_wall(hours: str, zone: str, begins: str, ends: str) -> None:
    """On both sides: at the instant, and just before it."""
    quiet, first, over = quiet_hours(hours), utc(begins), utc(ends)
    assert not quiet.are_at(first - MINUTE, zone)
    assert quiet.are_at(first, zone)
    assert quiet.are_at(over - MINUTE, zone)
    assert not quiet.are_at(over, zone)
    for at in (first, first + (over - first) / 2, over - MINUTE, over):
        assert quiet.over_from(at, zone) == over
    assert quiet.over_from(first - MINUTE, zone) == first - MINUTE
