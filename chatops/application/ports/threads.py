"""The port of where a ticket is shown: its threads."""

from dataclasses import dataclass
from typing import Protocol

from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, OrganisationId, Platform, RoomId, TicketId


@dataclass(frozen=True, kw_only=True)
class Thread:
    """
    A ticket's thread in one room on one platform; its root is our card.

    Attributes:
        id: 0 until added.
        root: None until the card has been delivered.
    """

    id: int = 0
    ticket_id: TicketId
    organisation: OrganisationId
    room: RoomId
    place: Address
    audience: Audience
    root: Address | None = None


class Threads(Protocol):
    async def add(self, thread: Thread) -> Thread:
        """Return it with its id."""
        ...

    async def of(self, ticket_id: TicketId) -> tuple[Thread, ...]: ...

    async def rooted_at(self, place: Address, root: Address) -> Thread | None: ...

    async def move(self, old: Address, new: Address) -> tuple[Thread, ...]:
        """
        Let the threads of *old* begin anew in *new*, without a root; return them, as they now stand.

        Those of closed tickets stay, as history, but for what is still owed there; so do those of tickets that have a
        thread in *new* already.
        """
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now; everything stands where it stood."""
        ...

    async def of_open_tickets(self, platform: Platform) -> tuple[Thread, ...]:
        """Return the threads of tickets that are not closed on *platform* whose card stands, oldest ticket first."""
        ...

    async def open_at(self, place: Address) -> tuple[TicketId, ...]:
        """Return the tickets that are not closed and have a thread in *place*, oldest first."""
        ...

    async def shown_at(self, place: Address) -> frozenset[tuple[OrganisationId, Audience]]:
        """Return whose tickets, closed ones too, *place* has ever shown, and to whom."""
        ...
