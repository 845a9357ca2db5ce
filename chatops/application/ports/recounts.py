"""The port of countings anew of the clocks of open tickets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatops.domain.vocabulary import OrganisationId, Recounted, TicketId

BEFORE_ALL = TicketId(0)
"""No ticket has this number."""


@dataclass(frozen=True, kw_only=True)
class Recount:
    """
    A counting anew of the clocks of open tickets, and how far it has come.

    Attributes:
        id: 0 until begun.
        digest, calendars: Of what is counted with (`PolicyEngine`).
        organisation: Whose tickets only; None for all.
        position: The last ticket that is done with.
        seen, moved: How many tickets were looked at, and how many of them are due at another instant.
        ended_at: None while it goes on.
    """

    id: int = 0
    because: Recounted
    digest: str
    calendars: str
    organisation: OrganisationId | None = None
    began_at: datetime
    position: TicketId = BEFORE_ALL
    seen: int = 0
    moved: int = 0
    ended_at: datetime | None = None


class Recounts(Protocol):
    """With what the clocks of this database were last counted, and the countings that go on."""

    async def last_of_all(self) -> Recount | None:
        """Return the last one that was begun over all organisations."""
        ...

    async def begin(self, recount: Recount) -> Recount:
        """Return it with its id; those that go on and look at no other tickets than this one have ended with it."""
        ...

    async def find(self, number: int) -> Recount | None: ...

    async def save(self, recount: Recount) -> None:
        """Record how far it has come."""
        ...
