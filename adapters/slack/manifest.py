"""
What the app is to Slack: the manifest that is shipped, with the addresses of whoever sets it up.

Which scopes the app asks for stands there, and nowhere else.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import yaml

from adapters.slack.web_server import REDIRECT
from chatops.domain.errors import SettingsInvalid

EXAMPLE = "https://desk.example.org"
"""What the shipped manifest calls the desk's address."""

_OVER_HTTP, _OVER_SOCKETS = "socket_mode_enabled: false", "socket_mode_enabled: true"


def manifest_text(*, url: str = "", socket: bool = False) -> str:
    """
    Return the manifest, to be given to Slack, with its comments.

    Args:
        url: Where Slack and people's browsers reach the desk; empty where nobody does.
        socket: Whether the desk opens sockets to Slack, so that only pages are left that browsers are sent to.

    Raises:
        SettingsInvalid: That is no address that Slack would call, or there is none and no socket either.
    """
    shipped = _shipped()
    if not socket:
        return shipped.replace(EXAMPLE, _address(url))
    address = _address(url) if url else ""
    lines = [line for line in shipped.splitlines() if EXAMPLE not in line or _is_kept(line, pages=bool(address))]
    return "\n".join([*lines, ""]).replace(EXAMPLE, address or EXAMPLE).replace(_OVER_HTTP, _OVER_SOCKETS)


def manifest(text: str | None = None) -> Mapping[str, Any]:
    """Return a manifest as data: the shipped one where no other is given."""
    described = yaml.safe_load(_shipped() if text is None else text)
    assert isinstance(described, dict), "a manifest has parts with names"
    return described


@cache
def scopes() -> tuple[str, ...]:
    """Return what the app asks for; more than that it never needs."""
    return tuple(manifest()["oauth_config"]["scopes"]["bot"])


def _is_kept(line: str, *, pages: bool) -> bool:
    """Return whether a line with an address says something to an app with sockets: a comment, or a page's address."""
    return line.startswith("#") or (pages and REDIRECT in line)


def _address(url: str) -> str:
    """
    Raises:
        SettingsInvalid: It is none, or none that Slack would call.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme == "https" and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() or letter in "\"'#" for letter in url.strip()):
        raise SettingsInvalid(
            "Say where Slack reaches the desk: --url https://desk.example.org (HTTPS, as Slack demands); or --socket, "
            "where nothing from outside can reach it."
        )
    return url.strip().rstrip("/")


def _shipped() -> str:
    return (files("adapters.slack") / "manifest.yaml").read_text("utf-8")
