"""A database that can keep no reminders, as if its disk were full."""

from storage.engine import connect

_TRIGGER = "CREATE TRIGGER disk_is_full BEFORE INSERT ON history"
_SQLITE = [
    f"{_TRIGGER} WHEN NEW.kind = 'BeneficiaryReminded' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
]
_POSTGRESQL = [
    "CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$",
    f"{_TRIGGER} FOR EACH ROW WHEN (NEW.kind = 'BeneficiaryReminded') EXECUTE FUNCTION disk_is_full()",
]


async def fill(database: str) -> None:
    await _execute(database, _SQLITE if database.startswith("sqlite") else _POSTGRESQL)


async def clear(database: str) -> None:
    sqlite = database.startswith("sqlite")
    await _execute(database, ["DROP TRIGGER disk_is_full" if sqlite else "DROP FUNCTION disk_is_full CASCADE"])


async def _execute(database: str, statements: list[str]) -> None:
    engine = connect(database)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()
