"""Messages as Slack shows them: a card at a glance, a colleague in the thread, loud only for whom it concerns (S22)."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import length, weight
from adapters.slack.render import LARGEST, MARK, MOST_BLOCKS, content_of, file_content_of
from chatops.application.deliveries import origin_of
from chatops.application.message_tree import Button, Fact, Message, Quote, Style
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, PersonId, Platform, TicketId
from tests.slack.limits import in_blocks
from tests.slack.screens import lines_of
from tests.unit.slack.parcels import a_message, a_parcel, somebody

WORDS = load_words()

TAKE = Button(action=Action.TAKE, ticket_id=TicketId(1), label="Take", command="!take", style=Style.PRIMARY)
NEED = Button(action=Action.NEED, ticket_id=TicketId(1), label="Ask for information", command="!need …")
BEN = somebody("Ben", "U0BEN", team="T0EXO")

CARD = a_message(
    facts=(Fact(label="Status", value="NEW"), Fact(label="Severity", value="S2 Major")),
    paragraphs=("With us: `!take` it.",),
    quote=Quote(author="", text="since noon\n  at line 3", files=(Attachment(name="app.log"),)),
    buttons=(TAKE, NEED),
)


def drawn(parcel: Parcel) -> dict[str, Any]:
    return content_of(parcel, WORDS[parcel.claimed.message.language])


def seen(parcel: Parcel) -> list[str]:
    return lines_of(drawn(parcel)["blocks"])


def pieces(part: Any) -> Iterator[dict[str, Any]]:
    """Yield everything with a type that is in there, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from pieces(each)


# ---- what it looks like ----------------------------------------------------------------------------------------------


def test_a_card_says_at_a_glance_whose_move_it_is() -> None:
    assert seen(a_parcel(CARD, form=Form.CARD, root=None, notify=(BEN,))) == [
        "# T-1 · The portal is slow",
        "@U0BEN With us: !take it.",
        "*Status*: NEW",
        "*Severity*: S2 Major",
        "> since noon",
        ">   at line 3",
        "> 📎 app.log",
        "[Take] [Ask for information]",
    ]


def test_a_phone_shows_the_title_and_the_next_move() -> None:
    content = drawn(a_parcel(CARD, form=Form.CARD, root=None, notify=(BEN,)))

    assert content["text"] == "<@U0BEN> T-1 · The portal is slow – With us: !take it."


def test_a_phone_shows_why_in_the_same_breath() -> None:
    message = a_message("Ana refused the solution: T-1 is open again.", quote=Quote(author="Ana", text="still\nslow"))

    assert drawn(a_parcel(message))["text"] == "Ana refused the solution: T-1 is open again – still slow"


def test_a_phone_shows_the_beginning_of_a_long_story() -> None:
    text = drawn(a_parcel(a_message("Ana wrote:", quote=Quote(author="", text="word " * 100))))["text"]

    assert text.startswith("Ana wrote: word word")
    assert text.endswith("word…")
    assert len(text) <= len("Ana wrote: ") + 160


def test_in_the_thread_a_colleague_speaks() -> None:
    content = drawn(a_parcel(a_message("Ben wrote:", quote=Quote(author="", text="Could you send\nthe logs?"))))

    assert lines_of(content["blocks"]) == ["Ben wrote:", "> Could you send", "> the logs?"]
    assert content["text"] == "Ben wrote: Could you send the logs?"
    assert len(content["blocks"]) == 1


def test_what_follows_from_the_words_stands_below_them() -> None:
    message = a_message(
        "Here is a solution for T-1 (fix):",
        quote=Quote(author="Ben (support)", text="Clear the cache."),
        paragraphs=("Does it suit you?",),
        buttons=(replace(TAKE, action=Action.ACCEPT, label="Accept"),),
    )

    assert seen(a_parcel(message, notify=(somebody(),))) == [
        "@U0ANA Here is a solution for T-1 (fix):",
        "> Ben (support)",
        "> Clear the cache.",
        "Does it suit you?",
        "[Accept]",
    ]


def test_a_single_sentence_is_no_more_than_that() -> None:
    content = drawn(a_parcel(a_message("Ben took T-1.")))

    assert content["text"] == "Ben took T-1."
    assert content["blocks"] == [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Ben took T-1."}]}],
        }
    ]


def test_a_list_has_a_bullet_before_each_line() -> None:
    parcel = a_parcel(a_message("2 tickets", paragraphs=("T-1 · `!take`", "T-2 · OPEN"), listing=True))

    assert seen(parcel) == ["2 tickets", "• T-1 · !take", "• T-2 · OPEN"]


def test_facts_without_a_card_have_a_title() -> None:
    message = a_message("A message could not be sent.", facts=(Fact(label="Room", value="#acme"),))

    first, facts = drawn(a_parcel(message, form=Form.THREAD))["blocks"]
    assert first["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert facts["fields"] == [{"type": "mrkdwn", "text": "*Room*\n#acme", "verbatim": True}]


def test_what_is_to_be_typed_is_shown_as_code() -> None:
    content = drawn(a_parcel(a_message("Type `!take` here.")))

    assert [each.get("style") for each in pieces(content["blocks"]) if each["type"] == "text"] == [
        None,
        {"code": True},
        None,
    ]
    assert content["text"] == "Type !take here."


def test_french_is_said_in_french_to_the_last_sentence() -> None:
    long = a_message("Ana a écrit :", language=Language.FR, quote=Quote(author="", text="é" * 9_000))

    assert seen(a_parcel(long))[-1] == "Le texte est trop long pour un message : 1000 caractères ne sont pas affichés."


def test_our_own_messages_bear_our_mark() -> None:
    assert drawn(a_parcel(form=Form.CARD, root=None))["metadata"] == {
        "event_type": MARK,
        "event_payload": {"row": 17, "origin": origin_of("a-correlation"), "form": "card", "ticket": "T-1"},
    }


def test_a_file_is_shown_by_its_address() -> None:
    message = a_message("Ana sent a file:", quote=Quote(author="", text="", files=(Attachment(name="x"),)))
    parcel = a_parcel(message, form=Form.FILE, notify=(BEN,))
    content = file_content_of(parcel, "https://exo.slack.com/files/U0DESK/F1/a.log", "<a> & b.log")

    assert content["text"] == (
        "<@U0BEN> Ana sent a file: <https://exo.slack.com/files/U0DESK/F1/a.log|&lt;a&gt; &amp; b.log>"
    )
    assert "blocks" not in content
    assert content["metadata"]["event_payload"]["form"] == "file"


def test_a_file_that_cannot_be_shown_is_named() -> None:
    file = Attachment(name="app\u202egol.exe")
    parcel = a_parcel(a_message("Ana sent a file:", quote=Quote(author="", text="", files=(file,))), form=Form.FILE)

    assert seen(parcel) == ["Ana sent a file:", "> 📎 app⟨U+202E⟩gol.exe"]
    assert drawn(parcel)["text"] == "Ana sent a file: 📎 app⟨U+202E⟩gol.exe"


# ---- who is called ---------------------------------------------------------------------------------------------------


def test_whoever_gets_the_ball_is_mentioned_first_in_the_text_and_in_the_blocks() -> None:
    content = drawn(a_parcel(a_message("It is your move."), notify=(somebody(), somebody("Aldo", "U0ALDO"))))

    assert content["text"] == "<@U0ANA> <@U0ALDO> It is your move."
    assert lines_of(content["blocks"]) == ["@U0ANA @U0ALDO It is your move."]
    assert [each["user_id"] for each in pieces(content["blocks"]) if each["type"] == "user"] == ["U0ANA", "U0ALDO"]


@pytest.mark.parametrize("form", [Form.CARD_EDIT, Form.EDIT, Form.REMOVAL])
def test_an_edit_calls_nobody(form: Form) -> None:
    content = drawn(a_parcel(CARD, form=form, notify=(BEN,)))

    assert "<@" not in content["text"]
    assert not [each for each in pieces(content["blocks"]) if each["type"] == "user"]


def test_somebody_who_is_not_on_slack_is_told_elsewhere() -> None:
    on_matrix = Addressee(
        person=PersonId("eve"), name="Eve", address=Address(platform=Platform.MATRIX, value="@eve:chat.test")
    )
    parcel = a_parcel(a_message("It is your move."), notify=(somebody("Ana", None), on_matrix, BEN, BEN))

    assert drawn(parcel)["text"] == "<@U0BEN> It is your move."


@pytest.mark.parametrize("user", ["", "!channel", "U1> <!here", "u0ana", "U0ÀNA", "U1|x"])
def test_what_is_no_id_is_no_mention(user: str) -> None:
    content = drawn(a_parcel(notify=(somebody("Eve", user),)))

    assert content["text"] == "T-1 · The portal is slow"


# ---- attacks (S22) ---------------------------------------------------------------------------------------------------

ATTACKS = [
    "<!channel>",
    "<!here> <!everyone>",
    "<!subteam^S1|@printers>",
    "<@U1>",
    "<#C1|general>",
    "<http://evil.test|good.test>",
    "<mailto:x@evil.test|Ben>",
    "<!date^1392734382^{date}|now>",
    "&lt;!here&gt; &amp;lt;!here&amp;gt;",
    "`` ` ``` ```code``` `<!channel>`",
    "*bold* _italic_ ~gone~",
    "> quote\n>>> all of it",
    ":tada: :skull_and_crossbones:",
    "[good](http://evil.test)",
    "@channel @here @everyone #general",
    "\u202e>lennahc!<",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("form", [Form.CARD, Form.CARD_EDIT, Form.THREAD, Form.ANSWER, Form.FILE])
def test_peoples_words_stay_words(attack: str, form: Form) -> None:
    message = Message(
        language=Language.EN,
        headline=attack,
        facts=(Fact(label=attack, value=attack),),
        paragraphs=(attack,),
        quote=Quote(author=attack, text=attack, files=(Attachment(name=attack),)),
        buttons=(Button(action=Action.TAKE, ticket_id=TicketId(1), label=attack, command=attack),),
        listing=form is Form.ANSWER,
    )
    content = drawn(a_parcel(message, form=form, notify=(somebody(attack),)))

    harmless(content, called=["U0ANA"] if form is not Form.CARD_EDIT else [])


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_files_name_stays_a_name(attack: str) -> None:
    parcel = a_parcel(a_message(attack), form=Form.FILE)
    text = file_content_of(parcel, "https://exo.slack.com/files/U1/F1/x", attack)["text"]

    assert re.findall(r"<[^|>]*", text) == ["<https://exo.slack.com/files/U1/F1/x"]


def harmless(content: dict[str, Any], *, called: list[str]) -> None:
    """See that only *called* are mentioned, in as many ways as Slack knows to mention and to link."""
    assert re.findall(r"<([^>]*)>?", content["text"]) == [f"@{user}" for user in called]
    found = [*pieces(content["blocks"])]
    assert [each["user_id"] for each in found if each["type"] == "user"] == called
    assert not {each["type"] for each in found} & {"broadcast", "usergroup", "channel", "emoji", "date", "team"}
    for each in found:
        if each["type"] == "link":
            assert each["url"].startswith(("https://", "http://"))
            assert "text" not in each
        elif each["type"] == "mrkdwn":
            title, below = each["text"].split("\n")
            assert "<" not in each["text"]
            assert re.fullmatch(r"\*[^*]+\*", title)
            assert not re.search(r"([*_~`]).*\1|^&gt;", below)
        elif each["type"] == "plain_text":
            assert each["emoji"] is False


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("\x1b[31mred", "␛[31mred"),
        ("pay \u202e000,1\u202c now", "pay ⟨U+202E⟩000,1⟨U+202C⟩ now"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("half \ud800 pair", "half � pair"),
        ("one\r\ntwo\rthree\u2028four", "one\n> two\n> three\n> four"),
    ],
)
def test_nothing_invisible_gets_through(written: str, shown: str) -> None:
    content = drawn(a_parcel(a_message("Ana wrote:", quote=Quote(author="", text=written))))

    assert "\n".join(lines_of(content["blocks"])) == f"Ana wrote:\n> {shown}"
    json.dumps(content, ensure_ascii=False).encode()


def test_further_lines_of_a_paragraph_do_not_pass_for_ours() -> None:
    lines = seen(a_parcel(a_message("T-1", paragraphs=("Waiting for: logs\nAccepted by the desk",))))

    assert lines == ["T-1", "Waiting for: logs", "\u2003Accepted by the desk"]


# ---- length ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Form.THREAD, Form.CARD, Form.CARD_EDIT])
@pytest.mark.parametrize(
    "unit",
    [pytest.param(unit, id=name) for name, unit in {
        "plain": "x", "markup": "<", "entity": "&", "lines": "a\n", "emoji": "👩‍👩‍👧", "bidi": "\u202e", "NUL": "\0",
        "links": "http://a.test/ ", "quotes": '"\\',
    }.items()],
)  # fmt: skip
def test_a_text_of_100_kb_is_cut_and_says_so(unit: str, form: Form) -> None:
    content = drawn(a_parcel(a_message(quote=Quote(author="Ana", text=unit * (100_000 // len(unit)))), form=form))

    fits(content)
    assert "The text is too long for a chat message: " in lines_of(content["blocks"])[-1]


def test_what_is_left_out_is_counted() -> None:
    assert seen(a_parcel(a_message("T-1", quote=Quote(author="", text="x" * 8_001)))) == [
        "T-1",
        "> " + "x" * 8_000 + "…",
        "The text is too long for a chat message: 1 character of it is not shown.",
    ]


def test_a_text_that_just_fits_is_whole() -> None:
    assert seen(a_parcel(a_message("T-1", quote=Quote(author="", text="x" * 8_000)))) == ["T-1", "> " + "x" * 8_000]


def test_a_cut_leaves_no_half_emoji() -> None:
    family = "👩‍👩‍👧"
    kept = seen(a_parcel(a_message("T-1", quote=Quote(author="", text="x" + family * 10_000))))[1]

    kept = kept.removeprefix("> x").removesuffix("…")
    assert kept == family * (len(kept) // len(family))


def test_a_thousand_lines_are_cut_too() -> None:
    lines = tuple(f"T-{number} · a ticket with a long title and more to say" for number in range(1_000))
    content = drawn(a_parcel(a_message("1,000 tickets", paragraphs=lines, listing=True)))

    fits(content)
    assert lines_of(content["blocks"])[1].startswith("• T-0 · a ticket")
    assert "characters of it are not shown" in lines_of(content["blocks"])[-1]


def test_when_nothing_else_fits_the_headline_does() -> None:
    facts = tuple(Fact(label="<" * 300, value="<" * 300) for _ in range(600))

    assert seen(a_parcel(a_message("T-1", facts=facts))) == ["T-1"]


def test_twelve_facts_are_two_rows_of_fields() -> None:
    facts = tuple(Fact(label=f"Fact {number}", value="yes") for number in range(12))

    assert [len(block["fields"]) for block in drawn(a_parcel(a_message(facts=facts)))["blocks"][1:]] == [10, 2]


words = st.text(max_size=200) | st.sampled_from(ATTACKS)
long_words = words | st.text(min_size=1, max_size=5).map(lambda unit: unit * 4_000)
buttons = st.builds(
    Button,
    action=st.sampled_from(Action),
    ticket_id=st.integers(min_value=1, max_value=2**40).map(TicketId),
    label=words,
    command=words,
    style=st.sampled_from(Style),
    in_menu=st.booleans(),
)
files = st.lists(st.builds(Attachment, name=words), max_size=4).map(tuple)
messages = st.builds(
    Message,
    language=st.sampled_from(Language),
    headline=long_words,
    facts=st.lists(st.builds(Fact, label=long_words, value=long_words), max_size=25).map(tuple),
    paragraphs=st.lists(long_words, max_size=60).map(tuple),
    quote=st.none() | st.builds(Quote, author=long_words, text=long_words, files=files),
    buttons=st.lists(buttons, max_size=25).map(tuple),
    listing=st.booleans(),
)


@settings(max_examples=60)
@given(message=messages, form=st.sampled_from(Form), name=words, called=st.booleans())
def test_slack_takes_whatever_a_message_holds(message: Message, form: Form, name: str, called: bool) -> None:
    content = drawn(a_parcel(message, form=form, notify=(somebody(name),) if called else ()))

    fits(content)
    quiet = not called or form in (Form.CARD_EDIT, Form.EDIT, Form.REMOVAL)
    harmless(content, called=[] if quiet else ["U0ANA"])


def fits(content: dict[str, Any]) -> None:
    assert in_blocks(content["blocks"]) == []
    assert len(content["blocks"]) <= MOST_BLOCKS
    assert weight(content["blocks"]) <= LARGEST
    # An update takes no more than 4,000 characters of text (measured by others: pymc-labs/daimon 106).
    assert 0 < length(content["text"]) <= 4_000
    json.dumps(content, ensure_ascii=False).encode()
