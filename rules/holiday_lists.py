"""The bank holidays of a country or region: the only importer of `holidays`."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

from chatops.domain.vocabulary import Language

YEARS = range(2015, 2051)
"""Fixed, so that a calendar is the same whenever it is read. What the library learns later is another fingerprint."""

_LANGUAGES: Mapping[Language, str] = {Language.EN: "en_US", Language.FR: "fr"}


class NoSuchPlace(Exception):
    """A country or region whose holidays nobody lists; the reason is for the person who wrote it."""


@lru_cache(maxsize=64)
def holidays_of(place: str, language: Language = Language.EN) -> Mapping[date, str]:
    """
    Return the bank holidays of *place* by day.

    Args:
        place: A country as ISO 3166 names it, with a region if need be: ``FR``, ``GB-ENG``, ``DE-BY``.
        language: Of their names; where nobody lists any in it, the country's own stand.

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
    found = holidays.country_holidays(
        country, subdiv=region or None, years=YEARS, language=_names_in(language, country)
    )
    return MappingProxyType({day: found[day] for day in sorted(found)})


def called(day: date, name: str, places: Sequence[str], language: Language) -> str:
    """Return what a holiday is called in *language*, where it is one of *places* and goes by the listed name."""
    for place in places:
        if holidays_of(place).get(day) == name:
            return holidays_of(place, language).get(day, name).replace("'", "’")
    return name


def _names_in(language: Language, country: str) -> str | None:
    """Return what the library calls *language* there, or a kind of it (``fr_MC``); None for the country's own."""
    listed = holidays.list_localized_countries(include_aliases=False).get(country, [])
    wanted = _LANGUAGES[language]
    if wanted in listed:
        return wanted
    # English has always been the names of the list, or else the country's own: calendars must not change by themselves.
    return next((each for each in listed if each.startswith("fr")), None) if language is Language.FR else None
