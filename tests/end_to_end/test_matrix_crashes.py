"""
`kill -9` between any two steps of one command's way (F1–F5, F11): what people see is what they would have seen.

The oracle is what each person sees in their rooms, never our own database.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from chatops.application.passing import Point
from tests.end_to_end.matrix_life import DESK, MatrixLife, Seen, play_one_ticket
from tests.synapse import Homeserver

POINTS = [point for point in get_args(Point) if point != "timer_claimed"]
"""The points of a delivery's way; it sets no timer yet."""


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[MatrixLife]:
    life = MatrixLife(synapse, tmp_path)
    yield life
    life.end()


@pytest.fixture(scope="module")
def undisturbed(synapse: Homeserver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixLife]:
    life = MatrixLife(synapse, tmp_path_factory.mktemp("undisturbed"))
    with life.running():
        play_one_ticket(life)
        yield life


def firsts(seen: tuple[Seen, ...]) -> list[str]:
    return [each.text.splitlines()[0] for each in seen]


@pytest.mark.parametrize("point", POINTS)
def test_a_desk_that_dies_while_a_ticket_is_opened_shows_it_once(life: MatrixLife, point: Point) -> None:
    life.start(crash_at=point)
    life.until(life.listening)
    life.says("ana", "#acme", "!open S2 The portal is very slow")
    life.dies()

    with life.running():
        life.hears("ana", "#acme", "T-1 ·")
        life.hears("ben", "#desk", "T-1 ·")
        # What is asked next is answered after all that was owed in this room before.
        life.says("ana", "#acme", "!list")
        life.hears("ana", "#acme", "• T-1")

    card, listed = (each for each in life.sees("ana", "#acme") if each.author == DESK)
    assert firsts((card, listed)) == ["T-1 · The portal is very slow", "1 ticket:"]
    assert card.thread == ()
    assert len(life.sees("ben", "#desk")) == 1
    assert len(life.called("ben")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_commit", "after_send", "before_record"])
def test_a_desk_that_dies_again_and_again_plays_the_same_story(
    life: MatrixLife, undisturbed: MatrixLife, point: Point
) -> None:
    """At every fourth passing of *point* the process is gone, in the middle of whatever else it was at."""
    deaths = 0

    def restarted() -> None:
        nonlocal deaths
        if not life.alive:
            deaths += 1
            life.start(crash_at=f"{point}:4")

    life.start(crash_at=f"{point}:4")
    life.until(life.listening)
    life.meanwhile = restarted
    play_one_ticket(life)
    life.meanwhile = lambda: None
    life.kill()
    with life.running():
        life.says("ben", "#desk", "!list")
        life.until(lambda: len(life.sees("ben", "#desk")) == 3, lambda: life.shown("ben"))

    assert deaths >= 2
    for who, room in (("ana", "#acme"), ("ben", "#desk")):
        assert _told(life, who, room) == _told(undisturbed, who, room)
    for who in ("ana", "ben", "bea"):
        assert sorted(life.called(who)) == sorted(undisturbed.called(who))


def _told(life: MatrixLife, who: str, room: str) -> list[tuple[str, bool]]:
    """Return the card and what the desk told in its thread, as it finally stands and in its order (I8)."""
    card = life.card(who, room, "T-1")
    return [(each.text, each.quiet) for each in (card, *card.thread) if each.author == DESK]
