"""The `Recounts` port: with what clocks were last counted, and the countings anew that go on."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, insert, select, text, update

from chatops.application.ports.recounts import Recount
from chatops.domain.vocabulary import OrganisationId, TicketId
from storage.tables import recounts
from storage.transaction import Transaction


class SqlRecounts:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def last_of_all(self) -> Recount | None:
        row = await self._transaction.row(
            select(recounts).where(recounts.c.organisation.is_(None)).order_by(recounts.c.id.desc()).limit(1)
        )
        return None if row is None else _recount(row)

    async def begin(self, recount: Recount) -> Recount:
        overtaken = update(recounts).where(text(_GOING_ON)).values(ended_at=recount.began_at)
        if recount.organisation is not None:
            overtaken = overtaken.where(recounts.c.organisation == recount.organisation)
        await self._transaction.run(overtaken)
        values = {name: value for name, value in asdict(recount).items() if name != "id"}
        number = await self._transaction.value(insert(recounts).values(values).returning(recounts.c.id))
        return replace(recount, id=number)

    async def find(self, number: int) -> Recount | None:
        row = await self._transaction.row(select(recounts).where(recounts.c.id == number))
        return None if row is None else _recount(row)

    async def save(self, recount: Recount) -> None:
        await self._transaction.run(
            update(recounts)
            .where(recounts.c.id == recount.id)
            .values(position=recount.position, seen=recount.seen, moved=recount.moved, ended_at=recount.ended_at)
        )


_GOING_ON = "ended_at IS NULL"


def _recount(row: Row[Any]) -> Recount:
    return Recount(
        id=row.id,
        because=row.because,
        digest=row.digest,
        calendars=row.calendars,
        organisation=None if row.organisation is None else OrganisationId(row.organisation),
        began_at=row.began_at,
        position=TicketId(row.position),
        seen=row.seen,
        moved=row.moved,
        ended_at=row.ended_at,
    )
