"""A stage that knows its lines: `Stage` without a desk, for what the player itself thinks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.console.player import VirtualTime
from adapters.console.stage import Card, Heard, NotOnStage
from adapters.console.story import InThread, Place, Reacts, Step
from chatops.application.words import Words
from chatops.catalogues import load_words
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import ChatOpsError
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import PersonId, RoomId, TicketId
from tests.unit.console.cast import BEA, BEN, CLO, GLOBEX, GUS, WHO


def an_answer(text: str, *, to: PersonId) -> Heard:
    return Heard(room=GLOBEX, ticket_id=None, author=None, text=text, heard_by=frozenset({to}), private=True)


def a_message(
    text: str,
    *,
    room: RoomId = GLOBEX,
    author: PersonId | None = None,
    heard_by: tuple[PersonId, ...] = (GUS, BEN, BEA, CLO),
) -> Heard:
    return Heard(room=room, ticket_id=TicketId(1), author=author, text=text, heard_by=frozenset({*heard_by} - {author}))


@dataclass
class ScriptedStage:
    """
    Attributes:
        when_said: What becomes visible when somebody types this.
        refusing: What is refused.
        due: What happens of its own accord, and when.
    """

    time: VirtualTime
    when_said: dict[str, list[Heard]] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    failing: dict[str, ChatOpsError] = field(default_factory=dict)
    due: list[tuple[datetime, Callable[[], Heard]]] = field(default_factory=list)
    shown: dict[TicketId, tuple[Card, ...]] = field(default_factory=dict)
    history: dict[TicketId, tuple[str, ...]] = field(default_factory=dict)
    clocks_shown: dict[TicketId, Clocks] = field(default_factory=dict)
    buttons: tuple[str, ...] = ()
    said: list[tuple[PersonId, Place | None, str]] = field(default_factory=list)
    in_sight: dict[PersonId, list[str]] = field(default_factory=dict)
    became_visible: list[Heard] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return load_words()

    async def who(self) -> WhoIsWho:
        return WHO

    def speaks_in(self, person: PersonId, room: RoomId) -> bool:
        return (person, room) != (GUS, RoomId("#acme"))

    def cannot(self, step: Step) -> str | None:
        return "nobody reacts on this stage" if isinstance(step, Reacts) else None

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        if text in self.failing:
            raise self.failing[text]
        self.said.append((person, place, text))
        self.became_visible += self.when_said.get(text, [])
        return text in self.refusing

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        if label not in self.buttons:
            raise NotOnStage(f"{person} sees no button “{label}”")
        self.said.append((person, place, f"[{label}] {words}".strip()))
        return label in self.refusing

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        self.said.append((person, place, sign))
        return sign in self.refusing

    async def edit(self, person: PersonId, text: str) -> bool:
        self.said.append((person, None, text))
        return text in self.refusing

    async def delete(self, person: PersonId) -> bool:
        self.said.append((person, None, ""))
        return False

    async def settle(self) -> None:
        for entry in [entry for entry in self.due if entry[0] <= self.time.now()]:
            self.due.remove(entry)
            self.became_visible.append(entry[1]())

    async def next_due(self) -> datetime | None:
        return min((at for at, _ in self.due), default=None)

    def heard(self) -> Sequence[Heard]:
        return self.became_visible

    def shown_to(self, person: PersonId) -> Sequence[str]:
        return self.in_sight.get(person, [])

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]:
        return self.shown.get(ticket_id, ())

    async def clauses(self, ticket_id: TicketId) -> tuple[str, ...]:
        return self.history.get(ticket_id, ())

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        return self.clocks_shown.get(ticket_id)
