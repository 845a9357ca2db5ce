"""
From the lines that fit to the `Decision`; pure, and the same for every evaluator.

First match from the top decides. Where no line fits, the one that came furthest along action, from, by, when and needs
speaks (the first in the file, of several), else `otherwise`. A line that only refuses never speaks for another: its
sentence is true of what it fits, and of nothing else.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chatops.domain.errors import PolicyBroken
from chatops.domain.policy import Decision, Fact, Sentence, Stage, TransitionQuestion
from rules.conditions import holds
from rules.fields import TRANSITION_FACTS
from rules.model import ACTION, ROLE, STATUS, Line, TransitionPolicy, given

_STAGES = tuple(Stage)
NOTHING_SAID: Sentence = MappingProxyType({})


def facts_of(question: TransitionQuestion) -> dict[str, Fact]:
    """
    Return all that *question* tells, by field; unknown ones left out.

    Raises:
        PolicyBroken: It tells what no policy knows, or in another type.
    """
    columns: dict[str, Fact] = {ACTION: question.action, ROLE: question.role}
    if question.status is not None:
        columns[STATUS] = question.status
    return TRANSITION_FACTS.checked({**question.facts, **columns})


def decided(policy: TransitionPolicy, line: Line) -> Decision:
    """Return the decision of a *line* that fits."""
    return Decision(
        allowed=not line.refuses,
        to=line.new_status,
        clause=line.clause,
        edition=policy.edition,
        line=line.number,
        says=line.says,
        refusal=line.refusal if line.refuses else NOTHING_SAID,
    )


def refused(policy: TransitionPolicy, facts: Mapping[str, Fact]) -> Decision:
    """
    Return the refusal of *facts* that no line fits.

    Raises:
        PolicyBroken: A line fits after all.
    """
    failures = [(line, failed_at(line, facts)) for line in policy.lines]
    if fitting := [line.number for line, failed in failures if failed is None]:
        raise PolicyBroken(f"An evaluator says that no line fits, and these do: {fitting}")
    candidates = [(line, failed) for line, failed in failures if failed is not None and not line.refuses]
    spoken = max(candidates, key=lambda candidate: _STAGES.index(candidate[1]), default=None)
    if spoken is None or spoken[1] is Stage.ACTION:
        return _otherwise(policy)
    line, stage = spoken
    return Decision(
        allowed=False,
        to=None,
        clause=line.clause,
        edition=policy.edition,
        line=line.number,
        says=line.says,
        refusal=line.refusal_at(stage),
        missing=missing(line, facts) if stage is Stage.NEEDS else (),
    )


def _otherwise(policy: TransitionPolicy) -> Decision:
    return Decision(
        allowed=False,
        to=None,
        clause=policy.otherwise.clause,
        edition=policy.edition,
        line=0,
        says="",
        refusal=policy.otherwise.refusal,
    )


def failed_at(line: Line, facts: Mapping[str, Fact]) -> Stage | None:
    """Return the first column at which *line* does not fit; None where it fits."""
    return next((stage for stage, condition in line.columns if not holds(condition, facts)), None)


def missing(line: Line, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return which needed facts were not given, in the file's order."""
    return tuple(name for name in line.needs if not holds(given(name), facts))
