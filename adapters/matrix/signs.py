"""
Signs under messages, as Matrix spells them; pure.

The house has signs without variation selectors, since clients differ in them. What is sent bears the one that asks for
colour wherever a character could be drawn either way, as the specification wants it of `m.reaction`: the same sign
without it would stand beside people's own as another one.
"""

import re
from collections.abc import Iterator

from emoji import EMOJI_DATA, STATUS

_VARIATION = re.compile("[\ufe0e\ufe0f]")
_IN_COLOUR = "\ufe0f"


def bare(sign: str) -> str:
    """Return a sign without what says how it is to be drawn."""
    return _VARIATION.sub("", sign).strip()


def spelt(sign: str) -> str:
    """Return a sign as it is sent; what is no emoji as it is."""
    return _SPELT.get(bare(sign), sign)


def _spellings() -> Iterator[tuple[str, str]]:
    for sign, known in EMOJI_DATA.items():
        if known["status"] == STATUS["fully_qualified"]:
            either_way = known.get("variant") and _IN_COLOUR not in sign
            yield bare(sign), f"{sign}{_IN_COLOUR}" if either_way else sign


_SPELT = dict(_spellings())
