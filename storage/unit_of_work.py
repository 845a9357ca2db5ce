"""The `Storage` port: one connection, one transaction, and the news that there is work."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatops.application.ports.storage import Work
from chatops.domain.errors import ConflictError
from storage.directory import LastRead, SqlDirectory
from storage.editions import SqlEditions
from storage.engine import LOCK_TIMEOUT_S
from storage.history import SqlHistory
from storage.inbox import SqlInbox
from storage.news import News
from storage.notices import SqlNotices
from storage.outbox import SqlOutbox
from storage.questions import SqlQuestions
from storage.recounts import SqlRecounts
from storage.signs import SqlSigns
from storage.threads import SqlThreads
from storage.tickets import SqlTickets
from storage.timers import SqlTimers
from storage.transaction import Transaction, translated, undisturbed


class SqlUnitOfWork:
    """Every repository over the same transaction."""

    def __init__(self, transaction: Transaction, news: News, last_read: LastRead) -> None:
        self._transaction = transaction
        self._news = news
        self.tickets = SqlTickets(transaction)
        self.history = SqlHistory(transaction)
        self.threads = SqlThreads(transaction)
        self.inbox = SqlInbox(transaction)
        self.questions = SqlQuestions(transaction)
        self.signs = SqlSigns(transaction)
        self.outbox = SqlOutbox(transaction)
        self.timers = SqlTimers(transaction)
        self.notices = SqlNotices(transaction)
        self.directory = SqlDirectory(transaction, last_read)
        self.editions = SqlEditions(transaction)
        self.recounts = SqlRecounts(transaction)

    async def commit(self) -> None:
        await self._news.send(self._transaction)
        await self._transaction.commit()
        self._news.spread(self._transaction.owes)


class SqlStorage:
    """
    Units of work on one database.

    Args:
        engine: From `storage.engine.connect`; `close` disposes of it.
        lock_timeout_s: How long a unit of work waits for its turn on SQLite.
    """

    def __init__(self, engine: AsyncEngine, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self.engine = engine
        self._lock_timeout_s = lock_timeout_s
        self._news = News(engine)
        self._last_read = LastRead()
        # SQLite has one writer at a time: in this process they queue here in order, instead of polling the file's lock.
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlUnitOfWork]:
        async with self._in_turn(), contextlib.AsyncExitStack() as stack:
            with translated():
                connection = await stack.enter_async_context(self.engine.connect())
                if not _begun_at_once(connection):
                    _ = await undisturbed(connection.begin())
            yield SqlUnitOfWork(Transaction(connection), self._news, self._last_read)

    def work_mark(self, work: Work) -> int:
        return self._news.mark(work)

    async def wait_for_work(self, work: Work, *, timeout_s: float, since: int | None = None) -> None:
        await self._news.wait(work, timeout_s=timeout_s, since=since)

    async def close(self) -> None:
        await self._news.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(self._lock_timeout_s):
                await self._turn.acquire()
        except TimeoutError as exc:
            raise ConflictError("another unit of work holds the database") from exc
        try:
            yield
        finally:
            self._turn.release()


def _begun_at_once(connection: AsyncConnection) -> bool:
    """Begin, if that can be done without waiting: on SQLite, unless another process holds the lock (`one_trip`)."""
    here = connection.sync_connection
    if here is None or connection.dialect.name != "sqlite":
        return False
    try:
        with translated():
            here.begin()
    except ConflictError:
        return False
    return True
