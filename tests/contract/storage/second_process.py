"""Reserves ticket numbers in a process of its own; prints them."""

import asyncio
import sys

from storage.engine import connect
from storage.unit_of_work import SqlStorage


async def reserve(database: str, how_many: int) -> None:
    storage = SqlStorage(connect(database))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in range(how_many):
        async with storage.begin() as uow:
            await uow.timers.next_due()  # Who only begins to write after reading must not find that somebody else did.
            await asyncio.sleep(0.002)
            number = await uow.tickets.reserve()
            await uow.commit()
        sys.stdout.write(f"{number}\n")
    await storage.close()


asyncio.run(reserve(sys.argv[1], int(sys.argv[2])))
