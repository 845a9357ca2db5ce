"""What a directory file says, and what it is told when it is wrong."""

from datetime import date
from pathlib import Path

import pytest

from adapters.directory_file.reading import read
from chatops.domain.directory import Address, Subscription, WhoIsWho
from chatops.domain.errors import DirectoryInvalid
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import Language, Platform, Role

ORGANISATIONS = """\
products: [Platform, "3.10"]
organisations:
  acme:
    name: Acme
    language: fr
    time zone: Europe/Paris
    subscriptions: [{plan: standard, since: 2026-01-01, products: [Platform]}]
"""


def _mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DirectoryInvalid) as raised:
        read(text)
    assert {mistake.file for mistake in raised.value.mistakes} == {"directory"}
    return [(mistake.line, mistake.text) for mistake in raised.value.mistakes]


def _only_mistake(text: str) -> tuple[int, str]:
    (mistake,) = _mistakes(text)
    return mistake


def _addresses(*addresses: tuple[Platform, str]) -> tuple[Address, ...]:
    return tuple(Address(platform=platform, value=value) for platform, value in addresses)


# ---- what is right --------------------------------------------------------------------------------------------------


def test_an_organisation_is_read_with_what_it_has_bought() -> None:
    (acme,) = read(ORGANISATIONS).organisations

    assert (acme.id, acme.name, acme.language, acme.time_zone) == ("acme", "Acme", Language.FR, "Europe/Paris")
    assert acme.subscriptions == (
        Subscription(plan="standard", since=date(2026, 1, 1), until=None, products=("Platform",)),
    )


def test_a_contact_speaks_as_their_organisation_unless_the_file_says_otherwise() -> None:
    who = read(
        ORGANISATIONS
        + """\
contacts:
  ana: {name: Ana, organisation: acme}
  aldo: {name: Aldo, organisation: acme, language: en, time zone: Europe/London}
"""
    )

    assert [(each.language, each.time_zone) for each in who.people] == [
        (Language.FR, "Europe/Paris"),
        (Language.EN, "Europe/London"),
    ]
    assert {each.role for each in who.people} == {Role.CONTACT}


def test_a_partner_s_contact_is_one_of_several_organisations() -> None:
    who = read(
        ORGANISATIONS
        + """\
  reseller: {name: Reseller, language: en, time zone: Etc/UTC}
  client: {name: Client, language: en, time zone: Etc/UTC, partner: reseller}
contacts:
  pat: {name: Pat, organisation: [reseller, client]}
"""
    )

    assert who.people[0].organisations == ("reseller", "client")
    assert [each.partner for each in who.organisations] == [None, None, "reseller"]


def test_people_and_rooms_are_bound_to_matrix_and_have_their_place_on_the_terminal_for_nothing() -> None:
    who = read(
        ORGANISATIONS
        + """\
contacts:
  ana: {name: Ana, organisation: acme, matrix: "@ana:example.org"}
staff:
  ben: {name: Ben, role: agent, level: 1, language: en, time zone: Etc/UTC, matrix: ["@ben:a.org", "@ben:b.org"]}
rooms:
  acme: {purpose: customer, organisation: acme, matrix: "!room-of-version-12"}
  desk: {purpose: desk, matrix: "!old:example.org"}
"""
    )
    ana, ben = who.people
    acme, desk = who.rooms

    assert ana.identities == _addresses((Platform.CONSOLE, "ana"), (Platform.MATRIX, "@ana:example.org"))
    assert ben.identities == _addresses(
        (Platform.CONSOLE, "ben"), (Platform.MATRIX, "@ben:a.org"), (Platform.MATRIX, "@ben:b.org")
    )
    assert acme.places == _addresses((Platform.CONSOLE, "#acme"), (Platform.MATRIX, "!room-of-version-12"))
    assert desk.places == _addresses((Platform.CONSOLE, "#desk"), (Platform.MATRIX, "!old:example.org"))


def test_every_word_stays_what_was_written() -> None:
    """YAML alone reads NO as false, 3.10 as 3.1, 12:30 as 750 and null as nothing."""
    who = read(
        """\
products: [3.10, 12:30, NO]
organisations:
  no: {name: NO, language: en, time zone: Etc/UTC}
contacts:
  null: {name: 1e3, organisation: no}
"""
    )

    assert who.products == ("3.10", "12:30", "NO")
    assert [(each.id, each.name) for each in who.organisations] == [("no", "NO")]
    assert [(each.id, each.name) for each in who.people] == [("null", "1e3")]


def test_a_file_is_read_from_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(ORGANISATIONS, "utf-8")

    assert read(file) == read(ORGANISATIONS)


def test_an_editor_s_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(ORGANISATIONS, "utf-8-sig")

    assert read(file) == read(ORGANISATIONS)


def test_a_directory_of_nothing_may_be_written_down_in_words() -> None:
    assert read("organisations: {}\n") == WhoIsWho()


# ---- what is wrong: the text ----------------------------------------------------------------------------------------


def test_mistakes_name_the_file_they_stand_in(tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text("people: {}\n", "utf-8")

    with pytest.raises(DirectoryInvalid, match=r"directory\.yaml:1: “people” is not known here"):
        read(file)


def test_a_file_that_is_not_there_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(DirectoryInvalid, match="cannot be read: No such file"):
        read(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_utf_8_is_told_where(tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_bytes("products:\n  - Café\n".encode("latin-1"))

    with pytest.raises(DirectoryInvalid, match=r":2: The file is not UTF-8"):
        read(file)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 0, "The file is empty."),
        ("# nothing yet\n", 0, "The file is empty."),
        ("- acme\n", 1, "Keys with their values are expected here."),
        ("products: [Platform\nrooms: {}", 2, "This is not YAML"),
        ("products:\n  - a\x07b\n", 2, "a character here that YAML does not allow"),
        ('products:\n  - "a\\nb"\n', 2, "A text must be one line"),
        ('products:\n  - "a\\u2028b"\n', 2, "A text must be one line"),
        ('products:\n  - "\\ud800"\n', 2, "A text must be one line"),
        ("products: []\n---\nproducts: []\n", 3, "A second document begins here"),
        ("products: " + "[" * 5000, 1, "it is nested too deep"),
        ("{" * 5000, 1, "it is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_told_where(text: str, line: int, told: str) -> None:
    found, words = _mistakes(text)[0]

    assert found == line
    assert told in words


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("rooms:\n  desk: {purpose: desk}\n  desk: {purpose: desk}\n", 3, "it stands in line 2 already"),
        ("rooms:\n  desk:\n    purpose: desk\n    purpose: desk\n", 4, "it stands in line 3 already"),
        ("rooms:\n  desk: &d {purpose: desk}\n", 2, "An anchor (&d) is not allowed"),
        ("products:\n  - !!str Platform\n", 2, "A tag (tag:yaml.org,2002:str) is not allowed"),
        ("products:\n  - !!python/name:os.system Platform\n", 2, "A tag"),
        ("rooms:\n  ? [desk]\n  : {purpose: desk}\n", 2, "A key must be a word"),
    ],
)
def test_yaml_is_an_outline_and_nothing_more(text: str, line: int, told: str) -> None:
    found, words = _only_mistake(text)

    assert found == line
    assert told in words


def test_an_alias_is_refused_and_never_followed() -> None:
    """Each line would make ten of the one before it."""
    bomb = "\n".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    mistakes = _mistakes(f"products:\n  - &a0 Platform\n{bomb}\n")

    assert (3, "An alias (*a0) is not allowed: write the words out.") in mistakes


# ---- what is wrong: one part ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("romms: {}\n", 1, "“romms” is not known here; did you mean “rooms”?"),
        ("rooms:\n  desk:\n    purpose: desk\n    colour: red\n", 4, "“colour” is not known here: purpose"),
        ("rooms:\n  desk: {}\n", 2, "“purpose” is missing."),
        ("rooms:\n  desk: {purpose: dekk}\n", 2, "direct; did you mean “desk”?"),
        ("rooms:\n  desk: {purpose: [customer]}\n", 2, "One of these is expected here: customer"),
        ("rooms:\n  desk: {purpose: desk, language: de}\n", 2, "“de” is none of en, fr."),
        ("rooms:\n  desk: {purpose: desk, matrix: '#desk:example.org'}\n", 2, "is no Matrix room id"),
        ("rooms:\n  '#desk': {purpose: desk}\n", 2, "is no short name"),
        ("rooms:\n  desk:\n", 2, "Keys with their values are expected here."),
        ("rooms:\n", 1, "fill it in or leave it out"),
        ("products: Platform\n", 1, "A list is expected here."),
        ("products:\n  - ''\n", 2, "is no name"),
        ("products:\n  - Platform\n  - Platform\n", 3, "“Platform” is written twice."),
        ("products:\n  - [Platform]\n", 2, "One text is expected here"),
        (f"products:\n  - {'x' * 201}\n", 2, "too long: at most 200 characters"),
    ],
)  # fmt: skip
def test_a_part_that_is_wrong_is_told_with_its_line(text: str, line: int, told: str) -> None:
    found, words = _only_mistake(text)

    assert found == line
    assert told in words


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Pariss", "; did you mean “Europe/Paris”?"),
        ("europe/paris", "; did you mean “Europe/Paris”?"),
        ("Paris", "; did you mean “Europe/Paris”?"),
        ("New York", "; did you mean “America/New_York”?"),
        ("../../etc/passwd", ": write it as in Europe/Paris."),
        ("GMT+2", ": write it as in Europe/Paris."),
        ("CEST", ": write it as in Europe/Paris."),
        ("''", ": write it as in Europe/Paris."),
    ],
)
def test_a_time_zone_must_be_one_that_the_world_knows(zone: str, told: str) -> None:
    text = f"organisations:\n  acme:\n    name: Acme\n    language: en\n    time zone: {zone}\n"
    shown = zone.strip("'")

    assert _only_mistake(text) == (5, f"“{shown}” is no time zone{told}")


@pytest.mark.parametrize(
    "day", ["2026-02-29", "20260101", "2026-1-1", "01.02.2026", "2026-01-01T00:00", "1767225600", "٢٠٢٦-٠١-٠١"]
)
def test_a_day_is_written_in_one_way(day: str) -> None:
    text = ORGANISATIONS.replace("2026-01-01", f'"{day}"')

    assert _only_mistake(text) == (
        7,
        "A day of the calendar is expected here, written as in 2026-07-18.",
    )


STAFF = "staff:\n  ben: {name: Ben, role: ROLE, language: en, time zone: Etc/UTC}\n"


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("agent", "“level” is missing: an agent works at level 1 or 2 (§3.2.2d)."),
        ("agent, level: 3", "The level of an agent is 1 or 2."),
        ("agent, level: one", "The level of an agent is 1 or 2."),
        ("manager, level: 2", "Only an agent has a level (§3.2.2d)."),
        ("contact", "“contact” is none of agent, manager, administrator."),
        ("manager, organisation: acme", "“organisation” is not known here: name, role, level"),
    ],
)
def test_a_member_of_staff_has_a_role_and_an_agent_a_level(role: str, told: str) -> None:
    line, words = _only_mistake(STAFF.replace("ROLE", role))

    assert line == 2
    assert words.startswith(told)


@pytest.mark.parametrize("hours", ["21:00 to 07:30", "12:00 to 13:00", "20:00 to 24:00"])
@pytest.mark.parametrize("role", ["agent, level: 1", "manager", "administrator"])
def test_a_member_of_staff_may_have_quiet_hours(role: str, hours: str) -> None:
    (ben,) = read(STAFF.replace("ROLE", f"{role}, quiet hours: {hours}")).people
    assert ben.quiet == quiet_hours(hours)
    (ben,) = read(STAFF.replace("ROLE", role)).people
    assert ben.quiet is None


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("21:00-07:30", "“21:00-07:30” are no quiet hours: write them as in 21:00 to 07:30."),
        ("21:00 to 7:30", "“21:00 to 7:30” are no quiet hours: write them as in 21:00 to 07:30."),
        ("by night", "“by night” are no quiet hours: write them as in 21:00 to 07:30."),
        ("{by: night}", "Quiet hours are expected here, written as in 21:00 to 07:30."),
        ("[21:00 to 07:30]", "Quiet hours are expected here, written as in 21:00 to 07:30."),
        ("''", "“” are no quiet hours: write them as in 21:00 to 07:30."),
        ("09:00 to 09:00", "“09:00 to 09:00” begin and end at the same time: nobody is quiet all day long."),
        ("00:00 to 24:00", "“00:00 to 24:00” begin and end at the same time: nobody is quiet all day long."),
    ],
)
def test_quiet_hours_are_written_in_one_way(hours: str, told: str) -> None:
    assert _only_mistake(STAFF.replace("ROLE", f"manager, quiet hours: {hours}")) == (2, told)


def test_quiet_hours_are_for_staff_whom_the_desk_calls() -> None:
    text = ORGANISATIONS + "contacts:\n  ana: {name: Ana, organisation: acme, quiet hours: 21:00 to 07:30}\n"
    line, told = _only_mistake(text)
    assert (line, told.partition(":")[0]) == (9, "“quiet hours” is not known here")


@pytest.mark.parametrize("role", ["agent, level: 1", "agent, level: 2", "manager", "administrator"])
def test_what_the_roles_call_for_is_accepted(role: str) -> None:
    assert [each.id for each in read(STAFF.replace("ROLE", role)).people] == ["ben"]


# ---- what is wrong: parts that contradict each other ----------------------------------------------------------------

NO_ACMEE = "There is no organisation “acmee”; did you mean “acme”?"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("contacts:\n  ana: {name: Ana, organisation: acmee}\n", 9, NO_ACMEE),
        ("contacts:\n  ana:\n    name: Ana\n    organisation:\n      - acme\n      - acmee\n", 13, NO_ACMEE),
        ("contacts:\n  ana: {name: Ana, organisation: elsewhere}\n", 9, "There is no organisation “elsewhere”."),
        ("contacts:\n  ana: {name: Ana, organisation: [acme, acme]}\n", 9, "“acme” is written twice."),
        ("contacts:\n  ana: {name: Ana, organisation: []}\n", 9, "At least one is expected here."),
        ("contacts:\n  desk: {name: Desk, organisation: acme}\n", 9, "“desk” cannot be a person’s short name"),
        ("rooms:\n  lobby: {purpose: customer}\n", 9, "“organisation” is missing: a customer room"),
        ("rooms:\n  lobby: {purpose: desk, organisation: acme}\n", 9, "Only a customer room has an organisation."),
        ("rooms:\n  lobby: {purpose: customer, organisation: acmee}\n", 9, NO_ACMEE),
        ("  zed: {name: Z, language: en, time zone: Etc/UTC, partner: acmee}\n", 8, NO_ACMEE),
        ("  zed: {name: Z, language: en, time zone: Etc/UTC, partner: zed}\n", 8, "“zed” would be its own partner"),
    ],
)
def test_a_name_must_stand_somewhere_and_in_its_place(text: str, line: int, told: str) -> None:
    found, words = _only_mistake(ORGANISATIONS + text)

    assert found == line
    assert words.startswith(told)


def test_partners_may_stand_one_above_the_other_but_not_in_a_circle() -> None:
    def chain(top: str) -> str:
        return f"""\
organisations:
  one: {{name: One, language: en, time zone: Etc/UTC, partner: two}}
  two: {{name: Two, language: en, time zone: Etc/UTC, partner: three}}
  three: {{name: Three, language: en, time zone: Etc/UTC{top}}}
"""

    assert [each.partner for each in read(chain("")).organisations] == ["two", "three", None]
    assert [line for line, _ in _mistakes(chain(", partner: two"))] == [3, 4]
    assert [line for line, _ in _mistakes(chain(", partner: one"))] == [2, 3, 4]


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        ("plan: standard", "plann: standard, plan: basic", "“plann” is not known here; did you mean “plan”?"),
        ("plan: standard", "plan: standart", "There is no plan “standart”; did you mean “standard”?"),
        ("[Platform]", "[platform]", "There is no product “platform”; did you mean “Platform”?"),
        ("[Platform]", "[Platform, Platform]", "“Platform” is written twice."),
        ("since: 2026-01-01", "since: 2026-01-02, until: 2026-01-01", "It ends on 2026-01-01, before its first day"),
    ],
)
def test_a_subscription_is_to_something_that_is_sold(was: str, is_now: str, told: str) -> None:
    line, words = _only_mistake(ORGANISATIONS.replace(was, is_now))

    assert line == 7
    assert words.startswith(told)


def test_a_subscription_of_a_single_day_is_one() -> None:
    text = ORGANISATIONS.replace("since: 2026-01-01", "since: 2026-01-01, until: 2026-01-01")

    assert read(text).organisations[0].subscriptions[0].until == date(2026, 1, 1)


def test_nobody_on_the_desk_is_called_nobody() -> None:
    text = STAFF.replace("ROLE", "manager").replace("ben:", "nobody:")

    assert _only_mistake(text) == (2, "“nobody” cannot be a person’s short name: the desk uses it itself.")


def test_a_short_name_is_one_person_s() -> None:
    text = ORGANISATIONS + "contacts:\n  ben: {name: Ben, organisation: acme}\n" + STAFF.replace("ROLE", "manager")

    assert _only_mistake(text) == (11, "“ben” is a contact already, in line 9.")


def test_a_chat_identity_is_one_person_s() -> None:
    text = (
        ORGANISATIONS
        + """\
contacts:
  ana: {name: Ana, organisation: acme, matrix: "@a:example.org"}
staff:
  ben:
    {name: Ben, role: manager, language: en, time zone: Etc/UTC, matrix: ["@b:example.org", "@a:example.org"]}
"""
    )

    assert _only_mistake(text) == (12, "“@a:example.org” is used twice: by “ana” already, in line 9.")


def test_matrix_ids_differ_where_a_single_letter_does() -> None:
    text = ORGANISATIONS + (
        "contacts:\n"
        "  ana: {name: Ana, organisation: acme, matrix: '@a:example.org'}\n"
        "  aldo: {name: Aldo, organisation: acme, matrix: '@A:example.org'}\n"
    )

    assert len(read(text).people) == 2


def test_a_room_s_place_is_one_room_s() -> None:
    text = "rooms:\n  desk: {purpose: desk, matrix: '!a'}\n  night: {purpose: desk, matrix: '!a'}\n"

    assert _only_mistake(text) == (3, "“!a” is used twice: by “desk” already, in line 2.")


def _contacts(count: int) -> str:
    return "contacts:\n" + "".join(f"  c{n}: {{name: C, organisation: acme}}\n" for n in range(1, count + 1))


@pytest.mark.parametrize(("plan", "allowed"), [("basic", 1), ("standard", 3), ("premium", 5)])
def test_a_plan_limits_how_many_contacts_are_named(plan: str, allowed: int) -> None:
    organisations = ORGANISATIONS.replace("plan: standard", f"plan: {plan}")

    assert len(read(organisations + _contacts(allowed)).people) == allowed
    line, words = _only_mistake(organisations + _contacts(allowed + 2))
    assert line == 9 + allowed, "the first that is one too many"
    assert words.startswith(f"“acme” has {allowed + 2} contacts (c1, ")
    assert words.endswith(f"but its plan, {plan}, allows {allowed}.")


def test_the_plan_that_lasts_longest_is_the_one_that_limits() -> None:
    def bought(*subscriptions: str) -> str:
        items = ", ".join(f"{{since: 2026-01-01, {each}}}" for each in subscriptions)
        return ORGANISATIONS.replace("[{plan: standard, since: 2026-01-01, products: [Platform]}]", f"[{items}]")

    upgraded = bought("plan: basic, until: 2026-06-30", "plan: premium")
    downgraded = bought("plan: premium, until: 2026-06-30", "plan: basic, until: 2026-07-01")

    assert len(read(upgraded + _contacts(5)).people) == 5
    assert "its plan, basic, allows 1" in _only_mistake(downgraded + _contacts(2))[1]


def test_the_limits_are_the_vendor_s_to_set() -> None:
    who = read(ORGANISATIONS + _contacts(7), named_contacts={"standard": 7})

    assert len(who.people) == 7
    with pytest.raises(DirectoryInvalid, match="There is no plan “standard”"):
        read(ORGANISATIONS, named_contacts={"gold": 7})


def test_all_mistakes_are_told_at_once_in_the_file_s_order() -> None:
    mistakes = _mistakes(
        """\
organisations:
  acme:
    name: Acme
    language: english
    time zone: Paris
    partner: nobody
contacts:
  ana:
    name: Ana
    organization: acme
  aldo:
    organisation: acmee
    matrix: "@x:example.org"
rooms:
  acme:
    purpose: customer
    matrix: "#acme:example.org"
  acme:
    purpose: customer
staff:
  ben: {name: Ben, role: manger, language: en, time zone: Etc/UTC, matrix: "@x:example.org"}
"""
    )

    assert [line for line, _ in mistakes] == [4, 5, 6, 8, 10, 11, 12, 15, 17, 18, 21, 21]


def test_braces_that_people_write_are_words_like_any_other() -> None:
    text = ORGANISATIONS.replace("language: fr", 'language: "{text}"')

    assert _only_mistake(text) == (5, "“{text}” is none of en, fr.")
