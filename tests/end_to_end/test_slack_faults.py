"""
A Slack that breaks, stalls, forgets or shuts us out (F6, F9, F12, F29), judged by what people see.

The desk and its Slack live on a time that tests move, so that half an hour takes no time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from adapters.console.player import VirtualTime
from adapters.console.story import DEFAULT_CLOCK, InRoom, InThread
from adapters.directory_file.reading import demo_directory
from chatops.bootstrap import policy_engine
from chatops.domain.vocabulary import PersonId, RoomId, TicketId
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.slack.faults import (
    EXECUTED_THEN_500,
    EXECUTED_THEN_503,
    EXECUTED_THEN_DROPPED,
    LOST,
    NEVER_ENDING,
    ApiFault,
    rate_limited,
    refused,
)
from tests.slack.records import Channel, Standing
from tests.slack_stage import SlackStage, a_slack_stage

ANA, ALDO, GUS, BEN, BEA, CLO = map(PersonId, ("ana", "aldo", "gus", "ben", "bea", "clo"))
ACME, GLOBEX, DESK = map(RoomId, ("#acme", "#globex", "#desk"))
POST, UPDATE = "chat.postMessage", "chat.update"
HERE = InThread(ticket_id=TicketId(1))
SOON = timedelta(seconds=5)
"""Longer than what may have arrived is given to show up."""


class Fixture:
    """A stage and its time."""

    def __init__(self, stage: SlackStage, time: VirtualTime) -> None:
        self.stage = stage
        self.time = time
        self.faults = stage.town.slack.faults

    def channel(self, room: RoomId) -> Channel:
        return self.stage.town.channels[room]

    async def says(self, person: PersonId, text: str, *, at: InThread | InRoom = HERE) -> None:
        never_log(text)
        await self.stage.say(person, at, text)
        await self.stage.settle()

    async def opens(self, title: str = "The portal is slow") -> None:
        await self.says(ANA, f"!open S2 {title}", at=InRoom(room=ACME))

    async def passes(self, duration: timedelta) -> None:
        """Let time pass; what is to be sent or due on the way happens at its own instant."""
        until = self.time.now() + duration
        while True:
            times = [await self.stage.desk.relay.next_due(), await self.stage.desk.timers.next_due()]
            due = min((at for at in times if at is not None), default=until)
            if due >= until:
                break
            self.time.move_to(max(due, self.time.now() + timedelta(milliseconds=100)))
            await self.stage.settle()
        self.time.move_to(until)
        await self.stage.settle()

    def sees(self, person: PersonId, words: str) -> list[str]:
        return [text for text in self.stage.shown_to(person) if words in text]

    def told(self, person: PersonId, room: RoomId, *, of: str = "") -> list[str]:
        """Return the last lines of what the desk passed on in a room, oldest first, where they hold *of*."""
        seen = [each for each in self.stage.screens.of(person) if each.room == room and each.author is None]
        quoted = [line for each in seen for line in each.lines if line.startswith("> ")]
        return [line.removeprefix("> ") for line in quoted if of in line]

    def calls(self, method: str, room: RoomId) -> int:
        return len(self.stage.town.slack.calls(method, channel=self.channel(room)))

    def cards(self) -> list[RoomId]:
        return sorted(card.room for card in self.stage.cards(TicketId(1)))

    @property
    def alerts(self) -> int:
        """What the managers were told of it."""
        return len(self.sees(CLO, "#acme"))


@asynccontextmanager
async def a_fixture(database: str, *, socket_mode: bool = False) -> AsyncIterator[Fixture]:
    time = VirtualTime(DEFAULT_CLOCK)
    async with a_slack_stage(
        database, policy_engine(None, None), time, demo_directory(), socket_mode=socket_mode
    ) as stage:
        yield Fixture(stage, time)


# ---- it happened, and nobody heard of it (F6) ------------------------------------------------------------------------

EXECUTED = pytest.mark.parametrize(
    "fault", [EXECUTED_THEN_DROPPED, EXECUTED_THEN_500, EXECUTED_THEN_503], ids=["reset", "500", "503"]
)


@EXECUTED
async def test_a_card_whose_arrival_nobody_heard_of_is_one_card(sqlite_database: str, fault: ApiFault) -> None:
    async with a_fixture(sqlite_database) as here:
        here.faults.on(POST, fault, channel=here.channel(ACME))
        await here.opens()
        await here.passes(SOON)

        assert here.cards() == [ACME, DESK]
        assert here.calls(POST, ACME) == 1
        await here.says(BEN, "!take")
        assert len(here.sees(ANA, "is now handling T-1.")) == 1


@EXECUTED
async def test_a_reply_whose_arrival_nobody_heard_of_stands_once_and_in_order(
    sqlite_database: str, fault: ApiFault
) -> None:
    """I8: what was said after it waits for it."""
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        here.faults.on(POST, fault, channel=here.channel(DESK))
        await here.says(ANA, "the first")
        await here.says(ANA, "the second")
        await here.passes(SOON)

        assert here.told(BEN, DESK) == ["the first", "the second"]
        assert here.calls(POST, DESK) == 3


@EXECUTED
async def test_an_edit_whose_success_nobody_heard_of_is_made_again(sqlite_database: str, fault: ApiFault) -> None:
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        before, messages = here.calls(UPDATE, ACME), len(here.channel(ACME).messages)
        here.faults.on(UPDATE, fault, channel=here.channel(ACME))
        await here.says(BEN, "!take")
        await here.passes(SOON)

        assert here.calls(UPDATE, ACME) == before + 2
        assert len(here.channel(ACME).messages) == messages + 1
        assert all("OPEN" in " ".join(card.facts) for card in here.stage.cards(TicketId(1)))


@pytest.mark.slow
async def test_an_answer_that_never_ends_is_cut_off_and_its_card_is_one(sqlite_database: str) -> None:
    """The time that a call may take is real: twenty seconds."""
    async with a_fixture(sqlite_database) as here:
        here.faults.on(POST, NEVER_ENDING, channel=here.channel(ACME))
        await here.opens()
        await here.passes(SOON)

        assert here.cards() == [ACME, DESK]
        assert here.calls(POST, ACME) == 1


# ---- half an hour that Slack never tells of (F9) ---------------------------------------------------------------------


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket-mode"])
async def test_what_slack_dropped_for_half_an_hour_is_read_back_once_and_marked(
    sqlite_database: str, socket_mode: bool
) -> None:
    async with a_fixture(sqlite_database, socket_mode=socket_mode) as here:
        await here.opens()
        await here.says(BEN, "!take")
        await here.says(ALDO, "before it")
        here.faults.always("message", LOST)
        here.faults.always("app_mention", LOST)
        await here.says(ALDO, "during it, first")
        await here.says(BEN, "their plug-in, again")
        await here.says(GUS, "!open S3 La recherche ne trouve rien", at=InRoom(room=GLOBEX))
        await here.passes(timedelta(minutes=15))
        await here.says(ALDO, "during it, second")
        await here.passes(timedelta(minutes=15))
        here.faults.forget()
        await here.says(ALDO, "after it")
        if not socket_mode:
            # A new socket makes the desk read back by itself, and it may still be at that.
            assert here.told(BEN, DESK) == ["before it", "after it"]

        here.stage.app.catch_up_soon()
        async with asyncio.timeout(PATIENCE_S):
            while not (here.sees(BEN, "T-2 · La recherche") and "during it, second" in here.told(BEN, DESK)):
                await here.stage.settle()
                await asyncio.sleep(0.05)
        here.stage.app.catch_up_soon()
        await asyncio.sleep(0.3)
        await here.stage.settle()

        words = {"before it": False, "during it, first": True, "during it, second": True, "after it": False}
        told = here.told(BEN, DESK)
        assert sorted(told) == sorted(words)
        assert told.index("during it, first") < told.index("during it, second")
        for said, late in words.items():
            (copy,) = here.sees(BEN, f"> {said}")
            assert ("reached the desk late" in copy) is late
        assert len(here.sees(GUS, "T-2 · La recherche")) == 1
        assert len(here.sees(BEN, "their plug-in, again")) == 1
        assert here.sees(ANA, "their plug-in, again") == []


# ---- too much at once (F12) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "after_s"),
    [("0", 1.0), ("1", 1.0), ("30", 30.0), (None, 1.0), ("abc", 1.0)],
    ids=["0", "1", "30", "missing", "abc"],
)
async def test_a_room_that_takes_no_more_is_waited_for_exactly_and_stops_no_other(
    sqlite_database: str, header: str | None, after_s: float
) -> None:
    """Without a sensible number we wait for a second."""
    async with a_fixture(sqlite_database) as here:
        here.faults.on(POST, rate_limited(header), channel=here.channel(ACME))
        await here.opens()
        assert here.cards() == [DESK]
        await here.says(BEN, "!take")
        assert here.sees(BEN, "Ben Barker took T-1.")
        wait = timedelta(seconds=after_s)

        here.time.move_to(here.time.now() + wait - timedelta(milliseconds=1))
        await here.stage.settle()
        assert (here.cards(), here.calls(POST, ACME)) == ([DESK], 1)
        here.time.move_to(here.time.now() + timedelta(milliseconds=1))
        await here.stage.settle()

        assert here.cards() == [ACME, DESK]
        told = [text.splitlines()[0] for text in here.stage.shown_to(ANA)]
        assert told[-2:] == ["T-1 · The portal is slow", "Ben Barker (support) is now handling T-1."]


async def test_a_date_to_wait_for_is_waited_for(sqlite_database: str) -> None:
    """The date of the answer is the one that counts: our clocks need not agree."""
    headers = {
        "Content-Type": "application/json",
        "Date": "Mon, 01 Jun 2026 09:00:00 GMT",
        "Retry-After": "Mon, 01 Jun 2026 09:00:20 GMT",
    }
    busy = ApiFault(executed=False, status=429, headers=headers, body='{"ok":false,"error":"ratelimited"}')
    async with a_fixture(sqlite_database) as here:
        here.faults.on(POST, busy, channel=here.channel(ACME))
        await here.opens()
        here.time.move_to(here.time.now() + timedelta(seconds=19.9))
        await here.stage.settle()
        assert here.cards() == [DESK]
        here.time.move_to(here.time.now() + timedelta(seconds=0.1))
        await here.stage.settle()
        assert here.cards() == [ACME, DESK]


async def test_a_storm_everywhere_loses_and_doubles_nothing_and_keeps_the_order(sqlite_database: str) -> None:
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        await here.says(BEN, "!take")
        here.faults.always("chat.*", rate_limited(30))
        for number in range(1, 6):
            await here.says(ANA, f"and again {number}")
        await here.passes(timedelta(minutes=5))
        assert here.told(BEN, DESK) == []
        asked = here.calls(POST, DESK)
        assert asked <= 5 * 60 / 30 + 5

        here.faults.forget()
        await here.passes(timedelta(seconds=33))

        assert here.told(BEN, DESK) == [f"and again {number}" for number in range(1, 6)]


# ---- shut out (F29) --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["not_in_channel", "is_archived", "channel_not_found", "restricted_action"])
async def test_a_room_that_shuts_us_out_is_told_once_and_catches_up_in_order(sqlite_database: str, error: str) -> None:
    """Nothing is tried for ever, nobody else waits; who looks after it is told once, not for each message."""
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        await here.says(BEN, "!take")
        before = here.calls(POST, ACME)
        here.faults.always("chat.*", refused(error), channel=here.channel(ACME))
        for number in range(1, 4):
            await here.says(BEN, f"!reply for you {number}")
        await here.passes(timedelta(hours=6))

        assert here.sees(ANA, "for you") == []
        assert here.alerts == 1
        assert here.calls(POST, ACME) - before <= 8
        await here.says(BEN, "among us")
        assert here.sees(BEA, "among us")

        here.faults.forget()
        await here.says(ANA, "is anybody there?")
        await here.passes(SOON)

        assert here.told(ANA, ACME, of="for you") == [f"for you {number}" for number in range(1, 4)]
        assert here.alerts == 1


async def test_a_channel_that_is_archived_and_back_again_catches_up(sqlite_database: str) -> None:
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        await here.says(BEN, "!take")
        await here.stage.town.people[BEN].archives(here.channel(ACME))
        for number in range(1, 4):
            await here.says(BEN, f"!reply for you {number}")
        assert here.sees(ANA, "for you") == []

        await here.stage.town.people[BEN].unarchives(here.channel(ACME))
        await here.stage.settle()

        assert here.told(ANA, ACME, of="for you") == [f"for you {number}" for number in range(1, 4)]


@pytest.mark.logs_errors
async def test_with_a_revoked_token_everything_waits_and_goes_on_in_order(sqlite_database: str) -> None:
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        await here.says(BEN, "!take")
        await here.says(ANA, "the first")
        installation = here.stage.town.app.installation
        await here.stage.say(ANA, HERE, "the second")
        installation.standing = Standing.REVOKED
        await here.stage.settle()
        before = len(here.stage.town.slack.calls(POST))
        await here.passes(timedelta(hours=1))
        assert here.told(BEN, DESK) == ["the first"]
        assert len(here.stage.town.slack.calls(POST)) - before <= 2 * 60

        installation.standing = Standing.ACTIVE
        await here.passes(timedelta(minutes=6))
        await here.says(ANA, "the third")

        assert here.told(BEN, DESK) == ["the first", "the second", "the third"]


@pytest.mark.parametrize("error", ["msg_too_long", "invalid_blocks", "no_text"])
async def test_what_slack_will_never_take_is_given_up_with_one_alert(sqlite_database: str, error: str) -> None:
    async with a_fixture(sqlite_database) as here:
        await here.opens()
        await here.says(BEN, "!take")
        before = here.calls(POST, ACME)
        here.faults.on(POST, refused(error), channel=here.channel(ACME))
        await here.says(BEN, "!reply never to be read")
        await here.says(BEN, "!reply and this is")
        await here.passes(timedelta(hours=1))

        assert here.sees(ANA, "never to be read") == []
        assert len(here.sees(ANA, "> and this is")) == 1
        assert here.calls(POST, ACME) == before + 2
        assert len(here.sees(CLO, "could not be delivered")) == 1
