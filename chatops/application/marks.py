"""
What marks words as a command: a leading ``!``, or a mention of the bot in front (DESIGN §2); pure.

Everything else that people type is speech: "accept my apologies" closes nothing.
"""

import re
from collections.abc import Collection

from chatops.application.deliveries import Marked, Speech
from chatops.domain.events import Attachment

# Phones put a space after punctuation of their own accord, hence "! take"; a word has to follow: "!!!" is
# speech.
_BANG = re.compile(r"[!！][^\S\n]*(?=\w)")
_TICKET = re.compile(r"/?ticket(?:\s+|$)", re.IGNORECASE)


def request_from(text: str, *, names: Collection[str], files: tuple[Attachment, ...] = ()) -> Marked | Speech:
    """
    Return what somebody typed as a command without its mark, or as plain words.

    ``!take``, ``!ticket take``, ``@desk take``, ``desk: take`` and ``@desk !take`` all give ``take``;
    ``desk take`` and a mention further inside are speech.

    Args:
        names: What the bot is called here: a name (``desk``), or a full mention as the platform writes it
            (``@desk:example.org``, ``<@U123>``).
    """
    words = text.strip()
    unmentioned = _without_mention(words, names)
    marked = _without_bang(words if unmentioned is None else unmentioned)
    if marked is None:
        marked = unmentioned
    if marked is None:
        return Speech(text=words, files=files)
    return Marked(text=_TICKET.sub("", marked, count=1) if _TICKET.match(marked) else marked, files=files)


def _without_bang(words: str) -> str | None:
    bang = _BANG.match(words)
    return words[bang.end() :] if bang else None


def _without_mention(words: str, names: Collection[str]) -> str | None:
    mentions = "|".join(_mention(name) for name in sorted(names, key=len, reverse=True) if name)
    mention = re.match(rf"(?:{mentions})(?:\s+|$)", words, re.IGNORECASE) if mentions else None
    return words[mention.end() :] if mention else None


def _mention(name: str) -> str:
    """Return the pattern of a mention; a bare name is none unless ``@``, ``:`` or ``,`` makes it one."""
    said = re.escape(name)
    if not name[0].isalnum():
        return rf"{said}\s?[:,]?"
    return rf"@{said}\s?[:,]?|{said}\s?[:,]"
