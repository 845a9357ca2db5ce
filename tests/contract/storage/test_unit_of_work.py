"""One connection, one transaction: everything is kept together, or nothing is; and no SQL error travels."""

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from chatops.application.deliveries import Answer
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.ticket import opened
from chatops.domain.vocabulary import TicketId
from storage import schema
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    CAST,
    NOON,
    a_ticket,
    a_timer,
    an_opening,
    claim,
    end_all_others,
    found,
    owed,
    put,
    stocked,
)

TABLES = ("tickets", "history", "inbox", "cursors", "outbox", "lanes", "timers", "threads", "policy_editions")


async def rows(storage: SqlStorage) -> dict[str, int]:
    async with storage.engine.connect() as connection:
        return {t: (await connection.execute(text(f"SELECT count(*) FROM {t}"))).scalar_one() for t in TABLES}


async def do_everything(storage: SqlStorage, *, commit: bool) -> None:
    async with storage.begin() as uow:
        birth = opened(await uow.tickets.reserve(), an_opening())
        await uow.tickets.save(birth, correlation_id="c")
        await uow.outbox.put([owed()], at=NOON, correlation_id="c")
        await uow.timers.set(a_timer(ticket=birth.ticket), correlation_id="c")
        await uow.inbox.record("matrix:$1", Answer(), at=NOON, correlation_id="c")
        await uow.editions.admit("2022-07", "d1", at=NOON)
        if commit:
            await uow.commit()


async def test_leaving_without_commit_leaves_nothing(desk: SqlStorage) -> None:
    await do_everything(desk, commit=False)
    assert set((await rows(desk)).values()) == {0}
    await do_everything(desk, commit=True)
    kept = await rows(desk)
    assert kept["tickets"] == kept["history"] == kept["outbox"] == kept["timers"] == kept["inbox"] == 1


async def test_an_error_on_the_way_leaves_nothing(desk: SqlStorage) -> None:
    async def fail() -> None:
        async with desk.begin() as uow:
            await uow.outbox.put([owed()], at=NOON, correlation_id="c")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await rows(desk))["outbox"] == 0


async def test_a_cancelled_task_leaves_nothing_and_the_next_one_works(desk: SqlStorage) -> None:
    reached = asyncio.Event()

    async def interrupted() -> None:
        async with desk.begin() as uow:
            await uow.outbox.put([owed()], at=NOON, correlation_id="c")
            reached.set()
            for _ in range(10_000):
                await uow.tickets.reserve()

    for _ in range(3):
        reached.clear()
        task = asyncio.create_task(interrupted())
        await reached.wait()
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await put(desk, owed("the next"))
    assert (await rows(desk))["outbox"] == 3


async def test_nothing_is_done_after_the_commit(storage: SqlStorage) -> None:
    async with storage.begin() as uow:
        await uow.commit()
        with pytest.raises(RuntimeError, match="committed"):
            await uow.tickets.reserve()
        with pytest.raises(RuntimeError, match="committed"):
            await uow.commit()


async def test_after_a_conflict_nothing_more_is_kept(desk: SqlStorage) -> None:
    """PostgreSQL ends the transaction at the first error; SQLite would go on, so it is made to end as well."""
    async with desk.begin() as uow:
        await uow.inbox.record("matrix:$1", Answer(), at=NOON, correlation_id="c")
        await uow.commit()
    async with desk.begin() as uow:
        await uow.outbox.put([owed()], at=NOON, correlation_id="c")
        with pytest.raises(ConflictError):
            await uow.inbox.record("matrix:$1", Answer(), at=NOON, correlation_id="c")
        with pytest.raises(ConflictError):
            await uow.tickets.reserve()
        with pytest.raises(ConflictError):
            await uow.commit()
    assert (await rows(desk))["outbox"] == 0


async def test_a_row_of_nobodys_is_refused_without_an_sql_error(storage: SqlStorage) -> None:
    """The organisation is not in the directory."""
    async with storage.begin() as uow:
        with pytest.raises(StorageError) as refused:
            await uow.tickets.save(opened(TicketId(1), an_opening()), correlation_id="c")
    assert "Checkout" not in str(refused.value)
    assert "Checkout" not in str(refused.value.__cause__)


async def test_many_tasks_take_turns(desk: SqlStorage) -> None:
    async def busy(number: int) -> None:
        ticket = await a_ticket(desk, title=f"Case {number}")
        async with desk.begin() as uow:
            assert await uow.tickets.find(ticket.id, CAST.people[1].scope) == ticket

    await asyncio.gather(*(busy(number) for number in range(60)))
    assert (await rows(desk))["tickets"] == 60


async def test_a_second_process_works_on_the_same_database(desk: SqlStorage, database: str) -> None:
    """Both write at once; neither loses a number or meets a locked database."""
    other = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.contract.storage.second_process",
        database,
        "40",
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert other.stdout is not None
    assert await other.stdout.readline() == b"ready\n"
    ours = []
    for _ in range(40):
        async with desk.begin() as uow:
            await uow.timers.next_due()
            await asyncio.sleep(0.002)
            ours.append(int(await uow.tickets.reserve()))
            await uow.commit()
    theirs = [int(line) for line in (await other.stdout.read()).split()]
    assert await other.wait() == 0
    assert sorted(ours + theirs) == list(range(1, 81))


async def test_who_holds_sqlite_for_too_long_gives_the_others_a_conflict(sqlite_database: str) -> None:
    storage = SqlStorage(connect(sqlite_database), lock_timeout_s=0.05)
    async with storage.begin() as uow:
        await uow.tickets.reserve()
        with pytest.raises(ConflictError):
            async with storage.begin():
                pass
        await uow.commit()
    async with storage.begin() as uow:
        assert await uow.tickets.reserve() == 2
    await storage.close()


async def test_a_unit_of_work_waits_for_another_process_on_sqlite_while_all_else_goes_on(sqlite_database: str) -> None:
    storage = SqlStorage(connect(sqlite_database))
    another = sqlite3.connect(make_url(sqlite_database).database or "", isolation_level=None)
    another.execute("BEGIN IMMEDIATE")

    async def reserve() -> int:
        async with storage.begin() as uow:
            number = await uow.tickets.reserve()
            await uow.commit()
            return number

    reserving = asyncio.create_task(reserve())
    await asyncio.sleep(0.05)
    assert not reserving.done()
    another.execute("COMMIT")
    assert await reserving == 1
    another.close()
    await storage.close()


@pytest.mark.postgres
async def test_two_units_of_work_go_on_side_by_side_on_postgresql(postgresql_database: str) -> None:
    storage = SqlStorage(connect(postgresql_database))
    async with storage.begin() as uow, storage.begin() as other:
        assert await uow.tickets.reserve() != await other.tickets.reserve()
    await storage.close()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://nobody:hush-hush@127.0.0.1:1/nothing", "Connection refused"),
        ("sqlite:////no/such/folder/desk.db", "unable to open database file"),
    ],
)
async def test_a_database_that_is_away_is_a_storage_error_without_the_password(address: str, reason: str) -> None:
    away = SqlStorage(connect(address))
    with pytest.raises(StorageError, match=reason) as refused:
        async with away.begin():
            pass
    assert "hush-hush" not in f"{refused.value} {refused.value.__cause__}"
    await away.close()
    await asyncio.sleep(0.1)  # The driver's thread ends by itself.


async def test_a_full_disk_is_a_storage_error_and_work_goes_on_when_there_is_room(sqlite_database: str) -> None:
    """F20, with a limit on the file's size in place of the disk's."""
    async with stocked(sqlite_database) as desk:

        async def limit(pages: int) -> None:
            async with desk.engine.connect() as connection:
                await connection.execute(text(f"PRAGMA max_page_count = {pages}"))

        await limit(1)  # SQLite takes the present size for the least.
        with pytest.raises(StorageError, match="full"):
            await put(desk, *(owed("x" * 4_000) for _ in range(100)))
        assert (await rows(desk))["outbox"] == 0
        await limit(1_000_000)
        await put(desk, *(owed("x" * 4_000) for _ in range(100)))
        assert (await rows(desk))["outbox"] == 100


async def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    file.write_bytes(b"This is a letter, not a database. " * 100)
    broken = SqlStorage(connect(f"sqlite:///{file}"))
    with pytest.raises(StorageError, match="not a database"):
        async with broken.begin():
            pass
    await broken.close()
    with pytest.raises(StorageError, match="not a database"):
        schema.check(f"sqlite:///{file}")


@pytest.mark.parametrize(
    "address",
    ["", "mysql://host/desk", "desk.db", "postgresql+nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://h"],
)
def test_an_address_that_is_none_is_a_storage_error(address: str) -> None:
    with pytest.raises(StorageError, match="looks like"):
        connect(address)


@pytest.mark.postgres
async def test_it_goes_on_after_the_server_dropped_every_connection(postgresql_database: str) -> None:
    """F18: no restart of ours is needed."""
    async with stocked(postgresql_database) as desk:
        async with desk.begin() as uow:
            await uow.outbox.put([owed()], at=NOON, correlation_id="c")
            await end_all_others(postgresql_database)
            with pytest.raises(StorageError):
                await uow.commit()
        assert await claim(desk) == ()
        ticket = await a_ticket(desk)
        assert await found(desk, ticket.id) == ticket
