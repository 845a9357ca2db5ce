"""`kill -9` at every named point of the way, on PostgreSQL; `crash_ground` says how."""

from collections.abc import Iterator

import pytest

from chatops.application.passing import Point
from tests.databases import PostgreSql
from tests.end_to_end.crash_ground import POINTS, Ground, a_ground
from tests.synapse import Homeserver

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def ground(synapse: Homeserver, postgresql: PostgreSql, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    name = postgresql.create(template=postgresql.template)
    with a_ground(synapse, tmp_path_factory.mktemp("crashes"), postgresql.address(name)) as ground:
        yield ground
    postgresql.drop(name)


@pytest.mark.parametrize("point", POINTS)
def test_a_desk_that_dies_at_this_point_shows_what_it_always_shows(ground: Ground, point: Point) -> None:
    ground.survives(point)


def test_nothing_came_later_than_it_should(ground: Ground) -> None:
    """I2, I3: a last life without deaths, and after it everything that ever lived here stands as it stood."""
    with ground.life.running():
        ground.lives_undisturbed("The last one")

    assert {ticket: ground.shows(ticket) for ticket in ground.titles} == dict.fromkeys(
        ground.titles, ground.undisturbed
    )
