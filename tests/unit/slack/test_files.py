"""Where the token may go, and what files are called (S25, S26)."""

from typing import Any

import aiohttp
import pytest

from adapters.slack.files import SlackFiles, attachment_of, safe_name
from adapters.slack.web import SlackWeb
from chatops.domain.events import Attachment


class Nowhere:
    async def of(self, team: str) -> None:
        raise AssertionError("nobody was to be asked")


async def holds(address: str) -> bool:
    async with aiohttp.ClientSession() as session:
        return SlackFiles(SlackWeb(session, Nowhere()), session).holds(Attachment(name="x", address=address))


@pytest.mark.parametrize(
    "address",
    [
        "https://files.slack.com/files-pri/T0EXO-F1/app.log",
        "https://files.slack.com/files-pri/T0EXO-F1/download/app.log?t=1#T0EXO",
        "https://files.slack.com:443/files-pri/T0EXO-F1/%C3%A9.log",
        "https://slack-files.com/T0EXO-F1-abc",
    ],
)
async def test_slacks_own_hosts_are_slacks(address: str) -> None:
    assert await holds(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://files.slack.com/x",
        "HTTPS://files.slack.com/x",
        "https://files.slack.com",
        "https://files.slack.com.evil.test/x",
        "https://evil.test/files.slack.com/x",
        "https://files.slack.com@evil.test/x",
        "https://files.slack.com:443@evil.test/x",
        "https://files.slack.com:8443/x",
        "https://files.slack.com\\@evil.test/x",
        "https://files.slack.com/x\\y",
        "https://files.slack.com/x y",
        "https://files.slack.com/x\r\nHost: evil.test",
        "https://files.slack.com/\u202egol.exe",
        "https://evil.test#https://files.slack.com/x",
        "https://evil.test/?https://files.slack.com/x",
        "https://filesxslack.com/x",
        "https://evilslack-files.com/x",
        "https://xslack-files.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "//files.slack.com/x",
        "mxc://chat.test/abc",
        " https://files.slack.com/x",
        "https://files.slack.com/x\n",
    ],
)
async def test_nobody_elses_address_gets_our_token(address: str) -> None:
    assert not await holds(address)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            {
                "id": "F1",
                "name": "app.log",
                "size": 7,
                "mimetype": "text/plain",
                "url_private": "https://files.slack.com/a",
                "url_private_download": "https://files.slack.com/a/download",
            },
            Attachment(
                name="app.log", address="https://files.slack.com/a/download#T0EXO", size=7, media_type="text/plain"
            ),
        ),
        ({"title": "Notes", "url_private": "https://x#y"}, Attachment(name="Notes", address="https://x#T0EXO")),
        ({"file_access": "check_file_info"}, Attachment(name="file")),
        ({"name": 7, "size": True, "mimetype": [], "url_private": None}, Attachment(name="file")),
        ({"name": "x", "size": -1}, Attachment(name="x")),
    ],
)
def test_a_file_of_slack_is_an_attachment(file: dict[str, Any], expected: Attachment) -> None:
    assert attachment_of(file, "T0EXO") == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("app.log", "app.log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\app.log", "app.log"),
        ("app\u202egol.exe", "app_U+202E_gol.exe"),
        ("a\nb.log", "a b.log"),
        ('<a>|"b".log', "_a___b_.log"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".tar.gz", "x" * 117 + ".gz"),
        ("name." + "x" * 300, ("name." + "x" * 300)[:120]),
    ],
)
def test_a_name_is_no_path_and_hides_nothing(name: str, safe: str) -> None:
    assert safe_name(name) == safe
