"""Looking at JSON that is believed in nothing: whatever a signature says, every field is looked at; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Payload = Mapping[str, Any]
"""One thing that Slack sent, as JSON; untrusted."""


def mapping(value: object) -> Payload:
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> Sequence[Payload]:
    """Return the mappings among whatever stands in a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return a string that every database can keep (no NUL, no half of a surrogate pair); empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")


def whole(value: object) -> int | None:
    """Return a whole number above zero that every database can keep; None for anything else."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return value if known and isinstance(value, int) else None


@dataclass(frozen=True)
class Senders:
    """
    Whom a setting names: people (``T0ACME/U0BOT``) or workspaces (``T0ACME``), with ``*`` for any characters (S21).

    Ids are compared whole and in full, never names.
    """

    patterns: tuple[str, ...] = ()

    def __contains__(self, identity: str) -> bool:
        team = identity.partition("/")[0]
        return any(
            _glob(pattern).fullmatch(identity if "/" in pattern else team) is not None for pattern in self.patterns
        )


NOBODY = Senders()


def _glob(pattern: str) -> re.Pattern[str]:
    # Runs of stars are one star: more of them would only make the search slow.
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)
