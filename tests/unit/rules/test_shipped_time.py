"""The shipped policies about time and severity are the published table and the procedure's definitions."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from chatops.domain.durations import HOUR, BusinessDays, BusinessTime, Duration, RealTime
from chatops.domain.policy import Fact
from chatops.domain.reminders import Episode, StepKind, steps
from chatops.domain.service_levels import UpdatesFrom
from chatops.domain.targets import instant_after
from chatops.domain.vocabulary import Action, ClockKind, ClosingReason, Language, Role, Severity, Status
from rules.checks import evaluators
from rules.engine import Engine, engine_for
from rules.fields import SEVERITY
from rules.loader import load, shipped_policies
from tests.calendars import utc

POLICIES = load(shipped_policies())
S1, S2, S3, S4 = Severity
TABLE: dict[tuple[str, Severity], Duration | None] = {
    ("basic", S1): None,
    ("basic", S2): None,
    ("basic", S3): BusinessDays(days=2),
    ("basic", S4): BusinessDays(days=3),
    ("standard", S1): BusinessTime(length=HOUR),
    ("standard", S2): BusinessTime(length=4 * HOUR),
    ("standard", S3): BusinessDays(days=2),
    ("standard", S4): BusinessDays(days=3),
    ("premium", S1): RealTime(length=HOUR),
    ("premium", S2): RealTime(length=4 * HOUR),
    ("premium", S3): BusinessDays(days=1),
    ("premium", S4): BusinessDays(days=2),
}
"""First response; of Premium, every later answer too."""


@pytest.mark.parametrize("clock", ClockKind)
@pytest.mark.parametrize(("plan", "severity"), TABLE)
def test_the_default_edition_is_the_published_table(plan: str, severity: Severity, clock: ClockKind) -> None:
    level = POLICIES.service_levels.level(plan)
    assert level is not None
    expected = TABLE[plan, severity]
    if clock is ClockKind.RESOLUTION or (clock is ClockKind.UPDATE and plan != "premium"):
        expected = None
    target = level.target(severity, clock)
    assert (None if target is None else target.duration) == expected
    if target is not None:
        assert target.pauses == (Status.SUSPENDED, Status.RESOLVED)
        assert len(target.warn_before) == 1
        assert target.says


def test_there_is_no_other_plan() -> None:
    assert set(POLICIES.service_levels.plans) == {plan for plan, _ in TABLE}


def test_business_hours_are_gmt_literally_and_a_day_is_ten_hours() -> None:
    hours = POLICIES.calendars.calendar("business hours")
    assert hours is not None
    assert (hours.zone, hours.business_day) == ("Etc/GMT", 10 * HOUR)
    assert hours.holiday_on(date(2026, 12, 25)) == "Christmas Day"
    assert not hours.is_open(utc("2026-07-14 10:00"))


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-03-27 17:30", BusinessTime(length=HOUR), "2026-03-30 08:30"),
        ("2026-07-07 17:30", BusinessTime(length=HOUR), "2026-07-08 08:30"),
        ("2026-06-01 17:00", BusinessDays(days=2), "2026-06-03 17:00"),
        ("2026-06-06 12:00", BusinessTime(length=HOUR), "2026-06-08 09:00"),
        ("2026-12-24 16:00", BusinessTime(length=4 * HOUR), "2026-12-28 10:00"),
        ("2026-06-01 17:00", BusinessTime(length=4 * HOUR), "2026-06-02 11:00"),
    ],
    ids=["A1", "A1b", "A6", "A7", "A8", "A9"],
)
def test_the_acceptance_cases_hold_on_the_shipped_calendar(start: str, duration: Duration, due: str) -> None:
    hours = POLICIES.calendars.calendar("business hours")
    assert hours is not None
    assert instant_after(utc(start), duration, hours) == utc(due)


def test_a19_what_counts_as_an_answer() -> None:
    level = POLICIES.service_levels.level("premium")
    assert level is not None
    assert level.answers.by == (Role.AGENT, Role.MANAGER)
    assert set(level.answers.deeds) == {Action.REPLY, Action.NEED, Action.RESOLVE, Action.CLOSE}
    assert level.answers.cancelled_by == (ClosingReason.DUPLICATE,)
    assert level.updates_from is UpdatesFrom.THEIR_MESSAGE


@pytest.mark.parametrize("zone", ["Europe/Paris", "Europe/London", "Africa/Tunis", "America/New_York", "Etc/UTC"])
@pytest.mark.parametrize(("status", "clause"), [(Status.SUSPENDED, "§3.2.3"), (Status.RESOLVED, "§3.2.5")])
def test_a14_reminders_over_the_holidays(zone: str, status: Status, clause: str) -> None:
    since = utc("2026-12-22 15:00")
    for plan, severity in TABLE:
        rule = POLICIES.reminders.rule(status, plan, severity)
        assert rule is not None
        waiting = Episode(status=status, since=since, last_at=since, reminders=0)
        planned = list(steps(waiting, rule, zone))
        assert [step.due_at for step in planned] == [
            utc("2026-12-24 15:00"), utc("2026-12-29 15:00"), utc("2026-12-31 15:00"), utc("2027-01-05 15:00")
        ]  # fmt: skip
        assert planned[-1].kind is StepKind.PROPOSE_CLOSING
        assert {step.clause for step in planned} == {f"{clause}c", f"{clause}d"}


# ---- severity --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=evaluators())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = engine_for(POLICIES, request.param)
    yield engine
    engine.close()


def every_report() -> Iterator[dict[str, Fact]]:
    """Yield reports in which each fact that matters is there, is another, or is not known."""
    choices: dict[str, tuple[Fact | None, ...]] = {
        "subject": ("malfunction", "question", None),
        "production": (True, False, None),
        "loss": ("total", "severe", "partial", None),
        "halted": (True, False, None),
        "workaround": (True, False, None),
        "security": (True, None),
    }
    for values in product(*choices.values()):
        yield {name: value for name, value in zip(choices, values, strict=True) if value is not None}


def test_severities_are_those_of_the_definitions(engine: Engine) -> None:
    """§3.1.4: S1 and S2 are of production and have no workaround; S4 is nothing that is broken."""
    for facts in every_report():
        proposal = engine.propose_severity(facts)
        if facts.get("subject") == "question":
            assert proposal.severity is S4
            continue
        assert proposal.severity is not S4
        broken = facts.get("production") is True and facts.get("workaround") is not True
        halted = facts.get("loss") in ("total", "severe") and facts.get("halted") is True
        if broken and halted:
            assert proposal.severity is S1, facts
        if not facts.get("production"):
            assert proposal.severity is S3, facts
        if proposal.severity is S2 and not facts.get("security"):
            assert broken, facts


def test_a_graver_fact_never_makes_a_lesser_severity(engine: Engine) -> None:
    for facts in every_report():
        if facts.get("subject") == "malfunction" and facts.get("security") is None:
            graver = engine.propose_severity({**facts, "security": True})
            assert graver.severity <= engine.propose_severity(facts).severity, facts


def test_the_proposal_is_told_in_both_languages_with_its_clause(engine: Engine) -> None:
    proposal = engine.propose_severity({"subject": "malfunction", "production": True, "loss": "total"})
    assert (proposal.severity, proposal.clause, proposal.edition) == (S1, "§3.1.4", "2022-07.3")
    assert set(proposal.because) == set(Language)


def test_every_fact_is_asked_for_and_a_question_comes_when_it_makes_sense() -> None:
    inquiries = POLICIES.severity.inquiries
    assert sorted(inquiry.about for inquiry in inquiries) == sorted(SEVERITY)
    asked = [each.about for each in inquiries if each.makes_sense({"subject": "question"})]
    assert asked == ["subject"]
    outage: dict[str, Fact] = {"subject": "malfunction", "production": True, "loss": "total"}
    assert "halted" in [each.about for each in inquiries if each.makes_sense(outage)]
    assert "development" not in [each.about for each in inquiries if each.makes_sense(outage)]
    for inquiry in inquiries:
        assert set(inquiry.ask) == set(Language)
        assert set(inquiry.answers) == set(SEVERITY[inquiry.about].values or ("yes", "no"))
