"""What people do with what they said: edits, deletions, reactions, replies to files; on a real homeserver (S18)."""

from typing import Any
from urllib.parse import quote

import pytest

from adapters.matrix.homeserver import Homeserver, NotThere
from chatops.application.deliveries import Deletion, Edit, Marked, Reaction, Speech
from chatops.application.ports.outbox import Form
from chatops.domain.events import Attachment
from tests.contract.matrix.listening import Stage, a_stage, connected, until
from tests.synapse import Account
from tests.synapse import Homeserver as Synapse
from tests.unit.matrix.parcels import a_message, a_parcel, on_matrix


@pytest.fixture
def stage(synapse: Synapse) -> Stage:
    return a_stage(synapse)


def edits(stage: Stage, event_id: str, text: str, *, by: Account | None = None) -> str:
    now = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    content = now | {
        "body": f"* {text}",
        "m.new_content": now,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }
    return stage.server.send(by or stage.ana, stage.room, content)


def reacts(stage: Stage, event_id: str, sign: str, *, by: Account | None = None) -> str:
    relation = {"rel_type": "m.annotation", "event_id": event_id, "key": sign}
    return stage.server.send(by or stage.ana, stage.room, {"m.relates_to": relation}, kind="m.reaction")


def deletes(stage: Stage, event_id: str, *, by: Account | None = None) -> None:
    path = f"/_matrix/client/v3/rooms/{quote(stage.room)}/redact/{quote(event_id)}/delete-{quote(event_id)}"
    stage.server.call("PUT", path, {}, by=by or stage.ana)


# ---- edits -----------------------------------------------------------------------------------------------------------


async def test_an_edit_says_what_the_words_are_now(stage: Stage) -> None:
    async with stage.listening():
        root = stage.says("a thread")
        said = stage.says("the portal is slow", thread=root)
        edit = edits(stage, said, "the portal is down")
        stage.says("!one")
        await stage.bus.hears("a thread", "the portal is slow", "one")

    heard = stage.bus.heard[2]
    assert heard.request == Edit(of=f"matrix:{said}", now=Speech(text="the portal is down"))
    assert heard.key == f"matrix:{edit}"
    assert (heard.thread, heard.message) == (on_matrix(root), on_matrix(said))


async def test_an_edit_of_a_command_is_an_edit(stage: Stage) -> None:
    async with stage.listening():
        said = stage.says("!resolve fx")
        edits(stage, said, "!resolve fix")
        stage.says("!one")
        await stage.bus.hears("resolve fx", "one")

    assert stage.bus.requests[1] == Edit(of=f"matrix:{said}", now=Marked(text="resolve fix"))


async def test_nobody_edits_the_words_of_others(stage: Stage) -> None:
    server = stage.server
    eve = server.person("Eve")
    server.invite(stage.ana, eve, stage.room)
    server.join(eve, stage.room)
    async with stage.listening():
        said = stage.says("the portal is slow")
        edits(stage, said, "forged by another person", by=eve)
        edits(stage, said, "an edit")
        stage.says("!one")
        await stage.bus.hears("the portal is slow", "one")

    now = [request.now.text for request in stage.bus.requests if isinstance(request, Edit)]
    assert now == ["an edit"]


# ---- deletions -------------------------------------------------------------------------------------------------------


async def test_a_deleted_message_is_told_and_so_is_a_withdrawn_reaction(stage: Stage) -> None:
    async with stage.listening():
        said = stage.says("my password is hunter2")
        sign = reacts(stage, said, "👍")
        await until(lambda: len(stage.bus.heard) == 2)
        deletes(stage, sign)
        deletes(stage, said)
        stage.says("!one")
        await stage.bus.hears("my password is hunter2", "one")

    assert [type(request) for request in stage.bus.requests] == [Speech, Reaction, Deletion, Deletion, Marked]
    assert stage.bus.requests[2:4] == [Deletion(of=f"matrix:{sign}"), Deletion(of=f"matrix:{said}")]
    assert stage.bus.heard[1].key == f"matrix:{sign}"


async def test_a_moderator_takes_a_reaction_away_too(stage: Stage) -> None:
    eve = stage.server.person("Eve")
    stage.server.invite(stage.ana, eve, stage.room)
    stage.server.join(eve, stage.room)
    async with stage.listening():
        said = stage.says("the portal is slow")
        sign = reacts(stage, said, "🖕", by=eve)
        await until(lambda: len(stage.bus.heard) == 2)
        deletes(stage, sign, by=stage.ana)
        stage.says("!one")
        await stage.bus.hears("the portal is slow", "one")

    assert stage.bus.requests[2] == Deletion(of=f"matrix:{sign}")


async def test_a_reaction_that_came_and_went_while_the_desk_was_down_was_none(stage: Stage) -> None:
    said = stage.says("the portal is slow")
    stage.stopped_here()
    deletes(stage, reacts(stage, said, "👍"))
    stage.says("!one")

    async with stage.listening():
        await stage.bus.hears("one")
    assert not any(isinstance(request, Reaction) for request in stage.bus.requests)


async def test_our_own_signs_are_not_told_whether_they_come_or_go(stage: Stage) -> None:
    async with stage.listening(), connected(stage.server, stage.desk) as desk:
        said = stage.says("the portal is slow")
        placed = await desk.messenger.deliver(
            a_parcel(a_message("👍"), id=1, form=Form.REACTION, room=stage.room, root=None, answers=said)
        )
        away = a_parcel(
            a_message("👍"), id=2, form=Form.REACTION_REMOVAL, room=stage.room, root=None, target=placed.value
        )
        await desk.messenger.deliver(away)
        # A moderator may take ours away: nothing is to be mirrored of that either.
        again = await desk.messenger.deliver(
            a_parcel(a_message("👍"), id=3, form=Form.REACTION, room=stage.room, root=None, answers=said)
        )
        deletes(stage, again.value)
        stage.says("!one")
        await stage.bus.hears("the portal is slow", "one")

    assert [type(request) for request in stage.bus.requests] == [Speech, Marked]


async def test_a_moderator_deletes_too_and_nobody_else(stage: Stage) -> None:
    server = stage.server
    eve = server.person("Eve")
    server.invite(stage.ana, eve, stage.room)
    server.join(eve, stage.room)
    async with stage.listening():
        said = server.says(eve, stage.room, "an insult")
        kept = stage.says("an answer")
        deletes(stage, said, by=stage.ana)
        with pytest.raises(Exception, match="M_FORBIDDEN"):
            deletes(stage, kept, by=eve)
        stage.says("!one")
        await stage.bus.hears("an insult", "an answer", "one")

    assert [request for request in stage.bus.requests if isinstance(request, Deletion)] == [
        Deletion(of=f"matrix:{said}")
    ]


async def test_what_was_deleted_while_the_desk_was_down_is_never_read(stage: Stage) -> None:
    stage.stopped_here()
    said = stage.says("my password is hunter2")
    deletes(stage, said)
    stage.says("!one")

    async with stage.listening():
        await stage.bus.hears("one")


# ---- reactions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "sign"), [("✅", "✅"), ("✔️", "✔"), ("👍🏽", "👍🏽"), ("+1", "+1")])
async def test_a_reaction_is_told_with_what_it_is_under(stage: Stage, key: str, sign: str) -> None:
    async with stage.listening():
        said = stage.server.says(stage.desk, stage.room, "T-1")
        reacts(stage, said, key)
        stage.says("!one")
        await stage.bus.hears("one")

    assert stage.bus.requests[0] == Reaction(sign=sign, to=on_matrix(said))


async def test_a_reaction_to_a_copy_of_ours_or_to_a_reply_is_told(stage: Stage) -> None:
    async with connected(stage.server, stage.desk) as desk:
        card = await desk.messenger.deliver(a_parcel(id=1, form=Form.CARD, room=stage.room, root=None))
        copy = await desk.messenger.deliver(a_parcel(id=2, room=stage.room, root=card.value))
    reply = stage.server.send(
        stage.ana,
        stage.room,
        {"msgtype": "m.text", "body": "yes", "m.relates_to": {"m.in_reply_to": {"event_id": copy.value}}},
    )
    stage.stopped_here()
    for event_id in (copy.value, reply):
        reacts(stage, event_id, "👍")
    async with stage.listening():
        await until(lambda: len(stage.bus.heard) == 2)

    assert stage.bus.requests == [Reaction(sign="👍", to=copy), Reaction(sign="👍", to=on_matrix(reply))]
    ours = [heard.ours for heard in stage.bus.heard]
    assert [each and (each.row, each.address) for each in ours] == [(2, copy), None]


async def test_a_reaction_in_a_thread_belongs_to_the_thread(stage: Stage) -> None:
    async with stage.listening():
        root = stage.says("a thread")
        inside = stage.says("inside", thread=root)
        reacts(stage, inside, "✅")
        stage.says("!one")
        await stage.bus.hears("a thread", "inside", "one")

    assert stage.bus.heard[2].thread == on_matrix(root)


async def test_what_stands_in_one_room_cannot_be_read_in_another(stage: Stage) -> None:
    """Synapse takes no such relation from its own people; other homeservers' events are looked up like this (S18)."""
    elsewhere = stage.server.room(stage.ana, stage.desk)
    said = stage.says("the portal is slow")
    async with Homeserver(
        url=stage.server.url,
        user_id=stage.desk.user_id,
        access_token=stage.desk.access_token,
        device_id=stage.desk.device_id,
    ) as desk:
        assert (await desk.event(stage.room, said))["event_id"] == said
        with pytest.raises(NotThere):
            await desk.event(elsewhere, said)


# ---- replies to files ------------------------------------------------------------------------------------------------

LOG = {
    "msgtype": "m.file",
    "body": "app.log",
    "filename": "app.log",
    "url": "mxc://chat.test/abcdef",
    "info": {"size": 12, "mimetype": "text/plain"},
}
FILE = Attachment(name="app.log", address="mxc://chat.test/abcdef", size=12, media_type="text/plain")


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_command_in_reply_to_a_file_carries_it(stage: Stage, in_thread: bool) -> None:
    async with stage.listening():
        root = stage.says("a thread")
        file = stage.server.send(stage.ana, stage.room, LOG | ({"m.relates_to": under(root)} if in_thread else {}))
        relation: dict[str, Any] = {"m.in_reply_to": {"event_id": file}}
        if in_thread:
            relation = under(root) | relation | {"is_falling_back": False}
        reply = {"msgtype": "m.text", "body": "!reply see this", "m.relates_to": relation}
        stage.server.send(stage.ana, stage.room, reply)
        await stage.bus.hears("a thread", "", "reply see this")

    assert stage.bus.requests[2] == Marked(text="reply see this", files=(FILE,))


async def test_plain_words_in_reply_to_a_file_do_not(stage: Stage) -> None:
    async with stage.listening():
        file = stage.server.send(stage.ana, stage.room, LOG)
        reply = {"msgtype": "m.text", "body": "thank you", "m.relates_to": {"m.in_reply_to": {"event_id": file}}}
        stage.server.send(stage.ana, stage.room, reply)
        await stage.bus.hears("", "thank you")

    assert stage.bus.requests[1] == Speech(text="thank you")


def under(root: str) -> dict[str, Any]:
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": root},
    }
