"""`kill -9` at every named point of the way on Slack, on PostgreSQL; `slack_crashes` says how."""

import asyncio
from pathlib import Path

import pytest

from chatops.application.passing import Point
from tests.databases import PostgreSql
from tests.end_to_end.slack_crashes import POINTS, Undisturbed, survives, undisturbed
from tests.end_to_end.slack_life import a_slack_life

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def always(postgresql: PostgreSql, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    names = [postgresql.create(template=postgresql.template) for _ in range(2)]
    seen = asyncio.run(
        undisturbed([postgresql.address(name) for name in names], tmp_path_factory.mktemp("undisturbed"))
    )
    for name in names:
        postgresql.drop(name)
    return seen


@pytest.mark.parametrize("point", POINTS)
async def test_a_desk_that_dies_at_this_point_shows_what_it_always_shows(
    postgresql_database: str, tmp_path: Path, always: Undisturbed, point: Point
) -> None:
    """F1, F2, F3, F5; I1–I4, I8."""
    async with a_slack_life(postgresql_database, tmp_path) as life:
        await survives(life, point, always)
