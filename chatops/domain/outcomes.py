"""
What became of clocks: the words that readings, events and messages share; they know no calendar and no policy.

An `Outcome` is what stays of a clock once its ticket is CLOSED, whatever becomes of the policies (A23).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chatops.domain.vocabulary import Audience, ClockKind, Severity


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    """Over at some time; that stays, whatever comes after."""
    CANCELLED = "cancelled"
    NOT_TRACKED = "not tracked"
    """The plan sets no time for this."""
    IDLE = "idle"
    """Nothing is owed, and nothing was yet."""


class Reason(StrEnum):
    """Why the time of a stretch belongs to its side."""

    NOBODY_HAS_IT = "nobody has it"
    IN_QUALIFICATION = "in qualification"
    IN_WORK = "in work"
    THEY_ANSWERED = "they answered"
    INFORMATION_AWAITED = "information awaited"
    ACCEPTANCE_AWAITED = "acceptance awaited"


@dataclass(frozen=True, kw_only=True)
class Breach:
    """
    A time that was not kept.

    Attributes:
        due_at: When it should have been.
        at: When it was broken: at `due_at`, or later, where a severity was changed as if from the beginning.
        severity: The severity that set the time.
    """

    due_at: datetime
    at: datetime
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Pause:
    """
    Why and how long a clock stood still.

    Attributes:
        end: None while it does.
    """

    start: datetime
    end: datetime | None
    reason: Reason
    awaited: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What a clock showed when its ticket was closed, and what it was read from.

    Attributes:
        promised: The target in words, such as ``4 business hours``; empty where there was none.
        clause, says: Of the line that promised it.
        counted_on: Fingerprint of the calendar that the time was counted on; empty where nothing was promised.
        elapsed: What had passed of the target, in the time of its calendar.
    """

    clock: ClockKind
    state: ClockState
    audience: Audience
    promised: str = ""
    clause: str = ""
    says: str = ""
    counted_on: str = ""
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None
    due_at: datetime | None = None
    elapsed: timedelta = timedelta(0)
    breaches: tuple[Breach, ...] = ()
    pauses: tuple[Pause, ...] = ()
