"""What is wrong with policies about time and severity that load: each fault is planted once."""

from pathlib import Path

import pytest

from rules.checks import check
from rules.loader import (
    CALENDARS_FILE,
    NOTICES_FILE,
    REMINDERS_FILE,
    SERVICE_LEVELS_FILE,
    SEVERITY_FILE,
    shipped_policies,
)
from tests.unit.rules.policy_files import OTHERS, SOUND_REMINDERS, found_by_check, line_of, with_change


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_wrong_with_a_sound_file(tmp_path: Path, name: str) -> None:
    assert found_by_check(tmp_path, OTHERS[name], name) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CALENDARS_FILE, "answer: closed", "answer: open", "expects open, and the policy answers closed"),
        (CALENDARS_FILE, "answer: 2026-06-01T12:30Z", "answer: 2026-06-01T11:30Z", "answers 2026-06-01T12:30Z"),
        (CALENDARS_FILE, "{calendar: there, zone: Asia/Kathmandu, at", "{calendar: office, at",
         "No example is about the calendar “there”"),
        (CALENDARS_FILE, "2026-06-08 from 09:00 to 10:00", "2026-06-06 from 09:00 to 12:00", "both open and closed"),
        (CALENDARS_FILE, "Monday to Thursday from 14:00", "Monday to Thursday from 11:30",
         "is open 09:00 to 12:00 and 11:30 to 18:00 on Monday: the hours overlap."),
        (CALENDARS_FILE, "open: every day from 22:00 to 06:00",
         "open: [every day from 22:00 to 06:00, Saturday and Sunday from 00:00 to 24:00]", "on Saturday"),
        (SERVICE_LEVELS_FILE, "due 2026-06-01T09:30Z", "due 2026-06-01T08:30Z", "answers due 2026-06-01T09:30Z"),
        (SERVICE_LEVELS_FILE, "due 2026-06-02T16:00Z by §1", "due 2026-06-02T16:00Z by §4", "by §1"),
        (SERVICE_LEVELS_FILE, "not tracked by §3", "due 2026-06-01T09:30Z by §3", "answers not tracked by §3"),
        (SERVICE_LEVELS_FILE, "severity: [S1, S2, S3, S4]", "severity: [S1, S2, S4]",
         "No line says by when large S3 is answered"),
        (SERVICE_LEVELS_FILE, "clock: update, at", "clock: resolution, at", "No example is answered by line 3"),
        (SEVERITY_FILE, "answer: S2 by §2", "answer: S1 by §2", "expects S1 by §2, and the policy answers S2 by §2"),
        (SEVERITY_FILE, "when: {production: yes, loss: [total, severe]}", "when: {production: yes, loss: total}",
         "Line 2 of the policy never decides"),
        (SEVERITY_FILE, "when: {production: no}", "when: {users: one}", "asks for “users”, and no question does"),
        (SEVERITY_FILE, "severity: S4\n    when", "severity: S1\n    when", "No line proposes S4"),
        (REMINDERS_FILE, "[2026-06-02T08:00Z,", "[2026-06-02T09:00Z,", "answers 2026-06-02T08:00Z"),
        (REMINDERS_FILE, "status: RESOLVED, plan: small", "status: SUSPENDED, plan: large",
         "No example is about line 2"),
        (NOTICES_FILE, "at once 2026-06-06T07:00Z", "at once 2026-06-05T10:30Z", "answers at once 2026-06-06T07:00Z"),
        (NOTICES_FILE, "quiet hours: 20:00 to 11:00", "quiet hours: 20:00 to 10:30",
         "answers at once 2026-06-06T08:30Z"),
        (NOTICES_FILE, "answer: not at all", "answer: in the digest 2026-06-05T12:00Z", "answers not at all"),
        (NOTICES_FILE, "at: [14:00, 09:30]", "at: 14:30", "answers in the digest 2026-06-05T12:30Z"),
        (NOTICES_FILE, "matter: waits for us, severity: S1", "matter: overdue, severity: S1",
         "No example is about line 4"),
        (NOTICES_FILE, "matter: any\n    severity: any", "matter: overdue\n    severity: [S1, S2]",
         "Line 4 of the policy never decides"),
        (NOTICES_FILE, "matter: any\n    severity: any", "matter: [overdue, due soon]\n    severity: any",
         "No line says who is told of “waits for us” S3"),
    ],
)  # fmt: skip
def test_a_fault_is_found(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    found = found_by_check(tmp_path, with_change(old, new, OTHERS[name]), name)
    assert any(said in words for _, words in found), found


def test_hours_of_a_night_may_reach_into_those_of_the_day_after(tmp_path: Path) -> None:
    nights = "[Monday to Friday from 22:00 to 06:00, Saturday from 00:00 to 22:00, Sunday from 12:00 to 24:00]"
    calendars = with_change("every day from 22:00 to 06:00", nights, OTHERS[CALENDARS_FILE])
    assert found_by_check(tmp_path, calendars, CALENDARS_FILE) == []


def test_a_reminder_line_that_earlier_ones_always_beat_is_found(tmp_path: Path) -> None:
    narrow, wide = "SUSPENDED\n    plan: large\n    severity: [S1, S2]", "any\n    plan: any\n    severity: any"
    text = with_change(f"status: {narrow}", f"status: {wide}", SOUND_REMINDERS)
    found = found_by_check(tmp_path, text, REMINDERS_FILE)
    assert (line_of(text, "clause: §3"), "Line 2 of the policy never decides: earlier lines always do.") in found


def test_a_calendar_that_nothing_is_counted_on_is_found(tmp_path: Path) -> None:
    text = with_change("calendar: there", "calendar: office", SOUND_REMINDERS)
    found_by_check(tmp_path, text, REMINDERS_FILE)
    assert "Nothing is counted on the calendar “there”." in [mistake.text for mistake in check(tmp_path)]


def test_nothing_is_wrong_with_the_shipped_files() -> None:
    assert check(shipped_policies()) == ()
