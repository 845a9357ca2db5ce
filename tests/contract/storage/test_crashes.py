"""A process that is killed leaves all of a command or nothing of it (F1–F4)."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import text

from chatops.application.deliveries import Answer
from chatops.domain.vocabulary import TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import DESK, claim, found

TABLES = ("tickets", "history", "inbox", "cursors", "outbox", "lanes", "timers", "ticket_numbers")


async def killed(database: str, when: str) -> int:
    """Run the command in processes that are killed; return after how many statements."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.contract.storage.killed_process",
        database,
        when,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return int(output or 0)


async def rows(storage: SqlStorage) -> dict[str, int]:
    async with storage.engine.connect() as connection:
        return {t: (await connection.execute(text(f"SELECT count(*) FROM {t}"))).scalar_one() for t in TABLES}


async def test_killed_after_any_statement_before_the_commit_it_leaves_nothing(desk: SqlStorage, database: str) -> None:
    assert await killed(database, "before") >= 10
    assert set((await rows(desk)).values()) == {0}


async def test_killed_right_after_the_commit_it_leaves_everything(desk: SqlStorage, database: str) -> None:
    await killed(database, "after")
    assert set((await rows(desk)).values()) == {1, 2}
    ticket = await found(desk, 1)
    assert ticket is not None
    assert ticket.version == 2
    async with desk.begin() as uow:
        assert await uow.history.first_broken(TicketId(1), DESK) is None
        assert await uow.inbox.answer_to("matrix:$1") == Answer(repeated=True)
        assert await uow.inbox.cursor("matrix") == "s2"
    (page,) = await claim(desk)
    assert page.message.headline == "page"
