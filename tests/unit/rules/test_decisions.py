"""Which line decides, and which one speaks when none fits."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from chatops.domain.policy import Decision, Fact, TransitionQuestion
from chatops.domain.vocabulary import Action, Language, Role, Status
from rules.engine import ReferenceEngine
from rules.loader import load, shipped_policies
from tests.unit.rules.policy_files import directory_with

POLICY = """\
policy: transitions
edition: "7"
procedure: A procedure
owner: Nobody
lines:
  - clause: §1
    says: The first.
    action: close
    from: OPEN
    to: CLOSED
    by: agent
    needs: [reason, text, awaited]
    if refused, say: {en: 1 refused, fr: 1 refusé}
  - clause: §2
    says: The second.
    action: close
    from: SUSPENDED
    to: CLOSED
    by: [agent, manager]
    when: {reminders: at least 3}
    needs: [reason]
    if refused, say: {en: 2 refused, fr: 2 refusé}
    if not from there, say: {en: 2 from, fr: 2 depuis}
    if not theirs, say: {en: 2 by, fr: 2 par}
    if not then, say: {en: 2 when, fr: 2 quand}
  - clause: §3
    says: The third fits where the second does, and comes too late.
    action: close
    from: [SUSPENDED, RESOLVED]
    to: same
    by: manager
    when: {reminders: at least 5}
    if refused, say: {en: 3 refused, fr: 3 refusé}
  - clause: §4
    says: The fourth refuses.
    action: [close, start]
    from: NEW
    to: refused
    by: agent
    if refused, say: {en: 4 refused, fr: 4 refusé}
otherwise: {clause: §9, say: {en: otherwise, fr: autrement}}
examples:
  - none: {given: {status: NEW, role: agent}, action: close, answer: refused by §4}
"""


@pytest.fixture
def engine(tmp_path: Path) -> ReferenceEngine:
    return ReferenceEngine(load(directory_with(tmp_path, POLICY)))


def close(engine: ReferenceEngine, status: Status | None, role: Role, **facts: Fact) -> Decision:
    return engine.decide(TransitionQuestion(action=Action.CLOSE, role=role, status=status, facts=facts))


def spoken(decision: Decision) -> tuple[str, str]:
    assert not decision.allowed
    assert decision.to is None
    return decision.clause, decision.refusal[Language.EN]


def test_the_first_line_that_fits_decides(engine: ReferenceEngine) -> None:
    decision = close(engine, Status.SUSPENDED, Role.MANAGER, reminders=5, reason="other")
    assert (decision.allowed, decision.to, decision.clause, decision.line) == (True, Status.CLOSED, "§2", 2)
    assert decision.says == "The second."
    assert not decision.refusal


def test_a_line_that_keeps_the_status_leads_nowhere(engine: ReferenceEngine) -> None:
    decision = close(engine, Status.RESOLVED, Role.MANAGER, reminders=5)
    assert (decision.allowed, decision.to, decision.clause) == (True, None, "§3")


def test_a_line_that_refuses_decides_like_any_other(engine: ReferenceEngine) -> None:
    decision = close(engine, Status.NEW, Role.AGENT)
    assert spoken(decision) == ("§4", "4 refused")
    assert decision.says == "The fourth refuses."


@pytest.mark.parametrize(
    ("status", "role", "facts", "said"),
    [
        (Status.CLOSED, Role.AGENT, {}, ("§1", "1 refused")),
        (None, Role.AGENT, {}, ("§1", "1 refused")),
        (Status.SUSPENDED, Role.CONTACT, {}, ("§2", "2 by")),
        (Status.SUSPENDED, Role.AGENT, {"reminders": 1}, ("§2", "2 when")),
        (Status.SUSPENDED, Role.AGENT, {}, ("§2", "2 when")),
        (Status.SUSPENDED, Role.MANAGER, {"reminders": 4}, ("§2", "2 refused")),
        (Status.OPEN, Role.MANAGER, {}, ("§1", "1 refused")),
        (Status.RESOLVED, Role.AGENT, {"reminders": 9}, ("§3", "3 refused")),
        (Status.NEW, Role.MANAGER, {}, ("§1", "1 refused")),
    ],
)
def test_when_none_fits_the_line_that_came_furthest_speaks_for_the_column_it_failed_at(
    engine: ReferenceEngine, status: Status | None, role: Role, facts: Mapping[str, Fact], said: tuple[str, str]
) -> None:
    assert spoken(close(engine, status, role, **facts)) == said


def test_a_line_that_refuses_speaks_for_no_other(engine: ReferenceEngine) -> None:
    """§4 came as far as `by`, further than the others; its sentence would not be true of a manager."""
    assert close(engine, Status.NEW, Role.MANAGER).clause != "§4"
    start = TransitionQuestion(action=Action.START, role=Role.MANAGER, status=Status.NEW)
    assert engine.decide(start).clause == "§9"


def test_an_action_that_no_line_has_is_answered_by_otherwise(engine: ReferenceEngine) -> None:
    decision = engine.decide(TransitionQuestion(action=Action.TAKE, role=Role.AGENT, status=Status.OPEN))
    assert spoken(decision) == ("§9", "otherwise")
    assert (decision.line, decision.says) == (0, "")


def test_what_was_not_given_is_named_in_the_order_of_the_file(engine: ReferenceEngine) -> None:
    assert close(engine, Status.OPEN, Role.AGENT, text=True).missing == ("reason", "awaited")
    assert close(engine, Status.OPEN, Role.AGENT).missing == ("reason", "text", "awaited")


def test_a_no_gives_nothing(engine: ReferenceEngine) -> None:
    """`needs: [text]` asks for words, and "no words" is known as well."""
    decision = close(engine, Status.OPEN, Role.AGENT, reason="other", text=False, awaited=True)
    assert decision.missing == ("text",)


def test_an_agent_who_closes_too_early_hears_of_the_reminders_not_of_the_reason() -> None:
    decision = ReferenceEngine(load(shipped_policies())).decide(
        TransitionQuestion(action=Action.CLOSE, role=Role.AGENT, status=Status.SUSPENDED, facts={"reminders": 1})
    )
    assert decision.clause == "§3.2.3d"
    assert "{reminders}" in decision.refusal[Language.EN]
    assert not decision.missing
