"""I10 for clocks: what a fold shows is what counting the minutes of a random ticket shows."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.domain.business_hours import Calendar
from chatops.domain.clocks import read_clocks
from chatops.domain.cycles import response_cycle
from chatops.domain.durations import MINUTE, BusinessTime
from chatops.domain.outcomes import ClockState
from chatops.domain.service_levels import ServiceLevel, Target
from chatops.domain.vocabulary import ClockKind, Severity, Status
from tests.histories import History
from tests.property.calendars_at_random import Case, cases
from tests.property.minute_by_minute import SlowCalendar
from tests.unit.domain.test_clocks import ANSWERS

WAITING = (Status.SUSPENDED, Status.RESOLVED)
DEEDS = ("asked", "wrote", "started", "noted", "replied", "solved", "refused")
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 1_500)), max_size=12)


def level(calendar: Calendar, length: int) -> ServiceLevel:
    targets = {
        (severity, clock): Target(
            clock=clock,
            duration=BusinessTime(length=length * MINUTE),
            calendar=calendar,
            clause="§3.1.4",
            pauses=WAITING,
            warn_before=(BusinessTime(length=length // 2 * MINUTE),),
        )
        for severity in Severity
        for clock in ClockKind
    }
    return ServiceLevel(plan="random", edition="1", answers=ANSWERS, targets=targets)


def a_history(case: Case, steps: list[tuple[str, int]]) -> History:
    """Return a ticket that begins with what is looked at; steps the procedure does not know are left out."""
    at = case.start
    history = History(Severity.S3, text(at)).taken(text(at))
    for deed, minutes in steps:
        at += minutes * MINUTE
        status = history.events[-1].status
        if at >= case.end or ((status is Status.RESOLVED) != (deed == "refused") and deed not in ("wrote", "noted")):
            continue
        getattr(history, deed)(text(at))
    return history


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def counting_minutes(case: Case, history: History) -> list[datetime]:
    """Return every open minute in which the beneficiary does not have the ball in a status on the list."""
    slow, waiting, events, counting = SlowCalendar(case.calendar, case.start, case.end), False, [*history.events], []
    status = Status.NEW
    for minute in slow.minutes():
        while events and events[0].at <= minute:
            event = events.pop(0)
            kind, status = type(event).__name__, event.status
            if kind in ("InformationRequested", "SolutionProposed"):
                waiting = True
            elif kind in ("WorkStarted", "SolutionRefused") or (
                kind == "BeneficiaryWrote" and status is not Status.RESOLVED
            ):
                waiting = False
        if minute in slow.open_minutes and not (waiting and status in WAITING):
            counting.append(minute)
    return counting


@settings(max_examples=60, deadline=None)
@given(case=cases(), steps=STEPS, length=st.integers(1, 2_000))
def test_a_clock_shows_what_counting_minutes_shows(case: Case, steps: list[tuple[str, int]], length: int) -> None:
    if not case.calendar.weekly:
        return
    history = a_history(case, steps)
    counting = counting_minutes(case, history)
    reading = read_clocks(history.events, level(case.calendar, length), case.end).resolution
    assert reading.elapsed == min(len(counting), length) * MINUTE
    if len(counting) >= length:
        assert reading.due_at == counting[length - 1] + MINUTE
        assert reading.state is ClockState.BREACHED
    else:
        assert reading.state in (ClockState.RUNNING, ClockState.PAUSED)
        assert reading.remaining == (length - len(counting)) * MINUTE
        assert reading.due_at is None or reading.due_at > case.end


@settings(max_examples=100, deadline=None)
@given(case=cases(), steps=STEPS, length=st.integers(1, 2_000))
def test_what_was_broken_stays_broken_and_what_was_met_stays_met(
    case: Case, steps: list[tuple[str, int]], length: int
) -> None:
    if not case.calendar.weekly:
        return
    history, plan = a_history(case, steps), level(case.calendar, length)
    before = read_clocks(history.events[:1], plan, history.events[0].at)
    for number in range(1, len(history.events) + 1):
        events = history.events[:number]
        after = read_clocks(events, plan, events[-1].at)
        for old, new in zip(before.readings, after.readings, strict=True):
            assert new.breaches[: len(old.breaches)] == old.breaches
            assert timedelta(0) <= new.elapsed <= length * MINUTE
            assert new.due_at is None or new.started_at is None or new.due_at > new.started_at
        if before.response.state is ClockState.MET:
            assert after.response == before.response
        before = after
    assert response_cycle(history.events, ANSWERS).started_at == history.events[0].at


@settings(max_examples=60, deadline=None)
@given(case=cases(), steps=STEPS, length=st.integers(1, 2_000))
def test_notes_change_nothing(case: Case, steps: list[tuple[str, int]], length: int) -> None:
    if not case.calendar.weekly:
        return
    plan = level(case.calendar, length)
    with_notes = a_history(case, steps)
    without = [event for event in with_notes.events if type(event).__name__ != "NoteTaken"]
    assert read_clocks(with_notes.events, plan, case.end) == read_clocks(without, plan, case.end)
