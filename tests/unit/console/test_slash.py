"""The terminal's own commands."""

import pytest

from adapters.console.slash import (
    NAMES,
    USAGE,
    Slash,
    ToTicket,
    destination,
    is_slash,
    person_named,
    slash_of,
)
from chatops.domain.errors import UserError
from chatops.domain.vocabulary import RoomId, TicketId


@pytest.mark.parametrize("line", ["/as ben", "/rooms", "/salons", "/?", "/nonsense"])
def test_a_slash_and_a_word_are_meant_for_the_terminal(line: str) -> None:
    assert is_slash(line)


@pytest.mark.parametrize("line", ["/var/log is full", "/", "/ as ben", "as ben", "//", "/12 of them"])
def test_other_slashes_are_speech(line: str) -> None:
    assert not is_slash(line)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/as ben", (Slash.AS, "ben")),
        ("/comme ben", (Slash.AS, "ben")),
        ("/GO T-1", (Slash.GO, "T-1")),
        ("/aller  #desk ", (Slash.GO, "#desk")),
        ("/aide", (Slash.HELP, "")),
        ("/quitter", (Slash.QUIT, "")),
    ],
)
def test_english_and_french_words_mean_the_same(line: str, meant: tuple[Slash, str]) -> None:
    assert slash_of(line) == meant


def test_an_unknown_word_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UserError, match=r"/roms\. Did you mean /rooms"):
        slash_of("/roms")
    with pytest.raises(UserError, match="/help shows"):
        slash_of("/xyzzy")


@pytest.mark.parametrize(
    ("argument", "where"),
    [
        ("T-1", ToTicket(ticket_id=TicketId(1))),
        ("t12", ToTicket(ticket_id=TicketId(12))),
        ("T-1 customer", ToTicket(ticket_id=TicketId(1), with_customer=True)),
        ("T-1 client", ToTicket(ticket_id=TicketId(1), with_customer=True)),
        ("#desk", RoomId("#desk")),
        ("Desk", RoomId("#desk")),
        ("team", RoomId("#team")),
        ("..", None),
        ("", None),
    ],
)
def test_one_goes_to_rooms_tickets_and_back(argument: str, where: object) -> None:
    assert destination(argument) == where


def test_people_are_named_with_or_without_an_at() -> None:
    assert person_named("@Ben") == person_named("ben") == "ben"


def test_every_command_is_explained_and_completed() -> None:
    assert set(USAGE) == set(Slash)
    assert {f"/{slash}" for slash in Slash} <= set(NAMES)
