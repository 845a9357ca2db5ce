"""
The evaluators: durable-rules, the reference, and both against each other.

The only importer of durable-rules. It is a calculator here: facts go in, one answer comes out, nothing stays. The state
of tickets lives in the database; an evaluation has no await, so it may be asked from a coroutine (20 to 100 µs).
Which line decides, and what a refusal says, is worked out from the policy itself (`rules.decisions`).
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import count
from threading import Lock
from typing import Protocol

from chatops.domain.errors import PolicyBroken, SettingsInvalid
from chatops.domain.notices import Matter, NoticeRule
from chatops.domain.policy import Decision, Fact, Sentence, TransitionQuestion
from chatops.domain.reminders import ReminderRule
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.vocabulary import Severity, Status
from rules.compiler import SENTINEL, Ruleset, condition_index, message, rulesets
from rules.conditions import Condition, holds
from rules.decisions import decided, facts_of, refused
from rules.fields import SEVERITY, TRANSITION_FACTS, Catalogue
from rules.model import PolicySet

try:
    # The C extension itself: the Python layer above it starts two timer threads that also run rules (hazard r11).
    import durable_rules_engine  # type: ignore[import-not-found]
except ImportError:
    # Python 3.13 and later: the extension names a symbol that is gone from there (PyEval_CallObject).
    durable_rules_engine = None

_NOT_HERE = (
    "CHATOPS_RULES_ENGINE asks for durable-rules, which runs on Python 3.11 and 3.12 and is not installed here: "
    "write CHATOPS_RULES_ENGINE=reference, or leave it out"
)


class Matcher(Protocol):
    """Finds which of the conditions it was made with hold of given facts."""

    def matching(self, facts: Mapping[str, Fact]) -> tuple[int, ...]:
        """Return the indexes of the conditions that hold, ascending; *facts* are checked by the catalogue."""

    def close(self) -> None: ...


class ReferenceMatcher:
    """Walks the condition trees, one after the other."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._conditions = tuple(conditions)

    def matching(self, facts: Mapping[str, Fact]) -> tuple[int, ...]:
        return tuple(index for index, condition in enumerate(self._conditions) if holds(condition, facts))

    def close(self) -> None:
        """Nothing is held."""


class _Handle:
    """
    One ruleset inside durable-rules.

    Every evaluation has a session of its own, deleted after success only: deleting one whose message matched nothing
    frees an uninitialised pointer (hazard r1). After any failure the handle is abandoned, not deleted, and a new one
    made: what a failed evaluation leaves behind answers the next one (hazard r9).
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._handle = self._made()

    def _made(self) -> int:
        try:
            handle: int = durable_rules_engine.create_ruleset(self._ruleset.name, self._ruleset.definition)
        except Exception as problem:
            raise PolicyBroken(f"durable-rules does not take the ruleset {self._ruleset.name}") from problem
        return handle

    def fired(self, session: str, text: str) -> list[str]:
        """Return the names of the rules that *text* fires, the last one excepted, which always fires."""
        try:
            names = list(self._evaluated(text))
            if not names or names.pop() != SENTINEL:
                raise PolicyBroken(f"durable-rules did not come to the end of the ruleset {self._ruleset.name}")
            durable_rules_engine.delete_state(self._handle, session)
        except PolicyBroken:
            self._handle = self._made()
            raise
        except BaseException as problem:
            self._handle = self._made()
            if not isinstance(problem, Exception):
                raise
            raise PolicyBroken(f"durable-rules failed on the ruleset {self._ruleset.name}") from problem
        return names

    def _evaluated(self, text: str) -> Iterator[str]:
        failed, state = durable_rules_engine.assert_fact(self._handle, text)
        if failed:
            raise PolicyBroken(f"durable-rules did not take the facts ({failed})")
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        result = started and started[1]
        while result:
            yield next(iter(json.loads(result)))
            result = durable_rules_engine.complete_and_start_action(self._handle, state)

    def close(self) -> None:
        durable_rules_engine.delete_ruleset(self._handle)


class DurableMatcher:
    """Asks durable-rules. `close` gives its memory back, 0.2 to 1.6 MB a ruleset; after that it answers no more."""

    def __init__(self, conditions: Sequence[Condition], catalogue: Catalogue) -> None:
        if durable_rules_engine is None:
            raise SettingsInvalid(_NOT_HERE)
        self._handles = [_Handle(ruleset) for ruleset in rulesets("policy", conditions, catalogue)]
        self._sessions = count(1)
        self._lock = Lock()
        self._closed = False

    def matching(self, facts: Mapping[str, Fact]) -> tuple[int, ...]:
        with self._lock:
            if self._closed:
                raise PolicyBroken("This evaluator was closed")
            session = f"q{next(self._sessions)}"
            text = message(facts, session)
            return tuple(
                sorted({condition_index(name) for each in self._handles for name in each.fired(session, text)})
            )

    def close(self) -> None:
        with self._lock:
            handles, self._handles, self._closed = self._handles, [], True
        for handle in handles:
            handle.close()


class AgreeingMatcher:
    """Asks two, and answers only what both say."""

    def __init__(self, record: Matcher, reference: Matcher) -> None:
        self._record = record
        self._reference = reference

    def matching(self, facts: Mapping[str, Fact]) -> tuple[int, ...]:
        found, expected = self._record.matching(facts), self._reference.matching(facts)
        if found != expected:
            raise PolicyBroken(f"The evaluators disagree: the engine of record finds {found}, the reference {expected}")
        return found

    def close(self) -> None:
        self._record.close()
        self._reference.close()


class Engine(ABC):
    """
    Answers by one set of policies; satisfies the application's port `PolicyEngine`.

    Made once per edition and kept. What it answers depends on the question alone.
    """

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies
        self._transitions = self._matcher([line.condition for line in policies.transitions.lines], TRANSITION_FACTS)
        self._severity = self._matcher([line.when for line in policies.severity.lines], SEVERITY)

    @staticmethod
    @abstractmethod
    def _matcher(conditions: Sequence[Condition], catalogue: Catalogue) -> Matcher:
        """Return what finds out which of *conditions* hold."""

    @property
    def edition(self) -> str:
        return self._policies.edition

    @property
    def digest(self) -> str:
        return self._policies.digest

    @property
    def calendars(self) -> str:
        """Return a digest of the calendars; the list of bank holidays may change it while the files stand."""
        return self._policies.calendars.fingerprint

    def decide(self, question: TransitionQuestion) -> Decision:
        """
        Say whether *question* may be done, by which clause, and what to tell the person if not.

        Raises:
            PolicyBroken: There is no trustworthy answer: the facts are not what the catalogue says, or an evaluator
                failed, or two disagree. Nothing may be done then.
        """
        policy = self._policies.transitions
        facts = facts_of(question)
        fitting = self._transitions.matching(facts)
        return decided(policy, policy.lines[fitting[0]]) if fitting else refused(policy, facts)

    def propose_severity(self, facts: Mapping[str, Fact]) -> SeverityProposal:
        """
        Say which severity *facts* speak for (§3.1.5); unknown ones are left out.

        Raises:
            PolicyBroken: As `decide` does.
        """
        policy = self._policies.severity
        fitting = self._severity.matching(SEVERITY.checked(facts))
        return policy.proposal(policy.lines[fitting[0]]) if fitting else policy.otherwise

    @property
    def inquiries(self) -> tuple[SeverityInquiry, ...]:
        return self._policies.severity.inquiries

    def definition(self, severity: Severity) -> Sentence:
        return self._policies.severity.definitions[severity]

    def service_level(self, plan: str) -> ServiceLevel | None:
        return self._policies.service_levels.level(plan)

    def reminder_rule(self, status: Status, plan: str, severity: Severity) -> ReminderRule | None:
        return self._policies.reminders.rule(status, plan, severity)

    def notice_rule(self, matter: Matter, severity: Severity) -> NoticeRule | None:
        return self._policies.notices.rule(matter, severity)

    def close(self) -> None:
        self._transitions.close()
        self._severity.close()


class ReferenceEngine(Engine):
    @staticmethod
    def _matcher(conditions: Sequence[Condition], catalogue: Catalogue) -> Matcher:
        return ReferenceMatcher(conditions)


class DurableEngine(Engine):
    @staticmethod
    def _matcher(conditions: Sequence[Condition], catalogue: Catalogue) -> Matcher:
        return DurableMatcher(conditions, catalogue)


class BothEngines(Engine):
    @staticmethod
    def _matcher(conditions: Sequence[Condition], catalogue: Catalogue) -> Matcher:
        return AgreeingMatcher(DurableMatcher(conditions, catalogue), ReferenceMatcher(conditions))


class Evaluator(StrEnum):
    """Who answers; the values of ``CHATOPS_RULES_ENGINE``."""

    DURABLE = "durable"
    REFERENCE = "reference"
    BOTH = "both"


_ENGINES: Mapping[Evaluator, type[Engine]] = {
    Evaluator.DURABLE: DurableEngine,
    Evaluator.REFERENCE: ReferenceEngine,
    Evaluator.BOTH: BothEngines,
}


def engine_for(policies: PolicySet, evaluator: str | None = None) -> Engine:
    """
    Return the engine that answers by *policies*.

    Args:
        evaluator: ``durable``, ``reference`` or ``both``; None takes durable-rules where it can be had.

    Raises:
        SettingsInvalid: There is no such evaluator, or it needs durable-rules and this Python has none.
    """
    if evaluator is None:
        return (DurableEngine if has_durable() else ReferenceEngine)(policies)
    if evaluator not in tuple(Evaluator):
        raise SettingsInvalid(f"CHATOPS_RULES_ENGINE cannot be {evaluator!r}: write durable, reference or both")
    return _ENGINES[Evaluator(evaluator)](policies)


def has_durable() -> bool:
    return durable_rules_engine is not None
