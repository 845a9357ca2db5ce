"""The stories of the documentation with one ticket alive on Slack and on Matrix: what holds on each holds on both."""

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
from tests.mirrored_stage import (
    Homes,
    Towns,
    a_mirrored_stage,
    colleagues_apart,
    customers_on_matrix,
    customers_on_slack,
)
from tests.stories import policies_of
from tests.synapse import Homeserver

STORIES = sorted(Path(__file__).parents[2].joinpath("docs/examples/stories").glob("*.story"))
LIFE_CYCLE = [file for file in STORIES if file.stem.startswith("3.")]

PLAYED = [
    *((customers_on_matrix, file) for file in LIFE_CYCLE),
    *((customers_on_slack, file) for file in LIFE_CYCLE),
    *((colleagues_apart, file) for file in STORIES if file not in LIFE_CYCLE),
]
"""
The life cycle both ways round, all others with each side on both: every story in every way takes five minutes.

Two would not hold in every way. What is answered to one alone is not, where the one is on Matrix; a room that is
unbound on one platform is bound on the other still (`rooms-and-people`).
"""


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, synapse: Homeserver) -> Towns:
    """The demo directory's people, each on one of the two, for all stories of this file."""
    homes: Homes = request.param
    return Towns(synapse, demo_directory(), homes)


@pytest.mark.parametrize(
    ("towns", "file"), PLAYED, indirect=["towns"], ids=[f"{file.stem}-{homes.__name__}" for homes, file in PLAYED]
)
async def test_a_story_of_the_documentation_holds_on_both(towns: Towns, file: Path, sqlite_database: str) -> None:
    story = load_story(file)
    never_log(*(step.text for step in story.steps if isinstance(step, Says)))
    printed, time = StringIO(), VirtualTime(story.header.clock)

    async with a_mirrored_stage(towns, sqlite_database, policies_of(story.header), time) as stage:
        held = await play_on(stage, story, time, Transcript(Console(file=printed, width=200)))

    assert held, printed.getvalue()
