"""What is known about a room's encryption: nothing is believed that could let words out in the clear."""

from typing import Any

import pytest

from adapters.matrix.encrypted_rooms import EncryptedRooms
from chatops.domain.errors import TryAgainLater

SWITCHED_ON = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


def a_sync(*events: Any, part: str = "timeline") -> dict[str, Any]:
    return {"next_batch": "s1", "rooms": {"join": {"!acme": {part: {"events": list(events)}}}}}


async def never() -> bool:
    raise AssertionError("it was asked")


@pytest.mark.parametrize("part", ["timeline", "state"])
async def test_a_room_is_encrypted_for_ever_once_that_was_heard(part: str) -> None:
    rooms = EncryptedRooms(lambda _: never())
    rooms.heard(a_sync(SWITCHED_ON, part=part))
    rooms.heard(a_sync({"type": "m.room.encryption", "state_key": "", "content": {}}))

    assert await rooms.holds("!acme")


async def test_an_encrypted_message_alone_makes_no_room_encrypted() -> None:
    """Anybody may send one into an open room; the desk must go on speaking there."""

    async def is_open(_: str) -> bool:
        return False

    rooms = EncryptedRooms(is_open)
    rooms.heard(a_sync({"type": "m.room.encrypted", "content": {}}, SWITCHED_ON | {"state_key": "x"}, None, 3))

    assert not await rooms.holds("!acme")


async def test_what_is_heard_while_the_homeserver_is_asked_counts() -> None:
    async def switched_on_meanwhile(_: str) -> bool:
        rooms.heard(a_sync(SWITCHED_ON))
        return False

    rooms = EncryptedRooms(switched_on_meanwhile)

    assert await rooms.holds("!acme")


async def test_no_answer_is_no_leave_to_write() -> None:
    async def away(_: str) -> bool:
        raise TryAgainLater("the homeserver is away")

    with pytest.raises(TryAgainLater):
        await EncryptedRooms(away).holds("!acme")


async def test_an_open_room_is_asked_about_once_while_changes_are_heard() -> None:
    asked = []

    async def is_open(room: str) -> bool:
        asked.append(room)
        return False

    rooms = EncryptedRooms(is_open)
    await rooms.holds("!acme")
    await rooms.holds("!acme")
    assert len(asked) == 2
    rooms.heard({})
    await rooms.holds("!acme")
    await rooms.holds("!acme")

    assert len(asked) == 2
