"""
The outbox in SQL.

A statement that every message needs is built once: SQLAlchemy spends more on building it than SQLite on doing it.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    insert,
    literal_column,
    null,
    select,
    text,
    true,
    update,
)

from chatops.application.ports.outbox import Form, MessageState
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience
from storage.scoping import OF_TICKET
from storage.tables import UNSETTLED, lanes, outbox, threads, unreachable_places
from storage.turns import whose_turn
from storage.upserts import add_if_absent, upsert

FATES = (
    select(outbox.c.platform, outbox.c.place, outbox.c.state, unreachable_places.c.since)
    .join(threads, threads.c.id == outbox.c.thread_id)
    .outerjoin(
        unreachable_places,
        and_(unreachable_places.c.platform == outbox.c.platform, unreachable_places.c.place == outbox.c.place),
    )
    .where(
        threads.c.ticket_id == bindparam("of"),
        threads.c.audience == Audience.PUBLIC,
        outbox.c.entry == bindparam("row"),
        outbox.c.form == Form.THREAD,
    )
    .order_by(outbox.c.id)
)

# What moved with its room is superseded, and stands for nothing any more; an edit has no address of its own.
NOT_KNOWN_TO_STAND_THERE = and_(
    outbox.c.state.in_((MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.DEAD)),
    outbox.c.form.in_((Form.CARD, Form.THREAD, Form.ANSWER, Form.FILE)),
)

INSERT = insert(outbox).values(organisation=OF_TICKET)

# Something has to be set for the row to be held; not its key, or SQLite looks for all messages of that key.
OPEN = upsert(lanes, [lanes.c.lane], taking=["platform", "place"])

MARK = add_if_absent(unreachable_places, [unreachable_places.c.platform, unreachable_places.c.place])

# Written out: in RETURNING for SQLite, SQLAlchemy leaves out the table's name, and `place = place` is always true.
_SINCE: ColumnElement[datetime | None] = literal_column(
    "(SELECT u.since FROM unreachable_places AS u WHERE u.platform = lanes.platform AND u.place = lanes.place)",
    unreachable_places.c.since.type,
).label("since")

_ROOT: ColumnElement[str | None] = literal_column(
    "(SELECT t.root FROM threads AS t WHERE t.id = outbox.thread_id)", threads.c.root.type
).label("root")

# What the message to be edited was called where it stands; not where the room was before it moved. Of a sign that goes:
# what putting it there returned.
_SAME = (
    "told.thread_id = outbox.thread_id AND told.entry = outbox.entry AND told.part = outbox.part"
    " AND told.place = outbox.place"
)
_TARGET: ColumnElement[str | None] = literal_column(
    "CASE form WHEN 'reaction_removal' THEN"
    f" (SELECT told.address FROM outbox AS told WHERE {_SAME} AND told.form = 'reaction'"
    " AND told.message = outbox.message ORDER BY told.id DESC LIMIT 1)"
    f" ELSE (SELECT told.address FROM outbox AS told WHERE {_SAME} AND told.form IN ('thread', 'file')"
    " ORDER BY told.id LIMIT 1) END",
    outbox.c.address.type,
).label("target")


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


def lanes_where(which: ColumnElement[bool]) -> Select[str]:
    return select(lanes.c.lane).where(which).order_by(lanes.c.lane).with_for_update()


def lies_in(table: Table, place: Address) -> ColumnElement[bool]:
    return and_(table.c.platform == place.platform, table.c.place == place.value)


def _pending(due_at: ColumnElement[Any]) -> dict[str, Any]:
    """Return what becomes of a message whose try came to nothing; withdrawn meanwhile, it has no other."""
    return {
        "state": case((outbox.c.withdrawn, MessageState.CANCELLED.value), else_=MessageState.PENDING.value),
        "due_at": case((outbox.c.withdrawn, null()), else_=due_at),
    }


@cache
def leasing(served: int) -> Executable:
    """
    Return the statement that leases the lanes whose turn it is; its values are `turn_values` and ``until``.

    Args:
        served: How many rooms had their turn lately.
    """
    return (
        update(lanes)
        .where(lanes.c.lane.in_(select(whose_turn(served).c.lane)))
        .values(due_at=bindparam("until"))
        .returning(lanes.c.head, lanes.c.urgency, lanes.c.place, _SINCE)
    )


CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("heads", expanding=True)), text(UNSETTLED))
    .values(
        state=MessageState.SENDING,
        attempt=outbox.c.attempt + 1,
        was_sending=case((outbox.c.state == MessageState.SENDING, true()), else_=outbox.c.was_sending),
    )
    .returning(outbox, _ROOT, _TARGET)
)

ADVANCE = (
    update(lanes)
    .where(lanes.c.lane.in_(bindparam("held", expanding=True)))
    .values(head=_first(outbox.c.id), due_at=_first(outbox.c.due_at), urgency=_most_urgent())
    .returning(lanes.c.head, lanes.c.platform)
)

LANE_OF = lanes_where(lanes.c.head == bindparam("message"))

SETTLE = update(outbox).where(
    outbox.c.id == bindparam("message_id"),
    outbox.c.state == MessageState.SENDING,
    outbox.c.lease_token == bindparam("lease"),
)

POSTPONE = SETTLE.values(_pending(bindparam("again_at", type_=outbox.c.due_at.type)))

GIVE_BACK = SETTLE.values(attempt=outbox.c.attempt - 1, **_pending(outbox.c.put_at))

LOOK_AT = (
    update(unreachable_places)
    .where(
        unreachable_places.c.platform == bindparam("of_platform"),
        unreachable_places.c.place == bindparam("of_place"),
        unreachable_places.c.due_at > bindparam("at"),
    )
    .values(due_at=bindparam("at"))
)
