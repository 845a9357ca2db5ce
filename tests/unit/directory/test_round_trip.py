"""What is written reads back as the same, whatever people are called."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import TypeVar

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.directory_file.planning import plan
from adapters.directory_file.reading import NAMED_CONTACTS, read
from adapters.directory_file.writing import write
from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.errors import DirectoryInvalid
from chatops.domain.quiet_hours import QuietHours
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Platform, Role, RoomId, RoomPurpose

Drawn = TypeVar("Drawn")

# What YAML reads as something else than text, unless it is told not to.
TRAPS = ["NO", "on", "null", "~", "3.10", "12:30", "1e3", "0x10", "2026-01-01", "=", "<<", "- a", "# a", "a: b", "&a"]

names = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \u00a0\u200d\U0001f600"), max_size=40)
    .map(str.strip)
    .filter(bool),
)
short_names = st.one_of(
    st.sampled_from(["no", "null", "y", "true", "e1", "a-b", "a.b"]),
    st.from_regex(r"[a-z][a-z0-9._-]{0,8}", fullmatch=True),
).filter(lambda name: name not in ("desk", "nobody"))
zones = st.sampled_from(["Europe/Paris", "America/New_York", "Etc/GMT", "Africa/Tunis"])
languages = st.sampled_from(Language)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
quiet_hours = (
    st.tuples(times, times).filter(lambda two: two[0] != two[1]).map(lambda two: QuietHours(begins=two[0], ends=two[1]))
)
host = st.sampled_from(["example.org", "chat.example.org:8448"])
users = st.builds("@{}:{}".format, st.from_regex(r"[a-z0-9._=/+-]{1,8}", fullmatch=True), host)
matrix_rooms = st.from_regex(r"![A-Za-z0-9_-]{4,12}(:example\.org)?", fullmatch=True)


def _addresses(console: str, matrix: Sequence[str]) -> tuple[Address, ...]:
    return (
        Address(platform=Platform.CONSOLE, value=console),
        *(Address(platform=Platform.MATRIX, value=each) for each in matrix),
    )


def _some(of: Sequence[Drawn], at_least: int = 0) -> st.SearchStrategy[tuple[Drawn, ...]]:
    return st.lists(st.sampled_from(of), unique=True, min_size=at_least).map(tuple) if of else st.just(())


@st.composite
def subscriptions(draw: st.DrawFn, products: Sequence[str]) -> Subscription:
    since = draw(st.dates(date(1000, 1, 1)))
    return Subscription(
        plan=draw(st.sampled_from(sorted(NAMED_CONTACTS))),
        since=since,
        until=draw(st.none() | st.dates(since)),
        products=draw(_some(products)),
    )


@st.composite
def organisations(draw: st.DrawFn, products: Sequence[str]) -> list[Organisation]:
    found: list[Organisation] = []
    for name in draw(st.lists(short_names, unique=True, max_size=4)):
        found.append(
            Organisation(
                id=OrganisationId(name),
                name=draw(names),
                language=draw(languages),
                time_zone=draw(zones),
                partner=draw(st.none() | st.sampled_from([each.id for each in found])) if found else None,
                subscriptions=tuple(draw(st.lists(subscriptions(products), max_size=3))),
            )
        )
    return found


@st.composite
def people(draw: st.DrawFn, organisations: Sequence[OrganisationId], role: Role, name: str) -> Person:
    customers = draw(_some(organisations, at_least=1)) if role is Role.CONTACT else ()
    return Person(
        id=PersonId(name),
        name=draw(names),
        role=role,
        language=draw(languages),
        time_zone=draw(zones),
        organisations=customers,
        level=draw(st.sampled_from([1, 2])) if role is Role.AGENT else None,
        quiet=None if role is Role.CONTACT else draw(st.none() | quiet_hours),
    )


@st.composite
def rooms(draw: st.DrawFn, organisations: Sequence[OrganisationId], name: str) -> Room:
    others = [RoomPurpose.DESK, RoomPurpose.MANAGERS, RoomPurpose.DIRECT]
    purpose = draw(st.sampled_from([RoomPurpose.CUSTOMER, *others] if organisations else others))
    return Room(
        id=RoomId(f"#{name}"),
        purpose=purpose,
        organisation=draw(st.sampled_from(organisations)) if purpose is RoomPurpose.CUSTOMER else None,
        language=draw(st.none() | languages),
    )


@st.composite
def directories(draw: st.DrawFn) -> WhoIsWho:
    """Draw a directory without contradictions, contacts before staff, as a file has it."""
    products = draw(st.lists(names, unique=True, max_size=3))
    customers = draw(organisations(products))
    ids = [each.id for each in customers]
    staff_roles = [Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR]
    persons = [
        draw(people(ids, draw(st.sampled_from([Role.CONTACT, *staff_roles] if ids else staff_roles)), name))
        for name in draw(st.lists(short_names, unique=True, max_size=6))
    ]
    identities = iter(draw(st.lists(users, unique=True, min_size=12, max_size=12)))
    places = iter(draw(st.lists(matrix_rooms, unique=True, min_size=5, max_size=5)))
    return WhoIsWho(
        organisations=tuple(customers),
        people=tuple(
            replace(
                each,
                identities=_addresses(each.id, [next(identities) for _ in range(draw(st.integers(0, 2)))]),
            )
            for each in sorted(persons, key=lambda each: each.role is not Role.CONTACT)
        ),
        rooms=tuple(
            replace(room, places=_addresses(room.id, [next(places)] if draw(st.booleans()) else []))
            for name in draw(st.lists(short_names, unique=True, max_size=5))
            for room in [draw(rooms(ids, name))]
        ),
        products=tuple(products),
    )


# How long an example takes depends on who else is busy on the machine, and proves nothing.
unhurried = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])

WITHOUT_LIMITS = dict.fromkeys(NAMED_CONTACTS, 1000)


@unhurried
@given(directories())
def test_what_is_written_reads_back_as_the_same(who: WhoIsWho) -> None:
    assert read(write(who), named_contacts=WITHOUT_LIMITS) == who


@unhurried
@given(directories())
def test_importing_an_export_changes_nothing(who: WhoIsWho) -> None:
    shuffled = replace(who, organisations=who.organisations[::-1], people=who.people[::-1], rooms=who.rooms[::-1])

    assert plan(shuffled, read(write(shuffled), named_contacts=WITHOUT_LIMITS)) == ()


@unhurried
@given(directories())
def test_other_readers_of_yaml_see_the_same_names(who: WhoIsWho) -> None:
    """Exports are for other tools as well: what YAML would misread stands in quotes."""
    seen = yaml.safe_load(write(who))

    assert list(seen["contacts"]) + list(seen["staff"]) == [each.id for each in who.people]
    assert [each["name"] for each in seen["organisations"].values()] == [each.name for each in who.organisations]
    assert tuple(seen["products"]) == who.products


ANA = Person(
    id=PersonId("ana"),
    name="Ana",
    role=Role.MANAGER,
    language=Language.EN,
    time_zone="Etc/UTC",
)


def test_letters_with_accents_are_written_as_they_are() -> None:
    assert "name: Béatrice" in write(WhoIsWho(people=(replace(ANA, name="Béatrice"),)))


def test_what_two_organisations_have_in_common_is_written_for_each() -> None:
    """An anchor and its alias would be shorter, and no reader of ours would take them."""
    bought = Subscription(plan="basic", since=date(2026, 1, 1))
    who = WhoIsWho(
        organisations=tuple(
            Organisation(
                id=OrganisationId(name),
                name=name,
                language=Language.EN,
                time_zone="Etc/UTC",
                subscriptions=(bought,),
            )
            for name in ("acme", "globex")
        )
    )

    assert read(write(who)) == who


def test_addresses_of_every_platform_come_back() -> None:
    names = (
        Address(platform=Platform.CONSOLE, value="ana"),
        Address(platform=Platform.MATRIX, value="@ana:example.org"),
        Address(platform=Platform.SLACK, value="T0ACME/U0ANA"),
    )
    ana = replace(ANA, identities=names)
    acme = Organisation(id=OrganisationId("acme"), name="Acme", language=Language.EN, time_zone="Etc/UTC")
    places = (
        Address(platform=Platform.CONSOLE, value="#acme"),
        Address(platform=Platform.MATRIX, value="!acme"),
        Address(platform=Platform.SLACK, value="T0EXO/C0ACME"),
    )
    room = Room(id=RoomId("#acme"), purpose=RoomPurpose.CUSTOMER, organisation=acme.id, places=places)
    who = WhoIsWho(organisations=(acme,), people=(ana,), rooms=(room,))

    assert read(write(who)) == who


def test_what_the_file_has_no_word_for_is_never_left_out_silently() -> None:
    address = Address(platform=Platform.CONSOLE, value="other")
    with pytest.raises(DirectoryInvalid, match=f"“ana” has the {address.platform} address “{address.value}”"):
        write(WhoIsWho(people=(replace(ANA, identities=(address,)),)))


def test_a_contradiction_can_be_exported_to_be_put_right() -> None:
    who = WhoIsWho(rooms=(Room(id=RoomId("#lobby"), purpose=RoomPurpose.CUSTOMER),))

    with pytest.raises(DirectoryInvalid, match="directory:6: “organisation” is missing"):
        read(write(who))
