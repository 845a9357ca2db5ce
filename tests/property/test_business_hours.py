"""I10, F16: counting by intervals equals looking at the clock every minute."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.domain.spans import merged
from tests.property.calendars_at_random import Case, cases
from tests.property.minute_by_minute import MINUTE, SlowCalendar

NOTHING = timedelta(0)


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_open_is_what_the_clock_on_the_wall_says(case: Case) -> None:
    slow = SlowCalendar(case.calendar, case.start, case.end)
    spans = case.calendar.open_spans(case.start, case.end)
    assert spans == merged(spans)
    found = {span.start + number * MINUTE for span in spans for number in range(span.length // MINUTE)}
    assert found == slow.open_minutes
    if case.at < case.end:
        assert case.calendar.is_open(case.at) == (case.at in slow.open_minutes)


@settings(max_examples=60, deadline=None)
@given(case=cases(), length=st.integers(0, 3_000))
def test_counting_is_counting_minutes(case: Case, length: int) -> None:
    slow = SlowCalendar(case.calendar, case.start, case.end)
    for start, end in ((case.start, case.at), (case.at, case.end)):
        assert case.calendar.elapsed(start, end, case.pauses) == slow.elapsed(start, end, case.pauses)
    expected = slow.after(case.at, length * MINUTE, case.pauses)
    if expected is not None:
        assert case.calendar.after(case.at, length * MINUTE, case.pauses) == expected


@settings(max_examples=200, deadline=None)
@given(case=cases(), length=st.integers(1, 20_000))
def test_what_is_left_is_never_shortened_by_a_pause(case: Case, length: int) -> None:
    if not case.calendar.weekly:
        return
    due = case.calendar.after(case.at, length * MINUTE)
    later = case.calendar.after(case.at, length * MINUTE, case.pauses)
    assert case.at < due <= later
    assert case.calendar.elapsed(case.at, later, case.pauses) == length * MINUTE
    assert case.calendar.elapsed(case.at, later - MINUTE, case.pauses) == (length - 1) * MINUTE


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_the_next_opening_is_the_first_open_instant(case: Case) -> None:
    spans = case.calendar.open_spans(case.at, case.end)
    if spans:
        assert case.calendar.next_opening(case.at) == spans[0].start
    assert case.calendar.elapsed(case.start, case.end) == sum(
        (span.length for span in case.calendar.open_spans(case.start, case.end)), NOTHING
    )
