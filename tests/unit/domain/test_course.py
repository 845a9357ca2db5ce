"""Every minute of a ticket belongs to a side, with a reason."""

from chatops.domain.course import stretches, time_of
from chatops.domain.durations import HOUR
from chatops.domain.outcomes import Reason
from chatops.domain.vocabulary import Severity, Side
from tests.calendars import EXO, utc
from tests.histories import History

LIFE = (
    History(Severity.S3, "2026-06-01 08:00")
    .taken("2026-06-01 09:00")
    .asked("2026-06-01 10:00", "the logs")
    .wrote("2026-06-01 12:00")
    .started("2026-06-01 13:00")
    .noted("2026-06-01 14:00")
    .solved("2026-06-01 16:00")
    .wrote("2026-06-01 17:00")
    .refused("2026-06-02 08:00")
    .solved("2026-06-02 09:00")
    .accepted("2026-06-02 10:00")
)
VENDOR, BENEFICIARY = Side


def test_stretches_follow_one_another_from_the_opening_to_the_end() -> None:
    found = stretches(LIFE.events)
    assert [(f"{each.start:%d %H}", each.side, each.reason) for each in found] == [
        ("01 08", VENDOR, Reason.NOBODY_HAS_IT),
        ("01 09", VENDOR, Reason.IN_QUALIFICATION),
        ("01 10", BENEFICIARY, Reason.INFORMATION_AWAITED),
        ("01 12", VENDOR, Reason.THEY_ANSWERED),
        ("01 13", VENDOR, Reason.IN_WORK),
        ("01 16", BENEFICIARY, Reason.ACCEPTANCE_AWAITED),
        ("02 08", VENDOR, Reason.IN_QUALIFICATION),
        ("02 09", BENEFICIARY, Reason.ACCEPTANCE_AWAITED),
    ]
    assert [each.end for each in found] == [*(each.start for each in found[1:]), utc("2026-06-02 10:00")]
    assert found[2].awaited == "the logs"


def test_the_last_stretch_lasts_while_the_ticket_lives() -> None:
    *_, last = stretches(History(Severity.S3, "2026-06-01 08:00").events)
    assert last.end is None
    assert last.until(utc("2026-06-01 12:00")).length == 4 * HOUR


def test_what_happens_at_one_instant_leaves_no_stretch_between() -> None:
    history = History(Severity.S3, "2026-06-01 08:00").taken("2026-06-01 08:00").asked("2026-06-01 08:00")
    [only] = stretches(history.events)
    assert only.reason is Reason.INFORMATION_AWAITED


def test_the_time_of_both_sides_is_all_there_was() -> None:
    now = utc("2026-06-20 12:00")
    assert time_of(VENDOR, LIFE.events, EXO, now) == 7 * HOUR
    assert time_of(BENEFICIARY, LIFE.events, EXO, now) == 5 * HOUR
