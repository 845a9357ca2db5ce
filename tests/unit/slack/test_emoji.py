"""Slack's names of emoji ⇄ the signs themselves."""

import pytest
from emoji import EMOJI_DATA

from adapters.slack.emoji import name_of, sign_of
from chatops.application.labels import SIGN


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("white_check_mark", "✅"),
        ("x", "❌"),
        ("eyes", "👀"),
        ("+1", "👍"),
        ("thumbsup", "👍"),
        ("thumbsup::skin-tone-2", "👍🏻"),
        ("+1::skin-tone-6", "👍🏿"),
        ("heart", "❤"),
        ("flag-fr", "🇫🇷"),
        ("fr", "🇫🇷"),
        ("woman-raising-hand::skin-tone-4", "🙋🏽\u200d♀"),
        ("male-technologist", "👨\u200d💻"),
        ("female-doctor::skin-tone-3", "👩🏼\u200d⚕"),
        ("female-police-officer", "👮\u200d♀"),
        ("male_superhero", "🦸\u200d♂"),
        ("man-shrugging", "🤷\u200d♂"),
        ("man-woman-girl-boy", "👨\u200d👩\u200d👧\u200d👦"),
        ("woman_climbing", "🧗\u200d♀"),
        ("heart_on_fire", "❤\u200d🔥"),
        ("thinking_face", "🤔"),
        ("large_green_circle", "🟢"),
        ("first_place_medal", "🥇"),
        ("flag-scotland", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
        ("dog", "🐶"),
        ("calendar", "📆"),
        # A tone where the emoji has none is no other emoji.
        ("ticket::skin-tone-3", "🎫"),
    ],
)
def test_a_name_is_a_sign(name: str, sign: str) -> None:
    assert sign_of(name) == sign


@pytest.mark.parametrize("name", ["party_parrot", "", "::", "+1::skin-tone-9", "+1::skin-tone-3x", "<!here>", "é"])
def test_what_unicode_does_not_have_is_no_sign(name: str) -> None:
    assert sign_of(name) is None


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("❤️", "heart"),
        ("❤", "heart"),
        ("👍🏽", "+1::skin-tone-4"),
        ("👍", "+1"),
        ("✔\ufe0e", "heavy_check_mark"),
    ],
)
def test_a_sign_has_one_name_however_it_is_drawn(sign: str, name: str) -> None:
    assert name_of(sign) == name


@pytest.mark.parametrize("sign", ["", "a", "👍👍", "\U0001faff"])
def test_what_slack_cannot_show_has_no_name(sign: str) -> None:
    assert name_of(sign) is None


def test_every_sign_comes_back_by_its_name() -> None:
    bare = {sign.replace("\ufe0f", "") for sign in EMOJI_DATA}
    named = {sign: name for sign in bare if (name := name_of(sign)) is not None}

    assert len(named) > 3_500
    assert {sign: sign_of(name) for sign, name in named.items()} == {sign: sign for sign in named}


def test_our_own_signs_are_all_known() -> None:
    assert {sign: sign_of(name_of(sign) or "") for sign in SIGN.values()} == {sign: sign for sign in SIGN.values()}
