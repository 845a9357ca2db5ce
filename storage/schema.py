"""
The schema's editions, from an installed wheel as from a checkout.

A release runs on its own schema; a change comes in two halves, one before and one after the code that needs it.
"""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from chatops.domain.errors import StorageError
from storage.engine import MIGRATION_TIMEOUT_S, connect_blocking
from storage.transaction import translated


def upgrade(url: str) -> None:
    """
    Bring the database to this release's schema; do nothing when it is there.

    All of it happens in one transaction, and one process at a time does it.

    Raises:
        StorageError: The database is away, or newer than this release.
        ConflictError: Another process has been at it for too long.
    """
    with translated():
        engine = connect_blocking(url)
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{MIGRATION_TIMEOUT_S}s'")
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('chatops_migrations'))")
                stands_at = _known(connection)
                if stands_at != newest():
                    command.upgrade(_config(connection), "head")
        finally:
            engine.dispose()


def current(url: str) -> str | None:
    """
    Return the revision that the database stands at; None for an empty one.

    Raises:
        StorageError: The database is away.
    """
    with translated():
        engine = connect_blocking(url)
        try:
            with engine.connect() as connection:
                return revision_of(connection)
        finally:
            engine.dispose()


def check(url: str) -> None:
    """
    Raises:
        StorageError: The database is away, or its schema is too old or too new for this release.
    """
    with translated():
        engine = connect_blocking(url)
        try:
            with engine.connect() as connection:
                stands_at = _known(connection)
        finally:
            engine.dispose()
    if stands_at != newest():
        raise StorageError("the database's schema is too old for this release; run: chatops db upgrade")


def newest() -> str:
    """Return the revision that this release brings."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def revisions() -> frozenset[str]:
    """Return every revision that this release knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _known(connection: Connection) -> str | None:
    revision = revision_of(connection)
    if revision is not None and revision not in revisions():
        raise StorageError("the database's schema is newer than this release; run a newer release on it")
    return revision


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    # A percent sign would be read as an interpolation.
    config.set_main_option("script_location", str(files("storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
