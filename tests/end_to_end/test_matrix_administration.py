"""From a room that the desk does not know to its first ticket, all typed on Matrix: real process, real homeserver."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Account, Homeserver


class RunByRoot(MatrixLife):
    """The desk has an administrator, who is in none of its rooms."""

    def __init__(self, server: Homeserver, folder: Path) -> None:
        self.root = server.person("Robin Root")
        super().__init__(server, folder)

    def _directory(self) -> Mapping[str, Any]:
        directory = super()._directory()
        root = {"name": "Robin Root", "role": "administrator", "matrix": self.root.user_id,
                "language": "en", "time zone": "Etc/UTC"}  # fmt: skip
        return {**directory, "staff": {**directory["staff"], "root": root}}

    def reads(self, who: Account, room: str, words: str) -> None:
        """Wait until *who* can read *words* in the Matrix room *room*."""
        self.until(lambda: words in self.text_of(who, room), lambda: self.text_of(who, room))

    def text_of(self, who: Account, room: str) -> str:
        events = self.server.timeline(who, room)
        return "\n".join(event["content"].get("body", "") for event in events if event["type"] == "m.room.message")


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[RunByRoot]:
    life = RunByRoot(synapse, tmp_path)
    with life.running():
        yield life


def test_an_administrator_makes_a_room_a_customers_and_the_desk_introduces_who_comes(life: RunByRoot) -> None:
    """A31: the newcomer is unknown, the desk is told whom to link, and their next words open a ticket."""
    server, root = life.server, life.root
    zed = server.person("Zed Zimmer")
    room = server.room(root, zed, name="Globex and us")
    server.invite(root, life.desk, room)
    life.until(lambda: room in server.joined(life.desk))

    server.says(zed, room, "!open S2 The portal is slow")
    life.reads(zed, room, "This room is not one of the desk's.")
    server.says(root, room, "!bind customer acme")
    life.reads(zed, room, "This is now the customer room of Acme Industries.")

    server.says(zed, room, "!open S2 The portal is slow")
    life.reads(zed, room, f"Somebody of the desk can link you: !identify {zed.user_id} name")
    life.hears("ben", "#desk", f"Somebody unknown, {zed.user_id}, wrote in #acme-2.")
    pill = {"msgtype": "m.text", "body": "!identify Zed Zimmer ana", "m.mentions": {"user_ids": [zed.user_id]}}
    server.send(life.people["ben"], life.rooms["#desk"], pill)
    life.hears("ben", "#desk", f"{zed.user_id} is Ana Ashford (ana) from now on.")
    life.reads(zed, room, "Welcome, Ana Ashford: I know you now.")

    server.says(zed, room, "!open S2 The portal is slow")
    life.reads(zed, room, "T-1 · The portal is slow")
    life.hears("ben", "#desk", "T-1 · The portal is slow")
    assert life.words("ana", "#acme") == []

    server.says(root, room, "!unbind")
    life.reads(zed, room, "This room is not the customer room of Acme Industries any more")
    server.says(root, room, "!bind customer globex")
    life.reads(root, room, "This room holds tickets that only Acme Industries may read (T-1)")
