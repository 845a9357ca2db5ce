"""`files.*`: files in three steps, an address, the content, and where it is shown."""

from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.backstage import Upload
from tests.slack.methods.chat import checked
from tests.slack.payloads import file_json
from tests.slack.rates import Tier
from tests.slack.records import Channel, File, Json, Kind


@method("files.getUploadURLExternal", "files:write", tier=Tier.T4)
def get_upload_url(asked: Asked) -> Json:
    name, length = asked.text("filename"), asked.number("length", 0)
    if not name or length <= 0:
        raise Refusal("invalid_arguments")
    file = asked.stage.new_file(asked.bot, name)
    secret = asked.stage.world.secret("")[-24:]
    asked.stage.uploads[secret] = Upload(file=file, length=length)
    return {"upload_url": f"{asked.stage.files_url}/upload/v1/{secret}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write", tier=Tier.T4)
def complete_upload(asked: Asked) -> Json:
    """Show the files in a channel, with a comment or blocks, or in none."""
    wanted = asked.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal("invalid_arguments")
    channels = [_channel(asked, each) for each in asked.names("channels") or asked.names("channel_id")]
    blocks = asked.json("blocks", error="invalid_blocks_format") or []
    checked(asked.stage, asked.method, blocks, [])
    files = [_came(asked, each) for each in wanted]
    for channel in channels:
        parent = channel.messages.get(asked.text("thread_ts"))
        asked.stage.post(
            channel,
            asked.bot,
            asked.text("initial_comment"),
            app=asked.by.app,
            files=files,
            blocks=blocks,
            thread_ts=parent.root_ts if parent else None,
        )
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


@method("files.info", "files:read", tier=Tier.T4)
def info(asked: Asked) -> Json:
    file = asked.stage.world.files.get(asked.text("file"))
    if file is None or not _may_see(asked, file):
        raise Refusal("file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    return {"file": file_json(file), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "files:write", tier=Tier.T3)
def delete(asked: Asked) -> Json:
    file = asked.stage.world.files.get(asked.text("file"))
    if file is None:
        raise Refusal("file_not_found")
    if file.owner is not asked.bot:
        raise Refusal("cant_delete_file")
    file.deleted = True
    return {}


def _came(asked: Asked, wanted: Json) -> File:
    for upload in asked.stage.uploads.values():
        if upload.file.id == wanted.get("id") and upload.file.owner is asked.bot:
            if not upload.came:
                raise Refusal("file_not_found")
            upload.file.title = str(wanted.get("title") or upload.file.name)
            asked.stage.world.files[upload.file.id] = upload.file
            return upload.file
    raise Refusal("file_not_found")


def _channel(asked: Asked, channel_id: str) -> Channel:
    channel = asked.stage.world.conversation(channel_id)
    if channel is None or not asked.stage.world.can_see(asked.bot, channel):
        raise Refusal("invalid_channel")
    if asked.bot not in channel.members and channel.kind is not Kind.IM:
        raise Refusal("not_in_channel")
    return channel


def _may_see(asked: Asked, file: File) -> bool:
    if file.owner is asked.bot:
        return True
    channels = asked.stage.world.channels.values()
    return any(
        asked.bot in channel.members and any(file in message.files for message in channel.messages.values())
        for channel in channels
    )
