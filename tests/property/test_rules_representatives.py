"""A few facts stand for all: whatever conditions are together, they are at one of their points."""

from random import Random

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from rules.conditions import holds
from rules.representatives import TooMany, points
from tests.property.rules_at_random import CATALOGUE, a_condition, facts


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_conditions_are_for_any_facts_they_are_at_some_point(chance: Random) -> None:
    conditions = [a_condition(chance, depth=2) for _ in range(chance.randint(1, 2))]
    try:
        shown = {tuple(holds(each, point) for each in conditions) for point in points(conditions, CATALOGUE)}
    except TooMany:
        reject()
    for _ in range(10):
        known = facts(chance)
        assert tuple(holds(each, known) for each in conditions) in shown
