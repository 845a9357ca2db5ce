"""The facts that stand for all there are."""

import pytest

from chatops.domain.policy import Fact
from rules.conditions import Comparison, Condition, Includes, Known, Operator
from rules.fields import Catalogue, Field, Kind
from rules.representatives import TooMany, points

CATALOGUE = Catalogue(
    (
        Field(name="level", kind=Kind.WORD, values=("low", "middle", "high"), means=""),
        Field(name="product", kind=Kind.WORD, means=""),
        Field(name="users", kind=Kind.NUMBER, means=""),
        Field(name="mine", kind=Kind.YES_NO, means=""),
        Field(name="tags", kind=Kind.WORDS, means=""),
    )
)


def values(field: str, *conditions: Condition) -> list[Fact | None]:
    return [point.get(field) for point in points(conditions, CATALOGUE)]


def test_a_number_is_on_either_side_of_each_constant() -> None:
    assert values("users", Comparison("users", Operator.AT_LEAST, 3), Comparison("users", Operator.IS, 9)) == [
        *(None, 2, 3, 4),
        *(8, 9, 10),
    ]


def test_a_word_is_one_of_the_named_or_another() -> None:
    assert values("level", Comparison("level", Operator.IS, "low")) == [None, "low", "middle"]
    unknown, named, other = values("product", Comparison("product", Operator.IS, "eXo"))
    assert (unknown, named) == (None, "eXo")
    assert other not in (None, "eXo")


def test_a_list_holds_any_of_the_named_words_together() -> None:
    lists = values("tags", Includes("tags", "a"), Includes("tags", "b"))
    held = {frozenset(words) & {"a", "b"} for words in lists if isinstance(words, tuple)}
    assert held == {frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")}
    assert None in lists
    assert () in lists


def test_fields_nobody_asks_about_are_left_out() -> None:
    assert list(points([Known("mine")], CATALOGUE)) == [{}, {"mine": True}, {"mine": False}]


def test_more_points_than_anybody_would_wait_for_are_refused() -> None:
    with pytest.raises(TooMany):
        points([Includes("tags", str(number)) for number in range(15)], CATALOGUE)
    numbers = [Comparison("users", Operator.IS, number * 3) for number in range(3_000)]
    with pytest.raises(TooMany):
        points([*numbers, Known("mine")], CATALOGUE)
