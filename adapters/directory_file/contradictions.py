"""
What no single part of a directory file can know: names that stand nowhere, addresses used twice, plans' limits.

Read from the tree, so that an entry with one mistake in it does not hide its others.
"""

from collections.abc import Iterable, Iterator, Mapping

from adapters.directory_file.model import day, did_you_mean
from adapters.directory_file.tree import Tree, Where
from chatops.domain.vocabulary import Role, RoomPurpose

Contradiction = tuple[Where, str]

RESERVED = {"desk", "nobody"}
"""No person's: the desk's own name in a mention, and what stories say of nobody."""


def contradictions(tree: Tree, named_contacts: Mapping[str, int]) -> Iterator[Contradiction]:
    """
    Yield each with its place in the file.

    Args:
        named_contacts: How many contacts each plan allows; who is not in it is no plan.
    """
    yield from _repeated(tree.texts("products"))
    yield from _organisations(tree)
    yield from _subscriptions(tree, plans=named_contacts)
    yield from _short_names(tree)
    yield from _contacts(tree)
    yield from _levels(tree)
    yield from _rooms(tree)
    yield from _used_twice(tree, "contacts", "staff")
    yield from _used_twice(tree, "rooms")
    yield from _too_many_contacts(tree, named_contacts)


def _unknown(kind: str, named: Iterable[tuple[Where, str]], known: Iterable[str]) -> Iterator[Contradiction]:
    known = tuple(known)
    for where, name in named:
        if name not in known:
            yield where, f"There is no {kind} “{name}”{did_you_mean(name, known) or '.'}"


def _repeated(named: Iterable[tuple[Where, str]]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for where, name in named:
        if name in seen:
            yield where, f"“{name}” is written twice."
        seen.add(name)


def _organisations(tree: Tree) -> Iterator[Contradiction]:
    above = {
        organisation: partner
        for organisation in tree.names("organisations")
        for _, partner in tree.texts("organisations", organisation, "partner")
    }
    for organisation in above:
        where = ("organisations", organisation, "partner")
        yield from _unknown("organisation", tree.texts(*where), tree.names("organisations"))
        if organisation in _all_above(organisation, above):
            yield where, f"“{organisation}” would be its own partner, directly or in a circle."


def _all_above(organisation: str, above: Mapping[str, str]) -> set[str]:
    passed: set[str] = set()
    while organisation in above and above[organisation] not in passed:
        organisation = above[organisation]
        passed.add(organisation)
    return passed


def _subscriptions(tree: Tree, plans: Iterable[str]) -> Iterator[Contradiction]:
    for organisation in tree.names("organisations"):
        for where, _ in tree.entries("organisations", organisation, "subscriptions"):
            yield from _unknown("plan", tree.texts(*where, "plan"), plans)
            yield from _unknown("product", tree.texts(*where, "products"), tree.names("products"))
            yield from _repeated(tree.texts(*where, "products"))
            since, until = day(_text(tree, *where, "since")), day(_text(tree, *where, "until"))
            if since and until and until < since:
                yield (*where, "until"), f"It ends on {until}, before its first day, {since}."


def _short_names(tree: Tree) -> Iterator[Contradiction]:
    contacts = tree.names("contacts")
    for section in ("contacts", "staff"):
        for name in RESERVED.intersection(tree.names(section)):
            yield (section, name), f"“{name}” cannot be a person’s short name: the desk uses it itself."
    for name in tree.names("staff"):
        if name in contacts:
            yield ("staff", name), f"“{name}” is a contact already, in line {tree.line(('contacts', name))}."


def _contacts(tree: Tree) -> Iterator[Contradiction]:
    for where, _ in tree.entries("contacts"):
        organisations = tree.texts(*where, "organisation")
        yield from _unknown("organisation", organisations, tree.names("organisations"))
        yield from _repeated(organisations)


def _levels(tree: Tree) -> Iterator[Contradiction]:
    for where, person in tree.entries("staff"):
        role = person.get("role")
        if role == Role.AGENT and "level" not in person:
            yield where, "“level” is missing: an agent works at level 1 or 2 (§3.2.2d)."
        if role in (Role.MANAGER, Role.ADMINISTRATOR) and "level" in person:
            yield (*where, "level"), "Only an agent has a level (§3.2.2d)."


def _rooms(tree: Tree) -> Iterator[Contradiction]:
    others = set(RoomPurpose) - {RoomPurpose.CUSTOMER}
    for where, room in tree.entries("rooms"):
        purpose = _text(tree, *where, "purpose")
        yield from _unknown("organisation", tree.texts(*where, "organisation"), tree.names("organisations"))
        if purpose == RoomPurpose.CUSTOMER and "organisation" not in room:
            yield where, "“organisation” is missing: a customer room shows the tickets of one organisation."
        if purpose in others and "organisation" in room:
            yield (*where, "organisation"), "Only a customer room has an organisation."


def _used_twice(tree: Tree, *sections: str) -> Iterator[Contradiction]:
    holders: dict[str, Where] = {}
    for section in sections:
        for name in tree.names(section):
            for where, address in (*tree.texts(section, name, "matrix"), *tree.texts(section, name, "slack")):
                holder = holders.setdefault(address, where)
                if holder is not where:
                    line = tree.line(holder)
                    yield where, f"“{address}” is used twice: by “{holder[1]}” already, in line {line}."


def _too_many_contacts(tree: Tree, named_contacts: Mapping[str, int]) -> Iterator[Contradiction]:
    for organisation in tree.names("organisations"):
        plan = _lasting_plan(tree, organisation, named_contacts)
        contacts = [
            contact
            for contact in tree.names("contacts")
            if organisation in tree.names("contacts", contact, "organisation")
        ]
        if plan is not None and len(contacts) > named_contacts[plan]:
            allowed = named_contacts[plan]
            yield (
                ("contacts", contacts[allowed]),
                f"“{organisation}” has {len(contacts)} contacts ({', '.join(contacts)}), "
                f"but its plan, {plan}, allows {allowed}.",
            )


def _lasting_plan(tree: Tree, organisation: str, named_contacts: Mapping[str, int]) -> str | None:
    """Return the plan that ends last, of several the most generous: who upgrades may name people beforehand."""
    plans = [
        (_text(tree, *where, "until") or "without end", named_contacts[plan], plan)
        for where, _ in tree.entries("organisations", organisation, "subscriptions")
        if (plan := _text(tree, *where, "plan")) in named_contacts
    ]
    return max(plans)[2] if plans else None


def _text(tree: Tree, *where: str | int) -> str:
    """Return the one text at *where*; "" where there is none."""
    return next((text for at, text in tree.texts(*where) if at == where), "")
