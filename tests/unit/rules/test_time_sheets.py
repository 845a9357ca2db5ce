"""The policies about time and severity as a manager reads them aloud, and what they answer."""

import pytest

from chatops.domain.policy import Fact
from chatops.domain.vocabulary import Language, Severity
from rules.engine import ReferenceEngine
from rules.fields import SEVERITY
from rules.loader import load, shipped_policies
from rules.time_sheets import due_times, show_times, why_severity
from rules.words import is_translated
from tests.calendars import utc

POLICIES = load(shipped_policies())


@pytest.mark.parametrize("language", Language)
def test_the_sheets_hold_every_line_of_every_file(language: Language) -> None:
    sheet = show_times(POLICIES, language)
    said = [
        *(line.says for line in POLICIES.service_levels.lines),
        *(line.says for line in POLICIES.severity.lines),
        *(named.says for named in POLICIES.calendars.calendars.values()),
        *(rule.says for line in POLICIES.reminders.lines for rule in line.rules.values()),
        *(rule.says for line in POLICIES.notices.lines for rule in line.rules.values()),
    ]
    assert [says for says in said if f"\n      {says}\n" not in sheet] == []
    for inquiry in POLICIES.severity.inquiries:
        assert inquiry.ask[language] in sheet


def test_a_promise_is_read_with_all_that_belongs_to_it() -> None:
    assert (
        "  response   S2  §3.1.4  4 business hours, “business hours”; warned before: 1 business hour; "
        "stands still: SUSPENDED, RESOLVED; seen by: the customer too\n"
        "      Standard, major; a person answers within four business hours.\n"
    ) in show_times(POLICIES)


def test_a_french_manager_reads_french() -> None:
    sheet = show_times(POLICIES, Language.FR)
    assert "«\u00a0heures ouvrées\u00a0»  §3.1.4  fuseau\u00a0: Etc/GMT\u202f; lun.–ven. 08:00–18:00" in sheet
    assert "SUSPENDU  §3.2.3c  tous les plans · toutes les sévérités\u202f; intervalle\u00a0: 2 jours ouvrés" in sheet
    assert " : " not in "".join(row for row in sheet.splitlines() if "§" in row)


def test_every_word_about_severity_has_a_french_one() -> None:
    words = [*SEVERITY, *(str(value) for field in SEVERITY.values() for value in field.values)]
    assert [word for word in words if not is_translated(word)] == []


def test_due_names_the_instant_the_warning_and_the_line() -> None:
    """A5: four business hours from Friday at 16:00 are over on Monday at 10:00."""
    said = due_times(POLICIES, "standard", Severity.S2, utc("2026-06-05 16:00"))
    assert said == (
        "response   Mon 2026-06-08 10:00 UTC (§3.1.4, line 5 of the policy): "
        "Standard, major; a person answers within four business hours.\n"
        "           warned: Mon 2026-06-08 09:00 UTC\n"
        "update     not tracked (§3.1.4, line 14 of the policy)\n"
        "resolution not tracked (§1.2.4, line 15 of the policy)\n"
    )


def test_due_knows_no_plan_that_is_not_there() -> None:
    assert due_times(POLICIES, "gold", Severity.S2, utc("2026-06-05 16:00")) is None


def test_why_a_severity_names_the_line_and_marks_those_that_fit() -> None:
    facts: dict[str, Fact] = {"subject": "malfunction", "production": True, "loss": "total"}
    first, *lines = why_severity(POLICIES, ReferenceEngine(POLICIES).propose_severity(facts), facts).splitlines()
    assert first.startswith(f"S1 by §3.1.4 (edition {POLICIES.edition}, line 2 of the policy): Production is down")
    assert [line.split()[3] for line in lines] == ["✗", "✓", "✗", "✗", "✗", "✓", "✗", "✓"]


def test_where_nothing_is_known_the_last_word_is_told() -> None:
    said = why_severity(POLICIES, ReferenceEngine(POLICIES).propose_severity({}), {}, Language.FR)
    assert said.startswith(f"S3 par §3.1.5 (édition {POLICIES.edition})\u00a0: Nous n’en savons pas encore assez")
    assert "✓" not in said
