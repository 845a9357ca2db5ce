"""The port of the messages we owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chatops.application.deliveries import OwnMessage, origin_of
from chatops.application.message_tree import Message
from chatops.application.ports.threads import Thread
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId, Platform, TicketId


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
