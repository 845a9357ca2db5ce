"""Who is who, as far as it keeps people from being served."""

from collections.abc import Iterator

from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Address, Person, WhoIsWho
from chatops.domain.vocabulary import Platform, Role, RoomPurpose

SHOWN = 5
"""Names in a line; of more, the number is told."""


def known(who: WhoIsWho) -> Iterator[Finding]:
    """What is missing on Matrix: everybody and every room has an address on the terminal anyway."""
    if not who.people:
        yield broken(
            "directory", "nobody is known to the desk", "chatops directory import FILE; docs/matrix.md, step 3"
        )
        return
    yield fine("directory", f"{len(who.organisations)} organisations, {len(who.people)} people, {len(who.rooms)} rooms")
    yield from _rooms(who)
    yield from _people(who)


def on_matrix(places: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(place.value for place in places if place.platform is Platform.MATRIX)


def _rooms(who: WhoIsWho) -> Iterator[Finding]:
    purposes = {room.purpose for room in who.rooms if on_matrix(room.places)}
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


def _people(who: WhoIsWho) -> Iterator[Finding]:
    if not any(person.role is Role.ADMINISTRATOR and on_matrix(person.identities) for person in who.people):
        yield warning(
            "directory",
            "no administrator has a Matrix user id, so nobody can bind rooms from chat",
            "put one into the directory file and import it",
        )
    strangers = [person for person in who.people if not on_matrix(person.identities)]
    if strangers:
        yield warning(
            "directory",
            f"without a Matrix user id: {_names(strangers)}",
            "!identify @name:server SHORT-NAME in a room of the desk, or “matrix:” in the directory file",
        )


def _names(people: list[Person]) -> str:
    shown = ", ".join(person.id for person in people[:SHOWN])
    return shown if len(people) <= SHOWN else f"{shown} and {len(people) - SHOWN} more"
