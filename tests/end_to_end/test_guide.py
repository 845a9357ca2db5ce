"""
docs/matrix.md, followed to the letter by somebody who has a homeserver and nothing else.

What stands in its blocks is what is done: requests are made as its `curl` lines say, settings are its own, commands are
run, and what it has people type is typed.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.synapse import DOMAIN, Account, Homeserver, on_its_own

pytestmark = [pytest.mark.checkout, pytest.mark.synapse, pytest.mark.timeout(600)]

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "matrix.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


class Administrator:
    """Somebody who does what the guide says, in a folder of their own."""

    def __init__(self, server: Homeserver, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.root = server.register("root", "Robin Root", password="ADMIN_PASSWORD", admin=True)
        self.ana = server.register("ana", "Ana Ashford")
        self.ben = server.register("ben", "Ben Barker")
        self.desk_user = f"@desk:{DOMAIN}"
        self._secrets: dict[str, str] = {}
        self._desk: subprocess.Popen[bytes] | None = None

    def reads(self, words: str) -> str:
        """Return the one block of the guide that holds *words*, with what is ours in place of its examples."""
        (block,) = (str(block) for block in BLOCKS if words in block)
        block = block.replace("https://matrix.example.org", self.server.url).replace("example.org", DOMAIN)
        for name, secret in self._secrets.items():
            block = block.replace(name, secret)
        return block

    def asks(self, words: str) -> Any:
        """Make the request of a `curl` line."""
        method, data, headers, url = "GET", None, {}, ""
        typed = iter(shlex.split(self.reads(words).replace("\\\n", ""))[1:])
        for word in typed:
            match word:
                case "-X":
                    method = next(typed)
                case "-d":
                    data = json.loads(next(typed))
                case "-H":
                    name, _, value = next(typed).partition(": ")
                    headers[name] = value
                case _:
                    url = word
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        by = Account(user_id="", name="", access_token=token, device_id="") if token else None
        return self.server.call(method, urlsplit(url).path, data, by=by)

    def keeps(self, name: str, secret: str) -> None:
        never_log(secret)
        self._secrets[name] = secret

    def runs(self, command: str, *, expect: int = 0, **environment: str) -> str:
        """Run a line of the guide in the desk's folder; return what it printed."""
        assert any(command in block for block in BLOCKS) or f"`{command}`" in GUIDE
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(command)],
            cwd=self.folder,
            env=_no_settings() | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        assert not any(secret in done.stdout + done.stderr for secret in self._secrets.values())
        return done.stdout

    def runs_doctor(self) -> str:
        """Return what the doctor says, whether all is well or not."""
        done = subprocess.run(
            [sys.executable, "-m", "chatops", "doctor"],
            cwd=self.folder,
            env=_no_settings(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def knows(self, name: str) -> str:
        return self._secrets[name]

    def starts_the_desk(self) -> None:
        assert "chatops run\n" in BLOCKS
        with (self.folder / "log").open("wb") as log:
            self._desk = subprocess.Popen(
                [sys.executable, "-m", "chatops", "run"], cwd=self.folder, env=_no_settings(), stderr=log
            )
        self.waits(lambda: '"matrix_listening"' in (self.folder / "log").read_text())

    def ends(self) -> int:
        """Wait until the desk has ended by itself; return its exit code."""
        assert self._desk is not None
        return self._desk.wait(PATIENCE_S)

    def stops_the_desk(self) -> None:
        if self._desk is not None:
            self._desk.terminate()
            self._desk.wait(PATIENCE_S)

    def makes_a_room(self, name: str, other: Account) -> str:
        room = self.server.room(self.root, other, name=name)
        desk = Account(user_id=self.desk_user, name="", access_token="", device_id="")
        self.server.invite(self.root, desk, room)
        self.waits(lambda: self._members(room).get(self.desk_user) == "join")
        return room

    def types(self, who: Account, room: str, words: str, *, thread: str | None = None) -> None:
        assert f"    {words}\n" in GUIDE or f"`{words}`" in GUIDE
        self.server.says(who, room, words, thread=thread)

    def hears(self, who: Account, room: str, words: str) -> str:
        """Return the id of the desk's message that holds *words*, once it has come."""
        found: list[str] = []

        def heard() -> bool:
            found[:] = [
                event["event_id"]
                for event in self.server.timeline(who, room)
                if event["sender"] == self.desk_user and words in event["content"].get("body", "")
            ]
            return bool(found)

        self.waits(heard)
        return found[0]

    def waits(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, (self.folder / "log").read_text()[-4000:]
            time.sleep(0.05)

    def _members(self, room: str) -> Mapping[str, str]:
        events = self.server.call("GET", f"/_matrix/client/v3/rooms/{room}/members", by=self.root)["chunk"]
        return {event["state_key"]: event["content"]["membership"] for event in events}


@pytest.fixture
def administrator(tmp_path: Path) -> Iterator[Administrator]:
    with on_its_own() as synapse:
        somebody = Administrator(synapse.homeserver, tmp_path)
        yield somebody
        somebody.stops_the_desk()


def test_the_guide_leads_from_nothing_to_the_first_ticket(administrator: Administrator) -> None:
    you = administrator
    you.keeps("ADMIN_TOKEN", you.asks("ADMIN_PASSWORD")["access_token"])
    you.asks('"displayname": "Support Desk"')
    you.asks("override_ratelimit")
    you.keeps("DESK_TOKEN", you.asks('"device_id": "CHATOPSDESK"')["access_token"])
    settings = you.folder / ".env"
    settings.touch(0o600)
    settings.write_text(you.reads("CHATOPS_DATABASE="))
    example = (DOCS / "examples" / "one-customer.yaml").read_text("utf-8")
    (you.folder / "ours.yaml").write_text(example.replace("example.org", DOMAIN))

    you.runs("chatops directory check ours.yaml")
    you.runs("chatops directory import ours.yaml")
    found = you.runs("chatops doctor", expect=1)
    assert [line for line in found.splitlines() if line.startswith("✗")] == [
        "✗ directory: there is no room for the agents: nobody would read a ticket → "
        "invite the desk to a room and type !bind desk there, as an administrator"
    ]

    you.starts_the_desk()
    desk_room = you.makes_a_room("Agents", you.ben)
    you.types(you.root, desk_room, "!bind desk")
    you.waits(lambda: "the agents' room" in you.runs_doctor())
    acme = you.makes_a_room("Acme", you.ana)
    assert f"“Acme” ({acme}), which is bound to nothing" in you.runs_doctor()
    you.types(you.root, acme, "!bind customer acme")
    you.waits(lambda: "the room of acme" in you.runs_doctor())

    you.types(you.ana, acme, "!open S2 The portal is very slow")
    you.hears(you.ana, acme, "T-1 ·")
    card = you.hears(you.ben, desk_room, "T-1 ·")
    you.types(you.ben, desk_room, "!take", thread=card)
    you.hears(you.ana, acme, "Ben Barker (support) is now handling T-1.")

    found = you.runs("chatops doctor", CHATOPS_MATRIX_ADMIN_TOKEN=you.knows("ADMIN_TOKEN"))
    *lines, last = found.splitlines()
    assert [line for line in lines if not line.startswith("✓")] == [
        "! directory: there is no room for the managers: nobody would read of what goes wrong → "
        "invite the desk to a room and type !bind managers there, as an administrator"
    ]
    assert last == "1 to look at."
    assert "rate limit: lifted" in found
    told = json.loads(you.runs("chatops doctor --json"))
    assert told["holds"] is True

    you.asks("/_matrix/client/v3/logout")
    found = you.runs("chatops doctor", expect=1)
    assert "✗ token: the homeserver does not know it → log in again with the same device id" in found

    assert you.ends() == 2
    assert (you.folder / "log").read_text().count("The homeserver does not accept the access token") == 1
    customer_card = you.hears(you.ana, acme, "T-1 ·")
    you.server.says(you.ana, acme, "it is node 2 that is slow", thread=customer_card)
    you.keeps("DESK_TOKEN", you.asks('"device_id": "CHATOPSDESK"')["access_token"])
    settings.write_text(you.reads("CHATOPS_DATABASE="))
    you.starts_the_desk()
    you.hears(you.ben, desk_room, "it is node 2 that is slow")


def test_every_command_that_the_documentation_quotes_is_one() -> None:
    quoted = set()
    for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"):
        text = page.read_text("utf-8")
        quoted |= set(re.findall(r"`chatops ([a-z]+(?: [a-z]+)?)", text))
        quoted |= set(re.findall(r"^(?:\S*/)?chatops ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE))
    assert {"run", "doctor", "directory import", "policy check"} <= quoted

    for words in quoted:
        done = subprocess.run(
            [sys.executable, "-m", "chatops", *words.split(), "--help"],
            capture_output=True,
            text=True,
            check=False,
            env=_no_settings(),
        )
        assert done.returncode == 0, f"chatops {words}: {done.stderr}"


def _no_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
