"""Notices from their file: what a line says, what it cannot say, and who is told by the shipped one."""

from datetime import time
from pathlib import Path

import pytest

from chatops.domain.durations import HOUR, BusinessDays, BusinessTime
from chatops.domain.notices import Manner, Matter, Recipient
from chatops.domain.vocabulary import Severity
from rules.loader import NOTICES_FILE, load, shipped_policies
from rules.time_words import NotATime, time_of_day
from tests.unit.rules.policy_files import OTHERS, SOUND, SOUND_NOTICES, directory_with, found_at_load, with_change


def test_a_line_is_read_for_each_of_its_matters(tmp_path: Path) -> None:
    policy = load(directory_with(tmp_path, SOUND)).notices
    assert policy.digest.at == (time(9, 30), time(14))
    warned, over = policy.rule(Matter.DUE_SOON, Severity.S1), policy.rule(Matter.OVERDUE, Severity.S1)
    assert warned is not None
    assert over is not None
    assert (warned.matter, over.matter, warned.line, over.line) == (Matter.DUE_SOON, Matter.OVERDUE, 1, 1)
    assert (warned.manner, warned.hours, warned.to) == (Manner.AT_ONCE, None, (Recipient.HANDLER,))
    untaken = policy.rule(Matter.UNTAKEN, Severity.S3)
    assert untaken is not None
    assert (untaken.after, untaken.again_after) == (BusinessTime(length=HOUR), BusinessDays(days=1))
    assert (untaken.calendar and untaken.calendar.name, untaken.edition, untaken.clause) == ("office", "7", "§3")
    grave = policy.rule(Matter.OVERDUE, Severity.S2)
    assert grave is not None
    assert grave.hours is not None
    assert grave.hours.name == "office"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at: [14:00, 09:30]", "at: 9:30", "“9:30” is no time of a day: write it like “09:00”"),
        ("at: [14:00, 09:30]", "at: [01:00, 02:00, 03:00, 04:00, 05:00]", "from one to 4 times of a day"),
        ("working days: office", "working days: offices", "Did you mean “office”?"),
        ("severity: S2", "severity: S9", "cannot be “S9”"),
        ("matter: overdue\n", "matter: late\n", "cannot be “late”"),
        ("tell: not at all", "tell: never", "cannot be “never”"),
        ("hours: office", "hours: midnight", "cannot be “midnight”"),
        ("to: managers", "to: the boss", "cannot be “the boss”"),
        ("again after: 1 business day", "again after: 10 min", "too often"),
        ("    calendar: office\n", "    calendar: there\n", "a calendar with a zone of its own"),
        ("tell: not at all", "tell: not at all\n    to: managers", "“to” says nothing here"),
        ("tell: in the digest\n", "tell: in the digest\n    hours: office\n", "“hours” says nothing here"),
        ("to: whoever has it\n", "to: whoever has it\n    again after: 1 day\n", "“again after” says nothing here"),
        ("20:00 to 11:00", "20:00-11:00", "“20:00-11:00” are no quiet hours: write them as in 21:00 to 07:30"),
        ("20:00 to 11:00", "11:00 to 11:00", "begin and end at the same time"),
        ("quiet hours: 20:00", "quiet: 20:00", "quiet"),
        ("answer: not at all", "answer: at once", "must say how and when"),
        ("at once 2026-06-07T03:00Z", "tomorrow", "must say how and when"),
    ],
)
def test_a_slip_is_said_at_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SOUND_NOTICES.replace(old, new, 1)
    assert text != SOUND_NOTICES
    found = found_at_load(tmp_path, text, NOTICES_FILE)
    line = SOUND_NOTICES.count("\n", 0, SOUND_NOTICES.index(old)) + 1
    assert any(said in words and abs(number - line) <= new.count("\n") for number, words in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    hours: office\n", "", "This line lacks “hours”."),
        ("    to: [managers, whoever has it]\n", "", "This line lacks “to”."),
        ("    after: 1 business hour\n", "", "This line lacks “after”."),
        ("    again after: 1 business day\n    calendar: office\n", "", "This line lacks “calendar”."),
        ("matter: nobody has it\n", "matter: [nobody has it, overdue]\n", "stand in lines of their own"),
    ],
)
def test_what_a_line_leaves_out_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = found_at_load(tmp_path, with_change(old, new, SOUND_NOTICES), NOTICES_FILE)
    assert any(said in words for _, words in found), found


def test_a_directory_may_leave_the_file_out(tmp_path: Path) -> None:
    folder = directory_with(tmp_path, SOUND)
    for name in OTHERS:
        (folder / name).unlink()
    assert load(folder).notices.rule(Matter.OVERDUE, Severity.S1) is not None


@pytest.mark.parametrize("text", ["9:00", "24:00", "09:60", "nine", "09:00 to 10:00"])
def test_what_is_no_time_of_a_day(text: str) -> None:
    with pytest.raises(NotATime):
        time_of_day(text)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("matter", [Matter.DUE_SOON, Matter.OVERDUE])
def test_the_shipped_policy_tells_grave_ones_at_once_and_only_blockers_by_night(
    matter: Matter, severity: Severity
) -> None:
    rule = load(shipped_policies()).notices.rule(matter, severity)
    assert rule is not None
    assert (rule.manner is Manner.AT_ONCE) is (severity in (Severity.S1, Severity.S2))
    assert (rule.manner is Manner.AT_ONCE and rule.hours is None) is (severity is Severity.S1)
    assert (Recipient.MANAGERS in rule.to) is (matter is Matter.OVERDUE)
