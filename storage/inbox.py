"""The `Inbox` port: each delivery once, and how far each adapter has read."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from chatops.application.deliveries import Answer, Cursor
from chatops.application.ports.inbox import Written
from chatops.domain.directory import Address
from chatops.domain.vocabulary import TicketId
from storage.documents import answer_from, answer_text
from storage.scoping import OF_TICKET
from storage.tables import cursors, inbox
from storage.transaction import Transaction, storable_id
from storage.upserts import upsert


class SqlInbox:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def answer_to(self, key: str) -> Answer | None:
        text: str | None = await self._transaction.value(_ANSWER, {"key": key})
        return None if text is None else replace(answer_from(text), repeated=True)

    async def record(
        self, key: str, answer: Answer, *, at: datetime, correlation_id: str, written: Written | None = None
    ) -> None:
        ticket_id = storable_id(answer.ticket_id)
        stands = written if answer.entry is not None else None
        await self._transaction.run(
            _RECORD,
            {
                "key": key,
                "ticket_id": ticket_id,
                "of_ticket": ticket_id,
                "answer": answer_text(answer),
                "at": at,
                "correlation_id": correlation_id,
                "entry": answer.entry,
                "platform": stands and stands.place.platform,
                "place": stands and stands.place.value,
                "message": stands and stands.message.value,
            },
        )

    async def written(self, ticket_id: TicketId, entry: int) -> Written | None:
        row = await self._transaction.row(_WRITTEN, {"ticket": ticket_id, "row": entry})
        return None if row is None else _written(row)

    async def entry_at(self, place: Address, message: Address) -> tuple[TicketId, int] | None:
        row = await self._transaction.row(
            _ENTRY_AT, {"of_platform": place.platform, "of_place": place.value, "of_message": message.value}
        )
        return None if row is None else (TicketId(row.ticket_id), row.entry)

    async def rename(self, old: Address, new: Address) -> None:
        await self._transaction.run(
            update(inbox)
            .where(inbox.c.platform == old.platform, inbox.c.place == old.value, inbox.c.entry.is_not(None))
            .values(place=new.value)
        )

    async def cursor(self, name: str) -> str | None:
        position: str | None = await self._transaction.value(_POSITION, {"name": name})
        return position

    async def move(self, cursor: Cursor) -> None:
        await self._transaction.run(
            _MOVE[self._transaction.dialect], {"name": cursor.name, "position": cursor.position}
        )


_ANSWER = select(inbox.c.answer).where(inbox.c.key == bindparam("key"))
_WRITTEN = (
    select(inbox.c.platform, inbox.c.place, inbox.c.message)
    .where(inbox.c.ticket_id == bindparam("ticket"), inbox.c.entry == bindparam("row"), inbox.c.message.is_not(None))
    .limit(1)
)
_ENTRY_AT = (
    select(inbox.c.ticket_id, inbox.c.entry)
    .where(
        inbox.c.platform == bindparam("of_platform"),
        inbox.c.place == bindparam("of_place"),
        inbox.c.message == bindparam("of_message"),
        inbox.c.entry.is_not(None),
    )
    .limit(1)
)
_POSITION = select(cursors.c.position).where(cursors.c.name == bindparam("name"))
_RECORD = insert(inbox).values(organisation=OF_TICKET)
_MOVE = upsert(cursors, [cursors.c.name], taking=["position"])


def _written(row: Row[Any]) -> Written:
    return Written(
        place=Address(platform=row.platform, value=row.place), message=Address(platform=row.platform, value=row.message)
    )
