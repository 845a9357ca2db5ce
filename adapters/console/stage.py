"""
Where stories are played: `Stage`, what the player needs of a chat, and `TerminalStage`, the first one.

A stage is judged by what people see on it. What no person can see is read from the history, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.console.render import Part, plain
from adapters.console.rooms import Appearance, Post
from adapters.console.story import (
    ExpectPaged,
    InRoom,
    InThread,
    Place,
    Step,
)
from adapters.console.terminal import Terminal, buttons_labelled
from chatops.application.labels import BUTTON
from chatops.application.words import Words
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import ChatOpsError
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import Language, PersonId, RoomId, Scope, TicketId


class NotOnStage(ChatOpsError):
    """A step needs something that the person cannot see: a thread, a button, or earlier words of theirs."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """
    Something that became visible.

    Attributes:
        ticket_id: Of the thread it stands in; None outside threads of tickets.
        author: None for the desk.
        text: Only what is new, where a message was edited.
        heard_by: Who could see it, without its author.
        private: It was shown to one person only.
        removed: Nothing became visible: an earlier message was taken back.
    """

    room: RoomId
    ticket_id: TicketId | None
    author: PersonId | None
    text: str
    heard_by: frozenset[PersonId]
    notified: frozenset[PersonId] = frozenset()
    private: bool = False
    edited: bool = False
    removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """
    A ticket's card as it now stands in a room.

    Attributes:
        facts: Its labelled lines, such as ``Status: NEW``; the words of people are none of them.
    """

    room: RoomId
    facts: tuple[str, ...]


class Stage(Protocol):
    @property
    def words(self) -> Words: ...

    async def who(self) -> WhoIsWho:
        """Return everybody and every room of this stage."""
        ...

    def speaks_in(self, person: PersonId, room: RoomId) -> bool: ...

    def cannot(self, step: Step) -> str | None:
        """Say why *step* cannot be played or judged here yet; None where it can."""
        ...

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        """
        Let *person* type *text*; return whether the desk refused it.

        Raises:
            NotOnStage: They see no such thread.
        """
        ...

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        """
        Press the newest button of this label; return whether the desk refused it.

        Raises:
            NotOnStage: They see no such thread, or no such button in it.
        """
        ...

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        """
        Put *sign* under the newest message of the thread that offers it, else under its card.

        Return whether the desk refused it.

        Raises:
            NotOnStage: They see no such thread.
        """
        ...

    async def edit(self, person: PersonId, text: str) -> bool:
        """
        Let *person* change their last words; return whether the desk refused it.

        Raises:
            NotOnStage: They have said nothing.
        """
        ...

    async def delete(self, person: PersonId) -> bool:
        """
        Let *person* take back their last words; return whether the desk refused it.

        Raises:
            NotOnStage: They have said nothing.
        """
        ...

    async def settle(self) -> None:
        """Return when everything that is due at this instant has happened and is visible."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when something will happen of its own accord; None if nothing will."""
        ...

    def heard(self) -> Sequence[Heard]:
        """Return all that became visible since the beginning, oldest first."""
        ...

    def shown_to(self, person: PersonId) -> Sequence[str]:
        """Return every message that *person* sees now, as it now stands."""
        ...

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]: ...

    async def clauses(self, ticket_id: TicketId) -> tuple[str, ...]:
        """Return the clause of each row of the ticket's history, oldest first: read, not seen."""
        ...

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        """Return what the ticket's clocks show now: read, not seen; None where nothing is promised."""
        ...


_NOT_YET: dict[type[Step], str] = {
    ExpectPaged: "the desk pages nobody yet, so nothing can be said about pages",
}


class TerminalStage:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._rooms = terminal.rooms

    @property
    def words(self) -> Words:
        return self._terminal.desk.words

    async def who(self) -> WhoIsWho:
        await self._terminal.furnish()
        return WhoIsWho(
            people=tuple(self._rooms.people.values()),
            rooms=tuple(self._rooms.rooms.values()),
        )

    def speaks_in(self, person: PersonId, room: RoomId) -> bool:
        return person in self._rooms.members(room)

    def cannot(self, step: Step) -> str | None:
        return _NOT_YET.get(type(step))

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        room, thread = self._where(person, place)
        answer = await self._terminal.say(person, room, thread, text)
        return answer.refused is not None

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        card = self._card(person, place)
        posts = self._rooms.read(person, card.room, card.name)
        shown = buttons_labelled(posts, self._labels(label))
        if not shown:
            labels = ", ".join(sorted({f"“{button.label}”" for post in posts for button in post.buttons}))
            raise NotOnStage(f"{person} sees no button “{label}” in {place}, but {labels or 'none at all'}")
        answer = await self._terminal.press(person, *shown[0], words)
        return answer.refused is not None

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        card = self._card(person, place)
        posts = self._rooms.read(person, card.room, card.name)
        offering = [post for post in posts if any(button.sign == sign for button in post.buttons)]
        answer = await self._terminal.react(person, (offering or [card])[-1], sign)
        return answer.refused is not None

    async def edit(self, person: PersonId, text: str) -> bool:
        answer = await self._terminal.edit(person, self._last_of(person), text)
        return answer.refused is not None

    async def delete(self, person: PersonId) -> bool:
        answer = await self._terminal.delete(person, self._last_of(person))
        return answer.refused is not None

    def _last_of(self, person: PersonId) -> Post:
        post = self._rooms.last_of(person)
        if post is None:
            raise NotOnStage(f"{person} has said nothing yet")
        return post

    def _labels(self, label: str) -> list[str]:
        """Return *label* in every language, so that one story is played to readers of any."""
        same = [
            english
            for english in BUTTON.values()
            if label.casefold() in {self.words[language](english).casefold() for language in Language}
        ]
        return [label, *(self.words[language](english) for english in same for language in Language)]

    async def settle(self) -> None:
        await self._terminal.settle()

    async def next_due(self) -> datetime | None:
        return await self._terminal.next_due()

    def heard(self) -> Sequence[Heard]:
        return [self._heard(appearance) for appearance in self._rooms.appearances]

    def shown_to(self, person: PersonId) -> Sequence[str]:
        return [plain(post.lines) for post in self._rooms.all_of(person)]

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]:
        return tuple(
            Card(room=card.room, facts=tuple(line.text for line in card.lines if line.part is Part.FACT))
            for card in self._rooms.cards(ticket_id)
        )

    async def clauses(self, ticket_id: TicketId) -> tuple[str, ...]:
        async with self._terminal.desk.storage.begin() as uow:
            entries = await uow.history.of(ticket_id, Scope.of_the_desk())
        return tuple(entry.event.clause for entry in entries)

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        return await self._terminal.desk.bus.clocks(ticket_id)

    def _where(self, person: PersonId, place: Place) -> tuple[RoomId, str | None]:
        if isinstance(place, InRoom):
            return place.room, None
        card = self._card(person, place)
        return card.room, card.name

    def _card(self, person: PersonId, place: InThread) -> Post:
        card = self._rooms.thread_for(person, place.ticket_id, with_customer=place.with_customer)
        if card is None:
            raise NotOnStage(f"{person} sees no thread of {place}")
        return card

    def _heard(self, appearance: Appearance) -> Heard:
        post = appearance.post
        root = self._rooms.find(post.thread_root)
        return Heard(
            room=post.room,
            ticket_id=root.ticket_id if root else None,
            author=appearance.by,
            text=plain(appearance.lines),
            heard_by=appearance.heard_by,
            notified=appearance.notified,
            private=post.reader is not None,
            edited=appearance.edited,
            removed=post.removed,
        )
