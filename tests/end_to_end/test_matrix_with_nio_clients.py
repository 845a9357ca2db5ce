"""The same life with matrix-nio on the other side too: Ana and Ben are clients that sync, see threads and answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nio import AsyncClient, AsyncClientConfig, RoomMessage, RoomSendResponse, SyncResponse

from tests.end_to_end.matrix_life import MatrixLife
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver


class Person:
    """A nio client, and all the messages it has seen in a room, oldest first."""

    def __init__(self, client: AsyncClient, room: str) -> None:
        self._client = client
        self._room = room
        self.seen: list[RoomMessage] = []

    async def say(self, text: str, *, thread: str | None = None) -> None:
        content: dict[str, Any] = {"msgtype": "m.text", "body": text}
        if thread is not None:
            content["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread}
        sent = await self._client.room_send(self._room, "m.room.message", content)
        assert isinstance(sent, RoomSendResponse), sent

    async def hears(self, words: str) -> RoomMessage:
        """Sync until a message with *words* is there."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.seen:
                    if words in event.source["content"]["body"]:
                        return event
                await self._catch_up()

    async def _catch_up(self) -> None:
        response = await self._client.sync(timeout=2000)
        assert isinstance(response, SyncResponse), response
        joined = response.rooms.join.get(self._room)
        if joined is not None:
            self.seen += [event for event in joined.timeline.events if isinstance(event, RoomMessage)]


@asynccontextmanager
async def nio_client(server: Homeserver, account: Account, room: str) -> AsyncIterator[Person]:
    client = AsyncClient(server.url, account.user_id, config=AsyncClientConfig(encryption_enabled=False))
    client.access_token, client.device_id, client.user_id = account.access_token, account.device_id, account.user_id
    try:
        yield Person(client, room)
    finally:
        await client.close()


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[MatrixLife]:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        yield life


async def test_ana_opens_ben_answers_ana_accepts(life: MatrixLife, synapse: Homeserver) -> None:
    customer, desk = life.rooms["#acme"], life.rooms["#desk"]
    async with (
        nio_client(synapse, life.people["ana"], customer) as ana,
        nio_client(synapse, life.people["ben"], desk) as ben,
    ):
        await ana.say("!ticket open S2 The portal is very slow")
        at_customers, at_desk = await ana.hears("T-1 · The portal"), await ben.hears("T-1 · The portal")

        await ben.say("!take", thread=at_desk.event_id)
        await ana.hears("is now handling T-1")
        await ben.say("between us, this is their own plug-in", thread=at_desk.event_id)
        await ben.say("!need the logs of the period", thread=at_desk.event_id)
        asked = await ana.hears("the logs of the period")
        assert asked.source["content"]["m.mentions"] == {"user_ids": [life.people["ana"].user_id]}
        assert asked.source["content"]["m.relates_to"]["event_id"] == at_customers.event_id

        await ana.say("here they are", thread=at_customers.event_id)
        answered = await ben.hears("here they are")
        assert answered.source["content"]["m.mentions"] == {"user_ids": [life.people["ben"].user_id]}
        assert answered.source["content"]["m.relates_to"]["event_id"] == at_desk.event_id

        await ben.say("!start", thread=at_desk.event_id)
        await ben.say("!resolve workaround restart the node", thread=at_desk.event_id)
        await ana.hears("restart the node")
        await ana.say("!accept", thread=at_customers.event_id)
        await ana.hears("closed T-1: solution accepted")
        await ben.hears("closed T-1: solution accepted")

        card = await ana.hears("Status: CLOSED")
        assert card.source["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": at_customers.event_id}
        assert not any("plug-in" in event.source["content"]["body"] for event in ana.seen)
