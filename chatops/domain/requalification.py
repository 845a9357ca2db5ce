"""What a change of severity would do to the clocks, before anybody confirms it (§3.1.5, §3.2.2a; A10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chatops.domain.clocks import read_clocks
from chatops.domain.events import Event, SeverityRequalified
from chatops.domain.outcomes import ClockState
from chatops.domain.readings import Clocks, Reading
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.vocabulary import ClockKind, Requalification


@dataclass(frozen=True, kw_only=True)
class Effect:
    """
    The clocks just before and just after a change.

    Attributes:
        mode: None for the change as it would be if nobody chose.
    """

    mode: Requalification | None
    before: Clocks
    after: Clocks

    @property
    def moved(self) -> tuple[ClockKind, ...]:
        """Return the clocks that become due at another instant, have another rest, or begin or cease to be tracked."""
        pairs = zip(self.before.readings, self.after.readings, strict=True)
        return tuple(new.clock for old, new in pairs if _face(old) != _face(new))

    @property
    def breached_by_it(self) -> tuple[ClockKind, ...]:
        """Return the clocks that the change itself would break."""
        pairs = zip(self.before.readings, self.after.readings, strict=True)
        return tuple(new.clock for old, new in pairs if len(new.breaches) > len(old.breaches))


def are_alike(effects: Sequence[Effect]) -> bool:
    """Whether all modes come to the same, so that nobody has to choose: when no time was spent yet, say."""
    return len({tuple(map(_face, each.after.readings)) for each in effects}) <= 1


def _face(reading: Reading) -> tuple[datetime | None, ClockState, timedelta | None]:
    return (reading.due_at, reading.state, reading.remaining)


def effect(
    history: Sequence[Event],
    change: SeverityRequalified,
    level: ServiceLevel,
    mode: Requalification | None,
    *,
    cover_ends_at: datetime | None = None,
) -> Effect:
    """
    Return what *change*, which has not happened, would do in *mode*.

    Args:
        history: All that has happened.
        change: With the instant at which it would happen.
    """
    changed = (*history, replace(change, mode=mode))
    return Effect(
        mode=mode,
        before=read_clocks(history, level, change.at, cover_ends_at=cover_ends_at),
        after=read_clocks(changed, level, change.at, cover_ends_at=cover_ends_at),
    )


def effects(
    history: Sequence[Event], change: SeverityRequalified, level: ServiceLevel, *, cover_ends_at: datetime | None = None
) -> tuple[Effect, Effect]:
    """Return what *change* would do forward, and as if from the beginning: a preview shows both."""
    forward, retroactive = (
        effect(history, change, level, mode, cover_ends_at=cover_ends_at) for mode in Requalification
    )
    return forward, retroactive
