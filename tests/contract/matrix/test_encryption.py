"""Encrypted rooms on a real homeserver, with nio clients that have keys of their own on the other side."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nio
import pytest

from adapters.matrix.cross_signing import Identity
from adapters.matrix.encrypted_rooms import ENCRYPTED, Encryption
from adapters.matrix.homeserver import Homeserver
from chatops.domain.errors import SettingsInvalid, StorageError, TryAgainLater, Unreachable
from tests.encrypted_people import Person, person, until, vouched_for
from tests.fault_proxy import EXECUTED_THEN_RESET, Fault, a_bad_network
from tests.log_watch import never_log
from tests.synapse import Account, Refused
from tests.synapse import Homeserver as Synapse

SECRET = "a secret that opens the store"
ALGORITHM = {"algorithm": "m.megolm.v1.aes-sha2"}


class Desk:
    """A desk's session, and what it has read of its rooms so far, as the listener would get it."""

    def __init__(self, server: Homeserver, since: str | None) -> None:
        self.server = server
        self.since = since
        self.events: list[Mapping[str, Any]] = []

    async def reads(self) -> None:
        """Go on reading; what cannot be read is kept in mind, as the listener has it."""
        news = await self.server.sync(self.since, events_per_room=100)
        for room, joined in news["rooms"]["join"].items():
            for event in joined.get("timeline", {}).get("events", ()):
                self.events.append(event)
                if event["type"] == ENCRYPTED:
                    self.server.not_read(room, event)
        self.since = news["next_batch"]

    async def hears(self, *words: str) -> None:
        await until(lambda: len(self.words()) >= len(words), self.reads)
        assert self.words() == list(words)

    def words(self) -> list[str]:
        return [each["content"]["body"] for each in self.events if each["type"] == "m.room.message"]

    def unreadable(self) -> list[str]:
        return [each["event_id"] for each in self.events if each["type"] == ENCRYPTED]


@dataclass
class Stage:
    synapse: Synapse
    folder: Path
    desk: Account
    ana: Account
    room: str
    since: str

    @property
    def store(self) -> Path:
        return self.folder / "keys"

    def session(
        self, *, on: bool = True, desk: Account | None = None, through: str | None = None, **changed: Any
    ) -> Homeserver:
        who = desk or self.desk
        never_log(who.access_token, SECRET)
        given: dict[str, Any] = {"folder": self.store, "secret": SECRET} | changed
        return Homeserver(
            url=through or self.synapse.url,
            user_id=who.user_id,
            access_token=who.access_token,
            device_id=who.device_id,
            encryption=Encryption(**given) if on else None,
        )

    @asynccontextmanager
    async def running(self, **changed: Any) -> AsyncIterator[Desk]:
        """Run a desk that goes on reading where the stage stands."""
        async with self.session(**changed) as server:
            await server.check_identity()
            desk = Desk(server, self.since)
            yield desk

    def client(self, who: Account, *, careful: bool = False) -> AbstractAsyncContextManager[Person]:
        return person(self.synapse, who, self.folder, careful=careful)

    def switch_encryption_on(self, room: str) -> None:
        path = f"/_matrix/client/v3/rooms/{room}/state/m.room.encryption/"
        self.synapse.call("PUT", path, ALGORITHM, by=self.ana)

    def bodies(self, room: str) -> list[str]:
        """Return what the homeserver itself can read of a room."""
        return [
            each["content"]["body"]
            for each in self.synapse.timeline(self.ana, room)
            if each["type"] == "m.room.message"
        ]

    def published(self) -> Mapping[str, Any]:
        query: dict[str, Any] = {"device_keys": {self.desk.user_id: []}}
        answer: dict[str, Any] = self.synapse.call("POST", "/_matrix/client/v3/keys/query", query, by=self.desk)
        return answer


@pytest.fixture
def stage(synapse: Synapse, tmp_path: Path) -> Stage:
    desk, ana = synapse.person("Desk"), synapse.person("Ana")
    room = synapse.room(ana, desk, encrypted=True)
    return Stage(synapse, tmp_path, desk, ana, room, synapse.position(desk))


def notice(text: str, **fields: Any) -> dict[str, Any]:
    never_log(text)
    return {"msgtype": "m.notice", "body": text, "m.mentions": {}} | fields


# ---- without keys ----------------------------------------------------------------------------------------------------


async def test_without_keys_nothing_goes_in_the_clear_into_an_encrypted_room(stage: Stage) -> None:
    open_room = stage.synapse.room(stage.ana, stage.desk)
    async with stage.session(on=False) as server:
        with pytest.raises(Unreachable, match="encrypted"):
            await server.send(stage.room, notice("about your contract"), transaction="1")
        await server.send(open_room, notice("about your contract"), transaction="2")

    assert stage.bodies(stage.room) == []
    assert stage.bodies(open_room) == ["about your contract"]


async def test_that_nothing_can_be_read_may_be_said_in_the_clear(stage: Stage) -> None:
    async with stage.session(on=False) as server:
        await server.send(stage.room, notice("this room is encrypted"), transaction="1", in_clear=True)

    assert stage.bodies(stage.room) == ["this room is encrypted"]


async def test_a_room_that_is_encrypted_later_is_noticed_in_what_is_read(stage: Stage) -> None:
    room = stage.synapse.room(stage.ana, stage.desk)
    async with stage.session(on=False) as server:
        news = await server.sync(stage.since, events_per_room=100)
        await server.send(room, notice("still open here"), transaction="1")
        stage.switch_encryption_on(room)
        await server.sync(news["next_batch"], events_per_room=100)

        with pytest.raises(Unreachable):
            await server.send(room, notice("about your contract"), transaction="2")

    assert stage.bodies(room) == ["still open here"]


async def test_a_process_that_only_writes_asks_each_time(stage: Stage) -> None:
    room = stage.synapse.room(stage.ana, stage.desk)
    async with stage.session(on=False) as server:
        await server.send(room, notice("still open here"), transaction="1")
        stage.switch_encryption_on(room)

        with pytest.raises(Unreachable):
            await server.send(room, notice("about your contract"), transaction="2")


@pytest.mark.parametrize(("on", "said"), [(False, ""), (True, "chatops-desk[e2e]")])
def test_what_encryption_needs_is_missed_only_when_it_is_wanted(tmp_path: Path, on: bool, said: str) -> None:
    program = f"""
import asyncio, sys
for missing in ("vodozemac", "peewee", "playhouse", "cachetools", "atomicwrites"):
    sys.modules[missing] = None
from pathlib import Path
from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.homeserver import Homeserver
from chatops.domain.errors import SettingsInvalid
async def main():
    encryption = Encryption(folder=Path({str(tmp_path)!r}), secret="s" * 16) if {on} else None
    try:
        Homeserver(url="http://127.0.0.1:9", user_id="@d:x", access_token="t", device_id="D", encryption=encryption)
    except SettingsInvalid as refused:
        print(refused)
    assert "adapters.matrix.encryption" not in sys.modules
asyncio.run(main())
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said in ran.stdout
    assert bool(ran.stdout) == on


# ---- reading and writing ---------------------------------------------------------------------------------------------


async def test_both_sides_read_what_the_homeserver_cannot(stage: Stage) -> None:
    async with stage.running() as desk, stage.client(stage.ana) as ana:
        asked = await ana.says(stage.room, "the portal is slow")
        await desk.hears("the portal is slow")
        thread = {"rel_type": "m.thread", "event_id": asked}
        answer = await desk.server.send(
            stage.room, notice("we look into it", **{"m.relates_to": thread}), transaction="1"
        )
        heard = await ana.hears("we look into it")

    assert desk.events[-1]["sender"] == stage.ana.user_id
    assert desk.events[-1]["event_id"] == asked
    assert heard.source["content"]["m.relates_to"] == thread
    kept = stage.synapse.event(stage.ana, stage.room, answer)
    assert kept["type"] == ENCRYPTED
    # The homeserver has to see where a message belongs, and nothing else of it.
    assert kept["content"]["m.relates_to"] == thread
    assert stage.bodies(stage.room) == []


async def test_a_message_that_is_sent_again_is_one_event(stage: Stage) -> None:
    async with stage.running() as desk:
        first = await desk.server.send(stage.room, notice("once and only once"), transaction="1")
        again = await desk.server.send(stage.room, notice("once and only once"), transaction="1")

    assert first == again


async def test_a_desk_that_was_down_reads_what_was_said_meanwhile(stage: Stage) -> None:
    """Another key in between as well; and what is older than the page that a sync gives."""
    async with stage.client(stage.ana) as ana:
        async with stage.running() as desk:
            await ana.says(stage.room, "before it went down")
            await desk.hears("before it went down")
            stage.since = desk.since or ""

        await ana.says(stage.room, "while it was down")
        ana.begins_a_new_session(stage.room)
        await ana.says(stage.room, "with another key")

        async with stage.running() as desk:
            await desk.hears("while it was down", "with another key")
            await desk.server.send(stage.room, notice("here again"), transaction="1")
            await ana.hears("here again")
            page = await desk.server.messages(stage.room, desk.since or "", until=None, limit=2)
            single = await desk.server.event(stage.room, desk.events[0]["event_id"])

    assert [each["content"].get("body") for each in page["chunk"]] == ["with another key", "while it was down"]
    assert single["content"]["body"] == "while it was down"


async def test_a_key_that_was_kept_by_a_desk_that_died_opens_what_is_read_again(stage: Stage) -> None:
    """Killed after the keys were kept, before the position was: the same answer comes once more."""
    async with stage.running():
        pass
    async with stage.client(stage.ana) as ana:
        await ana.says(stage.room, "said before the fall")

    program = """
import asyncio, os, signal, sys
from pathlib import Path
from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.homeserver import Homeserver
async def main(url, user_id, device_id, folder, since):
    encryption = Encryption(folder=Path(folder), secret=os.environ["SECRET"])
    token = os.environ["TOKEN"]
    server = Homeserver(url=url, user_id=user_id, access_token=token, device_id=device_id, encryption=encryption)
    await server.check_identity()
    news = await server.sync(since, events_per_room=100)
    assert any(each["type"] == "m.room.message" for room in news["rooms"]["join"].values()
               for each in room["timeline"]["events"])
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main(*sys.argv[1:]))
"""
    where = (stage.synapse.url, stage.desk.user_id, stage.desk.device_id, str(stage.store), stage.since)
    secrets = {"SECRET": SECRET, "TOKEN": stage.desk.access_token}
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", program, *where, env=os.environ | secrets)
    assert await died.wait() == -signal.SIGKILL

    async with stage.running() as desk:
        await desk.hears("said before the fall")


async def test_keys_that_cannot_be_kept_are_delivered_again(stage: Stage) -> None:
    """Also those that came over a session which had been used before, and had gone on in memory."""
    async with stage.running() as desk, stage.client(stage.ana) as ana:
        await ana.says(stage.room, "all is well")
        await desk.hears("all is well")
        ana.begins_a_new_session(stage.room)
        await ana.says(stage.room, "said while the disk was busy")
        with closing(sqlite3.connect(stage.store / "device.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError):
                await desk.reads()
            other.execute("ROLLBACK")

        await desk.hears("all is well", "said while the disk was busy")


@pytest.mark.parametrize("step", ["keys/upload", "device_signing/upload", "signatures/upload"])
async def test_a_desk_that_died_while_it_published_its_keys_goes_on_from_there(stage: Stage, step: str) -> None:
    """The homeserver had taken them, and the desk never heard of it: others use them from then on."""
    with a_bad_network(stage.synapse.url) as network:
        network.announce(step, EXECUTED_THEN_RESET)
        with pytest.raises(TryAgainLater):
            async with stage.running(through=network.url):
                pass
        assert network.announced == 0

    async with stage.client(stage.ana) as ana:
        await ana.says(stage.room, "said to a desk that was down")
        async with stage.running() as desk:
            await desk.hears("said to a desk that was down")
            assert vouched_for(stage.synapse, stage.ana, stage.desk.user_id) == {stage.desk.device_id}


async def test_a_room_key_whose_sending_failed_is_sent_again(stage: Stage) -> None:
    with a_bad_network(stage.synapse.url) as network:
        async with stage.running(through=network.url) as desk, stage.client(stage.ana) as ana:
            network.announce("sendToDevice/m.room.encrypted", Fault(error="502 M_UNKNOWN"))
            with pytest.raises(TryAgainLater):
                await desk.server.send(stage.room, notice("we look into it"), transaction="1")
            assert network.announced == 0
            await desk.server.send(stage.room, notice("we look into it"), transaction="1")
            await ana.hears("we look into it")


async def test_whoever_comes_later_reads_from_then_on_and_whoever_left_does_not(stage: Stage) -> None:
    bob = stage.synapse.person("Bob")
    async with stage.running() as desk, stage.client(stage.ana) as ana, stage.client(bob) as bob_there:
        await desk.server.send(stage.room, notice("before Bob came"), transaction="1")
        stage.synapse.invite(stage.ana, bob, stage.room)
        stage.synapse.join(bob, stage.room)
        await desk.reads()
        await desk.server.send(stage.room, notice("while Bob is here"), transaction="2")
        await bob_there.hears("while Bob is here")
        stage.synapse.leave(bob, stage.room)
        await desk.reads()
        after = await desk.server.send(stage.room, notice("after Bob left"), transaction="3")
        await ana.hears("after Bob left")

        assert bob_there.texts() == ["while Bob is here"]
        sessions = {each["content"]["session_id"] for each in _encrypted(stage) if each["event_id"] == after}
        known = {each.id for each in bob_there.client.olm.inbound_group_store} if bob_there.client.olm else set()
        assert sessions.isdisjoint(known)


async def test_a_second_device_of_somebody_gets_the_next_message(stage: Stage) -> None:
    async with stage.running() as desk, stage.client(stage.ana) as phone:
        await desk.server.send(stage.room, notice("to the phone"), transaction="1")
        await phone.hears("to the phone")
        async with stage.client(stage.synapse.log_in(stage.ana, device_id="LAPTOP")) as laptop:
            await desk.reads()
            await desk.server.send(stage.room, notice("to both"), transaction="2")
            await laptop.hears("to both")
            await phone.hears("to both")


# ---- what cannot be read ---------------------------------------------------------------------------------------------


async def test_a_message_whose_key_comes_late_is_read_late_and_once(stage: Stage) -> None:
    async with stage.running(late_after_s=0) as desk, stage.client(stage.ana) as ana:
        sealed = await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
        await until(lambda: bool(desk.unreadable()), desk.reads)
        assert [each.event_id for each in desk.server.to_be_explained()] == [sealed]

        await ana.hands_in_the_key(stage.room, stage.desk)
        await desk.hears("where is my key")
        assert desk.events[-1]["event_id"] == sealed
        assert desk.server.to_be_explained() == []

        await desk.server.send(stage.room, notice("now I see"), transaction="1")
        await until(lambda: any(each["sender"] == stage.desk.user_id for each in desk.events), desk.reads)
        assert [each["event_id"] for each in desk.events].count(sealed) == 2


async def test_a_key_from_after_a_message_opens_the_next_one_only(stage: Stage) -> None:
    async with stage.running(late_after_s=0) as desk, stage.client(stage.ana) as ana:
        sealed = await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
        await until(lambda: bool(desk.unreadable()), desk.reads)
        await ana.hands_in_the_key(stage.room, stage.desk, from_now_on=True)
        await ana.says(stage.room, "and now?")
        await desk.hears("and now?")

        assert [each.event_id for each in desk.server.to_be_explained()] == [sealed]


async def test_a_late_message_is_read_again_by_a_desk_that_died_with_it(stage: Stage) -> None:
    async with stage.client(stage.ana) as ana:
        async with stage.running() as desk:
            await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
            await until(lambda: bool(desk.unreadable()), desk.reads)
            stage.since = desk.since or ""
            await ana.hands_in_the_key(stage.room, stage.desk)
            await desk.hears("where is my key")

        # Its position was not kept: the one of before counts.
        async with stage.running() as desk:
            await desk.hears("where is my key")


async def test_it_is_said_once_for_each_key_that_is_missing_also_after_a_restart(stage: Stage) -> None:
    async with stage.client(stage.ana) as ana:
        async with stage.running(late_after_s=0) as desk:
            first = await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
            await ana.says(stage.room, "with the same key")
            await until(lambda: len(desk.unreadable()) == 2, desk.reads)
            (unread,) = desk.server.to_be_explained()
            assert unread.event_id == first
            desk.server.explained(unread)
            stage.since = desk.since or ""

        async with stage.running(late_after_s=0) as desk:
            await ana.says(stage.room, "and again")
            await until(lambda: len(desk.unreadable()) == 1, desk.reads)
            assert desk.server.to_be_explained() == []


async def test_whoever_floods_a_room_with_riddles_is_told_once_and_asked_little(stage: Stage) -> None:
    async with stage.running(late_after_s=0) as desk, stage.client(stage.ana) as ana:
        await ana.says(stage.room, "a sound one")
        await desk.hears("a sound one")
        riddle = ALGORITHM | {"ciphertext": "AAAA", "sender_key": "k", "device_id": "RIDDLER"}
        for number in range(30):
            stage.synapse.send(stage.ana, stage.room, riddle | {"session_id": f"s{number}"}, kind=ENCRYPTED)
        await until(lambda: len(desk.unreadable()) == 30, desk.reads)
        (unread,) = desk.server.to_be_explained()
        desk.server.explained(unread)
        stage.synapse.send(stage.ana, stage.room, riddle | {"session_id": "one more"}, kind=ENCRYPTED)
        await until(lambda: len(desk.unreadable()) == 31, desk.reads)

        assert desk.server.to_be_explained() == []
        await ana.says(stage.room, "still heard")
        await until(lambda: "still heard" in desk.words(), desk.reads)


async def test_the_sender_is_asked_for_the_key(stage: Stage) -> None:
    async with stage.running() as desk, stage.client(stage.ana) as ana:
        asked: list[nio.RoomKeyRequest] = []
        ana.client.add_to_device_callback(lambda event: asked.append(event), nio.RoomKeyRequest)
        await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
        await until(lambda: bool(desk.unreadable()), desk.reads)
        stage.synapse.says(stage.ana, stage.synapse.room(stage.ana, stage.desk), "something happens")
        await desk.reads()
        wanted = {each["content"]["session_id"] for each in _encrypted(stage)}

        sent = stage.synapse.call("GET", "/_matrix/client/v3/sync?timeout=0", by=stage.ana)["to_device"]["events"]

    requests = [each["content"] for each in sent if each["type"] == "m.room_key_request"]
    assert {each["body"]["session_id"] for each in requests} == wanted
    assert {each["requesting_device_id"] for each in requests} == {stage.desk.device_id}


async def test_a_key_is_taken_from_the_device_that_made_it_and_was_asked_for_it(stage: Stage) -> None:
    bob = stage.synapse.person("Bob")
    stage.synapse.invite(stage.ana, bob, stage.room)
    stage.synapse.join(bob, stage.room)
    async with stage.running() as desk, stage.client(stage.ana) as ana, stage.client(bob):
        await ana.says_with_a_withheld_key(stage.room, "where is my key", stage.desk)
        await until(lambda: bool(desk.unreadable()), desk.reads)
        await ana.says(stage.room, "something happens")
        await until(lambda: len(desk.unreadable()) == 2, desk.reads)

        await ana.answers_a_request_for_the_key(stage.room, stage.desk)
        await desk.hears("where is my key", "something happens")


async def test_what_somebody_else_had_encrypted_is_not_read_as_anothers(stage: Stage) -> None:
    """A member of the room sends Ana's ciphertext once more, as their own (S16)."""
    mallory = stage.synapse.person("Mallory")
    stage.synapse.invite(stage.ana, mallory, stage.room)
    stage.synapse.join(mallory, stage.room)
    async with stage.running() as desk, stage.client(stage.ana) as ana:
        await ana.says(stage.room, "!resolve everything")
        await desk.hears("!resolve everything")
        (stolen,) = [each["content"] for each in _encrypted(stage)]
        stage.since = desk.since or ""
    # In memory the index of the message is known to be used; a new process knows the devices only.
    async with stage.running() as desk:
        stage.synapse.send(mallory, stage.room, stolen, kind=ENCRYPTED)
        await until(lambda: bool(desk.unreadable()), desk.reads)
        assert desk.words() == []


async def test_odd_encrypted_events_are_passed_over(stage: Stage) -> None:
    contents: list[Mapping[str, Any]] = [
        {},
        {"algorithm": "m.megolm.v1.aes-sha2"},
        {"algorithm": 3, "ciphertext": [], "session_id": {}, "sender_key": None, "device_id": 1},
        ALGORITHM | {"ciphertext": "not base64", "session_id": "s", "sender_key": "k", "device_id": "d"},
        ALGORITHM | {"ciphertext": "AAAA", "session_id": "s"},
    ]
    async with stage.running() as desk, stage.client(stage.ana) as ana:
        for number, content in enumerate(contents):
            stage.synapse.send(stage.ana, stage.room, content, kind=ENCRYPTED)
            stage.synapse.call(
                "PUT",
                f"/_matrix/client/v3/sendToDevice/m.room.encrypted/odd-{number}",
                {"messages": {stage.desk.user_id: {stage.desk.device_id: content}}},
                by=stage.ana,
            )
        await ana.says(stage.room, "and a sound one")
        await until(lambda: bool(desk.words()), desk.reads)
        assert desk.words()[-1:] == ["and a sound one"]


# ---- who we are ------------------------------------------------------------------------------------------------------


async def test_the_device_is_signed_by_the_accounts_identity_from_the_first_start(stage: Stage) -> None:
    async with stage.running():
        assert vouched_for(stage.synapse, stage.ana, stage.desk.user_id) == {stage.desk.device_id}
        published = stage.published()

    async with stage.running():
        assert stage.published() == published


async def test_a_client_that_refuses_unverified_devices_writes_to_the_desk(stage: Stage) -> None:
    async with stage.running() as desk, stage.client(stage.ana, careful=True) as ana:
        await ana.says(stage.room, "I trust your signature")
        await desk.hears("I trust your signature")


async def test_that_client_writes_to_nobody_whose_device_is_not_signed(stage: Stage) -> None:
    bob = stage.synapse.person("Bob")
    stage.synapse.invite(stage.ana, bob, stage.room)
    stage.synapse.join(bob, stage.room)
    async with stage.running(), stage.client(bob), stage.client(stage.ana, careful=True) as ana:
        with pytest.raises(nio.OlmUnverifiedDeviceError):
            await ana.says(stage.room, "not with Bob here")


async def test_nothing_secret_lies_open_in_the_store(stage: Stage) -> None:
    async with stage.running():
        for path in stage.store.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


async def test_a_lost_store_is_told_from_a_new_device(stage: Stage) -> None:
    async with stage.running():
        pass
    stage.store.rename(stage.folder / "elsewhere")

    with pytest.raises(SettingsInvalid, match="log in anew"):
        async with stage.running():
            pass

    again = stage.synapse.log_in(stage.desk, device_id="ANOTHER")
    (stage.store / "identity").write_bytes((stage.folder / "elsewhere" / "identity").read_bytes())
    (stage.store / "device.json").unlink()
    (stage.store / "device.db").unlink()
    async with stage.running(desk=again):
        assert again.device_id in vouched_for(stage.synapse, stage.ana, stage.desk.user_id)


async def test_the_store_of_another_device_is_refused(stage: Stage) -> None:
    async with stage.running():
        pass

    with pytest.raises(SettingsInvalid, match=stage.desk.device_id):
        stage.session(desk=replace(stage.desk, device_id="ANOTHER"))


async def test_another_secret_opens_nothing(stage: Stage) -> None:
    async with stage.running():
        pass

    with pytest.raises(SettingsInvalid, match="CHATOPS_MATRIX_STORE_KEY"):
        stage.session(secret="quite another secret")
    async with stage.running():
        pass


async def test_two_desks_do_not_share_a_store(stage: Stage) -> None:
    async with stage.running():
        with pytest.raises(SettingsInvalid, match="Another desk"):
            stage.session()


async def test_a_store_that_cannot_be_written_is_said_so(stage: Stage) -> None:
    (stage.folder / "a file").touch()

    with pytest.raises(SettingsInvalid, match="CHATOPS_MATRIX_STORE"):
        stage.session(folder=stage.folder / "a file")


async def test_an_identity_that_somebody_else_made_is_noticed_and_replaced_with_the_password(stage: Stage) -> None:
    async with stage.running():
        pass
    _cross_sign(stage.synapse, stage.desk)

    with pytest.raises(SettingsInvalid, match="replaced by somebody else"):
        async with stage.running():
            pass
    with pytest.raises(SettingsInvalid, match="CHATOPS_MATRIX_PASSWORD is not"):
        async with stage.running(password="a guess"):
            pass
    async with stage.running(password="pw"):
        assert vouched_for(stage.synapse, stage.ana, stage.desk.user_id) == {stage.desk.device_id}
    async with stage.running():
        assert vouched_for(stage.synapse, stage.ana, stage.desk.user_id) == {stage.desk.device_id}


async def test_an_identity_from_before_is_left_alone_and_may_sign_the_desk(stage: Stage) -> None:
    _cross_sign(stage.synapse, stage.desk)

    with pytest.raises(SettingsInvalid, match="not in CHATOPS_MATRIX_STORE"):
        async with stage.running():
            pass

    _cross_sign(stage.synapse, stage.desk)
    published = stage.published()
    async with stage.running() as desk:
        assert stage.published() == published
        await desk.server.send(stage.room, notice("signed from elsewhere"), transaction="1")


# ---- devices that nobody has verified --------------------------------------------------------------------------------


async def test_unverified_devices_are_refused_when_that_is_wanted(stage: Stage) -> None:
    async with stage.client(stage.ana) as ana, stage.running(unverified="refuse") as desk:
        with pytest.raises(Unreachable, match=f"{stage.ana.device_id} of {stage.ana.user_id}"):
            await desk.server.send(stage.room, notice("about your contract"), transaction="1")
        assert _encrypted(stage) == []

        _cross_sign(stage.synapse, stage.ana)
        await desk.reads()
        await desk.server.send(stage.room, notice("about your contract"), transaction="1")
        await ana.hears("about your contract")


async def test_unverified_devices_are_written_to_otherwise(stage: Stage) -> None:
    async with stage.client(stage.ana) as ana, stage.running() as desk:
        await desk.server.send(stage.room, notice("about your contract"), transaction="1")
        await ana.hears("about your contract")


async def test_no_key_is_given_to_whoever_asks_for_one(stage: Stage) -> None:
    async with stage.running() as desk, stage.client(stage.ana):
        await desk.server.send(stage.room, notice("to those who are here"), transaction="1")
        (sealed,) = [each["content"] for each in _encrypted(stage)]
        curious = stage.synapse.log_in(stage.desk, device_id="CURIOUS")
        request = {
            "action": "request",
            "request_id": "1",
            "requesting_device_id": "CURIOUS",
            "body": {
                "algorithm": sealed["algorithm"],
                "room_id": stage.room,
                "sender_key": sealed["sender_key"],
                "session_id": sealed["session_id"],
            },
        }
        async with stage.client(curious):
            path = "/_matrix/client/v3/sendToDevice/m.room_key_request/1"
            stage.synapse.call("PUT", path, {"messages": {stage.desk.user_id: {"*": request}}}, by=curious)
            await desk.reads()
            since = stage.synapse.call("GET", "/_matrix/client/v3/sync?timeout=0", by=curious)

    assert [each for each in since["to_device"]["events"] if each["type"] == ENCRYPTED] == []


def _encrypted(stage: Stage) -> list[dict[str, Any]]:
    return [each for each in stage.synapse.timeline(stage.ana, stage.room) if each["type"] == ENCRYPTED]


def _cross_sign(synapse: Synapse, account: Account) -> None:
    """Make an account an identity, as another client of theirs would do it, and sign their device if it has keys."""
    identity = Identity.of(
        account.user_id, {usage: os.urandom(32) for usage in ("master", "self_signing", "user_signing")}
    )
    upload, path = identity.upload(), "/_matrix/client/v3/keys/device_signing/upload"
    try:
        synapse.call("POST", path, upload, by=account)
    except Refused as asked:
        proof = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": account.user_id},
            "password": "pw",
            "session": asked.body["session"],
        }
        synapse.call("POST", path, upload | {"auth": proof}, by=account)
    query: dict[str, Any] = {"device_keys": {account.user_id: []}}
    devices = synapse.call("POST", "/_matrix/client/v3/keys/query", query, by=account)["device_keys"][account.user_id]
    for name, device in devices.items():
        device.pop("unsigned", None)
        signed = identity.self_signing.signed(device, by=account.user_id)
        signatures = {account.user_id: {name: signed}}
        synapse.call("POST", "/_matrix/client/v3/keys/signatures/upload", signatures, by=account)
