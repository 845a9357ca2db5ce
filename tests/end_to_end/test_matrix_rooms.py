"""Tickets whose rooms change under them, and files, as people see them: real process, real homeserver."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from rich.console import Console

from adapters.matrix.homeserver import Homeserver as Connection
from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Account, Homeserver


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[MatrixLife]:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        yield life
    # Shown when the test fails.
    for who in ("ana", "ben", "clo"):
        Console(highlight=False, markup=False).print(life.shown(who))


def opens_a_ticket(life: MatrixLife) -> None:
    life.says("ana", "#acme", "!open S2 The portal is very slow")
    life.hears("ana", "#acme", "T-1 ·")
    life.hears("ben", "#desk", "T-1 ·")


def upgrade(life: MatrixLife, room: str, by: str) -> str:
    """Upgrade a room as a client does, which invites its people to the new one."""
    server, owner, old = life.server, life.people[by], life.rooms[room]
    new = str(
        server.call("POST", f"/_matrix/client/v3/rooms/{quote(old)}/upgrade", {"new_version": "11"}, by=owner)[
            "replacement_room"
        ]
    )
    server.invite(owner, life.desk, new)
    return new


def texts_in(life: MatrixLife, who: str, room: str) -> list[str]:
    events = life.server.timeline(life.people[who], room)
    return [event["content"].get("body", "") for event in events if event["type"] == "m.room.message"]


def test_a_ticket_goes_on_where_its_room_was_upgraded_to(life: MatrixLife) -> None:
    opens_a_ticket(life)
    new = upgrade(life, "#acme", "ana")
    life.until(lambda: any("T-1 ·" in text for text in texts_in(life, "ana", new)), lambda: life.shown("ana"))

    card = next(
        event
        for event in life.server.timeline(life.people["ana"], new)
        if event["sender"] == life.desk.user_id and "T-1 ·" in event["content"].get("body", "")
    )
    life.server.says(life.people["ana"], new, "node 2 is the slow one", thread=card["event_id"])
    life.hears("ben", "#desk", "node 2 is the slow one")
    life.says("ben", "#desk", "!reply we look into it", in_thread_of="T-1")
    life.until(lambda: any("we look into it" in text for text in texts_in(life, "ana", new)))

    assert not any("we look into it" in text for text in life.words("ana", "#acme"))


def test_what_was_owed_to_a_room_that_put_the_desk_out_arrives_in_order_when_it_is_invited_again(
    life: MatrixLife,
) -> None:
    """F29: the managers hear of it once, and nothing is lost."""
    server, room = life.server, life.rooms["#acme"]
    opens_a_ticket(life)
    path = f"/_matrix/client/v3/rooms/{quote(room)}/kick"
    server.call("POST", path, {"user_id": life.desk.user_id}, by=life.people["ana"])
    for number in range(3):
        life.says("ben", "#desk", f"!reply step {number}", in_thread_of="T-1")
    life.until(lambda: any("nvite" in text for text in life.words("clo", "#managers")), lambda: life.shown("clo"))
    assert not any("step" in text for text in life.words("ana", "#acme"))

    server.invite(life.people["ana"], life.desk, room)
    life.hears("ana", "#acme", "step 2")

    steps = [text for text in life.words("ana", "#acme") if "step" in text]
    assert [f"step {number}" in text for number, text in enumerate(steps)] == [True, True, True]
    assert len(life.words("clo", "#managers")) == 1


def test_what_was_owed_to_a_room_that_silenced_the_desk_arrives_as_soon_as_it_may_write_again(life: MatrixLife) -> None:
    """F29."""
    opens_a_ticket(life)
    path = f"/_matrix/client/v3/rooms/{quote(life.rooms['#acme'])}/state/m.room.power_levels"
    levels = life.server.call("GET", path, by=life.people["ana"])
    life.server.call("PUT", path, levels | {"events_default": 50}, by=life.people["ana"])
    life.says("ben", "#desk", "!reply we look into it", in_thread_of="T-1")
    life.until(lambda: any("nvite" in text for text in life.words("clo", "#managers")), lambda: life.shown("clo"))

    life.server.call("PUT", path, levels, by=life.people["ana"])
    life.hears("ana", "#acme", "we look into it")


async def test_a_file_reaches_the_other_side_and_can_be_opened_there(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        opens_a_ticket(life)
        card = life.card("ana", "#acme", "T-1").event_id
        async with connected(life, life.people["ana"]) as ana:
            address = await ana.upload(b"line 1\n", name="app.log", media_type="text/plain")
        synapse.send(life.people["ana"], life.rooms["#acme"], a_file(address, card))
        life.until(lambda: files_in(life, "ben", "#desk") != [], lambda: life.shown("ben"))

        (file,) = files_in(life, "ben", "#desk")
        assert file["body"] == "app.log"
        async with connected(life, life.people["ben"]) as ben:
            assert await ben.download(file["url"], limit=100) == b"line 1\n"


async def test_an_agent_passes_a_file_on_by_replying_to_it(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        opens_a_ticket(life)
        card = life.card("ben", "#desk", "T-1").event_id
        async with connected(life, life.people["ben"]) as ben:
            address = await ben.upload(b"steps\n", name="steps.txt", media_type="text/plain")
        file = synapse.send(life.people["ben"], life.rooms["#desk"], a_file(address, card))
        reply = {
            "msgtype": "m.text",
            "body": "!reply see this",
            "m.relates_to": {
                "rel_type": "m.thread",
                "event_id": card,
                "is_falling_back": False,
                "m.in_reply_to": {"event_id": file},
            },
        }
        synapse.send(life.people["ben"], life.rooms["#desk"], reply)
        life.until(lambda: files_in(life, "ana", "#acme") != [], lambda: life.shown("ana"))

        assert [content["url"] for content in files_in(life, "ana", "#acme")] == [address]
        assert any("see this" in text for text in life.words("ana", "#acme"))


def connected(life: MatrixLife, account: Account) -> Connection:
    return Connection(
        url=life.server.url,
        user_id=account.user_id,
        access_token=account.access_token,
        device_id=account.device_id,
    )


def a_file(address: str, root: str) -> dict[str, Any]:
    return {
        "msgtype": "m.file",
        "body": "app.log",
        "filename": "app.log",
        "url": address,
        "info": {"size": 7, "mimetype": "text/plain"},
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        },
    }


def files_in(life: MatrixLife, who: str, room: str) -> list[dict[str, Any]]:
    """Return the files that the desk put into a room."""
    return [
        dict(event["content"])
        for event in life.timeline(who, room)
        if event["sender"] == life.desk.user_id and event["content"].get("msgtype") in ("m.file", "m.image")
    ]
