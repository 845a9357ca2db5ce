"""Listening to a real homeserver: everything once, in order, from where we stopped (F10, F11, F29, F30)."""

import asyncio

import pytest

from adapters.matrix.listeners import EVENTS_PER_ROOM
from adapters.matrix.render import MARK
from chatops.application.deliveries import Delivery, Marked, OwnMessage, Speech
from chatops.domain.errors import SettingsInvalid, StorageError
from tests.contract.matrix.listening import Stage, a_stage, until
from tests.fault_proxy import Fault, a_bad_network
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver, Synapse
from tests.unit.matrix.parcels import on_matrix


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    return a_stage(synapse)


# ---- once, in order, from where we stopped ---------------------------------------------------------------------------


async def test_what_is_said_is_handed_over_as_it_was_said(stage: Stage) -> None:
    async with stage.listening():
        root = stage.says("the portal is slow")
        reply = stage.says("!take", thread=root)
        await stage.bus.hears("the portal is slow", "take")

    said, taken = stage.bus.heard
    assert (said.thread, taken.thread and taken.thread.value) == (None, root)
    assert taken.key == f"matrix:{reply}"
    assert taken.sender.value == stage.ana.user_id
    assert taken.sender_name == "Ana"
    assert taken.room.value == stage.room


async def test_what_was_typed_before_the_first_start_is_not_executed(stage: Stage) -> None:
    stage.says("!open S1 everything is down")

    async with stage.listening():
        stage.says("!list")
        await stage.bus.hears("list")


async def test_what_is_typed_while_the_desk_is_down_is_heard_once_and_in_order(stage: Stage) -> None:
    async with stage.listening():
        stage.says("!before")
        await stage.bus.hears("before")
    stage.says("!one")
    stage.says("!two")

    async with stage.listening():
        await stage.bus.hears("before", "one", "two")
    async with stage.listening():
        await stage.bus.hears("before", "one", "two")


async def test_a_gap_is_filled_exactly(stage: Stage) -> None:
    """More than a sync brings, more than a page holds, and a new display name of ours in between."""
    texts = [f"!show T-{number}" for number in range(2 * EVENTS_PER_ROOM + 30)]
    for number in range(5):
        stage.says(f"!close T-{number}")
    stage.stopped_here()
    stage.says("!show the first")
    for number, text in enumerate(texts):
        if number == 40:
            stage.server.call(
                "PUT",
                f"/_matrix/client/v3/profile/{stage.desk.user_id}/displayname",
                {"displayname": "The Desk"},
                by=stage.desk,
            )
        stage.says(text)

    async with stage.listening():
        await stage.bus.hears("show the first", *(text[1:] for text in texts))


@pytest.mark.parametrize("error", ["403 M_FORBIDDEN", "404 M_NOT_FOUND", "400 M_UNKNOWN"])
async def test_a_room_whose_gap_is_refused_for_good_keeps_no_other_from_us(stage: Stage, error: str) -> None:
    """F10: it is heard from where the homeserver shows it again."""
    other = stage.server.room(stage.ana, stage.desk)
    stage.stopped_here()
    texts = [f"!show T-{number}" for number in range(EVENTS_PER_ROOM + 20)]
    for text in texts:
        stage.says(text)
    with a_bad_network(stage.server.url) as network:
        network.announce("/messages?", *[Fault(error=error)] * 100)
        async with stage.listening(through=network.url):
            await until(lambda: texts[-1][1:] in stage.bus.texts)
            stage.server.says(stage.ana, other, "!elsewhere")
            stage.says("!after")
            await until(lambda: {"elsewhere", "after"} <= set(stage.bus.texts))

    assert [text for text in stage.bus.texts if text.startswith("show")] == [text[1:] for text in texts[20:]]


async def test_a_gap_that_is_refused_for_now_is_filled_later(stage: Stage) -> None:
    stage.stopped_here()
    texts = [f"!show T-{number}" for number in range(EVENTS_PER_ROOM + 20)]
    for text in texts:
        stage.says(text)
    with a_bad_network(stage.server.url) as network:
        network.announce("/messages?", Fault(error="502 M_UNKNOWN"))
        async with stage.listening(through=network.url):
            await stage.bus.hears(*(text[1:] for text in texts))

    assert network.announced == 0


async def test_a_position_is_kept_only_when_all_before_it_is(stage: Stage) -> None:
    """F11: whatever stops us between reading and keeping, it is read again."""
    stage.stopped_here()
    kept = dict(stage.bus.positions)
    for text in ("!one", "!two", "!three"):
        stage.says(text)

    def away(delivery: Delivery) -> None:
        if delivery.request == Marked(text="two"):
            raise StorageError("the database is away")

    stage.bus.fails = away
    async with stage.listening():
        await stage.bus.hears("one")
    assert stage.bus.positions == kept

    stage.bus.fails = lambda _: None
    async with stage.listening():
        await stage.bus.hears("one", "two", "three")
    assert stage.bus.positions != kept


async def test_the_position_moves_with_the_last_of_what_was_read(stage: Stage) -> None:
    stage.stopped_here()
    stage.says("!one")
    stage.says("!two")

    async with stage.listening():
        await stage.bus.hears("one", "two")

    cursors = [each.cursor for each in stage.bus.heard]
    assert cursors[0] is None
    assert cursors[1] is not None
    assert stage.bus.positions[cursors[1].name]


async def test_what_asks_for_nothing_moves_the_position_too(stage: Stage) -> None:
    async with stage.listening():
        kept = dict(stage.bus.positions)
        stage.server.send(stage.ana, stage.room, {"msgtype": "m.notice", "body": "!accept"})
        await until(lambda: stage.bus.positions != kept)

    assert stage.bus.heard == []


@pytest.mark.logs_errors
async def test_one_poisoned_message_does_not_keep_the_others_from_us(stage: Stage) -> None:
    """F30; the words of it are in no log."""
    never_log("poison-in-the-well")

    def poisoned(delivery: Delivery) -> None:
        if isinstance(delivery.request, Speech):
            raise RuntimeError(f"cannot stand {delivery.request.text}")

    stage.bus.fails = poisoned
    async with stage.listening() as task:
        stage.says("!one")
        stage.says("poison-in-the-well")
        stage.says("!two")
        await stage.bus.hears("one", "two")
        stage.says("poison-in-the-well")
        stage.says("!three")
        await stage.bus.hears("one", "two", "three")
        assert not task.done()


async def test_nothing_of_ours_and_no_notice_and_no_edit_is_executed(stage: Stage) -> None:
    """S21, S18."""
    server, room = stage.server, stage.room
    async with stage.listening():
        root = stage.says("!open S2 the portal is slow")
        server.says(stage.desk, room, "!accept")
        server.send(stage.ana, room, {"msgtype": "m.notice", "body": "!accept"})
        server.send(stage.ana, room, {"msgtype": "m.text", "body": "!accept", MARK: {"row": 1}})
        edited = {"msgtype": "m.text", "body": "!close"}
        server.send(
            stage.ana,
            room,
            {**edited, "m.new_content": edited, "m.relates_to": {"rel_type": "m.replace", "event_id": root}},
        )
        stage.says("!list")
        await stage.bus.hears("open S2 the portal is slow", "list")


async def test_a_reply_to_a_card_is_said_in_its_thread(stage: Stage) -> None:
    card = stage.server.send(
        stage.desk, stage.room, {"msgtype": "m.notice", "body": "T-1", MARK: {"row": 1, "form": "card"}}
    )
    elsewhere = stage.server.room(stage.ana, stage.desk)
    reply = {"msgtype": "m.text", "body": "!take", "m.relates_to": {"m.in_reply_to": {"event_id": card}}}
    async with stage.listening():
        stage.server.send(stage.ana, stage.room, reply)
        await stage.bus.hears("take")
        stage.server.send(stage.ana, elsewhere, reply)
        await stage.bus.hears("take", "take")

    here, there = stage.bus.heard
    assert here.thread is not None
    assert here.thread.value == card
    # A relation counts within its own room only (S18).
    assert there.thread is None


# ---- under messages of ours ------------------------------------------------------------------------------------------


def a_card(stage: Stage, *, by: Account | None = None) -> str:
    mark = {"row": 17, "origin": "0a1b", "form": "card", "ticket": "T-1"}
    return stage.server.send(by or stage.desk, stage.room, {"msgtype": "m.notice", "body": "T-1", MARK: mark})


def under(stage: Stage) -> list[OwnMessage | None]:
    return [each.ours for each in stage.bus.heard]


@pytest.mark.parametrize("before", [True, False], ids=["sent before the desk was started", "sent meanwhile"])
async def test_what_is_said_under_a_message_of_ours_names_it(stage: Stage, before: bool) -> None:
    root = a_card(stage) if before else ""
    async with stage.listening():
        root = root or a_card(stage)
        stage.says("one", thread=root)
        stage.says("two", thread=root)
        relation = {"rel_type": "m.annotation", "event_id": root, "key": "✅"}
        stage.server.send(stage.ana, stage.room, {"m.relates_to": relation}, kind="m.reaction")
        await until(lambda: len(stage.bus.heard) == 3)

    assert under(stage) == [OwnMessage(row=17, origin="0a1b", address=on_matrix(root))] * 3


async def test_what_is_said_under_anybody_else_s_message_names_none(stage: Stage) -> None:
    """S18: the mark of a card in a message of their own makes it none of ours."""
    forged = a_card(stage, by=stage.ana)
    async with stage.listening():
        stage.says("under a forged card", thread=forged)
        stage.says("at the top")
        await stage.bus.hears("under a forged card", "at the top")

    assert under(stage) == [None, None]


# ---- rooms -----------------------------------------------------------------------------------------------------------


async def test_a_room_of_the_directory_is_joined_and_no_other(stage: Stage) -> None:
    """S17."""
    server = stage.server
    async with stage.listening():
        bound, strange = (server.room(stage.ana) for _ in range(2))
        stage.bound.add(bound)
        server.invite(stage.ana, stage.desk, strange)
        server.invite(stage.ana, stage.desk, bound)
        await until(lambda: bound in server.joined(stage.desk))
        server.says(stage.ana, bound, "!list")
        await stage.bus.hears("list")

    assert strange not in server.joined(stage.desk)


async def test_an_invitation_from_before_the_room_was_in_the_directory_is_taken_up_at_the_next_start(
    stage: Stage,
) -> None:
    """No sync tells of it again."""
    room = stage.server.room(stage.ana)
    stage.server.invite(stage.ana, stage.desk, room)
    stage.stopped_here()
    stage.bound |= {room, "!a-room-that-is-not-there"}

    async with stage.listening():
        await until(lambda: room in stage.server.joined(stage.desk))


@pytest.mark.parametrize("after", [2, EVENTS_PER_ROOM + 50])
async def test_what_was_said_before_we_joined_a_room_was_not_said_to_us(stage: Stage, after: int) -> None:
    server = stage.server
    room = server.room(stage.ana)
    stage.stopped_here()
    for text in ("!open S1 before", "!close before"):
        server.says(stage.ana, room, text)
    server.invite(stage.ana, stage.desk, room)
    server.join(stage.desk, room)
    texts = [f"!show T-{number}" for number in range(after)]
    for text in texts:
        server.says(stage.ana, room, text)

    async with stage.listening():
        await stage.bus.hears(*(text[1:] for text in texts))


async def test_an_encrypted_room_is_explained_once(stage: Stage) -> None:
    server = stage.server
    room = server.room(stage.ana, stage.desk, encrypted=True)

    def explanations() -> list[str]:
        return [
            event["content"]["body"]
            for event in server.timeline(stage.ana, room)
            if event["sender"] == stage.desk.user_id and event["type"] == "m.room.message"
        ]

    async with stage.listening():
        await until(lambda: len(explanations()) == 1)
        server.send(stage.ana, room, {"algorithm": "m.megolm.v1.aes-sha2"}, kind="m.room.encrypted")
        stage.says("!one")
        await stage.bus.hears("one")
    # Another device, so that the homeserver has forgotten what was sent; we have not.
    device = server.log_in(stage.desk, device_id="ANOTHER")
    async with stage.listening(access_token=device.access_token, device_id=device.device_id):
        server.send(stage.ana, room, {"algorithm": "m.megolm.v1.aes-sha2"}, kind="m.room.encrypted")
        stage.says("!two")
        await stage.bus.hears("one", "two")

    assert len(explanations()) == 1
    assert "This room is encrypted" in explanations()[0]
    assert "Ce salon est chiffré" in explanations()[0]


# ---- what ends it, and what does not ---------------------------------------------------------------------------------


async def test_it_stops_at_once_while_nothing_happens(stage: Stage) -> None:
    async with stage.listening() as task:
        await asyncio.sleep(0.2)
        assert not task.done()

    assert task.exception() is None


async def test_a_revoked_token_ends_it_with_one_clear_error(stage: Stage) -> None:
    async with stage.listening() as task:
        stage.server.revoke(stage.desk)
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(SettingsInvalid, match="Log in again with the same device id"):
                await task


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ({"access_token": "syt_nonsense"}, "does not accept the access token"),
        ({"device_id": "ANOTHER"}, "belongs to the device"),
        ({"user_id": "@somebody:chat.test"}, "belongs to @support.desk"),
    ],
)
async def test_a_token_that_does_not_fit_is_refused_at_the_start(
    stage: Stage, login: dict[str, str], reason: str
) -> None:
    async with stage.listening(**login) as task:
        with pytest.raises(SettingsInvalid, match=reason):
            await task

    assert stage.bus.positions == {}


async def test_it_listens_on_when_the_homeserver_comes_back(own_synapse: Synapse) -> None:
    stage = a_stage(own_synapse.homeserver)
    async with stage.listening() as task:
        stage.says("!before")
        await stage.bus.hears("before")
        own_synapse.stop()
        await asyncio.sleep(0.5)
        own_synapse.start()
        stage.says("!after")
        await stage.bus.hears("before", "after")
        assert not task.done()
