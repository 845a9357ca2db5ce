"""The `Timers` port: a command with a date, fired at most once, never early."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from chatops.application.commands import CloseTicket
from chatops.application.ports.timers import ClaimedTimer, Timer
from chatops.domain.vocabulary import ClosingReason, Role, TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import ACME, MINUTE, NOON, a_ticket, a_timer, set_timer
from tests.databases import counted

A_MICROSECOND = timedelta(microseconds=1)


async def claim(storage: SqlStorage, *, after: timedelta = timedelta(0), limit: int = 100) -> tuple[ClaimedTimer, ...]:
    async with storage.begin() as uow:
        claimed = await uow.timers.claim(now=NOON + after, lease=MINUTE, limit=limit)
        await uow.commit()
    return claimed


async def cancel(storage: SqlStorage, ticket_id: TicketId | None, name: str = "reminder") -> None:
    async with storage.begin() as uow:
        await uow.timers.cancel(ticket_id, name)
        await uow.commit()


async def record(storage: SqlStorage, claimed: ClaimedTimer, verb: str = "fired") -> bool:
    async with storage.begin() as uow:
        match verb:
            case "fired":
                kept = await uow.timers.fired(claimed, at=NOON)
            case "postpone":
                kept = await uow.timers.postpone(claimed, until=NOON + 5 * MINUTE, error="away")
            case _:
                kept = await uow.timers.give_up(claimed, at=NOON, error="broken")
        await uow.commit()
    return kept


async def next_due(storage: SqlStorage) -> object:
    async with storage.begin() as uow:
        return await uow.timers.next_due()


async def states(storage: SqlStorage) -> list[str]:
    async with storage.engine.connect() as connection:
        return list((await connection.execute(text("SELECT state FROM timers ORDER BY id"))).scalars())


def names(claimed: tuple[ClaimedTimer, ...]) -> list[str]:
    return [each.timer.name for each in claimed]


async def test_a_timer_comes_back_as_it_was_set(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    command = CloseTicket(
        by=None, role=Role.DESK, at=NOON, ticket_id=ticket.id, reason=ClosingReason.NO_ANSWER, note="trois rappels"
    )
    timer = Timer(name="closing", due_at=NOON, command=command, ticket_id=ticket.id)
    await set_timer(desk, timer)
    await set_timer(desk, a_timer("nightly", due=NOON + A_MICROSECOND))
    closing, nightly = await claim(desk, after=MINUTE)
    assert closing.timer == timer
    assert (closing.generation, closing.attempt, closing.correlation_id) == (1, 1, "c-timer")
    assert closing.key == f"timer:{closing.id}:1"
    assert closing.lease.until == NOON + 2 * MINUTE
    assert nightly.timer.ticket_id is None
    async with desk.engine.connect() as connection:
        organisations = (await connection.execute(text("SELECT organisation FROM timers ORDER BY id"))).scalars()
        assert list(organisations) == [ACME, None]


async def test_a_timer_is_claimed_at_its_instant_and_not_before(desk: SqlStorage) -> None:
    await set_timer(desk, a_timer(due=NOON))
    assert await next_due(desk) == NOON
    assert await claim(desk, after=-A_MICROSECOND) == ()
    assert len(await claim(desk)) == 1
    assert await claim(desk) == ()


async def test_the_earliest_come_first(desk: SqlStorage) -> None:
    for minute in (3, 1, 4, 2):
        await set_timer(desk, a_timer(f"{minute}", due=NOON + minute * MINUTE))
    assert names(await claim(desk, after=MINUTE * 4, limit=3)) == ["1", "2", "3"]
    assert names(await claim(desk, after=MINUTE * 4, limit=3)) == ["4"]


async def test_setting_a_timer_again_moves_it(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await set_timer(desk, a_timer(ticket=ticket, due=NOON))
    await set_timer(desk, a_timer(ticket=ticket, due=NOON + 2 * MINUTE))
    assert await claim(desk) == ()
    (moved,) = await claim(desk, after=2 * MINUTE)
    assert (moved.generation, moved.timer.due_at) == (2, NOON + 2 * MINUTE)
    await record(desk, moved)
    await set_timer(desk, a_timer(ticket=ticket))
    (anew,) = await claim(desk)
    assert anew.key != moved.key


async def test_names_are_unique_per_ticket_only(desk: SqlStorage) -> None:
    one, two = await a_ticket(desk), await a_ticket(desk)
    for timer in (a_timer(ticket=one), a_timer(ticket=two), a_timer(), a_timer("warning", ticket=one)):
        await set_timer(desk, timer)
    assert len(await claim(desk)) == 4


async def test_a_cancelled_timer_never_fires(desk: SqlStorage) -> None:
    one, two = await a_ticket(desk), await a_ticket(desk)
    for timer in (a_timer(ticket=one), a_timer(ticket=two), a_timer()):
        await set_timer(desk, timer)
    await cancel(desk, one.id)
    await cancel(desk, one.id)
    await cancel(desk, one.id, "nothing of that name")
    assert [each.timer.ticket_id for each in await claim(desk)] == [two.id, None]
    await cancel(desk, None)
    assert await states(desk) == ["cancelled", "running", "cancelled"]


@pytest.mark.parametrize("verb", ["fired", "postpone", "give_up"])
async def test_a_timer_set_anew_while_it_was_claimed_is_fenced_off(desk: SqlStorage, verb: str) -> None:
    await set_timer(desk, a_timer())
    (claimed,) = await claim(desk)
    await set_timer(desk, a_timer(due=NOON + MINUTE))
    assert await record(desk, claimed, verb) is False
    assert await states(desk) == ["waiting"]
    (anew,) = await claim(desk, after=MINUTE)
    assert (anew.id, anew.generation, anew.attempt) == (claimed.id, 2, 1)
    assert anew.key != claimed.key
    assert await record(desk, anew, verb) is True


@pytest.mark.parametrize("verb", ["fired", "postpone", "give_up"])
async def test_a_timer_cancelled_while_it_was_claimed_is_fenced_off(desk: SqlStorage, verb: str) -> None:
    ticket = await a_ticket(desk)
    await set_timer(desk, a_timer(ticket=ticket))
    (claimed,) = await claim(desk)
    await cancel(desk, ticket.id)
    assert await record(desk, claimed, verb) is False
    assert await states(desk) == ["cancelled"]
    assert await claim(desk, after=60 * MINUTE) == ()


@pytest.mark.parametrize("verb", ["fired", "postpone", "give_up"])
async def test_who_lost_the_lease_records_nothing(desk: SqlStorage, verb: str) -> None:
    await set_timer(desk, a_timer())
    (late,) = await claim(desk)
    assert await next_due(desk) == NOON + MINUTE
    assert await claim(desk, after=MINUTE - A_MICROSECOND) == ()
    (taken,) = await claim(desk, after=MINUTE)
    assert (taken.key, taken.attempt) == (late.key, 2), "the bus knows it for the same firing"
    assert await record(desk, late, verb) is False
    assert await states(desk) == ["running"]
    assert await record(desk, taken, verb) is True
    assert await record(desk, taken, verb) is False


async def test_a_fired_or_dead_timer_is_over(desk: SqlStorage) -> None:
    await set_timer(desk, a_timer("a"))
    await set_timer(desk, a_timer("b"))
    a, b = await claim(desk)
    await record(desk, a, "fired")
    await record(desk, b, "give_up")
    assert await next_due(desk) is None
    assert await claim(desk, after=60 * MINUTE) == ()
    assert await states(desk) == ["fired", "dead"]


async def test_a_postponed_timer_keeps_its_key_and_keeps_nobody_back(desk: SqlStorage) -> None:
    await set_timer(desk, a_timer("stubborn", due=NOON - MINUTE))
    (stubborn,) = await claim(desk)
    await record(desk, stubborn, "postpone")
    assert await next_due(desk) == NOON + 5 * MINUTE
    assert await claim(desk, after=5 * MINUTE - A_MICROSECOND) == ()
    await set_timer(desk, a_timer("punctual", due=NOON + 4 * MINUTE))
    assert names(await claim(desk, after=5 * MINUTE, limit=1)) == ["punctual"]
    (again,) = await claim(desk, after=5 * MINUTE, limit=1)
    assert (again.key, again.attempt, again.timer.due_at) == (stubborn.key, 2, NOON - MINUTE)


async def test_two_claims_at_once_get_different_timers(desk: SqlStorage) -> None:
    async with desk.begin() as uow:
        for number in range(40):
            await uow.timers.set(a_timer(f"{number}"), correlation_id="c")
        await uow.commit()
    claims = await asyncio.gather(*(claim(desk, limit=7) for _ in range(8)))
    ids = [each.id for claimed in claims for each in claimed]
    assert len(ids) == len(set(ids)) == 40


async def test_setting_one_timer_from_many_sides_at_once_leaves_one(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await asyncio.gather(*(set_timer(desk, a_timer(ticket=ticket)) for _ in range(8)))
    (claimed,) = await claim(desk)
    assert claimed.generation == 8


async def test_an_idle_claim_costs_one_statement_and_so_does_a_busy_one(desk: SqlStorage) -> None:
    with counted(desk) as statements:
        await claim(desk)
        await set_timer(desk, a_timer())
        await claim(desk)
    assert len([text for text in statements.texts if "pg_notify" not in text]) == 3
