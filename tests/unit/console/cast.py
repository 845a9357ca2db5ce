"""The people and rooms of the terminal's tests: two customers and a desk."""

from datetime import UTC, date, datetime

from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.vocabulary import (
    Language,
    OrganisationId,
    PersonId,
    Platform,
    Role,
    RoomId,
    RoomPurpose,
)

NOW = datetime(2026, 6, 5, 16, tzinfo=UTC)

ACME, GLOBEX, DESK, MANAGERS = RoomId("#acme"), RoomId("#globex"), RoomId("#desk"), RoomId("#managers")
ANA, GUS, BEN, BEA = PersonId("ana"), PersonId("gus"), PersonId("ben"), PersonId("bea")
CLO, ROOT = PersonId("clo"), PersonId("root")


def _person(name: str, role: Role, organisation: str | None = None, language: Language = Language.EN) -> Person:
    return Person(
        id=PersonId(name),
        name=name.title(),
        role=role,
        language=language,
        time_zone="Europe/Paris",
        organisations=(OrganisationId(organisation),) if organisation else (),
        identities=(Address(platform=Platform.CONSOLE, value=name),),
    )


def _room(room: RoomId, purpose: RoomPurpose, organisation: str | None = None) -> Room:
    return Room(
        id=room,
        purpose=purpose,
        organisation=OrganisationId(organisation) if organisation else None,
        places=(Address(platform=Platform.CONSOLE, value=room),),
    )


def _organisation(name: str, language: Language) -> Organisation:
    return Organisation(
        id=OrganisationId(name),
        name=name.title(),
        language=language,
        time_zone="Europe/Paris",
        subscriptions=(Subscription(plan="premium", since=date(2022, 7, 18)),),
    )


WHO = WhoIsWho(
    organisations=(_organisation("acme", Language.EN), _organisation("globex", Language.FR)),
    people=(
        _person("ana", Role.CONTACT, "acme"),
        _person("gus", Role.CONTACT, "globex", Language.FR),
        _person("ben", Role.AGENT),
        _person("bea", Role.AGENT, language=Language.FR),
        _person("clo", Role.MANAGER),
        _person("root", Role.ADMINISTRATOR),
    ),
    rooms=(
        _room(ACME, RoomPurpose.CUSTOMER, "acme"),
        _room(GLOBEX, RoomPurpose.CUSTOMER, "globex"),
        _room(DESK, RoomPurpose.DESK),
        _room(MANAGERS, RoomPurpose.MANAGERS),
    ),
)
