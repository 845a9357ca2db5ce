"""
What a person's full identity looks like on each platform, and what looks like it without being it; pure.

Display names prove nothing, and so does half an identity: somebody of the same name on another server is somebody else
(S16).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatops.application.visible import visible
from chatops.domain.directory import Address, Person
from chatops.domain.vocabulary import Platform

_FULL: Mapping[Platform, re.Pattern[str]] = {
    Platform.MATRIX: re.compile(r"@[^\s:]+:[^\s:]+(?::\d+)?"),
    Platform.SLACK: re.compile(r"[TE][A-Z0-9]{2,}/[UW][A-Z0-9]{2,}"),
}
"""In the terminal, people are known by their short names: there is nothing to tie."""

TAKE_LETTERS = frozenset({Platform.SLACK})
"""Platforms on which what is sent to a person's identity arrives in their conversation with the desk alone."""

LONGEST = 255

_DRAWN_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "-": "_", ".": "_"})
_ALSO_DRAWN_ALIKE = (("rn", "m"), ("vv", "w"))


@dataclass(frozen=True, kw_only=True)
class Resemblance:
    """
    Somebody of the directory whom an identity might be taken for.

    Attributes:
        twin: All of it looks the same, not only the name before the server.
    """

    person: Person
    known: Address
    twin: bool


def full_identity(said: str) -> Address | None:
    """Return the identity that *said* writes in full; None for a name, or half an identity."""
    if len(said) > LONGEST:
        return None
    platforms = (platform for platform, form in _FULL.items() if form.fullmatch(said))
    return next((Address(platform=platform, value=said) for platform in platforms), None)


def odd_characters(identity: str) -> tuple[str, ...]:
    """Return what of *identity* may look like something else, or like nothing, each with its number and name."""
    odd = dict.fromkeys(character for character in identity if not "!" <= character <= "~")
    return tuple(
        f"{visible(character)} (U+{ord(character):04X} {unicodedata.name(character, '')})".replace(" )", ")")
        for character in odd
    )


def resemblance(identity: Address, people: Iterable[Person]) -> Resemblance | None:
    """
    Return the one of *people* whose other identity is most like *identity*: a twin before a namesake.

    None on Slack, which hands its ids out itself: nobody chooses one to look like another.
    """
    if identity.platform is Platform.SLACK:
        return None
    found = [
        Resemblance(person=person, known=known, twin=_drawn(known.value) == _drawn(identity.value))
        for person in people
        for known in person.identities
        if known.platform is identity.platform and known != identity and _name(known) == _name(identity)
    ]
    return next((each for each in found if each.twin), found[0] if found else None)


def _name(identity: Address) -> str:
    return _drawn(identity.value.partition(":")[0])


def _drawn(text: str) -> str:
    """Return *text* as somebody in a hurry reads it."""
    drawn = unicodedata.normalize("NFKC", text).casefold().translate(_DRAWN_ALIKE)
    for pair, single in _ALSO_DRAWN_ALIKE:
        drawn = drawn.replace(pair, single)
    return drawn
