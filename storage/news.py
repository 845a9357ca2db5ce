"""
The news that there is work: who waits is woken by a commit, here or in another process.

In this process a commit spreads them itself. Other processes hear of it by PostgreSQL's NOTIFY, sent in the very
transaction that owes the work. News may be lost when a connection dies; every wait has its time-out for that.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chatops.application.ports.storage import Work
from chatops.domain.vocabulary import Platform
from storage.engine import connect
from storage.transaction import Transaction

CHANNEL = "chatops_work"
RECONNECT_AFTER_S = 1.0
STILL_THERE_AFTER_S = 30.0
"""How long the listener trusts a silent connection before it asks."""


ALL: frozenset[Work] = frozenset({*Platform, "timers"})


class _Bell:
    """What one kind of work wakes its waiters with."""

    def __init__(self) -> None:
        self.mark = 0
        self.next = asyncio.Event()

    def ring(self) -> None:
        self.mark += 1
        self.next.set()
        self.next = asyncio.Event()


class News:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._us = secrets.token_hex(8)
        """Signs our own notifications: who sent them has spread them already."""
        self._bells: defaultdict[str, _Bell] = defaultdict(_Bell)
        self._listener: asyncio.Task[None] | None = None

    def mark(self, work: Work) -> int:
        return self._bells[work].mark

    def spread(self, works: Iterable[str]) -> None:
        """Wake everybody in this process who waits for one of *works*."""
        for work in works:
            self._bells[work].ring()

    async def send(self, transaction: Transaction) -> None:
        """Let the other processes hear of the commit, if it comes to it."""
        if transaction.owes and transaction.dialect == "postgresql":
            await transaction.run(select(func.pg_notify(CHANNEL, " ".join([self._us, *sorted(transaction.owes)]))))

    async def wait(self, work: Work, *, timeout_s: float, since: int | None) -> None:
        if self._listener is None and self._engine.dialect.name == "postgresql":
            self._listener = asyncio.create_task(self._listen())
        bell = self._bells[work]
        if since is not None and since != bell.mark:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await bell.next.wait()

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
            self._listener = None

    async def _listen(self) -> None:
        """Spread what other processes send; begin again whenever the connection is lost."""
        engine = connect(self._engine.url, pool_size=1)
        try:
            while True:
                with suppress(Exception):  # Whatever the driver has to say: news lost cost a time-out, no more.
                    await self._listen_on(engine)
                await asyncio.sleep(RECONNECT_AFTER_S)
        finally:
            await engine.dispose()

    async def _listen_on(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            self.spread(ALL)  # Something may have been missed meanwhile.
            while True:
                async for notification in driver.notifies(timeout=STILL_THERE_AFTER_S):
                    sender, *works = notification.payload.split()
                    if sender != self._us:
                        self.spread(works)
                await connection.exec_driver_sql("SELECT 1")
