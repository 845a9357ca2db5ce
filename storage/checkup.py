"""
What can be asked of a database without changing what it holds: how it is kept, who is who in it, what waits in it.

Facts only; what to make of them is up to who asks (`chatops.doctor`).
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import case, func, literal, make_url, select, text
from sqlalchemy.exc import ArgumentError

from chatops.application.ports.outbox import MessageState
from chatops.application.ports.time_source import TimeSource
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import StorageError
from storage.directory import LastRead, SqlDirectory
from storage.engine import connect
from storage.schema import newest, revision_of, revisions
from storage.tables import LIVE, UNSETTLED, outbox, policy_editions, timers, unreachable_places
from storage.transaction import Transaction, translated


class Schema(StrEnum):
    """How a database stands to this release."""

    CURRENT = "current"
    ABSENT = "absent"
    """There is no file, or nothing in it yet."""
    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """
    How a database is kept, as the desk itself would find it.

    Attributes:
        address: Without its password.
        software: Such as ``SQLite 3.45.1``.
        journal: SQLite's journal mode; empty for PostgreSQL.
        durable: Whether a commit survives a power cut.
        clock_ahead: By how much PostgreSQL's clock is ahead of ours; None for SQLite, which has none.
        free_bytes: Left on the disk of a SQLite file; None for PostgreSQL.
    """

    address: str
    software: str
    schema: Schema
    journal: str = ""
    durable: bool = True
    clock_ahead: timedelta | None = None
    free_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Messages of one room in one state; `since` is when the oldest was put."""

    place: Address
    state: MessageState
    count: int
    since: datetime
    error: str


@dataclass(frozen=True, kw_only=True)
class UnreachablePlace:
    """A room that nobody of ours is in, since when, and what the platform said."""

    place: Address
    since: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """
    Attributes:
        admitted: The digest that the policies' edition stood for here before; None for a new edition.
        waiting: What is owed since longer than asked for, and what was given up since then or is in doubt.
        overdue: How many timers should have fired before, and since when the oldest.
    """

    who: WhoIsWho
    admitted: str | None
    waiting: tuple[Waiting, ...]
    unreachable: tuple[UnreachablePlace, ...]
    overdue: tuple[int, datetime | None]


async def look_at(url: str, *, time: TimeSource) -> DatabaseState:
    """
    Return how the database is kept; a SQLite file that is not there is not made.

    Raises:
        StorageError: It cannot be reached, or is none.
        ConflictError: Somebody else holds it.
    """
    address, file = _named(url)
    if file is not None and not file.exists():
        return DatabaseState(address=address, software="SQLite", schema=Schema.ABSENT, free_bytes=_free(file))
    async with _transaction(url) as (transaction, revision):
        stands = Schema.ABSENT if revision is None else _compared(revision)
        if transaction.dialect == "sqlite":
            return DatabaseState(
                address=address,
                software=f"SQLite {await transaction.value(select(func.sqlite_version()))}",
                schema=stands,
                journal=str(await transaction.value(text("PRAGMA journal_mode"))),
                # 0 OFF, 1 NORMAL, 2 FULL, 3 EXTRA.
                durable=await transaction.value(text("PRAGMA synchronous")) >= 2,
                free_bytes=None if file is None else _free(file),
            )
        before = time.now()
        theirs: datetime = await transaction.value(select(func.clock_timestamp()))
        ours = before + (time.now() - before) / 2
        switches = [await transaction.value(text(f"SHOW {name}")) for name in ("fsync", "synchronous_commit")]
        return DatabaseState(
            address=address,
            software=f"PostgreSQL {await transaction.value(text('SHOW server_version'))}",
            schema=stands,
            durable="off" not in switches,
            clock_ahead=theirs - ours,
        )


async def look_into(url: str, *, edition: str, owed_before: datetime, given_up_after: datetime) -> Contents:
    """
    Return what a database of the present schema holds that an operator should know.

    Args:
        owed_before: Messages and timers that were due before this are told of.
        given_up_after: Messages that were given up after this are told of.

    Raises:
        StorageError: It cannot be reached.
        ConflictError: Somebody else holds it.
    """
    async with _transaction(url) as (transaction, _):
        overdue = await transaction.row(
            select(func.count().label("number"), func.min(timers.c.claimable_at).label("since")).where(
                text(LIVE), timers.c.claimable_at < owed_before
            )
        )
        assert overdue is not None
        return Contents(
            who=await SqlDirectory(transaction, LastRead()).everything(),
            admitted=await transaction.value(
                select(policy_editions.c.digest).where(policy_editions.c.label == edition)
            ),
            waiting=await _waiting(transaction, owed_before, given_up_after),
            unreachable=await _unreachable(transaction),
            overdue=(overdue.number, overdue.since),
        )


async def _waiting(transaction: Transaction, owed_before: datetime, given_up_after: datetime) -> tuple[Waiting, ...]:
    owed = (outbox.c.put_at < owed_before) & text(UNSETTLED)
    given_up = (outbox.c.state == MessageState.DEAD) & (outbox.c.settled_at > given_up_after)
    # Whether somebody is just trying makes no difference to those who wait.
    state = case(
        (outbox.c.state == MessageState.SENDING, literal(MessageState.PENDING, outbox.c.state.type)),
        else_=outbox.c.state,
    ).label("state")
    rows = await transaction.rows(
        select(
            outbox.c.platform,
            outbox.c.place,
            state,
            func.count().label("number"),
            func.min(outbox.c.put_at).label("since"),
            func.max(outbox.c.error).label("error"),
        )
        .where(owed | given_up | (outbox.c.state == MessageState.UNKNOWN))
        .group_by(outbox.c.platform, outbox.c.place, state)
        .order_by(func.min(outbox.c.put_at))
    )
    return tuple(
        Waiting(
            place=Address(platform=row.platform, value=row.place),
            state=row.state,
            count=row.number,
            since=row.since,
            error=row.error or "",
        )
        for row in rows
    )


async def _unreachable(transaction: Transaction) -> tuple[UnreachablePlace, ...]:
    rows = await transaction.rows(select(unreachable_places).order_by(unreachable_places.c.since))
    return tuple(
        UnreachablePlace(
            place=Address(platform=row.platform, value=row.place),
            since=row.since,
            reason=row.reason,
        )
        for row in rows
    )


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[tuple[Transaction, str | None]]:
    """Open a transaction that is never committed; with it comes the schema's revision."""
    engine = connect(url, pool_size=1)
    try:
        with translated():
            async with engine.connect() as connection, connection.begin():
                yield Transaction(connection), await connection.run_sync(revision_of)
    finally:
        await engine.dispose()


def _compared(revision: str) -> Schema:
    if revision == newest():
        return Schema.CURRENT
    return Schema.OLDER if revision in revisions() else Schema.NEWER


def _named(url: str) -> tuple[str, Path | None]:
    """
    Return the address without its password, and the file of a SQLite database.

    Raises:
        StorageError: It is no address of a database.
    """
    try:
        target = make_url(url)
    except ArgumentError:
        raise StorageError("a database address looks like sqlite:///path or postgresql://host/name") from None
    file = Path(target.database) if target.get_backend_name() == "sqlite" and target.database else None
    return target.render_as_string(hide_password=True), file


def _free(file: Path) -> int | None:
    """Return how many bytes the disk of a file that may not be there yet has left; None where nobody can tell."""
    try:
        return shutil.disk_usage(file.absolute().parent).free
    except OSError:
        return None
