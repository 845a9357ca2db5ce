"""What people and timers may ask, imperative; who asks, and when, comes with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import (
    Action,
    ClosingReason,
    OrganisationId,
    PersonId,
    Role,
    RoomPurpose,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """
    Attributes:
        by: None when the desk itself asks (a timer).
        at: Aware UTC.
    """

    by: PersonId | None
    role: Role
    at: datetime


class Asked(TypedDict):
    """What every command of a person carries."""

    by: PersonId
    role: Role
    at: datetime


class AskedOfATicket(Asked):
    ticket_id: TicketId


@dataclass(frozen=True, kw_only=True)
class OpenTicket(Command):
    """
    Attributes:
        organisation: None where neither the room nor the person tells which one is meant.
        severity: As the beneficiary proposes it (§3.1.5); None takes the gentlest reading, S3.
        requester: The contact on whose behalf an agent records the case (§3.1.2); None: `by` themselves.
    """

    organisation: OrganisationId | None
    text: str
    severity: Severity | None = None
    requester: PersonId | None = None
    refers_to: TicketId | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TicketCommand(Command):
    """Something asked of one ticket."""

    ticket_id: TicketId


@dataclass(frozen=True, kw_only=True)
class TakeTicket(TicketCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class AssignTicket(TicketCommand):
    """`assignee` is None when nobody was named."""

    assignee: PersonId | None


@dataclass(frozen=True, kw_only=True)
class RequalifyTicket(TicketCommand):
    severity: Severity | None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SuspendTicket(TicketCommand):
    """`awaited` says which information is missing; empty when they did not say."""

    awaited: str


@dataclass(frozen=True, kw_only=True)
class StartWork(TicketCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class ResolveTicket(TicketCommand):
    solution: SolutionKind | None
    text: str


@dataclass(frozen=True, kw_only=True)
class AcceptSolution(TicketCommand):
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RefuseSolution(TicketCommand):
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseTicket(TicketCommand):
    reason: ClosingReason | None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RemindBeneficiary(TicketCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class ReplyToBeneficiary(TicketCommand):
    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakeNote(TicketCommand):
    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SayInThread(TicketCommand):
    """
    Plain words in a ticket's thread: public in a customer thread, internal in a desk thread.

    Attributes:
        speaker, speaker_home: Who says them and where they come from, as the platform displays it, when the directory
            does not know them (A31).
    """

    text: str
    files: tuple[Attachment, ...] = ()
    speaker: str = ""
    speaker_home: str = ""


@dataclass(frozen=True, kw_only=True)
class CorrectWords(TicketCommand):
    """
    Attributes:
        entry: The number of the history row that the words stand in.
        said: How they are said now: plainly (`SAY`), or after ``!reply`` or ``!note``.
    """

    entry: int
    text: str
    said: Action


@dataclass(frozen=True, kw_only=True)
class TakeWordsBack(TicketCommand):
    """`entry` is the number of the history row that the words stand in."""

    entry: int


@dataclass(frozen=True, kw_only=True)
class DropQuestion(Command):
    """Not answer what we asked back."""


@dataclass(frozen=True, kw_only=True)
class ShowTicket(TicketCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class ListTickets(Command):
    """
    Attributes:
        mine: Only those assigned to (staff) or opened by (contacts) the one who asks.
        closed: Closed ones as well.
    """

    mine: bool = False
    closed: bool = False
    status: Status | None = None


@dataclass(frozen=True, kw_only=True)
class ShowHistory(TicketCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class ExplainTicket(TicketCommand):
    """Why it stands as it does: the last decision, its clause and its edition."""


@dataclass(frozen=True, kw_only=True)
class Help(Command):
    """
    Attributes:
        ticket_id: The thread's ticket, whose state decides what can be done here and now.
        topic: One verb, to learn all about it.
    """

    ticket_id: TicketId | None = None
    topic: str | None = None


@dataclass(frozen=True, kw_only=True)
class BindRoom(Command):
    """`organisation` is what was typed, for a customer's room; empty for any other."""

    purpose: RoomPurpose
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class UnbindRoom(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class ListRooms(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class IdentifyPerson(Command):
    """
    Attributes:
        identity: As it was typed, or as the platform says who was mentioned; it may be nonsense.
        called: What the person was called.
        person: Who that is; None for nobody of the directory.
    """

    identity: str
    called: str
    person: PersonId | None


@dataclass(frozen=True, kw_only=True)
class FollowRoom(Command):
    """A room of the directory goes on in another place; the platform says so, and its adapter has made sure."""

    old: Address
    new: Address


@dataclass(frozen=True, kw_only=True)
class RenameRoom(Command):
    """The platform calls a room of the directory by another name; all that stands in it stands there still."""

    old: Address
    new: Address


@dataclass(frozen=True, kw_only=True)
class GuardRoom(Command):
    """People of another company can read in a room from now on: it must not be one of the desk's own (S13)."""

    place: Address


@dataclass(frozen=True, kw_only=True)
class EnterRoom(Command):
    """
    The desk was let into a room.

    Attributes:
        inviter: Who did that, as far as the platform says so.
    """

    place: Address
    inviter: Address | None


COMMANDS: tuple[type[Command], ...] = (
    OpenTicket,
    TakeTicket,
    AssignTicket,
    RequalifyTicket,
    SuspendTicket,
    StartWork,
    ResolveTicket,
    AcceptSolution,
    RefuseSolution,
    CloseTicket,
    RemindBeneficiary,
    ReplyToBeneficiary,
    TakeNote,
    SayInThread,
    CorrectWords,
    TakeWordsBack,
    DropQuestion,
    ShowTicket,
    ListTickets,
    ShowHistory,
    ExplainTicket,
    Help,
    BindRoom,
    UnbindRoom,
    ListRooms,
    IdentifyPerson,
    FollowRoom,
    RenameRoom,
    GuardRoom,
    EnterRoom,
)
"""Every command; a class's name is what a timer's row calls it, so renaming one is a migration."""
