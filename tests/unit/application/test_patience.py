"""Two bots that talk past all other guards stop (S21), and people are never left alone for what they do."""

from datetime import UTC, datetime, timedelta

from chatops.application.deliveries import Delivery, Marked, Speech
from chatops.application.patience import QUIET, REFUSALS, Patience
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Platform

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def said(body: str = "!hello", *, thread: str | None = None, platform: Platform = Platform.MATRIX) -> Delivery:
    return Delivery(
        key="a key",
        sender=Address(platform=platform, value="somebody"),
        sender_name="Somebody",
        room=Address(platform=platform, value="somewhere"),
        thread=Address(platform=platform, value=thread) if thread else None,
        message=None,
        request=Marked(text=body[1:]) if body.startswith("!") else Speech(text=body),
        correlation_id="c1",
    )


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


def test_somebody_of_the_same_name_elsewhere_is_somebody_else() -> None:
    patience = Patience()
    at = refused(patience, REFUSALS)

    assert not patience.ends_with(said(platform=Platform.SLACK), at)
