"""The `Notices` port: what each of the staff was told, or is to be told in their digest."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select, text, update

from chatops.application.ports.notices import Notice
from chatops.domain.notices import Matter
from chatops.domain.vocabulary import ClockKind, PersonId, TicketId
from storage.scoping import OF_TICKET
from storage.tables import notices
from storage.transaction import Transaction
from storage.upserts import add_if_absent


class SqlNotices:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, notice: Notice, *, told_at: datetime | None = None) -> bool:
        added = await self._transaction.run(
            _ADD[self._transaction.dialect],
            {
                "person": notice.person,
                "ticket_id": notice.ticket_id,
                "of_ticket": notice.ticket_id,
                "matter": notice.matter,
                "clock": notice.clock or "",
                "about": notice.about,
                "told_at": told_at,
            },
        )
        return added.first() is not None

    async def latest(self, ticket_id: TicketId, matter: Matter) -> datetime | None:
        about: datetime | None = await self._transaction.value(_LATEST, {"of": ticket_id, "what": matter})
        return about

    async def waiting_for(self, person: PersonId) -> tuple[Notice, ...]:
        rows = await self._transaction.rows(_WAITING_FOR, {"whose": person})
        return tuple(
            Notice(
                person=PersonId(row.person),
                ticket_id=TicketId(row.ticket_id),
                matter=row.matter,
                clock=ClockKind(row.clock) if row.clock else None,
                about=row.about,
            )
            for row in rows
        )

    async def told(self, person: PersonId, tickets: Collection[TicketId], *, at: datetime) -> None:
        await self._transaction.run(_TOLD, {"whose": person, "of": sorted(tickets), "now": at})


_KEY = [notices.c.ticket_id, notices.c.matter, notices.c.clock, notices.c.about, notices.c.person]

_ADD = add_if_absent(notices, _KEY, values={"organisation": OF_TICKET})

_WAITING = text("told_at IS NULL")

_LATEST = select(func.max(notices.c.about)).where(
    notices.c.ticket_id == bindparam("of"), notices.c.matter == bindparam("what")
)

_WAITING_FOR = select(notices).where(notices.c.person == bindparam("whose"), _WAITING).order_by(notices.c.id)

_TOLD = (
    update(notices)
    .where(notices.c.person == bindparam("whose"), notices.c.ticket_id.in_(bindparam("of", expanding=True)), _WAITING)
    .values(told_at=bindparam("now", type_=notices.c.told_at.type))
)
