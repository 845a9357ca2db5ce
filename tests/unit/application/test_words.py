"""How instants are written."""

from datetime import timedelta

import pytest

from chatops.catalogues import load_words
from chatops.domain.vocabulary import Language
from tests.calendars import utc

EN, FR = (load_words()[language] for language in Language)


def test_an_instant_is_told_with_its_city() -> None:
    at = utc("2026-06-01 13:00")
    assert EN.instant(at, "Europe/London") == "Mon 1 Jun 2026, 14:00 (London)"
    assert FR.instant(at, "Europe/Paris") == "lun. 1 juin 2026, 15:00 (Paris)"
    assert FR.moment(at, "Europe/Paris") == "lun. 1 juin, 15:00"


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        ("2026-10-25 00:30", "Europe/London", "Sun 25 Oct 2026, 01:30 (London, UTC+01:00)"),
        ("2026-10-25 01:30", "Europe/London", "Sun 25 Oct 2026, 01:30 (London, UTC+00:00)"),
        ("2026-10-25 02:00", "Europe/London", "Sun 25 Oct 2026, 02:00 (London)"),
        ("2026-04-04 15:15", "Australia/Lord_Howe", "Sun 5 Apr 2026, 01:45 (Lord Howe Island, UTC+10:30)"),
        ("2026-03-29 01:00", "Europe/Paris", "Sun 29 Mar 2026, 03:00 (Paris)"),
        ("2026-06-01 12:00", "Etc/GMT+5", "Mon 1 Jun 2026, 07:00 (UTC-05:00)"),
        ("2026-06-01 12:00", "Etc/GMT", "Mon 1 Jun 2026, 12:00 (GMT)"),
    ],
)
def test_nobody_takes_an_instant_for_another(at: str, zone: str, told: str) -> None:
    """An hour that begins at half past one is over at half past one, where clocks are put back."""
    assert EN.instant(utc(at), zone) == told


def test_so_is_a_moment() -> None:
    first = utc("2026-10-25 00:30")
    assert FR.moment(first, "Europe/Paris") == "dim. 25 oct., 02:30 (UTC+02:00)"
    assert FR.moment(first + timedelta(hours=1), "Europe/Paris") == "dim. 25 oct., 02:30 (UTC+01:00)"
