"""`chatops policy …` as a manager types it: what it prints, and how it exits."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chatops.policy_commands import policy_app

DECEMBER = ("almanac", "--from", "2026-12-01", "--months", "1")


def typed(*words: str) -> Result:
    return CliRunner().invoke(policy_app, list(words))


def test_check_counts_every_file() -> None:
    result = typed("check")
    assert result.exit_code == 0
    for counted in ("of transitions", "of service levels", "of severities", "of reminders", "of notices", " calendars"):
        assert counted in result.output


def test_show_prints_every_sheet() -> None:
    result = typed("show", "--language", "fr")
    assert result.exit_code == 0
    for title in ("RÉSOLU", "CALENDRIERS", "NIVEAUX DE SERVICE", "SÉVÉRITÉS", "RELANCES", "AVIS AU SUPPORT"):
        assert f"\n{title}\n" in result.output


def test_due_answers() -> None:
    result = typed("due", "standard", "S2", "2026-06-05T16:00Z")
    assert result.exit_code == 0
    assert "Mon 2026-06-08 10:00 UTC" in result.output


def test_propose_answers() -> None:
    result = typed("propose", "--given", "subject=question")
    assert result.exit_code == 0
    assert result.output.startswith("S4 by §3.1.4")


def test_an_almanac_is_text_of_as_many_months_as_asked_for() -> None:
    result = typed(*DECEMBER, "--language", "fr")
    assert result.exit_code == 0
    assert result.output.startswith("Almanach, 2026-12-01 au 2026-12-31 (édition ")
    assert "fermé\u00a0: Noël" in result.output
    assert "2027" not in result.output.splitlines()[0]


def test_the_last_day_of_a_month_stays_one() -> None:
    assert typed("almanac", "--from", "2026-11-30").output.startswith("Almanac, 2026-11-30 to 2027-02-27 ")


def test_an_almanac_for_people_elsewhere() -> None:
    assert "13:45–23:45 in Asia/Kathmandu" in typed(*DECEMBER, "--zone", "Asia/Kathmandu").output


def test_an_almanac_as_a_page(tmp_path: Path) -> None:
    page = tmp_path / "almanac.html"
    result = typed(*DECEMBER, "--html", str(page))
    assert (result.exit_code, result.output) == (0, f"Written to {page}.\n")
    assert page.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')


@pytest.mark.parametrize(
    "words",
    [
        (*DECEMBER, "--zone", "Mars/Olympus"),
        (*DECEMBER, "--html", "/nowhere/at/all.html"),
        ("almanac", "--from", "yesterday"),
        ("almanac", "--months", "0"),
        ("due", "gold", "S2", "2026-06-05T16:00Z"),
        ("due", "standard", "S2", "tomorrow"),
        ("due", "standard", "S5", "2026-06-05T16:00Z"),
    ],
)
def test_what_cannot_be_understood_exits_with_2(words: tuple[str, ...]) -> None:
    result = typed(*words)
    assert result.exit_code == 2
    assert "Invalid value" in result.output


def test_a_broken_folder_is_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "transitions.yaml").write_text("policy: transitions\n", encoding="utf-8")
    result = typed("check", str(tmp_path))
    assert result.exit_code == 1
    assert "transitions.yaml" in result.output
