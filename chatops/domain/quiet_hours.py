"""A person's own quiet hours: the part of each of their days in which nobody tells them what can wait."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from chatops.domain.durations import DAY
from chatops.domain.local_time import local_date, zone_named
from chatops.domain.opening_hours import Hours

_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"

WRITTEN = rf"^({_TIME}) to ({_TIME}|24:00)$"
"""How they are written everywhere: ``21:00 to 07:30``, or ``20:00 to 24:00``."""


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """
    From `begins` until just before `ends`, every day, by the clock on that person's wall.

    Attributes:
        ends: Before `begins`, it is meant of the next day; 00:00 is the end of this one.
    """

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise ValueError(f"quiet hours cannot begin and end at the same time, {self.begins:%H:%M}")

    def cover(self, shown: time) -> bool:
        """Say whether a clock that shows this time shows one of these hours."""
        if self.begins < self.ends:
            return self.begins <= shown < self.ends
        return self.begins <= shown or shown < self.ends

    def are_at(self, at: datetime, zone: str) -> bool:
        """Say whether it is quiet at *at* for somebody in *zone*; at the instant of their end it is not any more."""
        return self.over_from(at, zone) > at

    def over_from(self, at: datetime, zone: str) -> datetime:
        """
        Return the first instant from *at* on that is outside of them: *at* itself where it is.

        Where clocks are put back, quiet hours of nearly a whole day may run into those of the next day.
        """
        where, hours = zone_named(zone), Hours(opens=self.begins, closes=self.ends)
        today = local_date(at, where)
        # From the day before yesterday on: yesterday may be one that a zone has left out.
        for number in range(-2, 3):
            span = hours.on(today + number * DAY, where)
            if span is not None and span.start <= at < span.end:
                at = span.end
        return at

    def __str__(self) -> str:
        return str(Hours(opens=self.begins, closes=self.ends))


def quiet_hours(text: str) -> QuietHours:
    """
    Return the quiet hours written ``21:00 to 07:30``; `str` of them is such a text again.

    Raises:
        ValueError: They are none; the words say why, to whoever wrote them.
    """
    match = re.fullmatch(WRITTEN, text)
    if match is None:
        raise ValueError(f"“{text}” are no quiet hours: write them as in 21:00 to 07:30.")
    begins, ends = time.fromisoformat(match[1]), time(0) if match[2] == "24:00" else time.fromisoformat(match[2])
    if begins == ends:
        raise ValueError(f"“{text}” begin and end at the same time: nobody is quiet all day long.")
    return QuietHours(begins=begins, ends=ends)
