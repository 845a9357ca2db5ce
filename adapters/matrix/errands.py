"""
What the desk does beside listening: one thing after the other, tried a few times, never in anybody's way.

Errands are forgotten when the process ends: whatever must not be lost is done before the position moves, or found
again at the start.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from chatops.domain.errors import DeliveryError, RateLimited, TryAgainLater

TRIES = 5
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0

LEISURE_S = 30.0
"""Between two things that nobody waits for: they must not use up what a homeserver lets us say (0.2 a second)."""

MOST = 1_000
"""How many of each kind may wait; more are forgotten (S17)."""

Errand = Callable[[], Awaitable[object]]

log = structlog.get_logger(platform="matrix")


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    name: str
    errand: Errand
    failures: int = 0


class Errands:
    """Those that somebody waits for, and those that have time."""

    def __init__(self) -> None:
        self._soon = _Queue(pause_s=0)
        self._at_leisure = _Queue(pause_s=LEISURE_S)

    def soon(self, name: str, errand: Errand) -> None:
        self._soon.put(_Waiting(name=name, errand=errand))

    def at_leisure(self, name: str, errand: Errand) -> None:
        self._at_leisure.put(_Waiting(name=name, errand=errand))

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._soon.work())
            group.create_task(self._at_leisure.work())


class _Queue:
    """One errand at a time; what has to be tried again makes room for the others meanwhile."""

    def __init__(self, *, pause_s: float) -> None:
        self._pause_s = pause_s
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(MOST)

    def put(self, waiting: _Waiting) -> None:
        if self._waiting.full():
            log.debug("matrix_errand_forgotten", errand=waiting.name)
        else:
            self._waiting.put_nowait(waiting)

    async def work(self) -> None:
        while True:
            waiting = await self._waiting.get()
            try:
                await waiting.errand()
            except TryAgainLater as later:
                self._postpone(waiting, later)
            except DeliveryError as never:
                log.warning("matrix_errand_given_up", errand=waiting.name, because=reason(never))
            except Exception:
                # The edge of the loop: one errand must not end the others.
                log.exception("matrix_errand_failed", errand=waiting.name)
            await asyncio.sleep(self._pause_s)

    def _postpone(self, waiting: _Waiting, later: TryAgainLater) -> None:
        # That we were too fast says nothing about the errand, so it counts as no try.
        failures = waiting.failures if isinstance(later, RateLimited) else waiting.failures + 1
        if failures >= TRIES:
            log.warning("matrix_errand_given_up", errand=waiting.name, because=reason(later))
            return
        log.info("matrix_errand_postponed", errand=waiting.name, because=reason(later))
        again = replace(waiting, failures=failures)
        asyncio.get_running_loop().call_later(pause_after(max(failures, 1), later), self.put, again)


def pause_after(failures: int, cause: BaseException) -> float:
    """Return the seconds to wait after so many failures in a row: as asked for, or doubling up to a minute."""
    if isinstance(cause, TryAgainLater) and cause.after is not None:
        return max(cause.after.total_seconds(), FIRST_PAUSE_S)
    return min(FIRST_PAUSE_S * float(2 ** min(failures - 1, 10)), LONGEST_PAUSE_S)


def reason(exc: Exception) -> str:
    """Return what a log may say: our delivery errors quote the homeserver only, others may quote anything."""
    return str(exc) if isinstance(exc, DeliveryError) else type(exc).__name__
