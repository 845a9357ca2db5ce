"""The sentences of the almanac, in both languages."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from chatops.domain.durations import DAY, HOUR, MINUTE, BusinessDays, BusinessTime, Duration
from chatops.domain.opening_hours import Hours
from chatops.domain.vocabulary import Language

_DAYS: Mapping[Language, tuple[str, ...]] = {
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    Language.FR: ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
}
_FRENCH: Mapping[str, str] = {
    "Almanac": "Almanach",
    "edition": "édition",
    "Edition": "Édition",
    "to": "au",
    "All times are UTC.": "Toutes les heures sont en UTC.",
    "+1 is a week later, +2 two weeks.": "+1\u00a0: une semaine plus tard, +2\u00a0: deux semaines.",
    "An ordinary week, from": "Une semaine ordinaire, à partir du",
    "arrives": "arrivée",
    "whenever it arrives:": "quelle que soit l’arrivée\u00a0:",
    "later": "plus tard",
    "counted on": "calendrier\u00a0:",
    "Hours, as seen from elsewhere": "Les heures, vues d’ailleurs",
    "Surprises": "Surprises",
    "None.": "Aucune.",
    "response": "réponse",
    "update": "suivi",
    "resolution": "résolution",
}


class Phrases:
    """What the almanac says, in one language."""

    def __init__(self, language: Language, calendars: Mapping[str, str]) -> None:
        """*calendars*: what people read for each, in that language."""
        self.language = language
        self._french = language is Language.FR
        self._calendars = calendars

    def calendar(self, name: str) -> str:
        called = self._calendars.get(name, name)
        return f"«\u00a0{called}\u00a0»" if self._french else f"“{called}”"

    def word(self, text: str) -> str:
        return _FRENCH[text] if self._french else text

    def day(self, day: date) -> str:
        """Return ``Mon 2026-06-01``."""
        return f"{self.weekday(day.weekday())} {day}"

    def weekday(self, number: int) -> str:
        return _DAYS[self.language][number]

    def at(self, at: datetime, monday: date | None = None) -> str:
        """Return weekday and time; with *monday* of its week, how many weeks later it is, else the date."""
        if monday is None:
            return f"{self.day(at.date())} {at:%H:%M}"
        weeks = (at.date() - monday).days // 7
        return f"{self.weekday(at.weekday())} {at:%H:%M}" + (f" +{weeks}" if weeks else "")

    def colon(self) -> str:
        return "\u00a0:" if self._french else ":"

    def duration(self, duration: Duration) -> str:
        if not self._french:
            return str(duration)
        match duration:
            case BusinessDays(days=days):
                return f"{days} jour{_s(days)} ouvré{_s(days)}"
            case BusinessTime(length=length):
                return _length_fr(length, business=True)
            case _:
                return _length_fr(duration.length, business=False)

    def hours(self, hours: Hours) -> str:
        return str(hours).replace(" to ", "–")

    def holiday(self, calendar: str, name: str) -> str:
        if self._french:
            return f"{self.calendar(calendar)} fermé\u00a0: {name}"
        return f"{self.calendar(calendar)} closed: {name}"

    def also_open(self, calendar: str, hours: Hours, why: str) -> str:
        if self._french:
            return f"{self.calendar(calendar)} ouvert exceptionnellement, {self.hours(hours)}\u00a0: {why}"
        return f"{self.calendar(calendar)} exceptionally open, {hours}: {why}"

    def also_closed(self, calendar: str, hours: Hours, why: str) -> str:
        if self._french:
            return f"{self.calendar(calendar)} fermé exceptionnellement, {self.hours(hours)}\u00a0: {why}"
        return f"{self.calendar(calendar)} exceptionally closed, {hours}: {why}"

    def effect(self, duration: Duration, arrival: datetime, due: datetime, otherwise: datetime) -> str:
        """Say when what arrives just before is due, and would be on ordinary days."""
        words = self.duration(duration)
        if self._french:
            return f"{words}\u00a0: {self.at(arrival)} → {self.at(due)} (sinon {self.at(otherwise)})"
        return f"{words}: {self.at(arrival)} → {self.at(due)} (otherwise {self.at(otherwise)})"

    def clock_change(self, zone: str, by: timedelta) -> str:
        minutes = abs(by) // MINUTE
        if self._french:
            return f"{zone}\u00a0: les horloges {'avancent' if by > timedelta(0) else 'reculent'} de {minutes} min"
        return f"{zone}: clocks go {'forward' if by > timedelta(0) else 'back'} by {minutes} min"

    def hours_move(self, calendar: str, zone: str, there: str, before: str, after: str) -> str:
        if self._french:
            return f"{self.calendar(calendar)} ({zone}) y est désormais {after}, et non plus {before}"
        return f"{self.calendar(calendar)} ({zone}) is {after} there from then on, and {before} before"

    def hours_there(self, calendar: str, zone: str, there: str, hours: str) -> str:
        if self._french:
            return f"{self.calendar(calendar)} ({zone})\u00a0: {hours} à {there}"
        return f"{self.calendar(calendar)} ({zone}): {hours} in {there}"


def _length_fr(length: timedelta, *, business: bool) -> str:
    if length % HOUR:
        number = length // MINUTE
        return f"{number} minute{_s(number)} ouvrée{_s(number)}" if business else f"{number} min"
    if length % DAY or business:
        number = length // HOUR
        return f"{number} heure{_s(number)}" + (f" ouvrée{_s(number)}" if business else "")
    return f"{length // DAY} jour{_s(length // DAY)}"


def _s(number: int) -> str:
    return "s" if number > 1 else ""
