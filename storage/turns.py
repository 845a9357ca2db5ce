"""Whose turn it is among the lanes that are due: pages first, then rooms in turn, then what is due longest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from chatops.domain.directory import Address
from chatops.domain.vocabulary import Platform
from storage.tables import lanes, unreachable_places

DOUBTED = and_(unreachable_places.c.platform == lanes.c.platform, unreachable_places.c.place == lanes.c.place)


def whose_turn(served: int) -> CTE:
    """
    Return the lanes to claim, and hold their rows; the values are those of `turn_values`.

    A room's lanes have a first, a second, a third turn; all rooms' first turns come before any second one, so that 200
    threads of one room hold no other room up for longer than one message. What it costs follows what is due.

    Args:
        served: How many rooms had their turn lately.
    """
    now: BindParameter[datetime] = bindparam("now", type_=lanes.c.due_at.type)
    turn = func.row_number().over(partition_by=lanes.c.place, order_by=_LONGEST_DUE)
    turns = (
        select(lanes, turn.label("turn"), unreachable_places.c.since)
        .select_from(lanes.outerjoin(unreachable_places, DOUBTED))
        .where(
            lanes.c.platform == bindparam("of_platform"),
            lanes.c.due_at <= now,
            or_(unreachable_places.c.due_at.is_(None), unreachable_places.c.due_at <= now),
            _AWAKE,
        )
        .subquery("turns")
    )
    lately = _how_lately(served, turns.c.place).label("lately")
    first = (
        select(turns.c.lane, turns.c.turn, lately)
        .where(or_(turns.c.since.is_(None), turns.c.turn == 1))
        .order_by(turns.c.urgency, turns.c.turn, lately, turns.c.due_at, turns.c.head)
        .limit(bindparam("looked_at", type_=Integer))
        .cte("first")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(lanes.c.lane)
        .join(first, first.c.lane == lanes.c.lane)
        .where(lanes.c.due_at <= now)  # Looked at once more when somebody else has just let go of the row.
        .order_by(lanes.c.urgency, first.c.turn, first.c.lately, lanes.c.due_at, lanes.c.head)
        .limit(bindparam("claimed", type_=Integer))
        .with_for_update(skip_locked=True, of=lanes)
        .cte("due")
        .prefix_with("MATERIALIZED")  # The lanes are chosen once, whatever the planner thinks.
    )


def turn_values(
    platform: Platform, *, now: datetime, limit: int, served: Sequence[Address], resting: Sequence[Address]
) -> dict[str, Any]:
    """
    Return what `whose_turn` has to be told.

    Args:
        served: The rooms that had their turn lately, the last one last.
        resting: The rooms that have no turn now.
    """
    lately = {f"served_{turn}": place.value for turn, place in enumerate(served, start=1)}
    values = {"of_platform": platform, "now": now, "looked_at": limit * _SPARE, "claimed": limit}
    return values | resting_values(resting) | lately


def resting_values(resting: Sequence[Address]) -> dict[str, Any]:
    return {"resting": [place.value for place in resting]}


_SPARE = 4
"""How many times more lanes are looked at than claimed: what others hold just now is skipped."""

_AWAKE = lanes.c.place.not_in(bindparam("resting", expanding=True))

_LONGEST_DUE = (lanes.c.urgency, lanes.c.due_at, lanes.c.head)


def _how_lately(served: int, place: ColumnElement[str]) -> ColumnElement[int]:
    lately = [(place == bindparam(f"served_{turn}"), turn) for turn in range(served, 0, -1)]
    return case(*lately, else_=0) if lately else literal(0)


def _when_due() -> Select[datetime | None]:
    trusted = (
        select(lanes.c.due_at)
        .select_from(lanes.outerjoin(unreachable_places, DOUBTED))
        .where(_PENDING, unreachable_places.c.place.is_(None))
        .order_by(lanes.c.due_at)
        .limit(1)
    )
    later = case((lanes.c.due_at > unreachable_places.c.due_at, lanes.c.due_at), else_=unreachable_places.c.due_at)
    doubted = select(func.min(later)).select_from(unreachable_places.join(lanes, DOUBTED)).where(_PENDING)
    either = union_all(select(trusted.subquery().c.due_at), doubted).subquery()
    return select(func.min(either.c.due_at))


_PENDING = and_(lanes.c.platform == bindparam("of_platform"), lanes.c.due_at.is_not(None), _AWAKE)

WHEN_DUE = _when_due()
"""When the next lane may be claimed; in a room that is unreachable, not before it is looked at again."""
