"""
Which rooms the desk is in: whose invitations it takes, what it says on coming in, where rooms move to (S17).

The directory says which rooms are the desk's; the homeserver is asked for everything else, since whoever invites us
can write anything into an invitation.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self

import structlog

from adapters.matrix.errands import Errands, reason
from adapters.matrix.fields import Senders
from adapters.matrix.homeserver import Homeserver, NotThere
from adapters.matrix.news import Invitation, Loss, News, predecessor_from, successor_from
from adapters.matrix.render import explanation
from chatops.application.passing import Passing, pass_by
from chatops.application.words import Voice, Words
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import TryAgainLater, Undeliverable, Unreachable
from chatops.domain.vocabulary import Language, Platform, Role

AT_ONCE = 5
"""Invitations taken before going on to read what people say; more wait for their turn."""

PROMPT_S = 5.0
"""How long reading may wait for a room to be joined: the homeserver of a room far away may not answer at all."""

_DECLINED_REMEMBERED = 10_000

Directory = Callable[[], Awaitable[WhoIsWho]]

log = structlog.get_logger(platform="matrix")


class RoomBook(Protocol):
    """What the core wants to know of rooms."""

    async def reached(self, place: Address) -> None:
        """Somebody let us in: what waited for this place may go."""
        ...

    async def room_moved(self, old: Address, new: Address) -> None: ...


class Doorkeeper:
    """Decides on invitations, follows rooms to where they moved, and notices when we are put out."""

    def __init__(
        self,
        server: Homeserver,
        book: RoomBook,
        words: Words,
        errands: Errands,
        *,
        directory: Directory,
        guests: Senders,
        passing: Passing = pass_by,
    ) -> None:
        self._server = server
        self._book = book
        self._words = words
        self._errands = errands
        self._directory = directory
        self._guests = guests
        self._passing = passing
        self._declined: OrderedDict[str, None] = OrderedDict()

    async def begin(self) -> None:
        """Join the rooms of the directory; look whether one of them moved while nobody looked."""
        bound = rooms_of(await self._directory())
        joined = await self._server.joined_rooms()
        for number, room in enumerate(sorted(bound - joined)):
            if number < AT_ONCE:
                await self._come(room)
            else:
                self._errands.soon("join_room", partial(self._join, room))
        for room in sorted(bound & joined):
            self._errands.soon("follow_room", partial(self._follow, room))

    async def attend(self, news: News) -> None:
        """Deal with what happened to our being in rooms; what cannot be done now is tried again beside the reading."""
        for loss in news.losses:
            self._noticed(loss)
        if not news.invitations:
            return
        house = House.of(await self._directory(), self._guests)
        unwanted = [invitation for invitation in news.invitations if not house.welcomes(invitation)]
        wanted = [invitation for invitation in news.invitations if house.welcomes(invitation)]
        for number, invitation in enumerate(wanted):
            if invitation.follows in house.rooms:
                self._errands.soon("follow_room", partial(self._follow, invitation.follows))
            elif number < AT_ONCE:
                await self._come(invitation.room)
            else:
                self._errands.soon("join_room", partial(self._join, invitation.room))
        if unwanted:
            log.info("matrix_invitations_declined", count=len(unwanted), first=unwanted[0].inviter)
        for invitation in unwanted:
            self._decline(invitation.room)

    async def came_in(self, room: str) -> None:
        """Tell the core that a room of its own can be reached; say in any other what may be done there."""
        if room in rooms_of(await self._directory()):
            await self._book.reached(_address(room))
        else:
            self._errands.soon("introduce", partial(self._introduce, room))

    async def powers_changed(self, room: str) -> None:
        """Somebody may have let us write there again."""
        if room in rooms_of(await self._directory()):
            await self._book.reached(_address(room))

    def moved(self, old: str) -> None:
        """A room says that it was replaced."""
        self._errands.soon("follow_room", partial(self._follow, old))

    # ---- coming and going --------------------------------------------------------------------------------------------

    async def _come(self, room: str) -> None:
        try:
            async with asyncio.timeout(PROMPT_S):
                await self._join(room)
        except (TryAgainLater, TimeoutError) as later:
            log.info("matrix_room_not_joined_yet", room=room, because=reason(later))
            self._errands.soon("join_room", partial(self._join, room))

    async def _join(self, room: str, *, via: str = "") -> bool:
        """Return whether we are in."""
        try:
            await self._server.join(room, via=via)
        except (Undeliverable, Unreachable) as exc:
            log.warning("matrix_room_not_joined", room=room, because=reason(exc))
            return False
        self._passing("room_joined")
        log.info("matrix_room_joined", room=room)
        if room in rooms_of(await self._directory()):
            await self._book.reached(_address(room))
        return True

    def _decline(self, room: str) -> None:
        """Decline it once, and in no hurry; whoever repeats it is left without an answer."""
        if room in self._declined:
            return
        self._declined[room] = None
        if len(self._declined) > _DECLINED_REMEMBERED:
            self._declined.popitem(last=False)
        self._errands.at_leisure("decline", partial(self._server.leave, room))

    def _noticed(self, loss: Loss) -> None:
        """The managers hear of it from the relay, once there is something to say in that room."""
        if loss.by != self._server.user_id:
            log.warning("matrix_room_lost", room=loss.room, by=loss.by, banned=loss.banned)

    async def _introduce(self, room: str) -> None:
        """Say who we are in a room that is nobody's yet; only one, however often this is begun."""
        if room in rooms_of(await self._directory()):
            return
        told_apart = hashlib.sha256(room.encode()).hexdigest()[:16]
        await self._server.send(room, introduction(self._words), transaction=f"introduction-{told_apart}")

    # ---- rooms that move ---------------------------------------------------------------------------------------------

    async def _follow(self, old: str) -> None:
        """
        Go where a room of ours was upgraded to, when both rooms say so.

        The new room has to name the old one, or anybody with power in a customer's room could hand us another one.
        """
        bound = rooms_of(await self._directory())
        try:
            successor = successor_from(await self._server.state(old, "m.room.tombstone"))
        except (NotThere, Unreachable):
            return
        if old not in bound or successor is None or successor.room in bound | {old}:
            return
        if not await self._join(successor.room, via=successor.via):
            # Upgraded rooms of invited people stay closed to us; the invitation brings us back here.
            return
        if predecessor_from(await self._server.state(successor.room, "m.room.create")) != old:
            log.warning("matrix_room_not_followed", room=old, successor=successor.room)
            await self._server.leave(successor.room)
            return
        log.info("matrix_room_moved", room=old, successor=successor.room)
        await self._book.room_moved(_address(old), _address(successor.room))


@dataclass(frozen=True, kw_only=True)
class House:
    """
    Attributes:
        rooms: On Matrix, those that the directory names.
        staff: By their user ids.
        guests: Whom the settings let invite us besides.
    """

    rooms: frozenset[str]
    staff: frozenset[str]
    guests: Senders

    @classmethod
    def of(cls, who: WhoIsWho, guests: Senders) -> Self:
        return cls(rooms=rooms_of(who), staff=_staff_of(who), guests=guests)

    def welcomes(self, invitation: Invitation) -> bool:
        """
        Return whether an invitation is taken: to one of our rooms or to what says that it replaces one, by somebody
        of the staff, or by a guest.
        """
        return (
            invitation.room in self.rooms
            or invitation.follows in self.rooms
            or invitation.inviter in self.staff
            or (invitation.inviter != "" and invitation.inviter in self.guests)
        )


def rooms_of(who: WhoIsWho) -> frozenset[str]:
    """Return the rooms on Matrix that the directory names."""
    return frozenset(place.value for room in who.rooms for place in room.places if place.platform is Platform.MATRIX)


def introduction(words: Words) -> dict[str, object]:
    """Return what is said in a room that is nobody's yet, in every language: nobody there could tell us theirs."""
    return explanation(*dict.fromkeys(_introduction(words[language]) for language in Language))


def _introduction(say: Voice) -> str:
    return say(
        "I am the support desk, and this room is not one of mine yet. An administrator makes it one with "
        "`!bind customer <organisation>`, `!bind desk` or `!bind managers`."
    )


def _staff_of(who: WhoIsWho) -> frozenset[str]:
    return frozenset(
        identity.value
        for person in who.people
        if person.role is not Role.CONTACT
        for identity in person.identities
        if identity.platform is Platform.MATRIX
    )


def _address(room: str) -> Address:
    return Address(platform=Platform.MATRIX, value=room)
