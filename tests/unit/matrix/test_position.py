"""How far was read, as it is kept."""

from datetime import UTC, datetime, timedelta, timezone

from adapters.matrix.position import Position

NOON = datetime(2026, 6, 5, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_position_is_read_as_it_was_kept() -> None:
    position = Position(token="s12_34_5", read_at=NOON)

    assert str(position) == "s12_34_5 2026-06-05T12:00:00.123456+00:00"
    assert Position.from_text(str(position)) == position


def test_a_position_of_an_earlier_release_has_no_instant() -> None:
    assert Position.from_text("s12_34_5") == Position(token="s12_34_5", read_at=None)
    assert str(Position.from_text("s12_34_5")) == "s12_34_5"


def test_an_instant_is_utc_whoever_wrote_it() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))

    assert Position.from_text(f"s12 {elsewhere.isoformat()}").read_at == NOON
