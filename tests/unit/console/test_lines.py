"""Where the console's lines come from: a pipe, or a person at a keyboard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from adapters.console.lines import Offering, PipedLines, TypedLines

OFFERS = ("/as", "/rooms", "!take", "!ticket", "ana", "#acme", "T-1")


async def all_of(lines: PipedLines | TypedLines) -> list[str]:
    taken = []
    while (line := await lines.next("ana> ")) is not None:
        taken.append(line)
    return taken


@asynccontextmanager
async def typing(keys: str) -> AsyncIterator[TypedLines]:
    """A person who presses *keys* and then leaves."""
    with create_pipe_input() as pressed:
        pressed.send_text(f"{keys}\x04")
        yield TypedLines(lambda: OFFERS, source=pressed, output=DummyOutput())


# ---- a pipe ----------------------------------------------------------------------------------------------------------


async def test_a_pipe_gives_its_lines_to_the_end_and_shows_them_with_their_prompt() -> None:
    echoed: list[str] = []

    taken = await all_of(PipedLines(StringIO("!take\n\nhello\r\nlast"), echoed.append))

    assert taken == ["!take", "", "hello", "last"]
    assert echoed == ["ana> !take", "ana> ", "ana> hello", "ana> last"]


async def test_a_backslash_at_the_end_continues_the_message_below() -> None:
    taken = await all_of(PipedLines(StringIO("!open S2 slow\\\nsince Monday\\\nand today\nnext\n"), lambda _: None))

    assert taken == ["!open S2 slow\nsince Monday\nand today", "next"]


# ---- a person --------------------------------------------------------------------------------------------------------


async def test_enter_sends_a_line_and_control_d_leaves() -> None:
    async with typing("!take\rhello\r") as lines:
        assert await all_of(lines) == ["!take", "hello"]


async def test_control_c_gives_the_line_up_and_not_the_terminal() -> None:
    async with typing("oops\x03hello\r") as lines:
        assert await all_of(lines) == ["hello"]


async def test_alt_enter_begins_a_new_line_of_the_same_message() -> None:
    async with typing("one\x1b\rtwo\r") as lines:
        assert await all_of(lines) == ["one\ntwo"]


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ("!t", ["!take", "!ticket"]),
        ("!TA", ["!take"]),
        ("/ro", ["/rooms"]),
        ("/as an", ["ana"]),
        ("/go #", ["#acme"]),
        ("take a look at t-", ["T-1"]),
        ("say ", []),
        ("", []),
    ],
)
def test_tab_completes_the_word_with_what_makes_sense_here(before: str, offered: list[str]) -> None:
    completions = Offering(lambda: OFFERS).get_completions(Document(before), CompleteEvent())

    word = before.split(" ")[-1]
    assert [(each.text, each.start_position) for each in completions] == [(text, -len(word)) for text in offered]
