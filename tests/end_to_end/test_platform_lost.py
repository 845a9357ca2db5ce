"""A desk on two platforms, one of which shuts it out for good: the people of the other notice nothing but the word."""

import asyncio
from pathlib import Path

import pytest

from tests.end_to_end.matrix_life import MatrixLife
from tests.log_watch import never_log
from tests.slack.slack import a_slack
from tests.synapse import Homeserver

pytestmark = pytest.mark.slow

DEAD_TOKENS = {"CHATOPS_SLACK_TOKEN": "xoxb-nobody-knows-this", "CHATOPS_SLACK_APP_TOKEN": "xapp-nobody-knows-this"}


async def test_a_dead_token_of_one_platform_leaves_the_other_to_its_people(synapse: Homeserver, tmp_path: Path) -> None:
    async with a_slack() as slack:
        never_log(*DEAD_TOKENS.values())
        settings = {
            **DEAD_TOKENS,
            "CHATOPS_SLACK_API": slack.api_url,
        }
        # The people of `MatrixLife` wait without a loop, and want none around them.
        await asyncio.to_thread(_life_goes_on, MatrixLife(synapse, tmp_path), settings)


def _life_goes_on(life: MatrixLife, settings: dict[str, str]) -> None:
    with life.running(**settings):
        life.hears("clo", "#managers", "I hear nobody on Slack any more.")
        life.says("ana", "#acme", "!open S2 The portal is very slow")
        life.hears("ben", "#desk", "T-1 ·")
        told = "\n".join(life.words("clo", "#managers"))
        assert "Slack does not accept the bot token" in told
        assert life.log().count('"event": "platform_lost"') == 1
        assert life.stop() == 0
