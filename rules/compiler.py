"""
Conditions to ruleset definitions that durable-rules evaluates rightly; pure.

durable-rules 2.0.28 kills the process or answers wrong outside a small part of its language. Only that part is
written, by nine rules; inside it 468,300 random evaluations gave no wrong answer. Kept here:

1. No "not": it is moved down to the leaves. `not (a < b)` becomes "a is unknown, or a >= b".
2. No "or", which fires once per true path (hazard r5): the condition is written out into alternatives (`terms`), each
   an "and" of leaves and an engine rule of its own. At most 256 of them; a wider condition is refused.
3. At most 55 engine rules in one ruleset: 64 that match at once are error 303.
4. Every rule begins with `{"_k": 1}`: one of "unknown" leaves alone would match the engine's own facts for ever (r7b).
5. The last rule of every ruleset matches everything: an evaluation counts only if that one fired last.
8. "The list lacks this word" is asked of a padded copy of the list (`$iall` is false of an empty list).
9. Nothing else of the language: no patterns, arithmetic, references, counts, correlations, timers, charts.

Rule 6 (sessions) is kept by `rules.engine`, rule 7 (typed, short, total facts) by `rules.fields`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
from rules.fields import Catalogue

WIDEST = 256
RULES_PER_RULESET = 55
SENTINEL = "end"
_SENTINEL_PLACE = 60_000
"""Rules fire in ascending order of this number, which the engine keeps in 16 bits."""

ANCHOR = "_k"
_PAD = ""
"""A word that no policy can name and no fact can hold."""

_INVERSE = {
    Operator.IS: Operator.IS_NOT,
    Operator.IS_NOT: Operator.IS,
    Operator.AT_LEAST: Operator.FEWER_THAN,
    Operator.FEWER_THAN: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.MORE_THAN,
    Operator.MORE_THAN: Operator.AT_MOST,
}
_SIGN = {
    Operator.IS_NOT: "$neq",
    Operator.AT_LEAST: "$gte",
    Operator.AT_MOST: "$lte",
    Operator.MORE_THAN: "$gt",
    Operator.FEWER_THAN: "$lt",
}


@dataclass(frozen=True)
class Unknown:
    field: str


@dataclass(frozen=True)
class Lacks:
    """The field is a known list, and the word is not in it."""

    field: str
    word: str


Leaf = Comparison | Includes | Lacks | Known | Unknown
"""What the engine is asked; a comparison, `Includes` and `Lacks` are false of an unknown field, there as here."""

Term = tuple[Leaf, ...]
"""Leaves that must all be true."""


class TooWide(Exception):
    """The condition has more alternatives than rule 2 allows."""


@dataclass(frozen=True, kw_only=True)
class Ruleset:
    """What `create_ruleset` is given. A rule is called ``<index of its condition>.<number of its alternative>``."""

    name: str
    definition: str


def rulesets(name: str, conditions: Sequence[Condition], catalogue: Catalogue) -> tuple[Ruleset, ...]:
    """
    Return the rulesets that together find out which of *conditions* hold.

    Raises:
        TooWide: One of them has more than 256 alternatives.
    """
    rules = [
        (f"{index}.{number}", term)
        for index, condition in enumerate(conditions)
        for number, term in enumerate(terms(condition, catalogue))
    ]
    starts = range(0, len(rules), RULES_PER_RULESET)
    return tuple(_ruleset(f"{name}.{start}", rules[start : start + RULES_PER_RULESET]) for start in starts)


def condition_index(rule_name: str) -> int:
    """Return which condition an engine rule belongs to."""
    return int(rule_name.partition(".")[0])


def message(facts: Mapping[str, Fact], session: str) -> str:
    """Return checked *facts* as the engine's message, with padded copies of the lists (rule 8)."""
    padded = {_padded(name): [*fact, _PAD] for name, fact in facts.items() if isinstance(fact, tuple)}
    return _json({**facts, **padded, ANCHOR: 1, "sid": session, "id": "1"})


def _ruleset(name: str, rules: Iterable[tuple[str, Term]]) -> Ruleset:
    definition = {rule: _rule(place, map(_asked, term)) for place, (rule, term) in enumerate(rules, 1)}
    definition[SENTINEL] = _rule(_SENTINEL_PLACE, ())
    return Ruleset(name=name, definition=_json(definition))


def _rule(place: int, asked: Iterable[object]) -> object:
    return {"pri": place, "all": [{"m": {"$and": [{ANCHOR: 1}, *asked]}}]}


def _asked(leaf: Leaf) -> object:
    match leaf:
        case Comparison(field, Operator.IS, value):
            return {field: value}
        case Comparison(field, how, value):
            return {_SIGN[how]: {field: value}}
        case Includes(field, word):
            return {"$iany": {field: {"$i": word}}}
        case Lacks(field, word):
            return {"$iall": {_padded(field): {"$neq": {"$i": word}}}}
        case Known(field):
            return {"$ex": {field: 1}}
        case Unknown(field):
            return {"$nex": {field: 1}}


def _padded(field: str) -> str:
    return f"{field}__padded"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def terms(condition: Condition, catalogue: Catalogue) -> tuple[Term, ...]:
    """
    Return the alternatives of *condition*: it holds when all leaves of one of them do.

    Raises:
        TooWide: There are more than 256.
    """
    return _terms(condition, catalogue, negated=False)


def _terms(condition: Condition, catalogue: Catalogue, *, negated: bool) -> tuple[Term, ...]:
    match condition:
        case Negation(part):
            return _terms(part, catalogue, negated=not negated)
        case AllOf(parts) | AnyOf(parts):
            inner = [_terms(part, catalogue, negated=negated) for part in parts]
            return _every(inner) if isinstance(condition, AllOf) is not negated else _either(inner)
        case OneOf(field, values):
            return _not_one_of(field, values) if negated else _one_of(field, values, catalogue)
        case Comparison(field, how, value):
            return ((Unknown(field),), (Comparison(field, _INVERSE[how], value),)) if negated else ((condition,),)
        case Includes(field, word):
            return ((Unknown(field),), (Lacks(field, word),)) if negated else ((condition,),)
        case Known(field):
            return ((Unknown(field) if negated else condition,),)


def _either(inner: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
    return _narrow(tuple(dict.fromkeys(term for alternatives in inner for term in alternatives)))


def _every(inner: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
    result: tuple[Term, ...] = ((),)
    for alternatives in inner:
        both = (tuple(dict.fromkeys(left + right)) for left in result for right in alternatives)
        result = _narrow(tuple(dict.fromkeys(both)))
    return result


def _narrow(alternatives: tuple[Term, ...]) -> tuple[Term, ...]:
    if len(alternatives) > WIDEST:
        raise TooWide(f"{len(alternatives)} alternatives, at most {WIDEST}")
    return alternatives


def _one_of(field: str, values: Sequence[Literal], catalogue: Catalogue) -> tuple[Term, ...]:
    """Write "one of a closed set" as "none of the others": one engine rule where there would be several."""
    others = [value for value in catalogue[field].values if value not in values]
    if others and len(values) > 1:
        return (tuple(Comparison(field, Operator.IS_NOT, value) for value in others),)
    if values and not others and catalogue[field].values:
        return ((Known(field),),)
    return _narrow(tuple((Comparison(field, Operator.IS, value),) for value in values))


def _not_one_of(field: str, values: Sequence[Literal]) -> tuple[Term, ...]:
    return (Unknown(field),), tuple(Comparison(field, Operator.IS_NOT, value) for value in values)
