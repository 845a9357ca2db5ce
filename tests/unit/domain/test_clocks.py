"""The three clocks as folds over history: cases A4, A5, A7, A9 to A11, A16 and A18 to A23 of the acceptance list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chatops.domain.business_hours import Calendar
from chatops.domain.clocks import kept_clocks, read_clocks
from chatops.domain.durations import HOUR, MINUTE, Duration, RealTime
from chatops.domain.events import BeneficiaryReminded, BeneficiaryWrote, ClocksFrozen, Event, VendorReplied
from chatops.domain.outcomes import Breach, ClockState, Pause, Reason
from chatops.domain.readings import Alarm, AlarmKind, Clocks, Reading, outcome_of
from chatops.domain.service_levels import Answers, ServiceLevel, Target, UpdatesFrom
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClockKind,
    ClosingReason,
    PersonId,
    Requalification,
    Role,
    Severity,
    Status,
)
from tests.calendars import EXO, business_days, business_hours, holiday, utc
from tests.histories import History

S1, S2, S3, S4 = Severity
RESPONSE, UPDATE, RESOLUTION = ClockKind
ANSWERS = Answers(
    by=(Role.AGENT, Role.MANAGER), deeds=(Action.REPLY, Action.NEED, Action.RESOLVE, Action.CLOSE), clause="§3.1.4"
)
WAITING = (Status.SUSPENDED, Status.RESOLVED)


def a_target(clock: ClockKind, duration: Duration, calendar: Calendar = EXO, *warn_before: Duration) -> Target:
    return Target(
        clock=clock, duration=duration, calendar=calendar, clause="§3.1.4", warn_before=warn_before, pauses=WAITING
    )


def a_level(*lines: tuple[Severity, Target], updates_from: UpdatesFrom = UpdatesFrom.THEIR_MESSAGE) -> ServiceLevel:
    targets: Mapping[tuple[Severity, ClockKind], Target] = {
        (severity, target.clock): target for severity, target in lines
    }
    return ServiceLevel(plan="test", edition="1", answers=ANSWERS, targets=targets, updates_from=updates_from)


STANDARD = a_level(
    (S1, a_target(RESPONSE, business_hours(1))),
    (S2, a_target(RESPONSE, business_hours(4))),
    (S3, a_target(RESPONSE, business_days(2))),
    (S4, a_target(RESPONSE, business_days(3))),
)
FOUR_HOURS = a_level(*((each, a_target(RESOLUTION, business_hours(4))) for each in Severity))
"""A clock that answers do not stop, so that what pauses do can be seen on it."""
ONGOING = a_level(
    *((each, a_target(RESPONSE, business_hours(4))) for each in Severity),
    *((each, a_target(UPDATE, business_hours(2))) for each in Severity),
)


def read(history: History, level: ServiceLevel, now: str | None = None) -> Clocks:
    return read_clocks(history.events, level, history.last_at if now is None else utc(now))


def resolution(history: History, now: str | None = None, level: ServiceLevel = FOUR_HOURS) -> Reading:
    return read(history, level, now).resolution


def response(history: History, now: str | None = None, level: ServiceLevel = STANDARD) -> Reading:
    return read(history, level, now).response


def update(history: History, now: str | None = None, level: ServiceLevel = ONGOING) -> Reading:
    return read(history, level, now).update


# ---- running and due -------------------------------------------------------------------------------------------------


def test_the_response_clock_starts_with_the_case() -> None:
    """§3.2.1; the story of DESIGN §10."""
    reading = response(History(S2, "2026-06-05 16:00"))
    assert (reading.state, reading.due_at) == (ClockState.RUNNING, utc("2026-06-08 10:00"))
    assert (reading.elapsed, reading.remaining) == (timedelta(0), 4 * HOUR)


def test_a7_an_answer_while_closed_took_no_time() -> None:
    reading = response(History(S1, "2026-06-06 12:00").taken("2026-06-07 08:00").replied("2026-06-07 09:00"))
    assert (reading.state, reading.due_at) == (ClockState.MET, utc("2026-06-08 09:00"))
    assert (reading.elapsed, reading.stopped_at) == (timedelta(0), utc("2026-06-07 09:00"))


def test_an_answer_at_the_very_instant_is_in_time_and_one_just_after_is_not() -> None:
    history = History(S1, "2026-06-01 08:00").taken("2026-06-01 08:30")
    at = response(history.copy().replied("2026-06-01 09:00"))
    after = response(history.copy().replied("2026-06-01 09:00:00.000001"))
    assert (at.state, at.breaches) == (ClockState.MET, ())
    assert (after.state, after.elapsed) == (ClockState.BREACHED, HOUR)
    assert after.breaches == (Breach(due_at=utc("2026-06-01 09:00"), at=utc("2026-06-01 09:00"), severity=S1),)


def test_a_clock_nobody_stopped_is_over_at_the_instant_it_is_due() -> None:
    history = History(S1, "2026-06-01 08:00")
    assert response(history, "2026-06-01 08:59:59.999999").state is ClockState.RUNNING
    over = response(history, "2026-06-01 09:00")
    assert (over.state, over.due_at, over.is_owed) == (ClockState.BREACHED, utc("2026-06-01 09:00"), True)


def test_an_answer_at_the_very_instant_takes_back_nothing_that_people_were_told() -> None:
    """A breach stays one: the desk recorded it, and told it, just before the answer came."""
    history = History(S1, "2026-06-01 08:00").taken("2026-06-01 08:30").overdue("2026-06-01 09:00", RESPONSE)
    reading = response(history.replied("2026-06-01 09:00"))
    assert (reading.state, reading.stopped_at) == (ClockState.BREACHED, utc("2026-06-01 09:00"))


def test_what_the_plan_promises_nothing_for_is_not_tracked() -> None:
    clocks = read(History(S1, "2026-06-01 08:00"), STANDARD)
    assert (clocks.update.state, clocks.resolution.state) == (ClockState.NOT_TRACKED, ClockState.NOT_TRACKED)
    assert not clocks.resolution.is_owed
    assert clocks.next_due is clocks.response


def test_an_hour_around_the_clock_is_an_hour_at_three_on_a_sunday_morning() -> None:
    premium = a_level((S1, a_target(RESPONSE, RealTime(length=HOUR))))
    assert response(History(S1, "2026-06-07 03:00"), level=premium).due_at == utc("2026-06-07 04:00")


# ---- pauses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "asked", "answered", "due"),
    [
        ("2026-06-01 10:00", "2026-06-01 11:00", "2026-06-01 15:00", "2026-06-01 18:00"),
        ("2026-06-05 16:00", "2026-06-05 17:00", "2026-06-08 12:00", "2026-06-08 15:00"),
    ],
    ids=["A4", "A5"],
)
def test_a4_a5_a_clock_stands_still_while_we_wait_for_them(opened: str, asked: str, answered: str, due: str) -> None:
    waiting = History(S2, opened).taken(opened).asked(asked)
    reading = resolution(waiting, "2026-06-30 12:00")
    assert (reading.state, reading.due_at, reading.remaining) == (ClockState.PAUSED, None, 3 * HOUR)
    assert reading.pauses == (Pause(start=utc(asked), end=None, reason=Reason.INFORMATION_AWAITED, awaited="the logs"),)
    resumed = resolution(waiting.wrote(answered))
    assert (resumed.state, resumed.due_at, resumed.elapsed) == (ClockState.RUNNING, utc(due), HOUR)
    assert resumed.pauses[0].end == utc(answered)


def test_it_stands_still_only_while_the_beneficiary_has_the_ball() -> None:
    """DESIGN §1: a message of theirs gives the ball back, and leaves the case SUSPENDED."""
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 09:00")
    assert resolution(history.wrote("2026-06-01 10:00"), "2026-06-01 11:00").state is ClockState.RUNNING
    assert resolution(history, "2026-06-01 13:00").state is ClockState.BREACHED


def test_a_status_that_is_not_on_the_list_does_not_stop_the_clock() -> None:
    target = replace(a_target(RESOLUTION, business_hours(4)), pauses=())
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 09:00")
    assert resolution(history, "2026-06-01 10:00", a_level((S2, target))).due_at == utc("2026-06-01 12:00")


def test_what_was_over_before_the_pause_stays_over() -> None:
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 12:30")
    reading = resolution(history.wrote("2026-06-01 15:00"))
    assert reading.state is ClockState.BREACHED
    assert reading.breaches[0].at == utc("2026-06-01 12:00")


# ---- warnings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "due", "warned"),
    [(4, "2026-06-02 11:00", "2026-06-02 10:00"), (1.5, "2026-06-02 08:30", "2026-06-01 17:30")],
    ids=["A9", "A9b"],
)
def test_a9_warnings_count_business_time_too(target: float, due: str, warned: str) -> None:
    level = a_level((S2, a_target(RESPONSE, business_hours(target), EXO, business_hours(1))))
    reading = response(History(S2, "2026-06-01 17:00"), level=level)
    assert (reading.due_at, reading.warn_at) == (utc(due), (utc(warned),))


def test_alarms_are_all_that_timers_have_to_know() -> None:
    level = a_level((S2, a_target(RESPONSE, business_hours(4), EXO, business_hours(2), business_hours(1))))
    history = History(S2, "2026-06-01 08:00")
    assert read(history, level).alarms == (
        Alarm(at=utc("2026-06-01 10:00"), clock=RESPONSE, kind=AlarmKind.WARNING),
        Alarm(at=utc("2026-06-01 11:00"), clock=RESPONSE, kind=AlarmKind.WARNING),
        Alarm(at=utc("2026-06-01 12:00"), clock=RESPONSE, kind=AlarmKind.BREACH),
    )
    assert read(history.taken("2026-06-01 08:30").replied("2026-06-01 09:00"), level).alarms == ()


def test_their_answer_arms_the_warning_again() -> None:
    level = a_level((S2, a_target(RESOLUTION, business_hours(4), EXO, business_hours(1))))
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 11:30")
    assert resolution(history, level=level).warn_at == ()
    resumed = resolution(history.wrote("2026-06-01 15:00"), level=level)
    assert (resumed.due_at, resumed.warn_at) == (utc("2026-06-01 15:30"), (utc("2026-06-01 15:00"),))


# ---- requalification -------------------------------------------------------------------------------------------------


def test_a10_a_graver_severity_counts_from_the_change_on() -> None:
    history = History(S3, "2026-06-01 08:00").taken("2026-06-01 08:00")
    before = response(history, "2026-06-02 09:00")
    assert (before.elapsed, before.due_at) == (11 * HOUR, utc("2026-06-02 18:00"))
    for mode in (None, Requalification.FORWARD):
        forward = response(history.copy().requalified("2026-06-02 09:00", S1, mode))
        assert (forward.state, forward.due_at) == (ClockState.RUNNING, utc("2026-06-02 10:00"))
    back = response(history.copy().requalified("2026-06-02 09:00", S1, Requalification.RETROACTIVE))
    assert (back.state, back.due_at) == (ClockState.BREACHED, utc("2026-06-01 09:00"))
    assert back.breaches == (Breach(due_at=utc("2026-06-01 09:00"), at=utc("2026-06-02 09:00"), severity=S1),)


def test_nobody_waits_longer_because_the_case_became_graver() -> None:
    history = History(S3, "2026-06-01 08:00").taken("2026-06-01 08:00").requalified("2026-06-02 17:30", S1)
    assert response(history).due_at == utc("2026-06-02 18:00")


def test_a11_a_pause_outlasts_a_change_of_severity() -> None:
    history = History(S3, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 09:00")
    level = a_level(
        (S1, a_target(RESOLUTION, business_hours(1))),
        (S3, a_target(RESOLUTION, business_days(2))),
    )
    for mode in (None, Requalification.FORWARD):
        changed = history.copy().requalified("2026-06-01 10:00", S1, mode)
        waiting = resolution(changed, "2026-06-20 10:00", level)
        assert (waiting.state, waiting.due_at, waiting.breaches) == (ClockState.PAUSED, None, ())
        assert resolution(changed.wrote("2026-06-22 09:00"), level=level).due_at == utc("2026-06-22 10:00")


def test_a_lesser_severity_counts_as_if_from_the_beginning_and_gives_no_time_twice() -> None:
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").requalified("2026-06-01 10:00", S3)
    assert response(history).due_at == utc("2026-06-02 18:00")
    forward = History(S2, "2026-06-01 08:00").requalified("2026-06-01 10:00", S3, Requalification.FORWARD)
    assert response(forward).due_at == utc("2026-06-03 10:00")


def test_no_change_of_severity_erases_a_breach() -> None:
    history = History(S1, "2026-06-01 08:00").taken("2026-06-01 10:00").requalified("2026-06-01 10:00", S3)
    breach = Breach(due_at=utc("2026-06-01 09:00"), at=utc("2026-06-01 09:00"), severity=S1)
    lowered = response(history)
    assert (lowered.state, lowered.due_at, lowered.breaches) == (
        ClockState.BREACHED, utc("2026-06-02 18:00"), (breach,)
    )  # fmt: skip
    answered = response(history.replied("2026-06-01 11:00"))
    assert (answered.state, answered.breaches) == (ClockState.BREACHED, (breach,))


def test_a_severity_that_is_not_covered_stops_the_clock_and_another_winds_it_up() -> None:
    """Basic: S1 and S2 are not covered."""
    basic = a_level((S3, a_target(RESPONSE, business_days(2))))
    history = History(S3, "2026-06-01 08:00").requalified("2026-06-01 10:00", S1)
    assert response(history, level=basic).state is ClockState.NOT_TRACKED
    back = response(history.requalified("2026-06-05 10:00", S3), level=basic)
    assert (back.state, back.due_at) == (ClockState.RUNNING, utc("2026-06-09 10:00"))


def test_the_default_never_breaches_at_once() -> None:
    odd = a_level((S2, a_target(RESPONSE, business_hours(8))), (S3, a_target(RESPONSE, business_hours(1))))
    history = History(S2, "2026-06-01 08:00").requalified("2026-06-01 12:00", S3)
    assert response(history, level=odd).due_at == utc("2026-06-01 13:00")


# ---- what counts as an answer ----------------------------------------------------------------------------------------


def by(kind: type[Event], who: str | None, role: Role, **more: object) -> Event:
    common = {"at": utc("2026-06-01 08:30"), "status": Status.OPEN, "clause": "§3.2", "edition": "test"}
    return kind(by=None if who is None else PersonId(who), role=role, **common, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "event",
    [
        by(VendorReplied, None, Role.DESK, text="we have received your report"),
        by(BeneficiaryReminded, None, Role.DESK, count=1),
        by(BeneficiaryWrote, "aldo", Role.CONTACT, text="same here"),
        by(VendorReplied, "root", Role.ADMINISTRATOR, text="testing"),
    ],
    ids=["the desk confirms", "the desk reminds", "a colleague of theirs", "somebody whose words do not count"],
)
def test_a19_what_is_no_answer(event: Event) -> None:
    history = History(S1, "2026-06-01 08:00").taken("2026-06-01 08:10").noted("2026-06-01 08:20")
    clocks = read_clocks([*history.events, event], STANDARD, event.at)
    assert clocks.response.state is ClockState.RUNNING


@pytest.mark.parametrize("deed", ["replied", "asked", "solved", "closed"])
def test_what_a_person_of_the_desk_tells_the_customer_is_an_answer(deed: str) -> None:
    history: History = getattr(History(S1, "2026-06-01 08:00").taken("2026-06-01 08:10"), deed)("2026-06-01 08:20")
    assert response(history).stopped_at == utc("2026-06-01 08:20")


# ---- updates ---------------------------------------------------------------------------------------------------------


def answered() -> History:
    return History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").replied("2026-06-01 09:00")


def test_a20_nothing_is_owed_while_we_answered_last() -> None:
    assert update(answered()).state is ClockState.IDLE
    history = answered().wrote("2026-06-01 10:00")
    owed = update(history)
    assert (owed.state, owed.started_at, owed.due_at) == (
        ClockState.RUNNING, utc("2026-06-01 10:00"), utc("2026-06-01 12:00")
    )  # fmt: skip
    given = update(history.replied("2026-06-01 11:00"), "2026-06-20 12:00")
    assert (given.state, given.stopped_at, given.is_owed) == (ClockState.MET, utc("2026-06-01 11:00"), False)


def test_their_second_message_does_not_put_off_the_answer_to_the_first() -> None:
    history = answered().wrote("2026-06-01 10:00").wrote("2026-06-01 11:00")
    assert update(history).due_at == utc("2026-06-01 12:00")


def test_a21_an_update_does_not_replace_the_first_response() -> None:
    clocks = read(History(S2, "2026-06-01 08:00").wrote("2026-06-01 08:30"), ONGOING)
    assert (clocks.response.due_at, clocks.update.state) == (utc("2026-06-01 12:00"), ClockState.IDLE)
    assert clocks.next_due is clocks.response


def test_a18_thanks_arms_nothing() -> None:
    history = answered().solved("2026-06-01 10:00").wrote("2026-06-01 10:30")
    assert update(history, "2026-06-20 12:00").state is ClockState.IDLE
    assert update(history.accepted("2026-06-01 11:00"), "2026-06-20 12:00").is_owed is False


def test_each_update_that_came_too_late_is_kept() -> None:
    history = answered().wrote("2026-06-01 10:00").replied("2026-06-01 13:00").wrote("2026-06-01 14:00")
    reading = update(history.replied("2026-06-01 15:00"))
    assert reading.state is ClockState.MET
    assert [breach.due_at for breach in reading.breaches] == [utc("2026-06-01 12:00")]


def test_updates_may_be_owed_from_our_last_answer_on() -> None:
    level = replace(ONGOING, updates_from=UpdatesFrom.OUR_LAST_ANSWER)
    assert update(answered(), level=level).due_at == utc("2026-06-01 11:00")
    assert update(answered().wrote("2026-06-01 10:00"), level=level).due_at == utc("2026-06-01 11:00")
    assert update(answered().replied("2026-06-01 10:00"), level=level).due_at == utc("2026-06-01 12:00")
    assert update(answered().asked("2026-06-01 10:00"), level=level).state is ClockState.PAUSED
    assert update(answered().solved("2026-06-01 10:00"), "2026-06-09 10:00", level=level).state is ClockState.MET


# ---- the end ---------------------------------------------------------------------------------------------------------


def test_a16_a_refused_solution_resumes_what_stood_still() -> None:
    level = replace(ONGOING, targets={**ONGOING.targets, **FOUR_HOURS.targets})
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").solved("2026-06-01 10:00")
    while_resolved = read(history.wrote("2026-06-03 10:00"), level, "2026-06-03 11:00")
    assert while_resolved.resolution.state is ClockState.PAUSED
    clocks = read(history.refused("2026-06-04 09:00"), level)
    assert (clocks.response.state, clocks.response.stopped_at) == (ClockState.MET, utc("2026-06-01 10:00"))
    assert (clocks.update.state, clocks.update.due_at) == (ClockState.RUNNING, utc("2026-06-04 11:00"))
    assert (clocks.resolution.state, clocks.resolution.due_at) == (ClockState.RUNNING, utc("2026-06-04 11:00"))
    assert clocks.resolution.elapsed == 2 * HOUR


def test_a_resolution_is_given_when_the_solution_was_and_not_when_it_is_accepted() -> None:
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:00").solved("2026-06-01 11:00")
    reading = resolution(history.accepted("2026-06-10 11:00"))
    assert (reading.state, reading.stopped_at, reading.elapsed) == (
        ClockState.MET, utc("2026-06-01 11:00"), 3 * HOUR
    )  # fmt: skip


def test_a22_a_merged_ticket_has_no_clocks_any_more() -> None:
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:10").wrote("2026-06-01 08:20")
    level = replace(ONGOING, targets={**ONGOING.targets, **FOUR_HOURS.targets})
    clocks = read(history.closed("2026-06-01 08:30", ClosingReason.DUPLICATE), level)
    assert (clocks.response.state, clocks.resolution.state) == (ClockState.CANCELLED, ClockState.CANCELLED)
    assert clocks.alarms == ()


def test_a22_a_subscription_that_ended_cancels_what_is_owed_then() -> None:
    history = History(S3, "2026-06-01 08:00")
    ends_at = utc("2026-06-02 00:00")
    before, after = utc("2026-06-01 23:59"), utc("2026-06-09 12:00")
    assert read_clocks(history.events, STANDARD, before, cover_ends_at=ends_at).response.state is ClockState.RUNNING
    clocks = read_clocks(history.events, STANDARD, after, cover_ends_at=ends_at)
    assert (clocks.response.state, clocks.response.cancelled_at) == (ClockState.CANCELLED, ends_at)
    assert clocks.alarms == ()
    met = History(S3, "2026-06-01 08:00").taken("2026-06-01 08:00").replied("2026-06-01 09:00")
    assert read_clocks(met.events, STANDARD, after, cover_ends_at=ends_at).response.state is ClockState.MET


def test_a22_what_was_broken_before_is_not_cancelled() -> None:
    history = History(S1, "2026-06-01 08:00").closed("2026-06-01 12:00", ClosingReason.DUPLICATE)
    reading = response(history)
    assert (reading.state, reading.is_owed) == (ClockState.BREACHED, False)


def shown(reading: Reading) -> Reading:
    """Return what of a reading stays when the policies it was read with have gone."""
    return replace(reading, target=None, warn_at=(), remaining=None)


def frozen(clocks: Clocks) -> ClocksFrozen:
    return ClocksFrozen(
        at=utc("2026-06-03 13:00"),
        by=None,
        role=Role.DESK,
        status=Status.CLOSED,
        clause="§3.1.4",
        edition=clocks.edition,
        calendars=clocks.calendars,
        outcomes=tuple(outcome_of(reading) for reading in clocks.readings),
    )


def test_a23_open_tickets_are_recomputed_and_closed_ones_are_not() -> None:
    with_holiday = replace(
        STANDARD,
        edition="2",
        targets={
            key: replace(target, calendar=replace(EXO, holidays=(holiday("2026-06-02"),)))
            for key, target in STANDARD.targets.items()
        },
    )
    history = History(S3, "2026-06-01 08:00").taken("2026-06-01 08:00")
    known, now = read(history, STANDARD), utc("2026-06-01 12:00")
    assert kept_clocks(history.events) is None
    again = read_clocks(history.events, with_holiday, now)
    assert (known.response.due_at, again.response.due_at) == (utc("2026-06-02 18:00"), utc("2026-06-03 18:00"))
    assert (again.edition, again.frozen) == ("2", False)
    assert again.calendars != known.calendars
    closed = read(history.replied("2026-06-03 12:00").closed("2026-06-03 13:00"), STANDARD)
    assert (closed.frozen, closed.response.state) == (True, ClockState.BREACHED)
    kept = kept_clocks([*history.events, frozen(closed)])
    assert kept is not None
    assert (kept.edition, kept.calendars, kept.frozen) == (STANDARD.edition, STANDARD.fingerprints, True)
    assert [shown(each) for each in kept.readings] == [shown(each) for each in closed.readings]
    assert read_clocks(history.events, with_holiday, now).response.state is ClockState.MET


def test_a_closed_ticket_shows_the_same_whenever_it_is_read() -> None:
    history = History(S2, "2026-06-01 08:00").taken("2026-06-01 08:10").closed("2026-06-01 08:30")
    assert read(history, ONGOING, "2026-06-01 08:30") == read(history, ONGOING, "2036-06-01 08:30")


def test_the_audience_of_a_clock_is_its_targets() -> None:
    target = replace(a_target(RESPONSE, RealTime(length=15 * MINUTE)), audience=Audience.INTERNAL)
    reading = response(History(S1, "2026-06-01 08:00"), level=a_level((S1, target)))
    assert reading.target is not None
    assert reading.target.audience is Audience.INTERNAL


def test_a_clock_of_the_machine_that_was_put_back_does_no_harm() -> None:
    """F14: the history has its order, whatever instants it names."""
    level = replace(ONGOING, targets={**ONGOING.targets, **FOUR_HOURS.targets})
    history = History(S2, "2026-06-01 10:00").taken("2026-06-01 08:00").replied("2026-06-01 08:10")
    history.asked("2026-06-01 12:00").wrote("2026-06-01 09:00").requalified("2026-06-01 08:30", S3)
    clocks = read(history.solved("2026-06-01 13:00").refused("2026-06-01 12:00"), level, "2026-06-01 14:00")
    assert clocks.response.state is ClockState.MET
    assert clocks.resolution.elapsed == 4 * HOUR
    assert clocks.update.is_owed


def test_a_history_must_begin_at_the_beginning() -> None:
    with pytest.raises(ValueError, match="begins with TicketOpened"):
        read_clocks(
            History(S1, "2026-06-01 08:00").noted("2026-06-01 09:00").events[1:], STANDARD, utc("2026-06-02 09:00")
        )


def test_now_is_an_instant() -> None:
    naive = datetime(2026, 6, 1, 12)  # noqa: DTZ001 - that is the point
    with pytest.raises((ValueError, TypeError)):
        read_clocks(History(S1, "2026-06-01 08:00").events, STANDARD, naive)
