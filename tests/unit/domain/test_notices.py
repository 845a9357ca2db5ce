"""When staff are told, in whose hours, and since when something lasts (mechanics 8; A28, A29)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from itertools import islice

import pytest

from chatops.domain.durations import MINUTE
from chatops.domain.errors import NeverOpen
from chatops.domain.notices import DigestHours, Due, Manner, Matter, NoticeRule, due_by, lasts_since
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import Severity
from tests.calendars import EVERY_DAY, EXO, a_calendar, business_days, business_hours, holiday, utc, weekly
from tests.histories import History

THEIRS = replace(a_calendar("Etc/UTC", weekly("09:00", "18:00")), roams=True)
AWAKE = replace(a_calendar("Etc/UTC", weekly("08:00", "21:00")), roams=True)
DIGEST = DigestHours(at=(time(9), time(14)), days=replace(THEIRS, holidays=(holiday("2026-12-25"),)))
TOLD = NoticeRule(matter=Matter.OVERDUE, manner=Manner.DIGEST, to=(), digest=DIGEST, clause="§3.4b")


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-06-05 06:59", "Europe/Paris", "2026-06-05 07:00"),
        ("2026-06-05 07:00", "Europe/Paris", "2026-06-05 07:00"),
        ("2026-06-05 07:01", "Europe/Paris", "2026-06-05 12:00"),
        ("2026-06-05 12:01", "Europe/Paris", "2026-06-08 07:00"),
        ("2026-06-05 12:01", "Asia/Kathmandu", "2026-06-08 03:15"),
        ("2026-12-24 14:01", "Etc/UTC", "2026-12-28 09:00"),
        # The clocks are put forward in the night to Sunday: Monday's nine o'clock comes an hour earlier.
        ("2026-03-27 14:00", "Europe/Paris", "2026-03-30 07:00"),
        ("2026-10-23 14:00", "Europe/Paris", "2026-10-26 08:00"),
        # A digest at a time that this day has not.
        ("2026-06-07 23:00", "Pacific/Kiritimati", "2026-06-08 00:00"),
    ],
)
def test_digests_go_out_at_the_recipients_times_on_their_working_days(at: str, zone: str, expected: str) -> None:
    assert DIGEST.next_from(utc(at), zone) == utc(expected)


def test_somebody_without_a_working_day_is_no_endless_loop() -> None:
    with pytest.raises(NeverOpen):
        DigestHours(at=(time(9),), days=a_calendar("Etc/UTC")).next_from(utc("2026-06-05 12:00"), "Etc/UTC")


def test_a28_a_blocker_is_told_at_any_hour_and_a_major_case_when_they_wake() -> None:
    night = utc("2026-06-05 02:00")
    blocker = replace(TOLD, manner=Manner.AT_ONCE)
    assert blocker.tell_at(night, night, "Europe/Paris") == night
    major = replace(blocker, hours=AWAKE)
    assert major.tell_at(night, night, "Europe/Paris") == utc("2026-06-05 06:00")
    assert major.tell_at(night, night, "Asia/Kathmandu") == utc("2026-06-05 02:15")
    assert replace(TOLD, manner=Manner.NOT_AT_ALL).tell_at(night, night, "Europe/Paris") is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-05 08:00", "2026-06-05 09:00"),
        ("2026-06-05 09:10", "2026-06-05 09:10"),
        ("2026-06-05 11:00", "2026-06-05 11:00"),
        ("2026-06-05 23:00", "2026-06-08 09:00"),
        ("2026-06-06 11:00", "2026-06-08 09:00"),
    ],
)
def test_a_digest_that_was_slept_through_goes_out_while_they_work_or_with_the_next_one(now: str, expected: str) -> None:
    assert TOLD.tell_at(utc("2026-06-05 03:00"), utc(now), "Etc/UTC") == utc(expected)


# ---- somebody's own quiet hours --------------------------------------------------------------------------------------

EVENINGS = quiet_hours("19:00 to 08:30")
ALL_WAKING_HOURS = quiet_hours("07:00 to 22:00")


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        # Inside the hours of the line, and outside of theirs.
        ("2026-06-05 16:59", "Europe/Paris", "2026-06-05 16:59"),
        ("2026-06-05 17:00", "Europe/Paris", "2026-06-08 06:30"),
        # At night the hours of the line come first, and then their own.
        ("2026-06-05 02:00", "Europe/Paris", "2026-06-05 06:30"),
        ("2026-06-05 06:29", "Europe/Paris", "2026-06-05 06:30"),
        ("2026-06-05 06:30", "Europe/Paris", "2026-06-05 06:30"),
        ("2026-06-05 01:00", "Asia/Kathmandu", "2026-06-05 02:45"),
        # The clocks are put forward in the night to Sunday, and back.
        ("2026-03-27 20:00", "Europe/Paris", "2026-03-30 06:30"),
        ("2026-10-23 20:00", "Europe/Paris", "2026-10-26 07:30"),
        ("2026-04-03 20:00", "Australia/Lord_Howe", "2026-04-05 22:00"),
        ("2026-10-02 20:00", "Australia/Lord_Howe", "2026-10-04 21:30"),
    ],
)
def test_what_is_told_at_once_waits_for_the_hours_of_its_line_and_for_the_end_of_theirs(
    now: str, zone: str, expected: str
) -> None:
    major = replace(TOLD, manner=Manner.AT_ONCE, hours=AWAKE)
    assert major.tell_at(utc(now), utc(now), zone, EVENINGS) == utc(expected)


@pytest.mark.parametrize("now", ["2026-06-05 02:00", "2026-06-05 06:29", "2026-06-06 17:00"])
def test_what_is_told_at_any_hour_wakes_whoever_it_has_to(now: str) -> None:
    blocker = replace(TOLD, manner=Manner.AT_ONCE)
    assert blocker.tell_at(utc(now), utc(now), "Europe/Paris", EVENINGS) == utc(now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # On Thursday at three in the morning, while the line sleeps and they are awake.
        ("2026-06-04 01:00", "2026-06-04 20:00"),
        ("2026-06-04 19:59", "2026-06-04 20:00"),
        ("2026-06-04 20:00", "2026-06-04 20:00"),
        ("2026-06-04 20:10", "2026-06-04 20:10"),
        ("2026-06-04 20:11", "2026-06-05 20:00"),
        # There is no such day before Monday.
        ("2026-06-05 20:11", "2026-06-08 20:00"),
    ],
)
def test_who_is_quiet_all_the_hours_of_a_line_is_called_when_that_is_over_on_a_day_that_has_such_hours(
    now: str, expected: str
) -> None:
    major = replace(TOLD, manner=Manner.AT_ONCE, hours=AWAKE)
    assert major.tell_at(utc("2026-06-03 23:00"), utc(now), "Europe/Paris", ALL_WAKING_HOURS) == utc(expected)


def test_hours_that_never_come_are_no_endless_loop_whoever_is_quiet() -> None:
    never = replace(TOLD, manner=Manner.AT_ONCE, hours=a_calendar("Etc/UTC"))
    with pytest.raises(NeverOpen):
        never.tell_at(utc("2026-06-05 12:00"), utc("2026-06-05 12:00"), "Etc/UTC", EVENINGS)


@pytest.mark.parametrize(
    ("quiet", "about", "zone", "expected"),
    [
        # None of the two lies in them.
        ("21:00 to 07:30", "2026-06-05 06:00", "Europe/Paris", "2026-06-05 07:00"),
        # At the very end of them there is one.
        ("21:00 to 09:00", "2026-06-05 06:00", "Europe/Paris", "2026-06-05 07:00"),
        ("21:00 to 09:01", "2026-06-05 06:00", "Europe/Paris", "2026-06-05 12:00"),
        ("23:00 to 13:00", "2026-06-05 06:00", "Asia/Kathmandu", "2026-06-05 08:15"),
        ("13:00 to 19:00", "2026-06-05 07:01", "Europe/Paris", "2026-06-08 07:00"),
        # Both do: when they are over, on a working day.
        ("08:00 to 15:30", "2026-06-05 06:00", "Europe/Paris", "2026-06-05 13:30"),
        ("08:00 to 15:30", "2026-06-05 13:31", "Europe/Paris", "2026-06-08 13:30"),
        ("08:00 to 20:00", "2026-12-24 20:01", "Etc/UTC", "2026-12-28 20:00"),
        ("08:00 to 15:30", "2026-03-27 16:00", "Europe/Paris", "2026-03-30 13:30"),
        ("08:00 to 15:30", "2026-10-23 16:00", "Europe/Paris", "2026-10-26 14:30"),
        ("08:00 to 15:30", "2026-06-05 06:00", "Asia/Kathmandu", "2026-06-05 09:45"),
        ("08:00 to 15:30", "2026-04-03 08:00", "Australia/Lord_Howe", "2026-04-06 05:00"),
    ],
)
def test_no_digest_goes_out_in_their_quiet_hours(quiet: str, about: str, zone: str, expected: str) -> None:
    goes_at = utc(expected)
    for now in (utc(about), goes_at):
        assert TOLD.tell_at(utc(about), now, zone, quiet_hours(quiet)) == goes_at


def test_a_digest_by_night_waits_for_the_second_of_two_hours_that_look_alike() -> None:
    """Quiet hours end when the clock shows 02:15 for the second time, and the first 02:20 is before that."""
    nightly = DigestHours(at=(time(2, 20),), days=a_calendar("Europe/Paris", weekly("00:00", "00:00", EVERY_DAY)))
    quiet = quiet_hours("21:00 to 02:15")
    assert nightly.next_from(utc("2026-10-24 12:00"), "Europe/Paris", quiet) == utc("2026-10-25 01:15")
    assert nightly.next_from(utc("2026-10-25 12:00"), "Europe/Paris", quiet) == utc("2026-10-26 01:20")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-05 11:00", "2026-06-05 11:00"),
        ("2026-06-05 12:00", "2026-06-05 14:00"),
        ("2026-06-05 13:30", "2026-06-05 14:00"),
        ("2026-06-05 14:10", "2026-06-05 14:10"),
        ("2026-06-05 23:00", "2026-06-08 09:00"),
    ],
)
def test_a_digest_that_was_slept_through_does_not_go_out_late_into_quiet_hours(now: str, expected: str) -> None:
    told = TOLD.tell_at(utc("2026-06-05 03:00"), utc(now), "Etc/UTC", quiet_hours("12:00 to 14:00"))
    assert told == utc(expected)


def test_a_digest_after_quiet_hours_is_not_put_off_because_a_timer_is_a_moment_late() -> None:
    quiet, now = quiet_hours("08:00 to 20:00"), utc("2026-06-05 20:00") + timedelta(seconds=1)
    assert TOLD.tell_at(utc("2026-06-03 21:00"), now, "Etc/UTC", quiet) == now


# ---- what lasts ------------------------------------------------------------------------------------------------------


def lasting(again: bool = True) -> NoticeRule:
    return replace(
        TOLD,
        matter=Matter.UNTAKEN,
        after=business_hours(4),
        again_after=business_days(1) if again else None,
        calendar=EXO,
    )


def test_what_lasts_is_told_after_a_while_and_then_again_and_again() -> None:
    monday = utc("2026-06-01 09:00")
    assert list(islice(lasting().occasions(monday), 3)) == [
        utc("2026-06-01 13:00"),
        utc("2026-06-02 13:00"),
        utc("2026-06-03 13:00"),
    ]
    assert list(lasting(again=False).occasions(monday)) == [utc("2026-06-01 13:00")]
    assert list(replace(lasting(), manner=Manner.NOT_AT_ALL).occasions(monday)) == []
    assert list(TOLD.occasions(monday)) == []


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-06-01 12:59", None, "2026-06-01 13:00"),
        ("2026-06-01 13:00", "2026-06-01 13:00", "2026-06-02 13:00"),
        ("2026-06-04 12:00", "2026-06-03 13:00", "2026-06-04 13:00"),
    ],
)
def test_occasions_that_were_slept_through_are_one(now: str, last: str | None, following: str) -> None:
    due = due_by(lasting().occasions(utc("2026-06-01 09:00")), utc(now))
    assert due == Due(last=utc(last) if last else None, next=utc(following))


def test_what_is_told_once_comes_no_more() -> None:
    at = utc("2026-06-01 13:00")
    assert due_by(iter([at]), at) == Due(last=at, next=None)


def since(history: History) -> Sequence[object]:
    return [lasts_since(matter, history.events) for matter in (Matter.UNTAKEN, Matter.WITH_US)]


def test_nobody_has_it_until_somebody_takes_it_and_then_it_waits_for_us_until_the_customer_hears_of_us() -> None:
    history = History(Severity.S3, "2026-06-01 08:00")
    assert since(history.wrote("2026-06-01 08:30")) == [utc("2026-06-01 08:00"), None]
    assert since(history.taken("2026-06-01 09:00")) == [None, utc("2026-06-01 09:00")]
    assert since(history.noted("2026-06-01 10:00")) == [None, utc("2026-06-01 09:00")]
    assert since(history.replied("2026-06-01 11:00")) == [None, utc("2026-06-01 11:00")]
    assert since(history.asked("2026-06-01 12:00")) == [None, None]
    assert since(history.wrote("2026-06-02 12:00")) == [None, utc("2026-06-02 12:00")]
    assert since(history.wrote("2026-06-02 13:00")) == [None, utc("2026-06-02 12:00")], "it waits since the first"
    assert since(history.solved("2026-06-02 14:00")) == [None, None]
    assert since(history.refused("2026-06-02 15:00")) == [None, utc("2026-06-02 15:00")]
    assert since(history.closed("2026-06-02 16:00")) == [None, None]


def test_what_is_told_within_ten_minutes_is_not_late() -> None:
    planned = utc("2026-06-05 20:00")
    evening = replace(TOLD, digest=replace(DIGEST, at=(time(20),)))
    assert evening.tell_at(planned, planned + 10 * MINUTE, "Etc/UTC") == planned + 10 * MINUTE
    assert evening.tell_at(planned, planned + timedelta(minutes=11), "Etc/UTC") == utc("2026-06-08 20:00")


def test_an_evening_digest_that_was_slept_through_goes_out_with_the_next_one_even_if_that_is_a_moment_late() -> None:
    """Nobody is at work by then, and no timer fires at the very instant: it is not put off from evening to evening."""
    evening = replace(TOLD, digest=replace(DIGEST, at=(time(20),)))
    about, next_one = utc("2026-06-04 12:00"), utc("2026-06-05 20:00")
    assert evening.tell_at(about, utc("2026-06-04 22:00"), "Etc/UTC") == next_one
    assert evening.tell_at(about, next_one + timedelta(seconds=1), "Etc/UTC") == next_one + timedelta(seconds=1)
