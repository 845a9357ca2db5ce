"""
The `History` port: what happened to each ticket, append-only, each row chained to the one before it.

Triggers refuse to change or delete a row (`storage/migrations`). Who takes them away is found out by the chain: a row's
digest covers the row and the digest before it, and the ticket's own row holds the last one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Text, bindparam, insert, select, type_coerce

from chatops.application.ports.history import HistoryEntry
from chatops.domain.events import Event
from chatops.domain.ticket import Change
from chatops.domain.vocabulary import Scope, TicketId
from storage.columns import storable, utc
from storage.documents import canonical, event_from, event_text
from storage.scoping import within
from storage.tables import history, tickets
from storage.transaction import Transaction, storable_id


class SqlHistory:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, ticket_id: TicketId, scope: Scope) -> tuple[HistoryEntry, ...]:
        if storable_id(ticket_id) is None:
            return ()
        rows = await self._transaction.rows(
            select(history)
            .where(
                history.c.ticket_id == ticket_id,
                within(scope, history.c.organisation),
                history.c.audience.in_(scope.audiences),
            )
            .order_by(history.c.number)
        )
        return tuple(_entry(row) for row in rows)

    async def of_each(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, tuple[Event, ...]]:
        rows = await self._transaction.rows(_EVENTS_OF, {"tickets": list(tickets)})
        found: dict[TicketId, list[Event]] = {each: [] for each in tickets}
        for row in rows:
            found[TicketId(row.ticket_id)].append(event_from(row.kind, row.event))
        return {ticket: tuple(events) for ticket, events in found.items()}

    async def first_broken(self, ticket_id: TicketId, scope: Scope) -> int | None:
        """
        Return the number of the first row that does not follow from the one before it; None if all do.

        A missing row and a tail cut off count by the number that is not there. All rows are read, whatever the
        audience: a chain with gaps proves nothing.
        """
        if storable_id(ticket_id) is None:
            return None
        ticket = await self._transaction.row(
            select(tickets.c.version, tickets.c.digest).where(
                tickets.c.id == ticket_id, within(scope, tickets.c.organisation)
            )
        )
        if ticket is None:
            return None
        rows = await self._transaction.rows(_UNREAD.where(history.c.ticket_id == ticket_id))
        return _first_broken(rows, version=ticket.version, digest=ticket.digest)


_EVENTS_OF = (
    select(history.c.ticket_id, history.c.kind, history.c.event)
    .where(history.c.ticket_id.in_(bindparam("tickets", expanding=True)))
    .order_by(history.c.ticket_id, history.c.number)
)


async def append(transaction: Transaction, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that `chained` has made."""
    await transaction.run(_APPEND, entries)


def chained(change: Change, *, previous: str, correlation_id: str) -> list[dict[str, Any]]:
    """
    Return the history rows of *change*.

    Args:
        previous: Digest of the row before the first of them; empty for a new ticket.
    """
    entries: list[dict[str, Any]] = []
    for number, event in enumerate(change.events, start=change.ticket.version - len(change.events) + 1):
        entry = {
            "ticket_id": change.ticket.id,
            "number": number,
            "organisation": change.ticket.organisation,
            "audience": event.audience,
            "at": utc(event.at),
            "kind": type(event).__name__,
            "event": event_text(event),
            "correlation_id": storable(correlation_id),
        }
        previous = digest_of(previous, entry)
        entries.append({**entry, "digest": previous})
    return entries


def digest_of(previous: str, row: Mapping[str, Any]) -> str:
    """
    Return a row's digest: SHA-256, in hexadecimal, of the digest before it and of everything the row says.

    What is digested can never change: the digests of years ago were made of it.
    """
    at = row["at"] if isinstance(row["at"], str) else utc(row["at"]).isoformat(timespec="microseconds")
    said = (
        previous,
        row["ticket_id"],
        row["number"],
        row["organisation"],
        row["audience"],
        at,
        row["kind"],
        row["event"],
        row["correlation_id"],
    )
    return sha256(canonical(said).encode()).hexdigest()


_APPEND = insert(history)

# As the database has it: a row that was tampered with may hold what no `Audience` and no instant can be read from.
_UNREAD = select(
    *(column for column in history.c if column.name not in ("audience", "at")),
    type_coerce(history.c.audience, Text).label("audience"),
    type_coerce(history.c.at, Text).label("at"),
).order_by(history.c.number)


def _first_broken(rows: Sequence[Row[Any]], *, version: int, digest: str) -> int | None:
    previous = ""
    for number, row in enumerate(rows, start=1):
        if row.number != number or number > version or row.digest != digest_of(previous, dict(row._mapping)):
            return number
        previous = row.digest
    if len(rows) < version:
        return len(rows) + 1
    return None if previous == digest else version


def _entry(row: Row[Any]) -> HistoryEntry:
    return HistoryEntry(
        number=row.number,
        event=event_from(row.kind, row.event),
        audience=row.audience,
        correlation_id=row.correlation_id,
        digest=row.digest,
    )
