"""`chatops slack manifest` as it is typed."""

import subprocess
import sys

import pytest

from adapters.slack.manifest import manifest


def typed(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "chatops", "slack", "manifest", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("words", "socket"), [(["--url", "https://desk.acme.test"], False), (["--socket"], True)])
def test_what_is_printed_is_a_manifest(words: list[str], socket: bool) -> None:
    printed = typed(*words)

    assert (printed.returncode, printed.stderr) == (0, "")
    assert manifest(printed.stdout)["settings"]["socket_mode_enabled"] is socket
    assert ("https://desk.acme.test/slack/events" in printed.stdout) is not socket


def test_without_an_address_it_is_said_what_to_type() -> None:
    printed = typed()

    assert (printed.returncode, printed.stdout) == (2, "")
    assert "--url https://desk.example.org" in printed.stderr
    assert "--socket" in printed.stderr
