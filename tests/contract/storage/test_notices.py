"""The `Notices` port: nobody is told the same thing twice; and timers that are only ever moved forward."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from chatops.application.ports.notices import Notice
from chatops.domain.notices import Matter
from chatops.domain.vocabulary import ClockKind, PersonId, TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import ACME, CAST, MINUTE, NOON, a_ticket, a_timer

PERSON, OTHER = CAST.people[0].id, CAST.people[1].id


def a_notice(ticket: TicketId, *, person: PersonId = PERSON, after: timedelta = timedelta(0)) -> Notice:
    return Notice(person=person, ticket_id=ticket, matter=Matter.OVERDUE, clock=ClockKind.UPDATE, about=NOON + after)


async def add(storage: SqlStorage, *notices: Notice, told: bool = False) -> list[bool]:
    async with storage.begin() as uow:
        new = [await uow.notices.add(notice, told_at=NOON if told else None) for notice in notices]
        await uow.commit()
    return new


async def waiting(storage: SqlStorage, person: PersonId = PERSON) -> tuple[Notice, ...]:
    async with storage.begin() as uow:
        return await uow.notices.waiting_for(person)


async def test_a_notice_comes_back_as_it_was_given_oldest_first(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    lasting = Notice(person=PERSON, ticket_id=ticket.id, matter=Matter.WITH_US, about=NOON)
    assert await add(desk, a_notice(ticket.id, after=MINUTE), lasting) == [True, True]
    assert await waiting(desk) == (a_notice(ticket.id, after=MINUTE), lasting)
    async with desk.engine.connect() as connection:
        assert list((await connection.execute(text("SELECT organisation FROM notices"))).scalars()) == [ACME, ACME]


async def test_the_same_thing_is_new_once_for_each_person_whatever_became_of_it(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    notice = a_notice(ticket.id)
    assert await add(desk, notice, told=True) == [True]
    assert await add(desk, notice, a_notice(ticket.id, person=OTHER), a_notice(ticket.id, after=MINUTE)) == [
        False,
        True,
        True,
    ]
    assert await waiting(desk) == (a_notice(ticket.id, after=MINUTE),)


async def test_what_was_told_of_some_tickets_waits_no_more(desk: SqlStorage) -> None:
    told, kept = await a_ticket(desk), await a_ticket(desk)
    await add(desk, a_notice(told.id), a_notice(kept.id), a_notice(told.id, person=OTHER))
    async with desk.begin() as uow:
        await uow.notices.told(PERSON, {told.id}, at=NOON + MINUTE)
        await uow.notices.told(PERSON, set(), at=NOON + MINUTE)
        await uow.commit()
    assert await waiting(desk) == (a_notice(kept.id),)
    assert await waiting(desk, OTHER) == (a_notice(told.id, person=OTHER),)


async def test_the_latest_notice_of_a_matter_is_known_told_or_not(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await add(desk, a_notice(ticket.id, after=MINUTE), told=True)
    await add(desk, a_notice(ticket.id))
    async with desk.begin() as uow:
        assert await uow.notices.latest(ticket.id, Matter.OVERDUE) == NOON + MINUTE
        assert await uow.notices.latest(ticket.id, Matter.UNTAKEN) is None


# ---- hastening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "then", "due"), [(5, 2, 2), (2, 5, 2), (2, 2, 2)])
async def test_a_timer_is_hastened_and_never_put_off(desk: SqlStorage, first: int, then: int, due: int) -> None:
    async with desk.begin() as uow:
        for minutes in (first, then):
            timer = a_timer("digest:ben", due=NOON + minutes * MINUTE)
            await uow.timers.hasten(timer, correlation_id=f"c{minutes}")
        assert await uow.timers.next_due() == NOON + due * MINUTE
        await uow.commit()


async def test_a_timer_that_is_firing_is_set_anew(desk: SqlStorage) -> None:
    async with desk.begin() as uow:
        await uow.timers.hasten(a_timer("digest:ben", due=NOON), correlation_id="c")
        (claimed,) = await uow.timers.claim(now=NOON, lease=MINUTE, limit=1)
        await uow.timers.hasten(a_timer("digest:ben", due=NOON + 5 * MINUTE), correlation_id="c")
        assert not await uow.timers.fired(claimed, at=NOON)
        assert await uow.timers.next_due() == NOON + 5 * MINUTE
        await uow.commit()
