"""What is made of a homeserver's answers: each finding appears when it should, and only then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.matrix.checkup import AccountState, Membership, NoAnswer, Refused, RoomState, ServerState
from chatops.config import Settings
from chatops.doctor import matrix
from chatops.doctor.findings import Finding, Level
from chatops.domain.directory import Organisation, Room, WhoIsWho
from chatops.domain.vocabulary import Language, OrganisationId, RoomId, RoomPurpose
from tests.unit.doctor.test_database import ACME

SETTINGS = Settings(
    _env_file=None,
    matrix_homeserver="https://m.test/",
    matrix_user="@desk:m.test",
    matrix_token=SecretStr("syt_secret"),
)
ACCOUNT = AccountState(user_id="@desk:m.test", device_id="CHATOPSDESK", name="Support Desk", limited=False)
WHO = WhoIsWho(
    organisations=tuple(
        Organisation(id=OrganisationId(name), name=name, language=Language.EN, time_zone="Etc/UTC")
        for name in ("acme", "globex")
    ),
    rooms=(
        Room(
            id=RoomId("#acme"),
            purpose=RoomPurpose.CUSTOMER,
            organisation=OrganisationId("acme"),
            places=(ACME,),
        ),
    ),
)
JOINED = RoomState(room="!acme", membership=Membership.JOINED)


def levels(findings: Iterable[Finding]) -> list[tuple[str, Level]]:
    return [(finding.subject, finding.level) for finding in findings]


# ---- the homeserver --------------------------------------------------------------------------------------------------


def test_a_homeserver_that_is_away_is_broken_and_its_right_address_proposed() -> None:
    (away,) = matrix.no_server(SETTINGS, NoAnswer("no answer within 10 s"), None)
    (astray,) = matrix.no_server(SETTINGS, NoAnswer("what answers there is no homeserver"), "https://chat.m.test")

    assert away.level is astray.level is Level.BROKEN
    assert "CHATOPS_MATRIX_HOMESERVER=https://chat.m.test" in astray.remedy
    assert "https://chat.m.test" not in away.remedy


def test_a_homeserver_says_what_it_is_and_its_clock_is_compared() -> None:
    state = ServerState(software="Synapse/1.163.2", versions=("v1.1", "v1.12"), clock_ahead=timedelta(seconds=31))

    there, clock = matrix.server(SETTINGS, state)
    assert there.text == "https://m.test/: Synapse/1.163.2, Matrix v1.12"
    assert clock.level is Level.WARNING
    assert levels(matrix.server(SETTINGS, replace(state, clock_ahead=None))) == [("homeserver", Level.FINE)]


# ---- the account -----------------------------------------------------------------------------------------------------


def test_a_refused_token_is_broken() -> None:
    (unknown,) = matrix.no_account(Refused(401, "M_UNKNOWN_TOKEN", "Unrecognised access token"))
    (gone,) = matrix.no_account(Refused(403, "M_USER_DEACTIVATED", "This account has been deactivated"))
    (locked,) = matrix.no_account(Refused(401, "M_USER_LOCKED", "This account has been locked"))
    (away,) = matrix.no_account(NoAnswer("no answer within 10 s"))

    assert "log in again" in unknown.remedy
    assert "deactivated" in gone.text
    assert "locked" in locked.text
    assert "administrator" in locked.remedy
    assert "try again" in away.remedy
    assert {each.level for each in (unknown, gone, locked, away)} == {Level.BROKEN}


def test_an_account_in_order_is_fine() -> None:
    found = levels(matrix.account(SETTINGS, ACCOUNT, "Synapse/1.163.2"))

    assert found == [("token", Level.FINE), ("name", Level.FINE), ("rate limit", Level.FINE)]


@pytest.mark.parametrize(
    ("wrong", "level", "words"),
    [
        ({"user_id": "@ana:m.test"}, Level.BROKEN, "@ana:m.test's, not @desk:m.test's"),
        ({"device_id": "OTHER"}, Level.BROKEN, "the device OTHER, not of CHATOPSDESK"),
        ({"device_id": None}, Level.WARNING, "of no device"),
    ],
)
def test_a_token_of_somebody_or_something_else_is_told(wrong: dict[str, Any], level: Level, words: str) -> None:
    token, *_ = matrix.account(SETTINGS, replace(ACCOUNT, **wrong), "")

    assert (token.subject, token.level) == ("token", level)
    assert words in token.text


def test_an_account_without_a_name_is_a_warning() -> None:
    assert ("name", Level.WARNING) in levels(matrix.account(SETTINGS, replace(ACCOUNT, name=""), ""))


@pytest.mark.parametrize(
    ("limited", "software", "level", "words"),
    [
        (False, "Synapse/1", Level.FINE, "lifted"),
        (True, "Synapse/1", Level.WARNING, "holds"),
        (None, "synapse/1", Level.WARNING, "probably holds"),
        (None, "", Level.FINE, "not to be seen"),
    ],
)
def test_a_limit_is_told_with_the_call_that_lifts_it(
    limited: bool | None, software: str, level: Level, words: str
) -> None:
    *_, limit = matrix.account(SETTINGS, replace(ACCOUNT, limited=limited), software)

    assert (limit.subject, limit.level) == ("rate limit", level)
    assert words in limit.text
    if level is Level.WARNING:
        assert "https://m.test/_synapse/admin/v1/users/@desk:m.test/override_ratelimit" in limit.remedy


# ---- rooms -----------------------------------------------------------------------------------------------------------


def found(*states: RoomState, reads_encrypted: bool = False) -> list[Finding]:
    return list(matrix.rooms(SETTINGS, WHO, states, reads_encrypted=reads_encrypted))


def test_a_joined_room_is_fine_and_says_what_it_is_for() -> None:
    (finding,) = found(JOINED)

    assert str(finding) == "✓ #acme: joined; the room of acme"


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        (None, Level.BROKEN, "is not in !acme"),
        (RoomState(room="!acme", membership=Membership.INVITED, by="@ana:m.test"), Level.WARNING, "by @ana:m.test"),
        (RoomState(room="!acme", membership=Membership.LEFT, by="@ana:m.test"), Level.BROKEN, "put out by @ana"),
        (RoomState(room="!acme", membership=Membership.LEFT), Level.BROKEN, "is not in !acme"),
        (RoomState(room="!acme", membership=Membership.BANNED, by="@ana:m.test"), Level.BROKEN, "banned by @ana"),
        (replace(JOINED, encrypted=True), Level.BROKEN, "encrypted"),
        (replace(JOINED, moved_to="!new"), Level.WARNING, "!new"),
        (replace(JOINED, forbidden=("m.room.message",)), Level.BROKEN, "m.room.message"),
        (replace(JOINED, forbidden=("m.reaction",)), Level.WARNING, "m.reaction"),
        (replace(JOINED, public=True), Level.WARNING, "anybody may join"),
    ],
)
def test_what_keeps_the_desk_from_a_room_is_told(state: RoomState | None, level: Level, words: str) -> None:
    (finding,) = found(*([] if state is None else [state]))

    assert (finding.subject, finding.level) == ("#acme", level)
    assert words in finding.text


def test_an_encrypted_room_is_fine_for_a_desk_that_reads_it() -> None:
    (finding,) = found(replace(JOINED, encrypted=True), reads_encrypted=True)

    assert finding.level is Level.FINE


def test_rooms_that_nobody_bound_come_with_the_line_that_binds_them() -> None:
    unbound = RoomState(room="!new", membership=Membership.JOINED, name="Globex\nsupport")
    _, finding = found(JOINED, unbound)

    assert finding.level is Level.WARNING
    assert "!bind customer globex" in finding.remedy
    assert "“Globex support” (!new)" in str(finding)
    assert len(found(JOINED, replace(unbound, moved_to="!newer"))) == 1


def test_of_many_unbound_rooms_and_invitations_the_number_is_told() -> None:
    rooms = [RoomState(room=f"!{n}", membership=Membership.JOINED) for n in range(matrix.SHOWN + 5)]
    invitations = [RoomState(room=f"!i{n}", membership=Membership.INVITED) for n in range(10_000)]
    findings = found(JOINED, *rooms, *invitations)

    assert len(findings) == 1 + matrix.SHOWN + 2
    assert "5 more" in findings[-2].text
    assert "10000" in findings[-1].text


def test_rooms_that_cannot_be_asked_for_are_broken() -> None:
    assert levels(matrix.no_rooms(NoAnswer("no answer within 30 s"))) == [("rooms", Level.BROKEN)]
