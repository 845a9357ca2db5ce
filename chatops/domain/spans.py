"""Stretches of time: half-open, in UTC, and the little set algebra that calendars and clocks need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """
    From `start` until just before `end`.

    Attributes:
        start: Aware UTC.
        end: Aware UTC, never before `start`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span cannot end ({self.end}) before it starts ({self.start})")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def within(self, start: datetime, end: datetime) -> "Span | None":
        """Return the part that lies between *start* and *end*; None where nothing does."""
        first, last = max(self.start, start), min(self.end, end)
        return Span(start=first, end=last) if first < last else None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same instants as spans in order, none empty, none touching another."""
    whole: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(start=whole[-1].start, end=max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return the instants of *spans* that are in none of *holes*."""
    return tuple(_cut(merged(spans), merged(holes)))


def _cut(spans: tuple[Span, ...], holes: tuple[Span, ...]) -> Iterator[Span]:
    first = 0
    for span in spans:
        start = span.start
        while first < len(holes) and holes[first].end <= start:
            first += 1
        for hole in holes[first:]:
            if hole.start >= span.end:
                break
            if start < hole.start:
                yield Span(start=start, end=hole.start)
            start = hole.end
        if start < span.end:
            yield Span(start=start, end=span.end)
