"""What an import would change, in lines that a person reads before agreeing to them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.vocabulary import Platform


class Sign(StrEnum):
    NEW = "+"
    CHANGED = "~"
    ENDED = "-"


@dataclass(frozen=True, kw_only=True)
class DirectoryChange:
    """
    One line of the plan.

    Attributes:
        kind: What it is about: ``organisation``, ``person``, ``room`` or ``product``.
        name: Its short name.
    """

    sign: Sign
    kind: str
    name: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.sign} {self.kind} {self.name}" + (f": {', '.join(self.details)}" if self.details else "")


Facts = Mapping[str, tuple[str, ...]]
"""What is known of one thing, in words, by label."""


def plan(now: WhoIsWho, wanted: WhoIsWho) -> tuple[DirectoryChange, ...]:
    """Return what makes *now* say what *wanted* says; nothing when both say the same, in whatever order."""
    return (
        *_changes("organisation", _organisations(now), _organisations(wanted)),
        *_changes("person", _people(now), _people(wanted)),
        *_changes("room", _rooms(now), _rooms(wanted)),
        *_changes("product", _products(now), _products(wanted)),
    )


def _changes(kind: str, now: Mapping[str, Facts], wanted: Mapping[str, Facts]) -> Iterator[DirectoryChange]:
    for name, facts in wanted.items():
        if name not in now:
            yield DirectoryChange(sign=Sign.NEW, kind=kind, name=name, details=tuple(_all(facts)))
        elif details := tuple(_differences(now[name], facts)):
            yield DirectoryChange(sign=Sign.CHANGED, kind=kind, name=name, details=details)
    for name in now:
        if name not in wanted:
            yield DirectoryChange(sign=Sign.ENDED, kind=kind, name=name, details=("its history stays",))


def _all(facts: Facts) -> Iterator[str]:
    for label, values in facts.items():
        # The terminal's addresses are the names over again.
        if label != Platform.CONSOLE:
            yield from (f"{label} {value}" for value in values)


def _differences(now: Facts, wanted: Facts) -> Iterator[str]:
    for label in now:
        gone = tuple((Counter(now[label]) - Counter(wanted[label])).elements())
        come = tuple((Counter(wanted[label]) - Counter(now[label])).elements())
        if len(gone) == len(come) == 1:
            yield f"{label} {gone[0]} → {come[0]}"
        else:
            yield from (f"no longer {label} {value}" for value in gone)
            yield from (f"now {label} {value}" for value in come)


# ---- things in words ------------------------------------------------------------------------------------------------


def facts_of(part: Person | Room) -> Facts:
    return _person(part) if isinstance(part, Person) else _room(part)


def _organisations(who: WhoIsWho) -> dict[str, Facts]:
    return {each.id: _organisation(each) for each in who.organisations}


def _people(who: WhoIsWho) -> dict[str, Facts]:
    return {each.id: _person(each) for each in who.people}


def _rooms(who: WhoIsWho) -> dict[str, Facts]:
    return {each.id: _room(each) for each in who.rooms}


def _products(who: WhoIsWho) -> dict[str, Facts]:
    return {each: {} for each in who.products}


def _organisation(organisation: Organisation) -> Facts:
    return {
        "name": (organisation.name,),
        "language": (organisation.language,),
        "time zone": (organisation.time_zone,),
        "partner": _known(organisation.partner),
        "subscription": tuple(map(_subscription, organisation.subscriptions)),
    }


def _subscription(subscription: Subscription) -> str:
    text = f"{subscription.plan} since {subscription.since}"
    if subscription.until is not None:
        text += f" until {subscription.until}"
    return text + (f" for {' and '.join(sorted(subscription.products))}" if subscription.products else "")


def _person(person: Person) -> Facts:
    return {
        "name": (person.name,),
        "role": (person.role,),
        "level": _known(person.level),
        "organisation": person.organisations,
        "language": (person.language,),
        "time zone": (person.time_zone,),
        "quiet hours": _known(person.quiet),
        **_addresses(person.identities),
    }


def _room(room: Room) -> Facts:
    return {
        "purpose": (room.purpose,),
        "organisation": _known(room.organisation),
        "language": _known(room.language),
        **_addresses(room.places),
    }


def _known(value: object) -> tuple[str, ...]:
    return () if value is None else (str(value),)


def _addresses(addresses: Iterable[Address]) -> Facts:
    addresses = tuple(addresses)
    return {platform: tuple(each.value for each in addresses if each.platform is platform) for platform in Platform}
