"""
The field catalogue: what a policy may ask about, of which type, and what it means.

A field stands here or it cannot be written in a policy: every literal in a file is checked against it when the
file is loaded, and every fact against it before an evaluator sees it (hazards r8 and r10 of durable-rules: it compares
operands of unequal type at random).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chatops.domain.errors import PolicyBroken
from chatops.domain.policy import Fact
from chatops.domain.vocabulary import Action, ClosingReason, Role, Severity, Side, SolutionKind, Status

LONGEST_WORD = 1_024
"""Characters; durable-rules takes a string's length modulo 65,536 (hazard r8)."""

LARGEST_NUMBER = 2**53 - 1
"""durable-rules reads larger numbers as floats and finds 2**63 equal to 2**63 + 5."""

_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_RESERVED = frozenset({"id", "sid", "s"})
"""Names that durable-rules takes for its own message and session ids."""


class Kind(StrEnum):
    """
    The types of the condition language.

    A duration (`15 min`, `2 business days`) will be one more kind: a whole number inside, a unit word in the file.
    """

    WORD = "a word"
    WORDS = "a list of words"
    NUMBER = "a whole number"
    YES_NO = "yes or no"


@dataclass(frozen=True, kw_only=True)
class Field:
    """
    One thing a policy may compare.

    Attributes:
        values: The closed set of its words; empty where any short word may come (never free text).
        means: What it stands for, in a manager's words.
    """

    name: str
    kind: Kind
    means: str
    values: tuple[str, ...] = ()


class Catalogue(Mapping[str, Field]):
    """The fields of one kind of policy, by name."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields = {field.name: field for field in fields}
        for name in self._fields:
            if not _NAME.fullmatch(name) or name in _RESERVED:
                raise ValueError(f"{name!r} cannot be the name of a field")

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def checked(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """
        Return *facts* as plain values of the catalogue's types.

        Raises:
            PolicyBroken: A fact is unknown to the catalogue, of another type, or outside its set: the caller is wrong,
                and a decision on it would be too.
        """
        return {name: self._checked(name, fact) for name, fact in facts.items()}

    def typed(self, texts: Mapping[str, str]) -> dict[str, Fact]:
        """Return facts as somebody typed them: ``yes`` and ``no``, digits, words; raises as `checked` does."""
        return {name: self._checked(name, _typed(text, self._fields.get(name))) for name, text in texts.items()}

    def _checked(self, name: str, fact: Fact) -> Fact:
        field = self._fields.get(name)
        if field is None:
            raise PolicyBroken(f"No policy knows a fact called {name!r}")
        value = _plain(fact)
        if not _fits(value, field):
            raise PolicyBroken(f"The fact {name!r} must be {described(field)}, and it is {fact!r}")
        return value


def _typed(text: str, field: Field | None) -> Fact:
    kind = field.kind if field else None
    if kind is Kind.YES_NO and text in ("yes", "no"):
        return text == "yes"
    if kind is Kind.NUMBER and text.isascii() and text.isdigit():
        return int(text)
    return tuple(text.split(",")) if kind is Kind.WORDS else text


def _plain(fact: Fact) -> Fact:
    if isinstance(fact, str):
        return str(fact)
    return tuple(map(str, fact)) if isinstance(fact, tuple) else fact


def _fits(value: Fact, field: Field) -> bool:
    match field.kind:
        case Kind.YES_NO:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return type(value) is int and abs(value) <= LARGEST_NUMBER
        case Kind.WORD:
            return isinstance(value, str) and _is_word(value, field)
        case Kind.WORDS:
            return isinstance(value, tuple) and all(_is_word(word, field) for word in value)


def _is_word(word: str, field: Field) -> bool:
    if field.values:
        return word in field.values
    return 0 < len(word) <= LONGEST_WORD and "\0" not in word and word.isprintable()


def described(field: Field) -> str:
    """Say which values *field* takes: ``one of S1, S2, S3, S4``."""
    if not field.values:
        return field.kind.value
    return ("some of " if field.kind is Kind.WORDS else "one of ") + ", ".join(field.values)


def _word(name: str, values: Iterable[str], means: str) -> Field:
    return Field(name=name, kind=Kind.WORD, values=tuple(map(str, values)), means=means)


def _yes_no(name: str, means: str) -> Field:
    return Field(name=name, kind=Kind.YES_NO, means=means)


TRANSITIONS = Catalogue(
    (
        _word("severity", Severity, "the severity the case has now (§3.1.4)"),
        _word("proposed", Severity, "the severity that is asked for (§3.1.5)"),
        _word("solution", SolutionKind, "what kind of solution is given (§3.2.5e, §3.3)"),
        _word("reason", ClosingReason, "what concludes the case (§3.2.6b)"),
        _yes_no("awaited", "what is missing was named (§3.2.2b)"),
        _yes_no("text", "words, or a file, were given"),
        _yes_no("assignee", "the person who is to have the case was named"),
        _yes_no("assigned", "somebody has the case now"),
        _yes_no("mine", "the person who asks has the case now"),
        Field(
            name="reminders",
            kind=Kind.NUMBER,
            means="reminders sent since the beneficiary was last heard (§3.2.3c, §3.2.5c)",
        ),
        _word("ball", Side, "who owes the next move"),
        _yes_no("contested", "the last change of the severity was contested once already (§3.1.5)"),
    )
)
"""What a line of `transitions.yaml` may ask about in `when` and `needs`, and an example may give."""

COLUMNS = Catalogue(
    (
        _word("action", Action, "what is asked"),
        _word("status", Status, "the status now; unknown while there is no ticket"),
        _word("role", Role, "what the person who asks is to the desk"),
    )
)
"""What the columns `action`, `from` and `by` ask about."""

TRANSITION_FACTS = Catalogue((*COLUMNS.values(), *TRANSITIONS.values()))

SEVERITY = Catalogue(
    (
        _word("subject", ("malfunction", "question", "documentation", "enhancement"), "what the report is about"),
        _yes_no("production", "it happens on a production system (§2.1a)"),
        _yes_no("development", "it happens on a development, test or acceptance system (§2.1a)"),
        _word("loss", ("total", "severe", "partial", "none"), "how much of the system is out of use (§3.1.4)"),
        _yes_no("halted", "business stands still because of it (§3.1.4)"),
        _word("users", ("all", "many", "some", "one"), "how many users are affected (§3.1.6)"),
        _yes_no("workaround", "a way around it is known (§1.2.4)"),
        _yes_no("security", "it is a security hole (§3.2.5e)"),
    )
)
"""What a line of `severity.yaml` may ask about in `when`, its questions may ask for, and an example may give."""
