"""The desk behind a socket that it opens itself: what dies is noticed, what was missed is read back."""

import asyncio
import json

import pytest

from chatops.domain.errors import SettingsInvalid, StorageError
from tests.contract.slack.listening import a_stage
from tests.slack.faults import ACK_LOST, THRICE, ApiFault, rate_limited

HEARTBEAT_S = 0.2


async def test_what_comes_by_a_socket_is_taken_in(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        assert all(each.taken for each in said.answers)
        await stage.slack.until(lambda: stage.cards(stage.acme))
        assert len(await stage.tickets()) == 1


async def test_an_answer_goes_with_the_acknowledgement(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage:
        lunch = stage.exo.channel("lunch", members=[stage.ben])
        async with stage.listening():
            told = await stage.ben.types(lunch, "/ticket help")
            assert "not in this channel" in json.loads(told.body)["text"]
            await stage.ben.types(stage.acme, "/ticket open")
            assert stage.ben.modal.body["callback_id"] == "desk:form"


@pytest.mark.parametrize("fault", [THRICE, ACK_LOST])
async def test_an_envelope_that_comes_again_has_one_effect(sqlite_database: str, fault: object) -> None:
    """F28."""
    async with a_stage(sqlite_database, socket_mode=True) as stage, stage.listening():
        stage.slack.faults.on("message", fault)  # type: ignore[arg-type]
        await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        await stage.slack.settle()

        assert len(await stage.tickets()) == 1


async def test_what_was_not_kept_is_not_acknowledged(sqlite_database: str) -> None:
    left = [1]

    def away(point: str) -> None:
        if point == "before_commit" and left[0]:
            left[0] = 0
            raise StorageError("away")

    async with a_stage(sqlite_database, socket_mode=True) as stage:
        stage.slack.postman.deadline_s = 0.5
        async with stage.listening(passing=away):
            said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")

            assert [attempt.status for attempt in said.answers[0].attempts] == [None, 200]
            assert len(await stage.tickets()) == 1


async def test_a_socket_that_is_about_to_go_is_followed_by_another_first(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage, stage.listening():
        old = stage.slack.sockets.connections(stage.app)
        await asyncio.sleep(1.1)
        await stage.slack.sockets.refresh(stage.app)
        await stage.slack.sockets.connected(stage.app)

        assert set(old) < set(stage.slack.sockets.connections(stage.app))
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        assert all(each.taken for each in said.answers)


async def test_a_cut_socket_is_opened_again_and_what_was_missed_is_read_back(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage, stage.listening():
        await stage.a_ticket()
        stage.slack.faults.on("apps.connections.open", rate_limited(1))
        stage.slack.sockets.cut(stage.app)
        await stage.slack.until(lambda: not stage.slack.sockets.connections(stage.app))
        lost = await stage.ana.says(stage.acme, "since this morning", thread=stage.card(stage.acme))
        assert not any(each.taken for each in lost.answers)

        await stage.slack.sockets.connected(stage.app)
        await stage.until_said("since this morning")


async def test_a_half_open_socket_is_noticed(sqlite_database: str) -> None:
    """F27: nothing is heard any more, and nobody says goodbye."""
    async with a_stage(sqlite_database, socket_mode=True) as stage:
        stage.more["heartbeat_s"] = HEARTBEAT_S
        stage.slack.postman.deadline_s = 0.2
        async with stage.listening():
            await stage.a_ticket()
            await asyncio.sleep(1.1)
            dead = stage.slack.sockets.connections(stage.app)
            stage.slack.sockets.silence(stage.app)
            await stage.ana.says(stage.acme, "since this morning", thread=stage.card(stage.acme))

            began = asyncio.get_running_loop().time()
            await stage.slack.until(lambda: set(stage.slack.sockets.connections(stage.app)) - set(dead))
            assert asyncio.get_running_loop().time() - began < 10 * HEARTBEAT_S
            await stage.until_said("since this morning")


async def test_a_slack_that_is_away_is_asked_again(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage:
        stage.slack.faults.on("apps.connections.open", ApiFault(executed=False, status=503))
        async with stage.listening():
            said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")
            assert all(each.taken for each in said.answers)


async def test_a_token_that_slack_does_not_take_ends_the_desk(sqlite_database: str) -> None:
    async with a_stage(sqlite_database, socket_mode=True) as stage, stage.listening():
        stage.app.app_token = "xapp-another"
        stage.slack.sockets.cut(stage.app)
        with pytest.raises(SettingsInvalid, match="app-level token"):
            await asyncio.wait_for(asyncio.shield(stage.running), 20)
