"""The listener with keys: it hands over what was encrypted, and says once what it could not read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.render import MARK
from tests.contract.matrix.listening import Stage
from tests.encrypted_people import person, until
from tests.synapse import Homeserver


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    desk, ana = synapse.person("Support Desk"), synapse.person("Ana")
    return Stage(synapse, desk, ana, synapse.room(ana, desk, encrypted=True))


def keys(folder: Path, **changed: Any) -> Encryption:
    return Encryption(folder=folder / "keys", secret="a secret that opens the store", **changed)


async def test_what_was_encrypted_is_handed_over_as_if_it_had_been_open(stage: Stage, tmp_path: Path) -> None:
    async with stage.listening(encryption=keys(tmp_path)), person(stage.server, stage.ana, tmp_path) as ana:
        root = await ana.says(stage.room, "the portal is slow")
        await ana.says(stage.room, "!take", thread=root)
        await stage.bus.hears("the portal is slow", "take")

    said, taken = stage.bus.heard
    assert said.sender.value == stage.ana.user_id
    assert taken.thread is not None
    assert taken.thread.value == root


async def test_the_room_is_not_told_that_nothing_can_be_read(stage: Stage, tmp_path: Path) -> None:
    async with stage.listening(encryption=keys(tmp_path)), person(stage.server, stage.ana, tmp_path) as ana:
        await ana.says(stage.room, "the portal is slow")
        await stage.bus.hears("the portal is slow")

    written = [each for each in stage.server.timeline(stage.ana, stage.room) if each["type"] == "m.room.message"]
    assert written == []


async def test_an_unreadable_message_is_answered_once_and_read_when_its_key_comes(stage: Stage, tmp_path: Path) -> None:
    settings = keys(tmp_path, late_after_s=0)
    async with stage.listening(encryption=settings), person(stage.server, stage.ana, tmp_path) as ana:
        first = await ana.says_with_a_withheld_key(stage.room, "!open S2 the portal", stage.desk)
        second = await ana.says(stage.room, "are you there?", thread=first)
        explained = await ana.hears("could not decrypt")
        assert "n’a pas pu déchiffrer" in explained.source["content"]["body"]
        assert explained.source["content"][MARK]["form"] == "explanation"
        assert explained.source["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": first}}

        await ana.hands_in_the_key(stage.room, stage.desk)
        await stage.bus.hears("open S2 the portal", "are you there?")
        await ana.says(stage.room, "thank you")
        await stage.bus.hears("open S2 the portal", "are you there?", "thank you")

        assert [each.key for each in stage.bus.heard][:2] == [f"matrix:{first}", f"matrix:{second}"]
        assert sum("could not decrypt" in each for each in ana.texts()) == 1


async def test_the_explanation_stands_in_the_thread_of_what_was_not_read(stage: Stage, tmp_path: Path) -> None:
    async with (
        stage.listening(encryption=keys(tmp_path, late_after_s=0)),
        person(stage.server, stage.ana, tmp_path) as ana,
    ):
        root = await ana.says(stage.room, "the portal is slow")
        await stage.bus.hears("the portal is slow")
        unread = await ana.says_with_a_withheld_key(stage.room, "and its log", stage.desk, thread=root)
        explained = await ana.hears("could not decrypt")

    assert explained.source["content"]["m.relates_to"] == _in_thread(root, unread)


async def test_what_was_said_before_the_desk_came_in_is_no_matter(stage: Stage, tmp_path: Path) -> None:
    bob = stage.server.person("Bob")
    room = stage.server.room(stage.ana, bob, encrypted=True)
    stage.bound.add(room)
    async with person(stage.server, stage.ana, tmp_path) as ana:
        await ana.says(room, "between us")
        async with stage.listening(encryption=keys(tmp_path, late_after_s=0)):
            stage.server.invite(stage.ana, stage.desk, room)
            await until(lambda: room in stage.server.joined(stage.desk))
            await ana.catches_up()
            await ana.says(room, "welcome")
            await stage.bus.hears("welcome")
            await ana.catches_up()
            assert not any("could not decrypt" in each for each in ana.texts())


def _in_thread(root: str, answered: str) -> Mapping[str, Any]:
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": answered},
    }
