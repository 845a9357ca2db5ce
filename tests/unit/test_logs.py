"""Log lines hold no secrets, no people's words, and one correlation id; and the watch over them can fail."""

import json
from io import StringIO

import pytest
import structlog

from chatops.config import Settings
from chatops.logs import HIDDEN, set_up_logs
from tests import log_watch


@pytest.fixture
def lines() -> StringIO:
    return StringIO()


def test_a_secret_is_hidden_wherever_it_stands(lines: StringIO) -> None:
    set_up_logs(level="debug", style="json", secrets=["syt_canary_token"], stream=lines)
    structlog.get_logger("chatops.test").info("connected", url="https://x/?access_token=syt_canary_token")
    assert "syt_canary_token" not in lines.getvalue()
    assert HIDDEN in lines.getvalue()


def test_an_exception_is_told_without_its_words(lines: StringIO) -> None:
    set_up_logs(level="debug", style="json", stream=lines)
    try:
        int("what a customer wrote")
    except ValueError:
        structlog.get_logger("chatops.test").exception("failed")
    told = json.loads(lines.getvalue())
    assert (told["event"], told["error"]) == ("failed", "ValueError")
    assert "test_an_exception_is_told_without_its_words" in told["at"][0]
    assert "customer" not in lines.getvalue()


def test_one_line_is_one_event_whatever_it_holds(lines: StringIO) -> None:
    """S33: CR, LF and ANSI in a value cannot forge a line."""
    set_up_logs(level="info", style="json", stream=lines)
    structlog.get_logger("chatops.test").info("seen", name="a\r\n\x1b[31mb")
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["name"] == "a\r\n\x1b[31mb"


def test_a_correlation_id_is_on_every_line_of_its_way(lines: StringIO) -> None:
    set_up_logs(level="info", style="json", stream=lines)
    with structlog.contextvars.bound_contextvars(correlation_id="c1"):
        structlog.get_logger("chatops.test").info("one")
        structlog.get_logger("storage.test").info("two")
    assert [json.loads(line)["correlation_id"] for line in lines.getvalue().splitlines()] == ["c1", "c1"]


def test_other_libraries_are_heard_from_warnings_up(lines: StringIO) -> None:
    """Their debug lines hold requests with tokens and bodies (S32)."""
    import logging

    set_up_logs(level="debug", style="json", stream=lines)
    logging.getLogger("nio.rooms").info("handling event of a customer")
    logging.getLogger("nio.rooms").warning("odd")
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == ["odd"]


def test_the_database_password_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOPS_DATABASE", "postgresql://desk:pass-canary@db/desk")
    settings = Settings()
    assert settings.secrets() == ("pass-canary",)
    assert "pass-canary" not in repr(settings)


def test_the_watch_finds_what_must_not_be_logged() -> None:
    log_watch.never_log("words of a customer, canary")
    assert log_watch.leaked('{"event": "said words of a customer, canary!"}') == ["words of a customer, canary"]
    assert log_watch.leaked('{"event": "delivery_handled"}') == []
