"""The port of a platform's way out."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from chatops.application.ports.outbox import ClaimedMessage
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId, Platform


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
