"""The nouns of the support procedure, as every room of the house uses them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Self

TicketId = NewType("TicketId", int)
"""A case of §3.1.3; people see and type it as ``T-17`` (`reference`)."""

OrganisationId = NewType("OrganisationId", str)
"""The short name of a beneficiary (§1.2.2) in the directory, such as ``acme``."""

PersonId = NewType("PersonId", str)
"""The short name of a person in the directory, such as ``ana``."""

RoomId = NewType("RoomId", str)
"""The name of a room in the directory, with its hash: ``#acme``."""


def reference(ticket_id: TicketId) -> str:
    """Return what people call the ticket: ``T-17``."""
    return f"T-{ticket_id}"


class Status(StrEnum):
    """The states of §3.2."""

    NEW = "NEW"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    IN_PROGRESS = "IN_PROGRESS"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class Severity(StrEnum):
    """The severities of §3.1.4, gravest first."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


class Role(StrEnum):
    """What a person is to the desk; `DESK` is the desk itself, when a timer acts."""

    CONTACT = "contact"
    AGENT = "agent"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    UNVERIFIED = "unverified"
    """Somebody in a customer's room whom the directory does not know (A31)."""
    DESK = "desk"


class Side(StrEnum):
    """The two parties of the contract; whoever holds the ball owes the next move."""

    VENDOR = "vendor"
    BENEFICIARY = "beneficiary"


class Audience(StrEnum):
    """Who may read a thing: the ticket's organisation and the desk, or the desk alone."""

    PUBLIC = "public"
    INTERNAL = "internal"


class RoomPurpose(StrEnum):
    CUSTOMER = "customer"
    DESK = "desk"
    MANAGERS = "managers"
    DIRECT = "direct"


class Platform(StrEnum):
    """A chat system that an adapter speaks to."""

    CONSOLE = "console"
    MATRIX = "matrix"
    SLACK = "slack"


class Action(StrEnum):
    """What may be asked of a ticket; the policies' `action` column."""

    OPEN = "open"
    TAKE = "take"
    ASSIGN = "assign"
    SEVERITY = "severity"
    PROPOSE = "propose"
    """The beneficiary proposes a severity, or contests the vendor's (§3.1.5)."""
    NEED = "need"
    START = "start"
    RESOLVE = "resolve"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CLOSE = "close"
    REMIND = "remind"
    REPLY = "reply"
    NOTE = "note"
    SAY = "say"
    """Plain words in a ticket's thread, as against a marked command."""


class SolutionKind(StrEnum):
    """What a solution may be: §1.2.3, §1.2.4, §1.2.6, §3.2.5e, §3.3b and §3.3c."""

    INFORMATION = "information"
    WORKAROUND = "workaround"
    FIX = "fix"
    FIX_PLANNED = "fix_planned"
    WORKS_AS_DESIGNED = "works_as_designed"
    MISUSE = "misuse"
    OTHER_PRODUCT = "other_product"


class ClosingReason(StrEnum):
    """What concluded a case (§3.2.6b); one reason guards every way into CLOSED."""

    SOLUTION_ACCEPTED = "solution_accepted"
    SOLUTION_PRESUMED = "solution_presumed"
    """Three reminders without an answer to the solution (§3.2.5d)."""
    NO_ANSWER = "no_answer"
    """Three reminders without the information asked for (§3.2.3d)."""
    PATCH_SENT = "patch_sent"
    FIX_PLANNED = "fix_planned"
    WORKS_AS_DESIGNED = "works_as_designed"
    DUPLICATE = "duplicate"
    UNINTELLIGIBLE = "unintelligible"
    OUT_OF_SCOPE = "out_of_scope"
    OTHER = "other"


class ClockKind(StrEnum):
    """What the service levels set times for."""

    RESPONSE = "response"
    """Until the first answer of a person; once in a ticket's life (§3.1.4)."""
    UPDATE = "update"
    """Until each later answer that we owe (the ongoing service level)."""
    RESOLUTION = "resolution"
    """Until a solution is given (§1.2.4)."""


class Requalification(StrEnum):
    """From when the times of a new severity count (§3.2.2a)."""

    FORWARD = "forward"
    """From the change on."""
    RETROACTIVE = "retroactive"
    """As if it had been this severity from the beginning."""


class Recounted(StrEnum):
    """Why clocks are counted anew that nobody has touched (A22, A23)."""

    POLICIES = "policies"
    CALENDARS = "calendars"
    DIRECTORY = "directory"


class Language(StrEnum):
    EN = "en"
    FR = "fr"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """
    What may be shown: to a person, in a room, or (`narrowed`) to this person in this room.

    A repository call on customer data takes one, so that forgetting it is a type error.

    Attributes:
        organisations: Whose tickets; None means every organisation's.
        internal: Whether the desk's own words may be shown as well.
    """

    organisations: frozenset[OrganisationId] | None
    internal: bool

    def narrowed(self, other: Self) -> "Scope":
        """Return what both allow: a room bound to one organisation never shows another, whoever asks."""
        if self.organisations is None or other.organisations is None:
            organisations = self.organisations if other.organisations is None else other.organisations
        else:
            organisations = self.organisations & other.organisations
        return Scope(organisations=organisations, internal=self.internal and other.internal)

    def covers(self, organisation: OrganisationId) -> bool:
        return self.organisations is None or organisation in self.organisations

    def shows(self, audience: Audience) -> bool:
        return self.internal or audience is Audience.PUBLIC

    @property
    def audiences(self) -> tuple[Audience, ...]:
        return tuple(audience for audience in Audience if self.shows(audience))

    @classmethod
    def of_the_desk(cls) -> "Scope":
        """Everything: what staff see in a desk room, and what the desk itself works on."""
        return cls(organisations=None, internal=True)

    @classmethod
    def of_organisation(cls, organisation: OrganisationId) -> "Scope":
        return cls(organisations=frozenset({organisation}), internal=False)
