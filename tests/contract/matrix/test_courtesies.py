"""What people see of the desk at work: read receipts and typing, after the fact and never in the way."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from adapters.matrix.courtesies import SLOW_S
from chatops.domain.errors import StorageError
from tests.contract.matrix.listening import Stage, a_stage, until
from tests.synapse import Homeserver


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    return a_stage(synapse)


class Onlooker:
    """Ana's client: what it is shown of the desk in the room, from when it looked first."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since = stage.server.position(stage.ana)
        self._read: dict[str, str] = {}
        self._typing = False

    def look(self) -> "Onlooker":
        path = f"/_matrix/client/v3/sync?timeout=0&since={quote(self._since)}"
        answer = self._stage.server.call("GET", path, by=self._stage.ana)
        self._since = answer["next_batch"]
        room: dict[str, Any] = answer.get("rooms", {}).get("join", {}).get(self._stage.room, {})
        for event in room.get("ephemeral", {}).get("events", []):
            if event["type"] == "m.typing":
                self._typing = self._stage.desk.user_id in event["content"]["user_ids"]
            elif event["type"] == "m.receipt":
                self._note(event["content"])
        return self

    def _note(self, receipts: dict[str, Any]) -> None:
        for event_id, kinds in receipts.items():
            receipt = kinds.get("m.read", {}).get(self._stage.desk.user_id)
            if receipt is not None:
                self._read[receipt.get("thread_id", "")] = event_id

    @property
    def read(self) -> dict[str, str]:
        """The threads in which the desk has read something, with the newest event that it read there."""
        return self.look()._read

    @property
    def typing(self) -> bool:
        return self.look()._typing


async def test_what_was_taken_in_is_shown_as_read_in_its_thread(stage: Stage) -> None:
    ana = Onlooker(stage)
    async with stage.listening():
        root = stage.says("a thread")
        for number in range(5):
            inside = stage.says(f"inside {number}", thread=root)
        await until(lambda: ana.read == {"main": root, root: inside})


async def test_what_was_not_kept_is_not_shown_as_read(stage: Stage) -> None:
    def away(_: object) -> None:
        raise StorageError("the database is away")

    ana = Onlooker(stage)
    async with stage.listening():
        first = stage.says("!one")
        await until(lambda: ana.read == {"main": first})
        stage.bus.fails = away
        stage.says("!two")
        await asyncio.sleep(1.5)
        assert ana.read == {"main": first}


async def test_people_see_that_a_slow_answer_is_being_worked_on(stage: Stage) -> None:
    ana = Onlooker(stage)
    async with stage.listening():
        stage.bus.goes_on.clear()
        stage.says("!list")
        await until(lambda: ana.typing)
        stage.bus.goes_on.set()
        await until(lambda: not ana.typing)

    assert stage.bus.texts == ["list"]


async def test_a_quick_answer_shows_nothing(stage: Stage) -> None:
    ana = Onlooker(stage)
    async with stage.listening():
        stage.bus.goes_on.clear()
        seen = []
        stage.says("!list")
        asyncio.get_running_loop().call_later(SLOW_S / 4, stage.bus.goes_on.set)
        while not stage.bus.texts:
            seen.append(ana.typing)
            await asyncio.sleep(0.05)

    assert not any(seen)
