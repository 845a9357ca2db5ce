"""Calendars, service levels, severity and reminders from their files: all mistakes at once, each with its line."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from chatops.domain.durations import DAY, HOUR, MINUTE, BusinessDays, BusinessTime, RealTime
from chatops.domain.errors import PolicyInvalid
from chatops.domain.opening_hours import Weekday
from chatops.domain.reminders import StepKind
from chatops.domain.service_levels import UpdatesFrom
from chatops.domain.vocabulary import Audience, ClockKind, Severity, Status
from rules.loader import (
    CALENDARS_FILE,
    NOTICES_FILE,
    REMINDERS_FILE,
    SERVICE_LEVELS_FILE,
    SEVERITY_FILE,
    load,
)
from rules.time_words import NotATime, a_date, duration, hours, instant, weekdays, zone
from tests.calendars import span, utc
from tests.unit.rules.policy_files import (
    OTHERS,
    SOUND,
    SOUND_CALENDARS,
    SOUND_LEVELS,
    SOUND_REMINDERS,
    SOUND_SEVERITY,
    directory_with,
    found_at_load,
    line_of,
    with_change,
)


def said_at_the_line_of(tmp_path: Path, name: str, old: str, new: str) -> str:
    """Return what is said about the line in which *old* became *new*."""
    sound = OTHERS[name]
    found = found_at_load(tmp_path, with_change(old, new, sound), name)
    line = sound.count("\n", 0, sound.index(old)) + 1
    return " ".join(words for number, words in found if number == line)


# ---- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 min", RealTime(length=15 * MINUTE)),
        ("1 minute", RealTime(length=MINUTE)),
        ("36 hours", RealTime(length=36 * HOUR)),
        ("3 days", RealTime(length=3 * DAY)),
        ("1.5 hours", RealTime(length=90 * MINUTE)),
        ("1 business hour", BusinessTime(length=HOUR)),
        ("90 business minutes", BusinessTime(length=90 * MINUTE)),
        ("2 business days", BusinessDays(days=2)),
    ],
)
def test_durations_in_words(text: str, expected: object) -> None:
    assert duration(text) == expected
    assert duration(str(duration(text))) == expected


@pytest.mark.parametrize(
    "text", ["15", "0 min", "1.5 business days", "-1 hour", "1 fortnight", "1001 hours", "0.001 min"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(NotATime):
        duration(text)


def test_days_of_the_week_in_words() -> None:
    assert weekdays("Monday to Friday") == tuple(Weekday)[:5]
    assert weekdays("Friday to Monday") == (Weekday.MONDAY, Weekday.FRIDAY, Weekday.SATURDAY, Weekday.SUNDAY)
    assert weekdays("Monday, Wednesday and Sunday") == (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.SUNDAY)
    assert weekdays("every day") == tuple(Weekday)
    with pytest.raises(NotATime, match="no day of the week"):
        weekdays("Mondays")


@pytest.mark.parametrize("text", ["9:00 to 12:00", "09:00-12:00", "09:00 to 25:00", "24:00 to 08:00", "09:00 to 09:00"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(NotATime):
        hours(text)


def test_hours_dates_instants_and_zones() -> None:
    assert str(hours("14:00 to 24:00")) == "14:00 to 24:00"
    assert a_date("2026-02-28") == date(2026, 2, 28)
    assert instant("2026-06-05T16:00Z") == utc("2026-06-05 16:00")
    assert zone("Europe/Paris") == "Europe/Paris"
    for parse, text in ((a_date, "2026-02-30"), (instant, "2026-06-05 16:00"), (zone, "Europe/Pariss")):
        with pytest.raises(NotATime):
            parse(text)


@pytest.mark.parametrize("text", ["0001-01-01T10:00Z", "9999-12-31T10:00Z"])
def test_nothing_is_counted_in_years_that_nobody_means(text: str) -> None:
    with pytest.raises(NotATime, match="too far off: years from 1970 to 2199"):
        instant(text)
    with pytest.raises(NotATime, match="too far off"):
        a_date(text[:10])


# ---- what sound files say --------------------------------------------------------------------------------------------


def test_a_sound_calendar(tmp_path: Path) -> None:
    calendars = load(directory_with(tmp_path, SOUND)).calendars
    office, there = calendars.calendar("office"), calendars.calendar("there")
    assert office is not None
    assert there is not None
    assert (office.zone, office.business_day, there.business_day, there.roams) == ("Europe/Paris", 7 * HOUR, None, True)
    assert office.holiday_on(date(2026, 5, 14)) == "Ascension Day"
    assert office.holiday_on(date(2026, 5, 15)) == "A bridge"
    assert office.holiday_on(date(2026, 8, 12)) == "Summer"
    assert [office.holiday_on(date(year, 12, 24)) for year in (2020, 2040)] == ["Christmas Eve"] * 2
    assert office.holiday_on(date(2026, 5, 25)) is None
    assert office.open_spans(utc("2026-06-05 12:00"), utc("2026-06-08 11:00")) == (
        span("2026-06-06 07:00", "2026-06-06 10:00"),
        span("2026-06-08 08:00", "2026-06-08 10:00"),
    )


def test_sound_service_levels(tmp_path: Path) -> None:
    levels = load(directory_with(tmp_path, SOUND)).service_levels
    small, large = levels.level("small"), levels.level("large")
    assert small is not None
    assert large is not None
    assert levels.level("huge") is None
    assert (small.updates_from, large.updates_from) == (UpdatesFrom.THEIR_MESSAGE, UpdatesFrom.OUR_LAST_ANSWER)
    target = small.target(Severity.S4, ClockKind.RESPONSE)
    assert target is not None
    assert (target.duration, target.calendar.name, target.pauses, target.line, target.clause) == (
        BusinessDays(days=2), "office", (Status.SUSPENDED,), 1, "§1"
    )  # fmt: skip
    assert target.warn_before == (BusinessTime(length=4 * HOUR), BusinessDays(days=1))
    other = large.target(Severity.S1, ClockKind.RESPONSE)
    assert other is not None
    assert (other.audience, other.duration) == (Audience.INTERNAL, RealTime(length=90 * MINUTE))
    assert large.target(Severity.S1, ClockKind.UPDATE) is None
    assert large.target(Severity.S1, ClockKind.RESOLUTION) is None


def test_sound_reminders(tmp_path: Path) -> None:
    reminders = load(directory_with(tmp_path, SOUND)).reminders
    large = reminders.rule(Status.SUSPENDED, "large", Severity.S1)
    small = reminders.rule(Status.SUSPENDED, "large", Severity.S3)
    assert large is not None
    assert small is not None
    assert (large.times, large.then, large.closing_clause) == (1, StepKind.CLOSE, "§2")
    assert (small.times, small.then, small.line) == (2, StepKind.PROPOSE_CLOSING, 2)
    assert reminders.rule(Status.OPEN, "large", Severity.S1) is None


# ---- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("policy: calendars", "policy: calendar", "must say “policy: calendars”"),
        ("zone: Europe/Paris\n", "zone: Europe/Pari\n", "Did you mean “Europe/Paris”?"),
        ("zone: Europe/Paris\n", "zone: GMT+2\n", "There is no time zone “GMT+2”. Write it as in Europe/Paris."),
        ("Monday to Friday from", "Mondays from", "“Mondays” is no day of the week"),
        ("from 09:00 to 12:00,", "at noon,", "are no hours"),
        ("business day: 7 business hours", "business day: 7 hours", "is no day: write"),
        ("business day: 7 business hours", "business days: 7 business hours", "Did you mean “business day”?"),
        ("of: FR", "of: FRANCE", "No holidays are known of “FRANCE”"),
        ("of: FR", "of: GB-FRA", "Known are: ENG, NIR, SCT, WLS"),
        ("2026-05-15: A bridge", "2026-05-32: A bridge", "is no date"),
        ("2026-08-10 to 2026-08-14: Summer", "2026-08-14 to 2026-08-10: Summer", "must go forward"),
        ("{2026-05-25: Worked}", "{2026-05-26: Worked}", "2026-05-26 is no holiday"),
        ("{2026-05-25: Worked}", "{every 2 September: Worked}", "“every 2 September” is no holiday in any year"),
        ("every 24 December: Christmas Eve", "every 31 February: Leap", "“every 31 February” comes in no year"),
        ("{2026-05-25: Worked}", "{2026-05-25: }", "is empty"),
        ("2026-06-06 from 09:00 to 12:00: The", "2026-06-06: The", "must be a date and hours"),
        ("2026-06-08 from 09:00 to 10:00: The", "2026-06-08 from 9 to 10: The", "are no hours"),
        ("called: {en: the office, fr: le bureau}", "called: {en: the office}", "lacks “fr”"),
        ("{calendar: office, at: 2026-05-15T08:00Z}", "{calendar: offcie, at: 2026-05-15T08:00Z}", "Did you mean"),
        ("at: 2026-05-15T08:00Z", "at: 15 May", "is no instant"),
        ("answer: closed", "answer: shut", "write “open” or “closed”"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_calendars(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in said_at_the_line_of(tmp_path, CALENDARS_FILE, old, new)


def test_a13_a_calendar_that_never_opens_is_refused(tmp_path: Path) -> None:
    without_hours = with_change("open: every day from 22:00 to 06:00", "open: []", SOUND_CALENDARS)
    assert any("would never open" in words for _, words in found_at_load(tmp_path, without_hours, CALENDARS_FILE))
    lines = [
        f"2026-{month:02}-01 to 2026-{month + 2:02}-{day}: Off" for month, day in ((1, 31), (4, 30), (7, 30), (10, 31))
    ]
    closed = with_change("{2026-05-15: A bridge,", "{" + ", ".join(lines) + ",", SOUND_CALENDARS)
    closed = closed.replace("also open: {2026-06-06 from 09:00 to 12:00: The move}\n", "\n").replace(
        "{2026-05-25: Worked}", "{}"
    )
    found = found_at_load(tmp_path, closed, CALENDARS_FILE)
    assert (line_of(closed, "clause: §1"), "The calendar “office” is not open once in 2026.") in found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("policy: service levels", "policy: sla", "must say “policy: service levels”"),
        ("by: [agent, manager]", "by: [agent, desk]", "“by” cannot be “desk”"),
        ("by: [agent, manager]", "by: [agent, contact]", "“by” cannot be “contact”"),
        ("deeds: [reply, need]", "deeds: [reply, note]", "“deeds” cannot be “note”"),
        ("cancelled by: [duplicate]", "cancelled by: [merged]", "cannot be “merged”"),
        ("updates from: our last answer", "updates from: us", "“updates from” cannot be “us”"),
        ("plan: small\n", "plan: smal\n", "Did you mean “small”?"),
        ("severity: [S1, S2, S3, S4]", "severity: [S1, S5]", "cannot be “S5”"),
        ("severity: [S1, S2, S3, S4]", "severity: [S1, any]", "“any” stands alone"),
        ("clock: update\n    target", "clock: updates\n    target", "Did you mean “update”?"),
        ("target: 2 business days", "target: two days", "is no duration"),
        ("warn before: 15 min", "warn before: 15 business minutes", "must be business time, or neither"),
        ("warn before: 15 min", "warn before: 2 hours", "comes before a target of 90 min begins"),
        ("[4 business hours, 1 business day]", "[4 business hours, 2 business days]", "comes before a target"),
        ("pauses: SUSPENDED", "pauses: OPEN", "“pauses” cannot be “OPEN”"),
        ("audience: internal", "audience: secret", "cannot be “secret”"),
        ("answer: due 2026-06-01T09:30Z", "answer: 2026-06-01T09:30Z", "is no answer"),
        ("paused: 2026-06-01T08:00Z to 2026-06-01T09:00Z", "paused: at noon", "must be two instants"),
    ],
)
def test_a_mistake_in_the_service_levels(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in said_at_the_line_of(tmp_path, SERVICE_LEVELS_FILE, old, new)


def test_a32_two_lines_about_the_same_are_a_mistake_of_the_second(tmp_path: Path) -> None:
    text = with_change("plan: large\n    severity: [S1", "plan: any\n    severity: [S1", SOUND_LEVELS)
    [(line, words)] = found_at_load(tmp_path, text, SERVICE_LEVELS_FILE)
    assert line == line_of(text, "clause: §2")
    assert "Line 2 of the policy and line 1" in words
    assert words.endswith("only one may.")


def test_a_target_needs_a_calendar_of_one_zone_and_what_is_not_tracked_needs_none(tmp_path: Path) -> None:
    lacking = with_change("target: 90 min\n    calendar: office\n", "target: 90 min\n", SOUND_LEVELS)
    assert "lacks “calendar”" in found_at_load(tmp_path, lacking, SERVICE_LEVELS_FILE)[0][1]
    unknown = with_change(
        "target: 90 min\n    calendar: office\n", "target: 90 min\n    calendar: offic\n", SOUND_LEVELS
    )
    assert "Did you mean “office”?" in found_at_load(tmp_path, unknown, SERVICE_LEVELS_FILE)[0][1]
    roaming = with_change(
        "target: 90 min\n    calendar: office\n", "target: 90 min\n    calendar: there\n", SOUND_LEVELS
    )
    assert "a target needs one zone" in found_at_load(tmp_path, roaming, SERVICE_LEVELS_FILE)[0][1]
    idle = with_change("target: not tracked\n", "target: not tracked\n    calendar: office\n", SOUND_LEVELS)
    assert found_at_load(tmp_path, idle, SERVICE_LEVELS_FILE)[0][1] == "What is not tracked has no “calendar”."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("about: production", "about: productoin", "Did you mean “production”?"),
        ("only if: {production: yes}", "only if: {production: maybe}", "is yes or no"),
        ("severity: S4\n    when", "severity: S6\n    when", "cannot be “S6”"),
        ("when: {production: no}", "when: {prod: no}", "There is no field “prod”"),
        ("answer: S1 by §1", "answer: S1", "is no answer"),
        ("given: {production: no}", "given: {production: nope}", "is yes or no"),
        ("given: {production: no}", "given: {prod: no}", "has no “prod”"),
        ("tell: {en: Elsewhere., fr: Ailleurs.}", "tell: {en: Elsewhere.}", "lacks “fr”"),
    ],
)
def test_a_mistake_in_the_severities(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in said_at_the_line_of(tmp_path, SEVERITY_FILE, old, new)


def test_a_question_has_words_for_each_of_its_answers(tmp_path: Path) -> None:
    text = with_change("      none: {en: Nothing, fr: Rien}\n", "", SOUND_SEVERITY)
    assert "“answers” lacks “none”." in [words for _, words in found_at_load(tmp_path, text, SEVERITY_FILE)]
    text = SOUND_SEVERITY.replace("    answers:\n", "").replace("      total", "    total")
    assert found_at_load(tmp_path, text, SEVERITY_FILE)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("every: 1 day", "every: daily", "is no duration"),
        ("times: 1\n", "times: 0\n", "is no number of reminders"),
        ("then: automatic", "then: close", "“then” cannot be “close”"),
        ("calendar: there", "calendar: ther", "Did you mean “there”?"),
        ("status: [SUSPENDED, RESOLVED]", "status: [SUSPENDED, OPEN]", "cannot be “OPEN”"),
        ("plan: large\n", "plan: lage\n", "Did you mean “large”?"),
        ("automatic 2026-06-08T12:00Z]", "2026-06-08T12:00Z]", "must say what follows"),
        ("since: 2026-06-06T12:00Z, zone: Europe/Paris", "since: 2026-06-06T12:00Z, zone: Paris", "no time zone"),
    ],
)
def test_a_mistake_in_the_reminders(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in said_at_the_line_of(tmp_path, REMINDERS_FILE, old, new)


def test_mistakes_of_all_files_are_told_at_once_and_names_of_broken_files_go_unchecked(tmp_path: Path) -> None:
    directory_with(tmp_path, SOUND)
    for name, old, new in (
        (CALENDARS_FILE, "of: FR", "of: FRANCE"),
        (SERVICE_LEVELS_FILE, "target: 90 min", "target: 90"),
        (REMINDERS_FILE, "every: 1 day", "every: 1"),
    ):
        (tmp_path / name).write_text(with_change(old, new, OTHERS[name]))
    found = {name: found_at_load_of(tmp_path, name) for name in OTHERS}
    assert {name: len(mistakes) for name, mistakes in found.items()} == {
        CALENDARS_FILE: 1, SERVICE_LEVELS_FILE: 1, SEVERITY_FILE: 0, REMINDERS_FILE: 1, NOTICES_FILE: 0,
    }  # fmt: skip


def found_at_load_of(directory: Path, name: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as caught:
        load(directory)
    return [mistake.text for mistake in caught.value.mistakes if mistake.file.endswith(name)]


def test_a_file_of_another_edition_is_a_mistake(tmp_path: Path) -> None:
    text = with_change('edition: "7"', 'edition: "8"', SOUND_REMINDERS)
    [(line, words)] = found_at_load(tmp_path, text, REMINDERS_FILE)
    assert (line, words) == (0, "This file says edition “8”, and transitions.yaml says “7”.")


def test_another_word_in_any_file_is_another_digest(tmp_path: Path) -> None:
    digests = {load(directory_with(tmp_path, SOUND)).digest}
    for name, text in OTHERS.items():
        digests.add(load(directory_with(tmp_path, text.replace("Nobody", "Somebody"), name)).digest)
    assert len(digests) == 1 + len(OTHERS)


def test_holidays_are_the_same_whenever_they_are_read(tmp_path: Path) -> None:
    one = load(directory_with(tmp_path, SOUND)).calendars.calendar("office")
    two = load(directory_with(tmp_path, SOUND)).calendars.calendar("office")
    assert one is not None
    assert two is not None
    assert one.fingerprint == two.fingerprint
    assert max(each.day for each in one.holidays) - min(each.day for each in one.holidays) > timedelta(days=34 * 365)
