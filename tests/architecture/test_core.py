"""
The core knows the standard library and itself.

The import contracts list what the core must not import; these tests list what it may, so that a library
nobody thought of is noticed too. They read the source: an import inside a function counts like any other.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

IO_AND_CHANCE = {
    "asyncio", "ftplib", "http", "imaplib", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "secrets", "select", "shelve", "shutil", "smtplib", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip

PURE = sys.stdlib_module_names - IO_AND_CHANCE

ROOMS = {
    # `zoneinfo` reads the time zone tables: data that comes with us, not I/O of ours.
    "chatops.domain": PURE,
    # It awaits its ports, says in the log what the loops at its edge met, and words dates as readers expect
    # them (babel); time and chance it never names.
    "chatops.application": PURE | {"asyncio", "babel", "logging", "structlog"},
}


def _sources(room: str) -> list[Path]:
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    return sorted(Path(spec.origin).parent.rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "imports are absolute"
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_the_core_imports_what_is_pure(room: str) -> None:
    strangers = {
        f"{path.name}: {name}"
        for path in _sources(room)
        for name in _imports(path)
        if name.partition(".")[0] not in ROOMS[room] | {"chatops"}
    }

    assert strangers == set()


def test_the_domain_never_waits() -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    found = {
        f"{path.name}:{node.lineno}"
        for path in _sources("chatops.domain")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, waiting)
    }

    assert found == set()
