"""Gives deliveries to the bus, however they reached us: over HTTP, a socket, or read back."""

from collections import OrderedDict
from typing import Protocol

import structlog

from chatops.application.deliveries import Answer, Deletion, Delivery, Edit, Marked, Speech
from chatops.application.passing import Passing, pass_by
from chatops.application.patience import Patience
from chatops.application.ports import TimeSource

_MOST_EARLY = 1_000
_MOST_HEARD = 10_000


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

    async def give(self, delivery: Delivery) -> Answer | None:
        """
        Return the bus's answer, which is kept for good; None for whoever is not listened to for a while (S21).

        A second thought that was faster than the words it is about is given once more after them (F8).

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

    def _remember(self, key: str) -> None:
        self._heard[key] = None
        self._heard.move_to_end(key)
        if len(self._heard) > _MOST_HEARD:
            self._heard.popitem(last=False)
