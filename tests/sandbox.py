"""
A desk to play with: a homeserver on this machine, the demo cast with accounts and rooms, and the desk connected.

`python -m tests.sandbox` (`make sandbox`) runs it until Control-C; everything is kept in one folder, so the next start
goes on where this one ended. `python -m tests.sandbox clean` (`make sandbox-clean`) removes it. It stands among the
tests because the homeserver is a tool of ours for development, no part of the product.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psutil
from rich.console import Console

from adapters.directory_file.reading import demo_directory
from adapters.directory_file.writing import write
from chatops.domain.directory import Address, Person, Room, WhoIsWho
from chatops.domain.vocabulary import PersonId, Platform, Role, RoomId, RoomPurpose
from tests.synapse import Account, Homeserver, Refused, Synapse

SERVER_NAME = "sandbox.test"
DESK = "desk"
DESK_NAME = "Support Desk"
DEVICE = "CHATOPSDESK"
FIRST_PORT = 8008
HERE = "127.0.0.1"
PATIENCE_S = 60.0

screen = Console(highlight=False, markup=False, soft_wrap=True)


class NotNow(Exception):
    """The sandbox cannot be had now; the text says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """
    What a sandbox keeps from one start to the next.

    Attributes:
        password: Everybody's.
        secret: The homeserver's, for registering people.
        token: The desk's, once it has logged in.
        furnished: Whether people, rooms and directory are all there.
    """

    port: int
    password: str
    secret: str
    token: str = ""
    furnished: bool = False


class Sandbox:
    """
    Args:
        folder: Where everything is kept.
        host: The address that the homeserver listens on.
        port: Where to begin looking for a free port, the first time.
    """

    def __init__(self, folder: Path, *, host: str = HERE, port: int = FIRST_PORT) -> None:
        self._folder = folder.resolve()
        self._host = host
        self._first_port = port
        self._who = demo_directory()
        self._synapse: Synapse | None = None
        self._desk: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """
        Run until the process is told to stop.

        Raises:
            NotNow: It cannot be started, or a part of it ended by itself.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone(), _until_told_to_stop():
            self._end_what_was_left()
            memory = self._remembered()
            try:
                self._start_homeserver(memory)
                if not memory.furnished:
                    memory = self._furnish(memory)
                self._start_desk(memory)
                self._show(memory)
                self._watch()
            finally:
                self._stop()

    def clean(self) -> None:
        """
        Remove the sandbox and all that happened in it.

        Raises:
            NotNow: It is running.
        """
        if self._folder.exists():
            with self._alone():
                self._end_what_was_left()
                shutil.rmtree(self._folder)

    # ---- its processes -----------------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotNow("This sandbox is running already, in another terminal. Stop it there first.") from None
            yield

    def _end_what_was_left(self) -> None:
        """End the homeserver and the desk of a sandbox that was killed: ours are those that work in its folder."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                ours = Path(process.cwd()) in (self._folder, self._folder / "synapse")
                if ours and {"synapse.app.homeserver", "chatops"} & set(process.cmdline()):
                    process.terminate()
                    process.wait(PATIENCE_S)

    def _start_homeserver(self, memory: Memory) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._host, memory.port))
            except OSError as taken:
                raise NotNow(
                    f"Port {memory.port} of {self._host} is not to be had ({taken.strerror}), and this sandbox is "
                    "known by that port. End what uses it, or begin anew elsewhere: make sandbox-clean sandbox."
                ) from None
        folder = self._folder / "synapse"
        folder.mkdir(exist_ok=True)
        answered = folder / "answered"
        if not (answered.exists() or memory.furnished):
            # It was ended while it made its tables, and would not start on half of them.
            for part in folder.glob("homeserver.db*"):
                part.unlink()
        self._synapse = Synapse(
            folder, port=memory.port, host=self._host, name=SERVER_NAME, secret=memory.secret, apart=True
        )
        screen.print("Starting the homeserver …")
        self._synapse.start()
        answered.touch()

    def _start_desk(self, memory: Memory) -> None:
        self._write_settings(memory)
        screen.print("Starting the desk …")
        with self._log.open("ab") as log:
            begins = log.tell()
            self._desk = subprocess.Popen(
                [sys.executable, "-m", "chatops", "run"],
                cwd=self._folder,
                env=_no_settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._until(lambda: '"matrix_listening"' in self._log.read_text()[begins:])

    def _watch(self) -> None:
        while True:
            self._both_live()
            time.sleep(0.2)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            self._both_live()
            if time.monotonic() > end:
                raise NotNow(f"The desk does not get ready; the end of {self._log}:\n{self._last_words()}")
            time.sleep(0.1)

    def _both_live(self) -> None:
        assert self._desk is not None
        assert self._synapse is not None
        if self._desk.poll() is not None:
            raise NotNow(f"The desk has ended by itself; the end of {self._log}:\n{self._last_words()}")
        if not self._synapse.running:
            raise NotNow(f"The homeserver has ended by itself; {self._folder}/synapse/homeserver.log may say why.")

    def _stop(self) -> None:
        if self._desk is not None and self._desk.poll() is None:
            self._desk.send_signal(signal.SIGTERM)
            try:
                self._desk.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._desk.kill()
        if self._synapse is not None:
            self._synapse.stop()

    # ---- what it holds -----------------------------------------------------------------------------------------------

    def _furnish(self, memory: Memory) -> Memory:
        """
        Make what is missing of people, rooms and directory; each step may find that an earlier start did it.

        Everything as docs/matrix.md has an administrator do it.
        """
        assert self._synapse is not None
        server = self._synapse.homeserver
        screen.print("Making accounts …")
        people = {
            person.id: _account(server, person.id, person.name, memory, person.role) for person in self._who.people
        }
        root = next(people[person.id] for person in self._who.people if person.role is Role.ADMINISTRATOR)
        desk = _account(server, DESK, DESK_NAME, memory, None)
        # The cast is played in a hurry, by few hands: nobody waits for the limits on people.
        for account in (desk, *people.values()):
            _lift_limits(server, account, by=root)
        screen.print("Making rooms …")
        rooms = {room.id: _room_address(server, room, root) for room in self._who.rooms}
        for room in self._who.rooms:
            members = [people[person.id] for person in self._who.people if _belongs(person, room)]
            _bring_in(server, rooms[room.id], [*members, desk], by=root, joining=members)
        screen.print("Telling the desk who is who …")
        memory = replace(memory, token=_log_in(server, DESK, memory, DEVICE).access_token)
        self._remember(memory)
        self._write_settings(memory)
        directory = self._folder / "directory.yaml"
        directory.write_text(write(_on_matrix(self._who, people, rooms)), "utf-8")
        self._import(directory)
        for account in (*people.values(), desk):
            server.revoke(account)
        memory = replace(memory, furnished=True)
        self._remember(memory)
        return memory

    def _import(self, directory: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "chatops", "directory", "import", directory],
            cwd=self._folder,
            env=_no_settings(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotNow(f"The directory was not taken:\n{done.stderr[-2000:]}")

    def _write_settings(self, memory: Memory) -> None:
        """Write the desk's `.env`, so that every `chatops …` typed there means this desk, beside what it has."""
        file = self._folder / ".env"
        ours = {
            "CHATOPS_DATABASE": "sqlite:///desk.db",
            "CHATOPS_MATRIX_HOMESERVER": f"http://{HERE}:{memory.port}",
            "CHATOPS_MATRIX_USER": _user_id(DESK),
            "CHATOPS_MATRIX_TOKEN": memory.token,
            "CHATOPS_MATRIX_DEVICE": DEVICE,
        }
        kept = file.read_text().splitlines() if file.exists() else []
        others = [line for line in kept if line.partition("=")[0].strip() not in ours]
        _write_secretly(file, "".join(f"{line}\n" for line in (*(f"{n}={v}" for n, v in ours.items()), *others)))

    def _remembered(self) -> Memory:
        with suppress(FileNotFoundError):
            return Memory(**json.loads(self._memory_file.read_text()))
        memory = Memory(
            port=_free_port(self._host, self._first_port),
            password=f"play-{secrets.token_hex(3)}",
            secret=secrets.token_urlsafe(32),
        )
        self._remember(memory)
        return memory

    def _remember(self, memory: Memory) -> None:
        _write_secretly(self._memory_file, json.dumps(asdict(memory), indent=2))

    # ---- what is shown -----------------------------------------------------------------------------------------------

    def _show(self, memory: Memory) -> None:
        screen.print()
        screen.print(_cast(self._who))
        screen.print(f"\nHomeserver  {_address(self._host, memory.port)}")
        screen.print(f"Password    {memory.password}   (everybody's)")
        screen.print(f"User ids    {_user_id('ana')} and so on; the desk is {_user_id(DESK)}")
        screen.print(f"The desk's  {os.path.relpath(self._folder)}: chatops doctor, typed in there, looks at it")
        if self._host != HERE:
            screen.print(
                f"\nWhoever reaches port {memory.port} of this machine through your network can try passwords there, "
                "and everything travels unencrypted: write nothing here that is not for play."
            )
        screen.print(
            "\nIn any Matrix client choose “other homeserver”, give the address above, and log in as ana. Then:\n"
            "  in #acme, as ana         !open S2 The portal is very slow\n"
            "  in #desk, as ben         !take in the thread of the new ticket; then !need the logs, or !help\n"
            "  in #acme again, as ana   answer in the thread of the ticket\n"
            "\nControl-C stops it; make sandbox goes on where it ended; make sandbox-clean removes it."
        )

    @property
    def _log(self) -> Path:
        return self._folder / "desk.log"

    def _last_words(self) -> str:
        return self._log.read_text()[-3000:]

    @property
    def _memory_file(self) -> Path:
        return self._folder / "sandbox.json"


# ---- people and rooms ------------------------------------------------------------------------------------------------


def _account(server: Homeserver, short: str, name: str, memory: Memory, role: Role | None) -> Account:
    """Return somebody's account, with a token for the time of furnishing."""
    try:
        return server.register(short, name, password=memory.password, admin=role is Role.ADMINISTRATOR)
    except Refused as refusal:
        if refusal.body.get("errcode") != "M_USER_IN_USE":
            raise
        return _log_in(server, short, memory, None)


def _log_in(server: Homeserver, short: str, memory: Memory, device: str | None) -> Account:
    answer = server.call(
        "POST",
        "/_matrix/client/v3/login",
        {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": short},
            "password": memory.password,
            "initial_device_display_name": "make sandbox",
        }
        | ({} if device is None else {"device_id": device}),
    )
    return Account(
        user_id=answer["user_id"], name=short, access_token=answer["access_token"], device_id=answer["device_id"]
    )


def _lift_limits(server: Homeserver, account: Account, *, by: Account) -> None:
    path = f"/_synapse/admin/v1/users/{quote(account.user_id)}/override_ratelimit"
    server.call("POST", path, {"messages_per_second": 0, "burst_count": 0}, by=by)


def _room_address(server: Homeserver, room: Room, root: Account) -> str:
    """Return the id of the Matrix room that stands for *room*; its alias tells whether there is one."""
    name = room.id.removeprefix("#")
    try:
        made = server.call(
            "POST",
            "/_matrix/client/v3/createRoom",
            {"preset": "private_chat", "name": name, "room_alias_name": name, "topic": _topic(room)},
            by=root,
        )
    except Refused as refusal:
        if refusal.body.get("errcode") != "M_ROOM_IN_USE":
            raise
        alias = quote(f"#{name}:{SERVER_NAME}")
        made = server.call("GET", f"/_matrix/client/v3/directory/room/{alias}", by=root)
    return str(made["room_id"])


def _bring_in(
    server: Homeserver, room: str, members: Sequence[Account], *, by: Account, joining: Sequence[Account]
) -> None:
    """Invite everybody who is not there yet; of them, *joining* come at once (the desk does so when it starts)."""
    events = server.call("GET", f"/_matrix/client/v3/rooms/{quote(room)}/members", by=by)["chunk"]
    stands = {event["state_key"]: event["content"]["membership"] for event in events}
    for member in members:
        if stands.get(member.user_id) not in ("join", "invite"):
            server.invite(by, member, room)
        if member in joining and stands.get(member.user_id) != "join":
            server.join(member, room)


def _belongs(person: Person, room: Room) -> bool:
    """As in the terminal: contacts are in their own room, staff in all of them, managers' business aside."""
    match room.purpose:
        case RoomPurpose.CUSTOMER if person.role is Role.CONTACT:
            return room.organisation in person.organisations
        case RoomPurpose.MANAGERS:
            return person.role in (Role.MANAGER, Role.ADMINISTRATOR)
    return person.role is not Role.CONTACT


def _topic(room: Room) -> str:
    topics: Mapping[RoomPurpose, str] = {
        RoomPurpose.DESK: "Where the agents work",
        RoomPurpose.MANAGERS: "Where the managers hear of what goes wrong",
    }
    return topics.get(room.purpose, "Support. Type !help to see what you can do here")


def _on_matrix(who: WhoIsWho, people: Mapping[PersonId, Account], rooms: Mapping[RoomId, str]) -> WhoIsWho:
    """Return the demo directory with everybody's Matrix address beside the one on the terminal."""

    def at(value: str) -> Address:
        return Address(platform=Platform.MATRIX, value=value)

    return replace(
        who,
        people=tuple(
            replace(person, identities=(*person.identities, at(people[person.id].user_id))) for person in who.people
        ),
        rooms=tuple(replace(room, places=(*room.places, at(rooms[room.id]))) for room in who.rooms),
    )


def _cast(who: WhoIsWho) -> str:
    """Return everybody in columns, as wide as they are, whatever the terminal: what is cut off cannot be copied."""
    rows = [("Log in as", "Name", "Who", "Rooms")]
    for person in who.people:
        rooms = " ".join(room.id for room in who.rooms if _belongs(person, room))
        rows.append((person.id, person.name, _described(person), rooms))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _described(person: Person) -> str:
    level = f", level {person.level}" if person.level else ""
    return f"{person.role} of {', '.join(person.organisations)}" if person.organisations else f"{person.role}{level}"


def _user_id(short: str) -> str:
    return f"@{short}:{SERVER_NAME}"


# ---- this machine ----------------------------------------------------------------------------------------------------


def _free_port(host: str, first: int) -> int:
    """Return the first free port from *first* on: many clients propose 8008 by themselves."""
    for port in count(first):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port
    raise AssertionError


def _address(host: str, port: int) -> str:
    """Return what to type into a client: for a phone, the address that this machine has in its network."""
    if host == HERE:
        return f"http://{HERE}:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # Nothing is sent: the kernel only chooses whom it would send as.
        return f"http://{probe.getsockname()[0]}:{port}, on this machine also http://{HERE}:{port}"
    return f"http://{host}:{port}"


def _no_settings() -> dict[str, str]:
    """Return this environment without anybody's settings of a desk: the folder's `.env` is what counts."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}


def _write_secretly(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    draft = file.with_name(file.name + ".new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)


@contextmanager
def _until_told_to_stop() -> Iterator[None]:
    """End the block, wherever it is, when Control-C is pressed or the process is asked to end; only once."""

    def stop(_number: int, _frame: object) -> None:
        for each in ways:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    # The last is a terminal's window that was closed.
    ways = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in ways:
        signal.signal(each, stop)
    with suppress(KeyboardInterrupt):
        yield


def main(words: Sequence[str]) -> int:
    sandbox = Sandbox(
        Path(os.environ.get("SANDBOX", ".sandbox")),
        host=os.environ.get("SANDBOX_HOST", HERE),
        port=int(os.environ.get("SANDBOX_PORT", FIRST_PORT)),
    )
    try:
        if list(words) == ["clean"]:
            sandbox.clean()
        else:
            sandbox.run()
            screen.print("\nStopped. make sandbox goes on from here.")
    except NotNow as why:
        screen.print(str(why))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
