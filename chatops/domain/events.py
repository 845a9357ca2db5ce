"""
What happened to a ticket, in the past tense.

One event is one row of the ticket's history; folding all of them gives the ticket (`ticket.replay`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chatops.domain.outcomes import Outcome
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClockKind,
    ClosingReason,
    Language,
    OrganisationId,
    PersonId,
    Recounted,
    Requalification,
    Role,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """
    A file that came with a message, by reference.

    Attributes:
        name: As the sender named it; untrusted.
        address: Where the platform keeps it, such as an ``mxc://`` address; empty when unknown.
        size: In bytes; None when the platform did not say.
        media_type: Such as ``image/png``; what the sender claims, empty when they did not.
        key: What opens an encrypted file, as the platform's JSON; empty for one that lies open.
    """

    name: str
    address: str = ""
    size: int | None = None
    media_type: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    Attributes:
        at: Aware UTC.
        by: None when the desk itself acted.
        role: In which role they acted.
        status: The ticket's status after the event.
        clause: The clause of the procedure that allowed (or refused) it.
        edition: The policy edition that decided.
    """

    at: datetime
    by: PersonId | None
    role: Role
    status: Status
    clause: str
    edition: str

    @property
    def audience(self) -> Audience:
        return Audience.PUBLIC


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    """
    §3.2.1.

    Attributes:
        requester: The contact whose case it is; not `by` when an agent recorded a phone call (§3.1.2).
        refers_to: The closed ticket that this one follows (§3.2.6a).
    """

    organisation: OrganisationId
    title: str
    description: str
    severity: Severity
    requester: PersonId
    refers_to: TicketId | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TicketAssigned(Event):
    """§3.2.2; `by` took it themselves or gave it to `assignee`."""

    assignee: PersonId


@dataclass(frozen=True, kw_only=True)
class SeverityRequalified(Event):
    """
    §3.2.2a, §3.1.5.

    Attributes:
        mode: From when the new times count; None where nobody chose: forward for a graver severity, as if from the
            beginning for a lesser one.
        meaning: The policy's definition of the severity, when it was told.
    """

    before: Severity
    severity: Severity
    why: str = ""
    mode: Requalification | None = None
    meaning: Mapping[Language, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SeverityProposed(Event):
    """
    §3.1.5: what the beneficiary takes the severity for, in their words or by what they answered; it changes nothing.

    Attributes:
        before: The severity it had, and has.
        why: Their reason; empty where they answered questions.
        facts: What they answered (`rules.fields.SEVERITY`), by fact; ``yes`` and ``no`` where it is one of those.
        because: The policy's sentence, where it proposes by those answers; `clause` is then its clause.
        contests: Whether a member of staff had qualified it before.
    """

    before: Severity
    severity: Severity
    why: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    because: Mapping[Language, str] = field(default_factory=dict)
    contests: bool = False


@dataclass(frozen=True, kw_only=True)
class InformationRequested(Event):
    """§3.2.2b, §3.2.4a: work stops until `awaited` comes."""

    awaited: str


@dataclass(frozen=True, kw_only=True)
class WorkStarted(Event):
    """§3.2.2d, §3.2.3a."""


@dataclass(frozen=True, kw_only=True)
class SolutionProposed(Event):
    """§3.2.2c, §3.2.3b, §3.2.4b."""

    solution: SolutionKind
    text: str


@dataclass(frozen=True, kw_only=True)
class SolutionRefused(Event):
    """§3.2.5a."""

    why: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketClosed(Event):
    """§3.2.2e, §3.2.3d, §3.2.5b, §3.2.5d, with the reason that §3.2.6b asks for."""

    reason: ClosingReason
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BeneficiaryReminded(Event):
    """
    §3.2.3c, §3.2.5c.

    Attributes:
        count: Which reminder of this waiting episode, from 1.
        of: How many the policy has in all.
        closing_at: Of the last one: when it may be closed without an answer; None where that is not known.
        closes_itself: Whether the desk will then close it without asking the agent.
        contact: Whom it calls instead of the requester, who could not be reached; None for the requester.
    """

    count: int
    of: int = 3
    closing_at: datetime | None = None
    closes_itself: bool = False
    contact: PersonId | None = None


@dataclass(frozen=True, kw_only=True)
class ReminderUndelivered(Event):
    """
    A reminder did not reach whom it called: it does not count.

    Attributes:
        of: The number of the history row of the reminder.
        count: Which reminder it would have been.
        contact: Whom it called.
        passed_to: Who is called instead; None where nobody else of the organisation can be reached.
    """

    of: int
    count: int
    contact: PersonId
    passed_to: PersonId | None = None

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL


@dataclass(frozen=True, kw_only=True)
class BeneficiaryWrote(Event):
    """
    A contact's words in a customer thread.

    Attributes:
        speaker: What somebody unverified is called there (A31); empty for a contact.
        speaker_home: Where they come from, as the platform calls it.
    """

    text: str
    files: tuple[Attachment, ...] = ()
    speaker: str = ""
    speaker_home: str = ""


@dataclass(frozen=True, kw_only=True)
class VendorReplied(Event):
    """The vendor's words to the customer."""

    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoteTaken(Event):
    """The desk's words among themselves; they never cross to the customer."""

    text: str
    files: tuple[Attachment, ...] = ()

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL


@dataclass(frozen=True, kw_only=True)
class _AboutWords(Event):
    """
    Attributes:
        of: The number of the history row that the words stand in.
        internal: Whether they were the desk's own: what is said of a note is as internal as the note.
    """

    of: int
    internal: bool

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL if self.internal else Audience.PUBLIC


@dataclass(frozen=True, kw_only=True)
class WordsCorrected(_AboutWords):
    """Somebody edited what they had written; the row keeps what it said, `text` is what it was meant to say."""

    text: str


@dataclass(frozen=True, kw_only=True)
class WordsTakenBack(_AboutWords):
    """What somebody had written was deleted where they wrote it; its copies go as well."""


@dataclass(frozen=True, kw_only=True)
class _OfAClock(Event):
    """
    Something became of a clock; the desk's own matter, whoever may see the clock itself.

    Attributes:
        due_at: What the clock was due then; None where it was not due at any instant.
    """

    clock: ClockKind
    due_at: datetime | None

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL


@dataclass(frozen=True, kw_only=True)
class ClockWarned(_OfAClock):
    """
    It will be over soon.

    Attributes:
        warning_at: The instant the policy names, which tells this warning from others.
    """

    warning_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClockBreached(_OfAClock):
    """It is over and nobody answered."""


@dataclass(frozen=True, kw_only=True)
class ClockMet(_OfAClock):
    """What was owed was given; `in_time` whether it was so by then."""

    in_time: bool


@dataclass(frozen=True, kw_only=True)
class ClockCancelled(_OfAClock):
    """Nobody is owed it any more (A22)."""


@dataclass(frozen=True, kw_only=True)
class DueMoved(_OfAClock):
    """
    What the clock is counted with has changed, and with it the instant (A23); None for one that is due no more.

    Attributes:
        known_late: People had heard that it was over, and it still is: nobody has to hear of it again (F17).
    """

    was_due_at: datetime
    because: Recounted
    known_late: bool = False


@dataclass(frozen=True, kw_only=True)
class ClocksFrozen(Event):
    """
    What the clocks of a ticket showed when it was closed: no later policy and no later calendar changes it (A23).

    Attributes:
        calendars: Fingerprints of the calendars they were read with; the policy edition is the event's own.
        outcomes: One for each clock.
    """

    calendars: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL


@dataclass(frozen=True, kw_only=True)
class ClosingProposed(Event):
    """
    The last reminder stayed without an answer: the agent may close it (§3.2.3d, §3.2.5d).

    Attributes:
        reason: What would conclude it.
        reminders: How many went out.
    """

    reason: ClosingReason
    reminders: int

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL


@dataclass(frozen=True, kw_only=True)
class CommandRefused(Event):
    """A command that the policy did not allow; the ticket stands as it stood."""

    action: Action

    @property
    def audience(self) -> Audience:
        return Audience.PUBLIC if self.role is Role.CONTACT else Audience.INTERNAL


EVENTS: tuple[type[Event], ...] = (
    TicketOpened,
    TicketAssigned,
    SeverityRequalified,
    SeverityProposed,
    InformationRequested,
    WorkStarted,
    SolutionProposed,
    SolutionRefused,
    TicketClosed,
    BeneficiaryReminded,
    ReminderUndelivered,
    BeneficiaryWrote,
    VendorReplied,
    NoteTaken,
    WordsCorrected,
    WordsTakenBack,
    ClockWarned,
    ClockBreached,
    ClockMet,
    ClockCancelled,
    DueMoved,
    ClocksFrozen,
    ClosingProposed,
    CommandRefused,
)
"""Every kind of event; a class's name is what the history calls it, so renaming one is a migration."""

ABOUT_TIME = (ClockWarned, ClockBreached, ClockMet, ClockCancelled, DueMoved, ClocksFrozen, ClosingProposed)
"""What passing time made happen; it decides nothing about a ticket."""
