"""
Files on Slack: where they lie, what they may be called, how they are fetched and put there.

The token goes to Slack's own hosts only, over https, and never along with a redirect: an address that somebody else
could have made up is looked at whole before anything is asked of it (S25).
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import aiohttp

from adapters.slack.blocks import fitted
from adapters.slack.fields import mapping, mappings, text
from adapters.slack.web import FileRefused, SlackWeb, body_of
from chatops.application.visible import one_line
from chatops.domain.errors import TryAgainLater, Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform

HOSTS = ("https://files.slack.com", "https://slack-files.com")

WITHIN_S = 300.0
"""Long uploads and downloads have to be over within this."""

LONGEST_NAME = 120

_REST = r"/[!-\[\]-~]*"
"""The path and what follows it: printable, without the backslash that some take for a slash."""

_UNWANTED = re.compile(r'[<>:"/\\|?*⟨⟩]')
_IN_PATH = re.compile(r"/files-(?:pri|tmb)/([A-Z0-9]{1,32})-")
_PERMALINK = re.compile(r"https?://[A-Za-z0-9.:-]+/[!-;=?-Z\]_a-z~%]+")


def attachment_of(file: Mapping[str, Any], team: str) -> Attachment:
    """
    Return a file of a message or a form, by reference.

    Args:
        team: The workspace by whose installation we saw it: with its token it can be fetched.
    """
    url = text(file.get("url_private_download")) or text(file.get("url_private"))
    size = file.get("size")
    return Attachment(
        name=text(file.get("name")) or text(file.get("title")) or "file",
        address=file_address(url, team) if url else "",
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        media_type=text(file.get("mimetype")),
    )


def file_address(url: str, team: str) -> str:
    """Return what the house calls a file at *url*: the workspace whose token opens it stands behind it."""
    return f"{url.partition('#')[0]}#{team}"


def safe_name(name: str) -> str:
    """Return a name that is no path, hides nothing and is not long; its end is kept, because it says what it is."""
    last = PureWindowsPath(PurePosixPath(one_line(name)).name).name
    plain = _UNWANTED.sub("_", last).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    kept, _ = fitted(stem, LONGEST_NAME - len(dot) - len(ending))
    return f"{kept}{dot}{ending}" or "file"


class SlackFiles:
    """
    Satisfies `FileSource`, and takes files that come from elsewhere.

    Args:
        hosts: Where Slack keeps files, each as ``https://host`` and nothing behind it.
    """

    platform = Platform.SLACK

    def __init__(self, web: SlackWeb, session: aiohttp.ClientSession, *, hosts: Sequence[str] = HOSTS) -> None:
        self._web = web
        self._session = session
        self._ours = re.compile(f"(?:{'|'.join(map(re.escape, hosts))})(?::443)?{_REST}")

    def holds(self, file: Attachment) -> bool:
        return self._ours.fullmatch(file.address) is not None

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        """
        Raises:
            Undeliverable: It is gone, kept from us, or larger than *limit* bytes.
            TryAgainLater: Slack is away, or slower than `WITHIN_S`.
        """
        url, _, team = file.address.partition("#")
        if not self.holds(file):
            raise Undeliverable("the file does not lie on Slack")
        if file.size is not None and file.size > limit:
            raise Undeliverable(f"the file is larger than {limit} bytes")
        token = (await self._web.installed(team or _team_in(url))).token
        try:
            async with (
                asyncio.timeout(WITHIN_S),
                self._session.get(url, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False) as answer,
            ):
                return await _file_in(answer, file, limit)
        except (TimeoutError, aiohttp.ClientError, OSError) as exc:
            raise TryAgainLater(f"the file cannot be fetched: {type(exc).__name__}") from exc

    async def upload(self, team: str, data: bytes, *, name: str) -> str:
        """
        Return the permanent address of a file that nobody but us sees yet.

        Raises:
            FileRefused: The workspace does not take it.
            TryAgainLater: Slack is away.
        """
        if not data:
            raise FileRefused("the file is empty")
        begun = await self._web.call(team, "files.getUploadURLExternal", {"filename": name, "length": str(len(data))})
        file_id = text(begun.get("file_id"))
        await self._put(text(begun.get("upload_url")), data)
        ended = await self._web.call(
            team, "files.completeUploadExternal", {"files": [{"id": file_id, "title": name}]}, within_s=WITHIN_S
        )
        permalink = next((text(file.get("permalink")) for file in mappings(ended.get("files"))), "")
        if not permalink:
            known = await self._web.call(team, "files.info", {"file": file_id})
            permalink = text(mapping(known.get("file")).get("permalink"))
        if _PERMALINK.fullmatch(permalink) is None:
            raise FileRefused("Slack does not say where the file is")
        return permalink

    async def _put(self, url: str, data: bytes) -> None:
        if self._ours.fullmatch(url) is None:
            raise FileRefused("Slack wants the file at an address that is not its own")
        try:
            async with (
                asyncio.timeout(WITHIN_S),
                self._session.post(
                    url, data=data, headers={"Content-Type": "application/octet-stream"}, allow_redirects=False
                ) as answer,
            ):
                if answer.status != 200:
                    late = answer.status == 429 or answer.status >= 500
                    raise (TryAgainLater if late else FileRefused)(f"the file was not taken: HTTP {answer.status}")
        except (TimeoutError, aiohttp.ClientError, OSError) as exc:
            raise TryAgainLater(f"the file cannot be sent: {type(exc).__name__}") from exc


async def _file_in(answer: aiohttp.ClientResponse, file: Attachment, limit: int) -> bytes:
    if answer.status == 429 or answer.status >= 500:
        raise TryAgainLater(f"the file cannot be fetched: HTTP {answer.status}")
    if answer.status != 200:
        raise Undeliverable(f"the file is gone or kept from us: HTTP {answer.status}")
    if answer.content_type == "text/html" and file.media_type != "text/html":
        # What Slack shows to whoever may not read the file is a page to sign in.
        raise Undeliverable("the file is kept from us")
    data = None if (answer.content_length or 0) > limit else await body_of(answer, limit)
    if data is None:
        raise Undeliverable(f"the file is larger than {limit} bytes")
    return data


def _team_in(url: str) -> str:
    """Return the workspace that a file's own address names."""
    found = _IN_PATH.search(url)
    return found[1] if found is not None else ""
