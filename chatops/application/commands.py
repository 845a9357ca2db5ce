"""What people and timers may ask, imperative; who asks, and when, comes with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import (
    Action,
    ClockKind,
    ClosingReason,
    OrganisationId,
    PersonId,
    Platform,
    Requalification,
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
        severity: As the beneficiary proposes it (§3.1.5); None leaves it to what the policy makes of `answers`.
        answers: What they answered about the severity, by fact.
        requester: The contact on whose behalf an agent records the case (§3.1.2); None: `by` themselves.
    """

    organisation: OrganisationId | None
    text: str
    severity: Severity | None = None
    answers: tuple[tuple[str, str], ...] = ()
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
    """
    Attributes:
        mode: From when the new times count; None leaves it to what breaks nothing.
        confirmed: They have seen what it does to the clocks.
        only_asked: They want to see that, and nothing be done.
    """

    severity: Severity | None
    why: str = ""
    mode: Requalification | None = None
    confirmed: bool = False
    only_asked: bool = False


@dataclass(frozen=True, kw_only=True)
class ProposeSeverity(TicketCommand):
    """
    A beneficiary's word on the severity: one that they name, or one that the policy finds by their answers.

    Attributes:
        severity: None where they leave it to the answers.
        answers: By fact; ``?`` where they do not know.
        asked: The fact that `said` answers, not understood yet; empty where they were asked nothing.
        finished: No more is asked than was answered: they filled in a form.
    """

    severity: Severity | None
    why: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    asked: str = ""
    said: str = ""
    files: tuple[Attachment, ...] = ()
    finished: bool = False


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
class ShowDue(TicketCommand):
    """What is owed until when, and when the clocks stood still."""


@dataclass(frozen=True, kw_only=True)
class WatchClocks(TicketCommand):
    """
    A clock of the ticket warns or is over, as far as was known when this was set.

    Attributes:
        due: By when each clock was due then: what is told as the instant before, where a calendar changes.
    """

    due: tuple[tuple[ClockKind, datetime], ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecountClocks(Command):
    """The policies, a calendar or the directory has changed: go on counting the clocks of open tickets anew."""

    recount: int


@dataclass(frozen=True, kw_only=True)
class FollowUp(TicketCommand):
    """The beneficiary has had the ball for long: remind them, or do what follows the last reminder."""


@dataclass(frozen=True, kw_only=True)
class LookAfter(TicketCommand):
    """The ticket has waited for us, or for somebody to take it, for as long as the notices let it."""


@dataclass(frozen=True, kw_only=True)
class SendDigest(Command):
    """
    Something waits for the digest of `person`, one of the staff.

    Attributes:
        after_all: All else that is due by now has been done: nothing more will come at this instant.
    """

    person: PersonId
    after_all: bool = False


@dataclass(frozen=True, kw_only=True)
class Beat(Command):
    """The desk shows that it is there: at `due`, or as soon after it as it is."""

    due: datetime


@dataclass(frozen=True, kw_only=True)
class ReportPlatformLost(Command):
    """The desk listens no more on `platform`, and goes on without it."""

    platform: Platform
    because: str


@dataclass(frozen=True, kw_only=True)
class ReportUndelivered(TicketCommand):
    """A message was given up that tells of a history row and calls somebody by name; `entry` is the row's number."""

    entry: int


@dataclass(frozen=True, kw_only=True)
class ReportShutOut(Command):
    """A room does not let us write in it: what waits there calls nobody for now."""

    place: Address


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
    ProposeSeverity,
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
    ShowDue,
    WatchClocks,
    FollowUp,
    LookAfter,
    SendDigest,
    Beat,
    ReportPlatformLost,
    ReportUndelivered,
    ReportShutOut,
    RecountClocks,
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
