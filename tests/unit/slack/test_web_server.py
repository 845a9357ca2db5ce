"""How the way in over HTTP closes; what gets in while it is open is in `tests/contract/slack/test_signatures.py`."""

import asyncio
import socket

import pytest
from aiohttp import web

from adapters.slack.web_server import listening
from tests.servers import ROUNDS, knock, nothing_left_behind


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_who_comes_in_while_the_desk_stops_is_not_left_behind(rounds: int) -> None:
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    with nothing_left_behind():
        # The visitors go when they find it closed.
        async with asyncio.TaskGroup() as visitors, listening(runner, "127.0.0.1", 0) as port:
            visitors.create_task(knock(port))
            for _ in range(rounds):
                await asyncio.sleep(0)
        await runner.cleanup()


async def test_a_port_that_is_taken_is_said_at_start() -> None:
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with listening(runner, *taken.getsockname()):
            pass
    await runner.cleanup()
