"""Checks over calendars, service levels, reminders and notices, beyond loading: gaps, dead lines, examples."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import combinations, product

from chatops.domain.business_hours import Calendar
from chatops.domain.errors import Mistake, NeverOpen
from chatops.domain.notices import Manner, Matter, NoticeRule
from chatops.domain.opening_hours import Hours
from chatops.domain.reminders import Episode, ReminderStep, StepKind, steps
from chatops.domain.service_levels import Target
from chatops.domain.targets import instant_after
from chatops.domain.vocabulary import ClockKind, Severity
from rules.model import PolicySet
from rules.time_model import (
    CalendarExample,
    CalendarPolicy,
    Head,
    NoticeExample,
    NoticePolicy,
    ReminderExample,
    ReminderPolicy,
    ServiceExample,
    ServiceLevelPolicy,
)
from rules.time_words import written

Found = Iterator[tuple[int, str]]
"""Lines of the file, and what is wrong there."""


def time_mistakes(policies: PolicySet) -> tuple[Mistake, ...]:
    """Return what is wrong with the policies about time, file by file, in the order of each."""
    calendars, levels, reminders = policies.calendars, policies.service_levels, policies.reminders
    notices = policies.notices
    return (
        *_told(calendars.head, lambda: _calendars(calendars, policies)),
        *_told(levels.head, lambda: _levels(levels)),
        *_told(reminders.head, lambda: _reminders(reminders, policies)),
        *_told(notices.head, lambda: _notices(notices)),
    )


def _told(head: Head, check: Callable[[], Found]) -> Iterator[Mistake]:
    for line, text in sorted(check()):
        yield Mistake(file=head.file, line=line, text=text)


# ---- calendars -------------------------------------------------------------------------------------------------------


def _calendars(policy: CalendarPolicy, policies: PolicySet) -> Found:
    used = {line.calendar for line in policies.service_levels.lines}
    used |= {rule.calendar.name for line in policies.reminders.lines for rule in line.rules.values()}
    used |= {calendar.name for calendar in _of_notices(policies.notices)}
    tried = {example.calendar for example in policy.examples}
    for name, each in policy.calendars.items():
        if name not in used:
            yield each.at, f"Nothing is counted on the calendar “{name}”."
        if name not in tried:
            yield each.at, f"No example is about the calendar “{name}”: add one."
        yield from ((each.at, text) for text in (*_clashes(policy, name), *_overlaps(each.calendar)))
    for example in policy.examples:
        answer = _answered(policy, example)
        if answer != _in_words(example.answer):
            yield example.line, _unexpected(example.title, _in_words(example.answer), answer)


def _clashes(policy: CalendarPolicy, name: str) -> Iterator[str]:
    """Say where a day of a calendar is opened and closed at once."""
    calendar = policy.calendars[name].calendar.placed("Etc/UTC")
    for opening, closing in product(calendar.also_open, calendar.also_closed):
        if opening.day == closing.day and opening.hours == closing.hours:
            yield f"The calendar “{name}” is both open and closed on {opening.day}, {opening.hours}."


def _overlaps(calendar: Calendar) -> Iterator[str]:
    """
    Say where hours that begin on the same day of the week overlap: one of them says what nobody meant.

    Those of a night may reach into hours of the day after.
    """
    for one, other in combinations(calendar.weekly, 2):
        day = next((day for day in one.days if day in other.days), None)
        if day is not None and _begins_within(one.hours, other.hours):
            yield (
                f"The calendar “{calendar.name}” is open {one.hours} and {other.hours} on {day.name.capitalize()}: "
                "the hours overlap."
            )


def _begins_within(one: Hours, other: Hours) -> bool:
    first, second = sorted((one, other), key=lambda hours: hours.opens)
    return first.opens == second.opens or second.opens < first.closes or first.closes <= first.opens


def _answered(policy: CalendarPolicy, example: CalendarExample) -> str:
    calendar = policy.calendars[example.calendar].calendar.placed(example.zone)
    if example.add is None:
        return _in_words(calendar.is_open(example.at))
    try:
        return _in_words(instant_after(example.at, example.add, calendar))
    except NeverOpen as problem:
        return f"nothing: {problem}"


def _in_words(answer: bool | datetime) -> str:
    if isinstance(answer, bool):
        return "open" if answer else "closed"
    return written(answer)


def _unexpected(title: str, expected: str, found: str) -> str:
    return f"The example “{title}” expects {expected}, and the policy answers {found}."


# ---- service levels --------------------------------------------------------------------------------------------------


def _levels(policy: ServiceLevelPolicy) -> Found:
    for plan, severity in product(policy.plans.values(), Severity):
        if policy.line(plan.name, severity, ClockKind.RESPONSE) is None:
            who = f"{plan.name} {severity}"
            yield plan.at, f"No line says by when {who} is answered: add one, if only with “target: not tracked”."
    answered: set[int] = set()
    for example in policy.examples:
        found, number = _level_answer(policy, example)
        answered.add(number)
        expected = _promise(example.due_at, example.clause)
        if found != expected:
            yield example.line, _unexpected(example.title, expected, found)
    for line in policy.lines:
        if line.number not in answered:
            yield line.at, f"No example is answered by line {line.number} of the policy ({line.clause}): add one."


def _level_answer(policy: ServiceLevelPolicy, example: ServiceExample) -> tuple[str, int]:
    line = policy.line(example.plan, example.severity, example.clock)
    if line is None:
        return _promise(None, ""), 0
    clause = line.clause if example.clause else ""
    target = None if line.duration is None else line.target(policy.calendars[line.calendar])
    return _promise(None if target is None else _due(target, example), clause), line.number


def _due(target: Target, example: ServiceExample) -> datetime:
    return instant_after(example.at, target.duration, target.calendar, example.paused)


def _promise(due_at: datetime | None, clause: str) -> str:
    return ("not tracked" if due_at is None else f"due {written(due_at)}") + (f" by {clause}" if clause else "")


# ---- reminders -------------------------------------------------------------------------------------------------------


def _reminders(policy: ReminderPolicy, policies: PolicySet) -> Found:
    corners: dict[tuple[str, str, str], int] = {}
    for line in policy.lines:
        mine = list(product(map(str, line.rules), line.plans, map(str, line.severities)))
        if all(corner in corners for corner in mine):
            yield line.at, f"Line {line.number} of the policy never decides: earlier lines always do."
        for corner in mine:
            corners.setdefault(corner, line.number)
    tried: set[int] = set()
    for example in policy.examples:
        found, number = _reminder_answer(policy, example)
        tried.add(number)
        expected = _dates(example.reminders, example.then, example.then_at)
        if found != expected:
            yield example.line, _unexpected(example.title, expected, found)
    for line in policy.lines:
        if line.number not in tried:
            yield line.at, f"No example is about line {line.number} of the policy: add one."


def _reminder_answer(policy: ReminderPolicy, example: ReminderExample) -> tuple[str, int]:
    rule = policy.rule(example.status, example.plan, example.severity)
    if rule is None:
        return "that nobody is reminded", 0
    waiting = Episode(status=example.status, since=example.since, last_at=example.since, reminders=0)
    *reminders, last = steps(waiting, rule, example.zone)
    return _dates(tuple(map(_due_at, reminders)), last.kind, last.due_at), rule.line


def _due_at(step: ReminderStep) -> datetime:
    return step.due_at


def _dates(reminders: tuple[datetime, ...], then: StepKind, then_at: datetime) -> str:
    return ", ".join([*map(written, reminders), f"{then} {written(then_at)}"])


# ---- notices ---------------------------------------------------------------------------------------------------------


def _of_notices(policy: NoticePolicy) -> Iterator[Calendar]:
    yield policy.digest.days
    for line in policy.lines:
        for rule in line.rules.values():
            yield from (calendar for calendar in (rule.hours, rule.calendar) if calendar is not None)


def _notices(policy: NoticePolicy) -> Found:
    corners: dict[tuple[Matter, Severity], int] = {}
    for line in policy.lines:
        mine = list(product(line.rules, line.severities))
        if all(corner in corners for corner in mine):
            yield line.at, f"Line {line.number} of the policy never decides: earlier lines always do."
        for corner in mine:
            corners.setdefault(corner, line.number)
    for matter, severity in product(Matter, Severity):
        if (matter, severity) not in corners:
            what = f"“{matter}” {severity}"
            yield 0, f"No line says who is told of {what}: add one, if only with “tell: {Manner.NOT_AT_ALL}”."
    tried: set[int] = set()
    for example in policy.examples:
        rule = policy.rule(example.matter, example.severity)
        found = _telling(Manner.NOT_AT_ALL, None) if rule is None else _telling(rule.manner, _tell_at(rule, example))
        tried.add(0 if rule is None else rule.line)
        expected = _telling(example.manner, example.tell_at)
        if found != expected:
            yield example.line, _unexpected(example.title, expected, found)
    for line in policy.lines:
        if line.number not in tried:
            yield line.at, f"No example is about line {line.number} of the policy: add one."


def _tell_at(rule: NoticeRule, example: NoticeExample) -> datetime | None:
    """Return when it is told first; a lasting matter is told of once it has lasted."""
    at = next(rule.occasions(example.at), None) if rule.after is not None else example.at
    return None if at is None else rule.tell_at(at, at, example.zone, example.quiet)


def _telling(manner: Manner, at: datetime | None) -> str:
    return str(manner) if at is None else f"{manner} {written(at)}"
