"""The way of a person who installs an app: from the app's own page, over Slack's, and back with a code."""

import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie

import aiohttp

from tests.slack.records import User

_LINK = re.compile(r'href="([^"]*/oauth/v2/authorize[^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Landing:
    """The app's last page: where the installation ends."""

    status: int
    body: str


async def install(user: User, page: str, *, allows: bool) -> Landing:
    """
    Follow *page* to Slack's question, answer it, and go back to the app.

    Cookies are carried by hand: the app's are `Secure`, and a client keeps those from plain HTTP (facts §3).
    """
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(page, allow_redirects=False) as answer:
            cookies = {name: morsel.value for name, morsel in SimpleCookie(_cookies(answer)).items()}
            found = _LINK.search(await answer.text())
            question = unescape(found[1]) if found else answer.headers["Location"]
        decision = {"decision": "allow" if allows else "cancel", "team": user.team.id, "user": user.id}
        async with session.post(question, data=decision, allow_redirects=False) as answer:
            back = answer.headers["Location"]
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        async with session.get(back, headers={"Cookie": header}) as answer:
            return Landing(status=answer.status, body=await answer.text())


def _cookies(answer: aiohttp.ClientResponse) -> str:
    return "; ".join(each.split(";")[0] for each in answer.headers.getall("Set-Cookie", []))
