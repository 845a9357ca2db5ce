"""The port of what happened to tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatops.domain.events import Event
from chatops.domain.vocabulary import Audience, Scope, TicketId


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """
    Attributes:
        number: From 1, without a gap, per ticket.
        digest: Of this row and the one before it, so that tampering shows (I7).
    """

    number: int
    event: Event
    audience: Audience
    correlation_id: str
    digest: str


class History(Protocol):
    async def of(self, ticket_id: TicketId, scope: Scope) -> tuple[HistoryEntry, ...]:
        """Return the rows that *scope* may read, oldest first; none for a ticket outside it."""
        ...

    async def of_each(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, tuple[Event, ...]]:
        """Return the whole history of each of *tickets*, for the desk itself; in one question."""
        ...

    async def first_broken(self, ticket_id: TicketId, scope: Scope) -> int | None:
        """Return the number of the first row that does not follow from the one before it; None if all do."""
        ...
