"""Histories of tickets, written as they happen: `History(S3, "2026-06-01 08:00").taken("2026-06-01 09:00")`."""

from datetime import datetime
from typing import Any, Self

from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    ClockBreached,
    Event,
    InformationRequested,
    NoteTaken,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.vocabulary import (
    ClockKind,
    ClosingReason,
    OrganisationId,
    PersonId,
    Requalification,
    Role,
    Severity,
    SolutionKind,
    Status,
)
from tests.calendars import utc

ANA, BEN = PersonId("ana"), PersonId("ben")


class History:
    """Each method adds what happened at an instant and returns the history itself."""

    def __init__(self, severity: Severity, at: str) -> None:
        self._severity = severity
        self._status = Status.NEW
        self.events: list[Event] = []
        self._by_ana(
            TicketOpened,
            at,
            organisation=OrganisationId("acme"),
            title="down",
            description="",
            severity=severity,
            requester=ANA,
        )

    @property
    def last_at(self) -> datetime:
        return self.events[-1].at

    def copy(self) -> "History":
        copied = History.__new__(History)
        copied._severity, copied._status, copied.events = self._severity, self._status, [*self.events]
        return copied

    def taken(self, at: str) -> Self:
        return self._by_ben(TicketAssigned, at, Status.OPEN if self._status is Status.NEW else None, assignee=BEN)

    def asked(self, at: str, awaited: str = "the logs") -> Self:
        return self._by_ben(InformationRequested, at, Status.SUSPENDED, awaited=awaited)

    def started(self, at: str) -> Self:
        return self._by_ben(WorkStarted, at, Status.IN_PROGRESS)

    def solved(self, at: str) -> Self:
        return self._by_ben(SolutionProposed, at, Status.RESOLVED, solution=SolutionKind.FIX, text="install it")

    def replied(self, at: str) -> Self:
        return self._by_ben(VendorReplied, at, text="we are on it")

    def noted(self, at: str) -> Self:
        return self._by_ben(NoteTaken, at, text="hm")

    def requalified(self, at: str, severity: Severity, mode: Requalification | None = None) -> Self:
        before, self._severity = self._severity, severity
        return self._by_ben(SeverityRequalified, at, before=before, severity=severity, mode=mode)

    def reminded(self, at: str, count: int) -> Self:
        return self._add(BeneficiaryReminded, at, None, Role.DESK, None, count=count)

    def overdue(self, at: str, clock: ClockKind) -> Self:
        """The desk recorded, at the instant at which it was due, that nobody had answered."""
        return self._add(ClockBreached, at, None, Role.DESK, None, clock=clock, due_at=utc(at))

    def wrote(self, at: str) -> Self:
        return self._by_ana(BeneficiaryWrote, at, text="here they are")

    def refused(self, at: str) -> Self:
        return self._by_ana(SolutionRefused, at, Status.OPEN)

    def accepted(self, at: str) -> Self:
        return self._by_ana(TicketClosed, at, Status.CLOSED, reason=ClosingReason.SOLUTION_ACCEPTED)

    def closed(self, at: str, reason: ClosingReason = ClosingReason.OUT_OF_SCOPE) -> Self:
        return self._by_ben(TicketClosed, at, Status.CLOSED, reason=reason)

    def _by_ana(self, kind: type[Event], at: str, to: Status | None = None, **more: Any) -> Self:
        return self._add(kind, at, ANA, Role.CONTACT, to, **more)

    def _by_ben(self, kind: type[Event], at: str, to: Status | None = None, **more: Any) -> Self:
        return self._add(kind, at, BEN, Role.AGENT, to, **more)

    def _add(self, kind: type[Event], at: str, by: PersonId | None, role: Role, to: Status | None, **more: Any) -> Self:
        self._status = to or self._status
        common: dict[str, Any] = {
            "at": utc(at),
            "by": by,
            "role": role,
            "status": self._status,
            "clause": "§3.2",
            "edition": "test",
        }
        self.events.append(kind(**common, **more))
        return self
