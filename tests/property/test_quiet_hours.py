"""Who has quiet hours is told when a slow look at the clock on their wall says so, minute by minute (mechanics 8)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.domain.business_hours import Calendar
from chatops.domain.notices import DigestHours, Manner, Matter, NoticeRule
from chatops.domain.opening_hours import Hours, Weekday, WeeklyHours
from chatops.domain.quiet_hours import QuietHours
from tests.property.calendars_at_random import TIMES, Case, cases
from tests.property.minute_by_minute import MINUTE, SlowCalendar

DAY = timedelta(days=1)
A_WEEK = 7 * DAY
QUIET = (
    st.tuples(TIMES, TIMES)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: QuietHours(begins=pair[0], ends=pair[1]))
)
CASES = cases().filter(lambda case: bool(case.calendar.weekly))
"""Hours that come again: a calendar without any is refused where it is read."""
DIGESTS = st.lists(TIMES, min_size=1, max_size=3, unique=True).map(lambda times: tuple(sorted(times)))


@dataclass(frozen=True)
class SlowPerson:
    """
    Somebody with quiet hours, and the hours of a calendar where they live.

    Attributes:
        at, seen: Whence the slow look goes, and how far.
    """

    calendar: Calendar
    quiet: QuietHours
    at: datetime
    seen: timedelta = 3 * DAY

    @property
    def end(self) -> datetime:
        return self.at + self.seen

    def minutes_from(self, at: datetime) -> Iterator[datetime]:
        return (at + number * MINUTE for number in range((self.end - at) // MINUTE))

    @cached_property
    def hours(self) -> SlowCalendar:
        return SlowCalendar(self.calendar, self.at - 2 * DAY, self.end + 2 * DAY)

    @cached_property
    def quiet_minutes(self) -> frozenset[datetime]:
        daily = WeeklyHours(days=tuple(Weekday), hours=Hours(opens=self.quiet.begins, closes=self.quiet.ends))
        calendar = Calendar(name="quiet", zone=self.calendar.zone, weekly=(daily,))
        return SlowCalendar(calendar, self.at - 2 * DAY, self.end + 2 * DAY).open_minutes

    def first_open(self, *, aloud: bool) -> datetime | None:
        return next(
            (
                minute
                for minute in self.minutes_from(self.at)
                if minute in self.hours.open_minutes and not (aloud and minute in self.quiet_minutes)
            ),
            None,
        )

    def first_digest(self, times: tuple[time, ...]) -> datetime | None:
        """Return the first digest outside of their quiet hours, or the end of these; None where none is in sight."""
        begins, ends = self.quiet.begins, self.quiet.ends
        across = begins > ends
        loud = [each for each in times if not ((begins <= each or each < ends) if across else begins <= each < ends)]
        found = [
            aloud
            for day in self.hours.open_days
            for each in loud or [ends]
            if (shown := self.hours.first_shown(day, each)) is not None
            and (aloud := next((m for m in self.minutes_from(shown) if m not in self.quiet_minutes), None))
            and self.at <= aloud < self.end
        ]
        return min(found, default=None)


def a_rule(person: SlowPerson, times: tuple[time, ...] = (time(9),)) -> NoticeRule:
    digest = DigestHours(at=times, days=person.calendar)
    return NoticeRule(matter=Matter.OVERDUE, manner=Manner.DIGEST, to=(), digest=digest, clause="§1")


def told(rule: NoticeRule, person: SlowPerson, now: datetime) -> datetime:
    found = rule.tell_at(person.at, now, person.calendar.zone, person.quiet)
    assert found is not None
    return found


@settings(max_examples=60, deadline=None)
@given(case=CASES, quiet=QUIET)
def test_quiet_hours_are_over_when_the_clock_on_the_wall_says_so(case: Case, quiet: QuietHours) -> None:
    person = SlowPerson(case.calendar, quiet, case.at)
    expected = next(minute for minute in person.minutes_from(case.at) if minute not in person.quiet_minutes)
    assert quiet.over_from(case.at, case.calendar.zone) == expected
    assert quiet.are_at(case.at, case.calendar.zone) is (case.at in person.quiet_minutes)


@settings(max_examples=80, deadline=None)
@given(case=CASES, quiet=QUIET)
def test_who_is_called_is_called_in_the_first_open_minute_that_is_not_quiet(case: Case, quiet: QuietHours) -> None:
    person = SlowPerson(case.calendar, quiet, case.at, seen=9 * DAY)
    rule = replace(a_rule(person), manner=Manner.AT_ONCE, hours=case.calendar)
    found, opening, expected = (
        told(rule, person, case.at),
        person.first_open(aloud=False),
        person.first_open(aloud=True),
    )
    if opening is None:
        assert found >= person.end
    elif expected is not None and expected - opening <= A_WEEK:
        assert found == expected
    elif opening + A_WEEK < person.end:
        ends = person.first_digest((quiet.begins,))
        assert found == ends if ends is not None else found >= person.end


@settings(max_examples=80, deadline=None)
@given(case=CASES, times=DIGESTS, quiet=QUIET)
def test_a_digest_goes_out_at_the_first_of_its_times_that_is_not_quiet(
    case: Case, times: tuple[time, ...], quiet: QuietHours
) -> None:
    person = SlowPerson(case.calendar, quiet, case.at)
    found, expected = told(a_rule(person, times), person, case.at), person.first_digest(times)
    assert found == expected if expected is not None else found >= person.end


@settings(max_examples=200, deadline=None)
@given(case=CASES, times=DIGESTS, quiet=QUIET, late=st.integers(0, 3_000), seconds=st.integers(0, 599))
def test_whoever_is_told_later_is_told_then_and_never_in_quiet_hours(
    case: Case, times: tuple[time, ...], quiet: QuietHours, late: int, seconds: int
) -> None:
    """A timer that fires some seconds late finds its time come, unless they are quiet again by then."""
    person = SlowPerson(case.calendar, quiet, case.at)
    digest = a_rule(person, times)
    goes_at = told(digest, person, case.at + late * MINUTE)
    assert not quiet.are_at(goes_at, case.calendar.zone)
    assert told(digest, person, goes_at) == goes_at
    now = goes_at + timedelta(seconds=seconds)
    if not quiet.are_at(now, case.calendar.zone):
        assert told(digest, person, now) == now


@settings(max_examples=200, deadline=None)
@given(case=CASES, quiet=QUIET, late=st.integers(0, 3_000))
def test_nobody_is_put_off_for_ever(case: Case, quiet: QuietHours, late: int) -> None:
    """Twice at most, where exceptional hours come into sight only while they wait."""
    person = SlowPerson(case.calendar, quiet, case.at)
    rule = replace(a_rule(person), manner=Manner.AT_ONCE, hours=case.calendar)
    now = told(rule, person, case.at + late * MINUTE)
    assert not quiet.are_at(now, case.calendar.zone)
    again = told(rule, person, now)
    assert again >= now
    assert told(rule, person, again) == again
