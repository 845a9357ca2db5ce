"""
What becomes of the words that a person types: escaped text with mentions and links, and the `rich_text` block.

Slack's client does the same: `&`, `<` and `>` never come through as they were typed, and an address becomes a link.
"""

import re
from collections.abc import Sequence

from tests.slack.records import Json, User

_MARKUP = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)>"
    r"|<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!(?P<range>here|channel|everyone)>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)>"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
)


def composed(typed: str, people: Sequence[User]) -> tuple[str, list[Json]]:
    """
    Return the text and the blocks of what was typed.

    Args:
        typed: May hold Slack's own forms of mentions; `@Full Name` of one of *people* is completed to one.
    """
    typed = _completed(typed, people)
    text, pieces, at = "", [], 0
    for match in _MARKUP.finditer(typed):
        before = typed[at : match.start()]
        text += escaped(before)
        pieces += _plain(before)
        text += f"<{escaped(match[0])}>" if match["url"] else match[0]
        pieces.append(_piece(match))
        at = match.end()
    text += escaped(typed[at:])
    pieces += _plain(typed[at:])
    if not pieces:
        return text, []
    section = {"type": "rich_text_section", "elements": pieces}
    return text, [{"type": "rich_text", "elements": [section]}]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _completed(typed: str, people: Sequence[User]) -> str:
    for person in sorted(people, key=lambda each: -len(each.name)):
        name = re.compile(rf"(?<![\w@<])@{re.escape(person.name)}(?!\w)", re.IGNORECASE)
        typed = name.sub(lambda _, whom=person: whom.mention, typed)  # type: ignore[misc]
    return typed


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []


def _piece(match: re.Match[str]) -> Json:
    match match.lastgroup:
        case "user":
            return {"type": "user", "user_id": match["user"]}
        case "channel":
            return {"type": "channel", "channel_id": match["channel"]}
        case "range":
            return {"type": "broadcast", "range": match["range"]}
        case "group":
            return {"type": "usergroup", "usergroup_id": match["group"]}
        case "url":
            return {"type": "link", "url": match["url"]}
        case _:
            return {"type": "emoji", "name": match["emoji"]}
