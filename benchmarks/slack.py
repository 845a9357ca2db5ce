"""
Slack's way in: signed `/ticket …` commands, answered once they are kept, against a bare Bolt app that acknowledges.

The desk is `chatops run --only web` on SQLite, every commit flushed; another process would deliver what it owes. The
bare app runs Bolt's `AsyncApp` with default settings and keeps nothing. Both are asked by the same connections in turn.
"""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from adapters.slack.addresses import person_address, room_address
from benchmarks.pairs import Measured, Side, cpu_shown, in_turn, own_cpu_of, show_cpu, show_rates, show_ratio
from benchmarks.slack_traffic import Connection, Typist, connections
from chatops.bootstrap import open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.directory import Organisation, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Role, RoomId, RoomPurpose
from tests.slack.records import App, Channel
from tests.slack.slack import Slack, a_slack
from tests.slack.workspace import Workspace

WORDS = ("help", "list", "open S3 The report of May is empty")
"""A question that is cheap, one that reads tickets, and a change."""

STANDING = 5
"""Tickets that there are when they are listed."""

AT_ONCE = 32
BLOCK = 20
"""Commands to either side that make one pair, one after the other."""

BURST = 320
"""The same, at `AT_ONCE` connections."""

UP_WITHIN_S = 30.0


async def run(*, quick: bool) -> None:
    async with a_slack() as slack:
        town = _Town(slack)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            async with _desk(town, Path(folder)) as desk, _bare(town) as bare:
                async with connections(desk.port, 1) as opened:
                    for _ in range(STANDING):
                        await opened[0].types(town.typist(WORDS[-1]))
                for words in WORDS:
                    await _compare(desk, bare, town.typist(words), words, quick=quick)
            _all_kept(Path(folder) / "desk.db", desk.typed)


async def _compare(desk: "_Server", bare: "_Server", typist: Typist, words: str, *, quick: bool) -> None:
    pairs, block, burst = (1, 3, 32) if quick else (9, BLOCK, BURST)
    async with connections(desk.port, AT_ONCE) as to_desk, connections(bare.port, AT_ONCE) as to_bare:
        one, other = Visit(to_desk[:1], typist, block), Visit(to_bare[:1], typist, block)
        ours, theirs = await in_turn(desk.side(one), bare.side(other), rounds=pairs)
        show_ratio(
            f"/ticket {words}, one at a time: our median ÷ theirs",
            [mine / its for mine, its in zip(one.medians_s, other.medians_s, strict=True)],
        )
        for visit, side in ((one, ours), (other, theirs)):
            visit.show(side)
        show_cpu(ours, theirs)
        many, others = Visit(to_desk, typist, burst), Visit(to_bare, typist, burst)
        show_rates(
            f"/ticket {words}, {AT_ONCE} at once", *await in_turn(desk.side(many), bare.side(others), rounds=pairs)
        )


class Visit:
    """
    Commands over some connections to one side, each of which sends its next one when the last was answered.

    Attributes:
        waits_s: How long each was waited for, a list for every round; warming up is left out.
    """

    def __init__(self, opened: Sequence[Connection], typist: Typist, commands: int) -> None:
        self._opened = opened
        self._typist = typist
        self._each = commands // len(opened)
        self._rounds: list[list[float]] = []

    @property
    def waits_s(self) -> Sequence[Sequence[float]]:
        return self._rounds[1:]

    @property
    def medians_s(self) -> Sequence[float]:
        return [median(each) for each in self.waits_s]

    async def run(self) -> int:
        waits = await asyncio.gather(*(self._on(each) for each in self._opened))
        self._rounds.append([wait for some in waits for wait in some])
        return len(self._rounds[-1])

    async def _on(self, connection: Connection) -> list[float]:
        return [await connection.types(self._typist) for _ in range(self._each)]

    def show(self, side: Measured) -> None:
        waits_s = [wait for each in self.waits_s for wait in each]
        p95_s = quantiles(waits_s, n=20, method="inclusive")[-1]
        took = f"median {median(waits_s) * 1e3:.2f} ms, 95 % within {p95_s * 1e3:.2f} ms"
        print(f"    {side.side.name:<34} {took}{cpu_shown(side)}", flush=True)


# ---- who is there ----------------------------------------------------------------------------------------------------


class _Town:
    """A workspace with a customer's channel and the desk's, the app in both, and Ana who types."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self._team: Workspace = slack.team("exo")
        self._ana, self._ben = self._team.person("Ana Ashford"), self._team.person("Ben Barker")
        self.app: App = slack.app("desk", commands=["/ticket"])
        self._acme: Channel = self._team.channel("acme", members=[self._ana, self._ben, self.app])
        self._desk: Channel = self._team.channel("desk", members=[self._ben, self.app], private=True)

    def typist(self, words: str) -> Typist:
        return Typist(
            secret=self.app.signing_secret,
            team=self._team.id,
            channel=self._acme.id,
            user=self._ana.id,
            words=words,
        )

    def directory(self) -> WhoIsWho:
        acme, here = OrganisationId("acme"), self._team.id
        return WhoIsWho(
            organisations=(Organisation(id=acme, name="Acme", language=Language.EN, time_zone="Europe/Paris"),),
            people=(
                Person(
                    id=PersonId("ana"),
                    name="Ana Ashford",
                    role=Role.CONTACT,
                    language=Language.EN,
                    time_zone="Europe/Paris",
                    organisations=(acme,),
                    identities=(person_address(here, self._ana.id),),
                ),
                Person(
                    id=PersonId("ben"),
                    name="Ben Barker",
                    role=Role.AGENT,
                    level=1,
                    language=Language.EN,
                    time_zone="Europe/Paris",
                    identities=(person_address(here, self._ben.id),),
                ),
            ),
            rooms=(
                Room(
                    id=RoomId("#acme"),
                    purpose=RoomPurpose.CUSTOMER,
                    organisation=acme,
                    places=(room_address(here, self._acme.id),),
                ),
                Room(id=RoomId("#desk"), purpose=RoomPurpose.DESK, places=(room_address(here, self._desk.id),)),
            ),
        )


# ---- the two processes -----------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Server:
    """
    Attributes:
        typed: Commands that it has answered.
    """

    name: str
    port: int
    pid: int
    typed: int = 0

    def side(self, visit: Visit) -> Side:
        async def run() -> int:
            done = await visit.run()
            self.typed += done
            return done

        return Side(name=self.name, run=run, cpu=own_cpu_of(self.pid))


@asynccontextmanager
async def _desk(town: _Town, folder: Path) -> AsyncIterator[_Server]:
    database, port = f"sqlite:///{folder}/desk.db", _free_port()
    async with open_desk(
        database=database,
        policies=policy_engine(None, None),
        words=load_words(),
        messengers=[],
        directory=town.directory(),
    ):
        pass
    environment = {
        "CHATOPS_DATABASE": database,
        "CHATOPS_SLACK_TOKEN": town.app.token,
        "CHATOPS_SLACK_SIGNING_SECRET": town.app.signing_secret,
        "CHATOPS_SLACK_LISTEN": f"127.0.0.1:{port}",
        "CHATOPS_SLACK_API": town.slack.api_url,
    }
    arguments = ["-m", "chatops", "run", "--only", "web"]
    async with _process("desk", arguments, environment, port, folder / "desk.log") as server:
        yield server


@asynccontextmanager
async def _bare(town: _Town) -> AsyncIterator[_Server]:
    port = _free_port()
    environment = {
        "BARE_TOKEN": town.app.token,
        "BARE_SECRET": town.app.signing_secret,
        "BARE_API": town.slack.api_url,
        "BARE_PORT": str(port),
    }
    async with _process("bare Bolt app", ["-m", "benchmarks.bare_bolt"], environment, port, Path(os.devnull)) as server:
        yield server


@asynccontextmanager
async def _process(
    name: str, arguments: Sequence[str], environment: Mapping[str, str], port: int, log: Path
) -> AsyncIterator[_Server]:
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=os.environ | environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        async with asyncio.timeout(UP_WITHIN_S):
            while not _listens(port):
                assert process.returncode is None, f"{name} has ended by itself; see {log}"
                await asyncio.sleep(0.1)
        yield _Server(name=name, port=port, pid=process.pid)
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _all_kept(database: Path, answered: int) -> None:
    """What was answered stands in the inbox, and all of it."""
    with closing(sqlite3.connect(database)) as connection:
        (kept,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
    assert kept == answered + STANDING, (kept, answered)
