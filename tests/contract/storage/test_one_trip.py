"""What SQLAlchemy hears from SQLite when each statement makes one trip to its thread."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.engine import connect


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
