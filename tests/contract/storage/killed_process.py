"""
Does one whole command in processes that are killed: after the first statement, after the second, …, before the commit.

Usage: killed_process.py DATABASE before|after

With ``before``, prints after how many statements the processes were killed; with ``after``, one is killed as soon as
its commit has returned.
"""

import asyncio
import os
import signal
import sys
from itertools import count
from typing import Any

from sqlalchemy import event

from chatops.application.deliveries import Answer, Cursor
from chatops.domain.events import TicketAssigned
from chatops.domain.ticket import changed, opened
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import BEN, NOON, a_timer, an_event, an_opening, owed

AT_THE_COMMIT = 7
"""Exit code of a process that ended when only COMMIT was left to send."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def command(storage: SqlStorage) -> None:
    """Everything that one command writes."""
    async with storage.begin() as uow:
        await uow.inbox.answer_to("matrix:$1")
        birth = opened(await uow.tickets.reserve(), an_opening())
        await uow.tickets.save(birth, correlation_id="c")
        change = changed(birth.ticket, an_event(TicketAssigned, assignee=BEN))
        await uow.tickets.save(change, correlation_id="c")
        await uow.timers.set(a_timer(ticket=change.ticket), correlation_id="c")
        await uow.outbox.put([owed("page")], at=NOON, correlation_id="c")
        await uow.inbox.record("matrix:$1", Answer(), at=NOON, correlation_id="c")
        await uow.inbox.move(Cursor(name="matrix", position="s2"))
        await uow.commit()
    die()


def child(database: str, *, killed_after: int | None) -> int:
    """Run the command in a process of its own; return its exit code."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    storage = SqlStorage(connect(database))
    statements = 0

    def after_statement(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal statements
        statements += text != "BEGIN IMMEDIATE"
        if statements == killed_after:
            die()

    def at_the_commit(_connection: Any) -> None:
        if killed_after is not None:
            os._exit(AT_THE_COMMIT)

    event.listen(storage.engine.sync_engine, "after_cursor_execute", after_statement)
    event.listen(storage.engine.sync_engine, "commit", at_the_commit)
    asyncio.run(command(storage))
    os._exit(1)


if __name__ == "__main__":
    target, when = sys.argv[1:]
    if when == "after":
        sys.exit(child(target, killed_after=None) != -signal.SIGKILL)
    for number in count(1):
        code = child(target, killed_after=number)
        if code == AT_THE_COMMIT:
            sys.stdout.write(f"{number - 1}\n")
            break
        if code != -signal.SIGKILL:
            sys.exit(f"the process was not killed after statement {number}: {code}")
