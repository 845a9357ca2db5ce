"""
The `chatops` command in a process of its own, without the second and a half that Python takes to import it.

Processes are forked from one that has imported it and does nothing else. They have their own environment, log and exit
code, and are killed like any other. That the command starts from nothing, the guide and the sandbox show.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["chatops.cli"])


class Forked:
    """A process that runs `chatops` with *arguments*; what it says goes to the end of *log*."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._process = _PROCESSES.Process(
            target=_run, args=(arguments, dict(environment), os.fspath(log)), name="chatops", daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self._process.kill()

    def ask_to_stop(self) -> None:
        self._process.terminate()

    def exit_code(self, *, within_s: float) -> int:
        """Wait until it has ended; return its exit code, or minus the signal that ended it."""
        self._process.join(within_s)
        assert self._process.exitcode is not None, "it goes on"
        return self._process.exitcode


def _run(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    from chatops.cli import main

    os.environ.clear()
    os.environ.update(environment)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    sys.argv = ["chatops", *arguments]
    main()
