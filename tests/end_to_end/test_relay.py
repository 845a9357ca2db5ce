"""
How the relay gets on with platforms that refuse: too fast, not in that room, slow.

The messengers are scripted and time is the test's; the rest of the desk is real.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from chatops.application.message_tree import Message
from chatops.application.pacing import BATCH, wait_before
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form, OwedMessage, Urgency
from chatops.application.ports.threads import Thread
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address
from chatops.domain.errors import RateLimited, Unreachable
from chatops.domain.vocabulary import Audience, Language, Platform, RoomId, Scope
from tests.desks import FixedTime, Mailbox, a_desk, a_ticket, quiet, said

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Storm(Mailbox):
    """Refuses the first `refusals` tries as too fast, asking for `after`; remembers when each try was."""

    time: FixedTime = field(default_factory=FixedTime)
    refusals: int = 0
    after: timedelta | None = None
    tried: list[datetime] = field(default_factory=list)

    async def deliver(self, parcel: Parcel) -> Address:
        self.tried.append(self.time.at)
        await asyncio.sleep(0)  # As on any network: a whole round is under way before its first answer.
        if self.refusals:
            self.refusals -= 1
            raise RateLimited("too fast", after=self.after)
        return await super().deliver(parcel)


@dataclass
class Doors(Mailbox):
    """Lets nobody of ours into the rooms of `shut`; remembers where each try was."""

    shut: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)

    async def deliver(self, parcel: Parcel) -> Address:
        room = parcel.claimed.place.value
        self.tried.append(room)
        if room in self.shut:
            raise Unreachable(f"not in {room}")
        return await super().deliver(parcel)


@dataclass
class Slow(Mailbox):
    """Takes what is for one room only when the test lets it."""

    room: str = ""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, parcel: Parcel) -> Address:
        if parcel.claimed.place.value == self.room:
            self.waiting.set()
            await self.go_on.wait()
        return await super().deliver(parcel)


def at(room: str, platform: Platform = Platform.CONSOLE) -> Address:
    return Address(platform=platform, value=room)


def owed(
    text: str, *, room: str = "#hall", thread: Thread | None = None, urgency: Urgency = Urgency.QUIET
) -> OwedMessage:
    return OwedMessage(
        form=Form.THREAD if thread else Form.ANSWER,
        message=Message(language=Language.EN, headline=text),
        place=thread.place if thread else at(room),
        urgency=urgency,
        thread=thread,
    )


async def put(desk: RunningDesk, messages: Sequence[OwedMessage]) -> None:
    async with desk.storage.begin() as uow:
        await uow.outbox.put(messages, at=desk.time.now(), correlation_id="c")
        await uow.commit()


async def threads_in(desk: RunningDesk, place: str, many: int) -> list[Thread]:
    """Return threads of as many tickets in one room, so many lanes."""
    tickets = [await a_ticket(desk) for _ in range(many)]
    threads = []
    async with desk.storage.begin() as uow:
        for ticket in tickets:
            stands = await uow.tickets.find(ticket, Scope.of_the_desk())
            assert stands is not None
            threads.append(
                await uow.threads.add(
                    Thread(
                        ticket_id=ticket,
                        organisation=stands.organisation,
                        room=RoomId("#desk"),
                        place=at(place),
                        audience=Audience.INTERNAL,
                    )
                )
            )
        await uow.commit()
    return threads


async def until_all_is_said(desk: RunningDesk, time: FixedTime) -> None:
    """Let what is due happen, and time pass to what is due next, until nothing is owed."""
    while True:
        await quiet(desk)
        due = await desk.relay.next_due()
        if due is None:
            return
        time.at = max(time.at, due)


def told(mailbox: Mailbox) -> list[str]:
    return [parcel.claimed.message.headline for parcel in mailbox.parcels]


# ---- too fast --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 1, 30, 3600, None])
async def test_a_storm_of_refusals_is_waited_out_exactly_and_loses_nothing(database: str, seconds: int | None) -> None:
    """F12: all of what is asked for is waited for, the order in a thread stays, pages go first."""
    time = FixedTime()
    mailbox = Storm(time=time, refusals=BATCH + 9, after=None if seconds is None else timedelta(seconds=seconds))
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await put(desk, [owed(f"{number}", room=f"#{room}") for number in range(5) for room in range(BATCH)])
        await put(desk, [owed("the page", room="#last", urgency=Urgency.PAGE)])
        await until_all_is_said(desk, time)
    rounds = sorted(set(mailbox.tried))
    waits = [later - earlier for earlier, later in pairwise(rounds)]
    asked = [wait_before(refusal + 1) for refusal in range(1, 11)]
    if seconds is not None:
        # Who asks for no wait, and refuses again, is not believed twice.
        asked = [timedelta(seconds=seconds)] * 10 if seconds else asked[1:]
    assert waits == asked
    assert told(mailbox)[0] == "the page"
    by_room: dict[str, list[str]] = defaultdict(list)
    for parcel in mailbox.parcels[1:]:
        by_room[parcel.claimed.place.value].append(parcel.claimed.message.headline)
    assert dict(by_room) == {f"#{room}": ["0", "1", "2", "3", "4"] for room in range(BATCH)}


async def test_three_hundred_refusals_in_a_row_kill_no_message(database: str) -> None:
    time = FixedTime()
    mailbox = Storm(time=time, refusals=300, after=30 * SECOND)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await put(desk, [owed("one"), owed("two"), owed("elsewhere", room="#other")])
        await until_all_is_said(desk, time)
    assert sorted(told(mailbox)) == ["elsewhere", "one", "two"]
    assert told(mailbox).index("one") < told(mailbox).index("two")
    assert all(parcel.claimed.attempt == 1 for parcel in mailbox.parcels)


async def test_after_a_refusal_the_relay_begins_again_with_one_message_and_doubles(database: str) -> None:
    time = FixedTime()
    mailbox = Storm(time=time, refusals=1, after=30 * SECOND)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await put(desk, [owed("one")])
        assert await desk.relay.run_once() == 1
        await put(desk, [owed(f"{number}", room=f"#{number}") for number in range(60)])
        assert await desk.relay.run_once() == 0
        assert await desk.relay.next_due() == time.at + 30 * SECOND
        time.at += 30 * SECOND
        rounds = [await desk.relay.run_once() for _ in range(6)]
    assert rounds == [1, 2, 4, 8, 16, BATCH]


async def test_a_room_with_many_threads_does_not_hold_up_a_room_with_one(database: str) -> None:
    """One message at a time is where it would be felt: the rooms take turns."""
    time = FixedTime()
    mailbox = Storm(time=time)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        threads = await threads_in(desk, "#full", 30)
        await quiet(desk)
        await put(desk, [owed(f"full {number}", thread=thread) for number, thread in enumerate(threads)])
        await put(desk, [owed("alone", room="#quiet")])
        mailbox.parcels.clear()
        mailbox.refusals, mailbox.after = BATCH, SECOND
        await until_all_is_said(desk, time)
    assert "alone" in told(mailbox)[:3]
    assert len(mailbox.parcels) == 31


async def test_another_platform_is_not_held_up(database: str) -> None:
    time = FixedTime()
    busy, free = Storm(time=time, refusals=5, after=HOUR), Mailbox(platform=Platform.MATRIX)
    async with a_desk(database, messengers=[busy, free], time=time) as desk:
        await put(desk, [owed("for the busy one")])
        await quiet(desk)
        elsewhere = OwedMessage(
            form=Form.ANSWER,
            message=Message(language=Language.EN, headline="for the free one"),
            place=at("!room", Platform.MATRIX),
            urgency=Urgency.QUIET,
        )
        await put(desk, [elsewhere])
        await quiet(desk)
        assert (told(busy), told(free)) == ([], ["for the free one"])


async def test_a_slow_room_holds_up_nothing_but_itself(database: str) -> None:
    mailbox, stop = Slow(room="#slow"), asyncio.Event()
    async with a_desk(database, messengers=[mailbox]) as desk:
        working = asyncio.create_task(desk.relay.run(stop))
        async with asyncio.timeout(20):
            await put(desk, [owed("held up", room="#slow"), owed("after it", room="#slow")])
            await mailbox.waiting.wait()
            for text in ("one", "two", "three"):
                mailbox.arrived.clear()
                await put(desk, [owed(text)])
                await mailbox.arrived.wait()
            mailbox.go_on.set()
            stop.set()
            await working
    assert told(mailbox) == ["one", "two", "three", "held up"]


async def test_who_is_told_to_stop_finishes_what_was_begun(database: str) -> None:
    mailbox, stop = Slow(room="#slow"), asyncio.Event()
    async with a_desk(database, messengers=[mailbox]) as desk:
        working = asyncio.create_task(desk.relay.run(stop))
        async with asyncio.timeout(20):
            await put(desk, [owed("begun", room="#slow")])
            await mailbox.waiting.wait()
            stop.set()
            await asyncio.sleep(0.05)
            assert not working.done()
            mailbox.go_on.set()
            await working
        assert await desk.relay.next_due() is None


# ---- not in that room ------------------------------------------------------------------------------------------------


def alerts_in(mailbox: Mailbox) -> list[Message]:
    """Return what the managers' room was told of deliveries; it also hears of tickets, which calls people by name."""
    messages = [p.claimed.message for p in mailbox.parcels if p.claimed.place.value == "#managers"]
    return [message for message in messages if not message.notify]


async def test_a_room_that_shuts_us_out_is_told_once_and_waits_in_order(database: str) -> None:
    mailbox, time = Doors(shut={"#acme"}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await a_ticket(desk)
        await a_ticket(desk)
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await quiet(desk)
        (alert,) = [parcel.claimed.message for parcel in mailbox.parcels if parcel.claimed.place.value == "#managers"]
        assert alert.headline == "I cannot write in #acme."
        assert alert.paragraphs[0] == "Invite me there again, and let me write there."
        assert mailbox.headlines("#desk")

        mailbox.tried.clear()
        time.at += 10 * MINUTE - timedelta(microseconds=1)
        await quiet(desk)
        assert mailbox.tried == []
        time.at += timedelta(microseconds=1)
        await quiet(desk)
        for _ in range(3):
            time.at += HOUR
            await quiet(desk)
        assert [room for room in mailbox.tried if room == "#acme"] == ["#acme"] * 4

        mailbox.shut.clear()
        await desk.bus.reached(at("#acme"))
        await quiet(desk)
        assert [line for line in mailbox.headlines("#acme") if line.startswith("T-")][:2] == [
            f"T-{ticket} · the portal is very slow",
            f"T-{ticket + 1} · the portal is very slow",
        ]
        forms = [p.claimed.form for p in mailbox.parcels if p.claimed.place == at("#acme") and p.claimed.ticket_id == 1]
        assert forms == ["card", "thread", "card_edit"]
        assert alerts_in(mailbox) == [alert]
        assert await desk.relay.next_due() is None


async def test_a_room_that_lets_us_in_by_itself_is_noticed_at_the_next_look(database: str) -> None:
    mailbox, time = Doors(shut={"#acme"}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        for _ in range(5):
            await a_ticket(desk)
        await quiet(desk)
        mailbox.shut.clear()
        time.at += 10 * MINUTE
        await quiet(desk)
        assert len(mailbox.headlines("#acme")) == 5
        mailbox.shut.add("#acme")
        await a_ticket(desk)
        await quiet(desk)
        assert len(mailbox.headlines("#managers")) == 2


async def test_who_is_heard_in_the_room_makes_us_look_at_once(database: str) -> None:
    mailbox, time = Doors(shut={"#acme"}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await a_ticket(desk)
        await quiet(desk)
        mailbox.shut.clear()
        time.at += MINUTE
        await said(desk, "ana", "#acme", "!list")
        await quiet(desk)
        assert len(mailbox.headlines("#acme")) == 2


async def test_what_waited_seven_days_is_given_up_with_one_alert(database: str) -> None:
    mailbox, time = Doors(shut={"#acme"}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        first, second = await a_ticket(desk), await a_ticket(desk)
        began = time.at
        await quiet(desk)
        time.at = began + 6 * DAY
        await quiet(desk)
        third = await a_ticket(desk)
        await quiet(desk)
        time.at = began + 7 * DAY
        await quiet(desk)
        _, alert = alerts_in(mailbox)
        assert alert.headline == "2 messages waited seven days for me to be let into a room, and were given up."
        facts = {fact.label: fact.value for fact in alert.facts}
        assert facts == {"Room": "#acme", "Tickets": f"T-{first}, T-{second}"}
        mailbox.shut.clear()
        time.at += HOUR
        await quiet(desk)
        cards = [p.claimed for p in mailbox.parcels if p.claimed.place == at("#acme") and p.claimed.form == "card"]
        assert [card.ticket_id for card in cards] == [third]


async def test_a_managers_room_that_shuts_us_out_makes_no_alert_to_itself(database: str) -> None:
    mailbox, time = Doors(shut={"#managers", "#acme"}), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await a_ticket(desk)
        await quiet(desk)
        assert mailbox.tried.count("#managers") == 1
        mailbox.shut.clear()
        await desk.bus.reached(at("#managers"))
        await quiet(desk)
        assert mailbox.headlines("#managers") == ["I cannot write in #acme."]
