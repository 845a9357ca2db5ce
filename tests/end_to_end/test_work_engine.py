"""Messages owed and commands owed later: tried again, given up aloud, fired once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest

from chatops.application.commands import RemindBeneficiary
from chatops.application.couriers import GIVE_UP_AFTER
from chatops.application.loops import SAFETY_NET_S
from chatops.application.pacing import LONGEST_WAIT
from chatops.application.ports import Parcel, Storage, Timer, UnitOfWork, Work
from chatops.application.workers import OutboxRelay
from chatops.domain.directory import Address
from chatops.domain.errors import TryAgainLater, Undeliverable
from chatops.domain.vocabulary import Role, Scope, TicketId
from tests.desks import FixedTime, Mailbox, a_desk, a_ticket, quiet, said


async def test_a_message_is_tried_again_when_it_is_time_and_holds_up_its_thread_only(database: str) -> None:
    mailbox, time = Mailbox(fails=[TryAgainLater("busy", after=timedelta(seconds=30))]), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await a_ticket(desk)
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await quiet(desk)
        held_up = {"#acme", "#desk"} - {p.claimed.place.value for p in mailbox.parcels if p.claimed.form == "card"}
        assert len(held_up) == 1
        time.at += timedelta(seconds=29)
        await quiet(desk)
        assert held_up - {p.claimed.place.value for p in mailbox.parcels if p.claimed.form == "card"} == held_up
        time.at += timedelta(seconds=1)
        await quiet(desk)
        forms = [p.claimed.form for p in mailbox.parcels if p.claimed.place.value in held_up and p.claimed.thread_id]
        assert forms == ["card", "thread", "card_edit"]


async def test_what_never_arrives_is_told_to_the_managers(database: str) -> None:
    """I3: dead with an alert to an operator."""
    mailbox = Mailbox(fails=[Undeliverable("we were banned from the room")])
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        (alert,) = [p.claimed.message for p in mailbox.parcels if p.claimed.place.value == "#managers"]
        facts = {fact.label: fact.value for fact in alert.facts}
        assert facts["Because"] == "we were banned from the room"
        assert facts["Ticket"] == "T-1"
        assert facts["Room"] in ("#acme", "#desk")


async def test_an_alert_that_cannot_be_delivered_makes_no_alert(database: str) -> None:
    mailbox = Mailbox(fails=[Undeliverable("banned")] * 3)
    async with a_desk(database, messengers=[mailbox]) as desk:
        await a_ticket(desk)
        await quiet(desk)
        assert len([p for p in mailbox.parcels if p.claimed.place.value == "#managers"]) <= 1
        assert mailbox.fails == []


async def test_a_message_is_given_up_after_a_bounded_number_of_tries(database: str) -> None:
    mailbox, time = Mailbox(fails=[TryAgainLater("away")] * 10_000), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        tries = 0
        while await desk.relay.run_once():
            tries += 1
            time.at += LONGEST_WAIT
            if tries == GIVE_UP_AFTER:
                mailbox.fails.clear()
        assert tries == GIVE_UP_AFTER + 1
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#managers"]


async def test_a_message_that_may_have_arrived_is_not_sent_again_where_that_could_show_twice(database: str) -> None:
    """Slack has no idempotency key (facts on reliability, finding 3): unknown, and somebody is told."""

    time = FixedTime()
    async with a_desk(database, messengers=[StopsWhileSending(idempotent=False)], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        with pytest.raises(Dies):
            await desk.relay.run_once()
    time.at += timedelta(minutes=10)
    mailbox = Mailbox(idempotent=False)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#managers"]
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#managers"]


async def test_a_timer_fires_its_command_once_and_not_early(database: str) -> None:
    """I5."""
    mailbox, time = Mailbox(), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await a_ticket(desk)
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await said(desk, "ben", "#desk", f"!need T-{ticket} the logs")
        due = time.at + timedelta(days=2)
        async with desk.storage.begin() as uow:
            await uow.timers.set(_reminder(ticket, due), correlation_id="c")
            await uow.commit()
        time.at = due - timedelta(microseconds=1)
        await quiet(desk)
        assert await desk.timers.next_due() == due
        time.at = due
        await quiet(desk)
        time.at += timedelta(days=1)
        await quiet(desk)
        reminded = [line for line in mailbox.headlines("#acme") if line.startswith("Reminder")]
        assert reminded == ["Reminder 1 of 3: T-1 waits for you. We still need:"]
        async with desk.storage.begin() as uow:
            stands = await uow.tickets.find(ticket, Scope.of_the_desk())
        assert stands is not None
        assert stands.reminders == 1


class Dies(Exception):
    """The process ends here, as far as the outbox can tell."""


class StopsWhileSending(Mailbox):
    async def deliver(self, parcel: Parcel) -> Address:
        raise Dies


def _reminder(ticket: TicketId, due: datetime) -> Timer:
    return Timer(
        name="reminder",
        due_at=due,
        ticket_id=ticket,
        command=RemindBeneficiary(by=None, role=Role.DESK, at=due, ticket_id=ticket),
    )


class CommitsBeforeTheWait:
    """A `Storage` in which something is committed between an empty claim and the waiting for work."""

    def __init__(self, storage: Storage, commit: Callable[[], Awaitable[object]]) -> None:
        self._storage = storage
        self._commit: Callable[[], Awaitable[object]] | None = commit

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._storage.begin()

    def work_mark(self, work: Work) -> int:
        return self._storage.work_mark(work)

    async def wait_for_work(self, work: Work, *, timeout_s: float, since: int | None = None) -> None:
        if self._commit is not None:
            commit, self._commit = self._commit, None
            await commit()
        await self._storage.wait_for_work(work, timeout_s=timeout_s, since=since)


async def test_a_commit_between_an_empty_claim_and_the_wait_is_not_slept_through(database: str) -> None:
    mailbox, stop = Mailbox(), asyncio.Event()
    async with a_desk(database, messengers=[mailbox]) as desk:
        storage = CommitsBeforeTheWait(desk.storage, lambda: said(desk, "ana", "#acme", "!help"))
        relay = OutboxRelay(storage=storage, messengers=[mailbox], words=desk.words, time=desk.time)
        working = asyncio.create_task(relay.run(stop))
        await asyncio.wait_for(mailbox.arrived.wait(), SAFETY_NET_S / 2)
        stop.set()
        await working
