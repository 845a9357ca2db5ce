"""Messages as terminal text: plain, complete, and with nothing in people's words that a terminal obeys (S24, S33)."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from rich.console import Console
from rich.text import Text

from adapters.console.render import Part, plain, put, render, render_speech, styled
from chatops.application.message_tree import Button, Fact, Message, Quote
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, TicketId

T1 = TicketId(1)


def test_a_message_is_drawn_from_top_to_bottom() -> None:
    message = Message(
        language=Language.EN,
        headline="T-1 · The portal is slow",
        facts=(Fact(label="Status", value="NEW"), Fact(label="Severity", value="S2 Major")),
        paragraphs=("Our move.\nSoon.",),
        quote=Quote(author="Gus", text="since Monday\nand today", files=(Attachment(name="app.log"),)),
        buttons=(Button(action=Action.TAKE, ticket_id=T1, label="Take", command="!take"),),
    )

    assert plain(render(message)).split("\n") == [
        "T-1 · The portal is slow",
        "Status: NEW",
        "Severity: S2 Major",
        "Gus:",
        "> since Monday",
        "> and today",
        "[file: app.log]",
        "Our move.",
        "  Soon.",
        "[Take] !take",
    ]


def test_french_puts_a_space_before_the_colon() -> None:
    message = Message(
        language=Language.FR,
        headline="T-1",
        facts=(Fact(label="Statut", value="NOUVEAU"),),
        quote=Quote(author="Gus", text="bonjour"),
    )

    assert plain(render(message)).split("\n")[1:] == ["Statut\u00a0: NOUVEAU", "Gus\u00a0:", "> bonjour"]


def test_a_list_has_a_dash_before_each_line() -> None:
    message = Message(language=Language.EN, headline="2 tickets:", paragraphs=("T-1", "T-2"), listing=True)

    assert plain(render(message)).split("\n") == ["2 tickets:", "- T-1", "- T-2"]


def test_what_a_person_types_is_shown_with_its_files() -> None:
    assert plain(render_speech("two\nlines", (Attachment(name="a.log"),))) == "two\nlines\n[file: a.log]"
    assert plain(render_speech("", (Attachment(name="a.log"),))) == "[file: a.log]"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\x1b[2Jgone", "␛[2Jgone"),
        ("bell\x07", "bell␇"),
        ("\u202eevil", "⟨U+202E⟩evil"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
    ],
)
def test_nothing_that_people_write_moves_the_terminal(typed: str, shown: str) -> None:
    message = Message(
        language=Language.EN,
        headline=f"h{typed}",
        facts=(Fact(label="Room", value=typed),),
        quote=Quote(author=typed, text=typed, files=(Attachment(name=typed),)),
    )

    assert plain(render(message)).split("\n") == [
        f"h{shown}",
        f"Room: {shown}",
        f"{shown}:",
        f"> {shown}",
        f"[file: {shown}]",
    ]
    assert plain(render_speech(typed)) == shown


def test_nobody_can_forge_a_line_of_the_desk() -> None:
    forged = "thanks\rStatus: CLOSED\u2028[Accept] !accept\x85Status: CLOSED"
    message = Message(
        language=Language.EN,
        headline=forged,
        facts=(Fact(label="Opened by", value=forged),),
        quote=Quote(author="", text=forged),
    )

    headline, fact, *quoted = render(message)

    assert headline.part is Part.HEADLINE
    assert fact.text.startswith("Opened by: thanks Status: CLOSED")
    assert all(line.text.startswith("> ") for line in quoted)


def test_colours_change_no_word_and_read_no_markup() -> None:
    lines = render(Message(language=Language.EN, headline="[red]T-1[/red] :bug:"))
    console = Console(force_terminal=True, color_system="truecolor", width=200)

    with console.capture() as captured:
        put(console, styled(lines[0]))

    assert captured.get() == "\x1b[1m[red]T-1[/red] :bug:\x1b[0m\n"


def test_an_output_that_lacks_a_character_gets_a_question_mark() -> None:
    written = BytesIO()
    console = Console(file=TextIOWrapper(written, encoding="latin-1", write_through=True))

    put(console, Text("✓ réglé"))

    assert written.getvalue().decode("latin-1") == "? réglé\n"


def test_a_long_line_stays_one_line() -> None:
    console = Console(file=StringIO(), width=20)

    with console.capture() as captured:
        put(console, Text("word " * 20))

    assert captured.get().count("\n") == 1
