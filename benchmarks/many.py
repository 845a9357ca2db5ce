"""Databases with a great many rows, made by the database itself from one that the desk has written."""

from sqlalchemy import text

from chatops.application.ports.timers import Timer
from storage.tables import history, threads, tickets, timers
from storage.unit_of_work import SqlStorage

_NUMBERS = (
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) SELECT i FROM n) AS numbers"
)


async def copy_timer(storage: SqlStorage, timer: Timer, many: int) -> None:
    """Let *timer*, one of the desk's own, stand there *many* times more."""
    async with storage.begin() as uow:
        await uow.timers.set(timer, correlation_id="bench")
        await uow.commit()
    await _copy(storage, timers.name, {"id": None, "subject": "'bench:' || i"}, f"name = '{timer.name}'", many)


async def copy_ticket(storage: SqlStorage, number: int, many: int) -> None:
    """Let a ticket stand there *many* times more, with history, threads and timers; their numbers follow its own."""
    own = f"{number} + i"
    await _copy(storage, "ticket_numbers", {"id": own}, f"id = {number}", many)
    await _copy(storage, tickets.name, {"id": own}, f"id = {number}", many)
    of_it = f"ticket_id = {number}"
    await _copy(storage, history.name, {"ticket_id": own}, of_it, many)
    await _copy(storage, threads.name, {"id": None, "ticket_id": own, "root": "root || '-' || i"}, of_it, many)
    # The last field of every command about a ticket, as `storage.documents` writes it.
    # (A backslash, so that SQLAlchemy takes the colon for a colon.)
    command = rf"""replace(command, '"ticket_id"\:{number}}}', '"ticket_id"\:' || ({own}) || '}}')"""
    subject = {"id": None, "ticket_id": own, "subject": f"'ticket:' || ({own})", "command": command}
    await _copy(storage, timers.name, subject, f"{of_it} AND state = 'waiting'", many)


async def _copy(storage: SqlStorage, table: str, changed: dict[str, str | None], where: str, many: int) -> None:
    """Insert the rows of *table* that *where* picks *many* times, with columns *changed*, or left out by None."""
    async with storage.engine.begin() as connection:
        found = await connection.execute(text(f"SELECT * FROM {table} WHERE {where} LIMIT 1"))
        columns = [name for name in tuple(found.keys()) if changed.get(name, name) is not None]
        values = ", ".join(changed.get(name) or name for name in columns)
        await connection.execute(
            text(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}, {_NUMBERS} WHERE {where}"),
            {"many": many},
        )


async def analysed(storage: SqlStorage) -> None:
    """Let the database know what it holds, as it does by itself in a quiet minute."""
    async with storage.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("ANALYZE"))
