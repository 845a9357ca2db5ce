"""How the house calls people, rooms and messages of Slack."""

import pytest

from adapters.slack.addresses import address_from, is_id, is_ts, message_address, parts, person_address, room_address
from adapters.slack.fields import Senders


def test_addresses_tell_the_workspace() -> None:
    assert person_address("T0ACME", "U0ANA").value == "T0ACME/U0ANA"
    assert parts(room_address("T0EXO", "C0ACME")) == ("T0EXO", "C0ACME")
    assert message_address("1717232400.000100").value == "1717232400.000100"


@pytest.mark.parametrize("value", ["", "T0", "T0/", "/U0", "t0/u0", "T0/U0/X", "T0/U0\n", "T0/U٣"])
def test_half_an_address_is_none(value: str) -> None:
    assert address_from(value) is None


def test_a_whole_address_is_read_back() -> None:
    assert address_from("T0ACME/U0ANA") == person_address("T0ACME", "U0ANA")


@pytest.mark.parametrize("ts", ["", "1", "1.", ".1", "a.b", "1.1.1", "1.1\n", "1" * 13 + ".1", "-1.1", "1e3.0"])
def test_odd_timestamps_are_none(ts: str) -> None:
    assert not is_ts(ts)
    assert is_ts("1717232400.000100")


def test_odd_ids_are_none() -> None:
    assert is_id("U0ANA")
    assert not any(map(is_id, ["", "u0ana", "U0 ANA", "U" * 33, "U0ANA\n"]))


@pytest.mark.parametrize(
    ("pattern", "identity", "named"),
    [
        ("T0ACME/U0BOT", "T0ACME/U0BOT", True),
        ("T0ACME/U0BOT", "T0EXO/U0BOT", False),
        ("T0ACME", "T0ACME/U0ANA", True),
        ("T0ACM", "T0ACME/U0ANA", False),
        ("*/USLACKBOT", "T0EXO/USLACKBOT", True),
        ("T0*", "T0ACME/U0ANA", True),
    ],
)
def test_senders_are_named_in_full(pattern: str, identity: str, named: bool) -> None:
    assert (identity in Senders((pattern,))) is named
