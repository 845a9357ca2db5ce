"""
A desk that does nothing but count clocks anew, and is killed on the way.

Usage: counting_process.py DATABASE POLICIES INSTANT [CRASH_AT]
"""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from chatops.bootstrap import open_desk, passing_for, policy_engine
from chatops.catalogues import load_words
from tests.desks import FixedTime, Mailbox


async def count(database: str, policies: str, at: str, crash_at: str | None) -> None:
    time = FixedTime(datetime.fromisoformat(at))
    until = time.at + timedelta(seconds=30)
    async with open_desk(
        database=database,
        policies=policy_engine(Path(policies), None),
        words=load_words(),
        messengers=[Mailbox()],
        time=time,
        passing=passing_for(crash_at),
    ) as desk:
        while (due := await desk.timers.next_due()) is not None and due <= until:
            time.at = max(time.at, due)
            await desk.timers.run_once()


if __name__ == "__main__":
    asyncio.run(count(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None))
