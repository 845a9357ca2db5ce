"""Files of another platform on a real homeserver: put there once, sealed where the room is, shown under their card."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nio
import pytest
from nio.crypto import decrypt_attachment

from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.files import MatrixFiles
from adapters.matrix.homeserver import Homeserver as Connection
from adapters.matrix.messenger import LatestInThread, MatrixMessenger
from chatops.application.carrying import LARGEST, Carrying
from chatops.application.message_tree import Quote
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.errors import DeliveryError, TryAgainLater, Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform
from tests.elsewhere import Elsewhere
from tests.encrypted_people import person
from tests.fault_proxy import EXECUTED_THEN_RESET, Fault, FaultProxy, a_bad_network
from tests.log_watch import never_log
from tests.synapse import Account, Homeserver
from tests.unit.matrix.parcels import a_message, a_parcel

LOG = b"GET /portal 200 in 9 s\n" * 100
SLACK = "https://files.slack.test/"
AWAY = Fault(error="502 M_UNKNOWN")
FILES: Mapping[str, bytes | DeliveryError] = {
    f"{SLACK}log": LOG,
    f"{SLACK}empty": b"",
    f"{SLACK}gone": Undeliverable("gone"),
    f"{SLACK}slow": TryAgainLater("slow"),
}


@dataclass
class Stage:
    synapse: Homeserver
    desk: Account
    ana: Account
    room: str
    folder: Path
    elsewhere: Elsewhere

    @asynccontextmanager
    async def messenger(
        self, *, through: str = "", encrypted: bool = False, largest: int = LARGEST
    ) -> AsyncIterator[MatrixMessenger]:
        """Open a desk's connection, as after each start: nothing is remembered from before."""
        never_log(self.desk.access_token)
        keys = Encryption(folder=self.folder / "keys", secret="a secret that opens the store") if encrypted else None
        carrying = Carrying(largest=largest)
        carrying.add(self.elsewhere)
        async with Connection(
            url=through or self.synapse.url,
            user_id=self.desk.user_id,
            access_token=self.desk.access_token,
            device_id=self.desk.device_id,
            encryption=keys,
        ) as server:
            await server.check_identity()
            yield MatrixMessenger(server, load_words(), MatrixFiles(server), LatestInThread(), carrying)

    def shown(self, room: str = "") -> list[dict[str, Any]]:
        """Return the contents of the desk's messages, as Ana sees them."""
        return [
            event["content"]
            for event in self.synapse.timeline(self.ana, room or self.room)
            if event["type"] == "m.room.message" and event["sender"] == self.desk.user_id
        ]

    async def read(self, address: str) -> bytes:
        async with Connection(
            url=self.synapse.url,
            user_id=self.ana.user_id,
            access_token=self.ana.access_token,
            device_id=self.ana.device_id,
        ) as client:
            return await client.download(address, limit=2**20)


@pytest.fixture
def stage(synapse: Homeserver, tmp_path: Path) -> Stage:
    desk, ana = synapse.person("Desk"), synapse.person("Ana")
    elsewhere = Elsewhere(platform=Platform.SLACK, files=FILES)
    return Stage(synapse, desk, ana, synapse.room(ana, desk), tmp_path, elsewhere)


def a_row(room: str, what: str = "log", *, row: int = 17, **fields: Any) -> Parcel:
    file = Attachment(**{"name": "app.log", "address": f"{SLACK}{what}", "media_type": "text/plain"} | fields)
    message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(file,)))
    return a_parcel(message, id=row, form=Form.FILE, room=room, root=None)


async def test_a_file_of_another_platform_is_put_there_and_shown(stage: Stage) -> None:
    async with stage.messenger() as messenger:
        await messenger.deliver(a_row(stage.room, name="../../lögs/app.log"))

    (content,) = stage.shown()
    assert (content["msgtype"], content["body"]) == ("m.file", "app.log")
    assert content["info"] == {"mimetype": "text/plain", "size": len(LOG)}
    assert await stage.read(content["url"]) == LOG


async def test_a_picture_is_shown_as_one(stage: Stage) -> None:
    async with stage.messenger() as messenger:
        await messenger.deliver(a_row(stage.room, name="screen.png", media_type="image/png"))

    assert [content["msgtype"] for content in stage.shown()] == ["m.image"]


@pytest.mark.parametrize("media_type", ["", "nonsense", "text/plain\r\nX-Evil: 1", "télé/vision", "a/" + "b" * 200])
async def test_what_a_file_is_said_to_be_goes_into_no_header_unless_it_makes_sense(
    stage: Stage, media_type: str
) -> None:
    async with stage.messenger() as messenger:
        await messenger.deliver(a_row(stage.room, media_type=media_type))

    (content,) = stage.shown()
    assert content["info"]["mimetype"] == "application/octet-stream"
    assert await stage.read(content["url"]) == LOG


async def test_a_file_for_an_encrypted_room_is_sealed_and_its_name_kept_from_the_homeserver(stage: Stage) -> None:
    room = stage.synapse.room(stage.ana, stage.desk, encrypted=True)
    with a_bad_network(stage.synapse.url) as network:
        async with person(stage.synapse, stage.ana, stage.folder) as ana:
            async with stage.messenger(through=network.url, encrypted=True) as messenger:
                await messenger.deliver(a_row(room))
            shown = (await ana.hears("app.log")).source["content"]
            there = await ana.client.download(shown["file"]["url"])
        assert not any("app.log" in request for request in network.requests)

    assert isinstance(there, nio.DownloadResponse)
    file = shown["file"]
    assert there.body != LOG
    assert decrypt_attachment(there.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"]) == LOG
    assert shown["info"] == {"mimetype": "text/plain", "size": len(LOG)}
    assert "url" not in shown


@pytest.mark.parametrize("what", ["gone", "nowhere"])
async def test_a_file_that_cannot_be_passed_on_is_named(stage: Stage, what: str) -> None:
    async with stage.messenger() as messenger:
        await messenger.deliver(a_row(stage.room, what))

    assert [content["body"] for content in stage.shown()] == ["Ben sent a file:\n> 📎 app.log"]


async def test_a_file_that_is_too_large_is_named(stage: Stage) -> None:
    async with stage.messenger(largest=len(LOG) - 1) as messenger:
        await messenger.deliver(a_row(stage.room))
    async with stage.messenger(largest=len(LOG)) as messenger:
        await messenger.deliver(a_row(stage.room, row=18))

    assert [content["msgtype"] for content in stage.shown()] == ["m.notice", "m.file"]


async def test_a_file_that_the_homeserver_does_not_take_is_named(stage: Stage) -> None:
    with a_bad_network(stage.synapse.url) as network:
        network.announce("/media/v3/upload", Fault(error="413 M_TOO_LARGE"))
        async with stage.messenger(through=network.url) as messenger:
            await messenger.deliver(a_row(stage.room))

    assert [content["body"] for content in stage.shown()] == ["Ben sent a file:\n> 📎 app.log"]


async def test_an_empty_file_is_one(stage: Stage) -> None:
    async with stage.messenger() as messenger:
        await messenger.deliver(a_row(stage.room, "empty"))

    (content,) = stage.shown()
    assert (content["msgtype"], content["info"]["size"]) == ("m.file", 0)


async def test_a_file_whose_platform_is_away_waits(stage: Stage) -> None:
    async with stage.messenger() as messenger:
        with pytest.raises(TryAgainLater):
            await messenger.deliver(a_row(stage.room, "slow"))

    assert stage.shown() == []


async def test_a_file_is_put_there_once_however_often_its_message_is_tried(stage: Stage) -> None:
    with a_bad_network(stage.synapse.url) as network:
        async with stage.messenger(through=network.url) as messenger:
            network.announce("/send/", *[AWAY] * 2)
            for _ in range(2):
                with pytest.raises(TryAgainLater):
                    await messenger.deliver(a_row(stage.room))
            await messenger.deliver(a_row(stage.room))

        assert _uploads(network) == 1
    assert stage.elsewhere.fetched == [f"{SLACK}log"]
    assert len(stage.shown()) == 1


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("sent", [False, True])
async def test_a_desk_that_died_between_upload_and_send_shows_the_file_once(
    stage: Stage, encrypted: bool, sent: bool
) -> None:
    """
    F5: the one that is started again fetches it anew, and may not know that the message was sent.

    Args:
        sent: It died when the message was on its way, and the homeserver took it.
    """
    room = stage.synapse.room(stage.ana, stage.desk, encrypted=encrypted)
    with a_bad_network(stage.synapse.url) as network:
        async with stage.messenger(through=network.url, encrypted=encrypted) as messenger:
            # One more than the client asks again of its own accord.
            network.announce("/send/m.room.", *([EXECUTED_THEN_RESET] * 3 if sent else [AWAY]))
            with pytest.raises(TryAgainLater):
                await messenger.deliver(a_row(room))
        network.forget()
        async with stage.messenger(through=network.url, encrypted=encrypted) as messenger:
            await messenger.deliver(a_row(room))

        assert _uploads(network) == 2
    kind = "m.room.encrypted" if encrypted else "m.room.message"
    assert [event["type"] for event in stage.synapse.timeline(stage.ana, room) if event["type"] == kind] == [kind]
    if not encrypted:
        assert await stage.read(stage.shown(room)[0]["url"]) == LOG


def _uploads(network: FaultProxy) -> int:
    return sum("/media/v3/upload" in request for request in network.requests)
