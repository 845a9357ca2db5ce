"""A directory file to who is who: all its mistakes at once, each with file and line."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from adapters.directory_file.contradictions import contradictions
from adapters.directory_file.entries import entries
from adapters.directory_file.model import (
    ContactEntry,
    DirectoryFile,
    OrganisationEntry,
    RoomEntry,
    StaffEntry,
)
from adapters.directory_file.tree import grow
from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.errors import DirectoryInvalid, Mistake
from chatops.domain.vocabulary import OrganisationId, PersonId, Platform, Role, RoomId

NAMED_CONTACTS: Mapping[str, int] = MappingProxyType({"basic": 1, "standard": 3, "premium": 5})
"""How many contacts a plan allows, in the default edition of the service levels."""


def read(
    source: Path | str, *, named_contacts: Mapping[str, int] = NAMED_CONTACTS, file: str = "directory"
) -> WhoIsWho:
    """
    Return what a directory file says.

    On the terminal, everybody's address is their short name and a room's is its name with the hash: no file says so.

    Args:
        source: A path to a file, or the text itself.
        named_contacts: How many contacts each plan allows; these are the plans there are.
        file: What mistakes call a *source* that is text.

    Returns:
        Contacts first, then staff; otherwise in the file's order.

    Raises:
        DirectoryInvalid: With every mistake, in the file's order.
    """
    tree = grow(*_text(source, file))
    if tree.data != "":
        parts = entries(tree)
        for where, text in contradictions(tree, named_contacts):
            tree.note(where, text)
        if parts is not None and not tree.mistakes:
            return _who(parts)
    raise DirectoryInvalid(tuple(sorted(tree.mistakes, key=lambda mistake: mistake.line)))


def demo_directory() -> WhoIsWho:
    """Return the demo cast, ``docs/examples/acme.yaml``."""
    return read((files("adapters.directory_file") / "demo.yaml").read_text("utf-8"), file="demo.yaml")


def _text(source: Path | str, file: str) -> tuple[str, str]:
    if isinstance(source, str):
        return source, file
    try:
        return source.read_text("utf-8"), str(source)
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        text = "The file is not UTF-8 text from here on."
        raise DirectoryInvalid((Mistake(file=str(source), line=line, text=text),)) from problem
    except OSError as problem:
        text = f"The file cannot be read: {problem.strerror}."
        raise DirectoryInvalid((Mistake(file=str(source), line=0, text=text),)) from problem


# ---- to the domain --------------------------------------------------------------------------------------------------


def _who(file: DirectoryFile) -> WhoIsWho:
    return WhoIsWho(
        organisations=tuple(_organisation(name, each) for name, each in file.organisations.items()),
        people=tuple(_contact(name, each, file.organisations) for name, each in file.contacts.items())
        + tuple(_staff(name, each) for name, each in file.staff.items()),
        rooms=tuple(_room(name, each) for name, each in file.rooms.items()),
        products=file.products,
    )


def _organisation(name: str, entry: OrganisationEntry) -> Organisation:
    return Organisation(
        id=OrganisationId(name),
        name=entry.name,
        language=entry.language,
        time_zone=entry.zone,
        partner=None if entry.partner is None else OrganisationId(entry.partner),
        subscriptions=tuple(
            Subscription(plan=each.plan, since=each.since, until=each.until, products=each.products)
            for each in entry.subscriptions
        ),
    )


def _contact(name: str, entry: ContactEntry, organisations: Mapping[str, OrganisationEntry]) -> Person:
    first = organisations[entry.organisation[0]]
    return Person(
        id=PersonId(name),
        name=entry.name,
        role=Role.CONTACT,
        language=entry.language or first.language,
        time_zone=entry.zone or first.zone,
        organisations=tuple(map(OrganisationId, entry.organisation)),
        identities=_addresses(name, matrix=entry.matrix, slack=entry.slack),
    )


def _staff(name: str, entry: StaffEntry) -> Person:
    return Person(
        id=PersonId(name),
        name=entry.name,
        role=entry.role,
        language=entry.language,
        time_zone=entry.zone,
        level=entry.level,
        quiet=entry.quiet,
        identities=_addresses(name, matrix=entry.matrix, slack=entry.slack),
    )


def _room(name: str, entry: RoomEntry) -> Room:
    return Room(
        id=RoomId(f"#{name}"),
        purpose=entry.purpose,
        organisation=None if entry.organisation is None else OrganisationId(entry.organisation),
        language=entry.language,
        places=_addresses(f"#{name}", matrix=entry.matrix, slack=entry.slack),
    )


def _addresses(console: str, *, matrix: tuple[str, ...], slack: tuple[str, ...]) -> tuple[Address, ...]:
    return (
        Address(platform=Platform.CONSOLE, value=console),
        *(Address(platform=Platform.MATRIX, value=each) for each in matrix),
        *(Address(platform=Platform.SLACK, value=each) for each in slack),
    )
