"""`chatops console`: the desk in a terminal, as any person of its directory."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import count
from typing import TextIO
from uuid import uuid4

from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text

from adapters.console import slash
from adapters.console.lines import Lines, PipedLines, TypedLines
from adapters.console.messenger import ConsoleMessenger
from adapters.console.render import Line, Part, put
from adapters.console.rooms import Appearance, Post, Rooms
from adapters.console.screen import Screen
from adapters.console.slash import Slash, ToTicket
from adapters.console.terminal import ConsoleDesk, Terminal, buttons_labelled
from adapters.console.translate import typed
from chatops.application.command_line import VERBS
from chatops.application.deliveries import Answer, Speech
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.tickets import TicketFilter
from chatops.application.ports.time_source import TimeSource
from chatops.application.visible import one_line, visible
from chatops.application.words import N_, Voice
from chatops.domain.directory import Person
from chatops.domain.errors import ChatOpsError, UserError
from chatops.domain.vocabulary import Language, PersonId, Platform, Role, RoomId, RoomPurpose, Scope, reference

OpenDesk = Callable[[Messenger], AbstractAsyncContextManager[ConsoleDesk]]
"""Opens the desk with the messenger of this terminal."""

DONE, NOT_ALL_DONE, NOBODY = 0, 1, 2
"""Exit codes; with a person at the keyboard only the last is told, since they saw for themselves."""

SHOWN_AT_ONCE = 10
"""Messages that are shown when somebody enters a place or comes back to the terminal."""


async def run_console(
    open_desk: OpenDesk,
    *,
    time: TimeSource,
    console: Console,
    as_whom: PersonId | None = None,
    source: TextIO | None = None,
) -> int:
    """
    Talk to the desk until the last line; return the exit code.

    Args:
        as_whom: Whom to be at first; None: the first contact of the directory.
        source: A terminal, or a pipe with a line for each thing to type; None: standard input.
    """
    rooms = Rooms(names=_names())
    async with open_desk(ConsoleMessenger(rooms, time)) as desk:
        terminal = Terminal(desk, rooms)
        await terminal.furnish()
        await _recall_threads(terminal)
        person = rooms.people.get(as_whom) if as_whom else _first_contact(rooms)
        if person is None or not rooms.rooms_of(person.id):
            say = desk.words[Language.EN]
            nobody = (
                say("The directory knows nobody called {name} who is in a room.", name=as_whom)
                if as_whom
                else say("The directory has nobody to be: import one with chatops directory import FILE.")
            )
            put(console, Text(visible(nobody)))
            return NOBODY
        app = _App(terminal, console, person)
        lines = app.lines_from(source or sys.stdin)
        async with AsyncExitStack() as stack:
            if lines.interactive:
                stack.enter_context(patch_stdout(raw=True))
                await stack.enter_async_context(_working(desk))
            all_done = await app.run(lines)
    return DONE if all_done or lines.interactive else NOT_ALL_DONE


def _names() -> Iterator[str]:
    """Names for what is typed here: no other terminal on the same database gives the same ones."""
    terminal = uuid4().hex[:12]
    return (f"w{terminal}-{number}" for number in count(1))


def _first_contact(rooms: Rooms) -> Person | None:
    return next((person for person in rooms.people.values() if person.role is Role.CONTACT), None)


async def _recall_threads(terminal: Terminal) -> None:
    """Put a bare card where an earlier terminal began a thread: what was said there went with that terminal."""
    async with terminal.desk.storage.begin() as uow:
        for ticket in await uow.tickets.list(Scope.of_the_desk(), TicketFilter(closed=True)):
            for thread in await uow.threads.of(ticket.id):
                if thread.root is not None and thread.root.platform is Platform.CONSOLE:
                    title = Line(part=Part.HEADLINE, text=one_line(f"{ticket.reference} · {ticket.title}"))
                    card = Post(
                        name=thread.root.value,
                        room=thread.room,
                        thread=None,
                        author=None,
                        lines=(title,),
                        ticket_id=ticket.id,
                    )
                    terminal.rooms.post(card, at=terminal.desk.time.now())


@asynccontextmanager
async def _working(desk: ConsoleDesk) -> AsyncIterator[None]:
    """Let what is owed and what is due happen of its own accord while somebody thinks at the prompt."""
    stop = asyncio.Event()
    loops = [asyncio.create_task(desk.relay.run(stop)), asyncio.create_task(desk.timers.run(stop))]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*loops)


class _App:
    """
    Attributes:
        thread: The name of the card under which *person* writes; None at the top of the room.
    """

    def __init__(self, terminal: Terminal, console: Console, person: Person) -> None:
        self._terminal = terminal
        self._rooms = terminal.rooms
        self._screen = Screen(console, self._rooms)
        self._person = person
        self._room = _home(person, self._rooms)
        self._thread: str | None = None
        self._begun_at = len(self._rooms.appearances)
        self._seen: dict[PersonId, int] = {}
        self._hinted: set[str] = set()
        self._all_done = True
        self._rooms.on_appearance = self._arrived

    @property
    def say(self) -> Voice:
        return self._terminal.desk.words[self._person.language]

    @property
    def _prompt(self) -> str:
        return f"{self._person.id} {self._screen.place(self._room, self._thread)}> "

    def lines_from(self, source: TextIO) -> Lines:
        if source.isatty() and self._screen.is_terminal:
            return TypedLines(self._offers)
        return PipedLines(source, self._screen.line)

    async def run(self, lines: Lines) -> bool:
        """Return whether everything that was asked was done."""
        self._screen.welcome(self._person, self._room, self.say)
        while (line := await lines.next(self._prompt)) is not None:
            if not await self._take(line.strip()):
                break
        return self._all_done

    async def _take(self, line: str) -> bool:
        """Return whether to go on after this line."""
        try:
            if slash.is_slash(line):
                return await self._obey(*slash.slash_of(line))
            if line:
                await self._speak(line)
        except UserError as error:
            self._sorry(self.say.error(error))
        except ChatOpsError as error:
            # The edge of the loop: whatever is wrong with the desk, the terminal stays.
            self._sorry(self.say("The desk could not take that ({error}). Nothing was changed.", error=error))
        return True

    def _sorry(self, text: str) -> None:
        self._all_done = False
        self._screen.line(text, style="yellow")

    # ---- what is for the desk ----

    async def _speak(self, line: str) -> None:
        answer = await self._terminal.say(self._person.id, self._room, self._thread, line)
        await self._answered(answer)
        if self._thread is None:
            self._hint(line, answer)

    def _hint(self, line: str, answer: Answer) -> None:
        """Tell a newcomer, once each, the two things that a room does not show: its threads, and who reads what."""
        if answer.ticket_id is not None and "thread" not in self._hinted:
            self._hinted.add("thread")
            ticket = reference(answer.ticket_id)
            self._screen.line(self.say("/go {ticket} takes you into its thread.", ticket=ticket), style="dim")
        elif isinstance(typed(line), Speech) and "speech" not in self._hinted:
            self._hinted.add("speech")
            hint = N_("Only this room reads that. The desk reads plain words in a ticket's thread: /go T-1")
            self._screen.line(self.say(hint), style="dim")

    async def _press(self, label: str) -> None:
        posts = self._rooms.read(self._person.id, self._room, self._thread)
        shown = buttons_labelled(posts, [label])
        if not shown:
            labels = sorted({button.label for post in posts for button in post.buttons})
            raise UserError(N_("There is no such button here. There is: {buttons}"), buttons=", ".join(labels) or "–")
        await self._answered(await self._terminal.press(self._person.id, *shown[0]))

    async def _answered(self, answer: Answer) -> None:
        if answer.refused is not None:
            self._all_done = False
        await self._terminal.settle()

    # ---- what is for the terminal ----

    async def _obey(self, command: Slash, argument: str) -> bool:
        match command:
            case Slash.AS:
                self._become(argument)
            case Slash.GO:
                self._go(argument)
            case Slash.READ:
                self._read()
            case Slash.PRESS:
                await self._press(argument)
            case Slash.ROOMS:
                self._screen.rooms(self._person.id, self._room)
            case Slash.PEOPLE:
                self._screen.people(self.say)
            case Slash.WHO:
                self._tell_who()
            case Slash.HELP:
                self._screen.help(self.say)
            case Slash.QUIT:
                return False
        return True

    def _become(self, argument: str) -> None:
        person = self._rooms.people.get(slash.person_named(argument))
        if person is None:
            raise UserError(N_("The directory knows nobody called “{name}”. /people shows everybody."), name=argument)
        if not self._rooms.rooms_of(person.id):
            raise UserError(N_("{name} is in no room of this terminal."), name=person.name)
        self._person, self._room, self._thread = person, _home(person, self._rooms), None
        self._screen.line(self.say("You are {whom}.", whom=self._screen.whom(person, self.say)))
        self._show_missed()

    def _show_missed(self) -> None:
        since = self._seen.get(self._person.id, self._begun_at)
        missed = [a for a in self._rooms.appearances[since:] if self._person.id in a.heard_by and a.lines]
        if len(missed) > SHOWN_AT_ONCE:
            self._screen.line(
                self.say.plural(
                    "… and {n} message before that.",
                    "… and {n} messages before that.",
                    len(missed) - SHOWN_AT_ONCE,
                ),
                style="dim",
            )
        for appearance in missed[-SHOWN_AT_ONCE:]:
            self._show(appearance)
        self._seen[self._person.id] = len(self._rooms.appearances)

    def _go(self, argument: str) -> None:
        match slash.destination(argument):
            case None:
                self._thread = None
            case ToTicket(ticket_id=ticket_id, with_customer=with_customer):
                card = self._rooms.thread_for(self._person.id, ticket_id, with_customer=with_customer)
                if card is None:
                    raise UserError(
                        N_("You see no thread of {ticket}. /rooms shows what you see."),
                        ticket=reference(ticket_id),
                    )
                self._room, self._thread = card.room, card.name
            case str() as name:
                if name not in {room.id for room in self._rooms.rooms_of(self._person.id)}:
                    raise UserError(N_("You are not in a room {room}. /rooms shows yours."), room=name)
                self._room, self._thread = RoomId(name), None
        self._read()

    def _read(self) -> None:
        """Show what stands here: a thread with its card and the end of it whole, of a room the first lines."""
        posts = self._rooms.read(self._person.id, self._room, self._thread)
        card = posts[:1] if self._thread is not None else ()
        for post in (*card, *posts[len(card) :][-SHOWN_AT_ONCE:]):
            self._screen.post(post, say=self.say, whole=self._thread is not None)

    def _tell_who(self) -> None:
        whom = self._screen.whom(self._person, self.say)
        self._screen.line(self.say("You are {whom}.", whom=whom))
        others = sorted(self._rooms.members(self._room) - {self._person.id})
        here = self._screen.place(self._room, self._thread)
        self._screen.line(self.say("In {here} as well: {others}", here=here, others=", ".join(others)))

    # ---- what arrives ----

    def _arrived(self, appearance: Appearance) -> None:
        if self._person.id in appearance.heard_by:
            self._show(appearance)
        self._seen[self._person.id] = len(self._rooms.appearances)

    def _show(self, appearance: Appearance) -> None:
        self._screen.arrival(appearance, say=self.say, person=self._person.id, here=self._room)

    def _offers(self) -> Iterable[str]:
        """Return everything that makes sense to complete: commands, verbs, people, rooms and tickets."""
        yield from slash.NAMES
        yield from (f"!{word}" for verb in VERBS for word in verb.words if word.isalpha())
        yield from self._rooms.people
        for room in self._rooms.rooms_of(self._person.id):
            yield room.id
            yield from (reference(card.ticket_id) for card in self._rooms.cards_in(room.id) if card.ticket_id)


def _home(person: Person, rooms: Rooms) -> RoomId:
    """Return where somebody begins: staff at the desk, contacts in their organisation's room."""
    mine = rooms.rooms_of(person.id)
    home = RoomPurpose.CUSTOMER if person.role is Role.CONTACT else RoomPurpose.DESK
    return next((room.id for room in mine if room.purpose is home), mine[0].id)
