"""What people do with a message of ours before it is recorded that it arrived: nothing of it is lost (I1)."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chatops.application.deliveries import Answer, Delivery, Marked, OwnMessage, Reaction, Request, Speech
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address
from chatops.domain.errors import TryAgainLater
from chatops.domain.vocabulary import Scope, Status, TicketId
from tests.desks import Mailbox, a_desk, a_ticket, delivery, quiet


@dataclass
class AnswersLost(Mailbox):
    """Takes every message, and nobody of ours hears of it."""

    async def deliver(self, parcel: Parcel) -> Address:
        await super().deliver(parcel)
        raise TryAgainLater("the connection was cut")

    def card(self, room: str) -> ClaimedMessage:
        return next(p.claimed for p in self.parcels if p.claimed.form is Form.CARD and p.claimed.place.value == room)


@dataclass
class AnsweredAtOnce(Mailbox):
    """Somebody writes under each card of a customer as soon as it is there."""

    desk: RunningDesk | None = None
    answers: list[asyncio.Task[Answer]] = field(default_factory=list)

    async def deliver(self, parcel: Parcel) -> Address:
        card = parcel.claimed
        if card.form is Form.CARD and card.place.value == "#acme" and self.desk is not None:
            said = under(card, "ana", Speech(text="since this morning"))
            self.answers.append(asyncio.create_task(self.desk.bus.handle(said)))
            await asyncio.sleep(0)
        return await super().deliver(parcel)


def address_of(claimed: ClaimedMessage) -> Address:
    return Address(platform=claimed.place.platform, value=f"m{claimed.id}")


def mark_of(claimed: ClaimedMessage) -> OwnMessage:
    return OwnMessage(row=claimed.id, origin=claimed.origin, address=address_of(claimed))


def under(card: ClaimedMessage, person: str, request: Request) -> Delivery:
    """What *person* does under a card that the adapter knows for ours."""
    room, root = card.place.value, address_of(card).value
    return replace(delivery(person, room, request, thread=root), ours=mark_of(card))


async def stands(desk: RunningDesk, ticket_id: TicketId) -> Status:
    async with desk.storage.begin() as uow:
        ticket = await uow.tickets.find(ticket_id, Scope.of_the_desk())
    assert ticket is not None
    return ticket.status


async def test_plain_words_under_such_a_card_are_its_tickets(database: str) -> None:
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket_id = await a_ticket(desk)
        await quiet(desk)

        answer = await desk.bus.handle(under(mailbox.card("#acme"), "ana", Speech(text="since this morning")))

    assert (answer.ticket_id, answer.refused) == (ticket_id, None)


async def test_a_command_under_such_a_card_is_about_its_ticket(database: str) -> None:
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket_id = await a_ticket(desk)
        await quiet(desk)

        await desk.bus.handle(under(mailbox.card("#desk"), "ben", Marked(text="take")))

        assert await stands(desk, ticket_id) is Status.OPEN


async def test_a_sign_under_such_a_card_presses_its_button(database: str) -> None:
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket_id = await a_ticket(desk)
        await quiet(desk)
        card = mailbox.card("#desk")

        await desk.bus.handle(under(card, "ben", Reaction(sign="👀", to=address_of(card))))

        assert await stands(desk, ticket_id) is Status.OPEN


async def test_such_a_card_is_not_sent_again_and_what_waits_behind_it_goes_on(database: str) -> None:
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        card = mailbox.card("#acme")

        await desk.bus.handle(under(card, "ana", Speech(text="since this morning")))
        await quiet(desk)

    here = [p.claimed for p in mailbox.parcels if p.claimed.place == card.place]
    assert [claimed.form for claimed in here] == [Form.CARD, Form.REACTION]


async def test_words_that_come_while_the_arrival_is_recorded_are_heard(database: str) -> None:
    """Whoever is first records it; nobody falls between the two."""
    mailbox = AnsweredAtOnce()
    async with a_desk(database, messengers=[mailbox]) as desk:
        mailbox.desk = desk
        tickets = [await a_ticket(desk) for _ in range(20)]
        await quiet(desk)
        answers = await asyncio.gather(*mailbox.answers)

    assert sorted((answer.ticket_id, answer.refused) for answer in answers) == [(each, None) for each in tickets]


async def test_words_come_once_when_the_desk_is_told_of_them_twice(database: str) -> None:
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket_id = await a_ticket(desk)
        await quiet(desk)
        said = under(mailbox.card("#acme"), "ana", Speech(text="since this morning"))

        first, again = await desk.bus.handle(said), await desk.bus.handle(said)

    assert (first.ticket_id, first.repeated) == (ticket_id, False)
    assert (again.ticket_id, again.repeated) == (ticket_id, True)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"origin": "another life"}, id="of a database that is gone"),
        pytest.param({"row": 1_000}, id="of a database that came further"),
    ],
)
async def test_the_card_of_another_database_is_nobodys_here(database: str, other: dict[str, Any]) -> None:
    """A backup was restored: the same numbers are given out anew, and stand for other messages."""
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        said = under(mailbox.card("#acme"), "ana", Speech(text="since this morning"))
        assert said.ours is not None

        answer = await desk.bus.handle(replace(said, ours=replace(said.ours, **other)))

    assert answer == Answer()


async def test_a_card_of_another_room_is_nobodys_here(database: str) -> None:
    """S18: what is said in one customer's room never reaches another's ticket."""
    mailbox = AnswersLost()
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        elsewhere = mailbox.card("#acme")
        said = delivery("gus", "#globex", Speech(text="since this morning"), thread=address_of(elsewhere).value)

        answer = await desk.bus.handle(replace(said, ours=mark_of(elsewhere)))

    assert answer == Answer()
