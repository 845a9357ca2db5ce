"""
What a clock on the wall shows, as instants: daylight saving time leaves hours out and has others twice.

A time that comes twice begins an interval the first time and ends one the second time. A time that is left out is
the instant that the clock would have called so, had it not been put forward: 02:30 of 29 March 2026 in Paris is
01:30 UTC, which the clock calls 03:30. So neighbouring intervals neither leave a gap nor lose a minute (A3, A12).
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from chatops.domain.spans import Span

MIDNIGHT = time(0)

KNOWN_YEARS = range(1970, 2200)
"""Beyond them, a year is a slip of the pen; calendars end a good deal later."""

_OFFSET = re.compile(r"[+-]\d")


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """
    Raises:
        zoneinfo.ZoneInfoNotFoundError: There is no such zone.
        ValueError: The name is none.
    """
    return ZoneInfo(name)


def may_be_meant(zone: str, text: str) -> bool:
    """
    Say whether to suggest *zone* to somebody who wrote *text*, which is none.

    None is like an abbreviation, as CEST or GMT+2: `Etc/GMT+2` lies two hours behind Greenwich.
    """
    is_short = text.isupper() and "/" not in text
    return not is_short and "/" in zone and not _OFFSET.search(zone)


def start_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when an interval begins that is to begin on *day* at *at*."""
    return datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)


def end_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when an interval ends that is to end on *day* at *at*."""
    first = datetime.combine(day, at, tzinfo=zone).replace(fold=0)
    again = first.replace(fold=1)
    # With fold=1 a time that is left out lies before the change, one that comes twice after it.
    return max(first.astimezone(UTC), again.astimezone(UTC))


def whole_day(day: date, zone: ZoneInfo) -> Span:
    """Return *day* from its beginning to the beginning of the next one: 23, 24 or 25 hours mostly."""
    return Span(start=start_at(day, MIDNIGHT, zone), end=start_at(day + timedelta(days=1), MIDNIGHT, zone))


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
