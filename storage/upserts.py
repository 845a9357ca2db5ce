"""INSERT … ON CONFLICT, which both databases have and which SQLAlchemy spells for each of them apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Executable, Table, text
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    table: Table,
    key: Sequence[Column[Any]],
    *,
    taking: Sequence[str],
    setting: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    where: str | None = None,
    unless: str | None = None,
) -> dict[str, Executable]:
    """
    Return, for each kind of database, the statement that adds a row or changes the one that has its key.

    Args:
        taking: The columns that the row which is there takes over from the new one.
        setting: What else becomes of the row which is there.
        values: Columns of a new row that are not given with the execution.
        where: The condition of the partial index that keeps the key unique.
        unless: A condition under which the row which is there stays as it is; the new one is called `excluded` in it.
    """
    return {
        "sqlite": _spelled(sqlite.insert(table), key, taking, setting, values, where, unless),
        "postgresql": _spelled(postgresql.insert(table), key, taking, setting, values, where, unless),
    }


def add_if_absent(
    table: Table, key: Sequence[Column[Any]], *, values: Mapping[str, Any] | None = None
) -> dict[str, Executable]:
    """
    Return, for each kind of database, the statement that adds a row and returns its key, unless it is there.

    Args:
        values: Columns of the row that are not given with the execution.
    """
    given = values or {}
    return {
        "sqlite": sqlite.insert(table).values(**given).on_conflict_do_nothing(index_elements=key).returning(*key),
        "postgresql": (
            postgresql.insert(table).values(**given).on_conflict_do_nothing(index_elements=key).returning(*key)
        ),
    }


def _spelled(
    added: sqlite.Insert | postgresql.Insert,
    key: Sequence[Column[Any]],
    taking: Sequence[str],
    setting: Mapping[str, Any] | None,
    values: Mapping[str, Any] | None,
    where: str | None,
    unless: str | None,
) -> Executable:
    return added.values(**(values or {})).on_conflict_do_update(
        index_elements=key,
        index_where=None if where is None else text(where),
        set_={**{name: added.excluded[name] for name in taking}, **(setting or {})},
        where=None if unless is None else text(f"NOT ({unless})"),
    )
