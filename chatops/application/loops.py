"""How a loop works: while there is something to do, then it sleeps until a commit, the next due instant or its net."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import structlog

from chatops.application.ports.storage import Storage, Work
from chatops.application.ports.time_source import TimeSource

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
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            mark = storage.work_mark(kind)
            pause = await _worked(kind, work, next_due, time)
            news = asyncio.create_task(storage.wait_for_work(kind, timeout_s=pause, since=mark))
            await asyncio.wait({stopping, news}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
    finally:
        stopping.cancel()


async def _worked(
    kind: Work,
    work: Callable[[], Coroutine[Any, Any, int]],
    next_due: Callable[[], Coroutine[Any, Any, datetime | None]],
    time: TimeSource,
) -> float:
    """Do what there is to do; return for how many seconds nothing more is known of."""
    try:
        if await work():
            return 0
        due = await next_due()
    except Exception:
        log.exception("work_loop_failed", loop=kind)
        return 1.0
    return SAFETY_NET_S if due is None else min(SAFETY_NET_S, max((due - time.now()).total_seconds(), 0.02))
