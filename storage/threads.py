"""The `Threads` port."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select

from chatops.application.ports import Thread
from chatops.domain.directory import Address
from chatops.domain.vocabulary import OrganisationId, RoomId, TicketId
from storage.tables import threads
from storage.transaction import Transaction, storable_id


class SqlThreads:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, thread: Thread) -> Thread:
        added = await self._transaction.value(
            insert(threads)
            .values(
                ticket_id=thread.ticket_id,
                organisation=thread.organisation,
                room=thread.room,
                platform=thread.place.platform,
                place=thread.place.value,
                audience=thread.audience,
                root=None if thread.root is None else thread.root.value,
            )
            .returning(threads.c.id)
        )
        return replace(thread, id=added)

    async def of(self, ticket_id: TicketId) -> tuple[Thread, ...]:
        if storable_id(ticket_id) is None:
            return ()
        rows = await self._transaction.rows(
            select(threads).where(threads.c.ticket_id == ticket_id).order_by(threads.c.id)
        )
        return tuple(_thread(row) for row in rows)

    async def rooted_at(self, place: Address, root: Address) -> Thread | None:
        if place.platform is not root.platform:
            return None
        row = await self._transaction.row(
            select(threads).where(
                threads.c.platform == place.platform,
                threads.c.place == place.value,
                threads.c.root == root.value,
            )
        )
        return None if row is None else _thread(row)


def _thread(row: Row[Any]) -> Thread:
    return Thread(
        id=row.id,
        ticket_id=TicketId(row.ticket_id),
        organisation=OrganisationId(row.organisation),
        room=RoomId(row.room),
        place=Address(platform=row.platform, value=row.place),
        audience=row.audience,
        root=None if row.root is None else Address(platform=row.platform, value=row.root),
    )
