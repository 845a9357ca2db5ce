"""
A pytest plugin that reads every log line of the suite, at debug level.

Whatever was named with `never_log` (people's words, tokens, passwords) must not be in any of them (S32), and an error
may only be logged by a test that announces it with the marker `logs_errors`.
"""

import json
from collections.abc import Iterator
from io import StringIO

import pytest

from chatops.logs import set_up_logs

SHORTEST = 8
"""Shorter words may stand in a log line by chance, such as a status."""

_LINES = StringIO()
_SECRETS: set[str] = set()


def never_log(*words: str) -> None:
    """Let no log line of the rest of the run hold one of *words*."""
    _SECRETS.update(word for word in words if len(word) >= SHORTEST)


def lines_since(position: int) -> str:
    return _LINES.getvalue()[position:]


def leaked(text: str) -> list[str]:
    """Return what of `never_log` stands in *text*, as a log line would spell it."""
    return [secret for secret in _SECRETS if secret in text or json.dumps(secret, ensure_ascii=False)[1:-1] in text]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_errors: the test makes the desk log an error, on purpose")


@pytest.fixture(autouse=True)
def _watched_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    # For each test anew: one that starts the desk in this process sends its logs elsewhere.
    set_up_logs(level="debug", style="json", stream=_LINES)
    position = _LINES.tell()
    yield
    text = lines_since(position)
    assert leaked(text) == [], "these must not be in a log"
    if request.node.get_closest_marker("logs_errors") is None:
        errors = [line for line in text.splitlines() if '"level": "error"' in line]
        assert errors == [], "nobody announced these errors"
