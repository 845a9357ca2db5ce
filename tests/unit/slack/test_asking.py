"""What goes wrong when Slack is asked becomes one of our errors."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.asking import Refused, TokenRefused, _error
from chatops.domain.errors import RateLimited, TryAgainLater


class Response:
    def __init__(self, status: int, data: Any, headers: dict[str, Any] | None = None) -> None:
        self.status_code = status
        self.data = data
        self.headers = headers or {}


def error(status: int, data: Any, headers: dict[str, Any] | None = None) -> TryAgainLater | Refused:
    return _error("auth.test", SlackApiError("no", Response(status, data, headers)))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, "invalid_auth", TokenRefused),
        (200, "account_inactive", TokenRefused),
        (200, "token_revoked", TokenRefused),
        (200, "token_expired", TokenRefused),
        (200, "internal_error", TryAgainLater),
        (503, "service_unavailable", TryAgainLater),
        (500, None, TryAgainLater),
        (200, None, TryAgainLater),
        (200, "ratelimited", RateLimited),
        (429, None, RateLimited),
        (200, "missing_scope", Refused),
        (200, "user_not_found", Refused),
    ],
)
def test_each_error_has_its_meaning(status: int, code: str | None, kind: type[Exception]) -> None:
    assert type(error(status, {"ok": False, "error": code})) is kind


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("30", timedelta(seconds=30)),
        (["30"], timedelta(seconds=30)),
        ("0", timedelta(0)),
        ("9" * 9, timedelta(days=1)),
        ("9" * 400, None),
        ("abc", None),
        ("٣", None),
        ("", None),
        ([], None),
    ],
)
def test_a_pause_is_read_where_it_makes_sense(said: object, after: timedelta | None) -> None:
    limited = error(429, {"error": "ratelimited"}, {"Retry-After": said})

    assert isinstance(limited, RateLimited)
    assert limited.after == after


def test_an_answer_that_is_no_json_is_no_refusal() -> None:
    assert type(error(200, "<html>")) is TryAgainLater
