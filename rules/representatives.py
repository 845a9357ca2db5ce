"""
A finite set of facts that stands for all there are.

A condition compares fields with constants only. So of a number it cannot tell more than which side of each constant it
is on, and of a word no more than which of the named ones it is: one value from each of those regions, and "unknown",
show everything that the conditions can do.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, product
from math import prod

from chatops.domain.policy import Fact
from rules.conditions import AllOf, AnyOf, Comparison, Condition, Includes, Known, Literal, Negation, OneOf
from rules.fields import Catalogue, Field, Kind

MOST_POINTS = 20_000
_ANOTHER = "another word"


class TooMany(Exception):
    """More points than anybody would wait for."""


def points(conditions: Iterable[Condition], catalogue: Catalogue) -> Iterator[dict[str, Fact]]:
    """
    Return facts such that whatever *conditions* can be together, they are at one of these.

    Raises:
        TooMany: There are more than 20,000.
    """
    constants = _constants(conditions)
    axes = {name: _axis(catalogue[name], found) for name, found in constants.items()}
    if prod(map(len, axes.values())) > MOST_POINTS:
        raise TooMany
    return (
        {name: value for name, value in zip(axes, point, strict=True) if value is not None}
        for point in product(*axes.values())
    )


def _constants(conditions: Iterable[Condition]) -> dict[str, list[Literal]]:
    """Return the fields that are asked about, each with the values it is compared with."""
    found: dict[str, list[Literal]] = {}
    for field, values in chain.from_iterable(map(_mentions, conditions)):
        found.setdefault(field, []).extend(values)
    return found


def _mentions(condition: Condition) -> Iterator[tuple[str, Sequence[Literal]]]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            yield from chain.from_iterable(map(_mentions, parts))
        case Negation(part):
            yield from _mentions(part)
        case Known(field):
            yield field, ()
        case OneOf(field, values):
            yield field, values
        case Comparison(field, _, value) | Includes(field, value):
            yield field, (value,)


def _axis(field: Field, constants: Sequence[Literal]) -> list[Fact | None]:
    """Return one value for each region that *constants* cut the field into, and None for "unknown"."""
    words = [value for value in dict.fromkeys(constants) if isinstance(value, str)]
    match field.kind:
        case Kind.YES_NO:
            return [None, True, False]
        case Kind.NUMBER:
            near = {int(value) + step for value in constants for step in (-1, 0, 1)}
            return [None, *sorted(near or {0})]
        case Kind.WORD:
            return [None, *words, *_other_word(field, words)]
        case Kind.WORDS:
            return [None, *_lists([*words, *_other_word(field, words)])]


def _other_word(field: Field, words: Sequence[str]) -> Sequence[str]:
    candidates = field.values or (_ANOTHER + "".join(words),)
    return [word for word in candidates if word not in words][:1]


def _lists(words: Sequence[str]) -> list[tuple[str, ...]]:
    if 2 ** len(words) > MOST_POINTS:
        raise TooMany
    return [some for size in range(len(words) + 1) for some in combinations(words, size)]
