"""What SQLAlchemy hears from SQLite when only what may have to wait makes a trip to its thread."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.engine import connect
from storage.one_trip import OneTripConnection, one_trip_connection

BUSY_S = 20.0


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[OneTripConnection]:
    """A connection of the driver itself, to a table of numbers."""
    opened = await one_trip_connection(
        str(tmp_path / "numbers.db"), isolation_level=None, timeout=BUSY_S, check_same_thread=False
    )
    assert isinstance(opened, OneTripConnection)
    await asked(opened, "CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    yield opened
    await opened.close()


@pytest.fixture
def somebody_else(tmp_path: Path, connection: OneTripConnection) -> sqlite3.Connection:
    """Another process, as far as SQLite can tell."""
    return sqlite3.connect(tmp_path / "numbers.db", isolation_level=None, timeout=BUSY_S)


async def asked(connection: OneTripConnection, statement: str, values: Any = ()) -> list[Any]:
    cursor = connection.cursor()
    await cursor.execute(statement, values)
    return list(await cursor.fetchall())


async def test_counts_rows_and_errors_are_those_of_sqlite(sqlite_database: str) -> None:
    engine = connect(sqlite_database)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
        several = await connection.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in range(3)])
        changed = await connection.execute(text("UPDATE numbers SET n = n + 10 RETURNING n"))
        with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: numbers\.n"):
            await connection.execute(text("INSERT INTO numbers VALUES (10)"))
        unmatched = await connection.execute(text("UPDATE numbers SET n = 0 WHERE n > 99"))
        assert (several.rowcount, changed.scalars().all(), unmatched.rowcount) == (3, [10, 11, 12], 0)
        nothing = await connection.execute(text("SELECT n FROM numbers WHERE n > 99"))
        assert (list(nothing.keys()), nothing.all()) == (["n"], [])
    await engine.dispose()


async def test_only_a_statement_of_an_open_transaction_is_done_here(connection: OneTripConnection) -> None:
    await connection.create_function("thread", 0, threading.get_ident)
    ((alone,),) = await asked(connection, "SELECT thread()")
    await asked(connection, "BEGIN IMMEDIATE")
    ((inside,),) = await asked(connection, "SELECT thread()")
    await connection.commit()
    ((after,),) = await asked(connection, "SELECT thread()")
    assert inside == threading.get_ident()
    assert alone == after != inside


async def test_everything_else_goes_on_while_somebody_else_holds_the_lock(
    connection: OneTripConnection, somebody_else: sqlite3.Connection
) -> None:
    somebody_else.execute("BEGIN IMMEDIATE")
    beginning = asyncio.create_task(asked(connection, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0.05)
    assert not beginning.done()
    somebody_else.execute("COMMIT")
    await beginning
    assert connection.in_transaction


async def test_an_error_on_the_way_leaves_all_of_it_to_be_undone(connection: OneTripConnection) -> None:
    await asked(connection, "BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,), (1,), (3,)])
    await connection.rollback()
    assert await asked(connection, "SELECT n FROM numbers") == []
    await asked(connection, "DROP TABLE numbers")  # Refused while a statement is still open.


async def test_what_is_committed_stays_whoever_asks_for_it_to_be_undone(connection: OneTripConnection) -> None:
    await asked(connection, "BEGIN IMMEDIATE")
    await asked(connection, "INSERT INTO numbers VALUES (1)")
    await connection.commit()
    await connection.rollback()
    assert await asked(connection, "SELECT n FROM numbers") == [(1,)]


@pytest.mark.parametrize("begin", ["SELECT 1", "BEGIN IMMEDIATE"])
async def test_of_several_who_share_a_connection_each_gets_their_own_rows(
    connection: OneTripConnection, begin: str
) -> None:
    await asked(connection, begin)
    answers = await asyncio.gather(*(asked(connection, "SELECT ?", (number,)) for number in range(100)))
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
    answer = asyncio.create_task(asked(connection, "SELECT 1"))
    await asyncio.sleep(0)
    await connection.close()
    assert await answer == [(1,)]
    with pytest.raises(ValueError, match="no active connection"):
        await asked(connection, "SELECT 1")
