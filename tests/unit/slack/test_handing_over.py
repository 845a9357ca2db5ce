"""Deliveries reach the bus once each, second thoughts after the words they are about, and nobody for ever."""

from dataclasses import dataclass, field, replace

import pytest

from adapters.slack.handing_over import HandingOver
from chatops.application.deliveries import Answer, Delivery
from chatops.application.patience import REFUSALS
from chatops.domain.errors import StorageError
from tests.desks import FixedTime
from tests.unit.slack.payloads import BEN, CHANNEL, ROOT, TS, a_deletion, a_message, a_sign, an_edit, delivered

KNOWN = Answer(entry=1)


@dataclass
class Bus:
    """Knows words that it has heard, and answers nothing to second thoughts about others."""

    heard: list[str] = field(default_factory=list)
    refused: str | None = None
    away: bool = False

    async def handle(self, delivery: Delivery) -> Answer:
        if self.away:
            raise StorageError("away")
        of = getattr(delivery.request, "of", None)
        if of is not None and of not in self.heard:
            return Answer()
        self.heard.append(delivery.key)
        return replace(KNOWN, refused=self.refused)


def the(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    return delivery


WORDS, EDIT, DELETION = the(delivered(a_message("!hello"))), the(delivered(an_edit())), the(delivered(a_deletion()))


async def test_second_thoughts_that_came_first_are_had_again_after_the_words() -> None:
    """F8."""
    bus = Bus()
    hands = HandingOver(bus, FixedTime())
    for second_thought in (EDIT, EDIT, DELETION):
        assert await hands.give(second_thought) == Answer()
    await hands.give(WORDS)

    assert bus.heard == [WORDS.key, EDIT.key, DELETION.key]


async def test_second_thoughts_about_chatter_are_forgotten() -> None:
    bus = Bus()
    hands = HandingOver(bus, FixedTime())
    await hands.give(WORDS)
    bus.heard.clear()
    await hands.give(EDIT)
    await hands.give(WORDS)

    assert bus.heard == [WORDS.key]


COMES = the(delivered(a_sign()))
GOES = the(delivered(a_sign(type="reaction_removed", event_ts="1780660901.000300")))
COMES_AGAIN = the(delivered(a_sign(event_ts="1780660902.000300")))


async def test_a_sign_that_went_before_it_came_goes_again() -> None:
    """F8: what it does when it comes is done, and it does not stay."""
    bus = Bus()
    hands = HandingOver(bus, FixedTime())
    for event in (GOES, COMES):
        await hands.give(event)

    assert bus.heard == [GOES.key, COMES.key, f"{GOES.key}/again"]


@pytest.mark.parametrize("order", [(COMES, GOES), (COMES, GOES, COMES_AGAIN), (GOES, COMES_AGAIN)])
async def test_a_sign_that_comes_after_it_went_stays(order: tuple[Delivery, ...]) -> None:
    bus = Bus()
    hands = HandingOver(bus, FixedTime())
    for event in order:
        await hands.give(event)

    assert bus.heard == [event.key for event in order]


@pytest.mark.parametrize(
    "other",
    [
        the(delivered(a_sign(), sign="❌")),
        the(delivered(a_sign(), sender=BEN)),
        the(delivered(a_sign(item={"type": "message", "channel": CHANNEL, "ts": ROOT}))),
        the(delivered(a_sign(item={"type": "message", "channel": "C0BETA", "ts": TS}))),
    ],
)
async def test_another_sign_that_comes_late_stays(other: Delivery) -> None:
    bus = Bus()
    hands = HandingOver(bus, FixedTime())
    for event in (GOES, other):
        await hands.give(event)

    assert bus.heard == [GOES.key, other.key]


async def test_what_was_not_kept_was_not_heard() -> None:
    bus = Bus(away=True)
    hands = HandingOver(bus, FixedTime())
    with pytest.raises(StorageError):
        await hands.give(WORDS)
    assert not hands.heard(WORDS.key)

    bus.away = False
    await hands.give(WORDS)
    assert hands.heard(WORDS.key)


async def test_whoever_is_never_understood_is_not_answered_for_ever() -> None:
    """S21."""
    bus = Bus(refused="CommandNotUnderstood")
    hands = HandingOver(bus, FixedTime())
    for number in range(REFUSALS):
        assert await hands.give(replace(WORDS, key=f"slack:{number}")) is not None

    assert await hands.give(replace(WORDS, key="slack:one more")) is None
