"""F31: two agents take the same ticket at the same instant; one wins, the other is told who."""

import asyncio

import pytest

from chatops.application.deliveries import Marked, Reaction
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from chatops.domain.events import CommandRefused, SolutionProposed, TicketAssigned
from chatops.domain.vocabulary import Platform, Scope
from tests.desks import Mailbox, a_desk, a_ticket, delivery, quiet, said

ROUNDS = 200
NAMES = {"ben": "Ben Barker", "bea": "Béatrice"}


@pytest.mark.timeout(400)
async def test_one_of_two_agents_wins_and_the_other_is_told_who(database: str) -> None:
    async with a_desk(database) as one, a_desk(database) as other:
        for _ in range(ROUNDS):
            ticket = await a_ticket(one)
            answers = await asyncio.gather(
                one.bus.handle(delivery("ben", "#desk", Marked(text=f"take T-{ticket}"))),
                other.bus.handle(delivery("bea", "#desk", Marked(text=f"take T-{ticket}"))),
            )
            won = [person for person, answer in zip(("ben", "bea"), answers, strict=True) if answer.refused is None]
            assert len(won) == 1
            (told,) = (answer.message for answer in answers if answer.refused is not None)
            assert told is not None
            async with one.storage.begin() as uow:
                stands = await uow.tickets.find(ticket, Scope.of_the_desk())
                history = [entry.event for entry in await uow.history.of(ticket, Scope.of_the_desk())]
            assert stands is not None
            assert stands.assignee == won[0]
            assert [type(event) for event in history[1:]] == [TicketAssigned, CommandRefused]
            assert NAMES[won[0]] in told.headline


FEWER_ROUNDS = 20


@pytest.mark.timeout(400)
@pytest.mark.parametrize("by_sign", [False, True], ids=["resolving", "pressing"])
async def test_of_two_who_ask_twice_each_at_once_one_is_heard_once(database: str, by_sign: bool) -> None:
    """F31: a second solution is refused; a sign under a card that is out of date does nothing any more; cards agree."""
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as one, a_desk(database) as other:
        for _ in range(FEWER_ROUNDS):
            ticket = await a_ticket(one)
            asked: Marked | Reaction = Marked(text=f"resolve T-{ticket} fix version 7.1.4")
            if not by_sign:
                await said(one, "ben", "#desk", f"!take T-{ticket}")
            await quiet(one)
            root = _card_at_the_desk(mailbox)
            if by_sign:
                asked = Reaction(sign="👀", to=Address(platform=Platform.CONSOLE, value=root))
            answers = await asyncio.gather(
                *(
                    desk.bus.handle(delivery(person, "#desk", asked, thread=root))
                    for desk, person in ((one, "ben"), (other, "bea"), (one, "ben"), (other, "bea"))
                )
            )
            async with one.storage.begin() as uow:
                history = [entry.event for entry in await uow.history.of(ticket, Scope.of_the_desk())]
            done = TicketAssigned if by_sign else SolutionProposed
            assert sum(isinstance(event, done) for event in history) == 1
            assert sum(answer.refused is None and answer.ticket_id is not None for answer in answers) == 1
            await quiet(one)
            (won,) = (event for event in history if isinstance(event, done))
            for room in ("#acme", "#desk"):
                assert (NAMES[str(won.by)] if by_sign else "RESOLVED") in _card_as_it_stands(mailbox, room)


def _card_as_it_stands(mailbox: Mailbox, room: str) -> str:
    """Return what the newest card of a room says since it was last edited."""
    drawn = [
        p.claimed
        for p in mailbox.parcels
        if p.claimed.form in (Form.CARD, Form.CARD_EDIT) and p.claimed.place.value == room
    ]
    return " · ".join(fact.value for fact in max(drawn, key=lambda claimed: claimed.id).message.facts)


def _card_at_the_desk(mailbox: Mailbox) -> str:
    cards = [p.claimed for p in mailbox.parcels if p.claimed.form is Form.CARD and p.claimed.place.value == "#desk"]
    return f"m{cards[-1].id}"
