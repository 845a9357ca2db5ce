"""The same life in encrypted rooms: the real process with keys of its own, and nio clients as customer and agent."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from adapters.matrix.render import MARK
from tests.encrypted_people import Person, person, until
from tests.end_to_end.matrix_life import MatrixLife
from tests.log_watch import never_log
from tests.synapse import Homeserver

SECRET = "a secret that opens the store"


class EncryptedLife(MatrixLife):
    """A life whose rooms are all encrypted."""

    def __init__(self, server: Homeserver, folder: Path) -> None:
        never_log(SECRET)
        super().__init__(server, folder)
        for room_id, members in ((self.rooms["#acme"], "ana"), (self.rooms["#desk"], "ben")):
            path = f"/_matrix/client/v3/rooms/{room_id}/state/m.room.encryption/"
            server.call("PUT", path, {"algorithm": "m.megolm.v1.aes-sha2"}, by=self.people[members])

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {
            "CHATOPS_MATRIX_ENCRYPTION": "true",
            "CHATOPS_MATRIX_STORE": str(self.folder / "keys"),
            "CHATOPS_MATRIX_STORE_KEY": SECRET,
        }

    async def comes_up(self) -> None:
        """Start the desk; the first time, wait until it keeps a position: what is said before was not said to it."""
        before = self.log().count('"matrix_listening"')
        self.start()
        await asyncio.to_thread(self.until, lambda: self._up() and self.log().count('"matrix_listening"') > before)
        await asyncio.to_thread(self.until, self._keeps_a_position)

    def _keeps_a_position(self) -> bool:
        with closing(sqlite3.connect(self.folder / "desk.db")) as database:
            return database.execute("SELECT 1 FROM cursors WHERE name LIKE 'matrix:%'").fetchone() is not None

    @asynccontextmanager
    async def clients(self) -> AsyncIterator[tuple[Person, Person]]:
        async with (
            person(self.server, self.people["ana"], self.folder) as ana,
            person(self.server, self.people["ben"], self.folder) as ben,
        ):
            yield ana, ben

    def readable_for_the_homeserver(self) -> list[str]:
        return [*self.words("ana", "#acme"), *self.words("ben", "#desk")]


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[EncryptedLife]:
    life = EncryptedLife(synapse, tmp_path)
    try:
        yield life
    finally:
        life.end()


async def test_a_ticket_from_opened_to_closed_with_a_desk_that_stops_and_dies_on_the_way(life: EncryptedLife) -> None:
    customers, agents = life.rooms["#acme"], life.rooms["#desk"]
    async with life.clients() as (ana, ben):
        await life.comes_up()
        await ana.says(customers, "!open S2 The portal is very slow")
        hers, his = await ana.hears("T-1 · The portal"), await ben.hears("T-1 · The portal")
        await ben.says(agents, "!take", thread=his.event_id)
        await ana.hears("is now handling T-1")

        assert life.stop() == 0
        await ana.says(customers, "since this morning, on every page", thread=hers.event_id)
        ana.begins_a_new_session(customers)
        await ana.says(customers, "node 2 is the slow one", thread=hers.event_id)
        await life.comes_up()
        await ben.hears("on every page")
        passed_on = await ben.hears("node 2 is the slow one")
        assert passed_on.source["content"]["m.relates_to"]["event_id"] == his.event_id

        life.kill()
        await ben.says(agents, "!start", thread=his.event_id)
        await ben.says(agents, "between us, this is their own plug-in", thread=his.event_id)
        await ben.says(agents, "!resolve workaround Restart node 2.", thread=his.event_id)
        await life.comes_up()
        await ana.hears("Restart node 2")
        await ana.says(customers, "!accept", thread=hers.event_id)
        card = await ana.hears("Status: CLOSED")
        await ben.hears("Status: CLOSED")

        assert card.source["content"]["m.relates_to"]["event_id"] == hers.event_id
        assert not any("plug-in" in each for each in ana.texts())
    assert life.readable_for_the_homeserver() == []


async def test_a_desk_that_lost_its_keys_ends_with_a_sentence(life: EncryptedLife) -> None:
    await life.comes_up()
    assert life.stop() == 0
    (life.folder / "keys").rename(life.folder / "elsewhere")

    life.start()
    await asyncio.to_thread(life.until, lambda: not life.alive)

    last = life.log().splitlines()[-1]
    assert last.startswith("The homeserver knows other keys for the device")
    assert "log in anew" in last


@pytest.mark.slow
@pytest.mark.parametrize("point", ["sync_received", "delivery_translated", "after_commit", "before_send", "after_send"])
async def test_a_desk_that_dies_anywhere_answers_once(life: EncryptedLife, point: str) -> None:
    customers = life.rooms["#acme"]
    async with life.clients() as (ana, ben):
        await life.comes_up()
        assert life.stop() == 0

        await ana.says(customers, "!open S2 The portal is very slow")
        life.start(crash_at=point)
        await asyncio.to_thread(life.dies)
        await life.comes_up()
        await ana.hears("T-1 · The portal")
        await ben.hears("T-1 · The portal")
        await ana.says(customers, "!show T-1")
        await until(lambda: sum("T-1 · The portal" in each for each in ana.texts()) > 1, ana.catches_up)

    assert _cards(ana) == _cards(ben) == 1
    assert life.readable_for_the_homeserver() == []


def _cards(who: Person) -> int:
    return sum(
        each.source["content"].get(MARK, {}).get("form") == "card" and "m.relates_to" not in each.source["content"]
        for each in who.messages()
    )
