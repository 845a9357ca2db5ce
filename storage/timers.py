"""The `Timers` port: the commands we owe later."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Row, bindparam, func, select, text, update

from chatops.application.ports.outbox import Lease
from chatops.application.ports.timers import ClaimedTimer, Timer, TimerState
from chatops.domain.vocabulary import TicketId
from storage.documents import command_from, command_text
from storage.scoping import OF_TICKET
from storage.tables import LIVE, timers
from storage.transaction import Transaction
from storage.upserts import upsert


class SqlTimers:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of_tickets(self, tickets: Sequence[TicketId]) -> tuple[Timer, ...]:
        rows = await self._transaction.rows(_OF_TICKETS, {"subjects": [_subject(each) for each in tickets]})
        return tuple(_timer(row) for row in rows)

    async def set(self, timer: Timer, *, correlation_id: str) -> None:
        await self._set(_SET, timer, correlation_id)

    async def hasten(self, timer: Timer, *, correlation_id: str) -> None:
        await self._set(_HASTEN, timer, correlation_id)

    async def _set(self, statement: Mapping[str, Executable], timer: Timer, correlation_id: str) -> None:
        await self._transaction.run(
            statement[self._transaction.dialect],
            {
                "subject": _subject(timer.ticket_id),
                "name": timer.name,
                "ticket_id": timer.ticket_id,
                "of_ticket": timer.ticket_id,
                "kind": type(timer.command).__name__,
                "command": command_text(timer.command),
                "correlation_id": correlation_id,
                "due_at": timer.due_at,
                "claimable_at": timer.due_at,
                "generation": 1,
                "state": TimerState.WAITING,
                "attempt": 0,
                "lease_token": None,
                "error": None,
            },
        )
        self._transaction.owes.add("timers")

    async def cancel(self, ticket_id: TicketId | None, name: str) -> None:
        await self._transaction.run(_CANCEL, {"whose": _subject(ticket_id), "called": name})

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> tuple[ClaimedTimer, ...]:
        """
        Lease what is due, earliest first; never a timer whose instant lies after *now*.

        One that was postponed stands in the order by the instant of its next try, so that it cannot keep others back.
        """
        held = Lease(token=secrets.token_hex(16), until=now + lease)
        rows = await self._transaction.rows(
            _CLAIM, {"now": now, "claimed": limit, "claimable_at": held.until, "lease_token": held.token}
        )
        return tuple(_claimed(row, held) for row in sorted(rows, key=lambda row: (row.due_at, row.id)))

    async def fired(self, claimed: ClaimedTimer, *, at: datetime) -> bool:
        return await self._settle(claimed, state=TimerState.FIRED, claimable_at=None, settled_at=at, error=None)

    async def postpone(self, claimed: ClaimedTimer, *, until: datetime, error: str) -> bool:
        self._transaction.owes.add("timers")
        return await self._settle(claimed, state=TimerState.WAITING, claimable_at=until, error=error)

    async def give_up(self, claimed: ClaimedTimer, *, at: datetime, error: str) -> bool:
        return await self._settle(claimed, state=TimerState.DEAD, claimable_at=None, settled_at=at, error=error)

    async def next_due(self) -> datetime | None:
        due_at: datetime | None = await self._transaction.value(_WHEN_DUE)
        return due_at

    async def _settle(self, claimed: ClaimedTimer, **values: Any) -> bool:
        """Record what became of a claimed timer, unless its lease was lost or the timer was set anew."""
        recorded = await self._transaction.run(update(timers).where(_still(claimed)).values(lease_token=None, **values))
        return recorded.rowcount == 1


_OF_TICKETS = select(timers).where(timers.c.subject.in_(bindparam("subjects", expanding=True)), text(LIVE))

_CANCEL = (
    update(timers)
    .where(timers.c.subject == bindparam("whose"), timers.c.name == bindparam("called"), text(LIVE))
    .values(state=TimerState.CANCELLED, claimable_at=None, lease_token=None)
)

_DUE = (
    select(timers.c.id, timers.c.claimable_at)
    .where(timers.c.claimable_at <= bindparam("now"))
    .order_by(timers.c.claimable_at, timers.c.id)
    .limit(bindparam("claimed", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
    .prefix_with("MATERIALIZED")
)

_CLAIM = (
    update(timers)
    .where(timers.c.id.in_(select(_DUE.c.id)))
    .values(state=TimerState.RUNNING, attempt=timers.c.attempt + 1)
    .returning(timers)
)

_WHEN_DUE = select(func.min(timers.c.claimable_at)).where(timers.c.claimable_at.is_not(None))

_WAITS_LESS = "timers.state = 'waiting' AND timers.due_at <= excluded.due_at"


def _setting(unless: str | None) -> dict[str, Executable]:
    return upsert(
        timers,
        [timers.c.subject, timers.c.name],
        where=LIVE,
        values={"organisation": OF_TICKET},
        taking=[
            "kind",
            "command",
            "correlation_id",
            "due_at",
            "claimable_at",
            "state",
            "attempt",
            "lease_token",
            "error",
        ],
        setting={"generation": timers.c.generation + 1},
        unless=unless,
    )


_SET, _HASTEN = _setting(None), _setting(_WAITS_LESS)


def _still(claimed: ClaimedTimer) -> ColumnElement[bool]:
    return (
        (timers.c.id == claimed.id)
        & (timers.c.state == TimerState.RUNNING)
        & (timers.c.lease_token == claimed.lease.token)
    )


def _subject(ticket_id: TicketId | None) -> str:
    return "desk" if ticket_id is None else f"ticket:{ticket_id}"


def _timer(row: Row[Any]) -> Timer:
    return Timer(
        name=row.name,
        due_at=row.due_at,
        command=command_from(row.kind, row.command),
        ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
    )


def _claimed(row: Row[Any], lease: Lease) -> ClaimedTimer:
    return ClaimedTimer(
        id=row.id,
        timer=_timer(row),
        generation=row.generation,
        key=f"timer:{row.id}:{row.generation}",
        attempt=row.attempt,
        correlation_id=row.correlation_id,
        lease=lease,
    )
