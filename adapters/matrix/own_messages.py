"""Which events are messages of ours, and which rows of the outbox they show."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from adapters.matrix.fields import Event
from adapters.matrix.translate import Bot, own_message
from chatops.application.deliveries import OwnMessage

_EVENTS_REMEMBERED = 10_000


class OwnMessages:
    """
    What we know of each event; those that we learned of first are forgotten first.

    Our own messages come by before anybody's words about them. Only what came by before we were started has to be asked
    for, once each.

    Args:
        event: Returns an event of a room; None where that room has none.
    """

    def __init__(self, bot: Bot, event: Callable[[str, str], Awaitable[Event | None]]) -> None:
        self._bot = bot
        self._event = event
        self._known: OrderedDict[tuple[str, str], OwnMessage | None] = OrderedDict()

    def came_by(self, room: str, event: Event) -> OwnMessage | None:
        """Return which message of ours it is, if any."""
        ours = own_message(event, self._bot)
        if ours is not None:
            self._keep(room, ours.address.value, ours)
        return ours

    async def at(self, room: str, event_id: str) -> OwnMessage | None:
        if (room, event_id) not in self._known:
            event = await self._event(room, event_id)
            self._keep(room, event_id, own_message(event, self._bot) if event is not None else None)
        return self._known[(room, event_id)]

    def _keep(self, room: str, event_id: str, ours: OwnMessage | None) -> None:
        self._known[(room, event_id)] = ours
        if len(self._known) > _EVENTS_REMEMBERED:
            self._known.popitem(last=False)
