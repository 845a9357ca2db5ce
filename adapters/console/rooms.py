"""
The terminal's chat server, in memory: rooms, threads, messages and their versions, and who could see what since when.

It is the record that stories are judged by: what people see, never what our own database believes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.console.render import Line, Part
from chatops.application.message_tree import Button
from chatops.domain.directory import Person, Room, WhoIsWho
from chatops.domain.vocabulary import PersonId, Role, RoomId, RoomPurpose, TicketId


@dataclass(frozen=True, kw_only=True)
class Post:
    """
    A message as it now stands in a room.

    Attributes:
        name: What the terminal calls it, such as ``m12``.
        thread: The name of its thread's root; None at the top of the room.
        author: None for the desk.
        reader: The only person who sees it; None for everybody in the room.
        ticket_id: Whose card it is, if it is one.
        signs: What people, or the desk (None), put under it, oldest first.
        removed: It was taken back: nothing of it is left but its place.
        versions: What it said before, oldest first.
    """

    name: str
    room: RoomId
    thread: str | None
    author: PersonId | None
    lines: tuple[Line, ...]
    buttons: tuple[Button, ...] = ()
    notify: frozenset[PersonId] = frozenset()
    reader: PersonId | None = None
    ticket_id: TicketId | None = None
    signs: tuple[tuple[str, PersonId | None], ...] = ()
    removed: bool = False
    versions: tuple[tuple[Line, ...], ...] = ()

    @property
    def thread_root(self) -> str:
        """The thread that it stands in, or begins."""
        return self.thread or self.name


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """
    Something became visible: a new message, the changed lines of an edited one, or a sign under one.

    Attributes:
        by: Who made it visible; None for the desk.
        seen_by: Everybody who could see it at that instant, its author too.
        notified: Those of them whom it called.
        edited: The lines are the new ones of an older message.
    """

    at: datetime
    by: PersonId | None
    post: Post
    lines: tuple[Line, ...]
    seen_by: frozenset[PersonId]
    notified: frozenset[PersonId]
    edited: bool = False

    @property
    def heard_by(self) -> frozenset[PersonId]:
        """Nobody hears their own typed words."""
        return self.seen_by - {self.by}


@dataclass
class Rooms:
    """
    Attributes:
        names: Names for what people type; no two terminals on one database may give the same.
    """

    names: Iterator[str]
    appearances: list[Appearance] = field(default_factory=list)
    on_appearance: Callable[[Appearance], None] = lambda appearance: None
    _rooms: dict[RoomId, Room] = field(default_factory=dict)
    _people: dict[PersonId, Person] = field(default_factory=dict)
    _posts: dict[str, Post] = field(default_factory=dict)

    # ---- who is where ----

    def furnish(self, who: WhoIsWho) -> None:
        """Give every room and every person of the directory their place; what was said stays."""
        self._rooms = {room.id: room for room in who.rooms}
        self._people = {person.id: person for person in who.people}

    @property
    def rooms(self) -> Mapping[RoomId, Room]:
        return self._rooms

    @property
    def people(self) -> Mapping[PersonId, Person]:
        return self._people

    def rooms_of(self, person: PersonId) -> tuple[Room, ...]:
        return tuple(room for room in self._rooms.values() if _belongs(self._people[person], room))

    def members(self, room: RoomId) -> frozenset[PersonId]:
        return frozenset(p.id for p in self._people.values() if _belongs(p, self._rooms[room]))

    # ---- what is said ----

    def speak(
        self, person: PersonId, room: RoomId, thread: str | None, lines: tuple[Line, ...], *, at: datetime
    ) -> Post:
        """Let *person* type something into a room, or into a thread of it."""
        post = Post(name=next(self.names), room=room, thread=thread, author=person, lines=lines)
        self._show(post, lines, by=person, at=at)
        return post

    def post(self, post: Post, *, at: datetime) -> None:
        """Show a message of the desk; one that is shown already is not shown again."""
        if post.name not in self._posts:
            self._show(post, post.lines, by=post.author, at=at)

    def edit(self, name: str, changed: Post, *, at: datetime) -> None:
        """Let the message called *name* say what *changed* says; only its new lines become visible."""
        before = self._posts[name]
        if before.removed:
            return
        if before.lines == changed.lines and before.buttons == changed.buttons:
            return
        after = replace(
            before,
            lines=changed.lines,
            buttons=changed.buttons,
            notify=changed.notify,
            versions=(*before.versions, before.lines),
        )
        new = tuple(line for line in changed.lines if line not in before.lines)
        self._show(after, new, by=changed.author, at=at, edited=True)

    def remove(self, name: str, *, by: PersonId | None, at: datetime) -> None:
        """Take a message back: what it says and said is gone, its place and what hangs from it stay."""
        before = self._posts[name]
        if not before.removed:
            after = replace(before, lines=(), buttons=(), notify=frozenset(), versions=(), removed=True)
            self._show(after, (), by=by, at=at)

    def sign(self, name: str, sign: str, *, by: PersonId | None, at: datetime) -> None:
        """Put a sign under a message; nobody puts the same one twice."""
        before = self._posts[name]
        if (sign, by) not in before.signs and not before.removed:
            line = Line(part=Part.SIGN, text=f"{sign} {by or ''}".rstrip())
            after = replace(before, signs=(*before.signs, (sign, by)), notify=frozenset())
            self._show(after, (line,), by=by, at=at)

    def unsign(self, name: str, sign: str, *, by: PersonId | None) -> None:
        """Take a sign away again; nobody is told of that."""
        before = self._posts[name]
        self._posts[name] = replace(before, signs=tuple(each for each in before.signs if each != (sign, by)))

    def _show(
        self, post: Post, lines: tuple[Line, ...], *, by: PersonId | None, at: datetime, edited: bool = False
    ) -> None:
        self._posts[post.name] = post
        seen_by = self.members(post.room)
        if post.reader is not None:
            seen_by &= {post.reader}
        appearance = Appearance(
            at=at,
            by=by,
            post=post,
            lines=lines,
            seen_by=seen_by,
            notified=post.notify & seen_by,
            edited=edited,
        )
        self.appearances.append(appearance)
        self.on_appearance(appearance)

    # ---- what can be read ----

    def find(self, name: str) -> Post | None:
        return self._posts.get(name)

    def all_of(self, person: PersonId) -> tuple[Post, ...]:
        """Return every message of all the rooms that *person* sees now, oldest first; removed ones are none."""
        mine = {room.id for room in self.rooms_of(person)}
        return tuple(
            post
            for post in self._posts.values()
            if post.room in mine and post.reader in (None, person) and not post.removed
        )

    def last_of(self, person: PersonId) -> Post | None:
        """Return the last thing that *person* typed and did not take back."""
        return next((post for post in reversed(self.all_of(person)) if post.author == person), None)

    def cards(self, ticket_id: TicketId) -> tuple[Post, ...]:
        """Return the ticket's cards, the roots of its threads, oldest first."""
        return tuple(post for post in self._posts.values() if post.ticket_id == ticket_id)

    def cards_in(self, room: RoomId) -> tuple[Post, ...]:
        return tuple(post for post in self._posts.values() if post.room == room and post.ticket_id is not None)

    def thread_for(self, person: PersonId, ticket_id: TicketId, *, with_customer: bool = False) -> Post | None:
        """
        Return the card of the thread that *person* would write in: staff their desk thread, contacts the customer's.

        Args:
            with_customer: Staff mean the customer's thread.
        """
        contact = self._people[person].role is Role.CONTACT
        purpose = RoomPurpose.CUSTOMER if contact or with_customer else RoomPurpose.DESK
        mine = {room.id for room in self.rooms_of(person) if room.purpose is purpose}
        return next((card for card in self.cards(ticket_id) if card.room in mine), None)

    def read(self, person: PersonId, room: RoomId, thread: str | None = None) -> tuple[Post, ...]:
        """Return what *person* sees there now, oldest first: a thread with its root, or the top of the room."""
        if person not in self.members(room):
            return ()
        return tuple(
            post
            for post in self._posts.values()
            if post.room == room
            and (post.thread_root == thread if thread else post.thread is None)
            and post.reader in (None, person)
        )


def _belongs(person: Person, room: Room) -> bool:
    match room.purpose:
        case RoomPurpose.CUSTOMER if person.role is Role.CONTACT:
            return room.organisation in person.organisations
        case RoomPurpose.CUSTOMER | RoomPurpose.DESK:
            return person.role is not Role.CONTACT
        case RoomPurpose.MANAGERS:
            return person.role in (Role.MANAGER, Role.ADMINISTRATOR)
        case RoomPurpose.DIRECT:
            return False
