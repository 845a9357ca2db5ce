"""
What stages have in common on which stories are played before a whole desk, whatever chat people see it through.

The desk runs on the story's own time, and only its listener of its own accord; what people see is told by the screens
of each chat.
"""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from adapters.console.rooms import Rooms
from adapters.console.stage import Heard, NotOnStage
from adapters.console.story import ExpectPaged, InThread, Step
from chatops.application.deliveries import Answer, Cursor, Delivery
from chatops.application.labels import BUTTON
from chatops.application.words import Words
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import Action, Language, PersonId, Role, RoomId, RoomPurpose, Scope, TicketId
from tests.patience import PATIENCE_S

NOT_YET: Mapping[type[Step], str] = {
    ExpectPaged: "the desk pages nobody yet, so nothing can be said about pages",
}

CARD = re.compile(r"(?:[^\n]*: )?T-([0-9]+) · ")
"""How a card begins: what is late says so before it."""

_FILE = re.compile(r"[^\S\n]*\[file\s*:\s*([^\]\n]*[^\]\s])\s*\]")


def without_files(text: str) -> tuple[str, Sequence[str]]:
    """Return what somebody types, and the names of the files that go with it."""
    return _FILE.sub("", text), _FILE.findall(text)


def nowhere(who: WhoIsWho) -> WhoIsWho:
    """Return *who* with nobody and nothing on any chat."""
    return replace(
        who,
        people=tuple(replace(person, identities=()) for person in who.people),
        rooms=tuple(replace(room, places=()) for room in who.rooms),
    )


def who_is_where(who: WhoIsWho, here: Collection[PersonId] | None) -> Mapping[RoomId, Sequence[PersonId]]:
    """Return the rooms in which somebody of *here* (None: of everybody) is, with those who are."""
    rooms = Rooms(names=iter(()))
    rooms.furnish(who)
    members = {
        room.id: sorted(each for each in rooms.members(room.id) if here is None or each in here) for room in who.rooms
    }
    return {room: there for room, there in members.items() if there}


def also_at(who: WhoIsWho, people: Mapping[PersonId, Address], rooms: Mapping[RoomId, Address]) -> WhoIsWho:
    """Return *who* with these people and rooms at one more address."""
    return replace(
        who,
        people=tuple(
            replace(person, identities=(*person.identities, people[person.id])) if person.id in people else person
            for person in who.people
        ),
        rooms=tuple(
            replace(room, places=(*room.places, rooms[room.id])) if room.id in rooms else room for room in who.rooms
        ),
    )


# ---- the desk, watched -----------------------------------------------------------------------------------------------


class WatchedBus:
    """
    The desk's command bus as one listener has it, with a window: what was handed over, and how it was answered.

    Attributes:
        given: The answers, oldest first.
        listening: How far was read has been kept for the first time.
    """

    def __init__(self, desk: RunningDesk) -> None:
        self._bus = desk.bus
        self._answers: dict[str, Answer] = {}
        self._changed = asyncio.Condition()
        self.given: list[Answer] = []
        self.listening = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def handle(self, delivery: Delivery) -> Answer:
        answer = await self._bus.handle(delivery)
        async with self._changed:
            self._answers[delivery.key] = answer
            self.given.append(answer)
            self._changed.notify_all()
        return answer

    async def read_to(self, cursor: Cursor) -> None:
        await self._bus.read_to(cursor)
        self.listening.set()

    async def answer_to(self, key: str) -> Answer:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: key in self._answers)
        return self._answers[key]


# ---- the stage -------------------------------------------------------------------------------------------------------


class Placed(Protocol):
    @property
    def room(self) -> RoomId: ...


Shown = TypeVar("Shown", bound=Placed, covariant=True)


class Screens(Protocol[Shown]):
    """What people of one chat see of it."""

    @property
    def heard(self) -> Sequence[Heard]:
        """All that became visible, oldest first."""
        ...

    async def look(self) -> None:
        """Take in what became visible meanwhile."""
        ...

    def cards(self, ticket_id: TicketId) -> Sequence[Shown]: ...


class ChatStage(Generic[Shown]):
    """
    Most of `Stage`, before a desk that is seen through `screens`.

    Args:
        members: Who is in which room, as far as they use this chat.
    """

    def __init__(
        self,
        desk: RunningDesk,
        who: WhoIsWho,
        members: Mapping[RoomId, Collection[PersonId]],
        screens: Screens[Shown],
    ) -> None:
        self.desk = desk
        self._members = members
        self._screens = screens
        self._contacts = frozenset(person.id for person in who.people if person.role is Role.CONTACT)
        self._purposes: Mapping[RoomId, RoomPurpose] = {room.id: room.purpose for room in who.rooms}

    @property
    def words(self) -> Words:
        return self.desk.words

    async def who(self) -> WhoIsWho:
        async with self.desk.storage.begin() as uow:
            return await uow.directory.everything()

    def speaks_in(self, person: PersonId, room: RoomId) -> bool:
        return person in self._members.get(room, ())

    def cannot(self, step: Step) -> str | None:
        return NOT_YET.get(type(step))

    async def settle(self) -> None:
        while await self.desk.relay.run_once() + await self.desk.timers.run_once():
            pass
        await self._screens.look()

    async def next_due(self) -> datetime | None:
        return await self.desk.timers.next_due()

    def heard(self) -> Sequence[Heard]:
        return self._screens.heard

    async def clauses(self, ticket_id: TicketId) -> tuple[str, ...]:
        async with self.desk.storage.begin() as uow:
            entries = await uow.history.of(ticket_id, Scope.of_the_desk())
        return tuple(entry.event.clause for entry in entries)

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        return await self.desk.bus.clocks(ticket_id)

    # ---- what people do is done somewhere, with something ----

    def card(self, person: PersonId, place: InThread) -> Shown:
        """
        Return the card of the thread that *person* would write in: staff the desk's, contacts the customer's.

        Raises:
            NotOnStage: They see none.
        """
        contact = person in self._contacts
        purpose = RoomPurpose.CUSTOMER if contact or place.with_customer else RoomPurpose.DESK
        for card in self._screens.cards(place.ticket_id):
            if self._purposes[card.room] is purpose and self.speaks_in(person, card.room):
                return card
        raise NotOnStage(f"{person} sees no thread of {place}")

    def labels(self, label: str) -> frozenset[str]:
        """Return *label* in every language, folded, so that one story is played to readers of any."""
        same = [english for english in BUTTON.values() if label.casefold() in self.in_every_language(english)]
        return frozenset({label.casefold()}).union(*map(self.in_every_language, same))

    def labels_of(self, action: Action) -> frozenset[str]:
        return self.in_every_language(BUTTON[action])

    def in_every_language(self, english: str) -> frozenset[str]:
        return frozenset(self.words[language](english).casefold() for language in Language)
