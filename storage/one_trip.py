"""
SQLite's driver, which goes to SQLite's thread only for what may have to wait.

aiosqlite keeps SQLite in a thread of its own, and SQLAlchemy goes there for a cursor, for the statement, for its rows
and for the cursor's end; each trip wakes two threads. All rows are read at once anyway, so one trip brings everything.

Units of work make few trips. They begin with the write lock in hand (`engine`), so that their statements wait for
nobody, and most are over in less time than a trip takes; nor does BEGIN wait, unless another process holds the lock.
Who need not wait needs no `AsyncConnection`, which starts a greenlet for every statement so that the driver could: with
it a statement costs 62 µs of CPU, without it 20 (measured). So whoever asks outside all greenlets is answered at once
or refused at once, and only COMMIT, which waits for the disk, and a BEGIN that was refused are made in the thread.

There is no public way: `aiosqlite.Connection.execute_fetchall` makes one trip as well, but tells neither the columns
nor how many rows were changed.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_, in_greenlet

_UNUSED = 64
"""How many rows aiosqlite would fetch at once for those who iterate over its own cursors."""


@dataclass(frozen=True, kw_only=True)
class _Result:
    rows: Sequence[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


_NO_RESULT = _Result(rows=(), description=None, rowcount=-1, lastrowid=None)


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """
    Args:
        patience_s: How long the locks of other processes are waited for, by whoever can wait.
    """

    __slots__ = ("_patience_s",)

    def __init__(self, dbapi: Any, driver: Any, patience_s: float) -> None:
        super().__init__(dbapi, driver)
        self._patience_s = patience_s

    def cursor(self, server_side: bool = False) -> "OneTripCursor":  # type: ignore[override]  # SQLAlchemy's own.
        return OneTripCursor(self)

    def rollback(self) -> None:
        """
        Undo what is open; the pool asks for it after every commit as well, when nothing is.

        A BEGIN that was torn off is not seen here. SQLAlchemy never asks then: it ends the whole connection.
        """
        driver = self._connection
        if driver._connection is not None and driver.in_transaction:
            super().rollback()

    def take(self, ask: Callable[[sqlite3.Cursor], object]) -> _Result:
        """
        Return what *ask* leaves in a new cursor.

        Whoever asks through an `AsyncConnection` can wait, for the thread and for other processes; nobody else can.
        """
        driver = self._connection
        try:
            connection = driver._conn
        except ValueError as closed:
            self._handle_exception(closed)
        if not in_greenlet():
            return _taken(connection, ask)
        result: _Result = await_(driver._execute(partial(_taken_within, self._patience_s, connection, ask)))
        return result


class OneTripCursor:
    """What SQLAlchemy asks of a cursor; all rows are here once the statement was made."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._result = _NO_RESULT
        self._rows: deque[Any] = deque()

    def execute(self, statement: str, values: Any = ()) -> None:
        self._keep(self._connection.take(lambda cursor: cursor.execute(statement, values)))

    def executemany(self, statement: str, values: Sequence[Any]) -> None:
        self._keep(self._connection.take(lambda cursor: cursor.executemany(statement, values)))

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> Sequence[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    def close(self) -> None:
        """Nothing is open: SQLite's own cursor ended with its statement."""

    async def _async_soft_close(self) -> None:
        """The same, as an `AsyncConnection` asks it of each of its cursors."""

    @property
    def description(self) -> Any:
        return self._result.description

    @property
    def rowcount(self) -> int:
        return self._result.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._result.lastrowid

    def _keep(self, result: _Result) -> None:
        self._result, self._rows = result, deque(result.rows)


def one_trip_connection(
    dialect: Dialect, _: ConnectionPoolEntry, arguments: Sequence[Any], settings: dict[str, Any]
) -> OneTripConnection:
    """Open a connection, where SQLAlchemy asks its ``do_connect`` listeners for one."""
    at_once = settings | {"timeout": 0.0}
    driver: Any = aiosqlite.Connection(lambda: sqlite3.connect(*arguments, **at_once), iter_chunk_size=_UNUSED)
    driver._thread.daemon = True  # As with SQLAlchemy's own: a forgotten connection must not keep a process alive.
    return OneTripConnection(dialect.dbapi, await_(driver), settings["timeout"])


def _taken_within(
    patience_s: float, connection: sqlite3.Connection, ask: Callable[[sqlite3.Cursor], object]
) -> _Result:
    connection.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
    try:
        return _taken(connection, ask)
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


def _taken(connection: sqlite3.Connection, ask: Callable[[sqlite3.Cursor], object]) -> _Result:
    cursor = connection.cursor()
    try:
        ask(cursor)
        # Before its rows are read to their end, a statement with RETURNING has changed only some of them.
        rows = cursor.fetchall()
        return _Result(rows=rows, description=cursor.description, rowcount=cursor.rowcount, lastrowid=cursor.lastrowid)
    finally:
        cursor.close()
