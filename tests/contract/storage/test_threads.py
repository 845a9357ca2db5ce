"""The `Threads` port."""

import pytest

from chatops.application.ports.threads import Thread
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.events import TicketClosed
from chatops.domain.vocabulary import Audience, ClosingReason, Platform, RoomId, Status, TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import ACME, GLOBEX, a_thread, a_ticket, an_event, at, matrix

CLOSED = {"status": Status.CLOSED, "clause": "§3.2.2e", "reason": ClosingReason.DUPLICATE}


async def added(storage: SqlStorage, thread: Thread) -> Thread:
    async with storage.begin() as uow:
        kept = await uow.threads.add(thread)
        await uow.commit()
    return kept


async def test_a_thread_comes_back_as_it_was_added(desk: SqlStorage) -> None:
    ticket, other = await a_ticket(desk), await a_ticket(desk)
    customer = await a_thread(desk, ticket, "!acme", root="$card")
    internal = await added(
        desk,
        Thread(
            ticket_id=ticket.id,
            organisation=ACME,
            room=RoomId("#desk"),
            place=at(Platform.SLACK, "C1"),
            audience=Audience.INTERNAL,
        ),
    )
    assert 0 < customer.id < internal.id
    async with desk.begin() as uow:
        assert await uow.threads.of(ticket.id) == (customer, internal)
        assert await uow.threads.of(other.id) == ()


async def test_a_thread_is_found_by_its_place_and_its_root(desk: SqlStorage) -> None:
    thread = await a_thread(desk, await a_ticket(desk), "!acme", root="$card")
    await a_thread(desk, await a_ticket(desk), "!acme")
    async with desk.begin() as uow:
        assert await uow.threads.rooted_at(matrix("!acme"), matrix("$card")) == thread
        assert await uow.threads.rooted_at(matrix("!other"), matrix("$card")) is None
        assert await uow.threads.rooted_at(matrix("!acme"), matrix("$other")) is None
        assert await uow.threads.rooted_at(at(Platform.SLACK, "!acme"), at(Platform.SLACK, "$card")) is None
        assert await uow.threads.rooted_at(matrix("!acme"), at(Platform.SLACK, "$card")) is None


async def test_a_ticket_has_one_thread_in_a_place(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await a_thread(desk, ticket, "!acme")
    with pytest.raises(ConflictError):
        await a_thread(desk, ticket, "!acme")
    await a_thread(desk, ticket, "!desk")


async def test_a_root_belongs_to_one_thread(desk: SqlStorage) -> None:
    await a_thread(desk, await a_ticket(desk), "!acme", root="$card")
    with pytest.raises(ConflictError):
        await a_thread(desk, await a_ticket(desk), "!acme", root="$card")


@pytest.mark.parametrize("stray", [{"organisation": GLOBEX}, {"ticket_id": TicketId(99)}])
async def test_a_thread_is_of_its_ticket_s_organisation(desk: SqlStorage, stray: dict[str, object]) -> None:
    ticket = await a_ticket(desk, organisation=ACME)
    said: dict[str, object] = {"ticket_id": ticket.id, "organisation": ACME, **stray}
    thread = Thread(room=RoomId("#x"), place=matrix("!x"), audience=Audience.PUBLIC, **said)  # type: ignore[arg-type]
    with pytest.raises(StorageError):
        await added(desk, thread)


async def test_a_place_knows_its_open_tickets_and_whose_it_has_ever_shown(desk: SqlStorage) -> None:
    opened, closed = await a_ticket(desk), await a_ticket(desk, an_event(TicketClosed, **CLOSED))
    await a_thread(desk, opened, "!acme", root="$card")
    await a_thread(desk, closed, "!acme")
    await a_thread(desk, closed, "!old")
    async with desk.begin() as uow:
        assert await uow.threads.open_at(matrix("!acme")) == (opened.id,)
        assert await uow.threads.open_at(matrix("!old")) == ()
        assert await uow.threads.open_at(at(Platform.SLACK, "!acme")) == ()
        assert await uow.threads.shown_at(matrix("!old")) == {(ACME, Audience.PUBLIC)}
        assert await uow.threads.shown_at(matrix("!acme")) == {(ACME, Audience.PUBLIC)}
        assert await uow.threads.shown_at(matrix("!never")) == frozenset()
