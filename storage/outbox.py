"""
The `Outbox` port: the messages we owe, in lanes.

A lane is delivered in order, one message at a time; its row in `lanes` says which message is first and when it may be
tried. Whoever changes a lane holds that row until the commit and has it worked out anew (`_advance`).
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Update, delete, insert, select, text, update

from chatops.application.deliveries import OwnMessage, origin_of
from chatops.application.ports.outbox import (
    ClaimedMessage,
    Fate,
    Form,
    Lease,
    Lost,
    MessageState,
    OwedMessage,
    ShownMessage,
    Urgency,
)
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, Platform, TicketId
from storage.documents import message_from
from storage.moving import copies
from storage.outbox_rows import claimed_from, columns
from storage.outbox_statements import (
    ADVANCE,
    CLAIM,
    FATES,
    GIVE_BACK,
    INSERT,
    LANE_OF,
    LOOK_AT,
    MARK,
    NOT_KNOWN_TO_STAND_THERE,
    OPEN,
    POSTPONE,
    SETTLE,
    lanes_where,
    leasing,
    lies_in,
)
from storage.tables import UNSETTLED, WAITING_EDIT, WITHDRAWABLE, lanes, outbox, threads, unreachable_places
from storage.transaction import Transaction
from storage.turns import WHEN_DUE, resting_values, turn_values


class SqlOutbox:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, owed: Sequence[OwedMessage], *, at: datetime, correlation_id: str) -> None:
        if not owed:
            return
        places = {message.lane: message.place for message in owed}
        newest_edits = {message.lane: message for message in owed if message.form is Form.CARD_EDIT}
        await self._open(places)
        if newest_edits:
            await self._supersede(newest_edits, at=at)
        rows = []
        for message in owed:
            overtaken = message.form is Form.CARD_EDIT and message is not newest_edits[message.lane]
            state = MessageState.SUPERSEDED if overtaken else MessageState.PENDING
            rows.append(columns(message, state=state, at=at, correlation_id=correlation_id))
        await self._transaction.run(INSERT, rows)
        await self._advance(places)

    async def shown_at(self, place: Address, message: Address) -> ShownMessage | None:
        """Return what a delivered message of ours says now, its last edit counted; None when it is none of ours."""
        rows = await self._transaction.rows(
            select(outbox.c.message, outbox.c.entry, outbox.c.ticket_id)
            .where(
                outbox.c.address == message.value,
                outbox.c.platform == place.platform,
                outbox.c.place == place.value,
                outbox.c.form.not_in((Form.REACTION, Form.REACTION_REMOVAL, Form.REMOVAL)),
            )
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        if not rows:
            return None
        return ShownMessage(
            message=message_from(rows[0].message),
            entry=rows[0].entry,
            ticket_id=None if rows[0].ticket_id is None else TicketId(rows[0].ticket_id),
        )

    async def cancel(self, cancel_key: str) -> int:
        """
        Withdraw what has not been sent yet; return how many.

        A message that is just being sent is not counted; should that try fail, there is no other.
        """
        withdrawable = (outbox.c.cancel_key == cancel_key, text(WITHDRAWABLE))
        found = await self._transaction.rows(select(outbox.c.lane).where(*withdrawable).distinct())
        if not found:
            return 0
        held = await self._hold(lanes_where(lanes.c.lane.in_([row.lane for row in found])))
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
        self,
        platform: Platform,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        served: Sequence[Address] = (),
        resting: Sequence[Address] = (),
    ) -> tuple[ClaimedMessage, ...]:
        until = now + lease
        leased = await self._transaction.rows(
            leasing(len(served)),
            {"until": until} | turn_values(platform, now=now, limit=limit, served=served, resting=resting),
        )
        if not leased:
            return ()
        if doubted := [row.place for row in leased if row.since is not None]:
            await self._doubt(platform, doubted, until)
        lane_of = {row.head: row for row in leased}
        held = Lease(token=secrets.token_hex(16), until=until)
        rows = await self._transaction.rows(CLAIM, {"heads": list(lane_of), "due_at": until, "lease_token": held.token})
        withdrawn = [row for row in rows if row.withdrawn]
        if withdrawn:
            await self._withdraw(withdrawn)
        going = [row for row in rows if not row.withdrawn]
        going.sort(key=lambda row: (_ORDER.index(lane_of[row.id].urgency), row.id))
        return tuple(claimed_from(row, held, lane_of[row.id].since) for row in going)

    async def delivered(self, claimed: ClaimedMessage, address: Address, *, at: datetime) -> bool:
        settled = await self._settle(
            claimed, SETTLE, state=MessageState.DELIVERED, due_at=None, settled_at=at, address=address.value, error=None
        )
        if settled and claimed.form is Form.CARD:
            await self._root(claimed.thread_id, address)
        return settled

    async def arrived(self, message: OwnMessage, place: Address, *, at: datetime) -> bool:
        row = await self._transaction.row(
            select(outbox).where(outbox.c.id == message.row, lies_in(outbox, place), NOT_KNOWN_TO_STAND_THERE)
        )
        if row is None or origin_of(row.correlation_id) != message.origin:
            return False
        held = await self._hold(lanes_where(lanes.c.lane == row.lane))
        recorded = await self._transaction.run(
            update(outbox)
            .where(outbox.c.id == row.id, NOT_KNOWN_TO_STAND_THERE)
            .values(
                state=MessageState.DELIVERED,
                due_at=None,
                settled_at=at,
                lease_token=None,
                address=message.address.value,
                error=None,
            )
        )
        if recorded.rowcount != 1:
            return False
        if row.form is Form.CARD:
            await self._root(row.thread_id, message.address)
        await self._advance(held)
        return True

    async def postpone(
        self, claimed: ClaimedMessage, *, until: datetime, error: str, doubtful: bool | None = None
    ) -> bool:
        doubt = {} if doubtful is None else {"was_sending": doubtful}
        return await self._settle(claimed, POSTPONE, again_at=until, error=error, **doubt)

    async def give_back(self, claimed: ClaimedMessage, *, error: str) -> bool:
        return await self._settle(claimed, GIVE_BACK, error=error)

    async def give_up(self, claimed: ClaimedMessage, *, at: datetime, error: str) -> bool:
        return await self._settle(claimed, SETTLE, state=MessageState.DEAD, due_at=None, settled_at=at, error=error)

    async def unknown(self, claimed: ClaimedMessage, *, at: datetime, again_at: datetime, error: str) -> bool:
        return await self._settle(
            claimed,
            SETTLE,
            state=MessageState.UNKNOWN,
            due_at=again_at,
            was_sending=True,
            unknown_since=claimed.unknown_since or at,
            error=error,
        )

    # ---- what became of it -------------------------------------------------------------------------------------------

    async def fates(self, ticket_id: TicketId, entry: int) -> tuple[Fate, ...]:
        rows = await self._transaction.rows(FATES, {"of": ticket_id, "row": entry})
        return tuple(
            Fate(place=Address(platform=row.platform, value=row.place), state=row.state, open=row.since is None)
            for row in rows
        )

    async def waiting_calls(self, place: Address) -> tuple[tuple[TicketId, int], ...]:
        rows = await self._transaction.rows(
            select(outbox.c.ticket_id, outbox.c.entry)
            .join(threads, threads.c.id == outbox.c.thread_id)
            .where(
                lies_in(outbox, place),
                text(UNSETTLED),
                outbox.c.form == Form.THREAD,
                outbox.c.urgency != Urgency.QUIET,
                outbox.c.entry.is_not(None),
                threads.c.audience == Audience.PUBLIC,
            )
            .order_by(outbox.c.id)
        )
        return tuple((TicketId(row.ticket_id), row.entry) for row in rows)

    async def is_open(self, place: Address) -> bool:
        shut = await self._transaction.row(select(unreachable_places.c.place).where(lies_in(unreachable_places, place)))
        return shut is None

    async def next_due(self, platform: Platform, *, resting: Sequence[Address] = ()) -> datetime | None:
        due_at: datetime | None = await self._transaction.value(
            WHEN_DUE, {"of_platform": platform} | resting_values(resting)
        )
        return due_at

    # ---- rooms that nobody of ours is in -----------------------------------------------------------------------------

    async def unreachable(self, claimed: ClaimedMessage, *, at: datetime, again_at: datetime, reason: str) -> bool:
        await self.give_back(claimed, error=reason)
        place = claimed.place
        marked = await self._transaction.run(
            MARK[self._transaction.dialect],
            {"platform": place.platform, "place": place.value, "since": at, "due_at": again_at, "reason": reason},
        )
        if marked.first() is not None:
            return True
        await self._doubt(place.platform, [place.value], again_at)
        return False

    async def lose(self, place: Address, *, put_before: datetime, at: datetime, error: str) -> Lost:
        held = await self._hold(lanes_where(lies_in(lanes, place) & lanes.c.due_at.is_not(None)))
        lost = await self._transaction.rows(
            update(outbox)
            .where(outbox.c.lane.in_(held), outbox.c.state == MessageState.PENDING, outbox.c.put_at <= put_before)
            .values(state=MessageState.DEAD, due_at=None, settled_at=at, error=error)
            .returning(outbox.c.ticket_id)
        )
        await self._advance(held)
        tickets = sorted({row.ticket_id for row in lost if row.ticket_id is not None})
        return Lost(messages=len(lost), tickets=tuple(map(TicketId, tickets)))

    async def look_at(self, place: Address, *, at: datetime) -> None:
        looked = await self._transaction.run(
            LOOK_AT, {"of_platform": place.platform, "of_place": place.value, "at": at}
        )
        if looked.rowcount == 1:
            self._transaction.owes.add(place.platform)

    async def reachable(self, place: Address) -> bool:
        forgotten = await self._transaction.run(delete(unreachable_places).where(lies_in(unreachable_places, place)))
        if forgotten.rowcount == 1:
            self._transaction.owes.add(place.platform)
        return forgotten.rowcount == 1

    async def _doubt(self, platform: Platform, places: Sequence[str], until: datetime) -> None:
        """Claim nothing more in these places until then."""
        await self._transaction.run(
            update(unreachable_places)
            .where(unreachable_places.c.platform == platform, unreachable_places.c.place.in_(places))
            .values(due_at=until)
        )

    # ---- a room that moved -------------------------------------------------------------------------------------------

    async def follow(
        self, old: Address, new: Address, cards: Sequence[OwedMessage], *, at: datetime, correlation_id: str
    ) -> None:
        left = await self._hold(lanes_where(lies_in(lanes, old) & lanes.c.head.is_not(None)))
        waiting = await self._transaction.rows(
            select(outbox).where(outbox.c.lane.in_(left), text(UNSETTLED)).order_by(outbox.c.id)
        )
        await self._transaction.run(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in waiting]))
            .values(state=MessageState.SUPERSEDED, due_at=None, lease_token=None, settled_at=at)
        )
        await self.put(cards, at=at, correlation_id=correlation_id)
        begun = {card.lane for card in cards}
        following = copies(waiting, new=new, begun=begun, at=at)
        arriving = {row["lane"]: new for row in following}
        if following:
            await self._open(arriving)
            await self._transaction.run(insert(outbox), following)
        await self._advance({*left, *arriving})
        await self.reachable(old)

    # ---- a room that is called something else ------------------------------------------------------------------------

    async def rename(self, old: Address, new: Address) -> None:
        held = await self._hold(lanes_where(lies_in(lanes, old)))
        for table in (outbox, unreachable_places):
            await self._transaction.run(update(table).where(lies_in(table, old)).values(place=new.value))
        await self._transaction.run(update(lanes).where(lies_in(lanes, old)).values(place=new.value))
        room = f"room:{old.platform}:{old.value}"
        if room in held:
            # What is owed outside threads goes on in the lane that bears the new name.
            renamed = f"room:{new.platform}:{new.value}"
            await self._open({renamed: new})
            await self._transaction.run(update(outbox).where(outbox.c.lane == room).values(lane=renamed))
            await self._advance([room, renamed])

    # ---- lanes -------------------------------------------------------------------------------------------------------

    async def _open(self, places: Mapping[str, Address]) -> None:
        """Hold these lanes' rows, made where there are none; always in one order, so that nobody waits in a ring."""
        await self._transaction.run(
            OPEN[self._transaction.dialect],
            [{"lane": lane, "platform": places[lane].platform, "place": places[lane].value} for lane in sorted(places)],
        )

    async def _hold(self, which: Select[str], values: Mapping[str, Any] | None = None) -> list[str]:
        """Lock rows of `lanes` until the commit; return the lanes."""
        return [row.lane for row in await self._transaction.rows(which, values)]

    async def _advance(self, held: Collection[str]) -> None:
        """Work out what is first in each of these lanes, and wake the workers where there is something."""
        advanced = await self._transaction.rows(ADVANCE, {"held": sorted(held)})
        self._transaction.owes |= {row.platform for row in advanced if row.head is not None}

    async def _settle(self, claimed: ClaimedMessage, recording: Update, **values: Any) -> bool:
        """Record what became of a claimed message, unless its lease was lost."""
        held = await self._hold(LANE_OF, {"message": claimed.id})
        if not held:
            return False
        recorded = await self._transaction.run(
            recording, {"message_id": claimed.id, "lease": claimed.lease.token, "lease_token": None, **values}
        )
        if recorded.rowcount != 1:
            return False
        await self._advance(held)
        return True

    async def _root(self, thread_id: int, card: Address) -> None:
        await self._transaction.run(update(threads).where(threads.c.id == thread_id).values(root=card.value))

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
