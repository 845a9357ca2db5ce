"""
What happens to rooms: whether we are in them, what they are called by, who reads there; and to the app itself.

A room's name is of no interest here: rooms are known by their ids, and those do change, when a private channel begins
to be shared.
"""

from typing import Protocol

import structlog

from adapters.slack.addresses import is_id, room_address
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.former_ids import FormerIds
from adapters.slack.installations import Installation, Installations
from adapters.slack.people import People
from chatops.domain.directory import Address

_LET_IN = frozenset({"channel_unarchive", "group_unarchive", "member_joined_channel"})
_PUT_OUT = frozenset(
    {
        "channel_archive",
        "channel_deleted",
        "channel_left",
        "group_archive",
        "group_deleted",
        "group_left",
        "member_left_channel",
    }
)
_OF_MEMBERS = frozenset({"member_joined_channel", "member_left_channel"})

log = structlog.get_logger(platform="slack")


class RoomBook(Protocol):
    """What the core wants to know of rooms."""

    async def reached(self, place: Address) -> None: ...

    async def room_entered(self, place: Address, *, inviter: Address | None, key: str) -> None: ...

    async def room_renamed(self, old: Address, new: Address) -> None: ...

    async def room_shared(self, place: Address, *, key: str) -> None: ...


class Doorkeeper:
    def __init__(self, book: RoomBook, installations: Installations, people: People, former: FormerIds) -> None:
        self._book = book
        self._installations = installations
        self._people = people
        self._former = former

    async def attend(self, event: Payload, here: Installation) -> None:
        """
        Tell the core what it has to know of an event; most concern nobody.

        Raises:
            StorageError, ConflictError: Nothing was kept.
        """
        kind, channel = text(event.get("type")), _channel(event)
        match kind:
            case "channel_id_changed":
                await self._renamed(event, here)
            case "channel_shared":
                await self._shared(channel, event, here)
            case "channel_unshared" if event.get("is_ext_shared") is True:
                # Another company is still there.
                await self._shared(channel, event, here)
            case "app_uninstalled":
                await self._installations.revoked(here.team)
            case "tokens_revoked" if mapping(event.get("tokens")).get("bot"):
                await self._installations.revoked(here.team)
            case "user_change":
                self._people.forget(here, text(mapping(event.get("user")).get("id")))
            case _ if is_id(channel) and (kind not in _OF_MEMBERS or event.get("user") == here.user):
                await self._ourselves(event, channel, here)

    async def _ourselves(self, event: Payload, channel: str, here: Installation) -> None:
        kind = text(event.get("type"))
        if kind in _LET_IN:
            log.info("slack_room_joined", room=channel, because=kind)
            place = room_address(here.team, channel)
            await self._book.reached(place)
            inviter = await self._people.sender(here, text(event.get("inviter")))
            if inviter is not None:
                key = f"slack:{place.value}/entered/{text(event.get('event_ts'))[:32]}"
                await self._book.room_entered(place, inviter=inviter.address, key=key)
        elif kind in _PUT_OUT:
            # The managers hear of it from the relay, once there is something to say in that room.
            log.warning("slack_room_lost", room=channel, because=kind)

    async def _renamed(self, event: Payload, here: Installation) -> None:
        old, new = text(event.get("old_channel_id")), text(event.get("new_channel_id"))
        if not is_id(old) or not is_id(new) or old == new:
            return
        log.info("slack_room_renamed", room=old, now=new)
        await self._former.changed(here.team, old, new, at=text(event.get("event_ts")))
        await self._book.room_renamed(room_address(here.team, old), room_address(here.team, new))

    async def _shared(self, channel: str, event: Payload, here: Installation) -> None:
        if is_id(channel):
            place = room_address(here.team, channel)
            await self._book.room_shared(place, key=shared_key(place, text(event.get("event_ts"))))


def shared_key(place: Address, ts: str) -> str:
    return f"slack:{place.value}/shared/{ts[:32]}"


def _channel(event: Payload) -> str:
    """Return the channel of an event, which stands there as an id or as an object that has one."""
    channel = event.get("channel")
    return text(mapping(channel).get("id")) or text(channel)
