"""Finding what is due costs the same however much is kept: the plans use the indexes made for it (B5, B15)."""

from typing import Any

import pytest
from sqlalchemy import text

from chatops.application.ports.outbox import Form
from chatops.application.ports.threads import Thread
from chatops.application.ports.tickets import TicketFilter
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, Platform, RoomId, Scope, TicketId
from storage.tables import metadata
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    ACME,
    DESK,
    MINUTE,
    NOON,
    a_ticket,
    a_timer,
    claim,
    matrix,
    owed,
    put,
    set_timer,
)
from tests.databases import counted

KEPT = 20_000


@pytest.fixture
async def full(desk: SqlStorage) -> SqlStorage:
    """A desk with years behind it: everything is settled but one message and one timer."""
    await a_ticket(desk)
    postgresql = desk.engine.dialect.name == "postgresql"
    numbers = (
        f"generate_series(1, {KEPT}) AS n(i)"
        if postgresql
        else f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {KEPT}) SELECT i FROM n)"
    )
    no = "false" if postgresql else "0"
    long_ago = "timestamptz '2025-01-01'" if postgresql else "'2025-01-01T00:00:00.000000+00:00'"
    ticket = "'acme', 't', 'd', 'S' || (1 + i % 4), 'CLOSED', NULL, 'ana', NULL, NULL, NULL, '', NULL, 0, NULL, 1, ''"
    statements = [
        f"INSERT INTO tickets SELECT 1000 + i, {ticket} FROM {numbers}",
        f"INSERT INTO lanes (lane, platform) SELECT 'thread:' || i, 'matrix' FROM {numbers}",
        "INSERT INTO outbox (lane, platform, place, form, urgency, message, cancel_key, correlation_id, put_at, state,"
        " attempt, was_sending, withdrawn, settled_at)"
        f" SELECT 'thread:' || i, 'matrix', '!acme', 'card_edit', 2, '{{}}', 'k' || i, 'c', {long_ago}, 'delivered',"
        f" 1, {no}, {no}, {long_ago} FROM {numbers}",
        "INSERT INTO timers (subject, name, kind, command, correlation_id, due_at, generation, state, attempt)"
        f" SELECT 'ticket:' || i, 'reminder', 'TakeTicket', '{{}}', 'c', {long_ago}, 1, 'fired', 1 FROM {numbers}",
        f"INSERT INTO history SELECT 1000 + i, 1, 'acme', 'public', {long_ago}, 'x', '{{}}', 'c', '' FROM {numbers}",
        "INSERT INTO threads (ticket_id, organisation, room, platform, place, audience, root)"
        f" SELECT 1000 + i, 'acme', '#acme', 'matrix', '!acme', 'public', '$' || i FROM {numbers}",
        f"INSERT INTO unreachable_places SELECT 'matrix', '!left' || i, {long_ago}, {long_ago}, 'left' FROM {numbers}",
    ]
    async with desk.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
        await connection.execute(text("ANALYZE"))
    await put(desk, owed("the one", cancel_key="due"))
    await set_timer(desk, a_timer())
    return desk


async def plans(storage: SqlStorage, texts: list[str], values: list[Any]) -> str:
    """Return how the database would run these statements, in its own words."""
    explain = "EXPLAIN " if storage.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    lines = []
    async with storage.engine.connect() as connection:
        for statement, value in zip(texts, values, strict=True):
            for one in value if isinstance(value, list) else [value]:
                rows = await connection.exec_driver_sql(explain + statement, one)
                lines += [str(tuple(row)) for row in rows]
    return "\n".join(lines)


def whole_tables(plan: str) -> list[str]:
    """Return the lines of *plan* that walk through all of a table."""
    return [
        line
        for line in plan.splitlines()
        if "Seq Scan" in line or any(f"SCAN {table}'" in line for table in metadata.tables)
    ]


async def test_claiming_walks_through_what_is_due_only(full: SqlStorage) -> None:
    with counted(full) as statements:
        (claimed,) = await claim(full)
    assert claimed.message.headline == "the one"
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []
    assert "lanes_due" in plan


async def test_asking_when_something_is_due_reads_the_index(full: SqlStorage) -> None:
    with counted(full) as statements:
        async with full.begin() as uow:
            assert await uow.outbox.next_due(Platform.MATRIX) == NOON
            assert await uow.timers.next_due() == NOON
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []
    assert "lanes_due" in plan
    assert "timers_claimable" in plan


async def test_claiming_timers_walks_through_what_is_due_only(full: SqlStorage) -> None:
    with counted(full) as statements:
        async with full.begin() as uow:
            assert len(await uow.timers.claim(now=NOON, lease=MINUTE, limit=100)) == 1
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []
    assert "timers_claimable" in plan


async def test_putting_and_settling_look_at_their_own_lane_only(full: SqlStorage) -> None:
    thread = Thread(
        id=7,
        ticket_id=(await a_ticket(full)).id,
        organisation=ACME,
        room=RoomId("#acme"),
        place=matrix("!acme"),
        audience=Audience.PUBLIC,
    )
    (one,) = await claim(full)
    with counted(full) as statements:
        async with full.begin() as uow:
            edit = owed(thread=thread, form=Form.CARD_EDIT)
            await uow.outbox.put([edit], at=NOON, correlation_id="c")
            await uow.outbox.cancel("k17")
            await uow.outbox.cancel("due")
            assert await uow.outbox.delivered(one, Address(platform=Platform.MATRIX, value="$1"), at=NOON)
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []
    assert {index for index in ("outbox_waiting_edit", "outbox_unsettled", "outbox_withdrawable") if index in plan} == {
        "outbox_waiting_edit",
        "outbox_unsettled",
        "outbox_withdrawable",
    }


async def test_setting_and_cancelling_a_timer_look_at_that_timer_only(full: SqlStorage) -> None:
    ticket = await a_ticket(full)
    with counted(full) as statements:
        async with full.begin() as uow:
            await uow.timers.set(a_timer(ticket=ticket), correlation_id="c")
            await uow.timers.cancel(ticket.id, "reminder")
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []
    assert "timers_live" in plan


async def test_finding_a_delivery_a_thread_or_a_ticket_reads_an_index(full: SqlStorage) -> None:
    with counted(full) as statements:
        async with full.begin() as uow:
            assert await uow.threads.rooted_at(matrix("!acme"), matrix("$17")) is not None
            await uow.threads.of(TicketId(1))
            await uow.tickets.find(TicketId(1), Scope.of_organisation(ACME))
            await uow.history.of(TicketId(1), DESK)
    plan = await plans(full, statements.texts, statements.values)
    assert whole_tables(plan) == []


async def test_lists_walk_through_open_tickets_only(full: SqlStorage) -> None:
    for scope, index in ((DESK, "tickets_open"), (Scope.of_organisation(ACME), "tickets_open")):
        with counted(full) as statements:
            async with full.begin() as uow:
                assert len(await uow.tickets.list(scope, TicketFilter())) == 1
        plan = await plans(full, statements.texts, statements.values)
        assert whole_tables(plan) == []
        assert index in plan
