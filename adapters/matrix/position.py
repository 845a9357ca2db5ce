"""How far was read of what the homeserver sends."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Position:
    """
    Attributes:
        token: The homeserver's own; it goes on from there.
        read_at: When everything before it had been read: kept beside the token, in one value and one commit, for
            when the homeserver no longer knows the token. None where that is not known.
    """

    token: str
    read_at: datetime | None

    def __str__(self) -> str:
        return self.token if self.read_at is None else f"{self.token} {self.read_at.isoformat()}"

    @classmethod
    def from_text(cls, kept: str) -> Self:
        token, _, instant = kept.partition(" ")
        return cls(token=token, read_at=datetime.fromisoformat(instant).astimezone(UTC) if instant else None)
