"""A room that goes on in another place: its tickets go with it, in order and once; on both databases."""

from chatops.application.deliveries import Speech
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Platform
from tests.desks import Mailbox, a_desk, a_ticket, delivery, quiet, said


def on_console(value: str) -> Address:
    return Address(platform=Platform.CONSOLE, value=value)


OLD, NEW = on_console("#acme"), on_console("#acme-new")


async def test_open_tickets_begin_anew_where_the_room_went_and_what_was_owed_follows(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        card = next(p for p in mailbox.parcels if p.claimed.form is Form.CARD and p.claimed.place.value == "#desk")
        await desk.bus.handle(delivery("ben", "#desk", Speech(text="between us"), thread=f"m{card.claimed.id}"))
        await said(desk, "ben", "#desk", "!reply we look into it", thread=f"m{card.claimed.id}")

        await desk.bus.room_moved(OLD, NEW)
        await quiet(desk)

        there = [p.claimed for p in mailbox.parcels if p.claimed.place == NEW]
        assert [claimed.form for claimed in there] == [Form.CARD, Form.THREAD]
        assert there[1].message.quote is not None
        assert there[1].message.quote.text == "we look into it"
        assert there[1].root == on_console(f"m{there[0].id}")


async def test_people_go_on_in_the_new_place(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket_id = await a_ticket(desk)
        await quiet(desk)
        await desk.bus.room_moved(OLD, NEW)
        await quiet(desk)
        card = next(p for p in mailbox.parcels if p.claimed.place == NEW)

        answer = await said(desk, "ana", "#acme-new", "still slow", thread=f"m{card.claimed.id}")
        await quiet(desk)

        assert answer.ticket_id == ticket_id
        heard = [repr(p.claimed.message) for p in mailbox.parcels if p.claimed.place.value == "#desk"]
        assert any("still slow" in message for message in heard)


async def test_a_move_that_is_told_twice_happens_once(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        for _ in range(2):
            await desk.bus.room_moved(OLD, NEW)
            await quiet(desk)

        assert [p.claimed.form for p in mailbox.parcels if p.claimed.place == NEW] == [Form.CARD]
        async with desk.storage.begin() as uow:
            room = await uow.directory.room_at(NEW)
            assert room is not None
            assert (room.id, await uow.directory.room_at(OLD)) == ("#acme", None)


async def test_a_room_that_is_nobodys_stays_so(database: str) -> None:
    async with a_desk(database) as desk:
        await desk.bus.room_moved(on_console("#elsewhere"), NEW)

        async with desk.storage.begin() as uow:
            assert await uow.directory.room_at(NEW) is None


async def test_a_place_that_is_another_rooms_is_not_taken_over(database: str) -> None:
    """S13."""
    async with a_desk(database) as desk:
        await desk.bus.room_moved(OLD, on_console("#globex"))

        async with desk.storage.begin() as uow:
            acme, globex = await uow.directory.room_at(OLD), await uow.directory.room_at(on_console("#globex"))
        assert acme is not None
        assert globex is not None
        assert acme.id != globex.id
