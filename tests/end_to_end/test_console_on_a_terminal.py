"""`chatops console` with a keyboard: the process itself, on a pseudo-terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

DEADLINE_S = 60
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()=>][A-Z0-9]?)")


class Keyboard:
    """A process on a pseudo-terminal, and somebody who waits for what they see before they type on."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chatops", *arguments],
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "PROMPT_TOOLKIT_NO_CPR": "1"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def types(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def waits_for(self, text: str) -> None:
        """Read on until *text* stands in what came since the last wait."""
        until, fresh = time.monotonic() + DEADLINE_S, ""
        while text not in fresh:
            assert time.monotonic() < until, f"{text!r} did not come; there was:\n{self.seen}"
            ready, _, _ = select.select([self._ours], [], [], 1)
            if ready:
                fresh = ESCAPES.sub("", fresh + self._read())
        self.seen += fresh

    def _read(self) -> str:
        return os.read(self._ours, 65536).decode(errors="replace")

    def leaves(self) -> int:
        """
        Press Control-D until the process has ended, and return how.

        Pressed between two prompts it is nobody's to read; and what is still printed has to be read by somebody.
        """
        until = time.monotonic() + DEADLINE_S
        while self._process.poll() is None:
            assert time.monotonic() < until, f"it did not end; there was:\n{self.seen}"
            # Once the process is gone there is nobody to type to, and nothing to read.
            with suppress(OSError):
                self.types("\x04")
                ready, _, _ = select.select([self._ours], [], [], 1)
                self.seen += self._read() if ready else ""
        return self._process.returncode

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)


@pytest.fixture
def keyboard(tmp_path: Path) -> Iterator[Keyboard]:
    keyboard = Keyboard(tmp_path, "console", "--demo", "--as", "gus")
    yield keyboard
    keyboard.close()


def test_somebody_opens_a_ticket_and_looks_at_it_from_the_desk(keyboard: Keyboard) -> None:
    keyboard.waits_for("gus #globex>")
    keyboard.types("!ouvrir S2 Le portail est lent\r")
    keyboard.waits_for("Statut\u00a0: NOUVEAU")
    keyboard.types("/comme ben\r")
    keyboard.waits_for("ben #desk>")
    keyboard.types("/go T-1\r")
    keyboard.waits_for("ben #desk T-1>")
    keyboard.types("!take\r")
    keyboard.waits_for("Status: OPEN")
    keyboard.types("!nonsense\r")
    keyboard.waits_for("I do not know")

    assert keyboard.leaves() == 0


def test_the_arrow_keys_bring_back_what_was_typed_and_tab_completes(keyboard: Keyboard) -> None:
    keyboard.waits_for("gus #globex>")
    keyboard.types("/as be")
    keyboard.waits_for("/as be")
    keyboard.types("n\r")
    keyboard.waits_for("ben #desk>")
    keyboard.types("/who\r")
    keyboard.waits_for("as well: bea")
    keyboard.types("\x1b[A")
    keyboard.waits_for("/who")
    keyboard.types("\r")
    keyboard.waits_for("as well: bea")
    keyboard.types("/peop")
    keyboard.waits_for("/peop")
    keyboard.types("\t")
    keyboard.waits_for("le")
    keyboard.types("\r")
    keyboard.waits_for("Gus Garnier · contact · #globex")

    assert keyboard.leaves() == 0
