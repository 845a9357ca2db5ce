"""Pieces of Block Kit: within Slack's limits, and nothing in them is read as markup that people wrote (S22)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import blocks as kit

MARKUP = ["*bold*", "_so_", "~gone~", "`code`", "```\nfence\n```", ":tada:", "> quoted", "a ``` b ``` c"]


@pytest.mark.parametrize("written", MARKUP)
def test_two_lines_are_plain_where_one_of_them_looks_like_markup(written: str) -> None:
    for text in (kit.titled(written, "fine", 2_000), kit.titled("fine", written, 2_000)):
        assert text["type"] == "plain_text"


def test_a_single_star_would_end_the_bold_line_early() -> None:
    assert kit.titled("2 * 3", "fine", 2_000)["type"] == "plain_text"
    assert kit.titled("fine", "2 * 3", 2_000)["type"] == "mrkdwn"


def test_two_lines_are_bold_and_escaped_otherwise() -> None:
    assert kit.titled("Opened by", "Ana & Co <!here> &lt;", 2_000) == {
        "type": "mrkdwn",
        "text": "*Opened by*\nAna &amp; Co &lt;!here&gt; &amp;lt;",
        "verbatim": True,
    }


@pytest.mark.parametrize("limit", [kit.FIELD, kit.SECTION])
def test_two_lines_fit_however_much_of_them_is_escaped(limit: int) -> None:
    assert len(kit.titled("&" * 4_000, "<" * 4_000, limit)["text"]) <= limit


@pytest.mark.parametrize(
    ("written", "links"),
    [
        ("see https://acme.example/x?y=1&z#a.", ["https://acme.example/x?y=1&z#a"]),
        ("(http://a.test/b)", ["http://a.test/b"]),
        ("<http://evil.test|good.test>", ["http://evil.test"]),
        ("https://one.test, https://two.test!", ["https://one.test", "https://two.test"]),
        ("https://good.test@evil.test/", []),
        ("https://good.test:443@evil.test/x", []),
        ("https://аррӏе.com", []),
        ("javascript:alert(1) ftp://x.test file:///etc/passwd", []),
        ("https://", []),
    ],
)
def test_a_web_address_is_a_link_that_shows_where_it_leads(written: str, links: list[str]) -> None:
    pieces = [*kit.written(written)]

    assert [piece["url"] for piece in pieces if piece["type"] == "link"] == links
    assert all("text" not in piece for piece in pieces if piece["type"] == "link")
    assert shown(pieces) == written


@given(st.text(max_size=300))
def test_what_people_wrote_stands_there_as_it_was(written: str) -> None:
    assert shown([*kit.written(written)]) == written


def test_what_is_to_be_typed_is_set_apart() -> None:
    assert [*kit.said("Type `!take`, then `!need x`.")] == [
        {"type": "text", "text": "Type "},
        {"type": "text", "text": "!take", "style": {"code": True}},
        {"type": "text", "text": ", then "},
        {"type": "text", "text": "!need x", "style": {"code": True}},
        {"type": "text", "text": "."},
    ]


def test_a_long_text_comes_in_pieces_that_every_text_may_have() -> None:
    pieces = [*kit.written("👩‍👩‍👧" * 2_000)]

    assert max(kit.length(piece["text"]) for piece in pieces) <= 3_000
    assert shown(pieces) == "👩‍👩‍👧" * 2_000


@given(st.text(max_size=200), st.integers(min_value=1, max_value=100))
def test_a_line_is_never_empty_and_never_too_long(text: str, limit: int) -> None:
    line = kit.line(text, limit)

    assert 0 < kit.length(line) <= limit
    assert "\n" not in line


@pytest.mark.parametrize(
    ("written", "limit", "shown"),
    [
        ("Accept", 6, "Accept"),
        ("Accept!", 6, "Accep…"),
        ("a\nb  c", 9, "a b c"),
        ("", 5, "…"),
        ("👩‍👩‍👧👩‍👩‍👧", 10, "👩‍👩‍👧…"),
    ],
)
def test_a_line_that_is_too_long_says_so(written: str, limit: int, shown: str) -> None:
    assert kit.line(written, limit) == shown


def test_what_holds_texts_weighs_as_well() -> None:
    text = [{"type": "rich_text", "elements": [{"type": "text", "text": "x" * 100}]}]

    assert 100 < kit.weight(text) < 300
    assert kit.weight(text * 10) == 10 * kit.weight(text)


def shown(pieces: list[dict[str, Any]]) -> str:
    return "".join(piece.get("text") or piece["url"] for piece in pieces)
