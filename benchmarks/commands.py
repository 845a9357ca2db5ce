"""
Commands per second of the whole way through the bus, against inserting one row with SQLAlchemy Core.

A command is parsed, authorised, decided by the policy, and kept: ticket, history, owed messages, inbox, one commit. The
other side inserts a row of text into a table of the same database through an engine as SQLAlchemy makes it, and
commits. Both flush every commit: SQLite with `synchronous=FULL`, PostgreSQL with `fsync=on`.
"""

import asyncio

from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.databases import Database, both
from benchmarks.pairs import Side, in_turn, show_rates, show_side
from chatops.bootstrap import RunningDesk
from tests.desks import a_desk, a_ticket, said

AT_ONCE = 8
COMMITS = 100

TICKETS = 4
"""A round's, one after the other."""

LIFE = (
    ("ben", "#desk", "!take {ticket}"),
    ("ben", "#desk", "!need {ticket} the logs of the period"),
    ("ben", "#desk", "!start {ticket}"),
    ("ben", "#desk", "!resolve {ticket} workaround Restart node 2, steps attached."),
    ("ana", "#acme", "!accept {ticket}"),
)
"""What follows `open`."""

_rows = Table("bench_rows", MetaData(), Column("id", Integer, primary_key=True), Column("words", Text, nullable=False))
_insert = _rows.insert().values(words="x" * 200)


async def run(*, quick: bool) -> None:
    with both() as databases:
        for database in databases:
            await _on(database, rounds=1 if quick else 9)


async def _on(database: Database, *, rounds: int) -> None:
    raw, blocking = _engines(database)
    assert await _flushes(raw)
    _rows.create(blocking)
    async with a_desk(database.url) as desk:
        for at_once in (1, AT_ONCE):
            ours, theirs, waiting = await in_turn(
                _tickets(desk, database, at_once),
                _commits(raw, database, at_once),
                _commits_that_wait(blocking, database),
                rounds=rounds,
            )
            how = "one after the other" if at_once == 1 else f"{at_once} tickets at once"
            show_rates(f"commands on {database.name}, {how}", ours, theirs)
            if at_once == 1:
                show_side(waiting)
    await raw.dispose()
    blocking.dispose()


def _engines(database: Database) -> tuple[AsyncEngine, Engine]:
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite":
        # One connection, since SQLite has one writer: without it eight at once would poll the file's lock.
        plain = create_async_engine(url.set(drivername="sqlite+aiosqlite"), pool_size=1)
        return plain, create_engine(url.set(drivername="sqlite+pysqlite"))
    url = url.set(drivername="postgresql+psycopg")
    return create_async_engine(url, pool_size=AT_ONCE), create_engine(url)


async def _flushes(engine: AsyncEngine) -> bool:
    question = "PRAGMA synchronous" if engine.dialect.name == "sqlite" else "SHOW fsync"
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql(question)).scalar() in (2, "on")


def _tickets(desk: RunningDesk, database: Database, at_once: int) -> Side:
    async def live() -> int:
        done = 0
        for _ in range(TICKETS if at_once == 1 else 1):
            done += sum(await asyncio.gather(*(_life(desk) for _ in range(at_once))))
        return done

    return Side(name="commands through the bus", run=live, server_cpu=database.server_cpu)


async def _life(desk: RunningDesk) -> int:
    """Take a ticket from NEW to CLOSED; return how many commands that were."""
    ticket = await a_ticket(desk)
    for person, room, words in LIFE:
        answer = await said(desk, person, room, words.format(ticket=f"T-{ticket}"))
        assert answer.refused is None, answer
    return 1 + len(LIFE)


def _commits(engine: AsyncEngine, database: Database, at_once: int) -> Side:
    async def insert_some() -> None:
        for _ in range(COMMITS // at_once):
            async with engine.begin() as connection:
                await connection.execute(_insert)

    async def commit() -> int:
        await asyncio.gather(*(insert_some() for _ in range(at_once)))
        return COMMITS // at_once * at_once

    return Side(name="Core insert + commit", run=commit, server_cpu=database.server_cpu)


def _commits_that_wait(engine: Engine, database: Database) -> Side:
    """The same without asyncio: what the thread behind an asynchronous SQLite, or its loop, costs."""

    async def commit() -> int:
        for _ in range(COMMITS):
            with engine.begin() as connection:
                connection.execute(_insert)
        return COMMITS

    return Side(name="Core insert + commit, not async", run=commit, server_cpu=database.server_cpu)
