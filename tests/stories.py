"""Stories played in tests: on a given database, with everything they print."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.console import Console

from adapters.console.play import OpenDesk, play
from adapters.console.story import StoryHeader
from adapters.directory_file.reading import demo_directory, read
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.time_source import TimeSource
from chatops.bootstrap import RunningDesk, open_desk, policy_engine
from chatops.catalogues import load_words


@dataclass(frozen=True, kw_only=True)
class Played:
    code: int
    transcript: str
    errors: str


async def played(file: Path, database: str) -> Played:
    transcript, errors = StringIO(), StringIO()
    code = await play(
        file,
        a_story_desk(database),
        console=Console(file=transcript, width=200),
        errors=Console(file=errors, width=200),
    )
    return Played(code=code, transcript=transcript.getvalue(), errors=errors.getvalue())


def policies_of(header: StoryHeader) -> PolicyEngine:
    return policy_engine(Path(header.policies) if header.policies else None, None)


def a_story_desk(database: str) -> OpenDesk:
    """Return what opens a story's desk on *database*."""

    @asynccontextmanager
    async def story_desk(header: StoryHeader, time: TimeSource, messenger: Messenger) -> AsyncIterator[RunningDesk]:
        async with open_desk(
            database=database,
            policies=policies_of(header),
            words=load_words(),
            messengers=[messenger],
            time=time,
            directory=read(Path(header.directory)) if header.directory else demo_directory(),
        ) as desk:
            yield desk

    return story_desk
