"""What the desk does beside listening goes on whatever becomes of one errand."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.matrix.errands import MOST, Errands
from chatops.domain.errors import DeliveryError, RateLimited, TryAgainLater, Undeliverable


class Door:
    """An errand that fails as it is told to, one error a try, and then is done."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.tries = 0
        self.done = asyncio.Event()

    async def __call__(self) -> None:
        self.tries += 1
        if self._errors:
            raise self._errors.pop(0)
        self.done.set()


async def run(errands: Errands, *doors: Door) -> None:
    """Work until all of *doors* are done."""
    working = asyncio.create_task(errands.run())
    try:
        async with asyncio.timeout(10):
            await asyncio.gather(*(door.done.wait() for door in doors))
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


@pytest.mark.logs_errors
@pytest.mark.parametrize("errors", [(Undeliverable("gone"),), (RuntimeError("a bug"),)])
async def test_one_that_fails_for_good_ends_none_of_the_others(errors: Sequence[Exception]) -> None:
    errands, broken, fine = Errands(), Door(*errors), Door()
    errands.soon("broken", broken)
    errands.soon("fine", fine)

    await run(errands, fine)

    assert broken.tries == 1


async def test_one_that_has_to_wait_makes_room_for_the_next() -> None:
    errands, slow, quick = Errands(), Door(TryAgainLater("away")), Door()
    order: list[str] = []

    async def second() -> None:
        order.append("quick")
        await quick()

    async def first() -> None:
        await slow()
        order.append("slow")

    errands.soon("slow", first)
    errands.soon("quick", second)
    await run(errands, slow, quick)

    assert order == ["quick", "slow"]
    assert slow.tries == 2


async def test_being_too_fast_is_no_failure_of_the_errand() -> None:
    too_fast: list[DeliveryError] = [RateLimited("slowly", after=timedelta(0))]
    errands, door = Errands(), Door(*too_fast * 2)
    errands.soon("limited", door)

    await run(errands, door)

    assert door.tries == 3


async def test_a_flood_is_bounded() -> None:
    """S17: what does not fit is forgotten, and nothing grows."""
    errands, last = Errands(), Door()
    doors = [Door() for _ in range(MOST)]
    for door in doors:
        errands.soon("one of many", door)
    errands.soon("one too many", last)

    await run(errands, *doors)

    assert last.tries == 0
