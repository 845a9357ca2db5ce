"""Only what Slack signed just now is read at all (S1–S4)."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.signature import WINDOW, Signatures
from chatops.domain.errors import SettingsInvalid

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
SENT = str(int(NOW.timestamp()))
BODY = b'{"type":"event_callback"}'
SECOND = timedelta(seconds=1)

signatures = Signatures("s3cr3t")
GOOD = signatures.of(BODY, SENT)


def holds(
    body: bytes = BODY,
    *,
    timestamps: tuple[str, ...] = (SENT,),
    given: tuple[str, ...] = (GOOD,),
    now: datetime = NOW,
) -> bool:
    return signatures.holds(body, timestamps=timestamps, signatures=given, now=now)


def test_what_slack_signed_holds() -> None:
    """The example of Slack's documentation, with its own secret, body and time."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    documented = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    now = datetime.fromtimestamp(1_531_420_618, UTC)

    assert Signatures("8f742231b10e8888abcd99yyyzzz85a5").holds(
        body, timestamps=("1531420618",), signatures=(documented,), now=now
    )


@pytest.mark.parametrize("away", [-WINDOW, timedelta(0), WINDOW])
def test_clocks_may_be_a_little_apart(away: timedelta) -> None:
    assert holds(now=NOW + away)


@pytest.mark.parametrize("away", [-WINDOW - SECOND, WINDOW + SECOND])
def test_what_is_older_or_newer_does_not_hold(away: timedelta) -> None:
    assert not holds(now=NOW + away)


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("",),
        (GOOD.removeprefix("v0="),),
        (GOOD.replace("v0=", "v1="),),
        (GOOD.upper(),),
        ("v0=" + GOOD[3:].upper(),),
        (GOOD[:-1],),
        (GOOD + "0",),
        (GOOD + "\n",),
        ("v0=" + "é" * 64,),
        ("v0=" + "٣" * 64,),
        ("v0=" + "0" * 64,),
        (GOOD, GOOD),
        (GOOD, "v0=" + "0" * 64),
    ],
)
def test_no_other_signature_holds(given: tuple[str, ...]) -> None:
    assert not holds(given=given)


@pytest.mark.parametrize(
    "timestamps",
    [(), ("",), ("abc",), ("1e10",), ("9" * 400,), (SENT + ".0",), ("-1",), (" " + SENT,), ("١٢٣",), (SENT, SENT)],
)
def test_no_other_timestamp_holds(timestamps: tuple[str, ...]) -> None:
    assert not holds(timestamps=timestamps)


def test_a_changed_body_does_not_hold() -> None:
    assert not holds(BODY + b" ")


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_there_is_no_desk_without_a_secret(secret: str) -> None:
    """S3: with an empty one everybody could sign."""
    with pytest.raises(SettingsInvalid, match="signing secret"):
        Signatures(secret)
