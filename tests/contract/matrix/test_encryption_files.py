"""Files of encrypted rooms: the same sealed file in another such room, an open one where nothing is encrypted."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import nio
import pytest
from nio.crypto import decrypt_attachment

from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.files import MatrixFiles
from adapters.matrix.homeserver import Homeserver as Session
from adapters.matrix.messenger import LatestInThread, MatrixMessenger
from adapters.matrix.translate import Bot, delivery_from
from chatops.application.carrying import Carrying
from chatops.application.deliveries import Speech
from chatops.application.message_tree import Quote
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.events import Attachment
from tests.encrypted_people import Person, person
from tests.log_watch import never_log
from tests.synapse import Account, Homeserver
from tests.unit.matrix.parcels import a_message, a_parcel

LOG = b"GET /portal 200 in 9 s\n" * 2_000


@dataclass
class Stage:
    synapse: Homeserver
    folder: Path
    desk: Account
    ana: Account
    room: str

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[Session, Person]]:
        never_log(self.desk.access_token)
        encryption = Encryption(folder=self.folder / "keys", secret="a secret that opens the store")
        async with Session(
            url=self.synapse.url,
            user_id=self.desk.user_id,
            access_token=self.desk.access_token,
            device_id=self.desk.device_id,
            encryption=encryption,
        ) as session:
            await session.check_identity()
            async with person(self.synapse, self.ana, self.folder) as ana:
                yield session, ana


@pytest.fixture
def stage(synapse: Homeserver, tmp_path: Path) -> Stage:
    desk, ana = synapse.person("Desk"), synapse.person("Ana")
    return Stage(synapse, tmp_path, desk, ana, synapse.room(ana, desk, encrypted=True))


async def attached(stage: Stage, session: Session, ana: Person) -> Attachment:
    """Let Ana send a file as her client seals it; return it as the desk takes it in."""
    since = stage.synapse.position(stage.desk)
    uploaded, sealed = await ana.client.upload(
        BytesIO(LOG), content_type="text/plain", filename="app.log", encrypt=True, filesize=len(LOG)
    )
    assert isinstance(uploaded, nio.UploadResponse)
    assert sealed is not None
    file = sealed | {"url": uploaded.content_uri}
    info = {"mimetype": "text/plain", "size": len(LOG)}
    await ana.sends(stage.room, {"msgtype": "m.file", "body": "app.log", "file": file, "info": info})
    news = await session.sync(since, events_per_room=100)
    (event,) = [
        each for each in news["rooms"]["join"][stage.room]["timeline"]["events"] if each["type"] == "m.room.message"
    ]
    bot = Bot(user_id=stage.desk.user_id, name="Desk")
    delivery = delivery_from(event, room=stage.room, bot=bot, names={})
    assert delivery is not None
    assert isinstance(delivery.request, Speech)
    (attachment,) = delivery.request.files
    return attachment


def messenger(session: Session) -> MatrixMessenger:
    files, carrying = MatrixFiles(session), Carrying()
    carrying.add(files)
    return MatrixMessenger(session, load_words(), files, LatestInThread(), carrying)


def passing_on(file: Attachment, room: str) -> Parcel:
    return a_parcel(a_message(quote=Quote(author="Ana", text="", files=(file,))), form=Form.FILE, room=room, root=None)


async def test_a_sealed_file_is_passed_on_as_it_lies_to_another_encrypted_room(stage: Stage) -> None:
    elsewhere = stage.synapse.room(stage.ana, stage.desk, encrypted=True)
    async with stage.running() as (session, ana):
        file = await attached(stage, session, ana)
        await messenger(session).deliver(passing_on(file, elsewhere))
        shown = (await ana.hears("app.log")).source["content"]["file"]
        sealed = await ana.client.download(shown["url"])

    assert shown["url"] == file.address
    assert isinstance(sealed, nio.DownloadResponse)
    assert sealed.body != LOG
    assert decrypt_attachment(sealed.body, shown["key"]["k"], shown["hashes"]["sha256"], shown["iv"]) == LOG


async def test_a_sealed_file_is_opened_for_an_open_room(stage: Stage) -> None:
    elsewhere = stage.synapse.room(stage.ana, stage.desk)
    async with stage.running() as (session, ana):
        file = await attached(stage, session, ana)
        await messenger(session).deliver(passing_on(file, elsewhere))
        (shown,) = _messages(stage, elsewhere)
        there = await ana.client.download(shown["url"])

    assert isinstance(there, nio.DownloadResponse)
    assert there.body == LOG
    assert "file" not in shown
    assert shown["info"] == {"mimetype": "text/plain", "size": len(LOG)}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"hashes": {"sha256": "A" * 43}},
        {"iv": "short"},
        {"key": {"kty": "oct", "alg": "none", "k": "A" * 43}},
        {"key": []},
    ],
)
async def test_a_file_that_cannot_be_opened_is_told_by_its_name(stage: Stage, spoilt: dict[str, Any]) -> None:
    elsewhere = stage.synapse.room(stage.ana, stage.desk)
    async with stage.running() as (session, ana):
        file = await attached(stage, session, ana)
        broken = replace(file, key=json.dumps(json.loads(file.key) | spoilt))
        await messenger(session).deliver(passing_on(broken, elsewhere))
        (shown,) = _messages(stage, elsewhere)

    assert shown["msgtype"] == "m.notice"
    assert "app.log" in shown["body"]


def _messages(stage: Stage, room: str) -> list[dict[str, Any]]:
    return [each["content"] for each in stage.synapse.timeline(stage.ana, room) if each["type"] == "m.room.message"]
