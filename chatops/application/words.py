"""
All words that people read, in each of their languages.

The English sentence is the catalogue's key (gettext); `chatops/locale/fr.po` holds the French ones. A sentence is
marked for the catalogue by standing in `say(…)`, `plural(…)`, `N_(…)` or a `UserError`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import NullTranslations
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.units import format_unit

from chatops.domain.errors import UserError
from chatops.domain.vocabulary import Language

DEFAULT_LANGUAGE = Language.EN
"""For rooms and readers of whom nothing else is known."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark *text* for the catalogue; it is translated where it is said."""
    return text


_BY_OFFSET = ("Etc/GMT+", "Etc/GMT-")
"""Zones whose names have the sign that nobody expects: `Etc/GMT+5` is five hours behind."""

_BEFORE = re.compile(r" ([;?]|!(?!\w))")


class Translations(Protocol):
    def gettext(self, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...


@dataclass(frozen=True)
class Voice:
    """One language's words; called with an English sentence it says that sentence."""

    language: Language
    _translations: Translations

    def __call__(self, text: str, /, **places: object) -> str:
        """Say *text* with its ``{places}`` filled; what fills them is data and is never read as a template (S29)."""
        said = self._translations.gettext(text) if text else ""
        return said.format(**places) if places else said

    def plural(self, one: str, many: str, n: int, /, **places: object) -> str:
        """Say the form that *n* calls for; ``{n}`` is filled as well."""
        return self._translations.ngettext(one, many, n).format(n=n, **places)

    def typeset(self, text: str) -> str:
        """Return a sentence from a file that people write, with the no-break spaces French asks for."""
        if self.language is not Language.FR:
            return text
        return _BEFORE.sub("\u202f\\1", text).replace(" :", "\u00a0:").replace("« ", "«\u00a0").replace(" »", "\u00a0»")

    def instant(self, at: datetime, time_zone: str) -> str:
        """
        Return *at* as people of this language write it, in an IANA time zone, called by its city.

        In the hour that comes twice when clocks are put back, it says which of the two is meant.
        """
        local = at.astimezone(ZoneInfo(time_zone))
        city = "VVV, 'UTC'xxx" if _comes_twice(local) else "VVV"
        if time_zone.startswith(_BY_OFFSET):
            city = "'UTC'xxx"
        return format_datetime(local, f"EEE d MMM y, HH:mm ({city})", locale=str(self.language))

    def moment(self, at: datetime, time_zone: str) -> str:
        """Return *at* as `instant` does, without the year and the city: beside an instant that tells both."""
        local = at.astimezone(ZoneInfo(time_zone))
        which = " ('UTC'xxx)" if _comes_twice(local) else ""
        return format_datetime(local, f"EEE d MMM, HH:mm{which}", locale=str(self.language))

    def length(self, of: timedelta) -> str:
        """Return how long something takes, in its two largest units: ``2 days 4 hr``, ``2 j 4 h``."""
        minutes = int(of / timedelta(minutes=1))
        counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
        named = [
            format_unit(count, f"duration-{unit}", "short", locale=str(self.language))
            for unit, count in counts.items()
            if count
        ]
        return " ".join(named[:2]) or format_unit(0, "duration-minute", "short", locale=str(self.language))

    def error(self, error: UserError) -> str:
        return self(error.text, **error.places)


def _comes_twice(local: datetime) -> bool:
    """Whether the clock on the wall shows this time a second time, since it is put back in between."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


class Words:
    """Every language the desk speaks."""

    def __init__(self, catalogues: Mapping[Language, Translations]) -> None:
        self._voices = {
            language: Voice(language, catalogues.get(language, NullTranslations())) for language in Language
        }

    def __getitem__(self, language: Language) -> Voice:
        return self._voices[language]
