"""The life cycle with customers on Slack and the desk on Matrix; `mirrored_stories` says how."""

from pathlib import Path

import pytest

from adapters.directory_file.reading import demo_directory
from tests.end_to_end.mirrored_stories import LIFE_CYCLE, holds_on_both
from tests.mirrored_stage import Towns, customers_on_slack
from tests.synapse import Homeserver

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def towns(synapse: Homeserver) -> Towns:
    """The demo directory's people, each on one of the two, for all stories of this file."""
    return Towns(synapse, demo_directory(), customers_on_slack)


@pytest.mark.parametrize("file", LIFE_CYCLE, ids=lambda file: file.stem)
async def test_it_holds_on_both(towns: Towns, file: Path, sqlite_database: str) -> None:
    await holds_on_both(towns, file, sqlite_database)
