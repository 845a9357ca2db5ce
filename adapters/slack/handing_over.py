"""Gives deliveries to the bus, however they reached us: over HTTP, a socket, or read back."""

from collections import OrderedDict
from dataclasses import replace
from typing import Protocol

import structlog

from chatops.application.deliveries import Answer, Deletion, Delivery, Edit, Marked, Reaction, Speech
from chatops.application.passing import Passing, pass_by
from chatops.application.patience import Patience
from chatops.application.ports.time_source import TimeSource

_MOST_EARLY = 1_000
_MOST_HEARD = 10_000
_MOST_GONE = 1_000


class Counter(Protocol):
    """What we need of the command bus to hand something over."""

    async def handle(self, delivery: Delivery) -> Answer: ...


class HandingOver:
    def __init__(self, bus: Counter, time: TimeSource, passing: Passing = pass_by) -> None:
        self._bus = bus
        self._time = time
        self._passing = passing
        self._patience = Patience()
        self._early: OrderedDict[str, list[Delivery]] = OrderedDict()
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._gone: OrderedDict[tuple[str, ...], Delivery] = OrderedDict()

    async def give(self, delivery: Delivery) -> Answer | None:
        """
        Return the bus's answer, which is kept for good; None for whoever is not listened to for a while (S21).

        A second thought that was faster than the words it is about is given once more after them (F8), and so is a sign
        that goes after the same sign that comes.

        Raises:
            StorageError, ConflictError: Nothing was kept.
        """
        at = delivery.sent_at or self._time.now()
        if self._patience.ends_with(delivery, at):
            return None
        self._passing("delivery_translated")
        with structlog.contextvars.bound_contextvars(correlation_id=delivery.correlation_id):
            answer = await self._bus.handle(delivery)
        if answer.refused is not None and not answer.repeated:
            self._patience.refused(delivery, at)
        match delivery.request:
            case Edit(of=words) | Deletion(of=words) if answer == Answer():
                self._keep_for_later(words, delivery)
            case Speech() | Marked():
                self._remember(delivery.key)
                for second_thought in self._early.pop(delivery.key, ()):
                    await self.give(second_thought)
            case Reaction(removed=True):
                self._keep_gone(delivery)
            case Reaction() if (gone := self._went_before(delivery)) is not None and not answer.repeated:
                # By its own name it has been dealt with: there was nothing to take away.
                await self.give(replace(gone, key=f"{gone.key}/again"))
        return answer

    def heard(self, key: str) -> bool:
        """Whether these words were handed over since we were started, whatever came of them."""
        return key in self._heard

    def _keep_for_later(self, words: str, delivery: Delivery) -> None:
        # Most are about chatter that the desk has heard and passed over.
        if words in self._heard:
            return
        waiting = self._early.setdefault(words, [])
        if all(each.key != delivery.key for each in waiting):
            waiting.append(delivery)
        if len(self._early) > _MOST_EARLY:
            self._early.popitem(last=False)

    def _keep_gone(self, delivery: Delivery) -> None:
        sign = _sign(delivery)
        self._gone[sign] = delivery
        self._gone.move_to_end(sign)
        if len(self._gone) > _MOST_GONE:
            self._gone.popitem(last=False)

    def _went_before(self, delivery: Delivery) -> Delivery | None:
        """Return how the sign went that comes only now."""
        gone = self._gone.get(_sign(delivery))
        if gone is None or gone.sent_at is None or delivery.sent_at is None or gone.sent_at < delivery.sent_at:
            return None
        return gone

    def _remember(self, key: str) -> None:
        self._heard[key] = None
        self._heard.move_to_end(key)
        if len(self._heard) > _MOST_HEARD:
            self._heard.popitem(last=False)


def _sign(delivery: Delivery) -> tuple[str, ...]:
    """Return what names a sign: whose it is, and where."""
    sign = delivery.request
    assert isinstance(sign, Reaction), "only a sign is one"
    return (delivery.room.value, sign.to.value, delivery.sender.value, sign.sign)
