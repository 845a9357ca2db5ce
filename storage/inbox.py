"""The `Inbox` port: each delivery once, and how far each adapter has read."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from chatops.application.deliveries import Answer, Cursor
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

    async def record(self, key: str, answer: Answer, *, at: datetime, correlation_id: str) -> None:
        ticket_id = storable_id(answer.ticket_id)
        await self._transaction.run(
            _RECORD,
            {
                "key": key,
                "ticket_id": ticket_id,
                "of_ticket": ticket_id,
                "answer": answer_text(answer),
                "at": at,
                "correlation_id": correlation_id,
            },
        )

    async def cursor(self, name: str) -> str | None:
        position: str | None = await self._transaction.value(_POSITION, {"name": name})
        return position

    async def move(self, cursor: Cursor) -> None:
        await self._transaction.run(
            _MOVE[self._transaction.dialect], {"name": cursor.name, "position": cursor.position}
        )


_ANSWER = select(inbox.c.answer).where(inbox.c.key == bindparam("key"))
_POSITION = select(cursors.c.position).where(cursors.c.name == bindparam("name"))
_RECORD = insert(inbox).values(organisation=OF_TICKET)
_MOVE = upsert(cursors, [cursors.c.name], taking=["position"])
