"""What a manager and a curious person read."""

import re

import pytest

from chatops.domain.policy import TransitionQuestion
from chatops.domain.vocabulary import Action, ClosingReason, Language, Role, Severity, Side, SolutionKind, Status
from rules.conditions import AllOf, AnyOf, Comparison, Condition, Includes, Known, Negation, OneOf, Operator
from rules.engine import ReferenceEngine
from rules.explain import in_words, show, trace, why
from rules.fields import COLUMNS, TRANSITIONS
from rules.loader import load, shipped_policies
from rules.words import is_translated

POLICIES = load(shipped_policies())
CLOSE_TOO_EARLY = TransitionQuestion(
    action=Action.CLOSE, role=Role.AGENT, status=Status.SUSPENDED, facts={"reminders": 1, "reason": "no_answer"}
)


@pytest.mark.parametrize("language", Language)
def test_the_sheet_shows_every_line(language: Language) -> None:
    sheet = show(POLICIES, language)
    for line in POLICIES.transitions.lines:
        assert re.search(rf"{re.escape(line.clause)} .*\n      {re.escape(line.says)}", sheet), line.says


def test_the_sheet_is_grouped_by_status() -> None:
    sections = dict(re.findall(r"^(no ticket yet|[A-Z ]+)\n((?:  .*\n)+)", show(POLICIES), re.MULTILINE))
    assert set(sections) == {"no ticket yet", "NEW", "OPEN", "SUSPENDED", "IN PROGRESS", "RESOLVED", "CLOSED"}
    assert (
        "close         → CLOSED       §3.2.3d  agent, manager, the desk itself; when reminders: at least 3; "
        "needs reason" in (sections["SUSPENDED"])
    )
    assert "§3.2.3d" not in sections["OPEN"]


def test_a_french_manager_reads_french_columns() -> None:
    sheet = show(POLICIES, Language.FR)
    assert (
        "fermer        → FERMÉ        §3.2.3d  agent, responsable, le support lui-même\u202f; quand relances\u00a0: "
        "au moins 3\u202f; il faut raison" in (sheet)
    )


def test_why_names_clause_edition_and_line() -> None:
    engine = ReferenceEngine(POLICIES)
    refused = why(engine.decide(CLOSE_TOO_EARLY))
    assert refused.startswith(
        "Refused by §3.2.3d (edition 2022-07.3, line 16 of the policy): A suspended case may be closed"
    )
    assert why(engine.decide(CLOSE_TOO_EARLY), Language.FR).startswith(
        "Refusé par §3.2.3d (édition 2022-07.3, ligne 16 de la politique)\u00a0: Un ticket suspendu"
    )
    taken = engine.decide(TransitionQuestion(action=Action.TAKE, role=Role.AGENT, status=Status.NEW))
    assert why(taken).startswith("Allowed by §3.2.2 (edition 2022-07.3, line 2 of the policy): An agent who is free")


def test_the_trace_shows_how_far_each_line_came() -> None:
    traced = trace(POLICIES, CLOSE_TOO_EARLY)
    assert " 16  §3.2.3d  action ✓  from ✓  by ✓  when ✗ (reminders: at least 3)\n" in traced
    assert " 12  §3.2.2e  action ✓  from ✗ (OPEN)\n" in traced
    assert " 47  §3.2.5b  action ✓  from ✓  by ✗ (contact)\n" in traced


def test_the_trace_shows_the_line_that_fits() -> None:
    question = TransitionQuestion(action=Action.TAKE, role=Role.AGENT, status=Status.NEW)
    assert "  2  §3.2.2   action ✓  from ✓  by ✓  → OPEN\n" in trace(POLICIES, question)


S1 = Comparison("severity", Operator.IS, "S1")
MINE = Comparison("mine", Operator.IS, True)


@pytest.mark.parametrize(
    ("condition", "english", "french"),
    [
        (Comparison("reminders", Operator.AT_MOST, 2), "reminders: at most 2", "relances : au plus 2"),
        (Comparison("severity", Operator.IS_NOT, "S1"), "severity: not S1", "sévérité : pas S1"),
        (OneOf("ball", ("vendor", "beneficiary")), "ball: vendor or beneficiary", "la main : éditeur ou bénéficiaire"),
        (Comparison("solution", Operator.IS, "fix_planned"), "solution: fix planned", "solution : correctif prévu"),
        (AllOf((S1, MINE)), "severity: S1 and mine: yes", "sévérité : S1 et à soi : oui"),
        (AllOf((S1, AnyOf((MINE, S1)))), "severity: S1 and (mine: yes or severity: S1)", None),
        (Negation(Known("ball")), "ball: unknown", "la main : inconnu"),
        (Negation(MINE), "not (mine: yes)", "pas (à soi : oui)"),
        (Known("ball"), "ball: known", None),
        (Includes("tags", "x"), "tags: includes x", None),
    ],
)  # fmt: skip
def test_a_condition_reads_much_as_it_was_written(condition: Condition, english: str, french: str | None) -> None:
    assert in_words(condition) == english
    if french is not None:
        assert in_words(condition, Language.FR).replace("\u00a0", " ") == french


def test_every_word_of_the_vocabulary_has_its_french() -> None:
    words = [*Action, *Status, *Role, *Side, *SolutionKind, *ClosingReason, *TRANSITIONS, *COLUMNS, *map(str, Operator)]
    assert [word for word in words if word not in tuple(Severity) and word != "is" and not is_translated(word)] == []
