"""
Two sides measured in turn, and their ratio.

On a shared machine the wall time of the same program varies threefold from one minute to the next, its CPU time by
less than 15 % (measured). So the sides take turns within one run, A B A B …, each pair gives a ratio, and the median
of those is what counts; CPU time stands beside it.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import psutil

Meter = Callable[[], float]
"""Seconds of CPU used so far; only differences mean anything."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """
    Attributes:
        run: One round; returns how many operations it did.
        cpu: Of this process with all its threads, unless the side lives in another one.
        server_cpu: Of the database server or homeserver behind the side.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    cpu: Meter = time.process_time
    server_cpu: Meter | None = None


@dataclass(frozen=True, kw_only=True)
class Round:
    operations: int
    wall_s: float
    cpu_s: float
    server_cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the rounds of a side came to; all figures are seconds of one operation."""

    side: Side
    rounds: list[Round] = field(default_factory=list)

    @property
    def walls_s(self) -> list[float]:
        return [each.wall_s / each.operations for each in self.rounds]

    @property
    def cpu_s(self) -> float:
        """Over all rounds at once: other processes' CPU is counted in ticks of 10 ms."""
        return sum(each.cpu_s for each in self.rounds) / self._operations

    @property
    def server_cpu_s(self) -> float:
        return sum(each.server_cpu_s for each in self.rounds) / self._operations

    @property
    def _operations(self) -> int:
        return sum(each.operations for each in self.rounds)


async def in_turn(*sides: Side, rounds: int) -> tuple[Measured, ...]:
    """Warm every side up with one round that does not count, then run them in turn."""
    for side in sides:
        await side.run()
    measured = tuple(Measured(side=side) for side in sides)
    for _ in range(rounds):
        for each in measured:
            each.rounds.append(await _one_round(each.side))
    return measured


async def _one_round(side: Side) -> Round:
    server_cpu = side.server_cpu or _nothing
    began, cpu, served = time.perf_counter(), side.cpu(), server_cpu()
    operations = await side.run()
    return Round(
        operations=operations,
        wall_s=time.perf_counter() - began,
        cpu_s=side.cpu() - cpu,
        server_cpu_s=server_cpu() - served,
    )


def _nothing() -> float:
    return 0.0


def cpu_of(pid: int) -> Meter:
    """Return a meter of a process and its children, those that have ended counted as well."""
    process = psutil.Process(pid)

    def used() -> float:
        times = process.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for child in process.children(recursive=True):
            try:
                of_child = child.cpu_times()
            except psutil.NoSuchProcess:
                continue  # Its parent has taken its time over meanwhile.
            total += of_child.user + of_child.system
        return float(total)

    return used


def own_cpu_of(pid: int) -> Meter:
    """
    Return a meter of a process with all its threads, without its children: to the microsecond, not in ticks of 10 ms.

    Source: clock_getcpuclockid(3), which Python does not have, as the C library of Linux computes it.
    """
    clock = (~pid << 3) | 2
    return lambda: time.clock_gettime(clock)


# ---- what is printed -------------------------------------------------------------------------------------------------


def show_rates(title: str, ours: Measured, theirs: Measured) -> None:
    """Print our rate as a part of theirs (more is better), then both sides with their CPU time."""
    ratios = [their_s / our_s for our_s, their_s in zip(ours.walls_s, theirs.walls_s, strict=True)]
    show_ratio(f"{title}, our rate ÷ theirs", ratios)
    for side in (ours, theirs):
        show_side(side)
    show_cpu(ours, theirs)


def show_ratio(title: str, ratios: Sequence[float]) -> None:
    lowest, middle, highest = (_figures(ratio) for ratio in (min(ratios), median(ratios), max(ratios)))
    spread = f"  (from {lowest} to {highest} in {len(ratios)} pairs)" if len(ratios) > 1 else ""
    print(f"  {title}: {middle}{spread}", flush=True)


def show_side(side: Measured) -> None:
    wall_s = median(side.walls_s)
    print(f"    {side.side.name:<34} {_micros(wall_s)} ({1 / wall_s:,.0f}/s){cpu_shown(side)}")


def show_cpu(ours: Measured, theirs: Measured) -> None:
    ratio = (ours.cpu_s + ours.server_cpu_s) / (theirs.cpu_s + theirs.server_cpu_s)
    print(f"    {'CPU of one, ours ÷ theirs':<34} {_figures(ratio)}")


def cpu_shown(side: Measured) -> str:
    served = f" + server {_micros(side.server_cpu_s)}" if side.side.server_cpu else ""
    return f", CPU {_micros(side.cpu_s)}{served}"


def _micros(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"


def _figures(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"
