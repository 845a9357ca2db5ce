"""Facts are what the catalogue says, or there is no decision."""

from typing import cast

import pytest

from chatops.domain.errors import PolicyBroken
from chatops.domain.policy import Fact
from chatops.domain.vocabulary import Severity
from rules.fields import LONGEST_WORD, TRANSITIONS, Catalogue, Field, Kind

CATALOGUE = Catalogue(
    (
        Field(name="level", kind=Kind.WORD, values=("low", "high"), means=""),
        Field(name="product", kind=Kind.WORD, means=""),
        Field(name="users", kind=Kind.NUMBER, means=""),
        Field(name="mine", kind=Kind.YES_NO, means=""),
        Field(name="tags", kind=Kind.WORDS, means=""),
    )
)


def test_facts_become_plain_values() -> None:
    checked = TRANSITIONS.checked({"severity": Severity.S1, "reminders": 2, "mine": False})
    assert checked == {"severity": "S1", "reminders": 2, "mine": False}
    assert type(checked["severity"]) is str


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("level", "middle"),
        ("level", 1),
        ("level", ("low",)),
        ("product", ""),
        ("product", "x" * (LONGEST_WORD + 1)),
        ("product", "a\0b"),
        ("product", "two\nlines"),
        ("product", "\ud800"),
        ("users", "3"),
        ("users", True),
        ("users", 2**53),
        ("users", 3.0),
        ("mine", 1),
        ("mine", "yes"),
        ("mine", None),
        ("tags", "a"),
        ("tags", ("a", "")),
        ("tags", ["a"]),
        ("nobody", "knows"),
    ],
)
def test_a_fact_of_another_kind_breaks_the_decision(name: str, fact: object) -> None:
    with pytest.raises(PolicyBroken, match=name):
        CATALOGUE.checked({name: cast(Fact, fact)})


@pytest.mark.parametrize("name", ["id", "sid", "_k", "$s", "a.b", "Users", ""])
def test_a_field_cannot_be_called_what_the_engine_uses_itself(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        Catalogue((Field(name=name, kind=Kind.NUMBER, means=""),))
