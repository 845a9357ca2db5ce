"""A reminder that could not be delivered does not count and goes to the next contact, then to the agent (§3.2.3c)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chatops.application.deliveries import Marked
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address
from chatops.domain.errors import DeliveryError, Undeliverable, Unreachable
from chatops.domain.events import BeneficiaryReminded, Event, ReminderUndelivered
from chatops.domain.ticket import Ticket, replay
from chatops.domain.vocabulary import Platform, Scope, TicketId
from tests.desks import FixedTime, Mailbox, a_desk, quiet, said
from tests.two_platforms import ACME, ACME_ON_MATRIX, BEN, DESK, Scene, a_scene, a_ticket_on_both

TWO_DAYS = timedelta(days=2)


@dataclass
class Doors(Mailbox):
    """
    A `Messenger` that delivers no message of a thread in some rooms.

    Attributes:
        closed: What is said there instead, for messages whose headline has the word.
    """

    closed: dict[str, DeliveryError] = field(default_factory=dict)
    word: str = "Reminder"

    async def deliver(self, parcel: Parcel) -> Address:
        error = self.closed.get(parcel.claimed.place.value)
        if error is not None and self.word in parcel.claimed.message.headline:
            raise error
        return await super().deliver(parcel)


async def standing(desk: RunningDesk, ticket: TicketId) -> tuple[Ticket, list[Event]]:
    async with desk.storage.begin() as uow:
        found = await uow.tickets.find(ticket, Scope.of_the_desk())
        rows = await uow.history.of(ticket, Scope.of_the_desk())
    assert found is not None
    history = [row.event for row in rows]
    assert replace(replay(ticket, history), version=found.version) == found
    return found, history


async def waiting_for_ana(desk: RunningDesk) -> TicketId:
    opened = await said(desk, "ana", "#acme", "!open S3 the search finds nothing")
    assert opened.ticket_id is not None
    await said(desk, "ben", "#desk", f"!take T-{opened.ticket_id}")
    await said(desk, "ben", "#desk", f"!need T-{opened.ticket_id} the words you searched for")
    await quiet(desk)
    return opened.ticket_id


def read_at_the_desk(mailbox: Mailbox, words: str) -> list[tuple[str, ...]]:
    """Return whom each message of the desk's room called whose words these are."""
    return [
        p.claimed.message.notify
        for p in mailbox.parcels
        if p.claimed.place.value == "#desk"
        and any(words in line for line in (p.claimed.message.headline, *p.claimed.message.paragraphs))
    ]


async def test_a_reminder_that_is_given_up_does_not_count_and_the_agent_is_told(database: str) -> None:
    """There is no other room of theirs: the agent has to find another way."""
    mailbox, time = Doors(closed={"#acme": Undeliverable("we were removed")}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await waiting_for_ana(desk)
        await said(desk, "ben", "#desk", f"!remind T-{ticket}")
        before, _ = await standing(desk, ticket)
        assert before.reminders == 1
        await quiet(desk)

        after, history = await standing(desk, ticket)
        assert after.reminders == 0
        (undelivered,) = [event for event in history if isinstance(event, ReminderUndelivered)]
        assert (undelivered.count, undelivered.contact, undelivered.passed_to) == (1, "ana", None)
        assert read_at_the_desk(mailbox, "I can reach nobody else of Acme Industries: call them.") == [("ben",)]

        del mailbox.closed["#acme"]
        await said(desk, "ben", "#desk", f"!remind T-{ticket}")
        await quiet(desk)
        assert "Reminder 1 of 3: T-1 waits for you. We still need:" in mailbox.headlines("#acme")
        assert (await standing(desk, ticket))[0].reminders == 1


async def test_a_reminder_that_arrived_counts_although_another_message_did_not(database: str) -> None:
    mailbox, time = Doors(closed={"#acme": Undeliverable("no")}, word="is now handling"), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await waiting_for_ana(desk)
        await said(desk, "ben", "#desk", f"!remind T-{ticket}")
        await quiet(desk)
        assert (await standing(desk, ticket))[0].reminders == 1


async def test_what_the_customer_answered_meanwhile_is_left_alone(database: str) -> None:
    mailbox, time = Doors(closed={"#acme": Undeliverable("no")}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await waiting_for_ana(desk)
        await said(desk, "ben", "#desk", f"!remind T-{ticket}")
        await said(desk, "ana", "#acme", f"!reply T-{ticket} here they are")
        await said(desk, "ben", "#desk", f"!start T-{ticket}")
        await quiet(desk)
        _, history = await standing(desk, ticket)
        assert not any(isinstance(event, ReminderUndelivered) for event in history)


async def test_in_a_room_that_lets_nobody_of_ours_in_no_reminder_counts_and_none_comes_late(database: str) -> None:
    mailbox, time = Doors(closed={"#acme": Unreachable("not in #acme")}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await waiting_for_ana(desk)
        while not any(isinstance(event, ReminderUndelivered) for event in (await standing(desk, ticket))[1]):
            due = await desk.timers.next_due()
            assert due is not None
            assert due <= time.at + 5 * TWO_DAYS
            time.at = max(due, time.at)
            await quiet(desk)
        found, history = await standing(desk, ticket)
        assert found.reminders == 0
        assert len(read_at_the_desk(mailbox, "did not reach Ana Ashford")) == 1

        mailbox.closed.clear()
        await said(desk, "ana", "#acme", "!help")
        await quiet(desk)
        assert [line for line in mailbox.headlines("#acme") if line.startswith("Reminder")] == []

        # Tried again after as long as if it had counted, and then it is the first.
        tried_at = history[-1].at
        due = await desk.timers.next_due()
        while due is not None and due <= tried_at + 4 * TWO_DAYS:
            time.at = max(due, time.at)
            await quiet(desk)
            due = await desk.timers.next_due()
        reminders = [line for line in mailbox.headlines("#acme") if line.startswith("Reminder")]
        assert reminders[0].startswith("Reminder 1 of 3")
        assert (await standing(desk, ticket))[1][len(history)].at >= tried_at + TWO_DAYS


# ---- on two platforms ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_scene_where(database: str, **closed: str) -> AsyncIterator[Scene]:
    """Open a desk that cannot remind anybody in the rooms *closed*, which are named by their platforms."""

    def doors(platform: Platform) -> Doors:
        room = closed.get(platform)
        return Doors(platform=platform, closed={room: Undeliverable("it was archived")} if room else {})

    async with a_scene(database, slack=doors(Platform.SLACK), matrix=doors(Platform.MATRIX)) as scene:
        yield scene


async def reminded(scene: Scene) -> TicketId:
    ticket = await a_ticket_on_both(scene)
    for words in (f"take T-{ticket}", f"need T-{ticket} the logs", f"remind T-{ticket}"):
        await scene.hears(BEN, DESK, Marked(text=words))
    return ticket


async def test_the_next_contact_is_called_where_they_are(database: str) -> None:
    """Ana is on Slack, where the channel is gone; Aldo, her colleague, is on Matrix."""
    async with a_scene_where(database, slack=ACME) as scene:
        ticket = await reminded(scene)
        found, history = await standing(scene.desk, ticket)
        assert found.reminders == 1
        told = [event for event in history if isinstance(event, BeneficiaryReminded | ReminderUndelivered)]
        assert [type(event).__name__ for event in told] == [
            "BeneficiaryReminded",
            "ReminderUndelivered",
            "BeneficiaryReminded",
        ]
        calls = [p for p in scene.parcels(ACME_ON_MATRIX, Form.THREAD) if "aldo" in p.claimed.message.notify]
        assert [p.claimed.message.headline for p in calls] == ["Reminder 1 of 3: T-1 waits for you. We still need:"]
        assert "did not reach Ana Ashford (Acme Industries), so it does not count." in scene.read_in(DESK)
        assert "Aldo Archer (Acme Industries) is asked instead." in scene.read_in(DESK)


async def test_it_counts_where_it_reaches_them_on_one_of_two_platforms(database: str) -> None:
    async with a_scene_where(database, matrix=ACME_ON_MATRIX) as scene:
        ticket = await reminded(scene)
        found, history = await standing(scene.desk, ticket)
        assert found.reminders == 1
        assert not any(isinstance(event, ReminderUndelivered) for event in history)


async def test_where_neither_can_be_reached_the_agent_is_called_once(database: str) -> None:
    async with a_scene_where(database, slack=ACME, matrix=ACME_ON_MATRIX) as scene:
        ticket = await reminded(scene)
        found, history = await standing(scene.desk, ticket)
        assert found.reminders == 0
        lost = [event.contact for event in history if isinstance(event, ReminderUndelivered)]
        assert lost == ["ana"]
        assert scene.read_in(DESK).count("I can reach nobody else of Acme Industries: call them.") == 1
