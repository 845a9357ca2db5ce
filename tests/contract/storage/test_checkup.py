"""What both databases tell of how they are kept and of what waits in them, without being changed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from chatops.application.ports.outbox import MessageState
from chatops.bootstrap import SystemTime
from chatops.domain.errors import StorageError
from storage.checkup import Contents, DatabaseState, Schema, UnreachablePlace, Waiting, look_at, look_into
from storage.engine import connect_blocking
from storage.schema import newest
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    CAST,
    MINUTE,
    NOON,
    a_ticket,
    a_timer,
    claim,
    deliver,
    matrix,
    owed,
    put,
    set_timer,
    stocked,
)
from tests.databases import PostgreSql

LATER = NOON + timedelta(hours=1)


async def state_of(database: str) -> DatabaseState:
    return await look_at(database, time=SystemTime())


async def contents_of(database: str, **said: object) -> Contents:
    usual = {"edition": "2022-07", "owed_before": LATER, "given_up_after": NOON - MINUTE}
    return await look_into(database, **{**usual, **said})  # type: ignore[arg-type]  # as named in each test


def run(database: str, statement: str) -> None:
    engine = connect_blocking(database)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_a_database_of_this_release_is_kept_as_it_should_be(database: str) -> None:
    state = await state_of(database)

    assert state.schema is Schema.CURRENT
    if database.startswith("sqlite"):
        assert state.software.startswith("SQLite 3.")
        assert state.journal == "wal"
        assert state.durable
        assert state.free_bytes is not None
        assert state.free_bytes > 0
        assert state.clock_ahead is None
    else:
        assert state.software.startswith("PostgreSQL 1")
        assert state.clock_ahead is not None
        assert abs(state.clock_ahead) < timedelta(seconds=30)
        assert state.free_bytes is None


async def test_a_schema_is_absent_older_or_newer(blank_database: str, database: str) -> None:
    assert (await state_of(blank_database)).schema is Schema.ABSENT

    run(database, "UPDATE alembic_version SET version_num = '0001'")
    assert newest() != "0001"
    assert (await state_of(database)).schema is Schema.OLDER

    run(database, "UPDATE alembic_version SET version_num = 'of next year'")
    assert (await state_of(database)).schema is Schema.NEWER


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert asyncio.run(state_of(f"sqlite:///{tmp_path}/desk.db")).schema is Schema.ABSENT
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_risks_commits_is_found_out(postgresql: PostgreSql, postgresql_database: str) -> None:
    """The tests' own server does, as it has nothing to lose."""
    assert not (await state_of(postgresql_database)).durable

    postgresql.run("ALTER SYSTEM SET fsync = on")
    try:
        postgresql.run("SELECT pg_reload_conf()")
        while not (await state_of(postgresql_database)).durable:
            pass  # The server reads its settings anew when it comes to it.
        name = postgresql_database.partition("?")[0].rpartition("/")[2]
        run(postgresql_database, f"ALTER DATABASE {name} SET synchronous_commit = off")
        assert not (await state_of(postgresql_database)).durable
    finally:
        postgresql.run("ALTER SYSTEM SET fsync = off")
        postgresql.run("SELECT pg_reload_conf()")


async def test_what_is_no_database_is_told_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("a shopping list, which is no database at all " * 100)
    for address in (
        f"sqlite:///{tmp_path}/desk.db",
        "postgresql://desk:secret-word@127.0.0.1:1/desk",
        "mysql://desk:secret-word@127.0.0.1/desk",
        "nonsense",
    ):
        with pytest.raises(StorageError) as error:
            await state_of(address)
        assert "secret-word" not in str(error.value)


async def test_a_password_is_no_part_of_the_address(postgresql_database: str) -> None:
    scheme, _, rest = postgresql_database.partition("://")
    login, _, place = rest.rpartition("@")
    state = await state_of(f"{scheme}://{login.partition(':')[0]}:secret-word@{place}")

    assert "secret-word" not in state.address


# ---- what waits ------------------------------------------------------------------------------------------------------


async def test_nothing_waits_in_a_database_that_is_up_to_date(database: str) -> None:
    async with stocked(database) as storage:
        await put(storage, owed())
        await deliver(storage, *await claim(storage))
        await put(storage, owed("not late yet"), when=LATER + MINUTE)
    contents = await contents_of(database)

    assert contents == Contents(who=CAST, admitted=None, waiting=(), unreachable=(), overdue=(0, None))


async def test_late_messages_are_counted_by_room(database: str) -> None:
    async with stocked(database) as storage:
        await put(storage, owed(place=matrix("!globex")), when=NOON + MINUTE)
        await put(storage, owed(), owed(), when=NOON)
        (first, *_) = await claim(storage, limit=1)
        await postpone(storage, first.id)
    contents = await contents_of(database)

    assert contents.waiting == (
        Waiting(place=matrix("!acme"), state=MessageState.PENDING, count=2, since=NOON, error="the server is away"),
        Waiting(place=matrix("!globex"), state=MessageState.PENDING, count=1, since=NOON + MINUTE, error=""),
    )


async def postpone(storage: SqlStorage, number: int) -> None:
    (claimed,) = [each for each in await claim(storage, now=LATER) if each.id == number]
    async with storage.begin() as uow:
        await uow.outbox.postpone(claimed, until=LATER, error="the server is away")
        await uow.commit()


@pytest.mark.parametrize("state", [MessageState.DEAD, MessageState.UNKNOWN])
async def test_what_was_given_up_is_told_while_it_is_news(database: str, state: MessageState) -> None:
    async with stocked(database) as storage:
        await put(storage, owed())
        (claimed,) = await claim(storage)
        async with storage.begin() as uow:
            if state is MessageState.DEAD:
                await uow.outbox.give_up(claimed, at=NOON, error="too large")
            else:
                await uow.outbox.unknown(claimed, at=NOON, again_at=NOON + timedelta(days=1), error="too large")
            await uow.commit()

    (given_up,) = (await contents_of(database)).waiting
    assert (given_up.state, given_up.count, given_up.error) == (state, 1, "too large")
    later = (await contents_of(database, given_up_after=NOON)).waiting
    # What is in doubt is never history: it holds up what comes after it.
    assert later == (() if state is MessageState.DEAD else (given_up,))


async def test_a_place_that_shut_us_out_is_named(database: str) -> None:
    async with stocked(database) as storage:
        await put(storage, owed())
        (claimed,) = await claim(storage)
        async with storage.begin() as uow:
            await uow.outbox.unreachable(claimed, at=NOON, again_at=LATER, reason="not in the room")
            await uow.commit()

    assert (await contents_of(database)).unreachable == (
        UnreachablePlace(place=matrix("!acme"), since=NOON, reason="not in the room"),
    )


async def test_timers_that_should_have_fired_are_counted(database: str) -> None:
    async with stocked(database) as storage:
        ticket = await a_ticket(storage)
        await set_timer(storage, a_timer("first", due=NOON, ticket=ticket))
        await set_timer(storage, a_timer("second", due=NOON + MINUTE, ticket=ticket))
        await set_timer(storage, a_timer("not yet", due=LATER, ticket=ticket))

    assert (await contents_of(database)).overdue == (2, NOON)


async def test_an_edition_is_known_by_its_digest(database: str) -> None:
    async with stocked(database) as storage, storage.begin() as uow:
        await uow.editions.admit("2022-07", "a digest", at=NOON)
        await uow.commit()

    assert (await contents_of(database)).admitted == "a digest"
    assert (await contents_of(database, edition="2030-01")).admitted is None
