"""
A desk's life on Matrix: the real process, a real homeserver, and people who talk to it in their rooms.

To look at: `python -m tests.end_to_end.matrix_life` plays one ticket on a homeserver of its own and shows what each
person sees.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from adapters.matrix.render import MARK
from tests.forked import Forked
from tests.log_watch import leaked, never_log
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver, on_its_own

DESK = "Support Desk"

PEOPLE = {
    "ana": "Ana Ashford",
    "gus": "Gus Garnier",
    "ben": "Ben Barker",
    "bea": "Béatrice Bertin",
    "clo": "Clo Clarke",
}
ROOMS = {"#acme": ("ana",), "#globex": ("gus",), "#desk": ("ben", "bea"), "#managers": ("clo",)}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """
    One message as a client shows it: the latest edit of it, under what it hangs from.

    Attributes:
        signs: Who put which sign under it.
    """

    event_id: str
    author: str
    text: str
    edited: bool
    quiet: bool
    mentions: tuple[str, ...]
    card: bool
    signs: tuple[tuple[str, str], ...] = ()
    thread: tuple["Seen", ...] = ()


class MatrixLife:
    """
    Everybody of a small directory, in their rooms; the desk is a process that tests start and kill.

    Attributes:
        server: Where all of it happens.
        database: The desk's.
        meanwhile: Done again and again while something is waited for.
        patience_s: How long anything is waited for.
    """

    meanwhile: Callable[[], None] = staticmethod(lambda: None)
    patience_s = PATIENCE_S

    def __init__(
        self,
        server: Homeserver,
        folder: Path,
        *,
        database: str | None = None,
        limited: bool = False,
        through: str | None = None,
        lease_s: float = 1.0,
    ) -> None:
        """
        Args:
            limited: The desk is held to the homeserver's limits on messages.
            through: Where the desk finds the homeserver, when there is something in between.
            lease_s: Short, so that nobody has to wait a minute for what a dead process was doing.
        """
        self.server = server
        self._through = through or server.url
        self._lease_s = lease_s
        self._read: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._read_to: dict[tuple[str, str], str] = {}
        self.folder = folder
        self.desk = server.person(DESK, limited=limited)
        self.people = {short: server.person(name) for short, name in PEOPLE.items()}
        self.rooms = {
            room: server.room(self.people[members[0]], *self._accounts(members[1:]), name=room)
            for room, members in ROOMS.items()
        }
        for room, members in ROOMS.items():
            server.invite(self.people[members[0]], self.desk, self.rooms[room])
        self.database = database or f"sqlite:///{folder}/desk.db"
        self._process: Forked | None = None
        never_log(self.desk.access_token)
        directory = folder / "directory.yaml"
        directory.write_text(yaml.safe_dump(self._directory(), allow_unicode=True))
        imported = self._chatops("directory", "import", str(directory), log=folder / "import.log")
        assert imported.exit_code(within_s=self.patience_s) == 0

    # ---- the desk's process ------------------------------------------------------------------------------------------

    def start(self, *, crash_at: str | None = None, **settings: str) -> None:
        """Start the desk; it kills itself at the named point (`chatops.application.passing`)."""
        crash = {"CRASH_AT": crash_at} if crash_at else {}
        self._process = self._chatops("run", log=self._log, **crash, **settings)

    def dies(self) -> None:
        """Wait until the desk has killed itself."""
        assert self._process is not None
        assert self._process.exit_code(within_s=self.patience_s) == -signal.SIGKILL, self.log()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.exit_code(within_s=self.patience_s)

    def stop(self) -> int:
        """Ask the desk to stop; return its exit code."""
        assert self._process is not None
        self._process.ask_to_stop()
        return self._process.exit_code(within_s=self.patience_s)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @contextmanager
    def running(self, **settings: str) -> Iterator[None]:
        self.start(**settings)
        try:
            self.until(self._up)
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Leave no process behind, whatever happened."""
        if self.alive:
            self.stop()
        assert leaked(self.log()) == [], "these must not be in a log"

    def _up(self) -> bool:
        assert self.alive, f"the desk ended by itself\n{self.log()[-6000:]}"
        return self.listening()

    def listening(self) -> bool:
        """Whether the desk hears whatever is said from now on: it is in its rooms, and a position of its is kept."""
        return '"matrix_listening"' in self.log() and set(self.rooms.values()) <= self.server.joined(self.desk)

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    # ---- people ------------------------------------------------------------------------------------------------------

    def says(self, who: str, room: str, text: str, *, in_thread_of: str | None = None) -> str:
        """Say *text* at the top of a room, or in the thread of a ticket such as ``T-1``."""
        never_log(text)
        thread = None if in_thread_of is None else self.card(who, room, in_thread_of).event_id
        return self.server.says(self.people[who], self.rooms[room], text, thread=thread)

    def signs(self, who: str, room: str, sign: str, *, under_card_of: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": self.card(who, room, under_card_of).event_id, "key": sign}
        self.server.send(self.people[who], self.rooms[room], {"m.relates_to": relation}, kind="m.reaction")

    def sees(self, who: str, room: str) -> tuple[Seen, ...]:
        """Return the top of a room as *who* sees it, oldest first, with the threads under it."""
        return seen(self.timeline(who, room), self._names())

    def timeline(self, who: str, room: str) -> Sequence[Mapping[str, Any]]:
        """Return all events of a room as they came to *who*; each is asked for once."""
        events = self._read.setdefault((who, room), [])
        news, end = self.server.news(self.people[who], self.rooms[room], since=self._read_to.get((who, room)))
        if end is not None:
            self._read_to[(who, room)] = end
        events += news
        return events

    def ticket(self, who: str, room: str, title: str) -> str:
        """Return the reference of the one ticket of this title, such as ``T-1``."""
        cards = [each.text for each in self.sees(who, room) if each.card and f" · {title}\n" in each.text]
        assert len(cards) == 1, f"{who} sees {len(cards)} cards of “{title}” in {room}"
        return cards[0].partition(" · ")[0].rpartition(" ")[2]

    def card(self, who: str, room: str, ticket: str) -> Seen:
        cards = [each for each in self.sees(who, room) if each.card and f"{ticket} ·" in each.text]
        assert len(cards) == 1, f"{who} sees {len(cards)} cards of {ticket} in {room}"
        return cards[0]

    def hears(self, who: str, room: str, words: str) -> None:
        """Wait until *who* sees *words* somewhere in the room."""
        self.until(lambda: any(words in each for each in self.words(who, room)), lambda: self.shown(who))

    def words(self, who: str, room: str) -> list[str]:
        """Return every text of a room in the order it came, edits where they were made."""
        timeline = self.timeline(who, room)
        return [event["content"].get("body", "") for event in timeline if event["type"] == "m.room.message"]

    def called(self, who: str) -> list[str]:
        """Return the texts for which *who*'s phone rang by name, oldest first."""
        ids = self.server.highlights(self.people[who])[::-1]
        texts = {}
        for room in self._rooms_of(who):
            for event in self.timeline(who, room):
                texts[event["event_id"]] = event["content"].get("body", "")
        return [texts[event_id] for event_id in ids]

    def shown(self, who: str) -> str:
        """Return a transcript of all that *who* sees."""
        lines = [f"=== what {PEOPLE[who]} sees ==="]
        for room in self._rooms_of(who):
            lines.append(f"--- {room}")
            for top in self.sees(who, room):
                lines += _lines(top, "")
                for each in top.thread:
                    lines += _lines(each, "    │ ")
        return "\n".join(lines)

    def until(
        self, true: Callable[[], bool], otherwise: Callable[[], str] = lambda: "", *, within_s: float | None = None
    ) -> None:
        end = time.monotonic() + (within_s or self.patience_s)
        while not true():
            self.meanwhile()
            if time.monotonic() > end:
                raise AssertionError(f"it did not come about\n{otherwise()}\n{self.log()[-6000:]}")
            time.sleep(0.05)

    # ---- how it is set up --------------------------------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        return self.folder / "desk.log"

    def _rooms_of(self, who: str) -> Sequence[str]:
        return [room for room, members in ROOMS.items() if who in members]

    def _accounts(self, names: Sequence[str]) -> Sequence[Account]:
        return [self.people[name] for name in names]

    def _names(self) -> Mapping[str, str]:
        return {account.user_id: account.name for account in (self.desk, *self.people.values())}

    def _chatops(self, *arguments: str, log: Path, **settings: str) -> Forked:
        return Forked(*arguments, environment=self._environment() | settings, log=log)

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
        return inherited | {
            "CHATOPS_DATABASE": self.database,
            "LEASE_S": str(self._lease_s),
            "CHATOPS_MATRIX_HOMESERVER": self._through,
            "CHATOPS_MATRIX_USER": self.desk.user_id,
            "CHATOPS_MATRIX_TOKEN": self.desk.access_token,
            "CHATOPS_MATRIX_DEVICE": self.desk.device_id,
            "CHATOPS_LOG_LEVEL": "debug",
        }

    def _directory(self) -> Mapping[str, Any]:
        def somebody(short: str, **fields: Any) -> Mapping[str, Any]:
            return {"name": PEOPLE[short], "matrix": self.people[short].user_id} | fields

        def customer(name: str, language: str) -> Mapping[str, Any]:
            subscription = {"plan": "premium", "since": "2022-07-18", "products": ["eXo Platform"]}
            return {
                "name": name, "language": language, "time zone": "Europe/Paris", "subscriptions": [subscription]
            }  # fmt: skip

        staff = {"time zone": "Europe/London", "role": "agent", "level": 1}
        manager = {"time zone": "Europe/London", "role": "manager", "language": "en"}
        purposes: Mapping[str, Mapping[str, Any]] = {
            "#acme": {"purpose": "customer", "organisation": "acme"},
            "#globex": {"purpose": "customer", "organisation": "globex"},
            "#desk": {"purpose": "desk"},
            "#managers": {"purpose": "managers"},
        }
        return {
            "products": ["eXo Platform"],
            "organisations": {"acme": customer("Acme Industries", "en"), "globex": customer("Globex", "fr")},
            "contacts": {
                "ana": somebody("ana", organisation="acme"),
                "gus": somebody("gus", organisation="globex"),
            },
            "staff": {
                "ben": somebody("ben", language="en", **staff),
                "bea": somebody("bea", language="fr", **staff),
                "clo": somebody("clo", **manager),
            },
            "rooms": {room[1:]: {**purposes[room], "matrix": self.rooms[room]} for room in ROOMS},
        }


def seen(timeline: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Seen, ...]:
    """Return what a client makes of a room's events: edits in place, threads under their roots, what is gone gone."""
    gone = {event["content"].get("redacts") for event in timeline if event["type"] == "m.room.redaction"}
    left = [event for event in timeline if event["content"] and event["event_id"] not in gone]
    messages = [event for event in left if event["type"] == "m.room.message"]
    signs: dict[str, list[tuple[str, str]]] = {}
    for event in (event for event in left if event["type"] == "m.reaction"):
        relation = event["content"]["m.relates_to"]
        signs.setdefault(relation["event_id"], []).append((names[event["sender"]], relation["key"]))
    edits: dict[str, Mapping[str, Any]] = {}
    for event in messages:
        relation = event["content"].get("m.relates_to", {})
        if relation.get("rel_type") == "m.replace":
            edits[relation["event_id"]] = event["content"]["m.new_content"]
    roots: dict[str, list[Seen]] = {}
    tops: list[Seen] = []
    for event in messages:
        relation = event["content"].get("m.relates_to", {})
        if relation.get("rel_type") == "m.replace":
            continue
        one = _one(event, edits.get(event["event_id"]), names, signs.get(event["event_id"], ()))
        if relation.get("rel_type") == "m.thread":
            roots.setdefault(relation["event_id"], []).append(one)
        else:
            tops.append(one)
    return tuple(
        Seen(**{**vars(top), "thread": tuple(roots.get(top.event_id, ()))})  # one level: threads do not nest
        for top in tops
    )


def _one(
    event: Mapping[str, Any],
    edit: Mapping[str, Any] | None,
    names: Mapping[str, str],
    signs: Sequence[tuple[str, str]],
) -> Seen:
    content = edit or event["content"]
    mentioned = event["content"].get("m.mentions", {}).get("user_ids", ())
    return Seen(
        event_id=event["event_id"],
        author=names.get(event["sender"], event["sender"]),
        text=content["body"],
        edited=edit is not None,
        quiet=event["content"]["msgtype"] == "m.notice",
        card=event["content"].get(MARK, {}).get("form") == "card",
        signs=tuple(signs),
        mentions=tuple(names.get(user_id, user_id) for user_id in mentioned),
    )


def _lines(each: Seen, indent: str) -> list[str]:
    first, *further = each.text.split("\n")
    bell = " 🔔" if each.mentions else ""
    edited = " (edited)" if each.edited else ""
    signs = [f"{indent}    {who} {sign}" for who, sign in each.signs]
    return [f"{indent}{each.author}: {first}{bell}{edited}", *(f"{indent}    {line}" for line in further), *signs]


def play_one_ticket(life: MatrixLife) -> None:
    """§3.2 from NEW to CLOSED, each step waiting for what the people see of the last."""
    life.says("ana", "#acme", "!open S2 The portal is very slow\nsince this morning, on every page")
    life.hears("ana", "#acme", "T-1 ·")
    life.hears("ben", "#desk", "T-1 ·")
    life.says("ben", "#desk", "!take", in_thread_of="T-1")
    life.hears("ana", "#acme", "Ben Barker (support) is now handling T-1.")
    life.says("ben", "#desk", "!need the logs of the period", in_thread_of="T-1")
    life.hears("ana", "#acme", "the logs of the period")
    life.says("ana", "#acme", "here they are: node 2 is the slow one", in_thread_of="T-1")
    life.hears("ben", "#desk", "node 2 is the slow one")
    life.says("ben", "#desk", "!start", in_thread_of="T-1")
    life.hears("ana", "#acme", "are working on T-1")
    life.says("ben", "#desk", "between us, this is their own plug-in", in_thread_of="T-1")
    life.says("ben", "#desk", "!reply Thank you, that helps a lot.", in_thread_of="T-1")
    life.hears("ana", "#acme", "that helps a lot")
    life.says("ben", "#desk", "!resolve workaround Restart node 2, steps attached.", in_thread_of="T-1")
    life.hears("ana", "#acme", "Restart node 2")
    life.says("ana", "#acme", "!accept", in_thread_of="T-1")
    life.until(lambda: "CLOSED" in life.card("ana", "#acme", "T-1").text, lambda: life.shown("ana"))
    life.until(lambda: "CLOSED" in life.card("ben", "#desk", "T-1").text, lambda: life.shown("ben"))


def main() -> None:
    screen = Console(highlight=False, markup=False, soft_wrap=True)
    with on_its_own() as synapse, tempfile.TemporaryDirectory() as folder:
        life = MatrixLife(synapse.homeserver, Path(folder))
        with life.running():
            play_one_ticket(life)
        for who in PEOPLE:
            screen.print(life.shown(who))
            for text in life.called(who):
                screen.print(f"🔔 {text.splitlines()[0]}")
            screen.print()


if __name__ == "__main__":
    main()
