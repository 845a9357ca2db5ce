"""Files of a Slack server: fetched with the token and nowhere else, put there, shown, and taken back (S25)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from adapters.slack.files import attachment_of
from adapters.slack.web import TokenRefused
from chatops.application.message_tree import Quote
from chatops.application.ports.file_source import FileSource
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.domain.errors import DeliveryError, Doubtful, TryAgainLater, Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform
from tests.contract.slack.sending import Stage, a_messenger, a_stage
from tests.elsewhere import Elsewhere
from tests.patience import PATIENCE_S
from tests.slack import faults
from tests.slack.faults import ApiFault, Hold
from tests.slack.payloads import file_json
from tests.unit.slack.parcels import a_message

DATA = bytes(range(256)) * 100


ELSEWHERE: Mapping[str, bytes | DeliveryError] = {
    "mxc://chat.test/log": DATA,
    "mxc://chat.test/empty": b"",
    "mxc://chat.test/gone": Undeliverable("gone"),
    "mxc://chat.test/slow": TryAgainLater("slow"),
}


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere(platform=Platform.MATRIX, files=ELSEWHERE)


@pytest.fixture
async def stage(elsewhere: Elsewhere) -> AsyncIterator[Stage]:
    source: FileSource = elsewhere
    async with a_stage(source) as stage:
        yield stage


def a_file(name: str = "app.log", address: str = "mxc://chat.test/log") -> Attachment:
    return Attachment(name=name, address=address)


async def posted(stage: Stage, file: Attachment, **fields: Any) -> Any:
    """Pass *file* on in the thread of a card, and return what Ana sees there."""
    card = await stage.card()
    message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(file,)))
    await stage.messenger.deliver(stage.row(message, form=Form.FILE, root=card.value, **fields))
    (reply,) = stage.seen()[0].replies
    return reply


async def delivered_at_last(stage: Stage, row: Parcel) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await stage.messenger.deliver(row)
                return
            except TryAgainLater:
                await asyncio.sleep(0.01)


async def uploaded(stage: Stage, content: bytes = DATA, name: str = "app.log") -> Attachment:
    """Let Ben put a file into the room, and return what we hear of it."""
    said = await stage.ben.says(stage.room, "here", files={name: content})
    return attachment_of(file_json(said.message.files[0]), stage.app.installation.team.id)


# ---- fetched ---------------------------------------------------------------------------------------------------------


async def test_a_file_is_fetched_with_our_token(stage: Stage) -> None:
    file = await uploaded(stage)

    assert stage.files.holds(file)
    assert await stage.files.fetch(file, limit=len(DATA)) == DATA


async def test_a_larger_file_than_we_want_is_not_fetched(stage: Stage) -> None:
    file = await uploaded(stage)
    for claimed in (
        file,
        Attachment(name="x", address=file.address),
        Attachment(name="x", address=file.address, size=1),
    ):
        with pytest.raises(Undeliverable, match="larger than"):
            await stage.files.fetch(claimed, limit=len(DATA) - 1)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (faults.ApiFault(executed=False, status=404), Undeliverable),
        (faults.ApiFault(executed=False, status=403), Undeliverable),
        (faults.HTML_PAGE, Undeliverable),
        (faults.UNAVAILABLE, TryAgainLater),
        (faults.DROPPED, TryAgainLater),
        (faults.rate_limited(), TryAgainLater),
        (faults.NEVER_ENDING, Undeliverable),
    ],
)
async def test_a_file_that_does_not_come_is_gone_or_late(
    stage: Stage, fault: ApiFault, meaning: type[DeliveryError]
) -> None:
    file = Attachment(name="x.bin", address=(await uploaded(stage)).address)
    stage.slack.faults.always("download", fault)

    with pytest.raises(meaning):
        await stage.files.fetch(file, limit=1_000)


async def test_a_redirect_does_not_take_our_token_along(stage: Stage) -> None:
    file = await uploaded(stage)
    stage.slack.faults.on("download", faults.redirected(f"{stage.slack.server.elsewhere}/gift"))

    with pytest.raises(Undeliverable):
        await stage.files.fetch(file, limit=len(DATA))
    assert [visit.site for visit in stage.slack.server.visits if visit.site == "elsewhere"] == []


async def test_somebody_elses_address_is_never_asked(stage: Stage) -> None:
    for address in (f"{stage.slack.server.elsewhere}/x", "", "https://files.slack.com.evil.test/x"):
        with pytest.raises(Undeliverable):
            await stage.files.fetch(Attachment(name="x", address=address), limit=1)
    assert [visit for visit in stage.slack.server.visits if visit.site != "slack.com"] == []


@pytest.mark.logs_errors
async def test_a_workspace_that_we_are_not_in_opens_no_file(stage: Stage) -> None:
    file = await uploaded(stage)
    url = file.address.partition("#")[0]

    with pytest.raises(TokenRefused):
        await stage.files.fetch(Attachment(name="x", address=f"{url}#T0ELSE"), limit=len(DATA))


async def test_a_file_names_its_workspace_itself_where_nobody_does(stage: Stage) -> None:
    file = await uploaded(stage)
    bare = Attachment(name="x", address=file.address.partition("#")[0])

    assert await stage.files.fetch(bare, limit=len(DATA)) == DATA


# ---- passed on -------------------------------------------------------------------------------------------------------


async def test_a_file_of_another_platform_is_put_there_and_shown(stage: Stage) -> None:
    seen = await posted(stage, a_file("../lögs/app.log"))

    assert seen.files == ("app.log",)
    assert seen.message.files[0].content == DATA
    assert seen.message.text.startswith("Ben sent a file: <https://exo.slack.com/files/")
    assert seen.message.metadata["event_payload"]["form"] == "file"
    assert stage.asked() == [
        "chat.postMessage",
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
        "files.info",
        "chat.postMessage",
    ]


async def test_the_upload_needs_no_token(stage: Stage) -> None:
    await posted(stage, a_file())

    uploads = [visit for visit in stage.slack.server.visits if visit.path.startswith("/upload")]
    assert [visit.authorization for visit in uploads] == [""]


async def test_a_file_of_another_room_is_put_into_this_one(stage: Stage) -> None:
    """Who reads here may not read it where it lies."""
    file = await uploaded(stage)
    card = await stage.card()
    message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(file,)))
    await stage.messenger.deliver(stage.row(message, form=Form.FILE, root=card.value))

    assert stage.seen()[1].replies[0].message.files[0].content == DATA


@pytest.mark.parametrize("address", ["", "mxc://chat.test/gone", "mxc://chat.test/empty", "https://evil.test/x"])
async def test_a_file_that_cannot_be_passed_on_is_named(stage: Stage, address: str) -> None:
    seen = await posted(stage, a_file("app.log", address))

    assert seen.files == ()
    assert seen.lines == ("Ben sent a file:", "> 📎 app.log")


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("files.getUploadURLExternal", "file_uploads_disabled"),
        ("files.getUploadURLExternal", "storage_limit_reached"),
        ("files.completeUploadExternal", "file_update_failed"),
    ],
)
async def test_a_workspace_that_takes_no_files_reads_their_names(stage: Stage, method: str, error: str) -> None:
    stage.slack.faults.on(method, faults.refused(error))

    assert (await posted(stage, a_file())).lines == ("Ben sent a file:", "> 📎 app.log")


async def test_a_channel_that_shows_no_files_reads_their_names(stage: Stage) -> None:
    stage.slack.faults.on("chat.postMessage", faults.refused("slack_connect_file_link_sharing_blocked"), nth=2)

    assert (await posted(stage, a_file())).lines == ("Ben sent a file:", "> 📎 app.log")


async def test_a_file_that_comes_late_is_waited_for(stage: Stage) -> None:
    with pytest.raises(TryAgainLater):
        await posted(stage, a_file("app.log", "mxc://chat.test/slow"))


async def test_a_file_is_put_there_once_however_often_its_message_is_tried(stage: Stage, elsewhere: Elsewhere) -> None:
    card = await stage.card()
    message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(a_file(),)))
    row = stage.row(message, form=Form.FILE, root=card.value)
    stage.slack.faults.on("chat.postMessage", faults.rate_limited(1), faults.EXECUTED_THEN_503)
    with pytest.raises(TryAgainLater):
        await stage.messenger.deliver(row)
    with pytest.raises(Doubtful):
        await stage.messenger.deliver(row)

    found = await stage.messenger.trace(row)

    assert found is not None
    assert elsewhere.fetched == ["mxc://chat.test/log"]
    assert len(stage.seen()[0].replies) == 1


async def test_a_file_that_takes_longer_than_a_message_may_is_not_begun_anew(elsewhere: Elsewhere) -> None:
    async with a_stage(elsewhere, waited_for_s=0.05) as stage:
        card = await stage.card()
        message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(a_file(),)))
        row = stage.row(message, form=Form.FILE, root=card.value)
        hold = Hold()
        stage.slack.faults.on("upload", ApiFault(held_after=hold))
        for _ in range(2):
            with pytest.raises(TryAgainLater, match="on its way"):
                await stage.messenger.deliver(row)
        hold.release()
        await delivered_at_last(stage, row)

        assert stage.seen()[0].replies[0].files == ("app.log",)
        assert elsewhere.fetched == ["mxc://chat.test/log"]


@pytest.mark.parametrize("sent", [False, True])
async def test_a_desk_that_died_between_upload_and_post_shows_the_file_once(
    stage: Stage, elsewhere: Elsewhere, sent: bool
) -> None:
    """
    F5: the one that is started again looks whether it was posted, and else fetches it anew.

    Args:
        sent: It died when the message was on its way, and Slack took it.
    """
    card = await stage.card()
    message = a_message("Ben sent a file:", quote=Quote(author="", text="", files=(a_file(),)))
    row = stage.row(message, form=Form.FILE, root=card.value)
    stage.slack.faults.on("chat.postMessage", faults.EXECUTED_THEN_DROPPED if sent else faults.DROPPED)
    with pytest.raises(Doubtful):
        await stage.messenger.deliver(row)
    anew = a_messenger(stage.web, stage.files, elsewhere)
    if await anew.trace(row) is None:
        await anew.deliver(row)

    assert [reply.files for reply in stage.seen()[0].replies] == [("app.log",)]
    assert elsewhere.fetched == ["mxc://chat.test/log"] * (1 if sent else 2)


async def test_what_breaks_while_it_is_put_there_is_tried_again(stage: Stage) -> None:
    for what in ("files.getUploadURLExternal", "upload", "files.completeUploadExternal"):
        stage.slack.faults.on(what, faults.DROPPED)
        with pytest.raises(TryAgainLater) as later:
            await posted(stage, a_file())
        assert not isinstance(later.value, Doubtful)
        stage.slack.world.channels[stage.room.id].messages.clear()


async def test_a_file_that_is_taken_back_is_gone_with_its_message(stage: Stage) -> None:
    seen = await posted(stage, a_file())
    root = stage.seen()[0].ts
    await stage.messenger.deliver(stage.row(a_message("(taken back)"), form=Form.REMOVAL, root=root, target=seen.ts))

    assert stage.seen()[0].replies == ()
    assert seen.message.files[0].deleted
