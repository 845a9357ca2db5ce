"""A decision that is remembered is the one that the evaluator gave; a failure is asked again."""

import pytest

from chatops.bootstrap import policy_engine
from chatops.domain.errors import PolicyBroken
from chatops.domain.policy import Fact, TransitionQuestion
from chatops.domain.vocabulary import Action, Role, SolutionKind, Status
from rules.engine import BothEngines, engine_for, has_durable
from rules.loader import load, shipped_policies
from rules.remembered import RememberedDecisions


def resolving(**facts: Fact) -> TransitionQuestion:
    return TransitionQuestion(action=Action.RESOLVE, role=Role.AGENT, status=Status.IN_PROGRESS, facts=facts)


def test_every_question_has_its_own_answer_the_second_time_as_well() -> None:
    engine = engine_for(load(shipped_policies()), "reference")
    remembered = RememberedDecisions(engine)
    questions = [
        TransitionQuestion(action=action, role=role, status=status, facts={"solution": SolutionKind.FIX})
        for action in Action
        for role in Role
        for status in (None, *Status)
    ]
    for _ in range(2):
        assert [remembered.decide(question) for question in questions] == [engine.decide(each) for each in questions]
    assert (remembered.edition, remembered.digest) == (engine.edition, engine.digest)


def test_a_fact_more_is_another_question() -> None:
    remembered = RememberedDecisions(engine_for(load(shipped_policies()), "reference"))
    assert not remembered.decide(resolving()).allowed
    assert remembered.decide(resolving(solution="fix", text=True)).allowed
    assert not remembered.decide(resolving()).allowed


def test_a_question_that_no_policy_knows_fails_each_time() -> None:
    remembered = RememberedDecisions(engine_for(load(shipped_policies()), "reference"))
    for _ in range(2):
        with pytest.raises(PolicyBroken):
            remembered.decide(resolving(solution="no such solution"))


def test_what_python_takes_for_the_same_is_another_question() -> None:
    remembered = RememberedDecisions(engine_for(load(shipped_policies()), "reference"))
    assert remembered.decide(resolving(solution="fix", text=True)).allowed
    with pytest.raises(PolicyBroken):
        remembered.decide(resolving(solution="fix", text=1))
    assert remembered.decide(resolving(solution="fix", text=True)).allowed


@pytest.mark.skipif(not has_durable(), reason="durable-rules does not import on this Python")
def test_two_evaluators_are_held_against_each_other_each_time() -> None:
    engine = policy_engine(None, "both")
    assert isinstance(engine, BothEngines)
    assert engine.decide(resolving(solution="fix", text=True)).allowed
    engine.close()
    with pytest.raises(PolicyBroken):
        engine.decide(resolving(solution="fix", text=True))


@pytest.mark.skipif(not has_durable(), reason="durable-rules does not import on this Python")
def test_what_was_decided_is_not_asked_again() -> None:
    """A closed evaluator answers nothing: what still comes was remembered."""
    engine = engine_for(load(shipped_policies()), "durable")
    remembered = RememberedDecisions(engine)
    decision = remembered.decide(resolving(solution="fix", text=True))
    engine.close()
    assert remembered.decide(resolving(solution="fix", text=True)) == decision
    with pytest.raises(PolicyBroken):
        remembered.decide(resolving(solution="fix"))
