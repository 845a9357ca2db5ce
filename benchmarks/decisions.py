"""Decisions per second: durable-rules against the reference evaluator, asked the same of the shipped policy."""

from collections.abc import Sequence
from itertools import product

from benchmarks.pairs import Side, in_turn, show_rates
from chatops.domain.policy import Fact, TransitionQuestion
from chatops.domain.vocabulary import Action, Role, SolutionKind, Status
from rules.engine import Engine, engine_for, has_durable
from rules.loader import load, shipped_policies


async def run(*, quick: bool) -> None:
    if not has_durable():
        print("  durable-rules does not run on this Python")
        return
    policies = load(shipped_policies())
    durable, reference = (engine_for(policies, name) for name in ("durable", "reference"))
    allowed = [question for question in _questions() if reference.decide(question).allowed]
    refused = [question for question in _questions() if not reference.decide(question).allowed]
    for answer, questions in (("allowed", allowed), ("refused", refused)):
        sides = (_side("durable-rules", durable, questions), _side("reference evaluator", reference, questions))
        ours, theirs = await in_turn(*sides, rounds=1 if quick else 15)
        show_rates(f"decisions, {len(questions)} questions that are {answer}", ours, theirs)
    durable.close()
    reference.close()


def _side(name: str, engine: Engine, questions: Sequence[TransitionQuestion]) -> Side:
    async def decide_all() -> int:
        for question in questions:
            engine.decide(question)
        return len(questions)

    return Side(name=name, run=decide_all)


def _questions() -> list[TransitionQuestion]:
    """Return every action by everybody in every status, with and without a solution."""
    solutions: tuple[dict[str, Fact], ...] = ({}, {"solution": SolutionKind.FIX, "text": True})
    return [
        TransitionQuestion(action=action, role=role, status=status, facts=facts)
        for action, role, status, facts in product(Action, Role, (None, *Status), solutions)
    ]
