"""What SQLite and PostgreSQL need to be told; nothing else in the house knows which of the two it is."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from chatops.domain.errors import StorageError
from storage.one_trip import one_trip_connection

LOCK_TIMEOUT_S = 10
"""How long a statement waits for somebody else's lock before the unit of work gives way."""

MIGRATION_TIMEOUT_S = 300
"""How long a process waits while another one changes the schema."""

SQLITE_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # A commit survives a power cut; it costs little behind SQLAlchemy (facts, jobs §7).
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # Or INSERT OR REPLACE would slip past the history's triggers.
)

POSTGRESQL_SETTINGS: dict[str, str | int] = {
    "connect_timeout": 10,
    # A peer that vanished without a word is noticed within a minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "chatops-desk",
}

POSTGRESQL_SESSION = {
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "statement_timeout": "60s",
    # A stopped process must not hold its locks for ever (facts on reliability, F24).
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


def connect(url: str | URL, *, pool_size: int = 10) -> AsyncEngine:
    """
    Return the way to the database; nothing is opened yet.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user:password@host/name``.

    Raises:
        StorageError: Not the address of a database that we know.
    """
    target = _with_driver(url, sqlite="sqlite+aiosqlite", postgresql="postgresql+psycopg")
    if target.get_backend_name() == "sqlite":
        # One writer at a time is SQLite's law; a unit of work queues in `SqlStorage` instead of in here.
        engine = create_async_engine(
            target,
            hide_parameters=True,
            pool_size=1,
            connect_args=_sqlite_arguments(LOCK_TIMEOUT_S),
        )
        event.listen(engine.sync_engine, "do_connect", one_trip_connection)
        _tell_sqlite(engine.sync_engine)
        return engine
    return create_async_engine(
        target,
        hide_parameters=True,
        pool_size=pool_size,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args=_postgresql_arguments(target),
    )


def connect_blocking(url: str | URL) -> Engine:
    """Return the same for the tools that wait (`storage.schema`)."""
    target = _with_driver(url, sqlite="sqlite+pysqlite", postgresql="postgresql+psycopg")
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, hide_parameters=True, connect_args=_sqlite_arguments(MIGRATION_TIMEOUT_S))
        _tell_sqlite(engine)
        return engine
    return create_engine(target, hide_parameters=True, connect_args=_postgresql_arguments(target))


def _with_driver(url: str | URL, **drivers: str) -> URL:
    try:
        target = make_url(url)
        if not target.database or target.database == ":memory:":
            raise _no_address()  # What lives in memory could not be migrated, nor found again.
        return target.set(drivername=drivers[target.get_backend_name()])
    except (ArgumentError, KeyError) as exc:
        raise _no_address() from exc


def _no_address() -> StorageError:
    # The address may hold a password, so the text does not repeat it.
    return StorageError("a database address looks like sqlite:///path or postgresql://host/name")


def _sqlite_arguments(lock_timeout_s: float) -> dict[str, Any]:
    return {"isolation_level": None, "timeout": lock_timeout_s}


def _postgresql_arguments(url: URL) -> dict[str, str | int]:
    """Return our settings, less those that the address itself sets."""
    given: dict[str, str | int] = {name: value for name, value in POSTGRESQL_SETTINGS.items() if name not in url.query}
    session = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL_SESSION.items())
    return given if "options" in url.query else {**given, "options": session}


def _tell_sqlite(engine: Engine) -> None:
    """
    Set each new connection up, and begin every transaction with the write lock in hand.

    A transaction that begins by reading and writes later fails at once when somebody else wrote in between, whatever
    the time-out; with BEGIN IMMEDIATE it waits for its turn instead. The driver itself begins nothing
    (`isolation_level` None). Source: SQLAlchemy's chapter on SQLite transactions.
    """

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in SQLITE_SETTINGS:
            cursor.execute(setting)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
