"""The bank holidays of a country or region: the only importer of `holidays`."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

YEARS = range(2015, 2051)
"""Fixed, so that a calendar is the same whenever it is read. What the library learns later is another fingerprint."""

_ENGLISH = "en_US"


class NoSuchPlace(Exception):
    """A country or region whose holidays nobody lists; the reason is for the person who wrote it."""


@lru_cache(maxsize=64)
def holidays_of(place: str) -> Mapping[date, str]:
    """
    Return the bank holidays of *place* by day, with their English names where there are any.

    Args:
        place: A country as ISO 3166 names it, with a region if need be: ``FR``, ``GB-ENG``, ``DE-BY``.

    Raises:
        NoSuchPlace: The library knows none such.
    """
    country, _, region = place.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise NoSuchPlace(f"No holidays are known of “{country}”: write a country’s two letters, as in FR or GB-ENG.")
    if region and region not in known[country]:
        regions = ", ".join(known[country]) or "none"
        raise NoSuchPlace(f"No region of {country} is called “{region}”. Known are: {regions}.")
    found = holidays.country_holidays(country, subdiv=region or None, years=YEARS, language=_language(country))
    return MappingProxyType({day: found[day] for day in sorted(found)})


def _language(country: str) -> str | None:
    languages = holidays.list_localized_countries(include_aliases=False).get(country, [])
    return _ENGLISH if _ENGLISH in languages else None
