"""The plugins and settings that every room of tests shares."""

from hypothesis import settings

pytest_plugins = ["tests.databases", "tests.log_watch", "tests.synapse"]

# A machine that is busy with other things is no reason to fail: what a law takes is not what it says.
settings.register_profile("any machine", deadline=None, print_blob=True)
settings.load_profile("any machine")
