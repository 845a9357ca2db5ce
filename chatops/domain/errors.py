"""
The error tree.

ChatOpsError
├── UserError            the person can put it right; the text is shown in chat as it stands
│   ├── CommandNotUnderstood · TicketNotFound · NotLinked · NotAllowed
├── ConflictError        someone was first; the bus tries again, then says so
├── DeliveryError        outbound
│   ├── TryAgainLater    time-out, 5xx
│   │   ├── Doubtful     it may have arrived all the same
│   │   ├── RateLimited  we were too fast: nothing may be sent for a while
│   │   ├── RoomBusy     we were too fast in that room: nothing may be sent there for a while
│   │   └── Unreachable  we are not in that room (any more); we may be let in again
│   ├── CannotTell       whether it arrived: the platform does not let us look
│   └── Undeliverable    it makes no sense to the platform, or the room is gone for good
├── PolicyInvalid        the files are wrong; found at load, all at once
├── PolicyBroken         the engine gave no answer; a bug, never a refusal
├── DirectoryInvalid     the directory file is wrong; all mistakes at once
├── SettingsInvalid      the configuration is wrong; found at start
├── NeverOpen            a calendar that stays closed; refused where calendars are read (A13)
└── StorageError         unavailable · schema too old or too new
"""

from dataclasses import dataclass
from datetime import timedelta


class ChatOpsError(Exception):
    """Anything this product raises on purpose."""


class UserError(ChatOpsError):
    """
    The person can put it right.

    The text is a catalogue sentence with named places, so that it is told in the reader's language.
    """

    def __init__(self, text: str, **places: str) -> None:
        super().__init__(text.format(**places) if places else text)
        self.text = text
        self.places = places


class CommandNotUnderstood(UserError):
    """The marked words make no command; the text says the nearest one, or how the verb is used."""


class TicketNotFound(UserError):
    """No such ticket *for this reader here*: the same words whether it does not exist or is not theirs (S14)."""


class NotLinked(UserError):
    """The chat identity belongs to nobody in the directory (A31)."""


class NotAllowed(UserError):
    """Their role does not let them do that to the set-up of the desk (S36)."""


class ConflictError(ChatOpsError):
    """Someone was first; what was read is no longer what stands."""


class DeliveryError(ChatOpsError):
    """A message could not be handed to its platform."""


class TryAgainLater(DeliveryError):
    """
    The platform is busy, slow or away.

    Attributes:
        after: How long the platform asked us to wait; None leaves it to our own back-off.
    """

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class RateLimited(TryAgainLater):
    """
    We were too fast, whatever the room: nothing of this account may be sent before `after` has passed.

    It says nothing against the message, so it counts as no try.
    """


class RoomBusy(TryAgainLater):
    """
    We were too fast in that one room: nothing may be sent there before `after` has passed; other rooms go on (F12).

    It says nothing against the message, so it counts as no try.
    """


class Doubtful(TryAgainLater):
    """It may have arrived all the same: the connection broke, or ended in an error, after we had asked (F6)."""


class Unreachable(TryAgainLater):
    """
    Nobody of ours is in that room: not invited yet, put out, banned, or encryption keeps us from it.

    Its messages wait, in order, until somebody lets us in again; the managers hear of it once.
    """


class CannotTell(DeliveryError):
    """Whether a message arrived: the platform does not let us look. It is never sent again blindly (F5)."""


class Undeliverable(DeliveryError):
    """It will never arrive: the platform makes no sense of it, or the room is gone for good."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake in a file that people write; `line` counts from 1, 0 where none can be named."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class _FileInvalid(ChatOpsError):
    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class PolicyInvalid(_FileInvalid):
    """The policy files are wrong; a broken file never replaces a working one."""


class PolicyBroken(ChatOpsError):
    """The engine gave no answer, or both evaluators disagree: a bug, never a refusal."""


class DirectoryInvalid(_FileInvalid):
    """The directory file is wrong."""


class SettingsInvalid(ChatOpsError):
    """The configuration is wrong; the text says which setting and what to write there."""


class NeverOpen(ChatOpsError):
    """A calendar does not open for so long that no business time can pass; one that is in use always opens (A13)."""


class StorageError(ChatOpsError):
    """The database cannot be used: unavailable, or its schema is too old or too new."""
