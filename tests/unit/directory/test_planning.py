"""What an import would change, before it does."""

from dataclasses import replace
from datetime import date
from typing import Any

from adapters.directory_file.planning import plan
from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Platform, Role, RoomId, RoomPurpose

PREMIUM = Subscription(plan="premium", since=date(2026, 1, 1), products=("Platform",))
ACME = Organisation(
    id=OrganisationId("acme"),
    name="Acme",
    language=Language.EN,
    time_zone="Europe/London",
    subscriptions=(PREMIUM,),
)
ANA = Person(
    id=PersonId("ana"),
    name="Ana Ashford",
    role=Role.CONTACT,
    language=Language.EN,
    time_zone="Europe/London",
    organisations=(ACME.id,),
    identities=(Address(platform=Platform.CONSOLE, value="ana"),),
)
BEN = Person(id=PersonId("ben"), name="Ben", role=Role.AGENT, level=1, language=Language.FR, time_zone="Europe/Paris")
DESK = Room(id=RoomId("#desk"), purpose=RoomPurpose.DESK)
WHO = WhoIsWho(organisations=(ACME,), people=(ANA, BEN), rooms=(DESK,), products=("Platform",))


def _lines(now: WhoIsWho, wanted: WhoIsWho) -> list[str]:
    return [str(change) for change in plan(now, wanted)]


def test_a_new_directory_is_all_new() -> None:
    assert _lines(WhoIsWho(), WHO) == [
        "+ organisation acme: name Acme, language en, time zone Europe/London, "
        "subscription premium since 2026-01-01 for Platform",
        "+ person ana: name Ana Ashford, role contact, organisation acme, language en, time zone Europe/London",
        "+ person ben: name Ben, role agent, level 1, language fr, time zone Europe/Paris",
        "+ room #desk: purpose desk",
        "+ product Platform",
    ]


def test_what_is_gone_ends_and_keeps_its_history() -> None:
    assert _lines(WHO, replace(WHO, people=(ANA,), rooms=())) == [
        "- person ben: its history stays",
        "- room #desk: its history stays",
    ]


def test_the_same_again_changes_nothing() -> None:
    assert _lines(WHO, WHO) == []


def test_order_is_no_change() -> None:
    other = replace(PREMIUM, plan="standard", products=("Platform", "Mobile"))
    now = replace(WHO, organisations=(replace(ACME, subscriptions=(PREMIUM, other)),))
    turned = replace(other, products=("Mobile", "Platform"))
    wanted = replace(WHO, organisations=(replace(ACME, subscriptions=(turned, PREMIUM)),), people=(BEN, ANA))

    assert _lines(now, wanted) == []


def test_a_change_is_told_with_what_was_and_what_will_be() -> None:
    moved = replace(BEN, language=Language.EN, time_zone="Europe/London", level=2)

    assert _lines(WHO, replace(WHO, people=(ANA, moved))) == [
        "~ person ben: level 1 → 2, language fr → en, time zone Europe/Paris → Europe/London"
    ]


def test_quiet_hours_that_come_go_or_change_are_told() -> None:
    by_night = replace(WHO, people=(ANA, replace(BEN, quiet=quiet_hours("21:00 to 07:30"))))
    longer = replace(WHO, people=(ANA, replace(BEN, quiet=quiet_hours("20:00 to 24:00"))))

    assert _lines(WHO, by_night) == ["~ person ben: now quiet hours 21:00 to 07:30"]
    assert _lines(by_night, longer) == ["~ person ben: quiet hours 21:00 to 07:30 → 20:00 to 24:00"]
    assert _lines(longer, WHO) == ["~ person ben: no longer quiet hours 20:00 to 24:00"]


def test_an_identity_that_comes_or_goes_is_told_by_its_platform() -> None:
    on_matrix = Address(platform=Platform.MATRIX, value="@ana:example.org")
    bound = replace(WHO, people=(replace(ANA, identities=(*ANA.identities, on_matrix)), BEN))
    unbound = replace(WHO, people=(replace(ANA, identities=()), BEN))

    assert _lines(WHO, bound) == ["~ person ana: now matrix @ana:example.org"]
    assert _lines(bound, WHO) == ["~ person ana: no longer matrix @ana:example.org"]
    assert _lines(WHO, unbound) == ["~ person ana: no longer console ana"]


def test_a_subscription_that_ends_is_told_with_its_last_day() -> None:
    ended = replace(ACME, subscriptions=(replace(PREMIUM, until=date(2026, 6, 30)),))

    assert _lines(WHO, replace(WHO, organisations=(ended,))) == [
        "~ organisation acme: subscription premium since 2026-01-01 for Platform → "
        "premium since 2026-01-01 until 2026-06-30 for Platform"
    ]


def test_a_contact_of_more_organisations_is_told_of_each() -> None:
    other, third = OrganisationId("globex"), OrganisationId("initech")
    moved = replace(WHO, people=(replace(ANA, organisations=(other, third)), BEN))

    assert _lines(WHO, moved) == [
        "~ person ana: no longer organisation acme, now organisation globex, now organisation initech"
    ]


def test_a_room_that_changes_its_purpose_or_its_customer_is_told() -> None:
    given = replace(DESK, purpose=RoomPurpose.CUSTOMER, organisation=ACME.id, language=Language.FR)

    assert _lines(WHO, replace(WHO, rooms=(given,))) == [
        "~ room #desk: purpose desk → customer, now organisation acme, now language fr"
    ]


def test_nothing_a_thing_has_can_change_unnoticed() -> None:
    """Whoever adds an attribute to the directory adds it to the plan."""
    other: dict[str, Any] = {
        "name": "Other",
        "language": Language.FR if ANA.language is Language.EN else Language.EN,
        "time_zone": "Etc/UTC",
        "partner": OrganisationId("other"),
        "subscriptions": (),
        "role": Role.ADMINISTRATOR,
        "organisations": (OrganisationId("other"),),
        "level": 2,
        "quiet": quiet_hours("21:00 to 07:30"),
        "identities": (Address(platform=Platform.SLACK, value="U1"),),
        "purpose": RoomPurpose.DIRECT,
        "organisation": OrganisationId("other"),
        "places": (Address(platform=Platform.SLACK, value="C1"),),
    }

    for attribute in set(Organisation.__dataclass_fields__) - {"id"}:
        changed = replace(ACME, **{attribute: other[attribute]})
        assert plan(WHO, replace(WHO, organisations=(changed,))) != (), attribute
    for attribute in set(Person.__dataclass_fields__) - {"id"}:
        changed_person = replace(ANA, **{attribute: other[attribute]})
        assert plan(WHO, replace(WHO, people=(changed_person, BEN))) != (), attribute
    for attribute in set(Room.__dataclass_fields__) - {"id"}:
        changed_room = replace(DESK, **{attribute: other[attribute]})
        assert plan(WHO, replace(WHO, rooms=(changed_room,))) != (), attribute
