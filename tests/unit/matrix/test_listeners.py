"""How long the listener waits after a failure, and what it says in a room that it cannot read."""

from datetime import timedelta

import pytest

from adapters.matrix.errands import pause_after
from adapters.matrix.explanations import unreadable
from chatops.catalogues import load_words
from chatops.domain.errors import StorageError, TryAgainLater


@pytest.mark.parametrize(("failures", "pause_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)])
def test_pauses_double_up_to_a_minute(failures: int, pause_s: float) -> None:
    assert pause_after(failures, StorageError("away")) == pause_s


def test_a_pause_that_is_asked_for_is_made() -> None:
    assert pause_after(9, TryAgainLater("busy", after=timedelta(seconds=5))) == 5


def test_being_asked_for_no_pause_at_all_makes_no_busy_loop() -> None:
    assert pause_after(1, TryAgainLater("busy", after=timedelta(0))) == 1


def test_an_unreadable_room_is_told_in_both_languages() -> None:
    content = unreadable(load_words())

    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}
    english, french = content["body"].split("\n")
    assert english.startswith("This room is encrypted")
    assert french.startswith("Ce salon est chiffré")
