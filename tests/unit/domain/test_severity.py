"""What a history tells of the severity."""

from chatops.domain.events import SeverityProposed
from chatops.domain.severity import is_about_security
from chatops.domain.vocabulary import Role, Severity, Status
from tests.calendars import utc
from tests.histories import ANA, History


def answered(at: str, *facts: tuple[str, str]) -> SeverityProposed:
    return SeverityProposed(
        at=utc(at),
        by=ANA,
        role=Role.CONTACT,
        status=Status.NEW,
        clause="§3.1.5",
        edition="test",
        before=Severity.S3,
        severity=Severity.S3,
        facts=facts,
    )


def test_a_case_is_about_security_once_they_answer_that_it_is() -> None:
    history = History(Severity.S3, "2026-06-01 08:00").events
    assert not is_about_security(history)
    history.append(answered("2026-06-01 09:00", ("subject", "malfunction"), ("security", "yes")))
    assert is_about_security(history)
    history.append(answered("2026-06-01 10:00", ("subject", "malfunction")))
    assert is_about_security(history), "who was not asked again has taken nothing back"
    history.append(answered("2026-06-01 11:00", ("security", "no")))
    assert not is_about_security(history), "their last word counts"
