"""How a loop works: while there is something to do, then it sleeps until a commit, the next due instant or its net."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import structlog

from chatops.application.ports import Storage, TimeSource, Work

log = structlog.get_logger()

SAFETY_NET_S = 5.0
"""How long a loop sleeps when nobody wakes it; a commit does (`Storage.wait_for_work`)."""


async def work_until(
    stop: asyncio.Event,
    storage: Storage,
    kind: Work,
    work: Callable[[], Coroutine[Any, Any, int]],
    next_due: Callable[[], Coroutine[Any, Any, datetime | None]],
    time: TimeSource,
) -> None:
    """
    Repeat *work*; what fails is logged and tried again, nothing but *stop* ends the loop.

    Args:
        kind: Whose news wakes the loop.
        work: Returns whether there may be more to do at once.
    """
    while not stop.is_set():
        pause, mark = SAFETY_NET_S, storage.work_mark(kind)
        try:
            if await work():
                continue
            due = await next_due()
            if due is not None:
                pause = min(pause, max((due - time.now()).total_seconds(), 0.02))
        except Exception:
            log.exception("work_loop_failed", loop=kind)
            pause = 1.0
        await _until_woken(stop, storage, kind, pause, since=mark)


async def _until_woken(stop: asyncio.Event, storage: Storage, kind: Work, pause_s: float, *, since: int) -> None:
    waits = {
        asyncio.ensure_future(stop.wait()),
        asyncio.ensure_future(storage.wait_for_work(kind, timeout_s=pause_s, since=since)),
    }
    _, unfinished = await asyncio.wait(waits, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in unfinished:
        wait.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
