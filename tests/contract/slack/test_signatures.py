"""What stands in front of the desk: nothing gets in that Slack did not sign just now (S1–S8)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from multidict import CIMultiDict

from adapters.slack.app import SlackSettings, connect
from chatops.bootstrap import SystemTime
from chatops.catalogues import load_words
from chatops.domain.errors import SettingsInvalid
from tests.contract.slack.listening import Stage, a_stage
from tests.slack.over_http import FORM, JSON, encoded, signature

REFUSED = (401, "unauthorized")


@asynccontextmanager
async def a_door(database: str) -> AsyncIterator["Door"]:
    async with a_stage(database) as stage, stage.listening(), aiohttp.ClientSession() as session:
        yield Door(stage, session)


class Door:
    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        self.stage = stage
        self._session = session

    @property
    def url(self) -> str:
        return self.stage.app.request_url

    async def post(
        self,
        body: bytes,
        headers: Mapping[str, str] | CIMultiDict[str],
        *,
        kind: str = JSON,
    ) -> tuple[int, str]:
        told = CIMultiDict([*headers.items(), ("Content-Type", kind)])
        async with self._session.post(self.url, data=body, headers=told) as answer:
            return answer.status, await answer.text()

    def signed(self, body: bytes, *, age_s: float = 0, secret: str = "") -> dict[str, str]:
        stamp = str(int(time.time() - age_s))
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(secret or self.stage.app.signing_secret, stamp, body),
        }

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(self.url.replace("/slack/events", path)) as answer:
            return answer.status, await answer.text()


BODY = json.dumps({"type": "event_callback", "team_id": "T1"}).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": None},
        {"X-Slack-Request-Timestamp": None},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=0123"},
        {"X-Slack-Signature": "v0=" + "é" * 64},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "abc"},
        {"X-Slack-Request-Timestamp": "1e10"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "-5"},
    ],
)
async def test_odd_headers_are_refused_with_nothing_to_learn(
    sqlite_database: str, change: dict[str, str | None]
) -> None:
    """S1, S2: Bolt answers 500 with a traceback to some of these."""
    async with a_door(sqlite_database) as door:
        headers = {**door.signed(BODY), **change}

        assert await door.post(BODY, {name: value for name, value in headers.items() if value is not None}) == REFUSED


async def test_other_versions_spellings_and_doubles_are_refused(sqlite_database: str) -> None:
    async with a_door(sqlite_database) as door:
        good = door.signed(BODY)
        stamp, signed = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        for other in (signed.replace("v0=", "v1="), signed.upper(), "v0=" + signed[3:].upper(), signed[:-1]):
            assert await door.post(BODY, good | {"X-Slack-Signature": other}) == REFUSED, other
        doubled = CIMultiDict([*good.items(), ("X-Slack-Signature", signed)])
        assert await door.post(BODY, doubled) == REFUSED
        doubled = CIMultiDict([*good.items(), ("X-Slack-Request-Timestamp", stamp)])
        assert await door.post(BODY, doubled) == REFUSED
        assert await door.post(BODY, door.signed(BODY, secret="another")) == REFUSED
        assert await door.post(BODY + b" ", good) == REFUSED
        for age_s in (302, -302):
            assert await door.post(BODY, door.signed(BODY, age_s=age_s)) == REFUSED


async def test_a_recorded_request_has_no_second_effect(sqlite_database: str) -> None:
    """S4: a signature holds for five minutes, and is no proof that it is the first time."""
    async with a_door(sqlite_database) as door:
        stage = door.stage
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        body, _ = encoded(said.answers[0])
        headers = door.signed(body, age_s=200)
        for _ in range(3):
            assert (await door.post(body, headers))[0] == 200

        assert len(await stage.tickets()) == 1


async def test_a_form_that_says_a_thing_twice_is_refused(sqlite_database: str) -> None:
    """S5: who reads the first and who reads the last would see different people."""
    async with a_door(sqlite_database) as door:
        stage = door.stage
        said = {"team_id": stage.exo.id, "channel_id": stage.acme.id, "command": "/ticket", "trigger_id": "1.2"}
        body = urlencode([*said.items(), ("user_id", stage.ben.id), ("user_id", stage.ana.id)]).encode()

        assert await door.post(body, door.signed(body), kind=FORM) == (400, "")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[" * 20_000, b'{"type": 5}', b"null", b"[]", b""])
@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_signed_nonsense_is_no_traceback(sqlite_database: str, body: bytes, kind: str) -> None:
    async with a_door(sqlite_database) as door:
        status, said = await door.post(body, door.signed(body), kind=kind)

        assert status in (400, 403)
        assert said == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"ssl_check=1&token=x", FORM),
        (b'{"type": "url_verification", "challenge": "c"}', JSON),
        (json.dumps({"type": "url_verification", "challenge": "c" * 1_000_000}).encode(), JSON),
    ],
)
async def test_checks_are_answered_when_slack_asks_and_nobody_else(
    sqlite_database: str, body: bytes, kind: str
) -> None:
    """S6."""
    async with a_door(sqlite_database) as door:
        assert await door.post(body, {}, kind=kind) == REFUSED


async def test_the_url_is_verified_and_the_certificate_looked_at(sqlite_database: str) -> None:
    async with a_door(sqlite_database) as door:
        verified = await door.stage.slack.verifies_url(door.stage.app)

        assert verified.answer == {"challenge": verified.payload["challenge"]}
        assert await door.get("/slack/events?ssl_check=1") == (200, "ok")
        assert await door.get("/healthz") == (200, "ok")
        assert (await door.get("/slack/install"))[0] == 404


async def test_large_bodies_are_not_read(sqlite_database: str) -> None:
    """S7."""
    async with a_door(sqlite_database) as door:
        body = BytesIO(b"x" * 10_000_000)
        async with aiohttp.ClientSession() as session, session.post(door.url, data=body) as answer:
            assert answer.status == 413


async def test_a_large_body_without_a_length_is_not_read_either(sqlite_database: str) -> None:
    async with a_door(sqlite_database) as door, aiohttp.ClientSession() as session:

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(200):
                yield b"x" * 50_000

        async with session.post(door.url, data=pieces()) as answer:
            assert answer.status == 413


async def test_a_compressed_body_is_not_unpacked(sqlite_database: str) -> None:
    async with a_door(sqlite_database) as door:
        assert (await door.post(BODY, door.signed(BODY) | {"Content-Encoding": "gzip"}))[0] == 415


async def test_a_slow_body_is_not_waited_for(sqlite_database: str) -> None:
    """S7."""
    async with a_stage(sqlite_database) as stage:
        stage.more["read_within_s"] = 0.2
        async with stage.listening(), aiohttp.ClientSession() as session:

            async def slowly() -> AsyncIterator[bytes]:
                for _ in range(50):
                    yield b"x"
                    await asyncio.sleep(0.1)

            async with session.post(stage.app.request_url, data=slowly()) as answer:
                assert answer.status == 408


async def test_a_workspace_that_has_not_installed_the_app_is_refused(sqlite_database: str) -> None:
    """S8."""
    async with a_door(sqlite_database) as door:
        event = {"type": "event_callback", "team_id": "T0ELSE", "event": {"type": "message"}}
        body = json.dumps(event).encode()

        assert await door.post(body, door.signed(body)) == (403, "")


@pytest.mark.parametrize("secret", ["", "  "])
async def test_there_is_no_desk_without_a_secret(secret: str) -> None:
    """S3."""
    settings = SlackSettings(bot_token="xoxb-1", signing_secret=secret, port=0)
    with pytest.raises(SettingsInvalid, match="signing secret"):
        async with connect(settings, words=load_words(), time=SystemTime()):
            pass


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (SlackSettings(), "bot token"),
        (SlackSettings(bot_token="xoxp-1", signing_secret="s", port=0), "xoxb-"),
        (SlackSettings(bot_token="xoxb-1", app_token="xoxb-1"), "xapp-"),
        (SlackSettings(bot_token="xoxb-1"), "HTTP"),
        (SlackSettings(bot_token="xoxb-1", app_token="xapp-1", reads_per_minute=0), "Reads"),
    ],
)
async def test_settings_that_make_no_sense_are_said_at_start(settings: SlackSettings, said: str) -> None:
    """F39."""
    with pytest.raises(SettingsInvalid, match=said):
        async with connect(settings, words=load_words(), time=SystemTime()):
            pass
    assert "xoxb-1" not in repr(settings)
