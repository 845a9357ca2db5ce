"""What is made of a database's state and of what waits in it: each finding appears when it should, and only then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatops.application.ports.outbox import MessageState
from chatops.bootstrap import policies_in
from chatops.doctor import database
from chatops.doctor.findings import Finding, Level
from chatops.domain.directory import Address, Room, WhoIsWho
from chatops.domain.errors import StorageError
from chatops.domain.vocabulary import Platform, RoomId, RoomPurpose
from storage.checkup import Contents, DatabaseState, Schema, UnreachablePlace, Waiting

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
ACME, ELSEWHERE = (Address(platform=Platform.MATRIX, value=value) for value in ("!acme", "!elsewhere"))
WHO = WhoIsWho(rooms=(Room(id=RoomId("#acme"), purpose=RoomPurpose.CUSTOMER, places=(ACME,)),))
WELL_KEPT = DatabaseState(
    address="sqlite:///desk.db", software="SQLite 3", schema=Schema.CURRENT, journal="wal", free_bytes=10**10
)


def levels(findings: Iterable[Finding]) -> list[tuple[str, Level]]:
    return [(finding.subject, finding.level) for finding in findings]


def contents(**said: Any) -> Contents:
    usual: dict[str, Any] = {"who": WHO, "admitted": None, "waiting": (), "unreachable": (), "overdue": (0, None)}
    return Contents(**{**usual, **said})


def a_wait(state: MessageState, place: Address = ACME, **said: Any) -> Waiting:
    usual: dict[str, Any] = {"count": 3, "since": NOW - timedelta(hours=2), "error": "too large"}
    return Waiting(place=place, state=state, **{**usual, **said})


def test_a_well_kept_database_is_fine() -> None:
    assert levels(database.kept(WELL_KEPT)) == [("database", Level.FINE), ("disk", Level.FINE)]


def test_a_database_that_is_away_is_broken() -> None:
    assert levels(database.away(StorageError("the database cannot be reached"))) == [("database", Level.BROKEN)]


@pytest.mark.parametrize(
    ("schema", "level"),
    [(Schema.ABSENT, Level.WARNING), (Schema.OLDER, Level.WARNING), (Schema.NEWER, Level.BROKEN)],
)
def test_a_schema_of_another_release_is_told(schema: Schema, level: Level) -> None:
    assert levels(database.kept(replace(WELL_KEPT, schema=schema)))[0] == ("database", level)


@pytest.mark.parametrize("state", [replace(WELL_KEPT, journal="delete"), replace(WELL_KEPT, durable=False)])
def test_how_commits_are_kept_is_a_warning(state: DatabaseState) -> None:
    assert ("database", Level.WARNING) in levels(database.kept(state))


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (database.SPARE_BYTES, Level.FINE),
        (database.SPARE_BYTES - 1, Level.WARNING),
        (database.LAST_BYTES, Level.WARNING),
        (database.LAST_BYTES - 1, Level.BROKEN),
    ],
)
def test_a_full_disk_is_seen_coming(free: int, level: Level) -> None:
    assert levels(database.kept(replace(WELL_KEPT, free_bytes=free)))[-1] == ("disk", level)


def test_clocks_may_be_half_a_minute_apart() -> None:
    assert database.clocks("clock", timedelta(seconds=30)).level is Level.FINE
    assert database.clocks("clock", timedelta(seconds=-30)).level is Level.FINE
    ours_late = database.clocks("clock", timedelta(seconds=31))
    assert (ours_late.level, ours_late.text) == (Level.WARNING, "this machine's clock is 31 s behind it")
    assert database.clocks("clock", timedelta(seconds=-31)).text == "this machine's clock is 31 s ahead of it"


def test_an_edition_that_stood_for_other_content_is_broken() -> None:
    policy = policies_in(None)

    assert list(database.admitted(contents(), policy)) == []
    assert list(database.admitted(contents(admitted=policy.digest), policy)) == []
    assert levels(database.admitted(contents(admitted="another"), policy)) == [("policies", Level.BROKEN)]


def test_nothing_late_is_fine() -> None:
    assert levels(database.owed(contents(), NOW)) == [("outbox", Level.FINE)]
    assert levels(database.timers(contents(), NOW)) == [("timers", Level.FINE)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MessageState.PENDING, "3 to #acme waiting for 2 hours (too large)"),
        (MessageState.DEAD, "3 to #acme given up (too large)"),
        (MessageState.UNKNOWN, "3 to #acme may have arrived or not (too large)"),
    ],
)
def test_late_messages_are_told_by_room(state: MessageState, words: str) -> None:
    (finding,) = database.owed(contents(waiting=(a_wait(state),)), NOW)

    assert (finding.level, finding.text) == (Level.WARNING, words)


def test_a_room_that_is_shut_explains_what_waits_for_it() -> None:
    shut = UnreachablePlace(place=ELSEWHERE, since=NOW - timedelta(days=3), reason="M_FORBIDDEN")
    waiting = (a_wait(MessageState.PENDING, ELSEWHERE), a_wait(MessageState.DEAD, ELSEWHERE, count=1))
    unreachable, given_up = database.owed(contents(unreachable=(shut,), waiting=waiting), NOW)

    assert unreachable.level is Level.BROKEN
    assert unreachable.text == "!elsewhere cannot be reached for 3 days (M_FORBIDDEN); 3 messages wait for it"
    assert given_up.text.startswith("1 to !elsewhere given up")


def test_overdue_timers_are_told_with_their_age() -> None:
    (finding,) = database.timers(contents(overdue=(2, NOW - timedelta(minutes=1))), NOW)

    assert (finding.level, finding.text) == (Level.WARNING, "2 overdue, the oldest for 1 minute")
