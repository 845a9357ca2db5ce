"""What is said of a change of severity before it is done."""

from chatops.application.severity_words import effect_lines
from chatops.catalogues import load_words
from chatops.domain.requalification import effects
from chatops.domain.vocabulary import ClockKind, Language, Severity
from tests.calendars import business_days, business_hours
from tests.unit.domain.test_clocks import a_level, a_target
from tests.unit.domain.test_requalification import CHANGE, HISTORY

BOTH = (ClockKind.RESPONSE, ClockKind.RESOLUTION)
LEVEL = a_level(
    *((Severity.S3, a_target(clock, business_days(2))) for clock in BOTH),
    *((Severity.S1, a_target(clock, business_hours(1))) for clock in BOTH),
)


def test_two_clocks_stand_in_one_line_with_the_spaces_that_french_asks_for() -> None:
    forward, _ = effect_lines(
        effects(HISTORY, CHANGE, LEVEL), load_words()[Language.FR], zone="Europe/Paris", internal=True
    )

    assert "mar. 2 juin 2026, 12:00 (Paris)\u202f; Solution\u00a0: due" in forward


def test_where_no_clock_is_meant_for_the_reader_nothing_is_said_of_any() -> None:
    nothing_promised = effects(HISTORY, CHANGE, a_level())

    lines = effect_lines(nothing_promised, load_words()[Language.EN], zone="Europe/Paris", internal=False)

    assert lines == ("No clock changes.",)
