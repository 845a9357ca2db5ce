"""The `Tickets` port: the row that stands, and its history written with it."""

from typing import Any

from sqlalchemy import Row, insert, select, text, update

from chatops.application.ports.tickets import TicketFilter
from chatops.domain.ticket import Change, Ticket
from chatops.domain.vocabulary import OrganisationId, PersonId, Scope, Status, TicketId
from storage.history import append, chained
from storage.scoping import within
from storage.tables import OPEN, ticket_numbers, tickets
from storage.transaction import Transaction, storable_id


class SqlTickets:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._digests: dict[tuple[TicketId, int], str] = {}
        """Of the last history row of each ticket as it was read here."""

    async def reserve(self) -> TicketId:
        return TicketId(await self._transaction.value(_RESERVE))

    async def find(self, ticket_id: TicketId, scope: Scope) -> Ticket | None:
        if storable_id(ticket_id) is None:
            return None
        row = await self._transaction.row(
            select(tickets).where(tickets.c.id == ticket_id, within(scope, tickets.c.organisation))
        )
        return None if row is None else self._ticket(row)

    async def list(self, scope: Scope, wanted: TicketFilter) -> tuple[Ticket, ...]:
        found = select(tickets).where(within(scope, tickets.c.organisation))
        if wanted.status is not None:
            found = found.where(tickets.c.status == wanted.status)
        if not wanted.closed and wanted.status is not Status.CLOSED:
            found = found.where(text(OPEN))
        if wanted.assignee is not None:
            found = found.where(tickets.c.assignee == wanted.assignee)
        if wanted.requester is not None:
            found = found.where(tickets.c.requester == wanted.requester)
        found = found.order_by(tickets.c.severity, tickets.c.id).limit(wanted.limit)
        return tuple(self._ticket(row) for row in await self._transaction.rows(found))

    async def open_after(
        self, last: TicketId, *, limit: int, organisation: OrganisationId | None = None
    ) -> tuple[Ticket, ...]:
        found = select(tickets).where(tickets.c.id > last, text(OPEN)).order_by(tickets.c.id).limit(limit)
        if organisation is not None:
            found = found.where(tickets.c.organisation == organisation)
        return tuple(self._ticket(row) for row in await self._transaction.rows(found))

    async def save(self, change: Change, *, correlation_id: str) -> None:
        ticket, before = change.ticket, change.before
        version = 0 if before is None else before.version
        if ticket.version != version + len(change.events):
            raise ValueError(f"{ticket.reference} counts {ticket.version} events and has others")
        previous = "" if before is None else await self._digest_of(before)
        entries = chained(change, previous=previous, correlation_id=correlation_id)
        stands = {**_columns(ticket), "digest": entries[-1]["digest"] if entries else previous}
        if before is None:
            await self._transaction.run(_INSERT, stands)
        else:
            await self._replace(before, stands)
        self._digests[ticket.id, ticket.version] = stands["digest"]
        if entries:
            await append(self._transaction, entries)

    async def _replace(self, before: Ticket, stands: dict[str, Any]) -> None:
        saved = await self._transaction.run(
            update(tickets)
            .where(
                tickets.c.id == before.id,
                tickets.c.organisation == before.organisation,
                tickets.c.version == before.version,
            )
            .values({name: value for name, value in stands.items() if name not in ("id", "organisation")})
        )
        if saved.rowcount != 1:
            raise self._transaction.conflict(f"{before.reference} is no longer the one that was read")

    async def _digest_of(self, ticket: Ticket) -> str:
        known = self._digests.get((ticket.id, ticket.version))
        if known is not None:
            return known
        found: str | None = await self._transaction.value(
            select(tickets.c.digest).where(tickets.c.id == ticket.id, tickets.c.version == ticket.version)
        )
        if found is None:
            raise self._transaction.conflict(f"{ticket.reference} is no longer the one that was read")
        return found

    def _ticket(self, row: Row[Any]) -> Ticket:
        self._digests[row.id, row.version] = row.digest
        return Ticket(
            id=TicketId(row.id),
            organisation=OrganisationId(row.organisation),
            title=row.title,
            description=row.description,
            severity=row.severity,
            status=row.status,
            ball=row.ball,
            requester=PersonId(row.requester),
            assignee=row.assignee,
            awaited=row.awaited,
            solution=row.solution,
            solution_text=row.solution_text,
            reason=row.reason,
            reminders=row.reminders,
            refers_to=row.refers_to,
            version=row.version,
        )


_RESERVE = insert(ticket_numbers).returning(ticket_numbers.c.id)
_INSERT = insert(tickets)


def _columns(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "organisation": ticket.organisation,
        "title": ticket.title,
        "description": ticket.description,
        "severity": ticket.severity,
        "status": ticket.status,
        "ball": ticket.ball,
        "requester": ticket.requester,
        "assignee": ticket.assignee,
        "awaited": ticket.awaited,
        "solution": ticket.solution,
        "solution_text": ticket.solution_text,
        "reason": ticket.reason,
        "reminders": ticket.reminders,
        "refers_to": ticket.refers_to,
        "version": ticket.version,
    }
