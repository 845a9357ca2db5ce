"""A person's full identity, and what looks like it without being it (S16)."""

from dataclasses import replace

import pytest

from adapters.directory_file.reading import demo_directory
from chatops.application.identities import full_identity, odd_characters, resemblance
from chatops.domain.directory import Address, Person
from chatops.domain.vocabulary import Platform


def at(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def known_as(*values: str) -> Person:
    ana = next(person for person in demo_directory().people if person.id == "ana")
    return replace(ana, identities=(*ana.identities, *map(at, values)))


@pytest.mark.parametrize("said", ["@ana:example.org", "@ana:example.org:8448", "@a.b_c=d/e-f:x", "@ana:127.0.0.1"])
def test_a_full_identity_says_its_platform_by_its_form(said: str) -> None:
    assert full_identity(said) == at(said)


@pytest.mark.parametrize(
    "said", ["", "ana", "@ana", "@:example.org", "ana:example.org", "@ana:", "@ana: example.org", "!ana:example.org",
             "@ana:example.org:port", "@" + "a" * 255 + ":x"]
)  # fmt: skip
def test_half_an_identity_is_none(said: str) -> None:
    assert full_identity(said) is None


@pytest.mark.parametrize(
    ("identity", "odd"),
    [
        ("@ana:example.org", ()),
        ("@аna:example.org", ("а (U+0430 CYRILLIC SMALL LETTER A)",)),
        ("@ana\u200d:example.org", ("\u200d (U+200D ZERO WIDTH JOINER)",)),
        ("@ana\u202e:example.org\u202e", ("⟨U+202E⟩ (U+202E RIGHT-TO-LEFT OVERRIDE)",)),
        ("@ana\x07:example.org", ("␇ (U+0007)",)),
        ("@ana :example.org", ("  (U+0020 SPACE)",)),
    ],
)
def test_odd_characters_are_shown_with_their_names(identity: str, odd: tuple[str, ...]) -> None:
    assert odd_characters(identity) == odd


@pytest.mark.parametrize(
    ("stranger", "twin"),
    [
        ("@Ana:example.org", True),
        ("@ana:examp1e.org", True),
        ("@ana:exarnple.org", True),
        ("@аna:example.org", None),
        ("@ana:evil.example", False),
        ("@ANA:evil.example", False),
        ("@bob:example.org", None),
        ("@ana:example.org", None),
    ],
)
def test_a_twin_looks_the_same_all_over_and_a_namesake_before_the_colon(stranger: str, twin: bool | None) -> None:
    """Other alphabets are no twins here: `odd_characters` shows each of them."""
    found = resemblance(at(stranger), [known_as("@ana:example.org")])
    assert (found.twin if found else None) is twin


def test_a_twin_is_told_before_a_namesake() -> None:
    found = resemblance(at("@ana:examp1e.org"), [known_as("@ana:evil.example", "@ana:example.org")])
    assert found is not None
    assert (found.twin, found.known) == (True, at("@ana:example.org"))
