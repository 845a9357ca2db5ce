"""The `Inbox` port: each delivery has one effect, and the reading position moves with it."""

import asyncio

import pytest
from sqlalchemy import text

from chatops.application.deliveries import Answer, Cursor
from chatops.domain.errors import ConflictError
from chatops.domain.vocabulary import TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import ACME, NOON, a_message, a_ticket, owed
from tests.databases import counted


async def record(storage: SqlStorage, key: str, answer: Answer) -> None:
    async with storage.begin() as uow:
        await uow.outbox.put([owed(key)], at=NOON, correlation_id="c")
        await uow.inbox.record(key, answer, at=NOON, correlation_id="c")
        await uow.commit()


async def answer_to(storage: SqlStorage, key: str) -> Answer | None:
    async with storage.begin() as uow:
        return await uow.inbox.answer_to(key)


async def cursor(storage: SqlStorage, name: str) -> str | None:
    async with storage.begin() as uow:
        return await uow.inbox.cursor(name)


async def test_a_delivery_is_new_until_it_was_answered(desk: SqlStorage) -> None:
    assert await answer_to(desk, "matrix:$1") is None
    ticket = await a_ticket(desk)
    await record(desk, "matrix:$1", Answer(message=a_message("Done."), refused="§3.2", ticket_id=ticket.id))
    expected = Answer(message=a_message("Done."), refused="§3.2", ticket_id=ticket.id, repeated=True)
    assert await answer_to(desk, "matrix:$1") == expected
    assert await answer_to(desk, "matrix:$2") is None
    assert await answer_to(desk, "slack:$1") is None


async def test_an_answer_about_a_ticket_carries_its_organisation(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    for number, about in enumerate((ticket.id, None, TicketId(99), TicketId(10**30))):
        await record(desk, f"matrix:${number}", Answer(ticket_id=about))
    async with desk.engine.connect() as connection:
        rows = await connection.execute(text("SELECT organisation FROM inbox ORDER BY key"))
        assert list(rows.scalars()) == [ACME, None, None, None]


async def test_the_same_delivery_twice_at_the_same_instant_has_one_effect(desk: SqlStorage) -> None:
    """F7: to two replicas, or twice to one."""
    outcomes = await asyncio.gather(*(record(desk, "matrix:$1", Answer()) for _ in range(6)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError"] * 5 + ["NoneType"]
    async with desk.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 1


async def test_a_delivery_rolled_back_may_come_again(desk: SqlStorage) -> None:
    async with desk.begin() as uow:
        await uow.inbox.record("matrix:$1", Answer(), at=NOON, correlation_id="c")
    assert await answer_to(desk, "matrix:$1") is None
    await record(desk, "matrix:$1", Answer())
    with pytest.raises(ConflictError):
        await record(desk, "matrix:$1", Answer())


async def test_a_cursor_moves_with_the_commit_only(desk: SqlStorage) -> None:
    assert await cursor(desk, "matrix") is None
    for position in ("s1", "s2"):
        async with desk.begin() as uow:
            await uow.inbox.move(Cursor(name="matrix", position=position))
            await uow.commit()
        assert await cursor(desk, "matrix") == position
    async with desk.begin() as uow:
        await uow.inbox.move(Cursor(name="matrix", position="s3"))
        await uow.inbox.move(Cursor(name="slack", position="1"))
    assert await cursor(desk, "matrix") == "s2"
    assert await cursor(desk, "slack") is None


async def test_knowing_a_delivery_costs_one_statement(desk: SqlStorage) -> None:
    with counted(desk) as statements:
        await answer_to(desk, "matrix:$1")
    assert len(statements) == 1
