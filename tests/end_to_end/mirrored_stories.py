"""
The stories of the documentation with one ticket alive on Slack and on Matrix: what holds on each holds on both.

The life cycle both ways round, all others with each side on both; each way has a file of its own, so that the ways run
beside each other. Two would not hold in every way: what is answered to one alone is not, where the one is on Matrix; a
room that is unbound on one platform is bound on the other still (`rooms-and-people`).
"""

from io import StringIO
from pathlib import Path

from rich.console import Console

from adapters.console.play import load_story
from adapters.console.player import VirtualTime, play_on
from adapters.console.story import Says
from adapters.console.transcript import Transcript
from tests.log_watch import never_log
from tests.mirrored_stage import Towns, a_mirrored_stage
from tests.stories import policies_of

_STORIES = sorted(Path(__file__).parents[2].joinpath("docs/examples/stories").glob("*.story"))
LIFE_CYCLE = [file for file in _STORIES if file.stem.startswith("3.")]
OTHERS = [file for file in _STORIES if file not in LIFE_CYCLE]


async def holds_on_both(towns: Towns, file: Path, database: str) -> None:
    story = load_story(file)
    never_log(*(step.text for step in story.steps if isinstance(step, Says)))
    printed, time = StringIO(), VirtualTime(story.header.clock)

    async with a_mirrored_stage(towns, database, policies_of(story.header), time) as stage:
        held = await play_on(stage, story, time, Transcript(Console(file=printed, width=200)))

    assert held, printed.getvalue()
