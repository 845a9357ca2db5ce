"""
The `Outbox` port: the messages we owe, in lanes.

A lane is delivered in order, one message at a time; its row in `lanes` says which message is first and when it may be
tried. Whoever changes a lane holds that row until the commit and has it worked out anew (`_advance`).
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    bindparam,
    case,
    func,
    insert,
    null,
    select,
    text,
    true,
    update,
)

from chatops.application.message_tree import Message
from chatops.application.ports import ClaimedMessage, Form, Lease, MessageState, OwedMessage, Urgency
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId, Platform, TicketId
from storage.documents import message_from, message_text
from storage.scoping import OF_TICKET
from storage.tables import UNSETTLED, WAITING_EDIT, WITHDRAWABLE, lanes, outbox, threads
from storage.transaction import Transaction, storable_id
from storage.upserts import upsert


class SqlOutbox:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, owed: Sequence[OwedMessage], *, at: datetime, correlation_id: str) -> None:
        if not owed:
            return
        platforms = {message.lane: message.place.platform for message in owed}
        newest_edits = {message.lane: message for message in owed if message.form is Form.CARD_EDIT}
        await self._open(platforms)
        if newest_edits:
            await self._supersede(newest_edits, at=at)
        rows = []
        for message in owed:
            overtaken = message.form is Form.CARD_EDIT and message is not newest_edits[message.lane]
            state = MessageState.SUPERSEDED if overtaken else MessageState.PENDING
            rows.append(_columns(message, state=state, at=at, correlation_id=correlation_id))
        await self._transaction.run(_INSERT, rows)
        await self._advance(platforms)

    async def shown_at(self, place: Address, message: Address) -> Message | None:
        """Return what a delivered message of ours says now, its last edit counted; None when it is none of ours."""
        text_of_it: str | None = await self._transaction.value(
            select(outbox.c.message)
            .where(
                outbox.c.address == message.value,
                outbox.c.platform == place.platform,
                outbox.c.place == place.value,
                outbox.c.form.not_in((Form.REACTION, Form.REMOVAL)),
            )
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        return None if text_of_it is None else message_from(text_of_it)

    async def cancel(self, cancel_key: str) -> int:
        """
        Withdraw what has not been sent yet; return how many.

        A message that is just being sent is not counted; should that try fail, there is no other.
        """
        withdrawable = (outbox.c.cancel_key == cancel_key, text(WITHDRAWABLE))
        found = await self._transaction.rows(select(outbox.c.lane).where(*withdrawable).distinct())
        if not found:
            return 0
        held = await self._hold(lanes.c.lane.in_([row.lane for row in found]))
        await self._transaction.run(
            update(outbox).where(*withdrawable, outbox.c.state == MessageState.SENDING).values(withdrawn=True)
        )
        cancelled = await self._transaction.run(
            update(outbox)
            .where(*withdrawable, outbox.c.state == MessageState.PENDING)
            .values(state=MessageState.CANCELLED, due_at=None)
        )
        await self._advance(held)
        return cancelled.rowcount

    async def claim(
        self, platform: Platform, *, now: datetime, lease: timedelta, limit: int
    ) -> tuple[ClaimedMessage, ...]:
        until = now + lease
        due = (
            select(lanes.c.lane)
            .where(lanes.c.platform == platform, lanes.c.due_at <= now)
            .order_by(lanes.c.urgency, lanes.c.head)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
            .prefix_with("MATERIALIZED")  # The lanes are chosen once, whatever the planner thinks.
        )
        leased = await self._transaction.rows(
            update(lanes)
            .where(lanes.c.lane.in_(select(due.c.lane)))
            .values(due_at=until)
            .returning(lanes.c.head, lanes.c.urgency)
        )
        if not leased:
            return ()
        urgency_of_lane = {row.head: row.urgency for row in leased}
        held = Lease(token=secrets.token_hex(16), until=until)
        rows = await self._transaction.rows(
            update(outbox)
            .where(outbox.c.id.in_(urgency_of_lane), text(UNSETTLED))
            .values(
                state=MessageState.SENDING,
                due_at=until,
                attempt=outbox.c.attempt + 1,
                lease_token=held.token,
                was_sending=case((outbox.c.state == MessageState.SENDING, true()), else_=outbox.c.was_sending),
            )
            .returning(outbox, _ROOT, _TARGET)
        )
        withdrawn = [row for row in rows if row.withdrawn]
        if withdrawn:
            await self._withdraw(withdrawn)
        going = [row for row in rows if not row.withdrawn]
        going.sort(key=lambda row: (_ORDER.index(urgency_of_lane[row.id]), row.id))
        return tuple(_claimed(row, held) for row in going)

    async def delivered(self, claimed: ClaimedMessage, address: Address, *, at: datetime) -> bool:
        settled = await self._settle(
            claimed, state=MessageState.DELIVERED, due_at=None, settled_at=at, address=address.value, error=None
        )
        if settled and claimed.form is Form.CARD:
            await self._transaction.run(
                update(threads).where(threads.c.id == claimed.thread_id).values(root=address.value)
            )
        return settled

    async def postpone(self, claimed: ClaimedMessage, *, until: datetime, error: str) -> bool:
        return await self._settle(
            claimed,
            state=case((outbox.c.withdrawn, MessageState.CANCELLED.value), else_=MessageState.PENDING.value),
            due_at=case((outbox.c.withdrawn, null()), else_=bindparam(None, until, outbox.c.due_at.type)),
            error=error,
        )

    async def give_up(self, claimed: ClaimedMessage, *, at: datetime, error: str, state: MessageState) -> bool:
        if state not in (MessageState.DEAD, MessageState.UNKNOWN):
            raise ValueError(f"nobody gives up by {state}")
        settled_at = at if state is MessageState.DEAD else None
        return await self._settle(claimed, state=state, due_at=None, settled_at=settled_at, error=error)

    async def next_due(self, platform: Platform) -> datetime | None:
        due_at: datetime | None = await self._transaction.value(
            select(func.min(lanes.c.due_at)).where(lanes.c.platform == platform, lanes.c.due_at.is_not(None))
        )
        return due_at

    # ---- lanes -------------------------------------------------------------------------------------------------------

    async def _open(self, platforms: Mapping[str, Platform]) -> None:
        """Hold these lanes' rows, made where there are none; always in one order, so that nobody waits in a ring."""
        await self._transaction.run(
            _OPEN[self._transaction.dialect],
            [{"lane": lane, "platform": platforms[lane]} for lane in sorted(platforms)],
        )

    async def _hold(self, which: ColumnElement[bool]) -> list[str]:
        """Lock rows of `lanes` until the commit; return the lanes."""
        held = await self._transaction.rows(select(lanes.c.lane).where(which).order_by(lanes.c.lane).with_for_update())
        return [row.lane for row in held]

    async def _advance(self, held: Collection[str]) -> None:
        """Work out what is first in each of these lanes, and wake the workers where there is something."""
        advanced = await self._transaction.rows(
            update(lanes)
            .where(lanes.c.lane.in_(sorted(held)))
            .values(head=_first(outbox.c.id), due_at=_first(outbox.c.due_at), urgency=_most_urgent())
            .returning(lanes.c.head)
        )
        if any(row.head is not None for row in advanced):
            self._transaction.owes_work = True

    async def _settle(self, claimed: ClaimedMessage, **values: Any) -> bool:
        """Record what became of a claimed message, unless its lease was lost."""
        held = await self._hold(lanes.c.head == claimed.id)
        if not held:
            return False
        recorded = await self._transaction.run(
            update(outbox)
            .where(
                outbox.c.id == claimed.id,
                outbox.c.state == MessageState.SENDING,
                outbox.c.lease_token == claimed.lease.token,
            )
            .values(lease_token=None, **values)
        )
        if recorded.rowcount != 1:
            return False
        await self._advance(held)
        return True

    async def _supersede(self, edited: Collection[str], *, at: datetime) -> None:
        await self._transaction.run(
            update(outbox)
            .where(outbox.c.lane.in_(sorted(edited)), text(WAITING_EDIT))
            .values(state=MessageState.SUPERSEDED, due_at=None, settled_at=at)
        )

    async def _withdraw(self, rows: Sequence[Row[Any]]) -> None:
        """End what was cancelled while its last try was under way and whose worker never came back."""
        await self._transaction.run(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(state=MessageState.CANCELLED, due_at=None, lease_token=None)
        )
        await self._advance([row.lane for row in rows])


_ORDER = list(Urgency)

_INSERT = insert(outbox).values(organisation=OF_TICKET)

# Something has to be set for the row to be held; not its key, or SQLite looks for all messages of that key.
_OPEN = upsert(lanes, [lanes.c.lane], taking=["platform"])

_ROOT = (
    select(threads.c.root).where(threads.c.id == outbox.c.thread_id).correlate(outbox).scalar_subquery().label("root")
)

_told = outbox.alias("told")
_TARGET = (
    select(_told.c.address)
    .where(
        _told.c.thread_id == outbox.c.thread_id,
        _told.c.entry == outbox.c.entry,
        _told.c.part == outbox.c.part,
        _told.c.form.in_((Form.THREAD, Form.FILE)),
    )
    .order_by(_told.c.id)
    .limit(1)
    .correlate(outbox)
    .scalar_subquery()
    .label("target")
)


def _first(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return *column* of the first unsettled message of a lane."""
    return (
        select(column)
        .where(outbox.c.lane == lanes.c.lane, text(UNSETTLED))
        .order_by(outbox.c.id)
        .limit(1)
        .correlate(lanes)
        .scalar_subquery()
    )


def _most_urgent() -> ScalarSelect[Any]:
    return (
        select(outbox.c.urgency)
        .where(outbox.c.lane == lanes.c.lane, text(UNSETTLED))
        .order_by(outbox.c.urgency)
        .limit(1)
        .correlate(lanes)
        .scalar_subquery()
    )


def _columns(owed: OwedMessage, *, state: MessageState, at: datetime, correlation_id: str) -> dict[str, Any]:
    ticket_id = storable_id(owed.ticket_id if owed.thread is None else owed.thread.ticket_id)
    waits = state is MessageState.PENDING
    return {
        "lane": owed.lane,
        "platform": owed.place.platform,
        "place": owed.place.value,
        "thread_id": None if owed.thread is None else owed.thread.id,
        "ticket_id": ticket_id,
        "of_ticket": ticket_id,
        "form": owed.form,
        "urgency": owed.urgency,
        "message": message_text(owed.message),
        "answers": None if owed.answers is None else owed.answers.value,
        "under": None if owed.under is None else owed.under.value,
        "reader": owed.reader,
        "cancel_key": owed.cancel_key,
        "entry": owed.entry,
        "part": owed.part,
        "correlation_id": correlation_id,
        "put_at": at,
        "state": state,
        "due_at": at if waits else None,
        "attempt": 0,
        "was_sending": False,
        "withdrawn": False,
        "settled_at": None if waits else at,
    }


def _claimed(row: Row[Any], lease: Lease) -> ClaimedMessage:
    def address(value: str | None) -> Address | None:
        return None if value is None else Address(platform=row.platform, value=value)

    return ClaimedMessage(
        id=row.id,
        form=row.form,
        message=message_from(row.message),
        place=Address(platform=row.platform, value=row.place),
        urgency=row.urgency,
        thread_id=row.thread_id or 0,
        root=address(row.root),
        target=address(row.target) if row.form in (Form.EDIT, Form.REMOVAL) else None,
        answers=address(row.answers),
        under=address(row.under),
        reader=None if row.reader is None else PersonId(row.reader),
        ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
        attempt=row.attempt,
        was_sending=row.was_sending,
        correlation_id=row.correlation_id,
        lease=lease,
    )
