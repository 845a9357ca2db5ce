"""How long the desk goes on answering somebody whom it does not understand: two bots must not talk for ever (S21)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from chatops.application.deliveries import Delivery

REFUSALS = 10
"""So many within `QUIET` in one thread, and there are no more; a person reads the first one."""

QUIET = timedelta(minutes=1)
"""How long they have to be silent before they are listened to again."""

_MOST = 1_000

log = structlog.get_logger()


@dataclass
class _Exchange:
    refused_at: list[datetime] = field(default_factory=list)
    silent_until: datetime | None = None


class Patience:
    """
    Counts refusals for each sender, thread and kind of request.

    Only refusals: what is done changes something, and whoever does a lot is no loop. Only of the same kind: plain
    words of somebody whose commands were refused still reach the desk.
    """

    def __init__(self) -> None:
        self._exchanges: OrderedDict[tuple[str, ...], _Exchange] = OrderedDict()

    def ends_with(self, delivery: Delivery, at: datetime) -> bool:
        """Whether this delivery is no longer listened to; hearing more of them makes the silence longer."""
        exchange = self._exchanges.get(_key(delivery))
        if exchange is None or exchange.silent_until is None:
            return False
        if at >= exchange.silent_until:
            del self._exchanges[_key(delivery)]
            return False
        exchange.silent_until = at + QUIET
        return True

    def refused(self, delivery: Delivery, at: datetime) -> None:
        exchange = self._exchanges.setdefault(_key(delivery), _Exchange())
        self._exchanges.move_to_end(_key(delivery))
        exchange.refused_at = [before for before in exchange.refused_at if at - before < QUIET] + [at]
        if len(exchange.refused_at) >= REFUSALS:
            exchange.silent_until = at + QUIET
            log.warning(
                "patience_ended",
                platform=delivery.sender.platform,
                sender=delivery.sender.value,
                room=delivery.room.value,
            )
        if len(self._exchanges) > _MOST:
            self._exchanges.popitem(last=False)


def _key(delivery: Delivery) -> tuple[str, ...]:
    thread = delivery.thread.value if delivery.thread else ""
    return delivery.sender.platform, delivery.sender.value, delivery.room.value, thread, type(delivery.request).__name__
