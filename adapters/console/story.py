"""What a story is made of (DESIGN §10): its header, its steps and its expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chatops.domain.errors import ChatOpsError, Mistake
from chatops.domain.local_time import KNOWN_YEARS
from chatops.domain.vocabulary import PersonId, RoomId, Severity, Status, TicketId, reference

DEFAULT_CLOCK = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""When a story without ``clock:`` begins: a Monday in the middle of the morning."""

LATEST = datetime(KNOWN_YEARS.stop, 1, 1, tzinfo=UTC)
"""When its time ends."""


def time_of(instant: datetime) -> str:
    """Return *instant* as a story writes it."""
    return f"{instant:%Y-%m-%dT%H:%M}{f':{instant:%S}' if instant.second else ''}Z"


class StoryInvalid(ChatOpsError):
    """The story cannot be understood; all mistakes at once."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True, kw_only=True)
class StoryHeader:
    """
    Attributes:
        directory, policies: Paths as written; None for the demo directory and the shipped policies.
        lines: On which line each of them stands.
    """

    directory: str | None = None
    policies: str | None = None
    clock: datetime = DEFAULT_CLOCK
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class InRoom:
    room: RoomId

    def __str__(self) -> str:
        return self.room


@dataclass(frozen=True, kw_only=True)
class InThread:
    """The thread this person would naturally write in; `with_customer`: the customer's, for staff."""

    ticket_id: TicketId
    with_customer: bool = False

    def __str__(self) -> str:
        return reference(self.ticket_id) + (" with the customer" if self.with_customer else "")


Place = InRoom | InThread


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    Attributes:
        line: In the file, from 1.
        source: As it stands there.
    """

    line: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Says(Step):
    """Somebody types *text*, exactly."""

    person: PersonId
    place: Place
    text: str


@dataclass(frozen=True, kw_only=True)
class Presses(Step):
    """`words` is what a form of the button would have asked for."""

    person: PersonId
    label: str
    place: InThread
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Reacts(Step):
    person: PersonId
    emoji: str
    place: InThread


@dataclass(frozen=True, kw_only=True)
class Edits(Step):
    """Somebody edits their last message."""

    person: PersonId
    text: str


@dataclass(frozen=True, kw_only=True)
class Deletes(Step):
    """Somebody deletes their last message."""

    person: PersonId


@dataclass(frozen=True, kw_only=True)
class Passes(Step):
    """Time passes."""

    duration: timedelta


@dataclass(frozen=True, kw_only=True)
class Until(Step):
    """Time passes until `at`."""

    at: datetime


class Expectation(Step):
    """What must hold at this point; it changes nothing."""


@dataclass(frozen=True, kw_only=True)
class ExpectTicket(Expectation):
    """What the ticket's card must show; None is not looked at."""

    ticket_id: TicketId
    status: Status | None = None
    severity: Severity | None = None
    assignee: PersonId | None = None
    unassigned: bool = False


@dataclass(frozen=True, kw_only=True)
class ExpectHistory(Expectation):
    ticket_id: TicketId
    clause: str


class ClockName(StrEnum):
    RESPONSE = "response"
    UPDATE = "update"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    DUE = "due"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"
    NOT_TRACKED = "not tracked"
    IDLE = "idle"


@dataclass(frozen=True, kw_only=True)
class ExpectClock(Expectation):
    """`due_at` goes with `ClockState.DUE`."""

    ticket_id: TicketId
    clock: ClockName
    state: ClockState
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ExpectHears(Expectation):
    """
    Attributes:
        person, room: Who hears; with both None it is about everybody.
        anybody: With a room: not the room as such, but any single person in it.
        heard: Whether they must hear it, or must not.
    """

    words: str
    heard: bool
    person: PersonId | None = None
    room: RoomId | None = None
    anybody: bool = False


@dataclass(frozen=True, kw_only=True)
class ExpectSees(Expectation):
    """What *person* sees now, in any message as it now stands; `seen`: whether they must see it, or must not."""

    words: str
    seen: bool
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class ExpectRefused(Expectation):
    """The last step was refused, and the refusal that was shown holds `words`."""

    words: str


@dataclass(frozen=True, kw_only=True)
class ExpectPaged(Expectation):
    """`person` is None for ``nobody is paged``."""

    person: PersonId | None


@dataclass(frozen=True, kw_only=True)
class Story:
    file: str
    header: StoryHeader
    steps: tuple[Step, ...]
