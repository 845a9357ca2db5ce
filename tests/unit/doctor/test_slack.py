"""What is made of Slack's answers: each finding appears when it should, and only then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.slack.checkup import AccountState, Listening, NoAnswer, PersonState, Presence, Refused, RoomState
from adapters.slack.manifest import scopes
from chatops.config import Settings
from chatops.doctor import slack, slack_directory
from chatops.doctor.findings import Finding, Level
from chatops.domain.directory import Address, Organisation, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Platform, Role, RoomId, RoomPurpose

HTTP = Settings(
    _env_file=None,
    slack_token=SecretStr("xoxb-token-secret"),
    slack_signing_secret=SecretStr("signing-secret"),
    slack_listen=("0.0.0.0", 3000),
)
SOCKET = Settings(
    _env_file=None, slack_token=SecretStr("xoxb-token-secret"), slack_app_token=SecretStr("xapp-token-secret")
)
ACCOUNT = AccountState(
    team="T0EXO",
    team_name="Exo",
    user="U0DESK",
    name="desk",
    scopes=frozenset(scopes()),
    clock_ahead=timedelta(),
)


def at(value: str) -> tuple[Address, ...]:
    return (Address(platform=Platform.SLACK, value=value),)


def a_room(name: str, purpose: RoomPurpose, channel: str, organisation: str | None = None) -> Room:
    owner = OrganisationId(organisation) if organisation else None
    return Room(id=RoomId(name), purpose=purpose, organisation=owner, places=at(f"T0EXO/{channel}"))


def a_person(name: str, value: str) -> Person:
    return Person(
        id=PersonId(name),
        name=name.title(),
        role=Role.CONTACT,
        language=Language.EN,
        time_zone="Etc/UTC",
        identities=at(value),
    )


WHO = WhoIsWho(
    organisations=tuple(
        Organisation(id=OrganisationId(name), name=name, language=Language.EN, time_zone="Etc/UTC")
        for name in ("acme", "globex")
    ),
    people=(a_person("ana", "T0ACME/U0ANA"),),
    rooms=(
        a_room("#acme", RoomPurpose.CUSTOMER, "C0ACME", "acme"),
        a_room("#desk", RoomPurpose.DESK, "C0DESK"),
    ),
)
ACME, DESK = RoomState(channel="C0ACME", name="acme", unreadable=""), RoomState(channel="C0DESK", name="desk")


def levels(findings: Iterable[Finding]) -> list[tuple[str, Level]]:
    return [(finding.subject, finding.level) for finding in findings]


# ---- settings --------------------------------------------------------------------------------------------------------


def test_tokens_that_are_none_of_a_bots_are_told_without_being_shown() -> None:
    assert list(slack.tokens(HTTP)) == list(slack.tokens(SOCKET)) == []
    swapped = SOCKET.model_copy(
        update={"slack_token": SecretStr("xapp-token-secret"), "slack_app_token": SecretStr("xoxb-token-secret")}
    )

    bot, app = slack.tokens(swapped)
    assert bot.level is app.level is Level.BROKEN
    assert "CHATOPS_SLACK_TOKEN does not begin with xoxb-" in bot.text
    assert "CHATOPS_SLACK_APP_TOKEN does not begin with xapp-" in app.text
    assert "secret" not in f"{bot}{app}"


@pytest.mark.parametrize(
    ("rate", "level", "words"),
    [
        (40, Level.FINE, "40 a minute"),
        (1, Level.FINE, "1 a minute"),
        (0.1, Level.WARNING, "within 20 minutes"),
        (60, Level.WARNING, "more than Slack lets"),
    ],
)
def test_how_fast_missed_messages_are_read_back(rate: float, level: Level, words: str) -> None:
    (finding,) = slack.reads(HTTP.model_copy(update={"slack_reads_per_minute": rate}), WHO)

    assert finding.level is level
    assert words in finding.text


# ---- the app ---------------------------------------------------------------------------------------------------------


def test_an_app_in_order_is_fine_and_told_by_name() -> None:
    found = list(slack.account(HTTP, ACCOUNT))

    assert {finding.level for finding in found} == {Level.FINE}
    assert found[0].text == "@desk (U0DESK) in “Exo” (T0EXO)"
    assert str(found[1]) == f"✓ slack rights: all {len(scopes())} that the desk needs"


@pytest.mark.parametrize(
    ("refusal", "subject", "words"),
    [
        (Refused("invalid_auth"), "slack token", "install the app again"),
        (Refused("token_revoked"), "slack token", "install the app again"),
        (Refused("account_inactive"), "slack token", "install the app again"),
        (Refused("internal_error"), "slack token", "try again later"),
        (NoAnswer("no answer within 10 s"), "slack", "api.test"),
    ],
)
def test_why_nothing_is_known_of_the_app(refusal: NoAnswer | Refused, subject: str, words: str) -> None:
    (finding,) = slack.no_account(refusal)

    assert (finding.subject, finding.level) == (subject, Level.BROKEN)
    assert words in finding.remedy


def test_a_persons_token_is_no_bots() -> None:
    first, *_ = slack.account(HTTP, replace(ACCOUNT, is_bot=False))

    assert first.level is Level.BROKEN
    assert "a person's" in first.text


@pytest.mark.parametrize(
    ("lacking", "level"),
    [
        ("chat:write", Level.BROKEN),
        ("channels:history", Level.BROKEN),
        ("metadata.message:read", Level.BROKEN),
        ("reactions:write", Level.WARNING),
        ("files:read", Level.WARNING),
    ],
)
def test_a_right_that_is_missing_is_named(lacking: str, level: Level) -> None:
    rights = [
        finding
        for finding in slack.account(HTTP, replace(ACCOUNT, scopes=frozenset(scopes()) - {lacking}))
        if finding.subject == "slack rights"
    ]

    (finding,) = rights
    assert (finding.level, finding.text) == (level, f"the app was not granted {lacking}")
    assert "chatops slack manifest" in finding.remedy


def test_rights_that_nobody_needs_are_named_too() -> None:
    _, rights, _ = slack.account(HTTP, replace(ACCOUNT, scopes=frozenset(scopes()) | {"users:read.email"}))

    assert rights.level is Level.FINE
    assert rights.text.endswith("more than that: users:read.email")


def test_rights_that_slack_does_not_tell_are_a_warning() -> None:
    assert ("slack rights", Level.WARNING) in levels(slack.account(HTTP, replace(ACCOUNT, scopes=None)))


@pytest.mark.parametrize(
    ("settings", "ahead", "level"),
    [
        (HTTP, timedelta(seconds=30), Level.FINE),
        (HTTP, timedelta(seconds=31), Level.WARNING),
        (HTTP, timedelta(seconds=-299), Level.WARNING),
        (HTTP, timedelta(seconds=300), Level.BROKEN),
        (HTTP, timedelta(seconds=-300), Level.BROKEN),
        (SOCKET, timedelta(seconds=300), Level.WARNING),
    ],
)
def test_a_clock_that_is_off_is_told_and_breaks_signatures(settings: Settings, ahead: timedelta, level: Level) -> None:
    *_, clock = slack.account(settings, replace(ACCOUNT, clock_ahead=ahead))

    assert (clock.subject, clock.level) == ("slack clock", level)


def test_a_clock_that_slack_does_not_tell_is_passed_over() -> None:
    assert "slack clock" not in dict(levels(slack.account(HTTP, replace(ACCOUNT, clock_ahead=None))))


# ---- how it is reached -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "level", "words"),
    [
        (None, Level.FINE, ""),
        (Refused("forbidden_team"), Level.BROKEN, "switch it on"),
        (Refused("invalid_auth"), Level.BROKEN, "CHATOPS_SLACK_APP_TOKEN"),
        (Refused("missing_scope", "connections:write"), Level.BROKEN, "connections:write"),
        (NoAnswer("no answer within 10 s"), Level.WARNING, "try again"),
    ],
)
def test_whether_a_socket_can_be_opened(refusal: NoAnswer | Refused | None, level: Level, words: str) -> None:
    (finding,) = slack.socket(refusal)

    assert (finding.subject, finding.level) == ("slack socket", level)
    assert words in finding.remedy


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (Listening.DESK, Level.FINE, "listens at 0.0.0.0:3000"),
        (Listening.NOBODY, Level.WARNING, "nothing listens"),
        (Listening.OTHER_SECRET, Level.BROKEN, "another signing secret"),
        (Listening.SOMETHING_ELSE, Level.BROKEN, "is not the desk"),
    ],
)
def test_what_listens_where_the_desk_is_called(found: Listening, level: Level, words: str) -> None:
    (finding,) = slack.listening(HTTP, found)

    assert (finding.subject, finding.level) == ("slack requests", level)
    assert words in finding.text
    assert "signing-secret" not in str(finding)


# ---- rooms -----------------------------------------------------------------------------------------------------------


def found(*states: RoomState, who: WhoIsWho = WHO) -> list[Finding]:
    return list(slack_directory.rooms(who, ACCOUNT, states))


def test_rooms_in_order_are_fine_and_say_what_they_are_for() -> None:
    acme, desk = found(replace(ACME, shared=True), DESK)

    assert str(acme) == "✓ #acme: the desk is in #acme (C0ACME), shared with another company; the room of acme"
    assert str(desk) == "✓ #desk: the desk is in #desk (C0DESK); the agents' room"


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        (RoomState(channel="C0ACME", known=False, member=False), Level.BROKEN, "sees no channel C0ACME"),
        (replace(ACME, member=False), Level.BROKEN, "is not in #acme"),
        (replace(ACME, archived=True), Level.BROKEN, "is archived"),
        (replace(ACME, unreadable="missing_scope (channels:history)"), Level.BROKEN, "cannot be read (missing_scope"),
        (replace(ACME, unreadable=None), Level.FINE, "the desk is in"),
    ],
)
def test_what_keeps_the_desk_from_a_room_is_told(state: RoomState, level: Level, words: str) -> None:
    (finding,) = found(state)

    assert (finding.subject, finding.level) == ("#acme", level)
    assert words in finding.text


@pytest.mark.parametrize("purpose", [RoomPurpose.DESK, RoomPurpose.MANAGERS])
def test_a_room_of_the_desk_that_another_company_reads_is_broken(purpose: RoomPurpose) -> None:
    """S13."""
    who = replace(WHO, rooms=(a_room("#inside", purpose, "C0DESK"),))

    (open_now,) = found(replace(DESK, shared=True), who=who)
    (open_soon,) = found(replace(DESK, shared_soon=True), who=who)
    assert (open_now.level, open_soon.level) == (Level.BROKEN, Level.WARNING)
    assert "another company" in open_now.text
    assert "invited" in open_soon.text


def test_a_channel_of_a_workspace_that_did_not_install_the_app_is_broken() -> None:
    assert list(slack_directory.abroad(WHO, frozenset({"T0EXO", "T0OTHER"}))) == []
    findings = list(slack_directory.abroad(WHO, frozenset({"T0OTHER"})))

    assert levels(findings) == [("#acme", Level.BROKEN), ("#desk", Level.BROKEN)]
    assert "T0EXO/C0ACME (it is in T0OTHER)" in findings[0].text


def test_channels_that_nobody_bound_come_with_the_line_that_binds_them() -> None:
    unbound = RoomState(channel="C0NEW", name="globex")
    *_, finding = found(ACME, DESK, unbound)

    assert finding.level is Level.WARNING
    assert "@desk bind customer globex" in finding.remedy
    assert len(found(ACME, DESK, replace(unbound, archived=True))) == 2
    assert len(found(ACME, DESK, replace(unbound, member=False))) == 2


def test_of_many_unbound_channels_the_number_is_told() -> None:
    rooms = [RoomState(channel=f"C{n}") for n in range(slack_directory.SHOWN + 5)]

    findings = found(ACME, DESK, *rooms)
    assert len(findings) == 2 + slack_directory.SHOWN + 1
    assert "5 more" in findings[-1].text


def test_rooms_and_people_that_cannot_be_asked_for_are_told() -> None:
    assert levels(slack_directory.no_rooms(NoAnswer("no answer within 10 s"))) == [("rooms", Level.BROKEN)]
    assert levels(slack_directory.no_people(Refused("missing_scope", "users:read"))) == [("people", Level.WARNING)]


# ---- people ----------------------------------------------------------------------------------------------------------

ANA = PersonState(user="U0ANA", presence=Presence.THERE, home="T0ACME")


def test_people_as_the_directory_has_them_are_one_fine_line() -> None:
    (finding,) = slack_directory.people(WHO, [ANA])

    assert str(finding) == "✓ people: 1 on Slack, as the directory has them"
    assert list(slack_directory.people(WHO, [])) == []


@pytest.mark.parametrize(
    ("wrong", "level", "words"),
    [
        ({"presence": Presence.UNKNOWN, "home": ""}, Level.BROKEN, "knows nobody U0ANA"),
        ({"presence": Presence.OUT_OF_SIGHT, "home": ""}, Level.WARNING, "in none of the desk's channels"),
        ({"presence": Presence.DEACTIVATED}, Level.WARNING, "was deactivated"),
        ({"home": "T0EXO"}, Level.BROKEN, "belongs to T0EXO, not to T0ACME"),
        ({"is_bot": True}, Level.WARNING, "is a bot"),
    ],
)
def test_who_will_not_be_known_is_named(wrong: dict[str, Any], level: Level, words: str) -> None:
    (finding,) = slack_directory.people(WHO, [replace(ANA, **wrong)])

    assert (finding.subject, finding.level) == ("ana", level)
    assert words in finding.text
    if wrong.get("home"):
        assert "slack: T0EXO/U0ANA" in finding.remedy
