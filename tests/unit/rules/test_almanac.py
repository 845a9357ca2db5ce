"""The almanac: an ordinary week, and what is not ordinary in the months to come."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from chatops.domain.vocabulary import ClockKind, Language, Severity
from rules.almanac import Almanac, Entry, almanac
from rules.almanac_pages import almanac_html, almanac_text
from rules.holiday_lists import called
from rules.loader import load, shipped_policies
from tests.calendars import utc

POLICIES = load(shipped_policies())
ZONES = ("Europe/Paris", "Europe/London", "Asia/Kathmandu")


@pytest.fixture(scope="module")
def spring() -> Almanac:
    return almanac(POLICIES, date(2026, 3, 1), date(2026, 5, 31), ZONES)


def entry_of(found: Almanac, plan: str, severity: Severity, clock: ClockKind = ClockKind.RESPONSE) -> Entry:
    [entry] = [each for each in found.entries if (each.plan, each.severity, each.clock) == (plan, severity, clock)]
    return entry


def test_every_target_has_an_entry(spring: Almanac) -> None:
    assert len(spring.entries) == 10 + 4


def test_an_ordinary_week_says_by_when_what_arrives_in_each_hour_is_due(spring: Almanac) -> None:
    assert spring.monday == date(2026, 3, 2)
    entry = entry_of(spring, "standard", Severity.S1)
    assert [(each.first, each.last) for each in entry.arrivals] == [
        (0, 8), *((hour, hour) for hour in range(9, 18)), (18, 23)
    ]  # fmt: skip
    at_seventeen = entry.arrivals[-2].due_at
    assert at_seventeen[0] == utc("2026-03-02 18:00")
    assert entry.arrivals[-1].due_at[4] == utc("2026-03-09 09:00")


def test_around_the_clock_is_one_sentence(spring: Almanac) -> None:
    assert entry_of(spring, "premium", Severity.S1).always is not None
    assert "  whenever it arrives: 1 hour later" in almanac_text(spring).splitlines()


def test_holidays_are_pointed_out_with_what_they_do(spring: Almanac) -> None:
    [ascension] = [each for each in spring.surprises if each.day == date(2026, 5, 14)]
    assert ascension.says == "“business hours” closed: Ascension Day"
    assert ascension.effects[0] == (
        "1 business hour: Wed 2026-05-13 17:30 → Fri 2026-05-15 08:30 (otherwise Thu 2026-05-14 08:30)"
    )


def test_a_holiday_on_a_closed_day_surprises_nobody() -> None:
    summer = almanac(POLICIES, date(2026, 8, 1), date(2026, 8, 31), ZONES)
    assert [each.day for each in summer.surprises] == []
    assert "  None." in almanac_text(summer).splitlines()


def test_gmt_is_compared_with_where_people_are(spring: Almanac) -> None:
    """A1: the contract says GMT, and in summer that is another hour in Paris and London."""
    assert "“business hours” (Etc/GMT): 09:00–19:00 in Europe/Paris" in spring.local_hours
    assert "“business hours” (Etc/GMT): 13:45–23:45 in Asia/Kathmandu" in spring.local_hours
    changes = {each.says: each.effects for each in spring.surprises if each.day == date(2026, 3, 29)}
    assert changes["Europe/Paris: clocks go forward by 60 min"] == (
        "“business hours” (Etc/GMT) is 10:00–20:00 there from then on, and 09:00–19:00 before",
    )


def test_half_an_hour_is_told_as_such() -> None:
    autumn = almanac(POLICIES, date(2026, 4, 1), date(2026, 4, 30), ["Australia/Lord_Howe"])
    assert "Australia/Lord_Howe: clocks go back by 30 min" in [each.says for each in autumn.surprises]


def test_it_speaks_french() -> None:
    text = almanac_text(almanac(POLICIES, date(2026, 12, 1), date(2026, 12, 31), ["Europe/Paris"], Language.FR))
    assert text.startswith(f"Almanach, 2026-12-01 au 2026-12-31 (édition {POLICIES.edition})")
    assert "«\u00a0heures ouvrées\u00a0» fermé\u00a0: Noël" in text
    assert "1 heure ouvrée\u00a0: jeu. 2026-12-24 17:30 → lun. 2026-12-28 08:30 (sinon ven. 2026-12-25 08:30)" in text


class Outline(HTMLParser):
    """Notes tags that are opened and closed, and what is fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.fetched += [name for name, _ in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(spring: Almanac) -> None:
    page = almanac_html(spring)
    outline = Outline()
    outline.feed(page)
    assert (outline.open, outline.fetched) == ([], [])
    shown = {(entry.clock, entry.target.duration, entry.target.calendar.name)
             for entry in spring.entries if entry.always is None}  # fmt: skip
    assert page.count("<table>") == len(shown)
    assert "Ascension Day" in page


def test_what_is_due_alike_stands_in_one_table(spring: Almanac) -> None:
    """Three plans promise two business days: three tables of the same instants would only hide the others."""
    [heading] = [row for row in almanac_text(spring).splitlines() if "response: 2 business days" in row]
    assert heading == "Basic S3, Standard S3, Premium S4 – response: 2 business days, counted on “business hours”"


def test_no_french_colon_stands_without_its_space() -> None:
    text = almanac_text(almanac(POLICIES, date(2026, 3, 1), date(2026, 12, 31), ZONES, Language.FR))
    assert " : " not in text
    assert "fermé\u00a0: Fête nationale" in text


def test_a_holiday_of_ones_own_keeps_its_name() -> None:
    assert called(date(2026, 12, 24), "The office is closed", ("FR",), Language.FR) == "The office is closed"
    assert called(date(2026, 5, 1), "Labor Day", ("FR",), Language.FR) == "Fête du Travail"
    assert called(date(2026, 12, 25), "Christmas Day", ("GB-ENG",), Language.FR) == "Christmas Day"


def test_what_people_wrote_into_the_policies_is_text_on_the_page(spring: Almanac) -> None:
    [first, *_] = spring.surprises
    page = almanac_html(replace(spring, surprises=(replace(first, says="<script>alert(1)</script>"),)))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
