"""
A bare matrix-nio bot that repeats what it hears, in a thread: the least that an answer on Matrix can cost.

It keeps nothing and decides nothing. A process of its own, as a desk is; see `benchmarks.answers`.
"""

import asyncio
import os

from nio import AsyncClient, AsyncClientConfig, MatrixRoom, RoomMessageText


async def echo(homeserver: str, user_id: str, access_token: str, device_id: str) -> None:
    client = AsyncClient(homeserver, user_id, config=AsyncClientConfig(encryption_enabled=False))
    client.restore_login(user_id, device_id, access_token)

    async def repeat(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender == user_id:
            return
        thread = {
            "rel_type": "m.thread",
            "event_id": event.event_id,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": event.event_id},
        }
        content = {"msgtype": "m.notice", "body": event.body, "m.mentions": {}, "m.relates_to": thread}
        await client.room_send(room.room_id, "m.room.message", content)

    await client.sync(timeout=0)  # What was said before is nobody's business.
    client.add_event_callback(repeat, RoomMessageText)
    print("listening", flush=True)
    await client.sync_forever(timeout=30_000)


if __name__ == "__main__":
    asyncio.run(echo(*(os.environ[f"ECHO_{name}"] for name in ("HOMESERVER", "USER", "TOKEN", "DEVICE"))))
