"""Policies as they are once read: typed, complete, and each piece with the line of the file it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from chatops.domain.policy import Sentence, Stage, TransitionQuestion
from chatops.domain.vocabulary import Action, Role, Status
from rules.conditions import AllOf, AnyOf, Comparison, Condition, Known, Literal, Negation, OneOf, Operator
from rules.fields import COLUMNS, TRANSITIONS, Kind
from rules.time_model import CalendarPolicy, NoticePolicy, ReminderPolicy, ServiceLevelPolicy, SeverityPolicy

ACTION, STATUS, ROLE = "action", "status", "role"
"""The fields of `rules.fields.COLUMNS`."""


class Outcome(StrEnum):
    """What stands in the column `to` besides a status."""

    SAME = "same"
    """Allowed; the status stays."""
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Line:
    """
    One line of a transition policy.

    Attributes:
        number: Its place among the policy's lines, from 1: what history names.
        at: The line of the file where it begins.
        statuses: Where it may start (`from`); None stands for "there is no ticket yet" (`nothing`).
        when: A condition on further facts; None where there is none.
        needs: Facts that must be given, in the file's order; for a yes/no fact the answer must be yes.
        says: The line itself, as one reads it aloud.
        refusal: What is said to the person when the line does not fit, or when it refuses.
        exact_refusals: What is said instead, if it failed at this column (`if not from there, say` and so on).
    """

    number: int
    at: int
    clause: str
    says: str
    actions: tuple[Action, ...]
    statuses: tuple[Status | None, ...]
    to: Status | Outcome
    by: tuple[Role, ...]
    needs: tuple[str, ...]
    refusal: Sentence
    when: Condition | None = None
    exact_refusals: Mapping[Stage, Sentence] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def refuses(self) -> bool:
        return self.to is Outcome.REFUSED

    @property
    def new_status(self) -> Status | None:
        return self.to if isinstance(self.to, Status) else None

    def refusal_at(self, stage: Stage) -> Sentence:
        return self.exact_refusals.get(stage, self.refusal)

    @cached_property
    def columns(self) -> tuple[tuple[Stage, Condition], ...]:
        """What the line asks, column by column, in the order in which it is read; `needs` is one condition."""
        return tuple((stage, condition) for stage, condition in self._columns() if condition is not None)

    def _columns(self) -> tuple[tuple[Stage, Condition | None], ...]:
        return (
            (Stage.ACTION, _one_of(ACTION, tuple(map(str, self.actions)))),
            (Stage.FROM, _stands(self.statuses)),
            (Stage.BY, _one_of(ROLE, tuple(map(str, self.by)))),
            (Stage.WHEN, self.when),
            (Stage.NEEDS, AllOf(tuple(map(given, self.needs))) if self.needs else None),
        )

    @cached_property
    def condition(self) -> Condition:
        """The whole line: true when all of its columns are."""
        return AllOf(tuple(condition for _, condition in self.columns))


def given(name: str) -> Condition:
    """Say that the fact *name* was given: it is known, and yes where it is a yes/no fact."""
    if TRANSITIONS[name].kind is Kind.YES_NO:
        return Comparison(name, Operator.IS, True)
    return Known(name)


def _one_of(name: str, words: tuple[Literal, ...]) -> Condition | None:
    """Return None where *words* are all there are: a column that lets everything pass asks nothing."""
    if set(words) == set(COLUMNS[name].values):
        return None
    return Comparison(name, Operator.IS, words[0]) if len(words) == 1 else OneOf(name, words)


def _stands(statuses: tuple[Status | None, ...]) -> Condition | None:
    words = tuple(str(status) for status in statuses if status is not None)
    nothing = Negation(Known(STATUS))
    if None not in statuses:
        return Known(STATUS) if set(words) == set(Status) else _one_of(STATUS, words)
    if not words:
        return nothing
    stands = _one_of(STATUS, words)
    return None if stands is None else AnyOf((nothing, stands))


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """What is said when no line even has the action."""

    clause: str
    refusal: Sentence


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an example expects: ``RESOLVED by §3.2.4b``."""

    to: Status | Outcome
    clause: str

    def __str__(self) -> str:
        return f"{self.to} by {self.clause}"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A manager's own test of the policy; `at` is the line of the file where it begins."""

    title: str
    at: int
    question: TransitionQuestion
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class TransitionPolicy:
    """The life cycle of §3.2 as one table, first match from the top."""

    file: str
    edition: str
    procedure: str
    owner: str
    lines: tuple[Line, ...]
    otherwise: Otherwise
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class PolicySet:
    """
    All policies of one directory: coverage and escalation will stand beside these.

    Attributes:
        edition: The label that all files carry.
        digest: SHA-256 over the names and contents of all policy files; the same label with another digest is
            another policy, and is refused where editions are kept.
    """

    edition: str
    digest: str
    transitions: TransitionPolicy
    calendars: CalendarPolicy
    service_levels: ServiceLevelPolicy
    severity: SeverityPolicy
    reminders: ReminderPolicy
    notices: NoticePolicy
