"""The questions put to the policies, and the decision that answers; words shared with `rules`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from chatops.domain.vocabulary import Action, Language, Role, Status

Fact = str | int | bool | tuple[str, ...]
"""What a policy may compare: a word, a whole number (its unit in the field's name), yes or no, a set of words."""

Sentence = Mapping[Language, str]
"""The same sentence in each language that people read."""


class Stage(StrEnum):
    """How far along its columns a policy line fitted, least first."""

    ACTION = "action"
    FROM = "from"
    BY = "by"
    WHEN = "when"
    NEEDS = "needs"


@dataclass(frozen=True, kw_only=True)
class TransitionQuestion:
    """
    May this be done to a ticket that stands like this?

    Attributes:
        status: None while there is no ticket yet (`Action.OPEN`).
        facts: Further fields of the transition catalogue (`rules.fields`), unknown ones left out.
    """

    action: Action
    role: Role
    status: Status | None
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Decision:
    """
    The policy's answer; a refusal is an answer too, not an exception.

    Attributes:
        allowed: Whether the action may go ahead.
        to: The status after it; None where it leaves the status alone or is refused.
        clause: The clause of the procedure that decided, such as ``§3.2.4b``.
        edition: Label of the policy edition that decided.
        line: Number of the deciding line in its file, from 1; 0 for `otherwise`.
        says: The line's sentence, as the policy file has it (for "why?").
        refusal: What the refused person reads; empty when allowed.
        missing: Names of the needed facts that were not given, in the file's order.
    """

    allowed: bool
    to: Status | None
    clause: str
    edition: str
    line: int
    says: str
    refusal: Sentence = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()
