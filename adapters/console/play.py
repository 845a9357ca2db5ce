"""`chatops play`: a story file, a fresh desk, the terminal's rooms, and an exit code."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path

from rich.console import Console

from adapters.console.messenger import ConsoleMessenger
from adapters.console.player import VirtualTime, play_on
from adapters.console.rooms import Rooms
from adapters.console.stage import TerminalStage
from adapters.console.story import Story, StoryHeader, StoryInvalid
from adapters.console.story_reader import read_story
from adapters.console.terminal import ConsoleDesk, Terminal
from adapters.console.transcript import Transcript
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.time_source import TimeSource
from chatops.domain.errors import DirectoryInvalid, Mistake, PolicyInvalid, SettingsInvalid

HOLDS, FAILS, NOT_UNDERSTOOD = 0, 1, 2
"""Exit codes: every expectation holds; one does not; the story cannot be understood, or not be judged yet."""

OpenDesk = Callable[[StoryHeader, TimeSource, Messenger], AbstractAsyncContextManager[ConsoleDesk]]
"""Opens a fresh desk by a story's header, on the story's time, with the messenger of the story's terminal."""


async def play(file: Path, open_desk: OpenDesk, *, console: Console, errors: Console) -> int:
    """Play a story file in the terminal's rooms; print the transcript and return the exit code."""
    try:
        story = load_story(file)
        time = VirtualTime(story.header.clock)
        rooms = Rooms(names=(f"w{number}" for number in count(1)))
        async with open_desk(story.header, time, ConsoleMessenger(rooms, time)) as desk:
            stage = TerminalStage(Terminal(desk, rooms))
            held = await play_on(stage, story, time, Transcript(console))
    except (StoryInvalid, PolicyInvalid, DirectoryInvalid) as invalid:
        Transcript(errors).mistakes(invalid.mistakes)
        return NOT_UNDERSTOOD
    except SettingsInvalid as invalid:
        Transcript(errors).mistakes([Mistake(file=str(file), line=0, text=str(invalid))])
        return NOT_UNDERSTOOD
    return HOLDS if held else FAILS


def load_story(file: Path) -> Story:
    """
    Return the story with the paths of its header found: beside the story, or from the working directory.

    Raises:
        StoryInvalid: With every mistake and its line.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as exc:
        raise StoryInvalid((Mistake(file=str(file), line=0, text=f"it cannot be read: {exc.strerror}"),)) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        text = "it cannot be read: it is not UTF-8 text from here on"
        raise StoryInvalid((Mistake(file=str(file), line=line, text=text),)) from exc
    story = read_story(text, file=str(file))
    mistakes: list[Mistake] = []
    header = replace(
        story.header,
        directory=_found("directory", story.header.directory, story, mistakes),
        policies=_found("policies", story.header.policies, story, mistakes),
    )
    if mistakes:
        raise StoryInvalid(tuple(mistakes))
    return replace(story, header=header)


def _found(name: str, written: str | None, story: Story, mistakes: list[Mistake]) -> str | None:
    if written is None:
        return None
    places = (Path(story.file).parent / written, Path(written))
    found = next((place for place in places if place.exists()), None)
    if found is None:
        text = f"“{written}” is neither beside the story nor in the working directory"
        mistakes.append(Mistake(file=story.file, line=story.header.lines[name], text=text))
    return None if found is None else str(found)
