"""What never reached the desk is read back once, late, and by the same keys (F9)."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from chatops.application.passing import Point
from chatops.bootstrap import SystemTime
from chatops.domain.vocabulary import Scope, TicketId
from tests.contract.slack.listening import Stage, a_stage
from tests.desks import FixedTime
from tests.patience import PATIENCE_S
from tests.slack.faults import LOST, rate_limited


async def read_back(stage: Stage) -> None:
    """Let the desk read back now, and wait until it has read the last thread there is."""
    known = len(stage.slack.calls("conversations.replies")) + len(stage.slack.calls("conversations.history"))
    stage.connected.catch_up_soon()
    rooms, threads = 2, 2 * len(await stage.tickets())

    def read() -> bool:
        calls = [*stage.slack.calls("conversations.replies"), *stage.slack.calls("conversations.history")]
        return len(calls) >= known + rooms + threads and all(call.answer is not None for call in calls)

    await stage.slack.until(read)
    await asyncio.sleep(0.2)


async def began(stage: Stage) -> None:
    """Wait until it is kept for every room where reading begins."""
    names = [f"slack:{stage.exo.id}/{channel.id}" for channel in (stage.acme, stage.desk_room)]
    async with asyncio.timeout(PATIENCE_S):
        while not all([await stage.desk.bus.position(name) for name in names]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_lost_words_are_taken_in_once(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await began(stage)
        await stage.a_ticket()
        stage.slack.faults.always("message", LOST)
        await stage.ana.says(stage.acme, "one", thread=stage.card(stage.acme))
        await stage.ana.says(stage.acme, "two", thread=stage.card(stage.acme))
        await stage.ana.says(stage.acme, "!open S3 the printer is slow")
        stage.slack.faults.forget()
        assert await stage.said() == []

        await read_back(stage)
        await read_back(stage)

        assert await stage.said() == ["one", "two"]
        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow", "the printer is slow"]


async def test_words_of_an_outage_are_taken_in_at_the_next_start(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        async with stage.listening():
            await began(stage)
            await stage.a_ticket()
        stage.app.request_url = ""
        await stage.ana.says(stage.acme, "one", thread=stage.card(stage.acme))
        root = await stage.ana.says(stage.acme, "look at this")
        await stage.ana.says(stage.acme, "!open S3 the printer is slow", thread=root)

        async with stage.listening(anew=True):
            await stage.until_said("one")
            await stage.slack.until(lambda: len(stage.cards(stage.acme)) == 2)
            assert [ticket.title for ticket in await stage.tickets()][1:] == ["the printer is slow"]


async def test_what_was_said_before_the_desk_came_was_not_said_to_it(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        await stage.ana.says(stage.acme, "!open S1 everything is down")
        async with stage.listening():
            await began(stage)
            await read_back(stage)
            assert await stage.tickets() == []


async def test_late_words_say_when_they_were_written(sqlite_database: str) -> None:
    """F9: marked, and counted from the message's own instant."""
    async with a_stage(sqlite_database) as stage:
        now = SystemTime().now()
        stage.slack.clock.set(now - timedelta(hours=2))
        stage.time = time = FixedTime(now - timedelta(hours=2))
        stage.slack.http.signature_age_s = 2 * 3600
        async with stage.listening():
            await began(stage)
        stage.app.request_url = ""
        stage.slack.clock.set(now - timedelta(hours=1))
        await stage.ana.says(stage.acme, "!open S2 the portal is slow")

        time.at = now
        async with stage.listening(anew=True):
            await stage.slack.until(lambda: stage.cards(stage.acme))
            assert "reached the desk late" in stage.ana.sees(stage.acme).text
            async with stage.desk.storage.begin() as uow:
                opened = (await uow.history.of(TicketId(1), Scope.of_the_desk()))[0].event
            assert now - timedelta(hours=1, minutes=1) < opened.at < now - timedelta(minutes=59)


async def test_an_edit_of_an_outage_is_the_last_word(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await began(stage)
        await stage.a_ticket()
        heard = await stage.ana.says(stage.acme, "since mornin", thread=stage.card(stage.acme))
        stage.slack.faults.always("message", LOST)
        await stage.ana.edits(heard, "since this morning")
        unheard = await stage.ana.says(stage.acme, "it is wors", thread=stage.card(stage.acme))
        await stage.ana.edits(unheard, "it is worse")
        stage.slack.faults.forget()

        await read_back(stage)
        await read_back(stage)

        assert await stage.said() == ["since mornin", "since this morning", "it is worse"]


async def test_chatter_that_became_a_command_by_an_edit_runs_nothing(sqlite_database: str) -> None:
    """S18."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await began(stage)
        said = await stage.ana.says(stage.acme, "hello")
        await stage.ana.edits(said, "!open S1 everything is down")
        await read_back(stage)

        assert await stage.tickets() == []


@pytest.mark.parametrize("point", ["page_read", "before_page_record", "before_commit", "after_commit"])
async def test_whoever_is_stopped_while_reading_back_goes_on(sqlite_database: str, point: Point) -> None:
    class Killed(BaseException):
        pass

    async with a_stage(sqlite_database) as stage:
        async with stage.listening():
            await began(stage)
            await stage.a_ticket()
        stage.app.request_url = ""
        for number in range(5):
            await stage.ana.says(stage.acme, f"words {number}", thread=stage.card(stage.acme))

        for stop_at in (1, 2, 3):
            left = [stop_at]

            def stopped(passed: Point, left: list[int] = left) -> None:
                if passed == point:
                    left[0] -= 1
                    if left[0] == 0:
                        raise asyncio.CancelledError

            async with stage.listening(anew=True, passing=stopped):
                await asyncio.sleep(0.3)

        async with stage.listening(anew=True):
            await stage.until_said(*(f"words {number}" for number in range(5)))


async def test_slack_s_limits_are_kept(sqlite_database: str) -> None:
    """Reads come evenly, and when Slack says wait, nothing is read before."""
    async with a_stage(sqlite_database) as stage:
        async with stage.listening():
            await began(stage)
            await stage.a_ticket()
        stage.more["reads_per_minute"] = 120
        stage.app.request_url = ""
        await stage.ana.says(stage.acme, "one", thread=stage.card(stage.acme))
        stage.slack.faults.on("conversations.history", rate_limited(1))
        known = len(stage.slack.calls())
        loop = asyncio.get_running_loop()
        at = loop.time()

        async with stage.listening(anew=True):
            await stage.until_said("one")
            reads = [
                call
                for call in stage.slack.calls()[known:]
                if call.method in ("conversations.history", "conversations.replies")
            ]
            # The first one was refused; each of the others came half a second after the one before.
            assert loop.time() - at >= 1 + 0.5 * (len(reads) - 2)
            assert all(before is not after for before, after in pairwise(reads))


async def test_one_room_that_is_closed_to_us_keeps_no_other_from_being_read(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await began(stage)
        await stage.a_ticket()
        stage.desk_room.members.remove(stage.app.bot)
        stage.slack.faults.always("message", LOST)
        await stage.ana.says(stage.acme, "one", thread=stage.card(stage.acme))
        stage.slack.faults.forget()
        stage.connected.catch_up_soon()

        await stage.until_said("one")


async def test_a_room_that_was_opened_to_others_meanwhile_is_let_go(sqlite_database: str) -> None:
    """S13, when Slack's word of it was lost."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await began(stage)
        stage.slack.faults.always("channel_shared", LOST)
        await stage.slack.shares(stage.desk_room, stage.acme_team)
        stage.connected.catch_up_soon()

        await stage.slack.until(lambda: "another company" in stage.ben.sees(stage.desk_room).text)
