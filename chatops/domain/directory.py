"""Who is who: organisations and their subscriptions, people and their chat identities, rooms and where they are."""

from dataclasses import dataclass, field
from datetime import date, datetime

from chatops.domain.quiet_hours import QuietHours
from chatops.domain.vocabulary import (
    Audience,
    Language,
    OrganisationId,
    PersonId,
    Platform,
    Role,
    RoomId,
    RoomPurpose,
    Scope,
)


@dataclass(frozen=True, kw_only=True)
class Address:
    """
    Something's name on a platform: a person's, a room's or a message's.

    Attributes:
        value: Exactly the platform's own identifier (a full Matrix user id, never a display name: S16).
    """

    platform: Platform
    value: str


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """
    What an organisation has bought (§1.1).

    Attributes:
        plan: The name of a plan of the service levels, such as ``premium``.
        until: Last day on which it holds; None while no end is agreed.
    """

    plan: str
    since: date
    until: date | None = None
    products: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A beneficiary (§1.2.2)."""

    id: OrganisationId
    name: str
    language: Language
    time_zone: str
    partner: OrganisationId | None = None
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """
    A contact of organisations, or one of the vendor's staff.

    Attributes:
        organisations: Whose contact they are; empty for staff.
        level: Of an agent: 1 or 2 (§3.2.2d); None for everybody else.
        time_zone: IANA name.
        quiet: Of staff: their own quiet hours, in their zone; None where they have named none.
    """

    id: PersonId
    name: str
    role: Role
    language: Language
    time_zone: str
    organisations: tuple[OrganisationId, ...] = ()
    level: int | None = None
    quiet: QuietHours | None = None
    identities: tuple[Address, ...] = ()

    @property
    def scope(self) -> Scope:
        if self.role is Role.CONTACT:
            return Scope(organisations=frozenset(self.organisations), internal=False)
        return Scope.of_the_desk()


@dataclass(frozen=True, kw_only=True)
class Room:
    """
    A room bound to a purpose; it may stand on several platforms at once.

    Attributes:
        organisation: Whose room it is, for a customer room; None for all others.
        language: None leaves it to the organisation, then to the desk's default.
        places: Where it is on each platform.
    """

    id: RoomId
    purpose: RoomPurpose
    organisation: OrganisationId | None = None
    language: Language | None = None
    places: tuple[Address, ...] = ()

    @property
    def scope(self) -> Scope:
        """What the room itself may ever show; a direct room shows what its one reader may see."""
        if self.purpose is RoomPurpose.CUSTOMER:
            organisations = frozenset() if self.organisation is None else frozenset({self.organisation})
            return Scope(organisations=organisations, internal=False)
        return Scope.of_the_desk()

    @property
    def audience(self) -> Audience:
        return Audience.PUBLIC if self.purpose is RoomPurpose.CUSTOMER else Audience.INTERNAL

    def may_show(self, organisation: OrganisationId, audience: Audience) -> bool:
        """Whether what a thread of *audience* tells of one of *organisation*'s tickets is meant for this room."""
        return self.audience is audience and self.scope.covers(organisation)


@dataclass(frozen=True, kw_only=True)
class WhoIsWho:
    """The whole directory as one value: what a directory file says, or what the database holds."""

    organisations: tuple[Organisation, ...] = ()
    people: tuple[Person, ...] = ()
    rooms: tuple[Room, ...] = ()
    products: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class ChatChange:
    """
    What somebody changed of the directory by typing, and no directory file has answered yet.

    Attributes:
        by: None when the desk itself did it.
        before, after: The whole person or room, just before and just after; None before for a room that was made.
    """

    id: int
    at: datetime
    by: PersonId | None
    before: Person | Room | None
    after: Person | Room
