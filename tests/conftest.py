"""The plugins that every room of tests shares."""

pytest_plugins = ["tests.log_watch"]
