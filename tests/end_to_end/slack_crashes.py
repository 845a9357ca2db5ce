"""
How a desk on Slack is killed at every named point of the way (F1–F5), and what people must see all the same.

Each point gets a desk and a Slack of its own. The oracle is what each person sees in their channels, never our own
database.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from chatops.application.passing import Point, SharedPoint, SlackPoint
from tests.end_to_end import full_disk
from tests.end_to_end.slack_life import SlackLife, a_slack_life
from tests.slack.faults import EXECUTED_THEN_DROPPED, refused

POINTS: Sequence[Point] = (*get_args(SharedPoint), *get_args(SlackPoint))
"""
All that there are on Slack, so that a new one cannot be forgotten: one that the life does not come by fails its test.
"""

Mishap = Callable[[SlackLife], Awaitable[None]]
Shows = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """What people see of a ticket in whose life nobody died, with a reminder in it and without."""

    plain: Shows
    reminded: Shows

    def of(self, *, reminded: bool) -> Shows:
        return self.reminded if reminded else self.plain


async def undisturbed(databases: Sequence[str], folder: Path) -> Undisturbed:
    """
    Args:
        databases: Two empty ones.
    """
    plain, with_reminder = [await _lived(each, folder, reminded=each is databases[1]) for each in databases]
    return Undisturbed(plain=plain, reminded=with_reminder)


async def _lived(database: str, folder: Path, *, reminded: bool) -> Shows:
    async with a_slack_life(database, folder) as life:
        await life.start()
        await life.lives(reminded=reminded)
        return life.shows()


async def survives(life: SlackLife, crash_at: str, always: Undisturbed) -> None:
    """
    Let a ticket live, the process die at *crash_at* meanwhile, and people see what they always see.

    Args:
        crash_at: A point, or ``point:n`` for the n-th time that it is come by.
    """
    point = crash_at.partition(":")[0]
    reading_back, reminded = point in _READING_BACK, "timer" in point
    await _BEFORE.get(point, _nothing)(life)
    if reading_back:
        # Who was there from the beginning has nothing to read back.
        await life.start()
        await life.begins()
        await life.kill()
    deaths = started_again(life, mended=_MENDED.get(point, _nothing))
    await life.start(crash_at=crash_at)
    await _FIRST.get(point, _nothing)(life)
    if not reading_back:
        await life.begins()
    await life.goes_on(reminded=reminded)
    await life.until(lambda: deaths, f"anybody who comes by {crash_at}")
    await _shows_what_it_always_shows(life, always.of(reminded=reminded))
    assert deaths == [crash_at]


async def survives_all(life: SlackLife, crash_at: str, always: Undisturbed) -> int:
    """Let a ticket live while the process dies each time it comes there; return how often it did."""
    deaths = started_again(life, then=crash_at)
    await life.start(crash_at=crash_at)
    await life.lives()
    await _shows_what_it_always_shows(life, always.plain)
    return len(deaths)


async def _shows_what_it_always_shows(life: SlackLife, always: Shows) -> None:
    await life.until(lambda: life.shows() == always, f"what there always is:\n{always}")


async def _nothing(life: SlackLife) -> None: ...


def started_again(life: SlackLife, *, mended: Mishap = _nothing, then: str | None = None) -> Sequence[str]:
    """Start the desk anew whenever it has killed itself, and let Slack bring again what was not received."""
    deaths: list[str] = []

    async def meanwhile() -> None:
        if await life.died():
            deaths.append(life.crash_at)
            await mended(life)
            await life.start(crash_at=then)
            await life.slack.postman.redeliver()

    life.meanwhile = meanwhile
    return deaths


# ---- what it takes to come by a point that no undisturbed life comes by ----------------------------------------------


async def _a_post_that_fails(life: SlackLife) -> None:
    """It is carried out, and the answer lost."""
    life.slack.faults.on("chat.postMessage", EXECUTED_THEN_DROPPED, nth=3)


def _an_answer_in_vain(tries: int) -> Mishap:
    async def answered_in_vain(life: SlackLife) -> None:
        """The managers are told of it, once, however often it is tried."""
        life.slack.faults.on("chat.postEphemeral", *[refused("invalid_blocks")] * tries)
        await life.person("ben").types(life.channel("#desk"), "/ticket list")
        await life.until(lambda: _alerts(life) == 1, "an alert")

    return answered_in_vain


def _alerts(life: SlackLife) -> int:
    managers = life.person("clo").sees(life.channel("#managers"))
    return sum("could not be delivered" in each.text for each in managers)


_READING_BACK: frozenset[str] = frozenset({"page_read", "before_page_record"})

_BEFORE: Mapping[str, Mishap] = {
    "before_postpone": _a_post_that_fails,
    "after_postpone": _a_post_that_fails,
    "before_timer_postpone": lambda life: full_disk.fill(life.database),
    "after_timer_postpone": lambda life: full_disk.fill(life.database),
}
"""What befalls the desk before it is started."""

_FIRST: Mapping[str, Mishap] = {
    # Who dies before it is kept that a message is given up tries that message once more.
    "before_give_up": _an_answer_in_vain(2),
    "after_give_up": _an_answer_in_vain(1),
}
"""What happens before the ticket's life begins."""

_MENDED: Mapping[str, Mishap] = {
    "before_timer_postpone": lambda life: full_disk.clear(life.database),
    "after_timer_postpone": lambda life: full_disk.clear(life.database),
}
"""What is put right while the desk is dead."""
