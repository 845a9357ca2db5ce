"""Random catalogues, conditions and facts, from any source of chance: hypothesis or a seed."""

from collections.abc import Mapping, Sequence
from random import Random

from chatops.domain.policy import Fact
from rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Includes,
    Known,
    Literal,
    Negation,
    OneOf,
    Operator,
)
from rules.fields import LARGEST_NUMBER, Catalogue, Field, Kind

WORDS = (
    "S1", "eXo", "Été", "œuf", "l’aîné", "l'aîné", 'say "no"', "back\\slash", "a b", "a", "A", "日本", "🔥", "true",
    "null", "5", "{}", "$neq", "e\u0301t\u00e9", "x" * 1_024,
)  # fmt: skip
CLOSED = ("low", "middle", "high", "very high")
NUMBERS = (-(2**53) + 1, -3, -1, 0, 1, 2, 3, 4, 100, 2**31, 2**53 - 1)

CATALOGUE = Catalogue(
    (
        Field(name="product", kind=Kind.WORD, means="an open word"),
        Field(name="plan", kind=Kind.WORD, means="another open word"),
        Field(name="level", kind=Kind.WORD, values=CLOSED, means="a word of a closed set"),
        Field(name="users", kind=Kind.NUMBER, means="a number"),
        Field(name="minutes", kind=Kind.NUMBER, means="another number"),
        Field(name="urgent", kind=Kind.YES_NO, means="yes or no"),
        Field(name="mine", kind=Kind.YES_NO, means="another yes or no"),
        Field(name="tags", kind=Kind.WORDS, means="a list of words"),
        Field(name="stacks", kind=Kind.WORDS, values=CLOSED, means="a list out of a closed set"),
    )
)


def a_condition(chance: Random, depth: int = 3) -> Condition:
    if depth == 0 or chance.random() < 0.4:
        return _a_leaf(chance)
    kind = chance.randrange(3)
    if kind == 0:
        return Negation(a_condition(chance, depth - 1))
    parts = tuple(a_condition(chance, depth - 1) for _ in range(chance.randint(1, 3)))
    return AllOf(parts) if kind == 1 else AnyOf(parts)


def _a_leaf(chance: Random) -> Condition:
    field = chance.choice(list(CATALOGUE.values()))
    if chance.random() < 0.15:
        return Known(field.name)
    match field.kind:
        case Kind.WORDS:
            return Includes(field.name, chance.choice(_words(field)))
        case Kind.YES_NO:
            return Comparison(field.name, Operator.IS, chance.random() < 0.5)
        case Kind.NUMBER:
            if chance.random() < 0.2:
                return OneOf(field.name, _some(chance, NUMBERS))
            return Comparison(field.name, chance.choice(list(Operator)), chance.choice(NUMBERS))
        case Kind.WORD:
            if chance.random() < 0.4:
                return OneOf(field.name, _some(chance, _words(field)))
            return Comparison(field.name, chance.choice((Operator.IS, Operator.IS_NOT)), chance.choice(_words(field)))


def _words(field: Field) -> Sequence[str]:
    return field.values or WORDS


def _some(chance: Random, values: Sequence[Literal]) -> tuple[Literal, ...]:
    return tuple(chance.sample(values, chance.randint(1, min(4, len(values)))))


def facts(chance: Random) -> Mapping[str, Fact]:
    """Return facts of `CATALOGUE`: each unknown now and then, lists empty or repeating themselves now and then."""
    unknown = chance.choice((0.0, 0.2, 0.6))
    return {name: _a_fact(chance, field) for name, field in CATALOGUE.items() if chance.random() >= unknown}


def _a_fact(chance: Random, field: Field) -> Fact:
    match field.kind:
        case Kind.WORDS:
            return tuple(chance.choice(_words(field)) for _ in range(chance.randint(0, 4)))
        case Kind.YES_NO:
            return chance.random() < 0.5
        case Kind.NUMBER:
            return min(chance.choice(NUMBERS) + chance.choice((0, 0, 1)), LARGEST_NUMBER)
        case Kind.WORD:
            return chance.choice(_words(field))
