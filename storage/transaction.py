"""One transaction, as the repositories see it: SQL goes out, rows come back, and no SQL error travels."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatops.application.ports.storage import Work
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.vocabulary import TicketId

T = TypeVar("T")

LARGEST_ID = 2**63 - 1


class Transaction:
    """
    The open transaction of a unit of work.

    After the first error it can only be left: PostgreSQL refuses every further statement, and SQLite is made to.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name
        """``sqlite`` or ``postgresql``."""
        self._here = connection.sync_connection if self.dialect == "sqlite" else None
        self._failed: ConflictError | StorageError | None = None
        self._over = False
        self.owes: set[Work] = set()
        """Whose workers have to hear of the commit."""

    async def run(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """
        Execute *statement*.

        Raises:
            ConflictError: Somebody else was first, or holds a lock for too long.
            StorageError: Anything else that a database can complain of.
        """
        self._must_be_open()
        try:
            with translated():
                if self._here is not None:
                    # The others have their turn, and a cancellation takes effect, here: what follows waits for nobody
                    # (`one_trip`), so that nothing can tear it off.
                    await asyncio.sleep(0)
                    return self._here.execute(statement, values)
                return await undisturbed(self._connection.execute(statement, values))
        except (ConflictError, StorageError) as exc:
            self._failed = exc
            raise

    async def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return (await self.run(statement, values)).all()

    async def row(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        return (await self.run(statement, values)).one_or_none()

    async def value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row; None when there is no row."""
        return (await self.run(statement, values)).scalar()

    def conflict(self, text: str) -> ConflictError:
        """Give this transaction up, and return what to raise."""
        self._failed = ConflictError(text)
        return self._failed

    async def commit(self) -> None:
        self._must_be_open()
        self._over = True
        with translated():
            await undisturbed(self._connection.commit())

    def _must_be_open(self) -> None:
        if self._over:
            raise RuntimeError("this unit of work has been committed")
        if self._failed is not None:
            raise type(self._failed)(f"this unit of work has failed: {self._failed}") from self._failed


async def undisturbed(work: Awaitable[T]) -> T:
    """
    Let *work* come to its end before a cancellation takes effect.

    A statement that is torn off leaves SQLite's write lock behind: its cursor keeps the closed connection alive.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as exc:
            cancelled = exc
    if cancelled is not None:
        task.cancelled() or task.exception()  # What it had to say is of no interest any more.
        raise cancelled
    return task.result()


@contextmanager
def translated() -> Iterator[None]:
    """Raise our own errors in place of SQLAlchemy's; the cause is kept."""
    try:
        yield
    except DBAPIError as exc:
        if _is_conflict(exc):
            raise ConflictError("somebody else was faster") from exc
        raise StorageError(f"the database refused: {_reason(exc)}") from exc
    except StatementError as exc:
        if isinstance(exc.orig, ValueError):
            raise exc.orig from None  # A value that no column takes, such as a naive instant: a mistake of ours.
        raise StorageError(f"the database was not asked: {type(exc.orig).__name__}") from exc
    except SQLAlchemyError as exc:
        raise StorageError(f"the database cannot be used: {type(exc).__name__}") from exc
    except OSError as exc:
        raise StorageError("the database cannot be reached") from exc


def _reason(error: DBAPIError) -> str:
    """Return what an operator may read of it: how the database fares, never what a row holds."""
    kind = type(error.orig).__name__
    if type(error) not in (DatabaseError, OperationalError):
        return kind
    first_line, _, _ = str(error.orig).strip().partition("\n")
    return f"{kind}: {first_line}"


def _is_conflict(error: DBAPIError) -> bool:
    """Whether trying the whole unit of work again may help."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", None) or ""
        return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or name in _TAKEN
    state: str = getattr(cause, "sqlstate", None) or ""
    return state.startswith("40") or state in _TAKEN


_TAKEN = frozenset(
    {
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_ROWID",
        "SQLITE_CONSTRAINT_UNIQUE",
        "23505",  # unique_violation
        "55P03",  # lock_not_available
    }
)
"""A key that somebody else has taken, or a lock that somebody else holds."""


def storable_id(ticket_id: TicketId | None) -> TicketId | None:
    """Return it if a row can have that number at all: people type ``T-1000000000000000000000`` as well (S14)."""
    return ticket_id if ticket_id is not None and 0 < ticket_id <= LARGEST_ID else None
