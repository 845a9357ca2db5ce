"""The preview of a requalification: both modes, before anybody confirms (A10)."""

from chatops.domain.events import SeverityRequalified
from chatops.domain.outcomes import ClockState
from chatops.domain.requalification import effect, effects
from chatops.domain.vocabulary import ClockKind, PersonId, Requalification, Role, Severity, Status
from tests.calendars import utc
from tests.histories import History
from tests.unit.domain.test_clocks import STANDARD

CHANGE = SeverityRequalified(
    at=utc("2026-06-02 09:00"),
    by=PersonId("ben"),
    role=Role.AGENT,
    status=Status.OPEN,
    clause="§3.2.2a",
    edition="test",
    before=Severity.S3,
    severity=Severity.S1,
)
HISTORY = History(Severity.S3, "2026-06-01 08:00").taken("2026-06-01 08:00").events


def test_a10_the_preview_shows_both_modes() -> None:
    forward, back = effects(HISTORY, CHANGE, STANDARD)
    assert (forward.mode, back.mode) == (Requalification.FORWARD, Requalification.RETROACTIVE)
    assert forward.before.response.due_at == back.before.response.due_at == utc("2026-06-02 18:00")
    assert forward.after.response.due_at == utc("2026-06-02 10:00")
    assert back.after.response.due_at == utc("2026-06-01 09:00")


def test_it_names_the_clocks_that_move_and_those_that_it_would_break() -> None:
    forward, back = effects(HISTORY, CHANGE, STANDARD)
    assert (forward.moved, forward.breached_by_it) == ((ClockKind.RESPONSE,), ())
    assert (back.moved, back.breached_by_it) == ((ClockKind.RESPONSE,), (ClockKind.RESPONSE,))
    assert back.after.response.state is ClockState.BREACHED


def test_without_a_mode_it_shows_what_would_happen() -> None:
    assert effect(HISTORY, CHANGE, STANDARD, None).after.response.due_at == utc("2026-06-02 10:00")
