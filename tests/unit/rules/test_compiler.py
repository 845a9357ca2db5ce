"""What durable-rules is given keeps the rules outside of which it answers wrong or kills the process."""

import json
from collections.abc import Iterator

import pytest

from rules.compiler import RULES_PER_RULESET, SENTINEL, TooWide, message, rulesets, terms
from rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Includes,
    Known,
    Negation,
    OneOf,
    Operator,
)
from rules.fields import Catalogue, Field, Kind

CATALOGUE = Catalogue(
    (
        Field(name="level", kind=Kind.WORD, values=("low", "middle", "high"), means=""),
        Field(name="users", kind=Kind.NUMBER, means=""),
        Field(name="tags", kind=Kind.WORDS, means=""),
    )
)
S1 = Comparison("level", Operator.IS, "low")
MANY = Comparison("users", Operator.AT_LEAST, 100)
PLAIN = {"$and", "$neq", "$lt", "$lte", "$gt", "$gte", "$ex", "$nex", "$iany", "$iall", "$i"}


def definitions(*conditions: Condition) -> list[dict[str, dict[str, object]]]:
    return [json.loads(ruleset.definition) for ruleset in rulesets("test", conditions, CATALOGUE)]


def asked(rule: dict[str, object]) -> object:
    """Return what an engine rule asks, without its anchor."""
    [pattern] = json.loads(json.dumps(rule["all"]))
    anchor, *rest = pattern["m"]["$and"]
    assert anchor == {"_k": 1}
    return rest


def operators(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (key,) if key.startswith("$") else ()
            yield from operators(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from operators(inner)


def test_every_rule_is_anchored_and_the_last_one_matches_everything() -> None:
    [ruleset] = definitions(S1, Negation(Known("users")), AllOf(()))
    assert [asked(rule) for rule in ruleset.values()] == [[{"level": "low"}], [{"$nex": {"users": 1}}], [], []]
    places = [rule["pri"] for rule in ruleset.values()]
    assert places == [1, 2, 3, 60_000]
    assert list(ruleset)[-1] == SENTINEL


def test_or_becomes_several_rules_of_one_condition() -> None:
    [ruleset] = definitions(AnyOf((S1, MANY)))
    assert [asked(ruleset[name]) for name in ("0.0", "0.1")] == [[{"level": "low"}], [{"$gte": {"users": 100}}]]


def test_not_becomes_unknown_or_the_contrary() -> None:
    [ruleset] = definitions(Negation(MANY))
    assert [asked(ruleset[name]) for name in ("0.0", "0.1")] == [
        [{"$nex": {"users": 1}}],
        [{"$lt": {"users": 100}}],
    ]


def test_a_list_that_lacks_a_word_is_asked_of_its_padded_copy() -> None:
    """`$iall` is false of an empty list."""
    [ruleset] = definitions(Negation(Includes("tags", "x")))
    assert asked(ruleset["0.1"]) == [{"$iall": {"tags__padded": {"$neq": {"$i": "x"}}}}]
    assert json.loads(message({"tags": ()}, "s"))["tags__padded"] == [""]


def test_some_of_a_closed_set_is_one_rule() -> None:
    [ruleset] = definitions(OneOf("level", ("low", "high")))
    assert asked(ruleset["0.0"]) == [{"$neq": {"level": "middle"}}]
    [ruleset] = definitions(OneOf("level", ("low", "middle", "high")))
    assert asked(ruleset["0.0"]) == [{"$ex": {"level": 1}}]


def test_a_ruleset_never_holds_more_rules_than_may_match_at_once() -> None:
    """64 at once are error 303."""
    numbers = [Comparison("users", Operator.AT_LEAST, number) for number in range(200)]
    sizes = [len(ruleset) - 1 for ruleset in definitions(*numbers)]
    assert max(sizes) <= RULES_PER_RULESET <= 55
    assert sum(sizes) == 200


def test_only_the_safe_part_of_the_language_is_written() -> None:
    every = [Comparison("users", how, 3) for how in Operator]
    leaves: tuple[Condition, ...] = (
        *every,
        S1,
        OneOf("level", ("low", "high")),
        Includes("tags", "é\"'\\"),
        Known("tags"),
    )
    used = set(operators(definitions(AnyOf(leaves), *map(Negation, leaves))))
    assert used == PLAIN


def test_256_alternatives_are_allowed_and_one_more_is_not() -> None:
    def alternatives(count: int) -> AnyOf:
        return AnyOf(tuple(Comparison("users", Operator.IS, number) for number in range(count)))

    assert len(terms(alternatives(256), CATALOGUE)) == 256
    with pytest.raises(TooWide, match="257"):
        terms(alternatives(257), CATALOGUE)
    wide = AllOf(tuple(AnyOf((MANY, Comparison("users", Operator.IS, number))) for number in range(9)))
    with pytest.raises(TooWide):
        terms(wide, CATALOGUE)


def test_the_message_carries_its_session_and_nothing_unknown() -> None:
    assert json.loads(message({"level": "low", "users": 3}, "q7")) == {
        "level": "low",
        "users": 3,
        "_k": 1,
        "sid": "q7",
        "id": "1",
    }
