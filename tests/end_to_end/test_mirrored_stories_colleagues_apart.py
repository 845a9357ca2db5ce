"""Every other story with people of either side on both platforms; `mirrored_stories` says how."""

from pathlib import Path

import pytest

from adapters.directory_file.reading import demo_directory
from tests.end_to_end.mirrored_stories import OTHERS, holds_on_both
from tests.mirrored_stage import Towns, colleagues_apart
from tests.synapse import Homeserver

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def towns(synapse: Homeserver) -> Towns:
    """The demo directory's people, each on one of the two, for all stories of this file."""
    return Towns(synapse, demo_directory(), colleagues_apart)


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
async def test_it_holds_on_both(towns: Towns, file: Path, sqlite_database: str) -> None:
    await holds_on_both(towns, file, sqlite_database)
