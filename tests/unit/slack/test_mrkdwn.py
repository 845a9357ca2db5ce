"""What people wrote, out of what Slack made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.mrkdwn import mentioned, plain

NAMES = {"U0ANA": "Ana", "U0BEN": "Ben"}


def read(text: str) -> str:
    return plain(text, names=NAMES, keep="U0DESK")


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("hello", "hello"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;!here&amp;gt;", "&lt;!here&gt;"),
        ("ask <@U0ANA> or <@U0BEN|benny>", "ask @Ana or @Ben"),
        ("ask <@U0EVE|eve> or <@U0MAX>", "ask @eve or @U0MAX"),
        ("<@U0DESK> take", "<@U0DESK> take"),
        ("<@U0DESK|desk> take", "<@U0DESK> take"),
        ("in <#C0ACME|acme> and <#C0DESK> and <#C0X|>", "in #acme and #C0DESK and #C0X"),
        ("<!here> <!channel> <!everyone> <!here|@here>", "@here @channel @everyone @here"),
        ("<!subteam^S0|@printers> <!subteam^S0>", "@printers @S0"),
        ("<!date^1392734382^{date}|in February>", "in February"),
        ("see <https://acme.example/a?b=1&amp;c=2>", "see https://acme.example/a?b=1&c=2"),
        ("see <http://acme.example|acme.example>", "see acme.example"),
        ("see <https://evil.example|acme.example>", "see acme.example (https://evil.example)"),
        ("write to <mailto:ana@acme.example|ana@acme.example>", "write to ana@acme.example"),
        ("call <tel:+33123|+33123>", "call +33123"),
        ("<https://a.example|the &lt;portal&gt;>", "the <portal> (https://a.example)"),
        ("a < b", "a < b"),
        ("<<@U0ANA>>", "<@Ana>"),
        ("<>", ""),
        (":tada: it is :+1::skin-tone-3::tada: (:heart:), <@U0ANA>:", "🎉 it is 👍🏼🎉 (❤️), @Ana:"),
        (":acme-logo: :x:", ":acme-logo: ❌"),
        ("10:30:45 host:x:1 ::x:: a:x:", "10:30:45 host:x:1 ::x:: a:x:"),
        ("`a :x: b` and ```\n:x:\n``` but :x:", "`a :x: b` and ```\n:x:\n``` but ❌"),
        ("", ""),
    ],
)
def test_text_reads_as_it_was_written(written: str, reads: str) -> None:
    assert read(written) == reads


def test_people_are_found_once_each() -> None:
    assert mentioned("<@U0ANA> and <@U0BEN|ben> and <@U0ANA>, &lt;@U0EVE&gt;, <@nobody>") == ("U0ANA", "U0BEN")


@given(st.text(st.characters(exclude_characters=":")))
def test_whatever_people_type_comes_back(typed: str) -> None:
    """What Slack escapes on the way in is what was typed."""
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert read(escaped) == typed


@given(st.text(alphabet="<>&@!#|^;ampltgU0ABEN:/"))
def test_nothing_odd_is_an_error(text: str) -> None:
    assert isinstance(read(text), str)
    assert isinstance(mentioned(text), tuple)
