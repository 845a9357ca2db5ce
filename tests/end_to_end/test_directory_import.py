"""A directory file and what was changed in chat: the command line asks before one undoes the other (DESIGN §11)."""

import os
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.directory_file.reading import demo_directory
from adapters.directory_file.writing import write
from chatops.bootstrap import RunningDesk, open_desk, policy_engine
from chatops.catalogues import load_words
from tests.desks import FixedTime, Mailbox, a_desk, said

pytestmark = pytest.mark.slow

ZED = "@zed:example.org"
CHOOSE = "choose: --keep-chat or --keep-file"


@dataclass(frozen=True)
class Office:
    """The directory file, the command line and the desk of one organisation that runs chatops."""

    database: str
    file: Path

    def says(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
        return subprocess.run(
            [sys.executable, "-m", "chatops", "directory", *arguments],
            env={**inherited, "CHATOPS_DATABASE": self.database},
            capture_output=True,
            text=True,
            check=False,
        )

    def imports(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.says("import", str(self.file), *options)

    async def types(self, words: str) -> None:
        """Let the administrator type *words* in the desk's room."""
        async with self._desk() as desk:
            answer = await said(desk, "root", "#desk", words)
        assert answer.refused is None, answer

    async def holds(self) -> str:
        """Return what the directory holds, as a file says it."""
        async with self._desk() as desk, desk.storage.begin() as uow:
            return write(await uow.directory.everything())

    def _desk(self) -> AbstractAsyncContextManager[RunningDesk]:
        return open_desk(
            database=self.database,
            policies=policy_engine(None, None),
            words=load_words(),
            messengers=[Mailbox()],
            time=FixedTime(),
        )


@pytest.fixture
async def office(sqlite_database: str, tmp_path: Path) -> Office:
    """The demo directory has been imported, and is what the file says."""
    office = Office(sqlite_database, tmp_path / "directory.yaml")
    async with a_desk(sqlite_database):
        office.file.write_text(write(demo_directory()), "utf-8")
    return office


async def test_an_import_that_would_undo_what_was_said_in_chat_waits_for_a_word(office: Office) -> None:
    await office.types(f"!identify {ZED} ana")
    before = await office.holds()
    assert f"'{ZED}'" in before

    for options in ((), ("--dry-run",)):
        refused = office.imports(*options)
        assert refused.returncode == 1
        assert f"! person ana: matrix {ZED} was added in chat, by root at 2026-06-05 12:00 UTC" in refused.stdout
        assert CHOOSE in refused.stderr
    assert await office.holds() == before

    undone = office.imports("--keep-file")
    assert undone.returncode == 0
    assert f"~ person ana: no longer matrix {ZED}" in undone.stdout
    assert ZED not in await office.holds()
    settled = office.imports()
    assert (settled.returncode, settled.stdout) == (0, "Nothing to change.\n")


async def test_what_chat_said_can_be_kept_beside_a_newer_file(office: Office) -> None:
    await office.types(f"!identify {ZED} ana")
    office.file.write_text(office.file.read_text("utf-8").replace("Ana Ashford", "Ana Atkins"), "utf-8")

    kept = office.imports("--keep-chat")
    assert kept.returncode == 0
    assert "~ person ana: name Ana Ashford → Ana Atkins\n" in kept.stdout
    assert "Ana Atkins" in await office.holds()
    assert ZED in await office.holds()

    again = office.imports("--keep-chat")
    assert again.returncode == 0
    assert again.stdout.endswith("\nNothing to change.\n")
    assert office.imports().returncode == 1


async def test_a_file_that_has_learnt_of_it_agrees_and_may_drop_it_later(office: Office) -> None:
    await office.types(f"!identify {ZED} ana")
    old = office.file.read_text("utf-8")
    office.file.write_text(office.says("export").stdout, "utf-8")
    learnt = office.imports()
    assert (learnt.returncode, learnt.stdout) == (0, "Nothing to change.\n")

    office.file.write_text(old, "utf-8")
    dropped = office.imports()
    assert dropped.returncode == 0
    assert f"~ person ana: no longer matrix {ZED}" in dropped.stdout


def test_only_one_word_can_stand(office: Office) -> None:
    both = office.imports("--keep-chat", "--keep-file")
    assert both.returncode == 2
    assert "only one of" in both.stderr
