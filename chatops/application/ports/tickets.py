"""The port of the tickets as they stand."""

from dataclasses import dataclass
from typing import Protocol

from chatops.domain.ticket import Change, Ticket
from chatops.domain.vocabulary import OrganisationId, PersonId, Scope, Status, TicketId


@dataclass(frozen=True, kw_only=True)
class TicketFilter:
    """Which tickets to list; every attribute narrows, None and False do not."""

    assignee: PersonId | None = None
    requester: PersonId | None = None
    status: Status | None = None
    closed: bool = False
    """Closed ones as well."""
    limit: int = 50


class Tickets(Protocol):
    async def reserve(self) -> TicketId:
        """Return the next number; a rolled back one may leave a gap (F42)."""
        ...

    async def find(self, ticket_id: TicketId, scope: Scope) -> Ticket | None:
        """Return None alike for a ticket that is not there and one outside *scope* (S14)."""
        ...

    async def list(self, scope: Scope, wanted: TicketFilter) -> tuple[Ticket, ...]:
        """Gravest severity first, then oldest."""
        ...

    async def open_after(
        self, last: TicketId, *, limit: int, organisation: OrganisationId | None = None
    ) -> tuple[Ticket, ...]:
        """Return the next tickets after *last* that are not CLOSED, by number; of one organisation, or of all."""
        ...

    async def save(self, change: Change, *, correlation_id: str) -> None:
        """
        Write the ticket and its history rows.

        Raises:
            ConflictError: The ticket is no longer the one that was read.
        """
        ...
