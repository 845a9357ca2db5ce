"""Two bots that talk past all other guards stop (S21), and people are never left alone for what they do."""

from datetime import UTC, datetime, timedelta

from adapters.matrix.patience import QUIET, REFUSALS, Patience
from chatops.application.deliveries import Delivery
from tests.unit.matrix.events import a_message, delivered, in_thread

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def said(body: str = "!hello", *, thread: str | None = None) -> Delivery:
    delivery = delivered(a_message(body, **({"m.relates_to": in_thread(thread)} if thread else {})))
    assert delivery is not None
    return delivery


def refused(patience: Patience, times: int, *, every: timedelta = SECOND) -> datetime:
    """Return the instant after the last of so many refusals."""
    at = NOON
    for _ in range(times):
        assert not patience.ends_with(said(), at)
        patience.refused(said(), at)
        at += every
    return at


def test_after_so_many_refusals_there_are_no_more() -> None:
    patience = Patience()
    at = refused(patience, REFUSALS)

    assert patience.ends_with(said(), at)


def test_one_less_is_answered() -> None:
    patience = Patience()

    assert not patience.ends_with(said(), refused(patience, REFUSALS - 1))


def test_a_person_who_errs_now_and_then_is_always_answered() -> None:
    patience = Patience()

    assert not patience.ends_with(said(), refused(patience, 10 * REFUSALS, every=QUIET / (REFUSALS - 1)))


def test_whoever_goes_on_is_not_heard_and_whoever_pauses_is() -> None:
    patience = Patience()
    at = refused(patience, REFUSALS)
    for _ in range(100):
        assert patience.ends_with(said(), at)
        at += QUIET - SECOND

    assert not patience.ends_with(said(), at + QUIET)


def test_other_threads_and_plain_words_are_still_heard() -> None:
    patience = Patience()
    at = refused(patience, REFUSALS)

    assert not patience.ends_with(said(thread="$card"), at)
    assert not patience.ends_with(said("hello"), at)
    assert patience.ends_with(said(), at)
