"""The stories of the documentation, played: one for every path of the life cycle (§3.2), legal and refused."""

import re
from pathlib import Path

import pytest

from adapters.console.play import HOLDS, load_story
from adapters.console.story import ExpectHistory, ExpectRefused, Says
from tests.log_watch import never_log
from tests.stories import played

STORIES = sorted(Path(__file__).parents[2].joinpath("docs/examples/stories").glob("*.story"))

LIFE_CYCLE = (
    *("§3.2.1", "§3.2.2", "§3.2.2a", "§3.2.2b", "§3.2.2c", "§3.2.2d", "§3.2.2e"),
    *("§3.2.3a", "§3.2.3b", "§3.2.3c", "§3.2.3d", "§3.2.4a", "§3.2.4b"),
    *("§3.2.5a", "§3.2.5b", "§3.2.5c", "§3.2.5d"),
)
"""Every arrow that this release draws; §3.2.4c, the escalation, is a later one's."""

GUARDED = ("§3.2.1", "§3.2.2", "§3.2.2a", "§3.2.2b", "§3.2.2c", "§3.2.2e", "§3.2.3", "§3.2.3a", "§3.2.3c", "§3.2.3d",
           "§3.2.4", "§3.2.4a", "§3.2.4b", "§3.2.5a", "§3.2.5b", "§3.2.5d", "§3.2.6a", "§3.1.5", "§3.2")  # fmt: skip
"""Every clause that the life cycle refuses by."""

ON_BOTH = (
    *("the-first-ticket", "three-people-two-languages", "two-organisations-side-by-side"),
    *("3.2.3d-the-case-is-abandoned", "3.2.6a-closed-is-final", "questions"),
    *("3.1.5-a-severity-is-proposed", "3.2.2a-its-effect-is-shown-first", "severity-in-french"),
)


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
async def test_a_story_of_the_documentation_holds(file: Path, sqlite_database: str) -> None:
    never_log(*(step.text for step in load_story(file).steps if isinstance(step, Says)))

    outcome = await played(file, sqlite_database)

    assert outcome.code == HOLDS, outcome.transcript + outcome.errors


@pytest.mark.postgres
@pytest.mark.parametrize("name", ON_BOTH)
async def test_it_holds_on_postgresql_as_well(name: str, postgresql_database: str) -> None:
    file = next(file for file in STORIES if file.stem == name)

    outcome = await played(file, postgresql_database)

    assert outcome.code == HOLDS, outcome.transcript + outcome.errors


def test_every_arrow_of_the_life_cycle_is_told_by_a_story() -> None:
    told = {step.clause for file in STORIES for step in load_story(file).steps if isinstance(step, ExpectHistory)}

    assert set(LIFE_CYCLE) <= told


def test_every_refusal_of_the_life_cycle_is_told_by_a_story() -> None:
    told = {
        clause
        for file in STORIES
        for step in load_story(file).steps
        if isinstance(step, ExpectRefused)
        for clause in re.findall(r"§[\d.]*\d[a-z]?", step.words)
    }

    assert set(GUARDED) <= told
