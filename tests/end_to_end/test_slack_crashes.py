"""`kill -9` at every named point of the way on Slack, on SQLite (`slack_crashes` says how), and again and again."""

import asyncio
import shutil
from pathlib import Path

import pytest

from chatops.application.passing import Point
from tests.end_to_end.slack_crashes import POINTS, Undisturbed, survives, survives_all, undisturbed
from tests.end_to_end.slack_life import a_slack_life

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def always(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    files = [folder / "plain.db", folder / "reminded.db"]
    for file in files:
        shutil.copyfile(sqlite_template, file)
    return asyncio.run(undisturbed([f"sqlite:///{file}" for file in files], folder))


@pytest.mark.parametrize("point", POINTS)
async def test_a_desk_that_dies_at_this_point_shows_what_it_always_shows(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, point: Point
) -> None:
    """F1, F2, F3, F5; I1–I4, I8."""
    async with a_slack_life(sqlite_database, tmp_path) as life:
        await survives(life, point, always)


@pytest.mark.parametrize("point", ["before_commit", "after_send", "before_record", "before_acknowledgement"])
async def test_a_desk_that_dies_again_and_again_shows_what_it_always_shows(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, point: Point
) -> None:
    """At every fourth passing of *point* the process is gone, in the middle of whatever else it was at."""
    async with a_slack_life(sqlite_database, tmp_path) as life:
        deaths = await survives_all(life, f"{point}:4", always)

    assert deaths >= 2
