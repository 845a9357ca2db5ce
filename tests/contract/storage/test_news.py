"""Who waits for work is woken by a commit, here or in another process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from time import monotonic

import pytest
from sqlalchemy import text

from chatops.application.ports.storage import Work
from chatops.domain.vocabulary import Platform
from storage.engine import connect
from storage.news import ALL
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    NOON,
    a_timer,
    claim,
    deliver,
    end_all_others,
    owed,
    put,
    set_timer,
    stocked,
)

LONG_S = 20.0
"""A wait that ends earlier was ended by the news."""


async def waits(
    storage: SqlStorage, work: Work = Platform.MATRIX, *, timeout_s: float = LONG_S, since: int | None = None
) -> float:
    begun = monotonic()
    await storage.wait_for_work(work, timeout_s=timeout_s, since=since)
    return monotonic() - begun


async def waiting(storage: SqlStorage, work: Work = Platform.MATRIX) -> asyncio.Task[float]:
    """Return somebody who is already waiting, with the listener listening."""
    await waits(storage, work, timeout_s=0.5)
    task = asyncio.create_task(waits(storage, work))
    await asyncio.sleep(0.01)
    return task


@pytest.fixture
async def replica(desk: SqlStorage, database: str) -> AsyncIterator[SqlStorage]:
    """Another storage on the same database, as another process has it."""
    other = SqlStorage(connect(database))
    yield other
    await other.close()


async def test_a_wait_without_news_ends_on_time(storage: SqlStorage) -> None:
    await waits(storage, timeout_s=0.5)
    assert 0.2 <= await waits(storage, timeout_s=0.2) < LONG_S / 2


async def test_a_message_or_a_timer_wakes_everybody_who_waits_for_such_work(desk: SqlStorage) -> None:
    kinds: list[tuple[Work, Awaitable[object]]] = [
        (Platform.MATRIX, put(desk, owed())),
        ("timers", set_timer(desk, a_timer())),
    ]
    for kind, commit in kinds:
        waiters = [await waiting(desk, kind) for _ in range(3)]
        await commit
        assert max(await asyncio.gather(*waiters)) < LONG_S / 2


async def test_work_of_one_kind_is_no_news_to_the_others(desk: SqlStorage) -> None:
    timers, slack = await waiting(desk, "timers"), await waiting(desk, Platform.SLACK)
    marks = {kind: desk.work_mark(kind) for kind in ALL}
    await put(desk, owed())
    assert {kind for kind in ALL if desk.work_mark(kind) != marks[kind]} == {Platform.MATRIX}
    await asyncio.sleep(0.1)
    assert not timers.done()
    assert not slack.done()
    await set_timer(desk, a_timer())
    assert await timers < LONG_S / 2
    assert not slack.done()
    slack.cancel()


async def test_only_a_commit_with_work_wakes(desk: SqlStorage) -> None:
    waiter = await waiting(desk)
    mark = desk.work_mark(Platform.MATRIX)
    async with desk.begin() as uow:
        await uow.outbox.put([owed()], at=NOON, correlation_id="c")
    async with desk.begin() as uow:
        await uow.tickets.reserve()
        await uow.commit()
    await asyncio.sleep(0.2)
    assert not waiter.done()
    assert desk.work_mark(Platform.MATRIX) == mark
    await put(desk, owed())
    assert await waiter < LONG_S / 2


async def test_a_settled_message_wakes_for_the_next_in_its_lane(desk: SqlStorage) -> None:
    await put(desk, owed("one"), owed("two"))
    (one,) = await claim(desk)
    waiter = await waiting(desk)
    await deliver(desk, one)
    assert await waiter < LONG_S / 2
    (two,) = await claim(desk)
    mark = desk.work_mark(Platform.MATRIX)
    await deliver(desk, two)
    assert desk.work_mark(Platform.MATRIX) == mark, "nothing is left to wake anybody for"


async def test_what_was_committed_before_the_waiting_is_not_slept_through(desk: SqlStorage) -> None:
    await waits(desk, timeout_s=0.5)
    mark = desk.work_mark(Platform.MATRIX)
    assert await claim(desk) == ()
    await put(desk, owed())
    assert await waits(desk, since=mark) < LONG_S / 2
    assert await waits(desk, timeout_s=0.1, since=desk.work_mark(Platform.MATRIX)) >= 0.1


@pytest.mark.postgres
async def test_a_commit_in_another_process_wakes_on_postgresql(postgresql_database: str) -> None:
    async with stocked(postgresql_database) as desk, stocked(postgresql_database) as replica:
        waiter, timers = await waiting(desk), await waiting(desk, "timers")
        await put(replica, owed())
        assert await waiter < LONG_S / 2
        assert not timers.done()
        await set_timer(replica, a_timer())
        assert await timers < LONG_S / 2


@pytest.mark.postgres
async def test_the_listener_comes_back_when_its_connection_is_lost(postgresql_database: str) -> None:
    async with stocked(postgresql_database) as desk, stocked(postgresql_database) as replica:
        await waits(desk, timeout_s=0.5)
        await end_all_others(postgresql_database)
        await wait_for_listener(replica)
        waiter = asyncio.create_task(waits(desk))
        await asyncio.sleep(0.1)
        if not waiter.done():  # The listener's own return is news as well.
            await put(replica, owed())
        assert await waiter < LONG_S / 2
        waiter = await waiting(desk)
        await put(replica, owed())
        assert await waiter < LONG_S / 2


async def wait_for_listener(storage: SqlStorage) -> None:
    listening = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    async with asyncio.timeout(LONG_S):
        while True:
            async with storage.engine.connect() as connection:
                if (await connection.execute(listening)).scalar_one():
                    return
            await asyncio.sleep(0.05)


@pytest.mark.postgres
async def test_our_own_commit_is_news_once(postgresql_database: str) -> None:
    async with stocked(postgresql_database) as desk:
        await waits(desk, timeout_s=0.5)
        mark = desk.work_mark(Platform.MATRIX)
        await put(desk, owed())
        await asyncio.sleep(0.3)
        assert desk.work_mark(Platform.MATRIX) == mark + 1
