"""The words a manager writes, and what they are true of."""

from collections.abc import Mapping

import pytest

from chatops.domain.policy import Fact
from rules.condition_reader import read_condition
from rules.conditions import Comparison, Operator, holds
from rules.documents import Notes, read
from rules.explain import in_words
from rules.fields import Catalogue, Field, Kind

CATALOGUE = Catalogue(
    (
        Field(name="severity", kind=Kind.WORD, values=("S1", "S2", "S3"), means="how bad it is"),
        Field(name="product", kind=Kind.WORD, means="any word"),
        Field(name="reminders", kind=Kind.NUMBER, means="how many"),
        Field(name="mine", kind=Kind.YES_NO, means="whether it is"),
        Field(name="stacks", kind=Kind.WORDS, means="which"),
    )
)


def is_true(text: str, facts: Mapping[str, Fact]) -> bool:
    notes = Notes("a.yaml")
    node = read(text.encode(), notes)
    assert node is not None
    condition = read_condition(node, CATALOGUE, notes)
    assert not notes.mistakes
    assert condition is not None
    return holds(condition, facts)


@pytest.mark.parametrize(
    ("text", "true_of", "false_of"),
    [
        ("severity: S1", {"severity": "S1"}, {"severity": "S2"}),
        ("severity: [S1, S2]", {"severity": "S2"}, {"severity": "S3"}),
        ("severity: not S1", {"severity": "S2"}, {"severity": "S1"}),
        ("reminders: 3", {"reminders": 3}, {"reminders": 4}),
        ("reminders: exactly 3", {"reminders": 3}, {"reminders": 2}),
        ("reminders: not 3", {"reminders": 2}, {"reminders": 3}),
        ("reminders: [0, 2]", {"reminders": 2}, {"reminders": 1}),
        ("reminders: at least 3", {"reminders": 3}, {"reminders": 2}),
        ("reminders: at most 3", {"reminders": 3}, {"reminders": 4}),
        ("reminders: more than 3", {"reminders": 4}, {"reminders": 3}),
        ("reminders: fewer than 3", {"reminders": 2}, {"reminders": 3}),
        ("reminders: less than 3", {"reminders": 2}, {"reminders": 3}),
        ("reminders: at least -3", {"reminders": -3}, {"reminders": -4}),
        ("mine: yes", {"mine": True}, {"mine": False}),
        ("mine: no", {"mine": False}, {"mine": True}),
        ("stacks: includes Tomcat 9", {"stacks": ("JBoss", "Tomcat 9")}, {"stacks": ("Tomcat",)}),
        ("product: Île d’été", {"product": "Île d’été"}, {"product": "Ile d'ete"}),
        ("severity: S1\nmine: yes", {"severity": "S1", "mine": True}, {"severity": "S1", "mine": False}),
        ("any of: [{severity: S1}, {mine: yes}]", {"mine": True}, {"mine": False}),
        ("all of: [{severity: S1}, {mine: yes}]", {"severity": "S1", "mine": True}, {"mine": True}),
        ("not: {severity: S1, mine: yes}", {"severity": "S1"}, {"severity": "S1", "mine": True}),
    ],
)
def test_a_condition_is_true_as_it_reads(text: str, true_of: Mapping[str, Fact], false_of: Mapping[str, Fact]) -> None:
    assert is_true(text, true_of)
    assert not is_true(text, false_of)


@pytest.mark.parametrize(
    "text",
    [
        "severity: S1",
        "severity: not S1",
        "severity: [S1, S2, S3]",
        "reminders: at least 0",
        "reminders: at most 9",
        "reminders: not 3",
        "mine: no",
        "stacks: includes Tomcat 9",
    ],
)
def test_a_comparison_with_what_is_unknown_is_false_and_its_negation_true(text: str) -> None:
    assert not is_true(text, {})
    assert is_true(f"not: {{{text}}}", {})


def test_known_and_unknown_ask_only_that() -> None:
    assert is_true("severity: known", {"severity": "S3"})
    assert not is_true("severity: known", {})
    assert is_true("severity: unknown", {})
    assert is_true("mine: known", {"mine": False})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("severity: S5", "“severity” cannot be “S5”. Known are: S1, S2, S3."),
        ("severity: [S1, S9]", "“severity” cannot be “S9”"),
        ("severity: at least S1", "“severity” cannot be “at least S1”"),
        ("severity: []", "A list of values"),
        ("reminders: S1", "is a whole number, not “S1”"),
        ("reminders: 03", "is a whole number, not “03”"),
        ("reminders: 3.5", "is a whole number"),
        ("reminders: ٣", "is a whole number"),
        ("reminders: 9007199254740992", "too large"),
        ("mine: true", "is yes or no, not “true”"),
        ("mine: [yes, no]", "A list of values"),
        ("stacks: Tomcat", "write “includes …”"),
        ("product: [a, [b]]", "must be plain words"),
        ("severty: S1", "Did you mean “severity”?"),
        ("role: agent", "There is no field “role”"),
        ("anyof: [{mine: yes}]", "Did you mean “any of”?"),
        ("any of: {mine: yes}", "must be a list"),
        ("any of: []", "must be a list"),
        ("not: yes", "“field: value” lines"),
        ("severity:", "“severity” is empty"),
    ],
)
def test_a_condition_that_makes_no_sense_says_why(text: str, said: str) -> None:
    notes = Notes("a.yaml")
    node = read(text.encode(), notes)
    assert node is not None
    read_condition(node, CATALOGUE, notes)
    assert len(notes.mistakes) == 1
    assert said in notes.mistakes[0].text


def test_every_mistake_of_a_condition_has_its_own_line() -> None:
    notes = Notes("a.yaml")
    node = read(b"severity: S9\nany of:\n  - {mine: perhaps}\n  - reminders: few\n", notes)
    assert node is not None
    read_condition(node, CATALOGUE, notes)
    assert [mistake.line for mistake in notes.mistakes] == [1, 3, 4]


def test_the_file_and_the_sheet_say_the_same() -> None:
    assert in_words(Comparison("reminders", Operator.AT_LEAST, 3)) == "reminders: at least 3"
