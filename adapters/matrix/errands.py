"""
What the desk does beside listening: one thing after the other, tried a few times, never in the way of what people say.

Errands are forgotten when the process ends: whatever must not be lost is done before the position moves, or found
again at the start.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chatops.domain.errors import DeliveryError, TryAgainLater

TRIES = 5
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0

LEISURE_S = 30.0
"""Between two things that nobody waits for: they must not use up what a homeserver lets us say (0.2 a second)."""

MOST = 1_000
"""How many of each kind may wait; more are forgotten (S17)."""

Errand = Callable[[], Awaitable[object]]

log = structlog.get_logger(platform="matrix")


class Errands:
    """Those that somebody waits for, and those that have time."""

    def __init__(self) -> None:
        self._soon: asyncio.Queue[tuple[str, Errand]] = asyncio.Queue(MOST)
        self._at_leisure: asyncio.Queue[tuple[str, Errand]] = asyncio.Queue(MOST)

    def soon(self, name: str, errand: Errand) -> None:
        _put(self._soon, name, errand)

    def at_leisure(self, name: str, errand: Errand) -> None:
        _put(self._at_leisure, name, errand)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_work(self._soon, pause_s=0))
            group.create_task(_work(self._at_leisure, pause_s=LEISURE_S))


def pause_after(failures: int, cause: BaseException) -> float:
    """Return the seconds to wait after so many failures in a row: as asked for, or doubling up to a minute."""
    if isinstance(cause, TryAgainLater) and cause.after is not None:
        return max(cause.after.total_seconds(), FIRST_PAUSE_S)
    return min(FIRST_PAUSE_S * float(2 ** min(failures - 1, 10)), LONGEST_PAUSE_S)


def reason(exc: Exception) -> str:
    """Return what a log may say: our delivery errors quote the homeserver only, others may quote anything."""
    return str(exc) if isinstance(exc, DeliveryError) else type(exc).__name__


def _put(queue: asyncio.Queue[tuple[str, Errand]], name: str, errand: Errand) -> None:
    if queue.full():
        log.warning("matrix_errand_forgotten", errand=name)
    else:
        queue.put_nowait((name, errand))


async def _work(queue: asyncio.Queue[tuple[str, Errand]], *, pause_s: float) -> None:
    while True:
        name, errand = await queue.get()
        await _run(name, errand)
        await asyncio.sleep(pause_s)


async def _run(name: str, errand: Errand) -> None:
    for failures in range(1, TRIES + 1):
        try:
            await errand()
            return
        except TryAgainLater as later:
            log.info("matrix_errand_postponed", errand=name, because=reason(later))
            await asyncio.sleep(pause_after(failures, later))
        except DeliveryError as never:
            log.warning("matrix_errand_given_up", errand=name, because=reason(never))
            return
        except Exception:
            # The edge of the loop: one errand must not end the others.
            log.exception("matrix_errand_failed", errand=name)
            return
    log.warning("matrix_errand_given_up", errand=name, because=f"tried {TRIES} times")
