"""Who uses what the desk offers, and the delivery that it makes."""

from dataclasses import replace

from adapters.slack.addresses import message_address, parts, room_address
from adapters.slack.events import correlation_id
from adapters.slack.fields import Payload
from adapters.slack.installations import Installation
from adapters.slack.interactions import Where, actor_of, handle_of
from adapters.slack.own_messages import OwnMessages
from adapters.slack.people import People, Sender
from adapters.slack.reader import Reader
from adapters.slack.rooms_known import RoomsKnown
from chatops.application.deliveries import Delivery, Request


class Callers:
    def __init__(self, people: People, reader: Reader, own: OwnMessages, rooms: RoomsKnown) -> None:
        self._people = people
        self._reader = reader
        self._own = own
        self._rooms = rooms

    async def sender(self, payload: Payload, here: Installation) -> Sender | None:
        """
        Return who it is; None for whoever is not listened to.

        Raises:
            TryAgainLater: It cannot be told now.
        """
        actor = actor_of(payload)
        sender = await self._people.sender(here, actor.user, team=actor.team)
        if sender is None or sender.address.value in self._reader.ignored or actor.user == here.user:
            return None
        return replace(sender, name=handle_of(payload) or sender.name) if sender.name == actor.user else sender

    async def page_of(self, sender: Sender, here: Installation) -> Where:
        """Return where that is said which somebody does outside all rooms: their conversation with us."""
        return Where(channel=await self._rooms.direct(here, parts(sender.address)[1]))

    async def delivery(self, key: str, sender: Sender, here: Installation, place: Where, request: Request) -> Delivery:
        room = room_address(here.team, place.channel)
        user = parts(sender.address)[1]
        direct = place.channel.startswith("D") and await self._rooms.direct(here, user) == place.channel
        own = self._own.known(place.channel, place.thread) if place.thread else None
        return Delivery(
            key=key,
            sender=sender.address,
            sender_name=sender.name,
            sender_home=sender.home,
            room=room,
            thread=message_address(place.thread) if place.thread else None,
            message=None,
            request=request,
            correlation_id=correlation_id(key),
            direct=direct,
            shared=not direct and await self._rooms.is_shared(here, place.channel),
            ours=own.message if own is not None else None,
        )
