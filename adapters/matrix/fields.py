"""
Looking at JSON that is believed in nothing: other homeservers write it (S18), so every field is looked at; pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]
"""One event as JSON; untrusted."""


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return a string that every database can keep (no NUL, no half of a surrogate pair); empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")


def strings(value: object) -> Sequence[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()


def events_of(chunk: object) -> tuple[Event, ...]:
    """Return the events among whatever a homeserver put into a list."""
    return tuple(event for event in chunk if isinstance(event, dict)) if isinstance(chunk, list) else ()


def relation(event: Event) -> Mapping[str, Any]:
    return mapping(mapping(event.get("content")).get("m.relates_to"))


def is_user_id(value: str) -> bool:
    return value.startswith("@") and ":" in value


def server_of(user_id: str) -> str:
    return user_id.partition(":")[2]


@dataclass(frozen=True)
class Senders:
    """
    Whom a setting names: user ids (``@bot:example.org``) or servers (``example.org``), with ``*`` for any characters.

    Names are compared whole and in full, never by how they look (S16).
    """

    patterns: tuple[str, ...] = ()

    def __contains__(self, user_id: str) -> bool:
        return any(
            _glob(pattern).fullmatch(user_id if pattern.startswith("@") else server_of(user_id))
            for pattern in self.patterns
        )


NOBODY = Senders()


def _glob(pattern: str) -> re.Pattern[str]:
    # Runs of stars are one star: more of them would only make the search slow.
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)
