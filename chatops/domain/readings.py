"""What clocks show: words shared by whoever reads, stores or tells them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chatops.domain.course import Reason
from chatops.domain.service_levels import Target
from chatops.domain.vocabulary import ClockKind, Severity

NOTHING = timedelta(0)


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
class Reading:
    """
    What a clock shows.

    Attributes:
        target: What the plan promises for the severity that the ticket has; None where it promises nothing.
        started_at: When it was wound up; None where it never was.
        stopped_at: When what was owed was given.
        cancelled_at: When nobody was owed it any more.
        due_at: When it is, or was, due; None while it stands still, and where nothing is owed.
        warn_at: When warnings are due, in order; one that a pause had overtaken is due again at its end.
        elapsed: What has passed of `target`, in the time of its calendar (A7).
        remaining: What is left until it is due; None where nothing is.
        breaches: Every time that was not kept, of this and of earlier rounds; no later change erases one.
        pauses: When it stood still, and why.
    """

    clock: ClockKind
    state: ClockState
    target: Target | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: tuple[datetime, ...] = ()
    elapsed: timedelta = NOTHING
    remaining: timedelta | None = None
    breaches: tuple[Breach, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def is_owed(self) -> bool:
        """Whether something is still to be given: the clock runs, stands still, or is over and goes unanswered."""
        ended = self.stopped_at is not None or self.cancelled_at is not None
        return not ended and self.state in (ClockState.RUNNING, ClockState.PAUSED, ClockState.BREACHED)


class AlarmKind(StrEnum):
    WARNING = "warning"
    BREACH = "breach"


@dataclass(frozen=True, kw_only=True, order=True)
class Alarm:
    """An instant at which somebody has to be told: what becomes a row of the timers."""

    at: datetime
    clock: ClockKind
    kind: AlarmKind


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """
    The three clocks of a ticket.

    Attributes:
        frozen: The ticket is CLOSED: what is shown will not change any more (A23).
        edition: Label of the policy edition they were read with.
        calendars: Fingerprints of the calendars they were read with, in order.
    """

    response: Reading
    update: Reading
    resolution: Reading
    frozen: bool
    edition: str
    calendars: tuple[str, ...]

    @property
    def readings(self) -> tuple[Reading, Reading, Reading]:
        return (self.response, self.update, self.resolution)

    @property
    def next_due(self) -> Reading | None:
        """Return the running clock that is due first: what a card shows."""
        running = {each.due_at: each for each in reversed(self.readings) if each.is_owed and each.due_at is not None}
        return running[min(running)] if running else None

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Return every warning and breach of what is owed now, past ones too, in order."""
        return tuple(sorted(alarm for reading in self.readings if reading.is_owed for alarm in _alarms(reading)))


def _alarms(reading: Reading) -> Iterator[Alarm]:
    yield from (Alarm(at=at, clock=reading.clock, kind=AlarmKind.WARNING) for at in reading.warn_at)
    if reading.due_at is not None:
        yield Alarm(at=reading.due_at, clock=reading.clock, kind=AlarmKind.BREACH)
