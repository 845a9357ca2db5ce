"""
The clocks of a ticket: pure folds over its history, a service level with its calendars, and an instant.

Nothing is counted up anywhere; asked again with the same inputs, the answer is the same. An answer at the very instant
at which it is due is in time, unless the desk had recorded by then that it is late; a clock that nobody stopped is over
at that instant.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from chatops.domain.course import Stretch, standings, stretches_of
from chatops.domain.cycles import Cycle, resolution_cycle, response_cycle, update_cycles
from chatops.domain.events import ClockBreached, ClocksFrozen, Event, SeverityRequalified, TicketClosed, TicketOpened
from chatops.domain.outcomes import Breach, ClockState, Pause
from chatops.domain.promises import Promise
from chatops.domain.readings import Clocks, Reading, shown_by
from chatops.domain.service_levels import ServiceLevel, Target
from chatops.domain.spans import Span
from chatops.domain.vocabulary import Audience, ClockKind, Requalification, Severity, Side, Status


def read_clocks(
    history: Sequence[Event], level: ServiceLevel, now: datetime, *, cover_ends_at: datetime | None = None
) -> Clocks:
    """
    Return what the clocks of a ticket show at *now*.

    Args:
        history: From `TicketOpened` on, in order; nothing later than *now*.
        level: What the plan of the ticket promises, in the edition that the ticket keeps.
        cover_ends_at: When the subscription ends; what is owed then is cancelled (A22).

    Raises:
        ValueError: The history does not begin with `TicketOpened`.
        NeverOpen: A calendar stays closed; none that was checked does.

    Source: mechanics 1 to 5 of the acceptance list; §3.1.4, §3.2.1.
    """
    closed_at = next((event.at for event in history if isinstance(event, TicketClosed)), None)
    answers, moments = level.answers, standings(history)
    fold = _Fold(
        history=history, level=level, course=stretches_of(moments), now=closed_at or now, cover_ends_at=cover_ends_at
    )
    return Clocks(
        response=fold.reading(ClockKind.RESPONSE, (response_cycle(history, answers),)),
        update=fold.reading(ClockKind.UPDATE, update_cycles(moments, answers, level.updates_from)),
        resolution=fold.reading(ClockKind.RESOLUTION, (resolution_cycle(history, answers),)),
        frozen=closed_at is not None,
        edition=level.edition,
        calendars=level.fingerprints,
    )


def kept_clocks(history: Sequence[Event]) -> Clocks | None:
    """Return what the clocks of a ticket showed when it was closed, whatever the policies say now (A23)."""
    kept = next((event for event in reversed(history) if isinstance(event, ClocksFrozen)), None)
    if kept is None:
        return None
    response, update, resolution = (
        next(shown_by(outcome) for outcome in kept.outcomes if outcome.clock is clock) for clock in ClockKind
    )
    return Clocks(
        response=response,
        update=update,
        resolution=resolution,
        frozen=True,
        edition=kept.edition,
        calendars=kept.calendars,
    )


@dataclass(frozen=True, kw_only=True)
class _Fold:
    """What all three clocks are read from; `now` is the instant of closing, once there is one."""

    history: Sequence[Event]
    level: ServiceLevel
    course: Sequence[Stretch]
    now: datetime
    cover_ends_at: datetime | None

    def reading(self, clock: ClockKind, cycles: Sequence[Cycle]) -> Reading:
        """Return what *clock* shows: its last round, with what was broken in all of them."""
        if not cycles:
            target = self.level.target(self.severity_at(self.now), clock)
            return Reading(
                clock=clock,
                state=ClockState.IDLE if target else ClockState.NOT_TRACKED,
                target=target,
                audience=target.audience if target else Audience.PUBLIC,
            )
        *earlier, last = (_Round(fold=self, clock=clock, cycle=self._covered(cycle)) for cycle in cycles)
        reading = last.reading()
        return replace(reading, breaches=(*(breach for each in earlier for breach in each.breaches), *reading.breaches))

    def severity_at(self, at: datetime) -> Severity:
        found = (event.severity for event in reversed(self._severities) if event.at <= at)
        # Where the clock of the machine was put back (F14), something may seem to come before the opening.
        return next(found, self._severities[0].severity)

    def changes(self, after: datetime, until: datetime) -> Iterator[SeverityRequalified]:
        for event in self._severities:
            if isinstance(event, SeverityRequalified) and after < event.at <= until:
                yield event

    @cached_property
    def _severities(self) -> tuple[TicketOpened | SeverityRequalified, ...]:
        return tuple(event for event in self.history if isinstance(event, TicketOpened | SeverityRequalified))

    def waiting(self, since: datetime) -> Sequence[Stretch]:
        """Return the stretches in which the beneficiary had the ball and that last beyond *since*."""
        return self._waiting[bisect_right(self._waiting, since, key=_ends) :]

    @cached_property
    def _waiting(self) -> tuple[Stretch, ...]:
        return tuple(sorted((each for each in self.course if each.side is Side.BENEFICIARY), key=_ends))

    def _covered(self, cycle: Cycle) -> Cycle:
        """Return *cycle*, cancelled where the subscription ended first (A22)."""
        ends_at, ended_at = self.cover_ends_at, cycle.ended_at
        if ends_at is None or ends_at > self.now or (ended_at is not None and ended_at <= ends_at):
            return cycle
        return Cycle(started_at=cycle.started_at, cancelled_at=max(ends_at, cycle.started_at))


_NEVER = datetime.max.replace(tzinfo=UTC)


def _ends(stretch: Stretch) -> datetime:
    return _NEVER if stretch.end is None else stretch.end


@dataclass(frozen=True, kw_only=True)
class _Round:
    """One clock, wound up once."""

    fold: _Fold
    clock: ClockKind
    cycle: Cycle

    def reading(self) -> Reading:
        """Return what is shown of this round, and what was broken in it."""
        promises, target, breaches = self._judged
        return self._shown(promises, target, breaches)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        return self._judged[2]

    @cached_property
    def _judged(self) -> "tuple[_Promises, Target | None, tuple[Breach, ...]]":
        """Go from one change of severity to the next, and see at each what was promised and not kept."""
        severity = self.fold.severity_at(self.cycle.started_at)
        target = self._target(severity)
        promises = _made(target, start=self.cycle.started_at, at=self.cycle.started_at)
        breaches: list[Breach] = []
        for change in self.fold.changes(self.cycle.started_at, self._end):
            broken = self._broken(promises, severity, change.at)
            breaches += broken
            severity, target = change.severity, self._target(change.severity)
            promises = self._requalified(() if broken else promises, change)
        breaches += self._broken(promises, severity, self._end)
        return promises, target, tuple(breaches)

    @property
    def _end(self) -> datetime:
        return self.cycle.ended_at or self.fold.now

    def _target(self, severity: Severity) -> Target | None:
        return self.fold.level.target(severity, self.clock)

    # ---- requalification ---------------------------------------------------------------------------------------------

    def _requalified(self, promises: "_Promises", change: SeverityRequalified) -> "_Promises":
        """
        Return what is promised after *change*.

        Forward, a graver severity adds a promise to the one there was: what is due earlier holds, since nobody waits
        longer for a case that became graver. As if from the beginning, the new one stands alone; where nobody asked
        for that, it is not allowed to be over at once (mechanics 5; A10).
        """
        target, is_graver = self._target(change.severity), change.severity < change.before
        forward = _made(target, start=change.at, at=change.at)
        looks_ahead = is_graver or self._target(change.before) is None
        if change.mode is Requalification.FORWARD or (change.mode is None and looks_ahead):
            return (*promises, *forward) if is_graver and forward else forward
        from_the_beginning = _made(target, start=self.cycle.started_at, at=change.at)
        if change.mode is None and self._broken(from_the_beginning, change.severity, change.at):
            return forward
        return from_the_beginning

    def _broken(self, promises: "_Promises", severity: Severity, at: datetime) -> list[Breach]:
        """Return the breach, if what was due first was not given until *at*."""
        if not promises:
            return []
        promise = self._first_due(promises, at)
        due_at = promise.due(self._pauses(promise.target, at))
        if due_at > at or (due_at == at == self.cycle.stopped_at and not self._is_recorded(due_at)):
            return []
        return [Breach(due_at=due_at, at=max(due_at, promise.made_at), severity=severity)]

    def _is_recorded(self, due_at: datetime) -> bool:
        """Say whether the desk recorded that it was over, at that instant but before the answer: people were told."""
        return any(
            isinstance(event, ClockBreached) and event.clock is self.clock and event.due_at == due_at
            for event in self.fold.history
        )

    def _first_due(self, promises: "_Promises", at: datetime) -> Promise:
        return min(promises, key=lambda promise: promise.due(self._pauses(promise.target, at)))

    # ---- standing still ----------------------------------------------------------------------------------------------

    def _pausing(self, target: Target) -> Iterator[Stretch]:
        """Yield the stretches in which the clock stands still: by its list, while the beneficiary has the ball."""
        for stretch in self.fold.waiting(self.cycle.started_at):
            is_solved = self.clock is ClockKind.RESOLUTION and stretch.status is Status.RESOLVED
            is_over = self.cycle.ended_at is not None and stretch.start >= self._end
            if not is_over and (is_solved or stretch.status in target.pauses):
                yield stretch

    def _pauses(self, target: Target, until: datetime) -> tuple[Span, ...]:
        return tuple(stretch.until(until) for stretch in self._pausing(target) if stretch.start < until)

    def _stands_still(self, target: Target) -> bool:
        return self.cycle.ended_at is None and any(stretch.end is None for stretch in self._pausing(target))

    # ---- what is shown -----------------------------------------------------------------------------------------------

    def _shown(self, promises: "_Promises", target: Target | None, breaches: tuple[Breach, ...]) -> Reading:
        known = Reading(
            clock=self.clock,
            state=self._state(target, breaches),
            target=target,
            audience=target.audience if target else Audience.PUBLIC,
            started_at=self.cycle.started_at,
            stopped_at=self.cycle.stopped_at,
            cancelled_at=self.cycle.cancelled_at,
            breaches=breaches,
        )
        if not promises or target is None:
            return known
        first, own = self._first_due(promises, self._end), promises[-1]
        pauses = self._pauses(first.target, self._end)
        known = replace(
            known,
            elapsed=own.elapsed(self._end, self._pauses(own.target, self._end)),
            remaining=first.remaining(self._end, pauses),
            pauses=tuple(
                _told(stretch)
                for stretch in self._pausing(target)
                if self.cycle.ended_at is None or stretch.start < self._end
            ),
        )
        if self._stands_still(target) and known.remaining != timedelta(0):
            return known
        return replace(known, due_at=first.due(pauses), warn_at=tuple(sorted(set(first.warnings(pauses)))))

    def _state(self, target: Target | None, breaches: tuple[Breach, ...]) -> ClockState:
        if breaches:
            return ClockState.BREACHED
        if target is None:
            return ClockState.NOT_TRACKED
        if self.cycle.stopped_at is not None:
            return ClockState.MET
        if self.cycle.cancelled_at is not None:
            return ClockState.CANCELLED
        return ClockState.PAUSED if self._stands_still(target) else ClockState.RUNNING


_Promises = tuple[Promise, ...]


def _made(target: Target | None, *, start: datetime, at: datetime) -> _Promises:
    return () if target is None else (Promise(target=target, start=start, made_at=at),)


def _told(stretch: Stretch) -> Pause:
    return Pause(start=stretch.start, end=stretch.end, reason=stretch.reason, awaited=stretch.awaited)
