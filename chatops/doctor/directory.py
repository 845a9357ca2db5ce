"""Who is who, as far as it keeps people from being served."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Address, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Platform, Role, RoomPurpose

SHOWN = 5
"""Names in a line; of more, the number is told."""


_IDS = {Platform.MATRIX: "Matrix user id", Platform.SLACK: "Slack member id"}

_TIED = {
    Platform.MATRIX: "!identify @name:server SHORT-NAME in a room of the desk, or “matrix:” in the directory file",
    Platform.SLACK: "!identify T0ACME/U0ANA SHORT-NAME in a room of the desk, or “slack:” in the directory file",
}


def known(who: WhoIsWho, platforms: Collection[Platform]) -> Iterator[Finding]:
    """
    What is missing where the desk speaks: everybody and every room has an address on the terminal anyway.

    Args:
        platforms: Those that the settings name. Whoever is on one of them is not missing.
    """
    spoken = [each for each in _IDS if each in platforms]
    if not who.people:
        yield broken(
            "directory",
            "nobody is known to the desk",
            f"chatops directory import FILE; docs/{' or docs/'.join(f'{each}.md' for each in spoken)}, step 3",
        )
        return
    yield fine("directory", f"{len(who.organisations)} organisations, {len(who.people)} people, {len(who.rooms)} rooms")
    yield from _rooms(who, spoken)
    yield from _people(who, spoken)


def on(platform: Platform, addresses: tuple[Address, ...]) -> tuple[str, ...]:
    """Return those of somebody's or some room's addresses that are on *platform*, as it writes them."""
    return tuple(address.value for address in addresses if address.platform is platform)


def an_organisation(who: WhoIsWho, platform: Platform) -> str:
    """Return the organisation whose room a nameless one most likely is: the first that has none on *platform*."""
    served = {room.organisation for room in who.rooms if on(platform, room.places)}
    return next((each.id for each in who.organisations if each.id not in served), "ORGANISATION")


def purpose_of(room: Room) -> str:
    purposes: Mapping[RoomPurpose, str] = {
        RoomPurpose.CUSTOMER: f"the room of {room.organisation}",
        RoomPurpose.DESK: "the agents' room",
        RoomPurpose.MANAGERS: "the managers' room",
        RoomPurpose.DIRECT: "a conversation with one person",
    }
    return purposes[room.purpose]


def _any(spoken: Sequence[Platform], addresses: tuple[Address, ...]) -> bool:
    return any(on(platform, addresses) for platform in spoken)


def _rooms(who: WhoIsWho, spoken: Sequence[Platform]) -> Iterator[Finding]:
    purposes = {room.purpose for room in who.rooms if _any(spoken, room.places)}
    if RoomPurpose.DESK not in purposes:
        yield broken(
            "directory",
            "there is no room for the agents: nobody would read a ticket",
            "invite the desk to a room and type !bind desk there, as an administrator",
        )
    if RoomPurpose.MANAGERS not in purposes:
        yield warning(
            "directory",
            "there is no room for the managers: nobody would read of what goes wrong",
            "invite the desk to a room and type !bind managers there, as an administrator",
        )


def _people(who: WhoIsWho, spoken: Sequence[Platform]) -> Iterator[Finding]:
    identity = " or ".join(_IDS[platform] for platform in spoken)
    if not any(person.role is Role.ADMINISTRATOR and _any(spoken, person.identities) for person in who.people):
        yield warning(
            "directory",
            f"no administrator has a {identity}, so nobody can bind rooms from chat",
            "put one into the directory file and import it",
        )
    strangers = [person for person in who.people if not _any(spoken, person.identities)]
    if strangers:
        yield warning(
            "directory",
            f"without a {identity}: {_names(strangers)}",
            "; ".join(_TIED[platform] for platform in spoken),
        )


def _names(people: list[Person]) -> str:
    shown = ", ".join(person.id for person in people[:SHOWN])
    return shown if len(people) <= SHOWN else f"{shown} and {len(people) - SHOWN} more"
