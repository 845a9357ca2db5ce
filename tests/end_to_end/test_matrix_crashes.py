"""`kill -9` at every named point of the way, on SQLite (`crash_ground` says how), and again and again in one life."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatops.application.passing import Point
from tests.end_to_end.crash_ground import POINTS, Ground, a_ground
from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Homeserver


@pytest.fixture(scope="module")
def ground(synapse: Homeserver, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("crashes")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    with a_ground(synapse, folder, f"sqlite:///{folder}/desk.db") as ground:
        yield ground


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_desk_that_dies_at_this_point_shows_what_it_always_shows(ground: Ground, point: Point) -> None:
    ground.survives(point)


@pytest.mark.slow
def test_nothing_came_later_than_it_should(ground: Ground) -> None:
    """I2, I3: a last life without deaths, and after it everything that ever lived here stands as it stood."""
    with ground.life.running():
        ground.lives_undisturbed("The last one")

    assert {ticket: ground.shows(ticket) for ticket in ground.titles} == dict.fromkeys(
        ground.titles, ground.undisturbed
    )


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_commit", "after_send", "before_record"])
def test_a_desk_that_dies_again_and_again_shows_what_it_always_shows(ground: Ground, point: Point) -> None:
    """At every fourth passing of *point* the process is gone, in the middle of whatever else it was at."""
    deaths = ground.survives_all(f"{point}:4")

    assert deaths >= 2


@pytest.mark.slow
def test_what_is_said_under_cards_whose_arrival_was_not_recorded_is_heard(synapse: Homeserver, tmp_path: Path) -> None:
    """I1: words, and a sign that presses a button; nobody waits until the dead process's lease has run out."""
    life = MatrixLife(synapse, tmp_path, lease_s=3_600.0)
    life.start(crash_at="after_send:2")
    life.until(life.listening)
    life.says("ana", "#acme", "!open S2 The portal is slow")
    life.dies()
    life.says("ana", "#acme", "it began this morning", in_thread_of="T-1")
    life.signs("ben", "#desk", "👀", under_card_of="T-1")

    with life.running():
        life.hears("ben", "#desk", "> it began this morning")
        life.hears("ana", "#acme", "is now handling T-1.")
