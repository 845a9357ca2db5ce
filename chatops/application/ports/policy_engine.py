"""The port of the policies: what `rules` answers."""

from collections.abc import Mapping
from typing import Protocol

from chatops.domain.notices import Matter, NoticeRule
from chatops.domain.policy import Decision, Fact, Sentence, TransitionQuestion
from chatops.domain.reminders import ReminderRule
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.vocabulary import Severity, Status


class PolicyEngine(Protocol):
    @property
    def edition(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def calendars(self) -> str:
        """Return one digest of every calendar that anything is counted on, bank holidays included (A23)."""
        ...

    def decide(self, question: TransitionQuestion) -> Decision:
        """
        Raises:
            PolicyBroken: The engine gave no answer; never a refusal.
        """
        ...

    @property
    def inquiries(self) -> tuple[SeverityInquiry, ...]:
        """What is asked of whoever reports a problem, to propose a severity (§3.1.5)."""
        ...

    def propose_severity(self, facts: Mapping[str, Fact]) -> SeverityProposal:
        """Return the severity that *facts* speak for; raises as `decide` does."""
        ...

    def definition(self, severity: Severity) -> Sentence:
        """Return what *severity* means, for whoever is told that a case has it (§3.1.4)."""
        ...

    def service_level(self, plan: str) -> ServiceLevel | None:
        """Return what *plan* promises; None for a plan that no policy knows."""
        ...

    def reminder_rule(self, status: Status, plan: str, severity: Severity) -> ReminderRule | None:
        """Return how often the beneficiary is reminded; None where nobody is."""
        ...

    def notice_rule(self, matter: Matter, severity: Severity) -> NoticeRule | None:
        """Return who of the staff is told of *matter*, and how; None where nobody is."""
        ...
