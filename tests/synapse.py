"""
A real Matrix homeserver for the tests (pytest plugin): one per test run and xdist worker, people and rooms to order.

Synapse runs as it would in production but for SQLite, cheap passwords and no federation. Messages keep the
*default* rate limits; a person made by `person` is exempt from them unless the test asks otherwise.
"""

import hashlib
import hmac
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

DOMAIN = "chat.test"
"""The homeserver's name; every user id ends in it."""

READY_WITHIN_S = 60.0
"""The first start after an installation compiles bytecode; later ones take 2 to 10 s on a busy machine."""

_UNLIMITED = {"per_second": 1e6, "burst_count": 1e6}


@dataclass(frozen=True, kw_only=True)
class Account:
    user_id: str
    name: str
    access_token: str
    device_id: str


class Refused(Exception):
    """The homeserver answered with an error; `status` and `body` are what it said."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('errcode')}: {body.get('error')}")
        self.status = status
        self.body = body


class Homeserver:
    """What tests ask of Synapse directly: accounts, rooms, and what its users were notified of."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self._secret = secret
        self._numbers = itertools.count(1)
        self._operator: Account | None = None

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, by: Account | None = None) -> Any:
        """
        Raises:
            Refused: It answered with an error.
        """
        headers = {"Content-Type": "application/json"}
        if by is not None:
            headers["Authorization"] = f"Bearer {by.access_token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, headers=headers, data=data)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise Refused(refusal.code, json.load(refusal)) from None

    def person(self, name: str, *, limited: bool = False) -> Account:
        """
        Register somebody called *name*; their user id is new for every call.

        Args:
            limited: Keep Synapse's default limits on messages (0.2 per second, bursts of 10) for them.
        """
        account = self.register(f"{_localpart(name)}-{next(self._numbers)}", name)
        if not limited:
            self.lift_limits(account)
        return account

    def lift_limits(self, account: Account) -> None:
        self.limit(account, per_second=0, burst=0)

    def limit(self, account: Account, *, per_second: int, burst: int) -> None:
        """Hold *account* to so many messages; 0 for no limit."""
        path = f"/_synapse/admin/v1/users/{quote(account.user_id)}/override_ratelimit"
        limits = {"messages_per_second": per_second, "burst_count": burst}
        self.call("POST", path, limits, by=self.administrator())

    def limit_as_everybody(self, account: Account) -> None:
        """Hold *account* to the server's default limits."""
        path = f"/_synapse/admin/v1/users/{quote(account.user_id)}/override_ratelimit"
        self.call("DELETE", path, by=self.administrator())

    def room(
        self, by: Account, *members: Account, name: str = "", encrypted: bool = False, direct: bool = False
    ) -> str:
        """Return the id of a new private room (default version) in which *members* have all joined."""
        state: list[Mapping[str, Any]] = []
        if encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            state.append({"type": "m.room.encryption", "state_key": "", "content": content})
        room = self.call(
            "POST",
            "/_matrix/client/v3/createRoom",
            {
                "preset": "private_chat",
                "name": name,
                "invite": [member.user_id for member in members],
                "initial_state": state,
                "is_direct": direct,
            },
            by=by,
        )["room_id"]
        for member in members:
            self.join(member, room)
        return str(room)

    def join(self, who: Account, room: str) -> None:
        self.call("POST", f"/_matrix/client/v3/join/{quote(room)}", {}, by=who)

    def invite(self, by: Account, who: Account, room: str) -> None:
        self.call("POST", f"/_matrix/client/v3/rooms/{quote(room)}/invite", {"user_id": who.user_id}, by=by)

    def leave(self, who: Account, room: str) -> None:
        self.call("POST", f"/_matrix/client/v3/rooms/{quote(room)}/leave", {}, by=who)

    def joined(self, who: Account) -> frozenset[str]:
        return frozenset(self.call("GET", "/_matrix/client/v3/joined_rooms", by=who)["joined_rooms"])

    def send(self, by: Account, room: str, content: Mapping[str, Any], *, kind: str = "m.room.message") -> str:
        """Return the id of the new event."""
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/{kind}/test-{next(self._numbers)}"
        return str(self.call("PUT", path, content, by=by)["event_id"])

    def says(self, by: Account, room: str, text: str, *, thread: str | None = None) -> str:
        """Say *text* as a client does that knows threads; return the id of the new event."""
        content: dict[str, Any] = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        if thread is not None:
            content["m.relates_to"] = {
                "rel_type": "m.thread",
                "event_id": thread,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": thread},
            }
        return self.send(by, room, content)

    def timeline(self, who: Account, room: str) -> list[dict[str, Any]]:
        """Return everything that *who* can see of *room*, oldest first."""
        events: list[dict[str, Any]] = []
        start = ""
        while True:
            page = self.call(
                "GET",
                f"/_matrix/client/v3/rooms/{quote(room)}/messages?dir=f&limit=500{start}",
                by=who,
            )
            events += page["chunk"]
            if "end" not in page:
                return events
            start = f"&from={quote(page['end'])}"

    def news(self, who: Account, room: str, *, since: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return what came into the room since a position (None: ever), and the next position, if there is a newer."""
        events: list[dict[str, Any]] = []
        while True:
            start = f"&from={quote(since)}" if since else ""
            path = f"/_matrix/client/v3/rooms/{quote(room)}/messages?dir=f&limit=500{start}"
            page = self.call("GET", path, by=who)
            events += page["chunk"]
            if not page["chunk"] or "end" not in page:
                return events, since
            since = page["end"]

    def position(self, who: Account) -> str:
        """Return where a sync of *who*'s would go on."""
        return str(self.call("GET", "/_matrix/client/v3/sync?timeout=0", by=who)["next_batch"])

    def event(self, who: Account, room: str, event_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(
            "GET", f"/_matrix/client/v3/rooms/{quote(room)}/event/{quote(event_id)}", by=who
        )
        return answer

    def highlights(self, who: Account) -> list[str]:
        """Return the ids of the events whose push rules called for *who*'s attention by name."""
        answer = self.call("GET", "/_matrix/client/v3/notifications?only=highlight&limit=100", by=who)
        return [each["event"]["event_id"] for each in answer["notifications"]]

    def notifications(self, who: Account) -> list[str]:
        """Return the ids of all events that *who*'s push rules made a sound or a badge for."""
        answer = self.call("GET", "/_matrix/client/v3/notifications?limit=100", by=who)
        return [each["event"]["event_id"] for each in answer["notifications"]]

    def revoke(self, who: Account) -> None:
        """Log *who* out: their access token is unknown from now on."""
        self.call("POST", "/_matrix/client/v3/logout", {}, by=who)

    def log_in(self, who: Account, *, device_id: str | None = None) -> Account:
        """Return the account with a new access token, for the same device if no other is named."""
        answer = self.call(
            "POST",
            "/_matrix/client/v3/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": who.user_id},
                "password": "pw",
                "device_id": device_id or who.device_id,
            },
        )
        return Account(
            user_id=who.user_id, name=who.name, access_token=answer["access_token"], device_id=answer["device_id"]
        )

    def administrator(self) -> Account:
        """Return who may use the homeserver's own administration."""
        if self._operator is None:
            self._operator = self.register("operator", "Operator", admin=True)
        return self._operator

    def register(self, localpart: str, name: str, *, password: str = "pw", admin: bool = False) -> Account:
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)["nonce"]
        words = (nonce, localpart, password, "admin" if admin else "notadmin")
        mac = hmac.new(self._secret.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        answer = self.call(
            "POST",
            path,
            {
                "nonce": nonce,
                "username": localpart,
                "displayname": name,
                "password": password,
                "admin": admin,
                "mac": mac,
            },
        )
        return Account(
            user_id=answer["user_id"],
            name=name,
            access_token=answer["access_token"],
            device_id=answer["device_id"],
        )


class Synapse:
    """
    The process of a homeserver, which tests may stop and start again; its data stays.

    Args:
        port: Any free one by default.
        host: The address it listens on.
        name: What every user id ends in.
        secret: Lets whoever knows it register anybody.
        apart: Control-C in the terminal is for whoever started it, not for the homeserver.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        host: str = "127.0.0.1",
        name: str = DOMAIN,
        secret: str = "registration-secret",
        apart: bool = False,
    ) -> None:
        self._folder = folder
        self._apart = apart
        self._process: subprocess.Popen[bytes] | None = None
        self._port = port or _free_port()
        self.homeserver = Homeserver(f"http://127.0.0.1:{self._port}", secret)
        _write_config(folder, name=name, host=host, port=self._port, secret=secret)

    def start(self) -> None:
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", f"{self._folder}/homeserver.yaml"]
        with (self._folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=self._folder, start_new_session=self._apart
            )
        self._wait_until(self._answers)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError):
            self.homeserver.call("GET", "/_matrix/client/versions")
            return True
        return False

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        assert self._process is not None
        end = time.monotonic() + READY_WITHIN_S
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Synapse did not start:\n{self._last_words()}")
            time.sleep(0.05)

    def _last_words(self) -> str:
        logs = [self._folder / "output", self._folder / "homeserver.log"]
        return "\n".join(log.read_text()[-2000:] for log in logs if log.exists())


@contextmanager
def on_its_own() -> Iterator[Synapse]:
    """Run a homeserver, from nothing to nothing."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="synapse-", dir=place, ignore_cleanup_errors=True) as folder:
        server = Synapse(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def synapse() -> Iterator[Homeserver]:
    """The homeserver that all tests of this process share; every test makes its own people and rooms."""
    with on_its_own() as server:
        yield server.homeserver


@pytest.fixture
def own_synapse() -> Iterator[Synapse]:
    """A homeserver of this test's own, to stop and start."""
    with on_its_own() as server:
        yield server


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark what needs a homeserver, so that `-m 'not synapse'` leaves it out."""
    for item in items:
        if {"synapse", "own_synapse"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.synapse)


def _localpart(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return ".".join(ascii_only.split())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_config(folder: Path, *, name: str, host: str, port: int, secret: str) -> None:
    listener = {
        "port": port,
        "type": "http",
        "bind_addresses": [host],
        "resources": [{"names": ["client"]}],
    }
    config = {
        "server_name": name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": f"{folder}/homeserver.db"}},
        "signing_key_path": f"{folder}/signing.key",
        "media_store_path": f"{folder}/media",
        "log_config": f"{folder}/log.yaml",
        "registration_shared_secret": secret,
        "macaroon_secret_key": f"macaroons-{secret}",
        "form_secret": f"forms-{secret}",
        "bcrypt_rounds": 4,
        "report_stats": False,
        "suppress_key_server_warning": True,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "presence": {"enabled": False},
        # Messages keep their default limits (see `person`); everything that only sets the stage does not.
        "rc_registration": _UNLIMITED,
        "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED, "failed_attempts": _UNLIMITED},
        "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
        "rc_joins_per_room": _UNLIMITED,
        "rc_room_creation": _UNLIMITED,
        "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
    }
    log = {
        "version": 1,
        "handlers": {"file": {"class": "logging.FileHandler", "filename": f"{folder}/homeserver.log"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }
    # JSON is valid YAML.
    (folder / "homeserver.yaml").write_text(json.dumps(config))
    (folder / "log.yaml").write_text(json.dumps(log))
