"""The directories of policies among the documentation's examples: each differs from the shipped one in one file."""

from pathlib import Path

import pytest

from chatops.domain.reminders import StepKind
from chatops.domain.vocabulary import Severity, Status
from rules.checks import check
from rules.loader import load, shipped_policies

EXAMPLES = Path(__file__).parents[3] / "docs/examples"
DIRECTORIES = sorted({file.parent for file in EXAMPLES.glob("*/*.yaml")})


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda directory: directory.name)
def test_nothing_is_wrong_with_it_and_its_edition_is_its_own(directory: Path) -> None:
    assert check(directory) == ()
    assert load(directory).edition != load(shipped_policies()).edition


def test_only_minor_cases_of_standard_close_by_themselves() -> None:
    reminders = load(EXAMPLES / "closing-by-itself").reminders
    closing = {
        (status, plan, severity)
        for status in (Status.SUSPENDED, Status.RESOLVED)
        for plan in ("basic", "standard", "premium")
        for severity in Severity
        if (rule := reminders.rule(status, plan, severity)) is not None and rule.then is StepKind.CLOSE
    }
    assert closing == {
        (status, "standard", severity)
        for status in (Status.SUSPENDED, Status.RESOLVED)
        for severity in (Severity.S3, Severity.S4)
    }
