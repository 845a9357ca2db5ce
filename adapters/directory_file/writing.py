"""Who is who to a directory file that reads back as the same."""

from collections.abc import Iterable
from typing import Any

import yaml

from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.errors import DirectoryInvalid, Mistake
from chatops.domain.vocabulary import Platform, Role

Entry = dict[str, Any]


def write(who: WhoIsWho) -> str:
    """
    Return the text of a directory file; `read` of it gives *who*, with contacts before staff.

    Contradictions are written as they stand: it is the reader who refuses them.

    Raises:
        DirectoryInvalid: An address that the file has no word for yet; nothing is left out silently.
    """
    contacts = [person for person in who.people if person.role is Role.CONTACT]
    staff = [person for person in who.people if person.role is not Role.CONTACT]
    return yaml.dump(
        {
            "products": list(who.products),
            "organisations": {each.id: _organisation(each) for each in who.organisations},
            "contacts": {each.id: _contact(each) for each in contacts},
            "staff": {each.id: _staff(each) for each in staff},
            "rooms": {_bare(each): _room(each) for each in who.rooms},
        },
        Dumper=_Plain,
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
    )


class _Plain(yaml.SafeDumper):
    """Writes the same day twice as what it is; left alone, PyYAML would set an anchor and an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _filled(**values: object) -> Entry:
    """Leave out what is not there."""
    return {key.replace("_", " "): value for key, value in values.items() if value not in (None, [])}


def _organisation(organisation: Organisation) -> Entry:
    return _filled(
        name=organisation.name,
        language=organisation.language.value,
        time_zone=organisation.time_zone,
        partner=organisation.partner,
        subscriptions=[_subscription(each) for each in organisation.subscriptions],
    )


def _subscription(subscription: Subscription) -> Entry:
    return _filled(
        plan=subscription.plan,
        since=subscription.since,
        until=subscription.until,
        products=list(subscription.products),
    )


def _contact(person: Person) -> Entry:
    return _filled(
        name=person.name,
        organisation=_one_or_list(person.organisations),
        language=person.language.value,
        time_zone=person.time_zone,
        **_addresses(person.id, person.identities),
    )


def _staff(person: Person) -> Entry:
    return _filled(
        name=person.name,
        role=person.role.value,
        level=person.level,
        language=person.language.value,
        time_zone=person.time_zone,
        quiet_hours=None if person.quiet is None else str(person.quiet),
        **_addresses(person.id, person.identities),
    )


def _room(room: Room) -> Entry:
    return _filled(
        purpose=room.purpose.value,
        organisation=room.organisation,
        language=None if room.language is None else room.language.value,
        **_addresses(room.id, room.places),
    )


def _bare(room: Room) -> str:
    """Return the name without its hash, which begins a comment in YAML."""
    return room.id.removeprefix("#")


def _addresses(console: str, addresses: Iterable[Address]) -> dict[str, str | list[str]]:
    written: dict[str, list[str]] = {"matrix": [], "slack": []}
    for address in addresses:
        if address.platform in written:
            written[address.platform].append(address.value)
        elif address != Address(platform=Platform.CONSOLE, value=console):
            text = f"“{console}” has the {address.platform} address “{address.value}”, which a file cannot say yet."
            raise DirectoryInvalid((Mistake(file="directory", line=0, text=text),))
    return {platform: _one_or_list(values) for platform, values in written.items()}


def _one_or_list(values: Iterable[str]) -> str | list[str]:
    listed = list(values)
    return listed[0] if len(listed) == 1 else listed
