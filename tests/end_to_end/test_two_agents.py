"""F31: two agents take the same ticket at the same instant; one wins, the other is told who."""

import asyncio

import pytest

from chatops.application.deliveries import Marked
from chatops.domain.events import CommandRefused, TicketAssigned
from chatops.domain.vocabulary import Scope
from tests.desks import a_desk, a_ticket, delivery

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
