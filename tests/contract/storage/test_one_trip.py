"""What SQLAlchemy hears from SQLite when only what may have to wait makes a trip to its thread."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util.concurrency import greenlet_spawn

from storage.engine import connect
from storage.one_trip import OneTripConnection

BUSY_S = 20.0


@pytest.fixture
async def connection(sqlite_database: str) -> AsyncIterator[OneTripConnection]:
    """A connection as SQLAlchemy sees it, to a table of numbers."""
    engine = connect(sqlite_database)
    raw = await engine.raw_connection()
    opened: Any = raw.dbapi_connection
    assert isinstance(opened, OneTripConnection)
    await waiting(at_once, opened, "CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    yield opened
    await waiting(raw.close)
    await engine.dispose()


@pytest.fixture
def somebody_else(connection: OneTripConnection) -> sqlite3.Connection:
    """Another process, as far as SQLite can tell."""
    ((_, _, path), *_) = at_once(connection, "PRAGMA database_list")
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)


def at_once(connection: OneTripConnection, statement: str, values: Any = ()) -> list[Any]:
    cursor = connection.cursor()
    cursor.execute(statement, values)
    return list(cursor.fetchall())


async def waiting(ask: Callable[..., Any], *values: Any) -> Any:
    """Ask as an `AsyncConnection` does, which can wait."""
    return await greenlet_spawn(ask, *values)


def counts_rows_and_errors(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
    several = connection.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in range(3)])
    changed = connection.execute(text("UPDATE numbers SET n = n + 10 RETURNING n"))
    with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: numbers\.n"):
        connection.execute(text("INSERT INTO numbers VALUES (10)"))
    unmatched = connection.execute(text("UPDATE numbers SET n = 0 WHERE n > 99"))
    assert (several.rowcount, changed.scalars().all(), unmatched.rowcount) == (3, [10, 11, 12], 0)
    nothing = connection.execute(text("SELECT n FROM numbers WHERE n > 99"))
    assert (list(nothing.keys()), nothing.all()) == (["n"], [])
    rows = connection.execute(text("SELECT n FROM numbers ORDER BY n"))
    assert (rows.fetchone(), rows.fetchmany(1), rows.fetchall(), rows.fetchone()) == ((10,), [(11,)], [(12,)], None)


async def test_counts_rows_and_errors_are_those_of_sqlite(sqlite_database: str) -> None:
    engine = connect(sqlite_database)
    async with engine.begin() as connection:
        await connection.run_sync(counts_rows_and_errors)
        await connection.rollback()
    async with engine.begin() as connection:
        assert connection.sync_connection is not None
        counts_rows_and_errors(connection.sync_connection)
    await engine.dispose()


async def test_whoever_cannot_wait_is_answered_here_and_everybody_else_in_sqlites_thread(
    connection: OneTripConnection,
) -> None:
    await waiting(connection.create_function, "thread", 0, threading.get_ident)
    ((there,),) = await waiting(at_once, connection, "SELECT thread()")
    at_once(connection, "BEGIN IMMEDIATE")
    ((here,),) = at_once(connection, "SELECT thread()")
    await waiting(connection.commit)
    assert here == threading.get_ident() != there


async def test_everything_else_goes_on_while_somebody_else_holds_the_lock(
    connection: OneTripConnection, somebody_else: sqlite3.Connection
) -> None:
    somebody_else.execute("BEGIN IMMEDIATE")
    beginning = asyncio.create_task(waiting(at_once, connection, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0.05)
    assert not beginning.done()
    somebody_else.execute("COMMIT")
    await beginning
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        somebody_else.execute("PRAGMA busy_timeout = 0").connection.execute("BEGIN IMMEDIATE")


async def test_whoever_cannot_wait_is_refused_at_once_while_somebody_else_holds_the_lock(
    connection: OneTripConnection, somebody_else: sqlite3.Connection
) -> None:
    somebody_else.execute("BEGIN IMMEDIATE")
    began_s = asyncio.get_running_loop().time()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        at_once(connection, "BEGIN IMMEDIATE")
    assert asyncio.get_running_loop().time() - began_s < 1
    somebody_else.execute("COMMIT")
    at_once(connection, "BEGIN IMMEDIATE")
    await waiting(connection.rollback)


async def test_an_error_on_the_way_leaves_all_of_it_to_be_undone(connection: OneTripConnection) -> None:
    at_once(connection, "BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.IntegrityError):
        connection.cursor().executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,), (1,), (3,)])
    await waiting(connection.rollback)
    assert at_once(connection, "SELECT n FROM numbers") == []
    at_once(connection, "DROP TABLE numbers")  # Refused while a statement is still open.


async def test_what_is_committed_stays_whoever_asks_for_it_to_be_undone(connection: OneTripConnection) -> None:
    at_once(connection, "BEGIN IMMEDIATE")
    at_once(connection, "INSERT INTO numbers VALUES (1)")
    await waiting(connection.commit)
    await waiting(connection.rollback)
    assert at_once(connection, "SELECT n FROM numbers") == [(1,)]


@pytest.mark.parametrize("begin", ["SELECT 1", "BEGIN IMMEDIATE"])
async def test_of_several_who_share_a_connection_each_gets_their_own_rows(
    connection: OneTripConnection, begin: str
) -> None:
    await waiting(at_once, connection, begin)
    answers = await asyncio.gather(*(waiting(at_once, connection, "SELECT ?", (number,)) for number in range(100)))
    assert answers == [[(number,)] for number in range(100)]


async def test_a_begin_that_is_torn_off_leaves_no_lock_behind(sqlite_database: str) -> None:
    engine = connect(sqlite_database)

    async def begin() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    await begin()
    somebody_else = sqlite3.connect(engine.url.database or "", isolation_level=None, timeout=BUSY_S)
    somebody_else.execute("BEGIN IMMEDIATE")
    beginning = asyncio.create_task(begin())
    await asyncio.sleep(0.05)
    beginning.cancel()
    somebody_else.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await beginning
    await asyncio.to_thread(lock_and_let_go, engine.url.database or "")
    await begin()
    await engine.dispose()


def lock_and_let_go(database: str) -> None:
    somebody_else = sqlite3.connect(database, isolation_level=None, timeout=BUSY_S)
    somebody_else.execute("BEGIN IMMEDIATE")
    somebody_else.execute("COMMIT")
    somebody_else.close()


async def test_what_was_asked_before_the_end_is_answered_and_what_comes_after_is_refused(
    connection: OneTripConnection,
) -> None:
    answer = asyncio.create_task(waiting(at_once, connection, "SELECT 1"))
    await asyncio.sleep(0)
    await waiting(connection.close)
    assert await answer == [(1,)]
    with pytest.raises(sqlite3.OperationalError, match="no active connection"):
        at_once(connection, "SELECT 1")
