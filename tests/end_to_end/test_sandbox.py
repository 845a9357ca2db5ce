"""`make sandbox`, as whoever types it sees it: real processes, a real client, killed and started again."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from chatops.bootstrap import policy_engine
from tests.patience import PATIENCE_S
from tests.sandbox import SERVER_NAME
from tests.synapse import Account, Homeserver

pytestmark = [pytest.mark.synapse, pytest.mark.slow, pytest.mark.timeout(600)]

READY = "Control-C stops it"

OTHER_POLICIES = Path(__file__).parents[2] / "docs/examples/closing-by-itself"


class Terminal:
    """Somebody's terminal, in which they start and stop the sandbox of one folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    def types(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox", *words],
            env=os.environ | {"SANDBOX": str(self.folder), "SANDBOX_PORT": str(self.port), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def reads(self, words: str) -> str:
        """Return what was printed up to the line that holds *words*."""
        assert self._process is not None
        assert self._process.stdout is not None
        printed = ""
        for line in self._process.stdout:
            printed += line
            if words in line:
                return printed
        raise AssertionError(f"it never said {words!r}:\n{printed}")

    def ends(self) -> tuple[int, str]:
        """Return the exit code and what was printed since."""
        assert self._process is not None
        printed, _ = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, printed

    def closes(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def presses_control_c(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)

    def is_closed_by_force(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)
        self.closes()

    def processes(self) -> list[psutil.Process]:
        """Return what runs in the folder, whoever's child it is."""
        found = []
        for process in psutil.process_iter(["cwd"]):
            if Path(process.info["cwd"] or "/").is_relative_to(self.folder):
                found.append(process)
        return found


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "sandbox", a_free_port())
    yield terminal
    if terminal._process is not None and terminal._process.poll() is None:
        terminal.is_closed_by_force()
    terminal.closes()
    for left in terminal.processes():
        left.kill()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """A Matrix client that knows nothing but what was printed."""

    def __init__(self, printed: str, user: str) -> None:
        address, password = re.search(r"(http://127\S+)", printed), re.search(r"Password +(\S+)", printed)
        assert address is not None
        assert password is not None
        self.server = Homeserver(address[1], secret="")
        answer = self.server.call(
            "POST",
            "/_matrix/client/v3/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": user},
                "password": password[1],
            },
        )
        self.account = Account(
            user_id=answer["user_id"], name=user, access_token=answer["access_token"], device_id=answer["device_id"]
        )

    def room(self, name: str) -> str:
        path = f"/_matrix/client/v3/directory/room/%23{name}:{SERVER_NAME}"
        return str(self.server.call("GET", path, by=self.account)["room_id"])

    def says(self, room: str, words: str, *, thread: str | None = None) -> None:
        self.server.says(self.account, room, words, thread=thread)

    def hears(self, room: str, words: str) -> str:
        """Return the id of the message that holds *words*, once it has come."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for event in self.server.timeline(self.account, room):
                if words in event["content"].get("body", ""):
                    return str(event["event_id"])
            time.sleep(0.1)
        raise AssertionError(f"nobody said {words!r}")


def test_a_client_opens_a_ticket_and_goes_on_with_it_after_the_sandbox_was_killed(terminal: Terminal) -> None:
    terminal.types()
    printed = terminal.reads(READY)
    ana = Client(printed, "ana")
    acme = ana.room("acme")
    ana.says(acme, "!open S2 The portal is very slow")
    ana.hears(acme, "T-1 ·")
    ben = Client(printed, "ben")
    desk = ben.room("desk")
    card = ben.hears(desk, "T-1 ·")

    terminal.is_closed_by_force()
    with (terminal.folder / ".env").open("a") as settings:
        settings.write(f"CHATOPS_POLICIES={OTHER_POLICIES}\n")
    terminal.types()
    printed = terminal.reads(READY)

    assert Client(printed, "ana").room("acme") == acme
    assert policy_engine(OTHER_POLICIES, None).edition in (terminal.folder / "desk.log").read_text()
    ben = Client(printed, "ben")
    ben.says(desk, "!take", thread=card)
    Client(printed, "ana").hears(acme, "Ben Barker (support) is now handling T-1.")

    terminal.presses_control_c()
    code, farewell = terminal.ends()
    assert (code, farewell.strip()) == (0, "Stopped. make sandbox goes on from here.")
    assert terminal.processes() == []

    terminal.types("clean")
    assert terminal.ends() == (0, "")
    assert not terminal.folder.exists()


def test_a_half_made_sandbox_is_completed_by_the_next_start(terminal: Terminal) -> None:
    terminal.types()
    while not terminal.processes():
        pass  # As soon as there is a homeserver, before it answers.
    terminal.is_closed_by_force()
    for stage in ("Making accounts", "Making rooms", "Telling the desk"):
        terminal.types()
        terminal.reads(stage)
        terminal.is_closed_by_force()

    terminal.types()
    printed = terminal.reads(READY)

    for user, room in (("ana", "acme"), ("clo", "managers"), ("root", "desk")):
        client = Client(printed, user)
        assert client.room(room) in client.server.joined(client.account)
    gus = Client(printed, "gus")
    assert gus.server.joined(gus.account) == {gus.room("globex")}
    gus.says(gus.room("globex"), "!ouvrir S3 une faute de frappe")
    gus.hears(gus.room("globex"), "T-1 ·")
    terminal.presses_control_c()
    assert terminal.ends()[0] == 0


def test_a_homeserver_that_was_ended_while_it_made_its_tables_is_made_anew(terminal: Terminal) -> None:
    folder = terminal.folder / "synapse"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "homeserver.db")) as half_made:
        half_made.execute("CREATE TABLE background_updates (name TEXT)")
        half_made.commit()
    terminal.types()
    printed = terminal.reads(READY)
    ana = Client(printed, "ana")
    assert ana.server.joined(ana.account) == {ana.room("acme")}


def test_what_stands_in_the_way_is_told_in_a_sentence(terminal: Terminal) -> None:
    terminal.types()
    terminal.reads("Making accounts")
    other = Terminal(terminal.folder, terminal.port)
    other.types()
    code, words = other.ends()
    assert code == 1
    assert words.startswith("This sandbox is running already")
    terminal.presses_control_c()
    assert terminal.ends()[0] == 0

    with socket.create_server(("127.0.0.1", terminal.port)):
        terminal.types()
        code, words = terminal.ends()
    assert code == 1
    assert words.startswith(f"Port {terminal.port} of 127.0.0.1 is not to be had")
    assert "make sandbox-clean" in words


def test_secrets_are_for_their_owner_only(terminal: Terminal) -> None:
    terminal.types()
    terminal.reads(READY)
    terminal.presses_control_c()
    terminal.ends()

    for file in (terminal.folder, terminal.folder / ".env", terminal.folder / "sandbox.json"):
        assert file.stat().st_mode & 0o077 == 0
