"""The schema: brought from nothing, checked against the release, and the same as `tables.py` says."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from chatops.domain.errors import StorageError
from storage import schema
from storage.engine import connect_blocking
from storage.tables import metadata
from tests.databases import KINDS


def sql(address: str, *statements: str) -> None:
    engine = connect_blocking(address)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_database_is_brought_to_the_newest_schema_once(blank_database: str) -> None:
    assert schema.current(blank_database) is None
    schema.upgrade(blank_database)
    assert schema.current(blank_database) == schema.newest()
    sql(blank_database, "INSERT INTO policy_editions VALUES ('kept', 'd', '2026-06-05 12:00:00+00:00')")
    schema.upgrade(blank_database)
    schema.check(blank_database)
    row = "VALUES ('k', '{}', '2026-06-05 12:00:00+00:00', 'c')"
    sql(blank_database, f"INSERT INTO inbox (key, answer, at, correlation_id) {row}")


def test_a_schema_that_is_too_old_says_what_to_do(blank_database: str) -> None:
    with pytest.raises(StorageError, match="chatops db upgrade"):
        schema.check(blank_database)


def test_a_schema_of_a_newer_release_is_refused_and_left_alone(database: str) -> None:
    sql(database, "UPDATE alembic_version SET version_num = '9999'")
    for use in (schema.check, schema.upgrade):
        with pytest.raises(StorageError, match="newer"):
            use(database)
    assert schema.current(database) == "9999"


def test_replicas_that_start_at_once_migrate_one_after_the_other(blank_database: str) -> None:
    with ThreadPoolExecutor(4) as replicas:
        list(replicas.map(schema.upgrade, [blank_database] * 4))
    schema.check(blank_database)


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/nothing", "sqlite:////no/such/folder/desk.db"])
def test_a_database_that_is_away_is_a_storage_error(address: str) -> None:
    for use in (schema.current, schema.check, schema.upgrade):
        with pytest.raises(StorageError):
            use(address)


def test_a_connection_is_told_what_keeps_the_data_whole(sqlite_database: str) -> None:
    engine = connect_blocking(sqlite_database)
    with engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 300_000}


def test_a_migration_that_fails_leaves_the_schema_as_it_was(blank_database: str) -> None:
    sql(blank_database, "CREATE TABLE tickets (id INTEGER)")
    with pytest.raises(StorageError):
        schema.upgrade(blank_database)
    assert schema.current(blank_database) is None
    engine = connect_blocking(blank_database)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["tickets"]
    engine.dispose()


def test_lanes_of_a_desk_at_work_learn_their_rooms(blank_database: str) -> None:
    engine = connect_blocking(blank_database)
    with engine.begin() as connection:
        command.upgrade(schema._config(connection), "0002")
    engine.dispose()
    sql(
        blank_database,
        "INSERT INTO organisations VALUES ('acme', 'Acme', 'en', 'UTC', NULL, 0, NULL)",
        "INSERT INTO people VALUES ('ana', 'Ana', 'contact', 'en', 'UTC', NULL, 0, NULL)",
        "INSERT INTO tickets VALUES"
        " (1, 'acme', 't', 'd', 'S2', 'NEW', NULL, 'ana', NULL, NULL, NULL, '', NULL, 0, NULL, 1, '')",
        "INSERT INTO threads VALUES (12, 1, 'acme', '#acme', 'matrix', '!acme', 'public', NULL)",
        "INSERT INTO lanes (lane, platform) VALUES"
        " ('thread:12', 'matrix'), ('room:matrix:!a:chat.example', 'matrix'), ('room:console:#desk', 'console')",
    )
    schema.upgrade(blank_database)
    engine = connect_blocking(blank_database)
    with engine.connect() as connection:
        places = {row.lane: row.place for row in connection.execute(text("SELECT lane, place FROM lanes"))}
    engine.dispose()
    assert places == {
        "thread:12": "!acme",
        "room:matrix:!a:chat.example": "!a:chat.example",
        "room:console:#desk": "#desk",
    }


# ---- no drift --------------------------------------------------------------------------------------------------------


def test_autogenerate_finds_nothing_to_do(database: str) -> None:
    engine = connect_blocking(database)
    with engine.connect() as connection, warnings.catch_warnings():
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_migrations_and_tables_make_the_same_schema(kind: str, request: pytest.FixtureRequest) -> None:
    """More than autogenerate sees: conditions of indexes, order of columns, deferred constraints."""
    database, blank_database = (
        request.getfixturevalue(f"{kind}_database"),
        request.getfixturevalue(f"blank_{kind}_database"),
    )
    engine = connect_blocking(blank_database)
    metadata.create_all(engine)
    with engine.connect() as connection:
        from_tables = described(connection)
    engine.dispose()
    engine = connect_blocking(database)
    with engine.connect() as connection:
        from_migrations = described(connection)
    engine.dispose()
    from_migrations.pop("alembic_version")
    assert from_migrations == from_tables


def described(connection: Connection) -> dict[str, Any]:
    """Return what the database itself says of each table."""
    seen = inspect(connection)
    tables: dict[str, Any] = {}
    for name in seen.get_table_names():
        tables[name] = {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(name)],
            "key": seen.get_pk_constraint(name)["constrained_columns"],
            "foreign": sorted(map(str, seen.get_foreign_keys(name))),
            "unique": sorted(map(str, seen.get_unique_constraints(name))),
            "indexes": sorted(_index_words(connection, name)),
        }
    return tables


def _index_words(connection: Connection, table: str) -> list[str]:
    source = (
        "SELECT indexdef FROM pg_indexes WHERE tablename = :name"
        if connection.dialect.name == "postgresql"
        else "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"
    )
    return list(connection.execute(text(source), {"name": table}).scalars())
