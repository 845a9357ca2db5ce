"""The port of what we asked somebody back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    Something we asked somebody back: their next words there complete what they had typed.

    Attributes:
        root: The thread it was asked in; None at the top of the room.
        words: The command as far as they typed it, such as ``need``; the answer is added to it.
    """

    place: Address
    root: Address | None
    person: PersonId
    words: str
    asked_at: datetime


class Questions(Protocol):
    async def ask(self, question: Question) -> None:
        """Keep it; one that was open for the same person in the same place is forgotten."""
        ...

    async def open_for(self, place: Address, root: Address | None, person: PersonId) -> Question | None: ...

    async def forget(self, place: Address, root: Address | None, person: PersonId) -> bool:
        """Return whether there was one."""
        ...
