"""The tree of `reminders.yaml` to a `ReminderPolicy`; every mistake is noted and reading goes on."""

from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType

from chatops.domain.business_hours import Calendar
from chatops.domain.reminders import ReminderRule, StepKind
from chatops.domain.vocabulary import Severity, Status
from rules.documents import Node, Notes, Text
from rules.parts import Parts, clause, column, listed, plain, read_example, read_head, severities, timed
from rules.reading import checked_keys, items_of, text_of, word_of
from rules.time_model import CalendarPolicy, Head, ReminderExample, ReminderLine, ReminderPolicy
from rules.time_words import NotATime, duration, instant, read_as, zone

_LINE = ("clause", "says", "status", "plan", "severity", "every", "calendar", "times", "then", "clause of then")
_STATUSES = (Status.SUSPENDED, Status.RESOLVED)
"""Where the beneficiary can have the ball (§3.2.3c, §3.2.5c)."""
_AFTER = (StepKind.PROPOSE_CLOSING, StepKind.CLOSE)
_MOST = 10


def read_reminders(
    root: Node, calendars: CalendarPolicy | None, plans: Collection[str] | None, notes: Notes
) -> ReminderPolicy | None:
    """
    Return the reminders that *root* says; None, with *notes* on it, where anything is wrong.

    Args:
        calendars, plans: None where their own files have mistakes: their names are not checked then.
    """
    head, parts = read_head(root, "reminders", ("lines", "examples"), notes)
    reader = _Lines(head, calendars, plans, notes)
    lines = [reader.line(number, node) for number, node in enumerate(listed(parts, "lines", notes), 1)]
    examples = [
        read_example(node, ("given", "answer"), _Example(node.line, plans, notes).read, notes)
        for node in listed(parts, "examples", notes)
    ]
    if notes.mistakes or calendars is None or plans is None:
        return None
    return ReminderPolicy(
        head=head,
        lines=tuple(line for line in lines if line is not None),
        examples=tuple(example for example in examples if example is not None),
    )


class _Lines:
    """Reads the lines of one file."""

    def __init__(
        self, head: Head, calendars: CalendarPolicy | None, plans: Collection[str] | None, notes: Notes
    ) -> None:
        self._head = head
        self._calendars = calendars
        self._plans = plans
        self._notes = notes

    def line(self, number: int, node: Node) -> ReminderLine | None:
        notes, before = self._notes, len(self._notes.mistakes)
        parts = checked_keys(node, f"Line {number} of the policy", required=_LINE, notes=notes)
        plans = column(parts, "plan", self._plans, notes)
        grave = severities(parts, notes)
        rules = self._rules(number, parts)
        if rules is None or len(notes.mistakes) > before:
            return None
        return ReminderLine(number=number, at=node.line, plans=plans, severities=grave, rules=MappingProxyType(rules))

    def _rules(self, number: int, parts: Parts) -> dict[Status, ReminderRule] | None:
        notes = self._notes
        statuses = column(parts, "status", tuple(map(str, _STATUSES)), notes)
        every = timed(parts, "every", duration, notes)
        times = timed(parts, "times", _count, notes)
        then = word_of(parts["then"], "“then”", tuple(map(str, _AFTER)), notes) if "then" in parts else None
        says, named, closing = plain(parts, "says", notes), clause(parts, notes), clause(parts, notes, "clause of then")
        calendar = self._calendar(parts)
        if every is None or times is None or then is None or calendar is None:
            return None
        rules = {}
        for status in map(Status, statuses):
            rules[status] = ReminderRule(
                status=status,
                every=every,
                calendar=calendar,
                clause=named,
                closing_clause=closing,
                edition=self._head.edition,
                times=times,
                then=StepKind(then),
                line=number,
                says=says,
            )
        return rules

    def _calendar(self, parts: Parts) -> Calendar | None:
        if "calendar" not in parts or self._calendars is None:
            return None
        name = word_of(parts["calendar"], "“calendar”", tuple(self._calendars.calendars), self._notes)
        return None if name is None else self._calendars.calendar(name)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST):
        raise NotATime(f"“{text}” is no number of reminders: write a whole number from 1 to {_MOST}.")
    return int(text)


# ---- examples --------------------------------------------------------------------------------------------------------

_GIVEN = ("status", "plan", "severity", "since", "zone")


class _Example:
    """Reads ``given: {status: SUSPENDED, …, since: …}``; the answer lists instants, the last with what follows."""

    def __init__(self, line: int, plans: Collection[str] | None, notes: Notes) -> None:
        self._line = line
        self._plans = plans
        self._notes = notes

    def read(self, title: str, parts: Parts) -> ReminderExample | None:
        notes, before = self._notes, len(self._notes.mistakes)
        given = checked_keys(parts["given"], "“given”", required=_GIVEN, notes=notes)
        status = self._word(given, "status", tuple(map(str, _STATUSES)))
        plan = self._word(given, "plan", self._plans)
        severity = self._word(given, "severity", tuple(Severity))
        since = timed(given, "since", instant, notes)
        where = timed(given, "zone", zone, notes)
        *reminders, last = items_of(parts["answer"], "“answer”", notes) or (Text("", self._line),)
        found = [read_as(instant, node, "“answer”", notes) for node in reminders]
        then = read_as(_then, last, "“answer”", notes)
        if since is None or then is None or len(notes.mistakes) > before:
            return None
        return ReminderExample(
            title=title,
            line=self._line,
            status=Status(status),
            plan=plan,
            severity=Severity(severity),
            since=since,
            zone=where or "",
            reminders=tuple(at for at in found if at is not None),
            then=then[0],
            then_at=then[1],
        )

    def _word(self, given: Parts, key: str, known: Collection[str] | None) -> str:
        if key not in given:
            return ""
        if known is None:
            return text_of(given[key], f"“{key}”", self._notes) or ""
        return word_of(given[key], f"“{key}”", known, self._notes) or ""


def _then(text: str) -> tuple[StepKind, datetime]:
    for kind in _AFTER:
        if text.startswith(f"{kind} "):
            return kind, instant(text.removeprefix(f"{kind} "))
    raise NotATime(f"“{text}” must say what follows the reminders, as in “{_AFTER[0]} 2027-01-05T15:00Z”.")
