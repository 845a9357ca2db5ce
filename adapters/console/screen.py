"""What the interactive console prints: messages as they arrive, places, lists and the first screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from adapters.console.render import Line, Part, put, styled
from adapters.console.rooms import Appearance, Post, Rooms
from adapters.console.slash import USAGE
from chatops.application.labels import ROLE
from chatops.application.visible import one_line, visible
from chatops.application.words import Voice
from chatops.domain.directory import Person
from chatops.domain.vocabulary import PersonId, Role, RoomId, reference


class Screen:
    """
    Args:
        console: Coloured on a terminal, plain when piped; nothing that is printed is read as markup.
    """

    def __init__(self, console: Console, rooms: Rooms) -> None:
        self._console = console
        self._rooms = rooms

    @property
    def is_terminal(self) -> bool:
        return self._console.is_terminal

    def line(self, text: str = "", *, style: str = "") -> None:
        self._print(Text(visible(text), style=style))

    def _print(self, text: Text) -> None:
        put(self._console, text)

    # ---- messages ----

    def arrival(self, appearance: Appearance, *, say: Voice, person: PersonId, here: RoomId) -> None:
        """Print what arrived: whole where *person* is looking or is called, else its first line."""
        called = person in appearance.notified
        shown = appearance.lines if called or appearance.post.room == here else appearance.lines[:1]
        if appearance.post.removed:
            self._message(appearance.post, (_taken_back(say),))
        elif shown:
            self._message(appearance.post, shown, mark=say("(for you)") if called else "")

    def post(self, post: Post, *, say: Voice, whole: bool = True) -> None:
        """Print a message as it now stands, with what was put under it."""
        lines = (_taken_back(say),) if post.removed else post.lines if whole else post.lines[:1]
        self._message(post, (*lines, *_signs(post)))

    def _message(self, post: Post, lines: Sequence[Line], *, mark: str = "") -> None:
        head = Text(f"{self.place(post.room, post.thread_root)}", style="dim")
        if post.author is not None:
            head.append(f" {post.author}:", style="bold blue")
        if mark:
            head.append(f" {mark}", style="bold yellow")
        body = _drawn(lines)
        if len(body) == 1:
            self._print(Text.assemble(head, "  ", body[0]))
        else:
            self._print(head)
            for each in body:
                self._print(Text.assemble("  ", each))

    def place(self, room: RoomId, thread: str | None) -> str:
        root = self._rooms.find(thread) if thread else None
        return f"{room} {reference(root.ticket_id)}" if root and root.ticket_id is not None else room

    # ---- lists ----

    def help(self, say: Voice) -> None:
        width = max(len(say(usage)) for usage, _ in USAGE.values())
        self.line(say("What the terminal itself knows (everything else goes to the room you are in):"))
        for usage, does in USAGE.values():
            self.line(f"  {say(usage):<{width}}  {say(does)}")
        self.line(say("Alt-Enter, or a backslash at the end of a line, begins a new line of the same message."))

    def rooms(self, person: PersonId, here: RoomId) -> None:
        for room in self._rooms.rooms_of(person):
            self.line(f"{room.id}{' *' if room.id == here else ''}")
            for card in self._rooms.cards_in(room.id):
                self.line(f"  {card.lines[0].text}")

    def people(self, say: Voice) -> None:
        for person in self._rooms.people.values():
            self.line(f"  {person.id:<8} {self.whom(person, say)}")

    def whom(self, person: Person, say: Voice) -> str:
        rooms = " ".join(room.id for room in self._rooms.rooms_of(person.id))
        return f"{one_line(person.name)} · {say(ROLE[person.role])} · {rooms}"

    def welcome(self, person: Person, here: str, say: Voice) -> None:
        """The first screen: what to type to open the first ticket."""
        rows = [
            (say("!open S2 The portal is very slow"), say("opens your first ticket")),
            (say("/go T-1"), say("takes you into its thread; plain words there reach the desk")),
        ]
        agent = next((p.id for p in self._rooms.people.values() if p.role is Role.AGENT), None)
        if agent is not None:
            rows.append((say("/as {name}  /go T-1  !take", name=agent), say("shows the desk's side of it")))
        rows.append((say("/help   !help"), say("what the terminal knows; what you can ask of the desk")))
        self.line(say("This is the desk in a terminal. You are {name}, in {here}.", name=person.name, here=here))
        width = max(len(typed) for typed, _ in rows)
        for typed, does in rows:
            self._print(Text.assemble("  ", (f"{typed:<{width}}", "bold green"), f"  {does}"))


def _taken_back(say: Voice) -> Line:
    return Line(part=Part.SPEECH, text=say("(taken back)"))


def _signs(post: Post) -> tuple[Line, ...]:
    signs = "  ".join(f"{sign} {by or ''}".rstrip() for sign, by in post.signs)
    return (Line(part=Part.SIGN, text=signs),) if signs else ()


def _drawn(lines: Sequence[Line]) -> list[Text]:
    """Return the lines as the terminal shows them: facts on one line, buttons on one line."""
    drawn: list[Text] = []
    before: Part | None = None
    for line in lines:
        if line.part is before and line.part in (Part.FACT, Part.BUTTON):
            drawn[-1] = Text.assemble(drawn[-1], " · " if line.part is Part.FACT else "   ", styled(line))
        else:
            drawn.append(styled(line))
        before = line.part
    return drawn
