"""
Files on Matrix: where they lie, what they may be called, and how they are fetched.

A file is passed on by reference; nothing is fetched unless somebody has to look inside.
"""

import asyncio
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.matrix.fields import mapping, strings, text
from chatops.application.visible import cut, one_line
from chatops.domain.errors import TryAgainLater, Undeliverable
from chatops.domain.events import Attachment

WITHIN_S = 300.0
"""Long uploads and downloads have to be over within this."""

LONGEST_NAME = 120

BYTES = "application/octet-stream"

# A server's name begins with a letter, a digit or, as an IPv6 address, a bracket: never with a dot.
_ADDRESS = re.compile(r"mxc://([A-Za-z0-9\[][A-Za-z0-9.:\[\]-]{0,254})/([A-Za-z0-9_-]{1,255})")
_PIECE = 64 * 1024
_MOVED = frozenset({307, 308})

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What clients show at once. Others may carry scripts (SVG), so they are files (S26)."""

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,50}/[\w.+-]{1,50}", re.ASCII)

_UNWANTED = re.compile(r'[<>:"/\\|?*⟨⟩]')
"""What some file system gives a meaning to, and what stands around a character that `visible` shows by its number."""


class Unfetched(Exception):
    """The homeserver gave no file but an answer of its own."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body


def parts_of(address: str) -> tuple[str, str]:
    """
    Return the server and the media id of an ``mxc://`` address; both may stand in a path as they are.

    Raises:
        Undeliverable: It is no such address.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Undeliverable("the file has no address on Matrix")
    return found[1], found[2]


def is_address(address: str) -> bool:
    return _ADDRESS.fullmatch(address) is not None


def safe_name(name: str) -> str:
    """
    Return a name under which a file may be offered to people: one that is no path, hides nothing and is not long.

    The end of the name is kept, because it says what the file is.
    """
    last = PureWindowsPath(PurePosixPath(one_line(name)).name).name
    plain = _UNWANTED.sub("_", last).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    kept, _ = cut(stem, LONGEST_NAME - len(dot) - len(ending))
    return f"{kept}{dot}{ending}" or "file"


def media_type_of(file: Attachment) -> str:
    """Return what a file is said to be; whoever says so may say anything, and it goes into a header."""
    return file.media_type.lower() if _MEDIA_TYPE.fullmatch(file.media_type) else BYTES


def file_content(file: Attachment) -> dict[str, Any]:
    """
    Return the content of an event that shows *file* again, from where it lies.

    Only what clients show safely is called a picture, and only on its sender's word; clients look for themselves.
    """
    picture = file.media_type in _PICTURES
    info: dict[str, Any] = {"mimetype": media_type_of(file)}
    if file.size is not None:
        info["size"] = file.size
    name = safe_name(file.name)
    return {
        "msgtype": "m.image" if picture else "m.file",
        "body": name,
        "filename": name,
        "info": info,
        "m.mentions": {},
    } | ({"file": sealed_description(file)} if file.key else {"url": file.address})


def sealed_description(file: Attachment) -> dict[str, Any] | None:
    """
    Return what an event in an encrypted room says of a sealed file; None when its key is not what it should be.

    Only the fields of the specification (`EncryptedFile`, version 2) are passed on: somebody else wrote them.
    """
    sealed = _parsed(file.key)
    key, digest = mapping(sealed.get("key")), text(mapping(sealed.get("hashes")).get("sha256"))
    kept = {name: text(key.get(name)) for name in ("kty", "alg", "k")}
    if kept["alg"] != "A256CTR" or _length(kept["k"]) != 32 or _length(sealed.get("iv")) != 16 or _length(digest) != 32:
        return None
    return {
        "v": "v2",
        "url": file.address,
        "key": {**kept, "ext": True, "key_ops": list(strings(key.get("key_ops")))[:10]},
        "iv": text(sealed.get("iv")),
        "hashes": {"sha256": digest},
    }


def _parsed(key: str) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(key))
    except (ValueError, RecursionError):
        return {}


def _length(encoded: object) -> int:
    """Return how many bytes stand in unpadded base64, of either alphabet; -1 in anything else."""
    value = text(encoded).replace("+", "-").replace("/", "_")
    try:
        return len(urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4)))
    except ValueError:
        return -1


async def fetch(url: str, *, token: str, limit: int) -> bytes:
    """
    Return what lies at *url*, which belongs to our homeserver.

    The homeserver may send us on to where it keeps its files; we go there once, over https, and without the token.

    Raises:
        Unfetched: It answered with no file.
        Undeliverable: The file is larger than *limit* bytes.
        TryAgainLater: It is away, or slower than `WITHIN_S`.
    """
    try:
        async with asyncio.timeout(WITHIN_S), aiohttp.ClientSession() as session:
            moved, data = await _fetched(session, url, {"Authorization": f"Bearer {token}"}, limit)
            if moved is not None:
                if urlsplit(moved).scheme != "https":
                    raise Undeliverable("the homeserver keeps the file at an address that is not safe")
                _, data = await _fetched(session, moved, {}, limit)
            return data
    except (TimeoutError, aiohttp.ClientError, OSError) as exc:
        raise TryAgainLater(f"the file cannot be fetched: {type(exc).__name__}") from exc


async def body_of(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Return the body of an answer; None as soon as it is longer than *limit* bytes (F26)."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limit:
            return None
    return bytes(body)


async def _fetched(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], limit: int
) -> tuple[str | None, bytes]:
    """Return where to go on, or the file."""
    async with session.get(url, headers=headers, allow_redirects=False) as answer:
        moved = answer.headers.get("Location")
        if answer.status in _MOVED and moved and headers:
            return moved, b""
        if answer.status != 200:
            raise Unfetched(answer.status, answer.headers, await answer.content.read(_PIECE))
        data = None if (answer.content_length or 0) > limit else await body_of(answer, limit)
        if data is None:
            raise Undeliverable(f"the file is larger than {limit} bytes")
        return None, data
