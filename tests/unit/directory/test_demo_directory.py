"""The demo directory that comes with the documentation: stories and guides lean on its cast."""

from pathlib import Path

import pytest

from adapters.directory_file.reading import read
from chatops.domain.directory import Person, WhoIsWho
from chatops.domain.vocabulary import Language, Platform, Role, RoomPurpose

ACME = Path(__file__).parents[3] / "docs" / "examples" / "acme.yaml"


@pytest.fixture
def who() -> WhoIsWho:
    return read(ACME)


def _people(who: WhoIsWho, role: Role) -> list[Person]:
    return [person for person in who.people if person.role is role]


def test_there_is_a_customer_of_each_plan(who: WhoIsWho) -> None:
    assert {each.id: [bought.plan for bought in each.subscriptions] for each in who.organisations} == {
        "acme": ["premium"],
        "globex": ["standard"],
        "initech": ["basic"],
    }


def test_their_contacts_speak_their_languages(who: WhoIsWho) -> None:
    assert {each.id: (*each.organisations, each.language) for each in _people(who, Role.CONTACT)} == {
        "ana": ("acme", Language.EN),
        "aldo": ("acme", Language.EN),
        "gus": ("globex", Language.FR),
        "ivy": ("initech", Language.EN),
    }


def test_the_desk_has_two_levels_two_managers_and_an_administrator(who: WhoIsWho) -> None:
    assert {each.id: (each.level, each.language) for each in _people(who, Role.AGENT)} == {
        "ben": (1, Language.EN),
        "bea": (1, Language.FR),
        "luc": (2, Language.FR),
    }
    assert {each.id: each.language for each in _people(who, Role.MANAGER)} == {
        "clo": Language.EN,
        "max": Language.FR,
    }
    assert [each.id for each in _people(who, Role.ADMINISTRATOR)] == ["root"]


def test_every_customer_has_a_room_and_so_have_the_desk_and_its_managers(who: WhoIsWho) -> None:
    assert {each.id: (each.purpose, each.organisation) for each in who.rooms} == {
        "#acme": (RoomPurpose.CUSTOMER, "acme"),
        "#globex": (RoomPurpose.CUSTOMER, "globex"),
        "#initech": (RoomPurpose.CUSTOMER, "initech"),
        "#desk": (RoomPurpose.DESK, None),
        "#managers": (RoomPurpose.MANAGERS, None),
    }


def test_it_binds_nobody_to_a_server_that_readers_do_not_have(who: WhoIsWho) -> None:
    addresses = [address for person in who.people for address in person.identities]
    addresses += [place for room in who.rooms for place in room.places]

    assert {address.platform for address in addresses} == {Platform.CONSOLE}
