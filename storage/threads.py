"""The `Threads` port."""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from chatops.application.ports.threads import Thread
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, OrganisationId, Platform, RoomId, Status, TicketId
from storage.tables import UNSETTLED, outbox, threads, tickets
from storage.transaction import Transaction, storable_id


class SqlThreads:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, thread: Thread) -> Thread:
        added = await self._transaction.value(
            _ADD,
            {
                "ticket_id": thread.ticket_id,
                "organisation": thread.organisation,
                "room": thread.room,
                "platform": thread.place.platform,
                "place": thread.place.value,
                "audience": thread.audience,
                "root": None if thread.root is None else thread.root.value,
            },
        )
        return replace(thread, id=added)

    async def of(self, ticket_id: TicketId) -> tuple[Thread, ...]:
        if storable_id(ticket_id) is None:
            return ()
        rows = await self._transaction.rows(_OF, {"of_ticket": ticket_id})
        return tuple(_thread(row) for row in rows)

    async def rooted_at(self, place: Address, root: Address) -> Thread | None:
        if place.platform is not root.platform:
            return None
        row = await self._transaction.row(
            _ROOTED_AT, {"in_platform": place.platform, "in_place": place.value, "at_root": root.value}
        )
        return None if row is None else _thread(row)

    async def rename(self, old: Address, new: Address) -> None:
        await self._transaction.run(update(threads).where(_in(old)).values(place=new.value))

    async def of_open_tickets(self, platform: Platform) -> tuple[Thread, ...]:
        rows = await self._transaction.rows(
            select(threads)
            .join(tickets, tickets.c.id == threads.c.ticket_id)
            .where(threads.c.platform == platform, threads.c.root.is_not(None), tickets.c.status != Status.CLOSED)
            .order_by(threads.c.ticket_id, threads.c.id)
        )
        return tuple(_thread(row) for row in rows)

    async def open_at(self, place: Address) -> tuple[TicketId, ...]:
        rows = await self._transaction.rows(
            select(threads.c.ticket_id)
            .join(tickets, tickets.c.id == threads.c.ticket_id)
            .where(_in(place), tickets.c.status != Status.CLOSED)
            .order_by(threads.c.ticket_id)
        )
        return tuple(TicketId(row.ticket_id) for row in rows)

    async def shown_at(self, place: Address) -> frozenset[tuple[OrganisationId, Audience]]:
        rows = await self._transaction.rows(
            select(threads.c.organisation, threads.c.audience).where(_in(place)).distinct()
        )
        return frozenset((OrganisationId(row.organisation), row.audience) for row in rows)

    async def move(self, old: Address, new: Address) -> tuple[Thread, ...]:
        lane = literal("thread:") + cast(threads.c.id, Text)
        owed = exists().where(outbox.c.lane == lane, text(UNSETTLED))
        still_open = exists().where(tickets.c.id == threads.c.ticket_id, tickets.c.status != Status.CLOSED)
        there = threads.alias("there")
        there_already = exists().where(
            there.c.ticket_id == threads.c.ticket_id, there.c.platform == new.platform, there.c.place == new.value
        )
        moved = await self._transaction.rows(
            update(threads)
            .where(_in(old), or_(still_open, owed), ~there_already)
            .values(place=new.value, root=None)
            .returning(threads)
        )
        return tuple(_thread(row) for row in sorted(moved, key=lambda row: row.id))


_ADD = insert(threads).returning(threads.c.id)
_OF = select(threads).where(threads.c.ticket_id == bindparam("of_ticket")).order_by(threads.c.id)
_ROOTED_AT = select(threads).where(
    threads.c.platform == bindparam("in_platform"),
    threads.c.place == bindparam("in_place"),
    threads.c.root == bindparam("at_root"),
)


def _in(place: Address) -> ColumnElement[bool]:
    return and_(threads.c.platform == place.platform, threads.c.place == place.value)


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
