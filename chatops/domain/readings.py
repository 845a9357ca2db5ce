"""What clocks show: words shared by whoever reads, stores or tells them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chatops.domain.outcomes import Breach, ClockState, Outcome, Pause
from chatops.domain.service_levels import Target
from chatops.domain.vocabulary import Audience, ClockKind

NOTHING = timedelta(0)


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
        audience: Who may see it.
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
    audience: Audience = Audience.PUBLIC

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


def outcome_of(reading: Reading) -> Outcome:
    """Return what stays of a clock once its ticket is CLOSED."""
    target = reading.target
    return Outcome(
        clock=reading.clock,
        state=reading.state,
        audience=reading.audience,
        promised=str(target.duration) if target else "",
        clause=target.clause if target else "",
        says=target.says if target else "",
        counted_on=target.calendar.fingerprint if target else "",
        started_at=reading.started_at,
        stopped_at=reading.stopped_at,
        cancelled_at=reading.cancelled_at,
        due_at=reading.due_at,
        elapsed=reading.elapsed,
        breaches=reading.breaches,
        pauses=reading.pauses,
    )


def shown_by(outcome: Outcome) -> Reading:
    """Return the reading that an outcome was made of; its target has gone with the policies it stood in."""
    return Reading(
        clock=outcome.clock,
        state=outcome.state,
        audience=outcome.audience,
        started_at=outcome.started_at,
        stopped_at=outcome.stopped_at,
        cancelled_at=outcome.cancelled_at,
        due_at=outcome.due_at,
        elapsed=outcome.elapsed,
        breaches=outcome.breaches,
        pauses=outcome.pauses,
    )
