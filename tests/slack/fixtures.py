"""A pytest plugin: a Slack of the test's own, which fails a test that sends what Slack does not take."""

from collections.abc import AsyncIterator

import pytest

from tests.slack.slack import Slack, a_slack


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "breaks_slack_limits: the test sends what Slack refuses, on purpose")


@pytest.fixture
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[Slack]:
    """A Slack with nobody in it; what was sent to it keeps Slack's limits, unless the test announces otherwise."""
    async with a_slack() as running:
        yield running
        if request.node.get_closest_marker("breaks_slack_limits") is None:
            assert running.violations == [], "Slack refuses these"
