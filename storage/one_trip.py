"""
SQLite's driver, which goes to SQLite's thread only for what may have to wait.

aiosqlite keeps SQLite in a thread of its own, and SQLAlchemy goes there for a cursor, for the statement, for its rows
and for the cursor's end; each trip wakes two threads. All rows are read at once anyway, so one trip brings everything.

A statement of an open transaction makes no trip at all. Our transactions begin with the write lock in hand
(`engine`), so such a statement waits for nobody, and most are over in less time than a trip takes: without the trips
the desk spends a tenth less CPU on an answer (measured; `make bench`). BEGIN, which waits for the lock, and COMMIT,
which waits for the disk, are made in the thread, and between two statements `Transaction.run` lets the others have
their turn.

There is no public way: `aiosqlite.Connection.execute_fetchall` makes one trip as well, but tells neither the columns
nor how many rows were changed.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import aiosqlite

_UNUSED = 64
"""How many rows aiosqlite would fetch at once for those who iterate over its own cursors."""


@dataclass(frozen=True, kw_only=True)
class _Result:
    rows: Sequence[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


_NO_RESULT = _Result(rows=(), description=None, rowcount=-1, lastrowid=None)


class OneTripConnection(aiosqlite.Connection):
    def cursor(self) -> "OneTripCursor":  # type: ignore[override]  # SQLAlchemy enters it, whatever it is.
        return OneTripCursor(self)

    async def rollback(self) -> None:
        """
        Undo what is open; the pool asks for it after every commit as well, when nothing is.

        A BEGIN that was torn off is not seen here. SQLAlchemy never asks then: it ends the whole connection.
        """
        if self.in_transaction:
            await super().rollback()

    async def take(self, ask: Callable[[sqlite3.Cursor], object]) -> _Result:
        """Return what *ask* leaves in a new cursor; in SQLite's thread, unless a transaction is open."""
        if self.in_transaction:
            return _taken(self._conn, ask)
        result: _Result = await self._execute(partial(_taken, self._conn, ask))  # type: ignore[no-untyped-call]
        return result


class OneTripCursor:
    """What SQLAlchemy asks of an asynchronous cursor (`sqlalchemy.connectors.asyncio.AsyncIODBAPICursor`)."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._result = _NO_RESULT

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, values: Any = ()) -> None:
        self._result = await self._connection.take(lambda cursor: cursor.execute(statement, values))

    async def executemany(self, statement: str, values: Sequence[Any]) -> None:
        self._result = await self._connection.take(lambda cursor: cursor.executemany(statement, values))

    async def fetchall(self) -> Sequence[Any]:
        return self._result.rows

    async def close(self) -> None:
        """Nothing is open: SQLite's own cursor ended with its trip."""

    @property
    def description(self) -> Any:
        return self._result.description

    @property
    def rowcount(self) -> int:
        return self._result.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._result.lastrowid


def one_trip_connection(database: str, **settings: Any) -> OneTripConnection:
    """Return a connection to be awaited, as `aiosqlite.connect` does; *settings* are those of `sqlite3.connect`."""
    connection = OneTripConnection(lambda: sqlite3.connect(database, **settings), iter_chunk_size=_UNUSED)
    connection._thread.daemon = True  # As with SQLAlchemy's own: a forgotten connection must not keep a process alive.
    return connection


def _taken(connection: sqlite3.Connection, ask: Callable[[sqlite3.Cursor], object]) -> _Result:
    cursor = connection.cursor()
    try:
        ask(cursor)
        # Before its rows are read to their end, a statement with RETURNING has changed only some of them.
        rows = cursor.fetchall()
        return _Result(rows=rows, description=cursor.description, rowcount=cursor.rowcount, lastrowid=cursor.lastrowid)
    finally:
        cursor.close()
