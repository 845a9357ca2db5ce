"""A homeserver that does not know any more how far we had read (F10)."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.matrix.listeners import EVENTS_PER_ROOM
from adapters.matrix.position import Position
from chatops.application.deliveries import Marked
from tests.contract.matrix.listening import Stage, a_stage, until
from tests.fault_proxy import Fault, a_bad_network
from tests.synapse import Homeserver

LOST = "s1_of_another_life"


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    return a_stage(synapse)


def lose_position(stage: Stage, *, read_at: datetime | None) -> None:
    name = f"matrix:{stage.desk.user_id}"
    stage.bus.positions[name] = str(Position(token=LOST, read_at=read_at))


async def a_new_position(stage: Stage) -> None:
    await until(lambda: not any(LOST in position for position in stage.bus.positions.values()))


async def test_what_was_not_read_is_read_and_what_was_is_not_done_again(stage: Stage) -> None:
    stage.bound.add(stage.room)
    async with stage.listening():
        stage.says("!before")
        await stage.bus.hears("before")
    lose_position(stage, read_at=datetime.now(UTC))
    texts = [f"!show T-{number}" for number in range(EVENTS_PER_ROOM + 50)]
    for text in texts:
        stage.says(text)

    async with stage.listening():
        await stage.bus.hears("before", *(text[1:] for text in texts))
        stage.says("!after")
        await stage.bus.hears("before", *(text[1:] for text in texts), "after")


async def test_only_the_rooms_of_the_directory_are_read_back(stage: Stage) -> None:
    lose_position(stage, read_at=datetime.now(UTC))
    stage.says("!one")

    async with stage.listening():
        await a_new_position(stage)
        stage.says("!two")
        await stage.bus.hears("two")


async def test_a_room_that_cannot_be_read_back_keeps_no_other_from_us(stage: Stage) -> None:
    server = stage.server
    other = server.room(stage.ana, stage.desk)
    stage.bound |= {stage.room, other}
    lose_position(stage, read_at=datetime.now(UTC))
    stage.says("!lost")
    server.says(stage.ana, other, "!found")
    with a_bad_network(server.url) as network:
        network.announce(f"{stage.room}/messages?", *[Fault(error="403 M_FORBIDDEN")] * 100)
        async with stage.listening(through=network.url):
            await stage.bus.hears("found")
            stage.says("!after")
            await stage.bus.hears("found", "after")


async def test_what_was_said_before_the_position_was_lost_is_not_read_back(stage: Stage) -> None:
    stage.bound.add(stage.room)
    stage.says("!one")
    lose_position(stage, read_at=datetime.now(UTC) + timedelta(hours=1))

    async with stage.listening():
        await a_new_position(stage)
        stage.says("!two")
        await stage.bus.hears("two")


async def test_what_was_said_before_the_desk_came_in_is_not_read_back(stage: Stage) -> None:
    server = stage.server
    room = server.room(stage.ana)
    server.says(stage.ana, room, "!before it came in")
    server.invite(stage.ana, stage.desk, room)
    server.join(stage.desk, room)
    server.says(stage.ana, room, "!after")
    stage.bound.add(room)
    lose_position(stage, read_at=None)

    async with stage.listening():
        await stage.bus.hears("after")


async def test_a_position_from_a_backup_of_ours_is_read_from_again(stage: Stage) -> None:
    async with stage.listening():
        stage.says("!one")
        await stage.bus.hears("one")
        backup = dict(stage.bus.positions)
        stage.says("!two")
        await stage.bus.hears("one", "two")
    stage.bus.positions = backup

    async with stage.listening():
        stage.says("!three")
        await stage.bus.hears("one", "two", "three")


async def test_it_is_told_when_something_was_written(stage: Stage) -> None:
    began = datetime.now(UTC)
    async with stage.listening():
        stage.says("!one")
        await stage.bus.hears("one")

    heard = stage.bus.heard[0]
    assert heard.request == Marked(text="one")
    assert heard.sent_at is not None
    assert began - timedelta(seconds=1) <= heard.sent_at <= datetime.now(UTC)
