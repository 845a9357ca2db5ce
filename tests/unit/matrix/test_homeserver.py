"""What a homeserver's refusals mean to us (F12, F29)."""

from datetime import timedelta

import pytest

from adapters.matrix.homeserver import NotThere, RelationRefused, TokenRefused, refusal
from chatops.domain.errors import DeliveryError, RateLimited, TryAgainLater, Undeliverable, Unreachable


def refused(status: int, code: str = "", words: str = "", *, after: object = None, header: str = "") -> DeliveryError:
    headers = {"Retry-After": header} if header else {}
    return refusal(status=status, code=code, words=words, retry_after_ms=after, headers=headers)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (429, "M_LIMIT_EXCEEDED", RateLimited),
        (429, "", RateLimited),
        (400, "M_LIMIT_EXCEEDED", RateLimited),
        (408, "", TryAgainLater),
        (500, "M_UNKNOWN", TryAgainLater),
        (502, "", TryAgainLater),
        (503, "", TryAgainLater),
        # A proxy's page, or an answer cut short: no Matrix error at all.
        (0, "", TryAgainLater),
        (200, "", TryAgainLater),
        (403, "M_RESOURCE_LIMIT_EXCEEDED", TryAgainLater),
        (403, "M_CONSENT_NOT_GIVEN", TryAgainLater),
        # Whoever administers the homeserver gives the account back as it was.
        (401, "M_USER_LOCKED", TryAgainLater),
        (403, "M_USER_SUSPENDED", TryAgainLater),
        # What stands before a homeserver that is being restarted, not the homeserver.
        (400, "", TryAgainLater),
        (401, "", TryAgainLater),
        (403, "", TryAgainLater),
        (404, "", TryAgainLater),
        # More than a proxy lets through will not be less later.
        (413, "", Undeliverable),
        (401, "M_UNKNOWN_TOKEN", TokenRefused),
        (401, "M_MISSING_TOKEN", TokenRefused),
        (403, "M_FORBIDDEN", Unreachable),
        (404, "M_NOT_FOUND", NotThere),
        (413, "M_TOO_LARGE", Undeliverable),
        (400, "M_BAD_JSON", Undeliverable),
        (400, "M_UNKNOWN", Undeliverable),
        (403, "M_USER_DEACTIVATED", Undeliverable),
    ],
)
def test_every_refusal_is_for_now_or_for_good(status: int, code: str, meaning: type[DeliveryError]) -> None:
    assert type(refused(status, code)) is meaning


def test_a_message_that_carries_no_thread_is_told_apart() -> None:
    words = "Cannot start threads from an event with a relation"

    assert type(refused(400, "M_UNKNOWN", words)) is RelationRefused


@pytest.mark.parametrize(
    ("header", "body", "after"),
    [
        ("1", None, timedelta(seconds=1)),
        ("30", 500, timedelta(seconds=30)),
        ("", 1500, timedelta(milliseconds=1500)),
        ("0", None, timedelta(0)),
        ("3600", None, timedelta(hours=1)),
        ("9" * 30, None, timedelta(days=1)),
        ("", 10**20, timedelta(days=1)),
        ("abc", 2000, timedelta(seconds=2)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, None),
        ("-1", None, None),
        ("", -5, None),
        ("", "soon", None),
        ("", True, None),
        ("", None, None),
    ],
)
def test_we_wait_as_long_as_we_are_asked_to(header: str, body: object, after: timedelta | None) -> None:
    error = refused(429, "M_LIMIT_EXCEEDED", after=body, header=header)

    assert isinstance(error, TryAgainLater)
    assert error.after == after
