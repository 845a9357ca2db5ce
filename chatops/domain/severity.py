"""Which severity the facts of a report speak for: the questions that are asked, and the proposal (§3.1.4, §3.1.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from chatops.domain.events import Event, SeverityProposed
from chatops.domain.policy import Fact, Sentence
from chatops.domain.vocabulary import Severity


@dataclass(frozen=True, kw_only=True)
class SeverityInquiry:
    """
    One question to whoever reports a problem.

    Attributes:
        about: The fact that the answer gives.
        ask: The question.
        answers: What may be answered, in order, by the fact's value (``yes`` and ``no`` where it is one of those).
        only_if: Facts, each with the values at one of which the question makes sense; none: always.
    """

    about: str
    ask: Sentence
    answers: Mapping[str, Sentence]
    only_if: Mapping[str, tuple[Fact, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def makes_sense(self, facts: Mapping[str, Fact]) -> bool:
        """Say whether it is worth asking, once *facts* are known."""
        return all(facts.get(name) in values for name, values in self.only_if.items())


@dataclass(frozen=True, kw_only=True)
class SeverityProposal:
    """
    What the policy proposes; the qualification is the vendor's (§3.1.5).

    Attributes:
        line: Number of the line that proposes it, from 1; 0 for `otherwise`.
        says: The line's sentence, for "why?".
        because: What is told to the person who reports.
    """

    severity: Severity
    clause: str
    edition: str
    line: int
    says: str
    because: Sentence


def is_about_security(history: Sequence[Event]) -> bool:
    """Say whether the beneficiary told of a security hole when they were last asked about one (§3.2.5e)."""
    asked = (event.facts for event in history if isinstance(event, SeverityProposed))
    told = [value for facts in asked for about, value in facts if about == _SECURITY]
    return bool(told) and told[-1] == _YES


_SECURITY, _YES = "security", "yes"
"""The fact that `rules.fields.SEVERITY` calls so, and the answer that says it is one."""
