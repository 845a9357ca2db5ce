"""
Conditions: the tree that a policy's words become, and the reference evaluator over it.

Two values only. A comparison with an unknown field is false; `not` turns that into true. So `severity: not S1` asks
for a severity that is known and another, and `not: {severity: S1}` is also true where none is known.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from chatops.domain.policy import Fact

Literal = str | int | bool


class Operator(StrEnum):
    """The comparisons, in the words of a policy file."""

    IS = "is"
    IS_NOT = "not"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    MORE_THAN = "more than"
    FEWER_THAN = "fewer than"


ORDERING: Mapping[Operator, Callable[[int, int], bool]] = {
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
    Operator.MORE_THAN: operator.gt,
    Operator.FEWER_THAN: operator.lt,
}
"""The comparisons that ask for a number."""


@dataclass(frozen=True)
class Comparison:
    field: str
    operator: Operator
    value: Literal


@dataclass(frozen=True)
class OneOf:
    field: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Includes:
    """The field is a list, and the word is in it."""

    field: str
    word: str


@dataclass(frozen=True)
class Known:
    field: str


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Negation:
    part: "Condition"


Condition = Comparison | OneOf | Includes | Known | AllOf | AnyOf | Negation


def holds(condition: Condition, facts: Mapping[str, Fact]) -> bool:
    """Say whether *condition* is true of *facts*: the reference evaluator, to be read against the lines at the top."""
    match condition:
        case AllOf(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Negation(part):
            return not holds(part, facts)
        case Known(field):
            return field in facts
        case OneOf(field, values):
            return field in facts and facts[field] in values
        case Includes(field, word):
            return field in facts and word in cast(tuple[str, ...], facts[field])
        case Comparison(field, how, value):
            return field in facts and _compares(how, facts[field], value)


def _compares(how: Operator, fact: Fact, value: Literal) -> bool:
    if how is Operator.IS:
        return fact == value
    if how is Operator.IS_NOT:
        return fact != value
    return ORDERING[how](cast(int, fact), cast(int, value))
