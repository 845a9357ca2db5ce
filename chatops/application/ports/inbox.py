"""The port of what has come in, and what was answered to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatops.application.deliveries import Answer, Cursor
from chatops.domain.directory import Address
from chatops.domain.vocabulary import TicketId


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where somebody's words stand."""

    place: Address
    message: Address


class Inbox(Protocol):
    async def answer_to(self, key: str) -> Answer | None:
        """Return what was answered to this delivery before, with `repeated` set; None for a new one."""
        ...

    async def record(
        self, key: str, answer: Answer, *, at: datetime, correlation_id: str, written: Written | None = None
    ) -> None:
        """
        Args:
            written: Where the words stand that became a row of the history.

        Raises:
            ConflictError: Somebody else is recording the same delivery.
        """
        ...

    async def written(self, ticket_id: TicketId, entry: int) -> Written | None:
        """Return where the words of a history row were written; None where it was no chat message."""
        ...

    async def entry_at(self, place: Address, message: Address) -> tuple[TicketId, int] | None:
        """Return the ticket and the number of the history row that somebody's message became."""
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now."""
        ...

    async def cursor(self, name: str) -> str | None: ...

    async def move(self, cursor: Cursor) -> None: ...
