"""Signs as Matrix spells them: in colour where they could be drawn either way."""

import pytest
from emoji import EMOJI_DATA

from adapters.matrix.signs import bare, spelt


@pytest.mark.parametrize(
    ("sign", "sent"),
    [
        ("👀", "👀"),
        ("❤", "❤\ufe0f"),
        ("❤\ufe0e", "❤\ufe0f"),
        ("👍", "👍\ufe0f"),
        ("👍\ufe0f", "👍\ufe0f"),
        ("👍🏽", "👍🏽"),
        ("1⃣", "1\ufe0f⃣"),
        ("❤‍🔥", "❤\ufe0f‍🔥"),
        ("🏳‍🌈", "🏳\ufe0f‍🌈"),
        ("+1", "+1"),
        ("", ""),
    ],
)
def test_a_sign_is_sent_as_people_s_clients_send_it(sign: str, sent: str) -> None:
    assert spelt(sign) == sent


def test_no_spelling_makes_another_sign_of_one() -> None:
    for sign in EMOJI_DATA:
        assert bare(spelt(bare(sign))) == bare(sign)
