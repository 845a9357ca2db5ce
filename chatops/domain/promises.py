"""One target on its way: when it is due, what has passed of it, and when to warn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from chatops.domain.business_hours import Calendar
from chatops.domain.service_levels import Target
from chatops.domain.spans import Span
from chatops.domain.targets import budget, counted_on

NOTHING = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """
    A target, and from when it counts.

    Attributes:
        made_at: When it was made: later than `start` where a severity was changed as if from the beginning.
    """

    target: Target
    start: datetime
    made_at: datetime

    def due(self, pauses: Sequence[Span]) -> datetime:
        return self._counted.after(self.start, self._budget, pauses)

    def elapsed(self, until: datetime, pauses: Sequence[Span]) -> timedelta:
        return min(self._counted.elapsed(self.start, until, pauses), self._budget)

    def remaining(self, until: datetime, pauses: Sequence[Span]) -> timedelta:
        return self._budget - self.elapsed(until, pauses)

    def warnings(self, pauses: Sequence[Span]) -> Iterator[datetime]:
        """Yield when to warn; a warning that a pause had overtaken comes again when the clock goes on."""
        due = self.due(pauses)
        resumed = max((pause.end for pause in pauses if pause.end < due), default=self.start)
        for before in self.target.warn_before:
            length = max(NOTHING, self._budget - budget(before, self.target.calendar, self.start))
            yield max(self._counted.after(self.start, length, pauses), resumed)

    @cached_property
    def _counted(self) -> Calendar:
        return counted_on(self.target.duration, self.target.calendar)

    @cached_property
    def _budget(self) -> timedelta:
        return budget(self.target.duration, self.target.calendar, self.start)
