"""`kill -9` at every named point of the way on Slack, on SQLite (`slack_crashes` says how), and again and again."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatops.application.passing import Point
from tests.end_to_end.slack_crashes import (
    POINTS,
    Undisturbed,
    started_again,
    survives,
    survives_all,
    undisturbed,
)
from tests.end_to_end.slack_life import ROOMS, TITLE, a_slack_life
from tests.slack.deliveries import Delivery

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


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
@pytest.mark.parametrize("commit", [3, 4, 6, 7, 8], ids=["button", "mention", "words", "form", "customers-button"])
async def test_whatever_people_do_survives_a_death(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, point: Point, commit: int
) -> None:
    """F1, F2: the first commits keep what opens the ticket, and the mention that tells of it again."""
    async with a_slack_life(sqlite_database, tmp_path) as life:
        await survives(life, f"{point}:{commit}", always)


@pytest.mark.parametrize("point", ["delivery_translated", "after_commit", "before_acknowledgement"])
async def test_what_comes_by_a_socket_survives_a_death(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, point: Point
) -> None:
    """F28: the envelope comes again by the next socket."""
    async with a_slack_life(sqlite_database, tmp_path, socket_mode=True) as life:
        await survives(life, point, always)


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_a_command_that_slack_says_has_failed_is_typed_again_or_was_done(
    sqlite_database: str, tmp_path: Path, point: Point
) -> None:
    """F1, F2: Slack brings no command twice, so what was not kept is asked for again."""
    async with a_slack_life(sqlite_database, tmp_path) as life:
        started_again(life)
        await life.start(crash_at=point)

        async def opens() -> Sequence[Delivery]:
            return [await life.person("ben").types(life.channel("#desk"), f"/ticket open for ana S2 {TITLE}")]

        await life.sees_to_it(opens, lambda: all(life.cards(who, room) for who, room in ROOMS))

        assert "/ticket failed with the error" in life.person("ben").sees(life.channel("#desk"))
        assert [len(life.cards(who, room)) for who, room in ROOMS] == [1, 1]


async def test_what_is_said_under_cards_whose_arrival_was_not_recorded_is_heard(
    sqlite_database: str, tmp_path: Path
) -> None:
    """I1: words, and a sign that presses a button; nobody waits until the dead process's lease has run out."""
    async with a_slack_life(sqlite_database, tmp_path, lease_s=3_600.0) as life:
        await life.start(crash_at="after_send:2")
        await life.person("ana").says(life.channel("#acme"), f"!open S2 {TITLE}")
        await life.until(lambda: not life.alive, "a death")
        assert [len(life.cards(who, room)) for who, room in ROOMS] == [1, 1]
        await life.says("ana", "#acme", "it began this morning")
        await life.person("ben").reacts(life.card("ben", "#desk"), "eyes")

        await life.start()
        await life.slack.postman.redeliver()

        await life.until(lambda: life.hears("ben", "#desk", "> it began this morning"))
        await life.until(lambda: life.hears("ana", "#acme", "is now handling T-n."))


@pytest.mark.parametrize("point", ["before_commit", "after_send", "before_record", "before_acknowledgement"])
async def test_a_desk_that_dies_again_and_again_shows_what_it_always_shows(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, point: Point
) -> None:
    """At every fourth passing of *point* the process is gone, in the middle of whatever else it was at."""
    async with a_slack_life(sqlite_database, tmp_path) as life:
        deaths = await survives_all(life, f"{point}:4", always)

    assert deaths >= 2
