"""
The ports: what the application needs of the world. Protocols, satisfied by shape.

`storage` is the real side of `UnitOfWork` and its parts, `rules` of `PolicyEngine`, the chat adapters of `Messenger`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from chatops.application.commands import Command
from chatops.application.deliveries import Answer, Cursor, OwnMessage, origin_of
from chatops.application.message_tree import Message
from chatops.domain.directory import Address, ChatChange, Organisation, Person, Room, WhoIsWho
from chatops.domain.events import Attachment, Event
from chatops.domain.notices import Matter, NoticeRule
from chatops.domain.policy import Decision, Fact, Sentence, TransitionQuestion
from chatops.domain.reminders import ReminderRule
from chatops.domain.service_levels import ServiceLevel
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.ticket import Change, Ticket
from chatops.domain.vocabulary import (
    Audience,
    ClockKind,
    OrganisationId,
    PersonId,
    Platform,
    Recounted,
    RoomId,
    RoomPurpose,
    Scope,
    Severity,
    Status,
    TicketId,
)


class TimeSource(Protocol):
    def now(self) -> datetime:
        """Return the present: aware UTC."""
        ...


class PolicyEngine(Protocol):
    @property
    def edition(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def calendars(self) -> str:
        """Return one digest of every calendar that anything is counted on, bank holidays included (A23)."""
        ...

    def decide(self, question: TransitionQuestion) -> Decision:
        """
        Raises:
            PolicyBroken: The engine gave no answer; never a refusal.
        """
        ...

    @property
    def inquiries(self) -> tuple[SeverityInquiry, ...]:
        """What is asked of whoever reports a problem, to propose a severity (§3.1.5)."""
        ...

    def propose_severity(self, facts: Mapping[str, Fact]) -> SeverityProposal:
        """Return the severity that *facts* speak for; raises as `decide` does."""
        ...

    def definition(self, severity: Severity) -> Sentence:
        """Return what *severity* means, for whoever is told that a case has it (§3.1.4)."""
        ...

    def service_level(self, plan: str) -> ServiceLevel | None:
        """Return what *plan* promises; None for a plan that no policy knows."""
        ...

    def reminder_rule(self, status: Status, plan: str, severity: Severity) -> ReminderRule | None:
        """Return how often the beneficiary is reminded; None where nobody is."""
        ...

    def notice_rule(self, matter: Matter, severity: Severity) -> NoticeRule | None:
        """Return who of the staff is told of *matter*, and how; None where nobody is."""
        ...


# ---- what is kept about tickets -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TicketFilter:
    """Which tickets to list; every attribute narrows, None and False do not."""

    assignee: PersonId | None = None
    requester: PersonId | None = None
    status: Status | None = None
    closed: bool = False
    """Closed ones as well."""
    limit: int = 50


class Tickets(Protocol):
    async def reserve(self) -> TicketId:
        """Return the next number; a rolled back one may leave a gap (F42)."""
        ...

    async def find(self, ticket_id: TicketId, scope: Scope) -> Ticket | None:
        """Return None alike for a ticket that is not there and one outside *scope* (S14)."""
        ...

    async def list(self, scope: Scope, wanted: TicketFilter) -> tuple[Ticket, ...]:
        """Gravest severity first, then oldest."""
        ...

    async def open_after(
        self, last: TicketId, *, limit: int, organisation: OrganisationId | None = None
    ) -> tuple[Ticket, ...]:
        """Return the next tickets after *last* that are not CLOSED, by number; of one organisation, or of all."""
        ...

    async def save(self, change: Change, *, correlation_id: str) -> None:
        """
        Write the ticket and its history rows.

        Raises:
            ConflictError: The ticket is no longer the one that was read.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """
    Attributes:
        number: From 1, without a gap, per ticket.
        digest: Of this row and the one before it, so that tampering shows (I7).
    """

    number: int
    event: Event
    audience: Audience
    correlation_id: str
    digest: str


class History(Protocol):
    async def of(self, ticket_id: TicketId, scope: Scope) -> tuple[HistoryEntry, ...]:
        """Return the rows that *scope* may read, oldest first; none for a ticket outside it."""
        ...

    async def of_each(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, tuple[Event, ...]]:
        """Return the whole history of each of *tickets*, for the desk itself; in one question."""
        ...

    async def first_broken(self, ticket_id: TicketId, scope: Scope) -> int | None:
        """Return the number of the first row that does not follow from the one before it; None if all do."""
        ...


# ---- threads --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Thread:
    """
    A ticket's thread in one room on one platform; its root is our card.

    Attributes:
        id: 0 until added.
        root: None until the card has been delivered.
    """

    id: int = 0
    ticket_id: TicketId
    organisation: OrganisationId
    room: RoomId
    place: Address
    audience: Audience
    root: Address | None = None


class Threads(Protocol):
    async def add(self, thread: Thread) -> Thread:
        """Return it with its id."""
        ...

    async def of(self, ticket_id: TicketId) -> tuple[Thread, ...]: ...

    async def rooted_at(self, place: Address, root: Address) -> Thread | None: ...

    async def move(self, old: Address, new: Address) -> tuple[Thread, ...]:
        """
        Let the threads of *old* begin anew in *new*, without a root; return them, as they now stand.

        Those of closed tickets stay, as history, but for what is still owed there; so do those of tickets that have a
        thread in *new* already.
        """
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now; everything stands where it stood."""
        ...

    async def of_open_tickets(self, platform: Platform) -> tuple[Thread, ...]:
        """Return the threads of tickets that are not closed on *platform* whose card stands, oldest ticket first."""
        ...

    async def open_at(self, place: Address) -> tuple[TicketId, ...]:
        """Return the tickets that are not closed and have a thread in *place*, oldest first."""
        ...

    async def shown_at(self, place: Address) -> frozenset[tuple[OrganisationId, Audience]]:
        """Return whose tickets, closed ones too, *place* has ever shown, and to whom."""
        ...


# ---- the border: inbox, outbox, timers ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where somebody's words stand."""

    place: Address
    message: Address


class Inbox(Protocol):
    async def answer_to(self, key: str) -> Answer | None:
        """Return what was answered to this delivery before, with `repeated` set; None for a new one."""
        ...

    async def record(
        self, key: str, answer: Answer, *, at: datetime, correlation_id: str, written: Written | None = None
    ) -> None:
        """
        Args:
            written: Where the words stand that became a row of the history.

        Raises:
            ConflictError: Somebody else is recording the same delivery.
        """
        ...

    async def written(self, ticket_id: TicketId, entry: int) -> Written | None:
        """Return where the words of a history row were written; None where it was no chat message."""
        ...

    async def entry_at(self, place: Address, message: Address) -> tuple[TicketId, int] | None:
        """Return the ticket and the number of the history row that somebody's message became."""
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now."""
        ...

    async def cursor(self, name: str) -> str | None: ...

    async def move(self, cursor: Cursor) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    Something we asked somebody back: their next words there complete what they had typed.

    Attributes:
        root: The thread it was asked in; None at the top of the room.
        words: The command as far as they typed it, such as ``need``; the answer is added to it.
    """

    place: Address
    root: Address | None
    person: PersonId
    words: str
    asked_at: datetime


class Questions(Protocol):
    async def ask(self, question: Question) -> None:
        """Keep it; one that was open for the same person in the same place is forgotten."""
        ...

    async def open_for(self, place: Address, root: Address | None, person: PersonId) -> Question | None: ...

    async def forget(self, place: Address, root: Address | None, person: PersonId) -> bool:
        """Return whether there was one."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlacedSign:
    """
    A sign that somebody has put under a message.

    Attributes:
        key: Of the delivery that told of it.
    """

    place: Address
    message: Address
    sender: Address
    sign: str
    key: str


class Signs(Protocol):
    async def place(self, sign: PlacedSign) -> bool:
        """Keep it; return whether nobody else's same sign stands under that message."""
        ...

    async def placed_by(self, key: str) -> PlacedSign | None: ...

    async def remove(self, sign: PlacedSign) -> bool:
        """Forget the sender's; return whether it stood there and was the last of its kind."""
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now."""
        ...


class Urgency(StrEnum):
    """What goes first *between* threads; within one, order is order."""

    PAGE = "page"
    NOTIFY = "notify"
    QUIET = "quiet"


class MessageState(StrEnum):
    """
    Where an owed message stands (DESIGN §3).

    PENDING → SENDING → DELIVERED | UNKNOWN | DEAD, back to PENDING for another try; CANCELLED and SUPERSEDED by a
    recorded decision before sending. PENDING, SENDING and UNKNOWN hold up what comes after them in their lane.
    """

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    DEAD = "dead"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class Form(StrEnum):
    """How a message is to appear."""

    CARD = "card"
    """The root of a ticket's thread."""
    CARD_EDIT = "card_edit"
    """The card as it now stands; a newer one supersedes an older one that was not sent."""
    THREAD = "thread"
    """In a ticket's thread."""
    ANSWER = "answer"
    """To what somebody wrote, wherever that was; privately where the platform can."""
    FILE = "file"
    """One file in a ticket's thread: the only one of the message's quote."""
    EDIT = "edit"
    """An earlier message in the thread says something else now."""
    REMOVAL = "removal"
    """An earlier message in the thread is taken back; what `message` says is of no interest."""
    REACTION = "reaction"
    """A sign (the headline) under what somebody wrote (`answers`), or under the message that tells of `entry`."""
    REACTION_REMOVAL = "reaction_removal"
    """Such a sign is taken away again."""


@dataclass(frozen=True, kw_only=True)
class OwedMessage:
    """
    A message to put in the outbox.

    Attributes:
        thread: The ticket's thread it belongs to; None for an answer outside any.
        place: The room.
        answers: The message it answers (`Form.ANSWER`), and the person who may read it where that can be private.
        stranger: Who may read it, where that is somebody whom the directory does not know.
        under: The root of the thread of `answers`, when it stands in one.
        cancel_key: A name by which a later decision withdraws it (an acknowledged page).
        entry: The number of the history row that it tells of; for an EDIT or REMOVAL: that the message told of.
        part: Which of the messages that tell of that row: 0 the words, from 1 the files.
    """

    form: Form
    message: Message
    place: Address
    urgency: Urgency
    thread: Thread | None = None
    ticket_id: TicketId | None = None
    answers: Address | None = None
    under: Address | None = None
    reader: PersonId | None = None
    stranger: Address | None = None
    cancel_key: str | None = None
    entry: int | None = None
    part: int = 0

    @property
    def lane(self) -> str:
        """Messages of one lane are delivered one after the other, in the order they were decided (I8)."""
        if self.thread is not None:
            return f"thread:{self.thread.id}"
        return f"room:{self.place.platform}:{self.place.value}"


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """What one of our messages says now; `entry` as in `OwedMessage`."""

    message: Message
    entry: int | None
    ticket_id: TicketId | None


@dataclass(frozen=True, kw_only=True)
class Lease:
    """
    The right to do one row's work, until it runs out.

    Attributes:
        token: Checked in the commit that records the outcome: who comes too late is fenced off (F24).
    """

    token: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimedMessage:
    """
    An outbox row under a lease.

    Attributes:
        id: Also the transaction id on platforms that have one; never reused.
        root: The thread's root as it now stands; None while there is no card.
        attempt: Which try this is, from 1.
        target: The delivered message that an EDIT, a REMOVAL, or a REACTION without `answers` is about; for a
            REACTION_REMOVAL, what delivering the REACTION returned. None when that one never arrived.
        thread_id: 0 for a message outside any ticket's thread.
        entry: The number of the history row that it tells of, for its buttons; None for most.
        was_sending: An earlier try was begun and its outcome is not known.
        unknown_since: When the managers were told that its outcome is not known; None where they were not.
        unreachable_since: It is sent to see whether a room has let us in again; None where nobody ever doubted it.
    """

    id: int
    form: Form
    message: Message
    place: Address
    urgency: Urgency
    thread_id: int
    root: Address | None
    target: Address | None
    answers: Address | None
    under: Address | None
    reader: PersonId | None
    ticket_id: TicketId | None
    attempt: int
    was_sending: bool
    correlation_id: str
    lease: Lease
    stranger: Address | None = None
    entry: int | None = None
    unreachable_since: datetime | None = None
    unknown_since: datetime | None = None

    @property
    def origin(self) -> str:
        """What its mark says besides its number (`OwnMessage`)."""
        return origin_of(self.correlation_id)


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What waited in vain for a room to let us in: how many messages, and of which tickets."""

    messages: int
    tickets: tuple[TicketId, ...]


@dataclass(frozen=True, kw_only=True)
class Fate:
    """
    What became of a message that tells the customer of a history row.

    Attributes:
        open: The place lets us write, as far as we know.
    """

    place: Address
    state: MessageState
    open: bool

    @property
    def arrives(self) -> bool:
        """It stands there, or is on its way."""
        if self.state is MessageState.DELIVERED:
            return True
        return self.open and self.state in (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


class Outbox(Protocol):
    async def put(self, owed: Sequence[OwedMessage], *, at: datetime, correlation_id: str) -> None:
        """Add rows; a `CARD_EDIT` supersedes the pending ones of its thread."""
        ...

    async def shown_at(self, place: Address, message: Address) -> ShownMessage | None:
        """Return what a delivered message of ours says now, its last edit counted; None when it is none of ours."""
        ...

    async def cancel(self, cancel_key: str) -> int:
        """Withdraw what has not been sent yet; return how many."""
        ...

    async def claim(
        self,
        platform: Platform,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        served: Sequence[Address] = (),
        resting: Sequence[Address] = (),
    ) -> tuple[ClaimedMessage, ...]:
        """
        Lease the first row of lanes that are due: pages first, then rooms in turn, then what is due longest.

        A row whose lease ran out while SENDING is claimed again. Of a room that is unreachable one row is claimed, once
        it is time to look at it again.

        Args:
            served: Rooms whose turn it was lately, the last one last: their turn comes after everybody else's.
            resting: Rooms of which nothing is claimed.
        """
        ...

    async def delivered(self, claimed: ClaimedMessage, address: Address, *, at: datetime) -> bool:
        """Record it, and for a `CARD` the thread's root. Return False when the lease was lost: nothing recorded."""
        ...

    async def arrived(self, message: OwnMessage, place: Address, *, at: datetime) -> bool:
        """
        Record that a message was delivered, as *place* itself shows: its sender died, or has not got the answer yet.

        Whoever is still sending it records nothing more. Return False when it is none of this outbox's, or when it was
        recorded already.
        """
        ...

    async def postpone(
        self, claimed: ClaimedMessage, *, until: datetime, error: str, doubtful: bool | None = None
    ) -> bool:
        """
        Back to PENDING, to be tried again at *until*. Return False when the lease was lost.

        Args:
            doubtful: Whether this try may have arrived all the same; None leaves that as it was.
        """
        ...

    async def give_back(self, claimed: ClaimedMessage, *, error: str) -> bool:
        """Back to PENDING and to its place in the order, as if never tried. Return False when the lease was lost."""
        ...

    async def unreachable(self, claimed: ClaimedMessage, *, at: datetime, again_at: datetime, reason: str) -> bool:
        """
        Give it back, and let all that is owed in its room wait; one of it is claimed at *again_at*.

        Returns:
            Whether nobody knew of it before.
        """
        ...

    async def lose(self, place: Address, *, put_before: datetime, at: datetime, error: str) -> Lost:
        """What waits in *place* since before *put_before* becomes DEAD."""
        ...

    async def look_at(self, place: Address, *, at: datetime) -> None:
        """See at once whether a room has let us in again, if it is unreachable: somebody was heard there."""
        ...

    async def reachable(self, place: Address) -> bool:
        """What waits there is due at once, since somebody let us in; return whether it was unreachable."""
        ...

    async def follow(
        self, old: Address, new: Address, cards: Sequence[OwedMessage], *, at: datetime, correlation_id: str
    ) -> None:
        """
        Owe *cards* (of the threads that `Threads.move` returned), and after them in *new* what still waits in *old*.

        What stands in *old* cannot be answered, edited or taken back from *new*: answers become messages of their
        threads, and what is about another message there is SUPERSEDED, as cards and their edits are.
        """
        ...

    async def give_up(self, claimed: ClaimedMessage, *, at: datetime, error: str) -> bool:
        """DEAD. Return False when the lease was lost."""
        ...

    async def fates(self, ticket_id: TicketId, entry: int) -> tuple[Fate, ...]:
        """Return what became of each message that tells of a history row in the ticket's customer threads."""
        ...

    async def waiting_calls(self, place: Address) -> tuple[tuple[TicketId, int], ...]:
        """Return the ticket and the history row of each message that waits in *place* and calls somebody by name."""
        ...

    async def is_open(self, place: Address) -> bool:
        """Whether *place* lets us write, as far as we know."""
        ...

    async def unknown(self, claimed: ClaimedMessage, *, at: datetime, again_at: datetime, error: str) -> bool:
        """UNKNOWN, to be looked at again at *again_at*. Return False when the lease was lost."""
        ...

    async def next_due(self, platform: Platform, *, resting: Sequence[Address] = ()) -> datetime | None:
        """Return when the earliest waiting row may be claimed, but for those of *resting*; None when none is owed."""
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now; what is owed and what stands there keeps its place."""
        ...


class TimerState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FIRED = "fired"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Timer:
    """
    A command with a date.

    Attributes:
        name: What it is for, unique per ticket while it waits: setting it again moves it (a new generation).
        ticket_id: None for a timer of the desk itself.
    """

    name: str
    due_at: datetime
    command: Command
    ticket_id: TicketId | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimedTimer:
    """`key` names this firing for ever: the command bus does it at most once (I5)."""

    id: int
    timer: Timer
    generation: int
    key: str
    attempt: int
    correlation_id: str
    lease: Lease


class Timers(Protocol):
    async def of_tickets(self, tickets: Sequence[TicketId]) -> tuple[Timer, ...]:
        """Return what waits, or is being fired, of each of *tickets*."""
        ...

    async def set(self, timer: Timer, *, correlation_id: str) -> None: ...

    async def hasten(self, timer: Timer, *, correlation_id: str) -> None:
        """Set it, unless it waits for an instant that is no later: one that is firing now is set anew."""
        ...

    async def cancel(self, ticket_id: TicketId | None, name: str) -> None: ...

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> tuple[ClaimedTimer, ...]:
        """Lease what is due, earliest first; never a timer whose instant lies after *now*."""
        ...

    async def fired(self, claimed: ClaimedTimer, *, at: datetime) -> bool:
        """Return False when the lease was lost or the timer was set anew meanwhile."""
        ...

    async def postpone(self, claimed: ClaimedTimer, *, until: datetime, error: str) -> bool: ...

    async def give_up(self, claimed: ClaimedTimer, *, at: datetime, error: str) -> bool: ...

    async def next_due(self) -> datetime | None: ...


# ---- what staff are told --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Notice:
    """
    Somebody is told of something, once: at once, or in the digest for which it waits.

    Attributes:
        clock: Which clock warns or is over; None for what no clock tells.
        about: When it came about, which tells this from other notices of the same matter.
    """

    person: PersonId
    ticket_id: TicketId
    matter: Matter
    about: datetime
    clock: ClockKind | None = None


class Notices(Protocol):
    async def add(self, notice: Notice, *, told_at: datetime | None = None) -> bool:
        """
        Keep it, unless it is known; return whether it is new.

        Args:
            told_at: They are told of it by another message; None leaves it to their digest.
        """
        ...

    async def latest(self, ticket_id: TicketId, matter: Matter) -> datetime | None:
        """Return what the newest notice of *matter* is about; None where nobody was told, or is to be."""
        ...

    async def waiting_for(self, person: PersonId) -> tuple[Notice, ...]:
        """Return what waits for somebody's digest, oldest first."""
        ...

    async def told(self, person: PersonId, tickets: Collection[TicketId], *, at: datetime) -> None:
        """Record that all that waits for somebody about *tickets* was told, or came to an end."""
        ...


# ---- who is who -----------------------------------------------------------------------------------------------------


class Directory(Protocol):
    async def person(self, person_id: PersonId) -> Person | None: ...

    async def person_at(self, address: Address) -> Person | None: ...

    async def people(self) -> tuple[Person, ...]: ...

    async def organisation(self, organisation_id: OrganisationId) -> Organisation | None: ...

    async def room(self, room_id: RoomId) -> Room | None: ...

    async def room_at(self, address: Address) -> Room | None: ...

    async def rooms(self, purpose: RoomPurpose, organisation: OrganisationId | None = None) -> tuple[Room, ...]: ...

    async def everything(self) -> WhoIsWho: ...

    async def replace(self, who: WhoIsWho, *, at: datetime) -> None:
        """
        Make the directory say *who*; what is gone is marked ended, never deleted from history.

        Raises:
            ConflictError: This unit of work has read the directory, and it is no longer the one that was read.
            DirectoryInvalid: *who* contradicts itself; nothing was changed.
        """
        ...

    async def change(self, part: Person | Room, *, by: PersonId | None, at: datetime, correlation_id: str) -> None:
        """
        Let one person or one room stand as given, and record that somebody did so in chat.

        A room that is not there is made; a person must be.

        Raises:
            ConflictError: The directory is no longer the one that was read.
            DirectoryInvalid: It would contradict itself; nothing was changed.
        """
        ...

    async def chat_changes(self) -> tuple[ChatChange, ...]:
        """Return what was changed in chat and is not settled, oldest first."""
        ...

    async def settle(self, changes: Sequence[ChatChange], *, at: datetime) -> None:
        """Record that a directory file has answered *changes*: it says the same, or was preferred."""
        ...

    async def meet(self, stranger: Address, place: Address, *, at: datetime) -> bool:
        """Record that somebody unknown was told so in *place*; return False when they had been told there before."""
        ...

    async def introduced(self, stranger: Address) -> tuple[Address, ...]:
        """Record that they are unknown no more; return the places where they had been told so, oldest first."""
        ...


class Editions(Protocol):
    """The policy editions this database has worked with (DESIGN §4)."""

    async def admit(self, label: str, digest: str, *, at: datetime) -> None:
        """
        Raises:
            PolicyInvalid: The same label stood for other content before.
        """
        ...


BEFORE_ALL = TicketId(0)
"""No ticket has this number."""


@dataclass(frozen=True, kw_only=True)
class Recount:
    """
    A counting anew of the clocks of open tickets, and how far it has come.

    Attributes:
        id: 0 until begun.
        digest, calendars: Of what is counted with (`PolicyEngine`).
        organisation: Whose tickets only; None for all.
        position: The last ticket that is done with.
        seen, moved: How many tickets were looked at, and how many of them are due at another instant.
        ended_at: None while it goes on.
    """

    id: int = 0
    because: Recounted
    digest: str
    calendars: str
    organisation: OrganisationId | None = None
    began_at: datetime
    position: TicketId = BEFORE_ALL
    seen: int = 0
    moved: int = 0
    ended_at: datetime | None = None


class Recounts(Protocol):
    """With what the clocks of this database were last counted, and the countings that go on."""

    async def last_of_all(self) -> Recount | None:
        """Return the last one that was begun over all organisations."""
        ...

    async def begin(self, recount: Recount) -> Recount:
        """Return it with its id; those that go on and look at no other tickets than this one have ended with it."""
        ...

    async def find(self, number: int) -> Recount | None: ...

    async def save(self, recount: Recount) -> None:
        """Record how far it has come."""
        ...


# ---- one transaction ------------------------------------------------------------------------------------------------


class UnitOfWork(Protocol):
    """
    One connection, one transaction: everything in it is kept together by `commit`, or not at all.

    Source: DESIGN §3; measured in facts on reliability, findings 1, 5 and 9.
    """

    @property
    def tickets(self) -> Tickets: ...

    @property
    def history(self) -> History: ...

    @property
    def threads(self) -> Threads: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def signs(self) -> Signs: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def timers(self) -> Timers: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def editions(self) -> Editions: ...

    @property
    def recounts(self) -> Recounts: ...

    async def commit(self) -> None:
        """
        Raises:
            ConflictError: Somebody else was faster.
            StorageError: The database is away; nothing is known to be kept.
        """
        ...


Work = Platform | Literal["timers"]
"""What one loop does: the messages of a platform, or the timers. News of one kind wakes no loop of another."""


class Storage(Protocol):
    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work; leaving it without `commit` undoes everything."""
        ...

    def work_mark(self, work: Work) -> int:
        """Return what grows with every commit that owes such work; read it *before* claiming, then wait `since` it."""
        ...

    async def wait_for_work(self, work: Work, *, timeout_s: float, since: int | None = None) -> None:
        """
        Return when such work may have become due (PostgreSQL's NOTIFY, a commit in this process), or on time-out.

        Args:
            since: A `work_mark`; when it has grown meanwhile, return at once, so that no commit between an empty
                claim and the waiting is slept through. None waits for what is still to come.
        """
        ...


# ---- outward --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """
    Somebody to notify, as the platform knows them.

    Attributes:
        person: None for a reader whom the directory does not know.
        name: What people read.
    """

    person: PersonId | None
    name: str
    address: Address | None


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """
    A claimed message with everybody's addresses looked up: all that a messenger needs.

    Attributes:
        notify: The people of `message.notify`.
        reader: The one person of an answer.
    """

    claimed: ClaimedMessage
    notify: tuple[Addressee, ...]
    reader: Addressee | None


class Messenger(Protocol):
    """
    One platform's way out.

    Delivering a row again must never show twice (Matrix: the row's id is the transaction id); a platform that cannot
    promise that has a messenger which is `Traceable` as well.
    """

    @property
    def platform(self) -> Platform: ...

    async def deliver(self, parcel: Parcel) -> Address:
        """
        Return the platform's name for the message (for a `CARD_EDIT`, the card's own).

        Raises:
            RateLimited: Nothing of this account is taken for a while.
            Unreachable: Nobody of ours is in that room.
            Doubtful: It may have arrived; only of a `Traceable` messenger.
            TryAgainLater: Time-out, the platform is away.
            Undeliverable: It will never arrive.
        """
        ...


@runtime_checkable
class Traceable(Protocol):
    """A messenger that can look whether a message arrived, by the mark that it bears (DESIGN §3)."""

    async def trace(self, parcel: Parcel) -> Address | None:
        """
        Return what the platform calls the message of an earlier try; None when it shows no such message.

        Raises:
            CannotTell: The platform does not let us look.
            TryAgainLater, RateLimited, Unreachable: As `Messenger.deliver` does.
        """
        ...


class FileSource(Protocol):
    """Where files lie that came with messages of one platform, for whoever has to pass them on to another."""

    @property
    def platform(self) -> Platform: ...

    def holds(self, file: Attachment) -> bool:
        """Whether *file* lies there, as its address says."""
        ...

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        """
        Raises:
            Undeliverable: It is gone, kept from us, or larger than *limit* bytes.
            TryAgainLater: The platform is away.
        """
        ...
