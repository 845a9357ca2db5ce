"""Files of a conversation between Slack and Matrix: whoever reads it can open them, whichever side they came from."""

from io import BytesIO
from pathlib import Path

import nio
import pytest
from nio.crypto import decrypt_attachment

from adapters.matrix.homeserver import Homeserver as Connection
from chatops.application.carrying import Carrying
from tests.encrypted_people import person, until
from tests.end_to_end.both_platforms import Both, both_platforms
from tests.slack.faults import UNAVAILABLE
from tests.slack.records import Channel
from tests.synapse import Homeserver

LOG = b"GET /portal 200 in 9 s\n" * 2_000
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


async def attaches(both: Both, name: str, content: bytes, *, number: int = 1) -> None:
    """Let Ana put a file into the thread of her ticket, on Slack."""
    thread = both.slack.card(both.slack.acme, number)
    await both.slack.ana.says(both.slack.acme, "see this", thread=thread, files={name: content})


async def shown_in(both: Both, *channels: Channel, files: dict[str, bytes]) -> None:
    """Wait until the desk shows *files* in each of these channels."""
    await both.slack.slack.until(lambda: all(shown_on_slack(both, channel) == files for channel in channels))


def shown_on_slack(both: Both, channel: Channel) -> dict[str, bytes]:
    """Return the files that the desk shows in the threads of a channel."""
    ours = [reply for reply in both.replies(channel) if reply.author is both.slack.app.bot]
    return {file.name: file.content for reply in ours for file in reply.files}


async def test_what_was_attached_on_slack_can_be_opened_on_matrix(sqlite_database: str, synapse: Homeserver) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        await attaches(both, "app.log", LOG)
        await attaches(both, "screen.png", PICTURE)
        await both.until(lambda: len(both.files(both.acme)) == len(both.files(both.desk_room)) == 2)
        for who, room in ((both.aldo, both.acme), (both.dan, both.desk_room)):
            log, picture = both.files(room)
            assert (log["msgtype"], log["body"], log["info"]["size"]) == ("m.file", "app.log", len(LOG))
            assert (picture["msgtype"], picture["body"]) == ("m.image", "screen.png")
            assert await both.read(who, log["url"]) == LOG
            assert await both.read(who, picture["url"]) == PICTURE
        # And in the desk's room on Slack, whose people may not read Acme's channel.
        await shown_in(both, both.slack.desk_room, files={"app.log": LOG, "screen.png": PICTURE})
        assert shown_on_slack(both, both.slack.acme) == {}


async def test_what_was_attached_on_matrix_can_be_opened_on_slack(sqlite_database: str, synapse: Homeserver) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        async with Connection(
            url=synapse.url,
            user_id=both.aldo.user_id,
            access_token=both.aldo.access_token,
            device_id=both.aldo.device_id,
        ) as aldo:
            address = await aldo.upload(LOG, name="app.log", media_type="text/plain")
        card = both.cards(both.acme)[0]
        synapse.send(
            both.aldo,
            both.acme,
            {
                "msgtype": "m.file",
                "body": "app.log",
                "url": address,
                "info": {"size": len(LOG), "mimetype": "text/plain"},
                "m.relates_to": {"rel_type": "m.thread", "event_id": card},
            },
        )
        await shown_in(both, both.slack.acme, both.slack.desk_room, files={"app.log": LOG})
        await both.until(lambda: both.files(both.desk_room))
        assert both.files(both.desk_room)[0]["url"] == address


async def test_a_file_from_an_encrypted_room_is_opened_for_slack_and_sealed_the_other_way(
    sqlite_database: str, synapse: Homeserver, tmp_path: Path
) -> None:
    async with (
        both_platforms(sqlite_database, synapse, folder=tmp_path, encrypted=True) as both,
        person(synapse, both.aldo, tmp_path) as aldo,
        both.running(),
    ):
        await both.slack.a_ticket()
        card = await aldo.hears("the portal is slow")
        uploaded, sealed = await aldo.client.upload(
            BytesIO(LOG), content_type="text/plain", filename="app.log", encrypt=True, filesize=len(LOG)
        )
        assert isinstance(uploaded, nio.UploadResponse)
        assert sealed is not None
        content = {
            "msgtype": "m.file",
            "body": "app.log",
            "file": sealed | {"url": uploaded.content_uri},
            "info": {"mimetype": "text/plain", "size": len(LOG)},
            "m.relates_to": {"rel_type": "m.thread", "event_id": card.event_id},
        }
        await aldo.sends(both.acme, content)
        await shown_in(both, both.slack.acme, both.slack.desk_room, files={"app.log": LOG})

        await attaches(both, "trace.txt", b"from Slack")
        await until(lambda: "trace.txt" in aldo.texts(), aldo.catches_up)
        (shown,) = [each.source["content"] for each in aldo.messages() if each.body == "trace.txt"]
        there = await aldo.client.download(shown["file"]["url"])

    assert isinstance(there, nio.DownloadResponse)
    assert there.body != b"from Slack"
    file = shown["file"]
    assert decrypt_attachment(there.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"]) == b"from Slack"
    assert "url" not in shown


@pytest.mark.parametrize("platform", ["slack", "matrix"])
async def test_what_is_too_large_is_told_by_its_name(sqlite_database: str, synapse: Homeserver, platform: str) -> None:
    async with both_platforms(sqlite_database, synapse, carrying=Carrying(largest=100)) as both, both.running():
        await both.a_ticket()
        if platform == "slack":
            await attaches(both, "dump.bin", bytes(101))
            await both.until(lambda: both.saying(both.acme, "sent a file:\n> 📎 dump.bin"))
            await both.until(lambda: both.saying(both.desk_room, "sent a file:\n> 📎 dump.bin"))
        else:
            async with Connection(
                url=synapse.url,
                user_id=both.aldo.user_id,
                access_token=both.aldo.access_token,
                device_id=both.aldo.device_id,
            ) as aldo:
                address = await aldo.upload(bytes(101), name="dump.bin", media_type="text/plain")
            # It says that it is smaller than it is.
            content = {"msgtype": "m.file", "body": "dump.bin", "url": address, "info": {"size": 1}}
            relation = {"rel_type": "m.thread", "event_id": both.cards(both.acme)[0]}
            synapse.send(both.aldo, both.acme, content | {"m.relates_to": relation})
            await both.slack.slack.until(lambda: "sent a file:" in both.slack.ana.sees(both.slack.acme).text)
            assert "📎 dump.bin" in both.slack.ana.sees(both.slack.acme).find("sent a file:")
            assert shown_on_slack(both, both.slack.acme) == {}
        assert both.files(both.acme) == []


async def test_a_file_whose_platform_is_away_waits_and_others_go_on(sqlite_database: str, synapse: Homeserver) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        await both.a_ticket()
        both.slack.slack.faults.always("download", UNAVAILABLE)
        await attaches(both, "app.log", LOG)
        await both.until(lambda: both.saying(both.acme, "see this"))

        # What is said in another thread of the same rooms arrives meanwhile, as do the words beside the file.
        await both.slack.ana.says(both.slack.acme, "another matter", thread=both.slack.card(both.slack.acme, 2))
        await both.until(lambda: both.saying(both.acme, "another matter"))
        assert both.files(both.acme) == []

        both.slack.slack.faults.forget()
        await both.until(lambda: both.files(both.acme))
        assert await both.read(both.aldo, both.files(both.acme)[0]["url"]) == LOG
