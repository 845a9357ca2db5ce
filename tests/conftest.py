"""The plugins that every room of tests shares."""

pytest_plugins = ["tests.databases", "tests.log_watch", "tests.synapse"]
