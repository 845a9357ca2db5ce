"""
Statements of each command on either database: a count, the same on any machine.

BEGIN and COMMIT are left out; the last lines are what the relay needs to deliver one message and to find nothing due.
"""

from collections.abc import Mapping

from benchmarks.databases import Database, both
from chatops.application.deliveries import Marked
from chatops.bootstrap import RunningDesk
from storage.unit_of_work import SqlStorage
from tests.databases import counted
from tests.desks import Mailbox, a_desk, delivery, said

STORY = (
    ("good morning", "ana", "#acme"),
    ("!help", "ana", "#acme"),
    ("!open S2 the portal is very slow", "ana", "#acme"),
    ("!show T-1", "ana", "#acme"),
    ("!list", "ana", "#acme"),
    ("!accept T-1", "ana", "#acme"),
    ("!take T-1", "ben", "#desk"),
    ("!assign T-1 bea", "ben", "#desk"),
    ("!severity T-1 S1 nobody can work", "ben", "#desk"),
    ("!need T-1 the logs of the period", "ben", "#desk"),
    ("!remind T-1", "ben", "#desk"),
    ("!start T-1", "ben", "#desk"),
    ("!reply T-1 thank you", "ben", "#desk"),
    ("!note T-1 their own plug-in", "ben", "#desk"),
    ("!resolve T-1 workaround restart node 2", "ben", "#desk"),
    ("!refuse T-1 it is slow again", "ana", "#acme"),
    ("!start T-1", "ben", "#desk"),
    ("!resolve T-1 fix version 7.1", "ben", "#desk"),
    ("!accept T-1", "ana", "#acme"),
    ("!history T-1", "ben", "#desk"),
    ("!why T-1", "ben", "#desk"),
    ("!show T-4711", "gus", "#globex"),
)
"""One after the other: what a line costs depends on how the ticket stands."""


async def run(*, quick: bool) -> None:
    """Count; there is nothing to repeat, so *quick* changes nothing."""
    with both() as databases:
        columns = [(database.name, await _counts(database)) for database in databases]
    names = [name for name, _ in columns]
    print(f"    {'':<44}{''.join(f'{name:>12}' for name in names)}")
    for label in columns[0][1]:
        print(f"    {label:<44}{''.join(f'{counts[label]:>12}' for _, counts in columns)}")


async def _counts(database: Database) -> Mapping[str, int]:
    mailbox = Mailbox()
    counts: dict[str, int] = {}
    async with a_desk(database.url, messengers=[mailbox]) as desk:
        storage = desk.storage
        assert isinstance(storage, SqlStorage)
        await said(desk, "ana", "#acme", "!help")  # The first one reads the directory.
        await _delivered(desk)
        for words, person, room in STORY:
            with counted(storage) as statements:
                answer = await said(desk, person, room, words)
            refused = " (refused)" if answer.refused else ""
            counts[_label(f"{words}{refused}", counts)] = len(statements)
            await _delivered(desk)
        again = delivery("ana", "#acme", Marked(text="help"))
        await desk.bus.handle(again)
        with counted(storage) as statements:
            await desk.bus.handle(again)
        counts["the same delivery again"] = len(statements)
        with counted(storage) as statements:
            assert await desk.relay.run_once() == 1
        counts["relay: one answer delivered"] = len(statements)
        with counted(storage) as statements:
            assert await desk.relay.run_once() == 0
        counts["relay: nothing due"] = len(statements)
        with counted(storage) as statements:
            await desk.timers.run_once()
        counts["timers: nothing due"] = len(statements)
    return counts


async def _delivered(desk: RunningDesk) -> None:
    while await desk.relay.run_once():
        pass


def _label(words: str, known: Mapping[str, int]) -> str:
    return words if words not in known else f"{words} (again)"
