"""The port of what waits for somebody's digest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatops.domain.notices import Matter
from chatops.domain.vocabulary import ClockKind, PersonId, TicketId


@dataclass(frozen=True, kw_only=True)
class Notice:
    """
    Somebody is told of something, once: at once, or in the digest for which it waits.

    Attributes:
        clock: Which clock warns or is over; None for what no clock tells.
        about: When it came about, which tells this from other notices of the same matter.
    """

    person: PersonId
    ticket_id: TicketId
    matter: Matter
    about: datetime
    clock: ClockKind | None = None


class Notices(Protocol):
    async def add(self, notice: Notice, *, told_at: datetime | None = None) -> bool:
        """
        Keep it, unless it is known; return whether it is new.

        Args:
            told_at: They are told of it by another message; None leaves it to their digest.
        """
        ...

    async def latest(self, ticket_id: TicketId, matter: Matter) -> datetime | None:
        """Return what the newest notice of *matter* is about; None where nobody was told, or is to be."""
        ...

    async def waiting_for(self, person: PersonId) -> tuple[Notice, ...]:
        """Return what waits for somebody's digest, oldest first."""
        ...

    async def told(self, person: PersonId, tickets: Collection[TicketId], *, at: datetime) -> None:
        """Record that all that waits for somebody about *tickets* was told, or came to an end."""
        ...
