"""The plugins and settings that every room of tests shares."""

import pytest
from hypothesis import settings

pytest_plugins = ["tests.databases", "tests.log_watch", "tests.synapse"]

# A machine that is busy with other things is no reason to fail: what a law takes is not what it says.
settings.register_profile("any machine", deadline=None, print_blob=True)
settings.load_profile("any machine")
# What is checked before something lands is the same every time: red means that the change did it. Other examples are
# looked for in `make quick` and `make soak`.
settings.register_profile("same-every-time", settings.get_profile("any machine"), derandomize=True, database=None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker has a long one before it when the others are done."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
