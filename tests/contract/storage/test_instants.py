"""Instants go in aware and come back as the same instant in UTC, in order, to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from storage.tables import policy_editions
from storage.unit_of_work import SqlStorage

INSTANTS = [
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2026, 6, 5, 11, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 6, 5, 14, 0, 0, 0, tzinfo=timezone(timedelta(hours=2))),
    datetime(2026, 6, 5, 12, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(9999, 12, 30, tzinfo=UTC),
]


async def test_instants_come_back_in_their_order(storage: SqlStorage) -> None:
    async with storage.engine.begin() as connection:
        for number in (3, 9, 0, 7, 1, 10, 4, 2, 8, 6, 5):
            row = {"label": f"{number}", "digest": "", "admitted_at": INSTANTS[number]}
            await connection.execute(insert(policy_editions), row)
        column = policy_editions.c.admitted_at
        back = list((await connection.execute(select(column).order_by(column))).scalars())
        since = select(policy_editions.c.label).where(column >= INSTANTS[6]).order_by(column)
        labels = list((await connection.execute(since)).scalars())
    # In UTC, since instants in a gap or a fold of another zone equal nothing.
    assert back == [instant.astimezone(UTC) for instant in INSTANTS]
    assert {instant.tzinfo for instant in back} == {UTC}
    assert labels == ["6", "7", "8", "9", "10"]


async def test_a_naive_instant_is_refused(storage: SqlStorage) -> None:
    async with storage.begin() as uow:
        with pytest.raises(ValueError, match="without a time zone"):
            await uow.editions.admit("x", "d", at=datetime(2026, 6, 5, 12))  # noqa: DTZ001 - that is the test
