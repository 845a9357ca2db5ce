"""Bots that would talk to the desk for ever (S21)."""

import pytest

from adapters.matrix.fields import Senders
from adapters.matrix.listeners import Manners
from chatops.application.patience import REFUSALS
from tests.contract.matrix.listening import Stage, a_stage, until
from tests.synapse import Homeserver


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    return a_stage(synapse)


async def test_whoever_is_ignored_is_not_heard_in_any_way(stage: Stage) -> None:
    server = stage.server
    puppet = server.person("slack_ana")
    server.invite(stage.ana, puppet, stage.room)
    server.join(puppet, stage.room)
    async with stage.listening(manners=Manners(ignored=Senders(("@slack_*:chat.test",)))):
        server.says(puppet, stage.room, "!accept")
        said = stage.says("!one")
        reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": said, "key": "✅"}}
        server.send(puppet, stage.room, reaction, kind="m.reaction")
        stage.says("!two")
        await stage.bus.hears("one", "two")

    assert len(stage.bus.heard) == 2


async def test_a_bot_that_answers_every_refusal_gets_no_more_of_them(stage: Stage) -> None:
    stage.bus.refuses = lambda delivery: True
    async with stage.listening():
        for number in range(REFUSALS + 5):
            stage.says(f"!what {number}")
        await until(lambda: len(stage.bus.heard) == REFUSALS)
        # Its position has moved past them: they are not kept for later.
        stage.bus.refuses = lambda delivery: False
        stage.server.says(stage.ana, stage.room, "plain words are heard")
        await until(lambda: "plain words are heard" in stage.bus.texts)

    assert len(stage.bus.heard) == REFUSALS + 1
