"""The tree of `service_levels.yaml` to a `ServiceLevelPolicy`; every mistake is noted and reading goes on."""

from collections.abc import Collection
from datetime import datetime
from itertools import product
from types import MappingProxyType

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import Duration, RealTime
from chatops.domain.service_levels import DEEDS, Answers, UpdatesFrom
from chatops.domain.spans import Span
from chatops.domain.targets import budget
from chatops.domain.vocabulary import Audience, ClockKind, ClosingReason, Role, Severity, Status
from rules.documents import Items, Node, Notes
from rules.parts import (
    Parts,
    answer_by,
    clause,
    column,
    listed,
    named,
    plain,
    read_example,
    read_head,
    sentence,
    severities,
    timed,
)
from rules.reading import checked_keys, text_of, word_of, words_of
from rules.time_model import CalendarPolicy, Plan, ServiceExample, ServiceLevelPolicy, ServiceLine
from rules.time_words import NotATime, duration, instant, read_as

NOT_TRACKED = "not tracked"
DUE = "due "

_PLAN = ("says", "called")
_ANSWERS = ("clause", "says", "by", "deeds", "cancelled by")
_LINE = ("clause", "says", "plan", "severity", "clock", "target")
_LINE_OPTIONS = ("calendar", "warn before", "pauses", "audience")
_DEEDS = tuple(sorted({str(deed) for deeds in DEEDS.values() for deed in deeds}))
_A_MONDAY = datetime.fromisoformat("2026-06-01T00:00+00:00")


def read_service_levels(root: Node, calendars: CalendarPolicy | None, notes: Notes) -> ServiceLevelPolicy | None:
    """
    Return the service levels that *root* says; None, with *notes* on it, where anything is wrong.

    Args:
        calendars: None where their own file has mistakes: their names are not checked then.
    """
    head, parts = read_head(root, "service levels", ("plans", "answers", "lines", "examples"), notes)
    plans = {name: _plan(name, node, notes) for name, node in named(parts, "plans", notes).items()}
    answers = _answers(parts, notes)
    reader = _Lines(plans, calendars, notes)
    lines = [reader.line(number, node) for number, node in enumerate(listed(parts, "lines", notes), 1)]
    found = tuple(line for line in lines if line is not None)
    _note_two_that_match(found, notes)
    examples = [
        read_example(node, ("given", "answer"), _Example(node.line, plans, notes).read, notes)
        for node in listed(parts, "examples", notes)
    ]
    if notes.mistakes or calendars is None:
        return None
    return ServiceLevelPolicy(
        head=head,
        plans=MappingProxyType({name: plan for name, plan in plans.items() if plan is not None}),
        answers=answers,
        lines=found,
        calendars=MappingProxyType({name: each.calendar for name, each in calendars.calendars.items()}),
        examples=tuple(example for example in examples if example is not None),
    )


def _plan(name: str, node: Node, notes: Notes) -> Plan | None:
    parts = checked_keys(node, f"The plan “{name}”", required=_PLAN, optional=("updates from",), notes=notes)
    key = "updates from"
    updates = word_of(parts[key], f"“{key}”", tuple(UpdatesFrom), notes) if key in parts else None
    return Plan(
        at=node.line,
        name=name,
        says=plain(parts, "says", notes),
        called=sentence(parts, "called", notes),
        updates_from=UpdatesFrom(updates or UpdatesFrom.THEIR_MESSAGE),
    )


def _answers(parts: Parts, notes: Notes) -> Answers:
    if "answers" not in parts:
        return Answers(by=(), deeds=())
    inner = checked_keys(parts["answers"], "“answers”", required=_ANSWERS, notes=notes)
    plain(inner, "says", notes)
    before = len(notes.mistakes)
    roles = _words(inner, "by", _STAFF, notes)
    deeds = _words(inner, "deeds", _DEEDS, notes)
    reasons = _words(inner, "cancelled by", tuple(ClosingReason), notes)
    if len(notes.mistakes) > before:
        return Answers(by=(), deeds=())
    return Answers(
        by=tuple(map(Role, roles)),
        deeds=tuple(deed for deed in _ACTIONS if deed in deeds),
        cancelled_by=tuple(map(ClosingReason, reasons)),
        clause=clause(inner, notes),
    )


_STAFF = (Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR)
"""The desk itself and the customer's own people can never answer for us (A19)."""
_ACTIONS = tuple(dict.fromkeys(deed for deeds in DEEDS.values() for deed in deeds))


def _words(parts: Parts, key: str, known: Collection[str], notes: Notes) -> tuple[str, ...]:
    return words_of(parts[key], f"“{key}”", tuple(map(str, known)), notes) if key in parts else ()


class _Lines:
    """Reads the lines of one file."""

    def __init__(self, plans: Collection[str], calendars: CalendarPolicy | None, notes: Notes) -> None:
        self._plans = plans
        self._calendars = calendars
        self._notes = notes

    def line(self, number: int, node: Node) -> ServiceLine | None:
        notes, before = self._notes, len(self._notes.mistakes)
        what = f"Line {number} of the policy"
        parts = checked_keys(node, what, required=_LINE, optional=_LINE_OPTIONS, notes=notes)
        clock = word_of(parts["clock"], "“clock”", tuple(ClockKind), notes) if "clock" in parts else None
        target = self._target(parts)
        line = ServiceLine(
            number=number,
            at=node.line,
            clause=clause(parts, notes),
            says=plain(parts, "says", notes),
            plans=column(parts, "plan", self._plans, notes),
            severities=severities(parts, notes),
            clock=ClockKind(clock or ClockKind.RESPONSE),
            duration=target,
            calendar=plain(parts, "calendar", notes),
            warn_before=self._warnings(parts),
            pauses=tuple(map(Status, _words(parts, "pauses", _PAUSING, notes))),
            audience=Audience(self._audience(parts) or Audience.PUBLIC),
        )
        if len(notes.mistakes) == before:
            self._note_what_does_not_go_together(line, parts)
        return line if len(notes.mistakes) == before else None

    def _target(self, parts: Parts) -> Duration | None:
        return timed(parts, "target", _duration_or_none, self._notes)

    def _warnings(self, parts: Parts) -> tuple[Duration, ...]:
        if "warn before" not in parts:
            return ()
        node = parts["warn before"]
        nodes = node.items if isinstance(node, Items) else (node,)
        found = [read_as(duration, each, "“warn before”", self._notes) for each in nodes]
        return tuple(each for each in found if each is not None)

    def _audience(self, parts: Parts) -> str | None:
        if "audience" not in parts:
            return None
        return word_of(parts["audience"], "“audience”", tuple(Audience), self._notes)

    def _note_what_does_not_go_together(self, line: ServiceLine, parts: Parts) -> None:
        notes = self._notes
        if line.duration is None:
            for key in (key for key in _LINE_OPTIONS if key in parts):
                notes.add(parts[key].line, f"What is not tracked has no “{key}”.")
            return
        if "calendar" not in parts:
            notes.add(line.at, f"Line {line.number} of the policy lacks “calendar”: on what is its target counted?")
            return
        if self._calendars is None:
            return
        word_of(parts["calendar"], "“calendar”", tuple(self._calendars.calendars), notes)
        calendar = self._calendars.calendar(line.calendar)
        if calendar is not None:
            self._note_warnings(line, line.duration, calendar, parts)

    def _note_warnings(self, line: ServiceLine, target: Duration, calendar: Calendar, parts: Parts) -> None:
        if calendar.roams:
            self._notes.add(parts["calendar"].line, f"“{calendar.name}” is whoever’s it is: a target needs one zone.")
        for warning in line.warn_before:
            at = parts["warn before"].line
            if isinstance(warning, RealTime) != isinstance(target, RealTime):
                self._notes.add(at, f"A warning {warning} before {target}: both must be business time, or neither.")
            elif budget(warning, calendar, _A_MONDAY) >= budget(target, calendar, _A_MONDAY):
                self._notes.add(at, f"A warning {warning} before it is due comes before a target of {target} begins.")


_PAUSING = (Status.SUSPENDED, Status.RESOLVED)
"""The statuses in which the beneficiary can have the ball; in any other a pause would never come."""


def _duration_or_none(text: str) -> Duration | None:
    return None if text == NOT_TRACKED else duration(text)


def _note_two_that_match(lines: Collection[ServiceLine], notes: Notes) -> None:
    """A32: never the first that happens to come, so two are a mistake."""
    first: dict[tuple[str, Severity, ClockKind], ServiceLine] = {}
    told: set[tuple[int, int]] = set()
    for line in lines:
        for plan, severity in product(line.plans, line.severities):
            earlier = first.setdefault((plan, severity, line.clock), line)
            if earlier is not line and (earlier.number, line.number) not in told:
                told.add((earlier.number, line.number))
                notes.add(
                    line.at,
                    f"Line {line.number} of the policy and line {earlier.number} (at {earlier.at}) both say what "
                    f"{plan} {severity} {line.clock} is: only one may.",
                )


# ---- examples --------------------------------------------------------------------------------------------------------

_GIVEN = ("plan", "severity", "clock", "at")


class _Example:
    """Reads ``given: {plan: standard, severity: S1, clock: response, at: …}``, ``answer: due … by §3.1.4``."""

    def __init__(self, line: int, plans: Collection[str], notes: Notes) -> None:
        self._line = line
        self._plans = plans
        self._notes = notes

    def read(self, title: str, parts: Parts) -> ServiceExample | None:
        notes, before = self._notes, len(self._notes.mistakes)
        given = checked_keys(parts["given"], "“given”", required=_GIVEN, optional=("paused",), notes=notes)
        plan = self._word(given, "plan", self._plans)
        severity = self._word(given, "severity", tuple(Severity))
        clock = self._word(given, "clock", tuple(ClockKind))
        at = timed(given, "at", instant, notes)
        paused = _paused(given, notes)
        text = text_of(parts["answer"], "“answer”", notes) or ""
        answer, named_clause = answer_by(text)
        due_at = read_as(_due, parts["answer"], "“answer”", notes)
        if at is None or len(notes.mistakes) > before:
            return None
        return ServiceExample(
            title=title,
            line=self._line,
            plan=plan,
            severity=Severity(severity),
            clock=ClockKind(clock),
            at=at,
            paused=paused,
            due_at=None if answer == NOT_TRACKED else due_at,
            clause=named_clause,
        )

    def _word(self, given: Parts, key: str, known: Collection[str]) -> str:
        return (word_of(given[key], f"“{key}”", known, self._notes) or "") if key in given else ""


def _paused(given: Parts, notes: Notes) -> tuple[Span, ...]:
    if "paused" not in given:
        return ()
    node = given["paused"]
    nodes = node.items if isinstance(node, Items) else (node,)
    return tuple(span for each in nodes if (span := read_as(_span, each, "“paused”", notes)) is not None)


def _span(text: str) -> Span:
    start, to, end = text.partition(" to ")
    if not to or instant(start) > instant(end):
        raise NotATime(f"“{text}” must be two instants, as in “2026-06-05T17:00Z to 2026-06-08T12:00Z”.")
    return Span(start=instant(start), end=instant(end))


def _due(text: str) -> datetime | None:
    answer, _ = answer_by(text)
    if answer == NOT_TRACKED:
        return None
    if not answer.startswith(DUE):
        raise NotATime(f"“{text}” is no answer: write it like “due 2026-03-30T08:30Z by §3.1.4” or “{NOT_TRACKED}”.")
    return instant(answer.removeprefix(DUE))
