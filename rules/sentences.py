"""Sentences that policies say to people, and the places in them that are filled later."""

import re
from collections.abc import Iterator

PLACES = ("ticket", "status", "assignee", "reminders", "severity", "missing")
"""
What a sentence may name in braces: the ticket's reference, its status, who has it, reminders sent, its severity, and
what is missing. The application fills them by plain replacement: text from people never becomes a template (S29).
"""

_BRACED = re.compile(r"\{([^{}]*)\}")


def foreign_places(sentence: str) -> Iterator[str]:
    """Yield what stands in braces and names no place, with a lone brace as itself."""
    yield from (name for name in _BRACED.findall(sentence) if name not in PLACES)
    yield from re.findall(r"[{}]", _BRACED.sub("", sentence))
