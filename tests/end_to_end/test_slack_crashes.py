"""`kill -9` at every named point of the way on Slack (F1–F5, F9): nothing is lost, nothing stands there twice."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest

from chatops.application.passing import Point, SlackPoint
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.contract.slack.listening import Stage, a_stage
from tests.desks import NOON
from tests.forked import Forked
from tests.patience import PATIENCE_S

POINTS: tuple[Point, ...] = (
    "delivery_translated",
    "before_commit",
    "after_commit",
    "message_claimed",
    "before_send",
    "after_send",
    "before_record",
    "after_record",
    *get_args(SlackPoint),
)
WORDS = ["since this morning", "and it is worse"]


class Life:
    """A desk in a process of its own, on a fake Slack."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self._log = folder / "desk.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        stage.slack.deliver_to(stage.app, f"http://127.0.0.1:{self._port}/slack/events")

    def start(self, **more: str) -> Forked:
        app, slack = self.stage.app, self.stage.slack
        environment = {
            "CHATOPS_DATABASE": self.stage.database,
            "CHATOPS_SLACK_TOKEN": app.token,
            "CHATOPS_SLACK_SIGNING_SECRET": app.signing_secret,
            "CHATOPS_SLACK_LISTEN": f"127.0.0.1:{self._port}",
            "CHATOPS_SLACK_API": slack.api_url,
            "CHATOPS_SLACK_READS_PER_MINUTE": "60000",
            "CHATOPS_LOG_FORMAT": "json",
            "LEASE_S": "1",
        }
        return Forked("run", environment=environment | more, log=self._log)

    async def listening(self) -> None:
        """Wait until it takes what is brought."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._open():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)

    def _open(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self._port)) == 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        process = self.start()
        try:
            await self.listening()
            yield
        finally:
            process.ask_to_stop()
            process.exit_code(within_s=PATIENCE_S)

    def log(self) -> str:
        return self._log.read_text()


async def knows_who_is_who(stage: Stage) -> None:
    storage = SqlStorage(connect(stage.database))
    try:
        async with storage.begin() as uow:
            await uow.directory.replace(stage.directory, at=NOON)
            await uow.commit()
    finally:
        await storage.close()


async def begins_to_read(stage: Stage) -> None:
    """Wait until it is kept for every room from where it will be read back."""
    storage = SqlStorage(connect(stage.database))
    try:
        async with asyncio.timeout(PATIENCE_S):
            for channel in (stage.acme, stage.desk_room):
                position = None
                while position is None:
                    async with storage.begin() as uow:
                        position = await uow.inbox.cursor(f"slack:{stage.exo.id}/{channel.id}")
                    await asyncio.sleep(0.05)
    finally:
        await storage.close()


def shown(stage: Stage) -> dict[str, list[str]]:
    """Return what Ben reads in the desk's room, by the headline of each thread, in order."""
    screen = stage.ben.sees(stage.desk_room)
    return {root.lines[0]: [line for reply in root.replies for line in reply.lines] for root in screen}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_a_desk_that_dies_at_this_point_loses_nothing_and_doubles_nothing(
    sqlite_database: str, tmp_path: Path, point: Point
) -> None:
    async with a_stage(sqlite_database) as stage:
        await knows_who_is_who(stage)
        life = Life(stage, tmp_path)
        async with life.running():
            await begins_to_read(stage)
        process = life.start(CRASH_AT=point if not point.startswith("page") else f"{point}:2")
        await life.listening()
        await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        async with asyncio.timeout(PATIENCE_S):
            while process.alive and not stage.cards(stage.acme):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)
        if process.alive:
            await stage.ana.says(stage.acme, WORDS[0], thread=stage.card(stage.acme))
        assert process.exit_code(within_s=PATIENCE_S) == -9, life.log()

        async with life.running():
            await stage.slack.until(lambda: stage.cards(stage.acme) and stage.cards(stage.desk_room))
            said = [message.text for message in stage.acme.messages.values()]
            for words in WORDS if WORDS[0] not in said else WORDS[1:]:
                await stage.ana.says(stage.acme, words, thread=stage.card(stage.acme))
            await stage.slack.until(lambda: WORDS[1] in stage.ben.sees(stage.desk_room))
            await stage.slack.until(lambda: WORDS[0] in stage.ben.sees(stage.desk_room))
        await stage.slack.settle()

        ((_, thread),) = shown(stage).items()
        assert [sum(words in line for line in thread) for words in WORDS] == [1, 1], thread
        assert len(stage.cards(stage.acme)) == 1
