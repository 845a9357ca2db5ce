"""
Decisions that were asked for before.

A decision depends on the question and the edition alone, and a desk asks the same again and again: whoever looks at a
ticket has it asked what they could do with it, 14 questions for each card and two fifths of the CPU that `!show` takes
while they are not remembered (measured). The evaluators stay as they are; this stands before them.
"""

from collections.abc import Mapping
from functools import lru_cache

from chatops.domain.notices import Matter, NoticeRule
from chatops.domain.policy import Decision, Fact, Sentence, TransitionQuestion
from chatops.domain.reminders import ReminderRule
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.vocabulary import Action, Role, Severity, Status
from rules.engine import Engine

REMEMBERED = 4_096
"""Those asked least recently are forgotten first; a decision takes about a kilobyte."""


_Facts = frozenset[tuple[str, type[Fact], Fact]]


class RememberedDecisions:
    """Satisfies `PolicyEngine`; a failure of the evaluator is never remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._decided = lru_cache(maxsize=REMEMBERED)(self._decide)

    @property
    def edition(self) -> str:
        return self._engine.edition

    @property
    def digest(self) -> str:
        return self._engine.digest

    @property
    def calendars(self) -> str:
        return self._engine.calendars

    @property
    def inquiries(self) -> tuple[SeverityInquiry, ...]:
        return self._engine.inquiries

    def definition(self, severity: Severity) -> Sentence:
        return self._engine.definition(severity)

    def service_level(self, plan: str) -> ServiceLevel | None:
        return self._engine.service_level(plan)

    def reminder_rule(self, status: Status, plan: str, severity: Severity) -> ReminderRule | None:
        return self._engine.reminder_rule(status, plan, severity)

    def notice_rule(self, matter: Matter, severity: Severity) -> NoticeRule | None:
        return self._engine.notice_rule(matter, severity)

    def propose_severity(self, facts: Mapping[str, Fact]) -> SeverityProposal:
        """Raises as `Engine.propose_severity` does; asked once per report, so nothing is remembered."""
        return self._engine.propose_severity(facts)

    def decide(self, question: TransitionQuestion) -> Decision:
        """Raises as `Engine.decide` does."""
        return self._decided(question.action, question.role, question.status, _told_apart(question.facts))

    def _decide(self, action: Action, role: Role, status: Status | None, facts: _Facts) -> Decision:
        told = {name: value for name, _, value in facts}
        return self._engine.decide(TransitionQuestion(action=action, role=role, status=status, facts=told))


def _told_apart(facts: Mapping[str, Fact]) -> _Facts:
    """Return *facts* as a key. The type belongs to it: to Python 1 is `True`, and to a policy it is a mistake."""
    return frozenset(zip(facts, map(type, facts.values()), facts.values(), strict=True))
