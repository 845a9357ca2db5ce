"""When somebody is reminded, and what follows: cases A14 and A15, §3.2.3c–d, §3.2.5c–d."""

from dataclasses import replace

from chatops.domain.reminders import ReminderRule, StepKind, episode, next_step, steps
from chatops.domain.vocabulary import Severity, Status
from tests.calendars import EXO, business_days, holiday, utc
from tests.histories import History

SUSPENDED = ReminderRule(
    status=Status.SUSPENDED,
    every=business_days(2),
    calendar=replace(EXO, holidays=(holiday("2026-12-25"), holiday("2027-01-01"))),
    clause="§3.2.3c",
    closing_clause="§3.2.3d",
)
RESOLVED = replace(SUSPENDED, status=Status.RESOLVED, clause="§3.2.5c", closing_clause="§3.2.5d")


def waiting() -> History:
    return History(Severity.S3, "2026-12-22 08:00").taken("2026-12-22 09:00").asked("2026-12-22 15:00")


def test_a14_three_reminders_and_what_follows_over_the_holidays() -> None:
    automatic = replace(SUSPENDED, then=StepKind.CLOSE)
    found = episode(waiting().events)
    assert found is not None
    planned = list(steps(found, automatic, "Europe/Paris"))
    assert [(step.kind, step.number, step.due_at) for step in planned] == [
        (StepKind.REMIND, 1, utc("2026-12-24 15:00")),
        (StepKind.REMIND, 2, utc("2026-12-29 15:00")),
        (StepKind.REMIND, 3, utc("2026-12-31 15:00")),
        (StepKind.CLOSE, 4, utc("2027-01-05 15:00")),
    ]
    assert [step.clause for step in planned] == ["§3.2.3c", "§3.2.3c", "§3.2.3c", "§3.2.3d"]
    assert [step.ends_at for step in planned] == [None, None, utc("2027-01-05 15:00"), None]


def test_closing_is_proposed_to_the_agent_unless_a_line_says_otherwise() -> None:
    history = waiting()
    for count, at in enumerate(("2026-12-24 15:00", "2026-12-29 15:00", "2026-12-31 15:00"), 1):
        history.reminded(at, count)
    step = next_step(history.events, SUSPENDED, "Etc/UTC")
    assert step is not None
    assert (step.kind, step.due_at) == (StepKind.PROPOSE_CLOSING, utc("2027-01-05 15:00"))


def test_a_case_about_a_security_hole_is_never_closed_by_itself() -> None:
    """That the desk asks for it: docs/examples/stories/reminders-and-closing-by-itself.story."""
    assert replace(SUSPENDED, then=StepKind.CLOSE).for_security().then is StepKind.PROPOSE_CLOSING


def test_a15_their_answer_ends_the_episode_and_the_count_begins_at_one() -> None:
    history = waiting().reminded("2026-12-24 15:00", 1).reminded("2026-12-29 15:00", 2).wrote("2026-12-30 10:00")
    assert next_step(history.events, SUSPENDED, "Etc/UTC") is None
    again = history.started("2026-12-30 11:00").asked("2026-12-30 12:00")
    step = next_step(again.events, SUSPENDED, "Etc/UTC")
    assert step is not None
    assert (step.number, step.due_at) == (1, utc("2027-01-04 12:00"))


def test_the_agents_own_reminder_counts_and_puts_off_the_next() -> None:
    step = next_step(waiting().reminded("2026-12-23 10:00", 1).events, SUSPENDED, "Etc/UTC")
    assert step is not None
    assert (step.number, step.due_at) == (2, utc("2026-12-28 10:00"))


def test_while_resolved_a_message_begins_the_count_anew_and_only_the_status_ends_it() -> None:
    """DESIGN §1, §3.2.5c."""
    history = History(Severity.S3, "2026-06-01 08:00").taken("2026-06-01 09:00").solved("2026-06-01 12:00")
    history.reminded("2026-06-03 12:00", 1).wrote("2026-06-04 09:00")
    step = next_step(history.events, RESOLVED, "Etc/UTC")
    assert step is not None
    assert (step.number, step.due_at) == (1, utc("2026-06-08 09:00"))
    assert next_step(history.refused("2026-06-04 10:00").events, RESOLVED, "Etc/UTC") is None


def test_notes_and_replies_of_ours_leave_the_episode_alone() -> None:
    history = waiting()
    before = next_step(history.events, SUSPENDED, "Etc/UTC")
    assert next_step(history.replied("2026-12-23 09:00").noted("2026-12-23 09:00").events, SUSPENDED, "") == before


def test_a_rule_is_about_its_own_status() -> None:
    assert next_step(waiting().events, RESOLVED, "Etc/UTC") is None
    assert next_step(waiting().accepted("2026-12-23 09:00").events, SUSPENDED, "Etc/UTC") is None


def test_days_are_the_recipients() -> None:
    """Over the change to summer time it is the same time of day there, an hour earlier here."""
    rule = replace(SUSPENDED, calendar=replace(EXO, roams=True, holidays=()))
    history = History(Severity.S3, "2026-03-27 09:00").taken("2026-03-27 09:00").asked("2026-03-27 15:00")
    for zone, due in (("Europe/Paris", "2026-03-31 14:00"), ("Asia/Kathmandu", "2026-03-31 12:15")):
        step = next_step(history.events, rule, zone)
        assert step is not None
        assert step.due_at == utc(due)
