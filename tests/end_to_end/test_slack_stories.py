"""The stories of the documentation, played on a Slack: over HTTP, and by Socket Mode."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from adapters.console.play import load_story
from adapters.console.player import VirtualTime, play_on
from adapters.console.story import Says
from adapters.console.transcript import Transcript
from adapters.directory_file.reading import demo_directory, read
from tests.log_watch import never_log
from tests.slack_stage import a_slack_stage
from tests.stories import policies_of

STORIES = sorted(Path(__file__).parents[2].joinpath("docs/examples/stories").glob("*.story"))

BY_SOCKET_MODE = (
    *("the-first-ticket", "3.1.2-a-call-is-recorded", "answers-to-one-alone", "asked-back", "rooms-and-people"),
    *("3.2.5a-the-solution-does-not-suit", "3.2.5b-the-solution-is-accepted", "second-thoughts", "signs"),
)
"""One for everything that Slack brings: words, commands, buttons, forms, second thoughts, signs, and answers to one."""


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
async def test_a_story_of_the_documentation_holds_over_http(file: Path, sqlite_database: str) -> None:
    await _holds(file, sqlite_database, socket_mode=False)


@pytest.mark.parametrize("name", BY_SOCKET_MODE)
async def test_it_holds_by_socket_mode_as_well(name: str, sqlite_database: str) -> None:
    await _holds(next(file for file in STORIES if file.stem == name), sqlite_database, socket_mode=True)


async def _holds(file: Path, database: str, *, socket_mode: bool) -> None:
    story = load_story(file)
    never_log(*(step.text for step in story.steps if isinstance(step, Says)))
    header, printed = story.header, StringIO()
    time, who = VirtualTime(header.clock), read(Path(header.directory)) if header.directory else demo_directory()

    async with a_slack_stage(database, policies_of(header), time, who, socket_mode=socket_mode) as stage:
        held = await play_on(stage, story, time, Transcript(Console(file=printed, width=200)))

    assert held, printed.getvalue()
