"""
A bare Bolt app that acknowledges a command and does nothing else: the least that Slack's own framework costs.

`AsyncApp` on its own aiohttp server, all settings as they come. A process of its own, as a desk is; see
`benchmarks.slack`.
"""

import logging
import os

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def acknowledge(*, token: str, secret: str, api: str, port: int) -> None:
    app = AsyncApp(signing_secret=secret, client=AsyncWebClient(token=token, base_url=api))

    @app.command("/ticket")
    async def acknowledged(ack: AsyncAck) -> None:
        await ack()

    logging.basicConfig(level=logging.WARNING)
    app.server(port=port, path="/slack/events", host="127.0.0.1").start()


if __name__ == "__main__":
    token, secret, api, port = (os.environ[f"BARE_{name}"] for name in ("TOKEN", "SECRET", "API", "PORT"))
    acknowledge(token=token, secret=secret, api=api, port=int(port))
