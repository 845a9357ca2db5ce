"""The evaluators fail closed: a decision, or an error, and never a guess."""

from collections.abc import Mapping
from typing import cast

import pytest

from chatops.domain.errors import PolicyBroken, SettingsInvalid
from chatops.domain.policy import Fact, TransitionQuestion
from chatops.domain.vocabulary import Action, Role, Status
from rules.compiler import Ruleset
from rules.conditions import Comparison, Operator
from rules.engine import (
    AgreeingMatcher,
    BothEngines,
    DurableEngine,
    DurableMatcher,
    Engine,
    ReferenceEngine,
    ReferenceMatcher,
    _Handle,
    engine_for,
    has_durable,
)
from rules.fields import TRANSITIONS
from rules.loader import load, shipped_policies

POLICIES = load(shipped_policies())
TAKE = TransitionQuestion(action=Action.TAKE, role=Role.AGENT, status=Status.NEW)

needs_durable = pytest.mark.skipif(not has_durable(), reason="durable-rules does not import on this Python")
every_evaluator = pytest.mark.parametrize(
    "evaluator",
    ["reference", pytest.param("durable", marks=needs_durable), pytest.param("both", marks=needs_durable)],
)


@every_evaluator
def test_an_engine_decides_by_its_edition(evaluator: str) -> None:
    engine = engine_for(POLICIES, evaluator)
    decision = engine.decide(TAKE)
    assert (decision.allowed, decision.to, decision.clause) == (True, Status.OPEN, "§3.2.2")
    assert decision.edition == engine.edition == "2022-07.3"
    assert engine.digest == POLICIES.digest
    engine.close()


@every_evaluator
def test_the_same_question_has_the_same_answer_ten_thousand_evaluations_later(evaluator: str) -> None:
    engine = engine_for(POLICIES, evaluator)
    questions = [
        TransitionQuestion(action=action, role=Role.AGENT, status=status, facts={"reason": "other", "reminders": 3})
        for action in Action
        for status in Status
    ]
    before = [engine.decide(question) for question in questions]
    for _ in range(10):
        assert [engine.decide(question) for question in questions] == before
    engine.close()


@every_evaluator
@pytest.mark.parametrize("facts", [{"reminders": "3"}, {"mine": 1}, {"colour": "red"}, {"severity": "S5"}])
def test_facts_that_no_policy_knows_break_the_decision(evaluator: str, facts: Mapping[str, object]) -> None:
    engine = engine_for(POLICIES, evaluator)
    with pytest.raises(PolicyBroken):
        engine.decide(
            TransitionQuestion(
                action=Action.TAKE, role=Role.AGENT, status=Status.NEW, facts=cast(Mapping[str, Fact], facts)
            )
        )
    assert engine.decide(TAKE).allowed
    engine.close()


def test_durable_rules_decides_where_it_can_be_had() -> None:
    engine = engine_for(POLICIES)
    assert isinstance(engine, DurableEngine if has_durable() else ReferenceEngine)
    engine.close()


@needs_durable
@pytest.mark.parametrize(
    ("evaluator", "kind"),
    [("durable", DurableEngine), ("reference", ReferenceEngine), ("both", BothEngines)],
)
def test_the_evaluator_is_chosen_by_name(evaluator: str, kind: type[Engine]) -> None:
    assert type(engine_for(POLICIES, evaluator)) is kind


def test_an_evaluator_nobody_knows_is_a_setting_to_put_right() -> None:
    with pytest.raises(SettingsInvalid, match="write durable, reference or both"):
        engine_for(POLICIES, "prolog")


@pytest.mark.skipif(has_durable(), reason="durable-rules is here")
@pytest.mark.parametrize("evaluator", ["durable", "both"])
def test_without_durable_rules_asking_for_it_is_a_setting_to_put_right(evaluator: str) -> None:
    with pytest.raises(SettingsInvalid, match="write CHATOPS_RULES_ENGINE=reference"):
        engine_for(POLICIES, evaluator)


@needs_durable
def test_a_closed_engine_answers_no_more() -> None:
    engine = DurableEngine(POLICIES)
    engine.close()
    with pytest.raises(PolicyBroken, match="closed"):
        engine.decide(TAKE)


def test_evaluators_that_disagree_give_no_answer() -> None:
    three = ReferenceMatcher([Comparison("reminders", Operator.AT_LEAST, 3)])
    four = ReferenceMatcher([Comparison("reminders", Operator.AT_LEAST, 4)])
    assert AgreeingMatcher(three, four).matching({"reminders": 5}) == (0,)
    with pytest.raises(PolicyBroken, match="disagree"):
        AgreeingMatcher(three, four).matching({"reminders": 3})


class BlindEngine(Engine):
    """An evaluator that finds nothing."""

    @staticmethod
    def _matcher(conditions: object, catalogue: object) -> ReferenceMatcher:
        return ReferenceMatcher([])


def test_an_evaluator_that_overlooks_a_line_gives_no_answer() -> None:
    with pytest.raises(PolicyBroken, match="no line fits"):
        BlindEngine(POLICIES).decide(TAKE)


@needs_durable
class TestOneRuleset:
    """How a single ruleset of durable-rules is asked, and what becomes of it when it fails."""

    SOUND = (
        '{"0.0": {"pri": 1, "all": [{"m": {"$and": [{"_k": 1}, {"a": 1}]}}]},'
        ' "end": {"pri": 60000, "all": [{"m": {"$and": [{"_k": 1}]}}]}}'
    )

    def test_it_tells_which_rules_fired(self) -> None:
        handle = _Handle(Ruleset(name="sound", definition=self.SOUND))
        assert handle.fired("s1", '{"_k": 1, "a": 1, "id": "1", "sid": "s1"}') == ["0.0"]
        assert handle.fired("s2", '{"_k": 1, "a": 2, "id": "1", "sid": "s2"}') == []

    @pytest.mark.parametrize("text", ["no message at all", '{"a": 1, "id": "1", "sid": "s1"}'])
    def test_after_a_failure_another_ruleset_serves(self, text: str) -> None:
        """What a failed evaluation leaves behind would answer the next one (hazard r9)."""
        handle = _Handle(Ruleset(name="sound", definition=self.SOUND))
        before = handle._handle
        with pytest.raises(PolicyBroken):
            handle.fired("s1", text)
        assert handle._handle != before
        assert handle.fired("s1", '{"_k": 1, "a": 1, "id": "1", "sid": "s1"}') == ["0.0"]

    def test_without_its_last_rule_no_answer_counts(self) -> None:
        handle = _Handle(Ruleset(name="cut", definition='{"0.0": {"pri": 1, "all": [{"m": {"a": 1}}]}}'))
        with pytest.raises(PolicyBroken, match="did not come to the end"):
            handle.fired("s1", '{"a": 1, "id": "1", "sid": "s1"}')

    def test_a_definition_it_does_not_take_is_told(self) -> None:
        with pytest.raises(PolicyBroken, match="does not take"):
            _Handle(Ruleset(name="broken", definition="{"))

    def test_a_thousand_sessions_leave_no_trace(self) -> None:
        """1,024 live sessions are the most there may be; one is alive at a time."""
        matcher = DurableMatcher([Comparison("reminders", Operator.IS, 1)], TRANSITIONS)
        assert [matcher.matching({"reminders": number % 2}) for number in range(3_000)] == [(), (0,)] * 1_500
        matcher.close()
