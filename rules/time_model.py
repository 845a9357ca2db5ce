"""The policies about time and severity as they are once read: typed, complete, each piece with its line of the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import Duration
from chatops.domain.notices import DigestHours, Manner, Matter, NoticeRule
from chatops.domain.policy import Fact, Sentence
from chatops.domain.quiet_hours import QuietHours
from chatops.domain.reminders import ReminderRule, StepKind
from chatops.domain.service_levels import Answers, ServiceLevel, Target, UpdatesFrom
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.spans import Span
from chatops.domain.vocabulary import Audience, ClockKind, Severity, Status
from rules.conditions import Condition


@dataclass(frozen=True, kw_only=True)
class Head:
    """What every policy file begins with."""

    file: str
    edition: str
    procedure: str
    owner: str


# ---- calendars -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NamedCalendar:
    """
    Attributes:
        at: The line of the file where it begins.
        called: What people read.
        holidays_of: The countries and regions whose holidays it has.
    """

    at: int
    clause: str
    says: str
    called: Sentence
    calendar: Calendar
    holidays_of: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalendarExample:
    """
    A manager's own test of a calendar: is it open `at`, or which instant is `add` after it.

    Attributes:
        zone: Where the calendar roams, whose it is.
        answer: Whether it is open, or the instant.
    """

    title: str
    line: int
    calendar: str
    at: datetime
    answer: bool | datetime
    add: Duration | None = None
    zone: str = "Etc/UTC"


@dataclass(frozen=True, kw_only=True)
class CalendarPolicy:
    head: Head
    calendars: Mapping[str, NamedCalendar]
    examples: tuple[CalendarExample, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Return one digest of all the calendars."""
        each = sorted(named.calendar.fingerprint for named in self.calendars.values())
        return sha256(" ".join(each).encode()).hexdigest()

    def calendar(self, name: str) -> Calendar | None:
        found = self.calendars.get(name)
        return None if found is None else found.calendar


# ---- service levels --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan of the contract, as subscriptions name it."""

    at: int
    name: str
    says: str
    called: Sentence
    updates_from: UpdatesFrom


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """
    One line of the service levels.

    Attributes:
        duration: None for "not tracked".
        calendar: Name of the calendar; empty for "not tracked".
    """

    number: int
    at: int
    clause: str
    says: str
    plans: tuple[str, ...]
    severities: tuple[Severity, ...]
    clock: ClockKind
    duration: Duration | None
    calendar: str
    warn_before: tuple[Duration, ...]
    pauses: tuple[Status, ...]
    audience: Audience

    def covers(self, plan: str, severity: Severity, clock: ClockKind) -> bool:
        return plan in self.plans and severity in self.severities and clock is self.clock

    def target(self, calendar: Calendar) -> Target | None:
        if self.duration is None:
            return None
        return Target(
            clock=self.clock,
            duration=self.duration,
            calendar=calendar,
            clause=self.clause,
            warn_before=self.warn_before,
            pauses=self.pauses,
            audience=self.audience,
            line=self.number,
            says=self.says,
        )


@dataclass(frozen=True, kw_only=True)
class ServiceExample:
    """
    A manager's own test: a case that is opened `at`.

    Attributes:
        due_at: None where nothing is tracked.
        warned_at: None where the example says nothing of warnings.
        clause: Empty where the example names none.
    """

    title: str
    line: int
    plan: str
    severity: Severity
    clock: ClockKind
    at: datetime
    due_at: datetime | None
    clause: str
    paused: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ServiceLevelPolicy:
    head: Head
    plans: Mapping[str, Plan]
    answers: Answers
    lines: tuple[ServiceLine, ...]
    calendars: Mapping[str, Calendar]
    examples: tuple[ServiceExample, ...]

    def line(self, plan: str, severity: Severity, clock: ClockKind) -> ServiceLine | None:
        """Return the one line about this; two would be a mistake (A32)."""
        return next((line for line in self.lines if line.covers(plan, severity, clock)), None)

    def level(self, plan: str) -> ServiceLevel | None:
        """Return what *plan* promises; None where no such plan is known. The same value each time."""
        return self._levels.get(plan)

    @cached_property
    def _levels(self) -> dict[str, ServiceLevel]:
        return {name: self._level(plan) for name, plan in self.plans.items()}

    def _level(self, plan: Plan) -> ServiceLevel:
        keys = [(severity, clock) for severity in Severity for clock in ClockKind]
        lines = {key: line for key in keys if (line := self.line(plan.name, *key)) is not None}
        targets = {
            key: target
            for key, line in lines.items()
            if line.duration is not None and (target := line.target(self.calendars[line.calendar])) is not None
        }
        return ServiceLevel(
            plan=plan.name,
            edition=self.head.edition,
            answers=self.answers,
            targets=MappingProxyType(targets),
            updates_from=plan.updates_from,
        )


# ---- severity --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SeverityLine:
    number: int
    at: int
    clause: str
    says: str
    severity: Severity
    when: Condition
    because: Sentence


@dataclass(frozen=True, kw_only=True)
class SeverityExample:
    title: str
    line: int
    facts: Mapping[str, Fact]
    severity: Severity
    clause: str


@dataclass(frozen=True, kw_only=True)
class SeverityPolicy:
    """
    First match from the top, as everywhere.

    Attributes:
        definitions: What each severity means, for whoever is told of one (§3.1.4).
    """

    head: Head
    definitions: Mapping[Severity, Sentence]
    inquiries: tuple[SeverityInquiry, ...]
    lines: tuple[SeverityLine, ...]
    otherwise: SeverityProposal
    examples: tuple[SeverityExample, ...]

    def proposal(self, line: SeverityLine) -> SeverityProposal:
        return SeverityProposal(
            severity=line.severity,
            clause=line.clause,
            edition=self.head.edition,
            line=line.number,
            says=line.says,
            because=line.because,
        )


# ---- reminders -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReminderLine:
    number: int
    at: int
    plans: tuple[str, ...]
    severities: tuple[Severity, ...]
    rules: Mapping[Status, ReminderRule]
    """The same rule for each status of the line."""

    def covers(self, status: Status, plan: str, severity: Severity) -> bool:
        return status in self.rules and plan in self.plans and severity in self.severities


@dataclass(frozen=True, kw_only=True)
class ReminderExample:
    """
    A manager's own test: somebody in `zone` has the ball since `since`.

    Attributes:
        reminders: When they are reminded.
        then, then_at: What follows, and when.
    """

    title: str
    line: int
    status: Status
    plan: str
    severity: Severity
    since: datetime
    zone: str
    reminders: tuple[datetime, ...]
    then: StepKind
    then_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReminderPolicy:
    head: Head
    lines: tuple[ReminderLine, ...]
    examples: tuple[ReminderExample, ...] = field(default=())

    def line(self, status: Status, plan: str, severity: Severity) -> ReminderLine | None:
        return next((line for line in self.lines if line.covers(status, plan, severity)), None)

    def rule(self, status: Status, plan: str, severity: Severity) -> ReminderRule | None:
        """Return how such a case is reminded of; None where nobody is."""
        line = self.line(status, plan, severity)
        return None if line is None else line.rules[status]


# ---- notices ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoticeLine:
    number: int
    at: int
    severities: tuple[Severity, ...]
    rules: Mapping[Matter, NoticeRule]
    """The same rule for each matter of the line."""

    def covers(self, matter: Matter, severity: Severity) -> bool:
        return matter in self.rules and severity in self.severities


@dataclass(frozen=True, kw_only=True)
class NoticeExample:
    """
    A manager's own test: something is the matter since `at`, and somebody in `zone` is to know.

    Attributes:
        quiet: Their own quiet hours, where they have any.
        manner, tell_at: How and when they are told; None where nobody is.
    """

    title: str
    line: int
    matter: Matter
    severity: Severity
    at: datetime
    zone: str
    quiet: QuietHours | None
    manner: Manner
    tell_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NoticePolicy:
    """First match from the top, as everywhere."""

    head: Head
    digest: DigestHours
    lines: tuple[NoticeLine, ...]
    examples: tuple[NoticeExample, ...]

    def line(self, matter: Matter, severity: Severity) -> NoticeLine | None:
        return next((line for line in self.lines if line.covers(matter, severity)), None)

    def rule(self, matter: Matter, severity: Severity) -> NoticeRule | None:
        """Return how it is told; None where nobody is told."""
        line = self.line(matter, severity)
        return None if line is None else line.rules[matter]
