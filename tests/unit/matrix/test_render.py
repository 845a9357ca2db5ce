"""Messages as Matrix events: complete in plain text, safe in HTML, loud only for whom it concerns (S21, S23, S24)."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.render import LARGEST_CONTENT, MARK, content_of, size
from chatops.application.deliveries import origin_of
from chatops.application.message_tree import Button, Fact, Message, Quote, Style
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, TicketId
from tests.unit.matrix.parcels import a_message, a_parcel, somebody

WORDS = load_words()
ALLOWED = {"p", "br", "strong", "em", "code", "ul", "li", "blockquote", "a"}
"""Those of the specification's list that we use."""

ACCEPT = Button(action=Action.ACCEPT, ticket_id=TicketId(1), label="Accept", command="!accept", style=Style.PRIMARY)
REFUSE = Button(action=Action.REFUSE, ticket_id=TicketId(1), label="Not solved", command="!refuse …")
CARD = a_message(
    facts=(Fact(label="Status", value="NEW"), Fact(label="Severity", value="S2 Major")),
    paragraphs=("Our move: `!take` it.",),
    quote=Quote(author="Ana", text="since noon\n  at line 3", files=(Attachment(name="app.log"),)),
    buttons=(ACCEPT, REFUSE),
)


def drawn(parcel: Parcel, *, latest: str | None = None) -> dict[str, Any]:
    return content_of(parcel, WORDS[parcel.claimed.message.language], latest=latest)


class Seen(HTMLParser):
    """What a client makes of HTML: the text that shows, and the markup that works."""

    def __init__(self, formatted: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(formatted)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


# ---- what it looks like ----------------------------------------------------------------------------------------------


def test_a_card_is_complete_in_plain_text() -> None:
    assert drawn(a_parcel(CARD, form=Form.CARD, root=None))["body"].split("\n") == [
        "T-1 · The portal is slow",
        "Status: NEW · Severity: S2 Major",
        "> Ana:",
        "> since noon",
        ">   at line 3",
        "> 📎 app.log",
        "Our move: !take it.",
        "Accept: !accept · Not solved: !refuse …",
    ]


def test_a_card_is_pleasant_in_html() -> None:
    content = drawn(a_parcel(CARD, form=Form.CARD, root=None))

    assert content["format"] == "org.matrix.custom.html"
    assert content["formatted_body"] == (
        "<p><strong>T-1 · The portal is slow</strong></p>"
        "<p>Status: <strong>NEW</strong> · Severity: <strong>S2 Major</strong></p>"
        "<blockquote><strong>Ana</strong><br>since noon<br>\u00a0 at line 3<br>📎 app.log</blockquote>"
        "<p>Our move: <code>!take</code> it.</p>"
        "<p><strong>Accept</strong> <code>!accept</code> · Not solved <code>!refuse …</code></p>"
    )


def test_a_button_shows_the_sign_that_does_the_same() -> None:
    """Whoever has no keyboard at hand reacts with it."""
    signed = tuple(replace(button, sign=sign) for button, sign in ((ACCEPT, "✅"), (REFUSE, "")))
    content = drawn(a_parcel(a_message("T-1", buttons=signed)))

    assert content["body"] == "T-1\n✅ Accept: !accept · Not solved: !refuse …"
    assert content["formatted_body"].endswith(
        "<p>✅ <strong>Accept</strong> <code>!accept</code> · Not solved <code>!refuse …</code></p>"
    )


def test_a_list_has_a_bullet_before_each_line() -> None:
    content = drawn(a_parcel(a_message("2 tickets", paragraphs=("T-1 · NEW", "T-2 · OPEN"), listing=True)))

    assert content["body"] == "2 tickets\n• T-1 · NEW\n• T-2 · OPEN"
    assert content["formatted_body"] == (
        "<p><strong>2 tickets</strong></p><ul><li>T-1 · NEW</li><li>T-2 · OPEN</li></ul>"
    )


def test_a_single_line_needs_no_html() -> None:
    content = drawn(a_parcel(a_message("Ben took T-1.")))

    assert content["body"] == "Ben took T-1."
    assert "formatted_body" not in content


def test_french_puts_a_space_before_the_colon() -> None:
    message = a_message("T-1", language=Language.FR, facts=(Fact(label="Statut", value="NOUVEAU"),))

    assert drawn(a_parcel(message))["body"] == "T-1\nStatut\u00a0: NOUVEAU"


def test_our_own_events_carry_our_mark() -> None:
    assert drawn(a_parcel(form=Form.CARD, root=None))[MARK] == {
        "row": 17,
        "origin": origin_of("a-correlation"),
        "form": "card",
        "ticket": "T-1",
    }


# ---- who is notified -------------------------------------------------------------------------------------------------


def test_whoever_gets_the_ball_is_mentioned_by_name() -> None:
    content = drawn(a_parcel(notify=(somebody("Ana"), somebody("Aldo", "@aldo:chat.test"))))

    assert content["msgtype"] == "m.text"
    assert content["m.mentions"] == {"user_ids": ["@ana:chat.test", "@aldo:chat.test"]}
    assert content["body"] == "Ana, Aldo: T-1 · The portal is slow"
    assert content["formatted_body"] == (
        '<a href="https://matrix.to/#/@ana:chat.test">Ana</a>, '
        '<a href="https://matrix.to/#/@aldo:chat.test">Aldo</a>: T-1 · The portal is slow'
    )


def test_everyone_else_is_left_in_peace() -> None:
    """An absent `m.mentions` would let clients look for names in the text; a notice never makes a sound."""
    content = drawn(a_parcel(a_message("Ana, @room: hello")))

    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}


def test_somebody_who_is_not_on_matrix_is_told_elsewhere() -> None:
    content = drawn(a_parcel(notify=(somebody("Ana", None), somebody("Ben", "@ben:chat.test"))))

    assert content["m.mentions"] == {"user_ids": ["@ben:chat.test"]}
    assert content["body"].startswith("Ben: ")


def test_a_user_id_cannot_leave_its_link() -> None:
    content = drawn(a_parcel(notify=(somebody("Eve", '@e"><img src=x>&#:evil.test/?q'),)))

    seen = Seen(content["formatted_body"])
    assert seen.tags == ["a"]
    assert [name for name, _ in seen.attributes] == ["href"]


# ---- where it stands -------------------------------------------------------------------------------------------------


def test_a_message_of_a_thread_hangs_under_its_card() -> None:
    assert drawn(a_parcel(), latest="$latest")["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$card",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$latest"},
    }
    assert drawn(a_parcel())["m.relates_to"]["m.in_reply_to"] == {"event_id": "$card"}


def test_an_answer_stands_in_the_thread_it_was_asked_in() -> None:
    parcel = a_parcel(form=Form.ANSWER, answers="$asked", under="$card")

    assert drawn(parcel)["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$card",
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": "$asked"},
    }


def test_an_answer_at_the_top_of_a_room_is_a_reply() -> None:
    parcel = a_parcel(form=Form.ANSWER, answers="$asked")

    assert drawn(parcel)["m.relates_to"] == {"m.in_reply_to": {"event_id": "$asked"}}


@pytest.mark.parametrize("form", [Form.CARD, Form.ANSWER])
def test_what_answers_nothing_stands_alone(form: Form) -> None:
    assert "m.relates_to" not in drawn(a_parcel(form=form, root=None))


def test_an_edit_replaces_the_card_and_notifies_nobody() -> None:
    content = drawn(a_parcel(CARD, form=Form.CARD_EDIT, notify=(somebody(),)))

    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$card"}
    assert content["body"] == f"* {content['m.new_content']['body']}"
    for each in (content, content["m.new_content"]):
        assert each["msgtype"] == "m.notice"
        assert each["m.mentions"] == {}
        assert each[MARK]["form"] == "card_edit"
    assert content["m.new_content"]["body"].startswith("T-1 · The portal is slow\n")
    assert "<p>Status: <strong>NEW</strong>" in content["m.new_content"]["formatted_body"]


def test_an_edit_replaces_a_message_and_stays_in_its_thread() -> None:
    content = drawn(a_parcel(a_message("Ana: down"), form=Form.EDIT, target="$said", notify=(somebody(),)))

    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$said"}
    assert content["m.new_content"]["body"] == "Ana: down"
    assert (content["msgtype"], content["m.mentions"]) == ("m.notice", {})


def test_an_edit_of_nothing_is_a_message_in_the_thread() -> None:
    content = drawn(a_parcel(a_message("Ana: down"), form=Form.EDIT))

    assert content["m.relates_to"]["rel_type"] == "m.thread"
    assert content["body"] == "Ana: down"


# ---- files -----------------------------------------------------------------------------------------------------------


def a_file_parcel(file: Attachment, *, root: str | None = "$card") -> Parcel:
    message = a_message("Ana sent a file:", quote=Quote(author="", text="", files=(file,)))
    return a_parcel(message, form=Form.FILE, root=root)


def test_a_file_stands_in_the_thread_with_our_mark() -> None:
    content = drawn(a_file_parcel(Attachment(name="app.log", address="mxc://chat.test/a", size=7)), latest="$latest")

    assert content["url"] == "mxc://chat.test/a"
    assert content["m.relates_to"]["event_id"] == "$card"
    assert content["m.relates_to"]["m.in_reply_to"] == {"event_id": "$latest"}
    assert content[MARK]["form"] == "file"
    assert "formatted_body" not in content


@pytest.mark.parametrize("address", ["", "https://files.slack.test/a", "mxc://chat.test/../admin"])
def test_a_file_that_matrix_cannot_carry_is_told(address: str) -> None:
    content = drawn(a_file_parcel(Attachment(name="app\u202egol.exe", address=address)))

    assert content["msgtype"] == "m.notice"
    assert content["body"] == "Ana sent a file:\n> 📎 app⟨U+202E⟩gol.exe"


# ---- attacks ---------------------------------------------------------------------------------------------------------

ATTACKS = [
    "<b>bold</b> <img src=http://evil.test/x> <script>alert(1)</script>",
    "</blockquote></p><h1>from the desk</h1>",
    '<a href="javascript:alert(1)">click</a> javascript:alert(1)',
    "@room everybody",
    "@ben:chat.test look",
    "&lt;b&gt; &amp; &#60;b&#62; &quot;",
    "<!-- -->]]>",
    "<mx-reply>x</mx-reply>",
    "<" * 200 + ">" * 200,
    "<div>" * 150,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_peoples_words_stay_words(attack: str) -> None:
    message = Message(
        language=Language.EN,
        headline=attack[:200],
        facts=(Fact(label=attack[:200], value=attack[:200]),),
        paragraphs=(attack,),
        quote=Quote(author=attack[:200], text=attack, files=(Attachment(name=attack[:200]),)),
        buttons=(Button(action=Action.TAKE, ticket_id=TicketId(1), label=attack[:200], command=attack[:200]),),
    )
    content = drawn(a_parcel(message, notify=(somebody(attack[:200]),)))

    seen = Seen(content["formatted_body"])
    assert set(seen.tags) <= ALLOWED
    assert seen.attributes == [("href", "https://matrix.to/#/@ana:chat.test")]
    assert seen.text.count(attack[:200]) >= 8
    assert content["body"].count(attack[:200]) >= 8
    assert content["m.mentions"] == {"user_ids": ["@ana:chat.test"]}


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

    assert content["body"] == f"Ana wrote:\n> {shown}"
    assert Seen(content["formatted_body"]).text == "Ana wrote:" + shown.replace("\n> ", "")
    content["body"].encode()


def test_a_headline_is_one_line() -> None:
    content = drawn(a_parcel(a_message("T-1\n\nAccept: !accept")))

    assert content["body"] == "T-1 Accept: !accept"


def test_further_lines_of_a_paragraph_do_not_pass_for_ours() -> None:
    content = drawn(a_parcel(a_message("T-1", paragraphs=("Waiting for: logs\nAccept: !accept",))))

    assert content["body"] == "T-1\nWaiting for: logs\n  Accept: !accept"


# ---- length ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Form.THREAD, Form.CARD_EDIT])
@pytest.mark.parametrize(
    "unit",
    [pytest.param(unit, id=name) for name, unit in {
        "plain": "x", "markup": "<", "entity": "&", "lines": "a\n", "indented": "  b", "emoji": "👩‍👩‍👧",
        "bidi": "\u202e", "NUL": "\0", "quotes": '"\\',
    }.items()],
)  # fmt: skip
def test_a_text_of_100_kb_is_cut_and_says_so(unit: str, form: Form) -> None:
    long = unit * (100_000 // len(unit.encode()))
    content = drawn(a_parcel(a_message(quote=Quote(author="Ana", text=long)), form=form))

    assert size(content) <= LARGEST_CONTENT
    assert "The text is too long for a chat message: " in content["body"]
    assert "> x" in content["body"] or unit != "x"


def test_what_is_left_out_is_counted() -> None:
    content = drawn(a_parcel(a_message("T-1", quote=Quote(author="", text="x" * 16_001))))

    assert content["body"].split("\n") == [
        "T-1",
        "> " + "x" * 16_000 + "…",
        "The text is too long for a chat message: 1 character of it is not shown.",
    ]


def test_a_text_that_just_fits_is_whole() -> None:
    content = drawn(a_parcel(a_message("T-1", quote=Quote(author="", text="x" * 16_000))))

    assert content["body"] == "T-1\n> " + "x" * 16_000


def test_a_cut_leaves_no_half_emoji() -> None:
    family = "👩‍👩‍👧"
    content = drawn(a_parcel(a_message("T-1", quote=Quote(author="", text="x" + family * 10_000))))

    kept = content["body"].split("\n")[1].removeprefix("> x").removesuffix("…")
    assert kept == family * (len(kept) // len(family))


def test_a_thousand_lines_are_cut_too() -> None:
    lines = tuple(f"T-{number} · a ticket with a long title and more to say" for number in range(5_000))
    content = drawn(a_parcel(a_message("5,000 tickets", paragraphs=lines, listing=True)))

    assert size(content) <= LARGEST_CONTENT
    assert "• T-0 · a ticket" in content["body"]
    assert "characters of it are not shown" in content["body"]


def test_when_nothing_else_fits_the_headline_does() -> None:
    facts = tuple(Fact(label="<" * 300, value="<" * 300) for _ in range(100))

    assert drawn(a_parcel(a_message("T-1", facts=facts)))["body"] == "T-1"


@given(
    headline=st.text(max_size=400),
    paragraphs=st.lists(st.text(max_size=300), max_size=3).map(tuple),
    text=st.text(max_size=500),
    name=st.text(max_size=300),
    form=st.sampled_from(Form),
)
def test_no_words_make_other_markup_than_ours(
    headline: str, paragraphs: tuple[str, ...], text: str, name: str, form: Form
) -> None:
    message = a_message(headline, paragraphs=paragraphs, quote=Quote(author=name, text=text), buttons=(ACCEPT,))
    content = drawn(a_parcel(message, form=form, notify=(somebody(name),)))

    for each in (content, content.get("m.new_content", content)):
        seen = Seen(each["formatted_body"])
        assert set(seen.tags) <= ALLOWED
        assert all(value == "https://matrix.to/#/@ana:chat.test" for _, value in seen.attributes)
        each["body"].encode()
