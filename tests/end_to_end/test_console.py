"""`chatops console` on a real desk: piped conversations in both languages, and what is left for the next one."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import StringIO

import pytest
from rich.console import Console

from adapters.console.app import DONE, NOBODY, NOT_ALL_DONE, run_console
from chatops.application.ports.messenger import Messenger
from chatops.bootstrap import RunningDesk, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.vocabulary import PersonId
from tests.desks import FixedTime, a_desk


async def conversation(database: str, *lines: str, as_whom: str | None = "ana") -> tuple[int, list[str]]:
    """Type *lines* into a terminal; return the exit code and what was printed."""
    time, printed = FixedTime(), StringIO()

    def opened(messenger: Messenger) -> AbstractAsyncContextManager[RunningDesk]:
        return a_desk(database, messengers=[messenger], time=time)

    code = await run_console(
        opened,
        time=time,
        console=Console(file=printed, width=300),
        as_whom=PersonId(as_whom) if as_whom else None,
        source=StringIO("".join(f"{line}\n" for line in lines)),
    )
    return code, printed.getvalue().splitlines()


def after(printed: list[str], typed: str) -> list[str]:
    """Return what was printed because of a typed line, up to the next prompt."""
    (begins,) = [number for number, line in enumerate(printed) if line.endswith(f"> {typed}")]
    ends = (n for n, line in enumerate(printed) if n > begins and "> " in line and not line.startswith(" "))
    return printed[begins + 1 : next(ends, len(printed))]


# ---- a newcomer ------------------------------------------------------------------------------------------------------


async def test_the_first_screen_tells_in_five_lines_how_to_open_a_ticket(sqlite_database: str) -> None:
    code, printed = await conversation(sqlite_database)

    assert code == DONE
    assert printed == [
        "This is the desk in a terminal. You are Ana Ashford, in #acme.",
        "  !open S2 The portal is very slow  opens your first ticket",
        "  /go T-1                           takes you into its thread; plain words there reach the desk",
        "  /as ben  /go T-1  !take           shows the desk's side of it",
        "  /help   !help                     what the terminal knows; what you can ask of the desk",
    ]


async def test_what_the_first_screen_says_works_as_it_says(sqlite_database: str) -> None:
    code, printed = await conversation(
        sqlite_database, "!open S2 The portal is very slow", "/go T-1", "any news?", "/as ben", "/go T-1", "!take"
    )

    assert code == DONE
    assert "#acme T-1" in after(printed, "!open S2 The portal is very slow")
    assert "/go T-1 takes you into its thread." in printed
    assert any(line.startswith("ana #acme T-1> any news?") for line in printed)
    assert "ben #desk T-1> !take" in printed
    assert "#desk T-1  Ben Barker took T-1." in after(printed, "!take")


async def test_a_french_reader_is_spoken_to_in_french(sqlite_database: str) -> None:
    code, printed = await conversation(
        sqlite_database, "!ouvrir S2 Le portail est lent", "/aller T-1", "/qui", as_whom="gus"
    )

    assert code == DONE
    assert printed[0] == "Voici le support dans un terminal. Vous êtes Gus Garnier, dans #globex."
    assert printed[1].split("  ")[1] == "!ouvrir S2 Le portail est très lent"
    assert "/aller T-1 mène dans son fil." in printed
    assert after(printed, "/qui")[0].startswith("Vous êtes Gus Garnier · contact")


# ---- being people, being places --------------------------------------------------------------------------------------


async def test_what_came_while_one_was_somebody_else_is_shown_on_return(sqlite_database: str) -> None:
    _, printed = await conversation(
        sqlite_database,
        "!open S2 The portal is very slow",
        "/as ben",
        "!take T-1",
        "!need T-1 the logs",
        "/as ana",
        "/go T-1",
        "/as gus",
    )

    shown = after(printed, "/as ana")
    assert shown[0] == "You are Ana Ashford · contact · #acme."
    assert "#acme T-1 (for you)" in shown
    assert "  > the logs" in shown
    assert after(printed, "/as gus") == ["Vous êtes Gus Garnier · contact · #globex."]


async def test_elsewhere_a_message_shows_its_first_line_and_here_all_of_it(sqlite_database: str) -> None:
    _, printed = await conversation(
        sqlite_database, "/go #acme", "!open for ana S2 slow\\", "since Monday", as_whom="ben"
    )

    shown = after(printed, "!open for ana S2 slow")
    assert "  With support: an agent will take it." in shown
    assert "#desk T-1 (for you)" in shown

    _, printed = await conversation(sqlite_database, "/go #acme", "!take T-1", as_whom="bea")

    shown = after(printed, "!take T-1")
    assert "#acme T-1  Béatrice Bertin (support) is now handling T-1." in shown
    assert "#desk T-1  Status: OPEN" in shown
    assert not any("With us" in line for line in shown)


async def test_nobody_hears_their_own_words_and_the_others_do(sqlite_database: str) -> None:
    _, printed = await conversation(sqlite_database, "good morning", "/as aldo", as_whom="ana")

    assert not any("ana:" in line for line in after(printed, "good morning"))
    assert "#acme ana:  good morning" in after(printed, "/as aldo")


async def test_plain_words_at_the_top_of_a_room_are_told_apart_once(sqlite_database: str) -> None:
    _, printed = await conversation(sqlite_database, "hello", "hello again")

    assert sum("Only this room reads that" in line for line in printed) == 1


async def test_staff_go_to_either_thread_of_a_ticket(sqlite_database: str) -> None:
    _, printed = await conversation(
        sqlite_database,
        "!open S2 slow",
        "/as ben",
        "/go T-1 customer",
        "for the customer",
        "/go T-1",
        "for us",
        "/as ana",
        "/go T-1",
    )

    assert "ben #acme T-1> for the customer" in printed
    assert "ben #desk T-1> for us" in printed
    shown = after(printed, "/as ana")
    assert "#acme T-1 ben:  for the customer" in shown
    assert not any("for us" in line for line in shown)


async def test_rooms_people_and_who_is_here_can_be_asked(sqlite_database: str) -> None:
    _, printed = await conversation(sqlite_database, "!open S2 slow", "/rooms", "/people", "/who")

    assert after(printed, "/rooms") == ["#acme *", "  T-1 · slow"]
    assert "  gus      Gus Garnier · contact · #globex" in after(printed, "/people")
    assert after(printed, "/who")[1].startswith("In #acme as well: aldo, bea, ben")


async def test_buttons_are_pressed_by_their_label(sqlite_database: str) -> None:
    code, printed = await conversation(
        sqlite_database,
        "!open S2 slow",
        "/as ben",
        "/go T-1",
        "/press take",
        "!resolve fix version 7.1.4",
        "/as ana",
        "/go T-1",
        "/press Accept",
    )

    assert code == DONE
    assert "  Ana Ashford closed T-1: solution accepted." in after(printed, "/press Accept")


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("!take T-1", "I find no such ticket here"),
        ("!frobnicate", "I do not know “frobnicate”"),
        ("!open", "Say in a few words what is wrong"),
        ("/frobnicate", "The terminal knows no /frobnicate"),
        ("/as zoe", "nobody called “zoe”"),
        ("/go T-9", "You see no thread of T-9"),
        ("/go #globex", "You are not in a room #globex"),
        ("/press Accept", "There is no such button here"),
    ],
)
async def test_a_script_is_told_that_not_all_was_done_and_goes_on(sqlite_database: str, line: str, said: str) -> None:
    code, printed = await conversation(sqlite_database, line, "!open S2 slow")

    assert code == NOT_ALL_DONE
    assert any(said in shown for shown in after(printed, line))
    assert any("T-1 · slow" in shown for shown in printed)


async def test_quit_ends_it_before_the_last_line(sqlite_database: str) -> None:
    code, printed = await conversation(sqlite_database, "/quit", "!frobnicate")

    assert code == DONE
    assert not any("frobnicate" in line for line in printed)


@pytest.mark.parametrize("nobody", ["zoe", "root "])
async def test_one_has_to_be_somebody(sqlite_database: str, nobody: str) -> None:
    code, printed = await conversation(sqlite_database, as_whom=nobody)

    assert code == NOBODY
    assert printed == [f"The directory knows nobody called {nobody} who is in a room."]


async def test_without_a_name_one_is_the_first_contact(sqlite_database: str) -> None:
    _, printed = await conversation(sqlite_database, as_whom=None)

    assert "in #acme." in printed[0]


async def test_an_empty_directory_has_nobody_to_be(sqlite_database: str) -> None:
    time, printed = FixedTime(), StringIO()

    @asynccontextmanager
    async def opened(messenger: Messenger) -> AsyncIterator[RunningDesk]:
        async with open_desk(
            database=sqlite_database,
            policies=policy_engine(None, None),
            words=load_words(),
            messengers=[messenger],
            time=time,
        ) as desk:
            yield desk

    code = await run_console(opened, time=time, console=Console(file=printed, width=300), source=StringIO())

    assert code == NOBODY
    assert "chatops directory import" in printed.getvalue()


# ---- the next terminal -----------------------------------------------------------------------------------------------


async def test_the_next_terminal_finds_the_threads_and_doubles_nothing(database: str) -> None:
    """The words of a terminal go with it; its tickets, their threads and its names for messages do not."""
    await conversation(database, "!open S2 slow", "/as ben", "!take T-1")

    code, printed = await conversation(database, "/go T-1", "any news?", "!open S3 a second one", "/as ben")

    assert code == DONE
    assert after(printed, "/go T-1") == ["#acme T-1  T-1 · slow"]
    assert any("T-2 · a second one" in line for line in after(printed, "!open S3 a second one"))
    assert "  > any news?" in after(printed, "/as ben")
    assert not any("took" in line for line in printed)
