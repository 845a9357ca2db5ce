"""
Timers added per second, each in a commit of its own, against huey, APScheduler and procrastinate on the same disk.

What is added is due in a year. Ours is a row of the database that the tickets are in; huey and APScheduler keep theirs
in an SQLite file of their own, APScheduler and procrastinate in the same PostgreSQL server. Every commit is flushed.
"""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from benchmarks.databases import Database, both
from benchmarks.pairs import Side, in_turn, show_rates
from chatops.application.commands import RecountClocks
from chatops.application.ports.timers import Timer
from chatops.domain.vocabulary import Role
from storage.engine import connect
from storage.unit_of_work import SqlStorage

ADDED = 100
"""In each round."""

LATER = timedelta(days=365)
OTHERS = ("huey", "apscheduler", "procrastinate")
_numbers = count(1)

Add = Callable[[], Awaitable[None]]


def ring(number: int) -> None:
    """What the others are to call in a year."""


async def run(*, quick: bool) -> None:
    missing = [name for name in OTHERS if find_spec(name) is None]
    if missing:
        print(f"  not installed: {', '.join(missing)}; `make bench` installs them")
    rounds = 1 if quick else 9
    with both() as databases, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sqlite, postgresql = databases
        for database, others in ((sqlite, (huey, apscheduler)), (postgresql, (apscheduler, procrastinate))):
            for other in others:
                if other.__name__ not in missing:
                    await _against(database, other, Path(folder), rounds=rounds)


async def _against(database: Database, other: "Other", folder: Path, *, rounds: int) -> None:
    storage = SqlStorage(connect(database.url))
    try:
        async with other(database, folder) as add:
            ours, theirs = await in_turn(
                Side(name="ours", run=_adding(lambda: _ours(storage)), server_cpu=database.server_cpu),
                Side(name=other.__name__, run=_adding(add), server_cpu=database.server_cpu),
                rounds=rounds,
            )
    finally:
        await storage.close()
    show_rates(f"timers added on {database.name} against {other.__name__}", ours, theirs)


def _adding(add: Add) -> Callable[[], Awaitable[int]]:
    async def added() -> int:
        for _ in range(ADDED):
            await add()
        return ADDED

    return added


async def _ours(storage: SqlStorage) -> None:
    due_at = datetime.now(UTC) + LATER
    command = RecountClocks(by=None, role=Role.DESK, at=due_at, recount=0)
    async with storage.begin() as uow:
        await uow.timers.set(Timer(name=f"bench-{next(_numbers)}", due_at=due_at, command=command), correlation_id="b")
        await uow.commit()


# ---- the others ------------------------------------------------------------------------------------------------------

Other = Any
"""A context in which one timer is added by each call of what it gives; its name is the library's."""


@asynccontextmanager
async def huey(database: Database, folder: Path) -> AsyncIterator[Add]:
    library: Any = import_module("huey")
    queue = library.SqliteHuey("bench", filename=str(folder / "huey.db"), fsync=True)
    task = queue.task()(ring)

    async def add() -> None:
        queue.add_schedule(task.s(next(_numbers), eta=datetime.now(UTC) + LATER))

    yield add


@asynccontextmanager
async def apscheduler(database: Database, folder: Path) -> AsyncIterator[Add]:
    stores: Any = import_module("apscheduler.jobstores.sqlalchemy")
    schedulers: Any = import_module("apscheduler.schedulers.background")
    own = f"sqlite:///{folder / 'apscheduler.db'}"
    url = own if database.url.startswith("sqlite") else make_url(database.url).set(drivername="postgresql+psycopg")
    scheduler = schedulers.BackgroundScheduler(jobstores={"default": stores.SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.start(paused=True)

    async def add() -> None:
        scheduler.add_job(ring, "date", run_date=datetime.now(UTC) + LATER, args=[next(_numbers)])

    try:
        yield add
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def procrastinate(database: Database, folder: Path) -> AsyncIterator[Add]:
    library: Any = import_module("procrastinate")
    address = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = library.App(connector=library.PsycopgConnector(conninfo=address))
    task = app.task(name="ring")(ring)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()

        async def add() -> None:
            await task.configure(schedule_at=datetime.now(UTC) + LATER).defer_async(number=next(_numbers))

        yield add
