"""What of a room's waiting messages is said in the room that it moved to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from chatops.application.ports.outbox import Form, MessageState
from chatops.domain.directory import Address
from storage.tables import outbox

_SAID = frozenset({Form.THREAD, Form.ANSWER, Form.FILE})
_ABOUT_WHAT_WAS_SAID = frozenset({Form.EDIT, Form.REMOVAL})


def copies(waiting: Sequence[Row[Any]], *, new: Address, begun: Collection[str], at: datetime) -> list[dict[str, Any]]:
    """
    Return the columns of the rows that stand for *waiting* in *new*, in the same order.

    Args:
        begun: The lanes of the threads that begin anew there; what waited in other threads is theirs no more.
    """
    following: list[dict[str, Any]] = []
    said: set[tuple[int, int, int]] = set()
    for row in waiting:
        if row.thread_id is not None and row.lane not in begun:
            continue
        told = (row.thread_id, row.entry, row.part)
        if row.form in _SAID:
            said.add(told)
        elif row.form not in _ABOUT_WHAT_WAS_SAID or told not in said:
            continue
        following.append(_copy(row, new, at))
    return following


def _copy(row: Row[Any], new: Address, at: datetime) -> dict[str, Any]:
    """Return *row* as it is owed in *new*, where nothing that it could answer stands."""
    columns = {column.name: getattr(row, column.name) for column in outbox.columns if column.name != "id"}
    in_room = row.thread_id is None
    return columns | {
        "lane": f"room:{new.platform}:{new.value}" if in_room else row.lane,
        "place": new.value,
        "form": Form.THREAD if row.form is Form.ANSWER and not in_room else row.form,
        "answers": None,
        "under": None,
        "state": MessageState.PENDING,
        "due_at": at,
        "attempt": 0,
        "was_sending": False,
        "unknown_since": None,
        "lease_token": None,
        "error": None,
    }
