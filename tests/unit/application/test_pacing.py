"""How fast messages go out, and when they are tried again: as values, without a clock."""

from datetime import UTC, datetime, timedelta

import pytest

from chatops.application.pacing import BATCH, FIRST_WAIT, LONGEST_WAIT, Pace, look_again, wait_before

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def refused(pace: Pace, asked: timedelta | None = 30 * SECOND, *, now: datetime = NOON) -> Pace:
    return pace.refused(pace, now, asked)


def test_waits_double_and_are_capped_unless_the_platform_asked() -> None:
    assert [wait_before(n) for n in (2, 3, 4)] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert wait_before(1_000_000) == LONGEST_WAIT
    assert wait_before(2, timedelta(hours=1)) == timedelta(hours=1)


def test_at_first_a_whole_batch_may_be_under_way() -> None:
    assert Pace().free(0, NOON) == BATCH
    assert Pace().free(BATCH - 1, NOON) == 1
    assert Pace().free(BATCH, NOON) == 0
    assert Pace().free(BATCH + 3, NOON) == 0


@pytest.mark.parametrize("seconds", [1, 30, 3600])
def test_after_a_refusal_nothing_is_begun_until_the_wait_is_over_to_the_instant(seconds: int) -> None:
    pace = refused(Pace(), timedelta(seconds=seconds))
    over = NOON + timedelta(seconds=seconds)
    assert pace.free(0, over - timedelta(microseconds=1)) == 0
    assert pace.free(0, over) == 1
    assert pace.free(1, over) == 0


def test_what_is_taken_again_doubles_the_pace_from_round_to_round() -> None:
    pace, later, rounds = refused(Pace()), NOON + 30 * SECOND, []
    for _ in range(6):
        begun = pace.free(0, later)
        rounds.append(begun)
        for _ in range(begun):
            pace = pace.taken(pace)
    assert rounds == [1, 2, 4, 8, 16, BATCH]


def test_one_round_that_is_refused_together_counts_as_one_refusal() -> None:
    begun = Pace()
    pace = begun
    for _ in range(BATCH):
        pace = pace.refused(begun, NOON, None)
    assert pace.refusals == 1
    assert pace.not_before == NOON + FIRST_WAIT


def test_the_longest_wait_of_a_round_counts() -> None:
    begun = Pace()
    pace = begun
    for asked in (2 * SECOND, 30 * SECOND, SECOND):
        pace = pace.refused(begun, NOON, asked)
    assert pace.not_before == NOON + 30 * SECOND


def test_a_message_that_got_in_before_the_refusal_opens_no_door() -> None:
    begun = Pace()
    pace = begun.refused(begun, NOON, 30 * SECOND)
    assert pace.taken(begun) == pace


def test_a_refusal_without_a_wait_is_waited_out_twice_as_long_each_time() -> None:
    pace, now, waits = Pace(), NOON, []
    for _ in range(12):
        pace = refused(pace, None, now=now)
        assert pace.not_before is not None
        waits.append(pace.not_before - now)
        now = pace.not_before
    assert waits[:4] == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert waits[-1] == LONGEST_WAIT


def test_who_asks_for_no_wait_and_refuses_again_is_not_believed_twice() -> None:
    pace = refused(Pace(), timedelta(0))
    assert pace.not_before == NOON
    assert pace.free(0, NOON) == 1
    pace = refused(pace, timedelta(0))
    assert pace.not_before == NOON + wait_before(3)


def test_what_was_taken_ends_the_row_of_refusals() -> None:
    pace = refused(refused(Pace(), None), None)
    assert pace.taken(pace).refusals == 0


def test_a_room_is_looked_at_after_ten_minutes_then_once_an_hour() -> None:
    assert look_again(None, NOON) == NOON + timedelta(minutes=10)
    assert look_again(NOON - timedelta(minutes=10), NOON) == NOON + timedelta(hours=1)
    assert look_again(NOON - timedelta(days=6), NOON) == NOON + timedelta(hours=1)
