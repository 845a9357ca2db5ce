"""durable-rules answers as the condition reads: compared with the reference on random conditions and facts."""

import sys
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.domain.policy import Decision, Fact, TransitionQuestion
from chatops.domain.vocabulary import Action, Language, Role, Status
from rules.compiler import TooWide, terms
from rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Known,
    Negation,
    OneOf,
    Operator,
    holds,
)
from rules.engine import DurableEngine, DurableMatcher, ReferenceEngine, ReferenceMatcher, has_durable
from rules.fields import TRANSITION_FACTS, TRANSITIONS, Catalogue, Kind
from rules.loader import load, shipped_policies
from rules.model import Line, Otherwise, Outcome, PolicySet, TransitionPolicy
from tests.property.rules_at_random import CATALOGUE, a_condition, facts

SHIPPED = load(shipped_policies())
needs_durable = pytest.mark.skipif(not has_durable(), reason="durable-rules does not import on this Python")

POLICIES = 4_000
CONTEXTS = 12
"""For each policy; the figures the bulk comparison is run with."""


def conditions_that_compile(chance: Random, most: int) -> list[Condition]:
    drawn = [a_condition(chance) for _ in range(chance.randint(1, most))]
    return [condition for condition in drawn if compiles(condition, CATALOGUE)]


def compiles(condition: Condition, catalogue: Catalogue) -> bool:
    try:
        terms(condition, catalogue)
    except TooWide:
        return False
    return True


@needs_durable
@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_durable_rules_finds_what_the_reference_finds(chance: Random) -> None:
    conditions = conditions_that_compile(chance, most=4)
    durable, reference = DurableMatcher(conditions, CATALOGUE), ReferenceMatcher(conditions)
    for _ in range(4):
        known = CATALOGUE.checked(facts(chance))
        assert durable.matching(known) == reference.matching(known)
    durable.close()


@needs_durable
def test_thousands_of_random_policies_are_answered_without_one_difference() -> None:
    """
    A sample in every run of what was measured once: 468,300 evaluations, none wrong.

    The count is printed: `pytest -s tests/property/test_rules_evaluators_agree.py`.
    """
    chance = Random(20_220_718)
    wrong: list[object] = []
    compared = fitting = 0
    for number in range(POLICIES):
        conditions = conditions_that_compile(chance, most=60 if number % 100 == 0 else 5)
        durable, reference = DurableMatcher(conditions, CATALOGUE), ReferenceMatcher(conditions)
        for _ in range(CONTEXTS):
            known = CATALOGUE.checked(facts(chance))
            found, expected = durable.matching(known), reference.matching(known)
            compared, fitting = compared + len(conditions), fitting + len(expected)
            if found != expected:
                wrong.append((conditions, known, found, expected))
        durable.close()
    sys.stdout.write(
        f"\n{POLICIES:,} policies, {POLICIES * CONTEXTS:,} contexts, {compared:,} conditions asked, "
        f"{fitting:,} held, {len(wrong)} answered otherwise than by the reference\n"
    )
    assert not wrong
    assert compared > POLICIES * CONTEXTS
    assert 0.2 < fitting / compared < 0.8, "conditions that nearly always, or never, hold compare nothing"


# ---- whole decisions -------------------------------------------------------------------------------------------------


def a_policy(chance: Random) -> PolicySet:
    drawn = [a_line(chance, number) for number in range(1, chance.randint(2, 12))]
    lines = tuple(line for line in drawn if compiles(line.condition, TRANSITION_FACTS))
    transitions = TransitionPolicy(
        file="random.yaml",
        edition="random",
        procedure="none",
        owner="nobody",
        lines=lines,
        otherwise=Otherwise(clause="§0", refusal={Language.EN: "otherwise"}),
        examples=(),
    )
    return replace(SHIPPED, edition="random", digest="", transitions=transitions)


def a_line(chance: Random, number: int) -> Line:
    statuses = (None, *Status)
    return Line(
        number=number,
        at=number,
        clause=f"§{number}",
        says="a line",
        actions=tuple(chance.sample(list(Action), chance.randint(1, len(Action)))),
        statuses=tuple(chance.sample(statuses, chance.randint(1, len(statuses)))),
        to=chance.choice([*Status, *Outcome]),
        by=tuple(chance.sample(list(Role), chance.randint(1, len(Role)))),
        when=a_transition_condition(chance) if chance.random() < 0.5 else None,
        needs=tuple(chance.sample(list(TRANSITIONS), chance.choice((0, 0, 1, 2)))),
        refusal={Language.EN: f"line {number}"},
    )


def a_transition_condition(chance: Random) -> Condition:
    choice = chance.randrange(7)
    inner = [a_transition_condition(chance) for _ in range(2)] if choice < 3 else []
    word = chance.choice([field for field in TRANSITIONS.values() if field.kind is Kind.WORD])
    if choice == 0:
        return AllOf(tuple(inner))
    if choice == 1:
        return AnyOf(tuple(inner))
    if choice == 2:
        return Negation(inner[0])
    if choice == 3:
        return Known(chance.choice(list(TRANSITIONS)))
    if choice == 4:
        return Comparison("reminders", chance.choice(list(Operator)), chance.randint(0, 4))
    if choice == 5:
        return OneOf(word.name, tuple(chance.sample(word.values, chance.randint(1, len(word.values)))))
    return Comparison("mine", Operator.IS, chance.random() < 0.5)


def a_question(chance: Random) -> TransitionQuestion:
    return TransitionQuestion(
        action=chance.choice(list(Action)),
        role=chance.choice(list(Role)),
        status=chance.choice((None, *Status)),
        facts={name: a_transition_fact(chance, name) for name in TRANSITIONS if chance.random() < 0.6},
    )


def a_transition_fact(chance: Random, name: str) -> Fact:
    field = TRANSITIONS[name]
    if field.kind is Kind.NUMBER:
        return chance.randint(0, 5)
    return chance.random() < 0.5 if field.kind is Kind.YES_NO else chance.choice(field.values)


def read_from_the_table(policy: TransitionPolicy, question: TransitionQuestion) -> tuple[str, object]:
    """Answer as the file format promises, column by column and without any of the engine's code but `holds`."""
    furthest: tuple[int, Line | None] = (0, None)
    for line in policy.lines:
        columns = (
            question.action in line.actions,
            question.status in line.statuses,
            question.role in line.by,
            line.when is None or holds(line.when, question.facts),
            all(question.facts.get(name, False) is not False for name in line.needs),
        )
        if all(columns):
            return line.clause, "refused" if line.to is Outcome.REFUSED else line.to
        came = columns.index(False)
        if line.to is not Outcome.REFUSED and came > furthest[0]:
            furthest = (came, line)
    return (furthest[1].clause if furthest[1] else "§0"), "refused"


def as_pair(decision: Decision) -> tuple[str, object]:
    if not decision.allowed:
        return decision.clause, "refused"
    return decision.clause, decision.to or Outcome.SAME


@pytest.mark.parametrize("engine_type", [ReferenceEngine, pytest.param(DurableEngine, marks=needs_durable)])
def test_an_engine_answers_as_the_table_reads(engine_type: type[ReferenceEngine | DurableEngine]) -> None:
    chance = Random(324)
    allowed = 0
    for _ in range(400):
        policies = a_policy(chance)
        engine = engine_type(policies)
        for _ in range(15):
            question = a_question(chance)
            decision = engine.decide(question)
            assert as_pair(decision) == read_from_the_table(policies.transitions, question)
            allowed += decision.allowed
        engine.close()
    assert 500 < allowed < 5_500, "random policies that allow nothing, or all, compare nothing"
