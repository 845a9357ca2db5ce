"""Messages owed and commands owed later: tried again, given up aloud, fired once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest

from chatops.application.commands import RemindBeneficiary
from chatops.application.couriers import GIVE_UP_AFTER
from chatops.application.loops import SAFETY_NET_S
from chatops.application.pacing import FIRST_LOOK, LONGEST_WAIT, SETTLES, WAITS_AT_MOST
from chatops.application.ports.storage import Storage, UnitOfWork, Work
from chatops.application.ports.timers import Timer
from chatops.application.workers import OutboxRelay
from chatops.domain.errors import Doubtful, RoomBusy, TryAgainLater, Undeliverable
from chatops.domain.vocabulary import Role, Scope, TicketId
from tests.desks import Dies, FixedTime, Mailbox, TracedMailbox, a_desk, a_ticket, quiet, said


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


async def test_a_message_that_arrived_before_its_sender_died_is_not_sent_again(database: str) -> None:
    """F5: Slack has no idempotency key (facts on reliability, finding 3), so the room itself is asked."""
    time, mailbox = FixedTime(), TracedMailbox(dies_after=True)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        with pytest.raises(Dies):
            await desk.relay.run_once()
    time.at += timedelta(minutes=10)
    mailbox.dies_after = False
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await quiet(desk)
        assert (len(mailbox.shown), mailbox.looked, mailbox.parcels) == (1, 1, [])
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#acme"]


async def test_a_message_whose_connection_broke_is_looked_for_and_sent_again_only_if_it_is_not_there(
    database: str,
) -> None:
    """F6: executed, then the connection was dropped; and dropped before anything was executed."""
    time, mailbox = FixedTime(), TracedMailbox(fails=[Doubtful("the connection broke")])
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        await quiet(desk)
        assert len(mailbox.shown) == 1
        time.at += SETTLES
        await quiet(desk)
        assert (len(mailbox.shown), mailbox.looked, mailbox.parcels) == (1, 1, [])
        mailbox.fails.append(Doubtful("the connection broke"))
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        mailbox.shown.pop()  # It had never got there.
        time.at += SETTLES
        await quiet(desk)
        assert (len(mailbox.shown), mailbox.looked, len(mailbox.parcels)) == (2, 2, 1)


async def test_where_nobody_can_tell_whether_it_arrived_it_is_not_sent_blindly_and_somebody_is_told_once(
    database: str,
) -> None:
    """F5, when the history is kept from us: unknown, one alert; looked at again, and settled when we may look."""
    time, mailbox = FixedTime(), TracedMailbox(fails=[Doubtful("the connection broke")], blind=True)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        for _ in range(5):
            time.at += FIRST_LOOK
            await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#managers"]
        assert mailbox.headlines("#managers") == ["A message may or may not have arrived, and I cannot look."]
        mailbox.blind = False
        time.at += FIRST_LOOK
        await quiet(desk)
        assert mailbox.headlines("#acme") == ["No tickets here. `!list all` shows closed ones as well."]
        assert len(mailbox.shown) == len(set(mailbox.shown)) == 3


async def test_what_nobody_can_tell_for_a_week_is_given_up_aloud(database: str) -> None:
    """I3: none stays between for ever."""
    time, mailbox = FixedTime(), TracedMailbox(fails=[Doubtful("the connection broke")], blind=True)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        for wait in (FIRST_LOOK, WAITS_AT_MOST):
            time.at += wait
            await quiet(desk)
        assert mailbox.headlines("#managers")[-1] == "A message could not be delivered."
        assert len(mailbox.headlines("#acme")) == 1


async def test_a_room_that_is_written_in_too_fast_rests_and_the_others_go_on(database: str) -> None:
    """F12: waited for exactly, however often, and no message is given up for it."""
    time, mailbox = FixedTime(), Mailbox(fails=[RoomBusy("one a second", after=timedelta(seconds=30))])
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await said(desk, "ana", "#acme", "!help")
        await desk.relay.run_once()
        await said(desk, "ben", "#desk", "!list")
        await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#desk"]
        assert await desk.relay.next_due() == time.at + timedelta(seconds=30)
        for _ in range(GIVE_UP_AFTER + 1):
            mailbox.fails.append(RoomBusy("one a second", after=timedelta(seconds=1)))
            time.at += timedelta(seconds=30)
            await quiet(desk)
        assert not mailbox.fails
        time.at += timedelta(seconds=1)
        await quiet(desk)
        assert [p.claimed.place.value for p in mailbox.parcels] == ["#desk", "#acme"]
        assert mailbox.parcels[-1].claimed.attempt == 1


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
