"""What becomes of a ticket's clocks, as events of its history: warned, over, met, cancelled, frozen; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from chatops.domain.events import (
    ClockBreached,
    ClockCancelled,
    ClockMet,
    ClocksFrozen,
    ClockWarned,
    DueMoved,
    Event,
    TicketClosed,
)
from chatops.domain.outcomes import ClockState
from chatops.domain.readings import Alarm, AlarmKind, Clocks, Reading, outcome_of
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import ClockKind, PersonId, Recounted, Role, Status

_Key = tuple[ClockKind, datetime | None]


def unheard(clocks: Clocks, history: Sequence[Event]) -> list[Alarm]:
    """Return the alarms that nobody was told of yet, in order; of one promise, what was overtaken is none any more."""
    heard: dict[_Key, datetime] = {}
    for event in history:
        if isinstance(event, ClockWarned | ClockBreached):
            at = event.warning_at if isinstance(event, ClockWarned) else event.due_at
            key = (event.clock, event.due_at)
            if at is not None:
                heard[key] = max(at, heard.get(key, at))
        elif isinstance(event, DueMoved) and event.known_late and event.due_at is not None:
            heard[event.clock, event.due_at] = event.due_at
    due = {reading.clock: reading.due_at for reading in clocks.readings}
    told = {alarm: heard.get((alarm.clock, due[alarm.clock])) for alarm in clocks.alarms}
    return [alarm for alarm, until in told.items() if until is None or alarm.at > until]


def sounded(alarms: Sequence[Alarm], now: datetime) -> list[Alarm]:
    """Return of each clock the gravest alarm that is due at *now*: after a silence nobody needs the ones before it."""
    return list({alarm.clock: alarm for alarm in alarms if alarm.at <= now}.values())


def heard(alarm: Alarm, clocks: Clocks, ticket: Ticket, now: datetime) -> ClockWarned | ClockBreached:
    """Return the event that an alarm becomes."""
    reading = next(each for each in clocks.readings if each.clock is alarm.clock)
    own = _of_the_desk(reading, clocks, ticket, now)
    if alarm.kind is AlarmKind.WARNING:
        return ClockWarned(**own, due_at=reading.due_at, warning_at=alarm.at)
    return ClockBreached(**own, due_at=alarm.at)


def became(
    clocks: Clocks, history: Sequence[Event], ticket: Ticket, now: datetime
) -> Iterator[ClockMet | ClockCancelled | ClocksFrozen]:
    """Yield what the history has to say of the clocks at this instant and does not say yet."""
    for reading in clocks.readings:
        due_at = _owed_by(reading)
        if due_at is None or _is_told(reading, due_at, history):
            continue
        if reading.stopped_at == now:
            in_time = reading.state is not ClockState.BREACHED
            yield ClockMet(**_of_the_desk(reading, clocks, ticket, now), due_at=due_at, in_time=in_time)
        elif reading.cancelled_at is not None and reading.cancelled_at <= now:
            yield ClockCancelled(**_of_the_desk(reading, clocks, ticket, now), due_at=due_at)
    if isinstance(history[-1], TicketClosed):
        yield frozen(clocks, ticket, now)


def frozen(clocks: Clocks, ticket: Ticket, now: datetime) -> ClocksFrozen:
    """Return what stays of the clocks of a ticket that was closed: what they show, and what they were read from."""
    return ClocksFrozen(
        at=now,
        by=None,
        role=Role.DESK,
        status=ticket.status,
        clause=_CLAUSE,
        edition=clocks.edition,
        calendars=clocks.calendars,
        outcomes=tuple(outcome_of(reading) for reading in clocks.readings),
    )


def _owed_by(reading: Reading) -> datetime | None:
    """Return when what was owed was due; None where nothing was promised, or the clock was not wound up."""
    if reading.started_at is None:
        return None
    return reading.breaches[-1].due_at if reading.state is ClockState.BREACHED else reading.due_at


def _is_told(reading: Reading, due_at: datetime, history: Sequence[Event]) -> bool:
    """Whether the end of this round stands in the history."""
    assert reading.started_at is not None, "a clock that was never wound up owes nothing"
    ends = (each for each in history if isinstance(each, ClockMet | ClockCancelled) and each.clock is reading.clock)
    return any(each.at >= reading.started_at or each.due_at == due_at for each in ends)


def moved(
    clocks: Clocks,
    history: Sequence[Event],
    shown: Mapping[ClockKind, datetime],
    ticket: Ticket,
    now: datetime,
    because: Recounted,
) -> Iterator[DueMoved]:
    """
    Yield that what is owed is due at another instant than people were told, since it is counted with something else.

    Args:
        shown: By when each clock was due when its timer was set; what has no timer any more, the history knows.
    """
    for reading in clocks.readings:
        stood, late = _told_before(reading.clock, history)
        was_due_at = shown.get(reading.clock, stood)
        ended = reading.stopped_at is not None or reading.cancelled_at is not None
        if was_due_at is None or ended or was_due_at == reading.due_at:
            continue
        yield DueMoved(
            **_of_the_desk(reading, clocks, ticket, now),
            due_at=reading.due_at,
            was_due_at=was_due_at,
            because=because,
            known_late=late and reading.due_at is not None and reading.due_at <= now,
        )


def _told_before(clock: ClockKind, history: Sequence[Event]) -> tuple[datetime | None, bool]:
    """Return by when a clock that was over, or was moved, was last told to be due, and whether it was over."""
    was_due_at, late = None, False
    for event in history:
        match event:
            case ClockMet(clock=of) | ClockCancelled(clock=of) if of is clock:
                was_due_at, late = None, False
            case ClockBreached(clock=of, due_at=due_at) if of is clock:
                was_due_at, late = due_at, True
            case DueMoved(clock=of, due_at=due_at, known_late=known) if of is clock:
                was_due_at, late = due_at, known
            case _:
                pass
    return was_due_at, late


class _OfTheDesk(TypedDict):
    at: datetime
    by: PersonId | None
    role: Role
    status: Status
    clause: str
    edition: str
    clock: ClockKind


_CLAUSE = "§3.1.4"
"""Where no line of the policy names one: that of the service levels themselves."""


def _of_the_desk(reading: Reading, clocks: Clocks, ticket: Ticket, now: datetime) -> _OfTheDesk:
    return _OfTheDesk(
        at=now,
        by=None,
        role=Role.DESK,
        status=ticket.status,
        clause=reading.target.clause if reading.target else _CLAUSE,
        edition=clocks.edition,
        clock=reading.clock,
    )
