"""The stories of the documentation, played through a real homeserver: what holds in the terminal holds on Matrix."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from adapters.console.play import load_story
from adapters.console.player import VirtualTime, play_on
from adapters.console.story import Says
from adapters.console.transcript import Transcript
from adapters.directory_file.reading import demo_directory
from tests.log_watch import never_log
from tests.matrix_stage import Town, a_matrix_stage
from tests.stories import policies_of
from tests.synapse import Homeserver

NOT_ON_MATRIX = {"answers-to-one-alone": "Matrix shows nothing to one person alone in a room"}

STORIES = [
    pytest.param(
        file, id=file.stem, marks=[pytest.mark.skip(reason)] if (reason := NOT_ON_MATRIX.get(file.stem)) else []
    )
    for file in sorted(Path(__file__).parents[2].joinpath("docs/examples/stories").glob("*.story"))
]


@pytest.fixture(scope="module")
def town(synapse: Homeserver) -> Town:
    """The demo directory's people in their rooms, for all stories of this file."""
    return Town(synapse, demo_directory())


@pytest.mark.parametrize("file", STORIES)
async def test_a_story_of_the_documentation_holds_on_matrix(file: Path, town: Town, sqlite_database: str) -> None:
    story = load_story(file)
    never_log(*(step.text for step in story.steps if isinstance(step, Says)))
    printed, time = StringIO(), VirtualTime(story.header.clock)

    async with a_matrix_stage(town, sqlite_database, policies_of(story.header), time) as stage:
        held = await play_on(stage, story, time, Transcript(Console(file=printed, width=200)))

    assert held, printed.getvalue()
