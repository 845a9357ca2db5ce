"""
Slack's names of emoji ⇄ the signs themselves, as Unicode has them; pure.

Slack's names are older than Unicode's: most are those that other programs know as aliases, some families follow a rule
of their own, and the rest is listed (`emoji_names`). A sign under a wrong name is refused by Slack, and that is all.

Signs come and go without variation selectors, as everywhere in the house: whether a heart is drawn in colour makes it
no other heart. Every name was compared with those of iamcal/emoji-data, which Slack uses.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emoji import EMOJI_DATA, STATUS

from adapters.slack.emoji_names import OLD_NAMES

_VARIATION = re.compile("[\ufe0e\ufe0f]")
_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_TONED = re.compile(r"([a-z0-9_+'&.-]+?)(?:::skin-tone-([2-6]))?")
_FIRST_TONE = 0x1F3FB - 2
"""Slack counts skin tones as Fitzpatrick's scale does, from 2 (which holds his 1 as well) to 6."""

_GENDERED = re.compile(r"(wo)?man_(.+)")
_FIRST_LETTER = 0x1F1E6

_AT_WORK = "🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒⚖✈"
_FEMALE = {"👮": "-", "👷": "-", "💂": "-", "🕵": "-"} | dict.fromkeys("🦸🦹🧙🧚🧛🧝🧞🧟", "_")
"""Whose women are called ``female``, and what stands between the words; all others are ``woman``."""

_HYPHENED = "🏃🏄🏊🏋🏌💁💆💇🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🤦🤷🤸🤹🤽🤾⛹👳"


def sign_of(name: str) -> str | None:
    """Return the sign that Slack calls *name*, such as ``thumbsup::skin-tone-3``; None for a workspace's own."""
    toned = _TONED.fullmatch(name)
    sign = _BY_NAME.get(toned[1]) if toned else None
    if toned is None or sign is None or toned[2] is None:
        return sign
    shade = sign[0] + chr(_FIRST_TONE + int(toned[2])) + sign[1:]
    return shade if shade in _KNOWN else sign


def drawn(name: str) -> str | None:
    """Return the sign that Slack calls *name* as it stands in a text, in colour; None for a workspace's own."""
    sign = sign_of(name)
    return None if sign is None else _IN_COLOUR.get(sign, sign)


def name_of(sign: str) -> str | None:
    """Return what Slack calls *sign*, in whichever of its spellings; None for what Slack has no name for."""
    bare = _VARIATION.sub("", sign)
    tones, plain = _TONE.findall(bare), _TONE.sub("", bare)
    known = _KNOWN.get(plain)
    if known is None or bare not in _KNOWN or len(tones) > 1:
        return None
    name = _name(plain, known)
    return f"{name}::skin-tone-{ord(tones[0]) - _FIRST_TONE}" if tones else name


def _name(sign: str, known: Mapping[str, Any]) -> str:
    if sign in OLD_NAMES:
        return OLD_NAMES[sign]
    if len(sign) == 2 and all(0 <= ord(letter) - _FIRST_LETTER < 26 for letter in sign):
        return "flag-" + "".join(chr(ord("a") + ord(letter) - _FIRST_LETTER) for letter in sign)
    unicodes = str(known["en"]).strip(":").lower()
    if "\u200d" in sign:
        return _joined(sign, unicodes)
    return next((alias.strip(":") for alias in known.get("alias", ())), unicodes)


def _joined(sign: str, unicodes: str) -> str:
    """Return the name of somebody who is or does something, or of a family."""
    first, last = sign[0], sign[-1]
    gendered = _GENDERED.fullmatch(unicodes)
    if unicodes.startswith(("family_man", "family_woman")):
        return unicodes.removeprefix("family_").replace("_", "-")
    if gendered is None:
        return unicodes
    if first in "👨👩" and last in _AT_WORK:
        return f"{'female' if gendered[1] else 'male'}-{gendered[2].replace('_', '-')}"
    if first in _FEMALE:
        between = _FEMALE[first]
        return f"{'female' if gendered[1] else 'male'}{between}{gendered[2].replace('_', between)}"
    return unicodes.replace("_", "-") if first in _HYPHENED and last in "♀♂" else unicodes


def _named() -> Iterator[tuple[str, str]]:
    """Yield names with their signs, the last one of a name being right: Unicode's, aliases, Slack's own."""
    plain = {sign: known for sign, known in _KNOWN.items() if not _TONE.search(sign)}
    for sign, known in plain.items():
        yield str(known["en"]).strip(":"), sign
    for sign, known in plain.items():
        yield from ((alias.strip(":"), sign) for alias in known.get("alias", ()))
    for sign, known in plain.items():
        yield _name(sign, known), sign


_KNOWN: Mapping[str, Mapping[str, Any]] = {_VARIATION.sub("", sign): known for sign, known in EMOJI_DATA.items()}
_BY_NAME = dict(_named())
_IN_COLOUR: Mapping[str, str] = {
    _VARIATION.sub("", sign): sign for sign, known in EMOJI_DATA.items() if known["status"] == STATUS["fully_qualified"]
}
