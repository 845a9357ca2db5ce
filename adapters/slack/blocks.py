"""
Pieces of Block Kit, each within Slack's limits by construction; pure.

What people wrote stands in `plain_text` and `rich_text` only, where Slack looks for no markup. mrkdwn is written in two
places, a bold line over another (`titled`) and a message's fallback text, and there only with everything escaped (S22).

Source: docs.slack.dev, reference of blocks, block elements and composition objects; limits as of 2026.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chatops.application.message_tree import spans
from chatops.application.visible import cut, one_line

Json = dict[str, Any]

HEADER = 150
BUTTON = 75
SECTION = 3_000
FIELD = 2_000
FIELDS = 10
"""Of one section."""

_PIECE = 3_000
"""Of one text in rich text. Slack documents no limit for it; this is the one that every other text has."""

_MARKUP = re.compile(r"([*_~`]).*\1|:[^\s:]+:|^>")
"""What mrkdwn takes for markup even where everything is escaped."""

_LINK = re.compile(r"https?://(?![^/]*@)[!-;=?-Z\]_a-z~%]+(?<![.,:;!?'\")\]])")
"""What is safe to make a link of: it shows all of where it leads, in letters that have no doubles."""


def length(text: str) -> int:
    """Return how long *text* is when every character beyond the first plane counts twice: Slack does not say."""
    return len(text) + sum(character > "\uffff" for character in text)


def fitted(text: str, limit: int) -> tuple[str, int]:
    """Return as much of *text* as *limit* allows, cut between graphemes, and how many characters were left out."""
    kept, missing = cut(text, limit)
    while (over := length(kept) - limit) > 0:
        kept, more = cut(kept, len(kept) - max(over // 2, 1))
        missing += more
    return kept, missing


def line(text: str, limit: int) -> str:
    """Return *text* on one line that is neither empty nor longer than *limit*; an ellipsis says what is missing."""
    kept, missing = fitted(one_line(text), limit)
    if missing:
        kept = fitted(kept, limit - 1)[0].rstrip() + "…"
    return kept or "…"


def escaped(text: str) -> str:
    """Return *text* so that mrkdwn shows it as it stands: no mention, no link, no entity of its own comes of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- composition objects ---------------------------------------------------------------------------------------------


def plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": line(text, limit), "emoji": False}


def titled(title: str, below: str, limit: int) -> Json:
    """Return a text of two lines, the first one bold unless then one of them could be read as markup."""
    # An escaped character takes five at most.
    upper, lower = line(title, limit // 12), line(below, limit // 12)
    if "*" in upper or _MARKUP.search(upper) or _MARKUP.search(lower):
        return {"type": "plain_text", "text": f"{upper}\n{lower}", "emoji": False}
    return {"type": "mrkdwn", "text": f"*{escaped(upper)}*\n{escaped(lower)}", "verbatim": True}


# ---- rich text -------------------------------------------------------------------------------------------------------


def rich_text(*groups: Json | None) -> list[Json]:
    """Return the block of these groups; none for groups in which nothing stands."""
    elements = [group for group in groups if group is not None]
    return [{"type": "rich_text", "elements": elements}] if elements else []


def section(pieces: Iterable[Json]) -> Json | None:
    return _group("rich_text_section", pieces)


def quote(pieces: Iterable[Json]) -> Json | None:
    return _group("rich_text_quote", pieces)


def bullets(lines: Iterable[Iterable[Json]]) -> Json | None:
    elements = [item for each in lines if (item := section(each)) is not None]
    return {"type": "rich_text_list", "style": "bullet", "elements": elements} if elements else None


def _group(kind: str, pieces: Iterable[Json]) -> Json | None:
    elements = list(pieces)
    return {"type": kind, "elements": elements} if elements else None


def said(text: str, *, bold: bool = False) -> Iterator[Json]:
    """Yield our own sentence, what is to be typed set apart."""
    for piece, typed in spans(text):
        yield from written(piece, bold=bold, code=typed)


def written(text: str, *, bold: bool = False, code: bool = False) -> Iterator[Json]:
    """Yield what people wrote as it stands, web addresses as links that show where they lead."""
    at = 0
    for link in () if code else _LINK.finditer(text):
        if len(link[0]) <= _PIECE:
            yield from _texts(text[at : link.start()], bold=bold)
            yield {"type": "link", "url": link[0]} | _style(bold=bold)
            at = link.end()
    yield from _texts(text[at:], bold=bold, code=code)


def mention(user: str) -> Json:
    return {"type": "user", "user_id": user}


def _texts(text: str, *, bold: bool = False, code: bool = False) -> Iterator[Json]:
    while text:
        piece, missing = fitted(text, _PIECE)
        yield {"type": "text", "text": piece} | _style(bold=bold, code=code)
        text = text[-missing:] if missing else ""


def _style(**styles: bool) -> Json:
    chosen = {name: True for name, wanted in styles.items() if wanted}
    return {"style": chosen} if chosen else {}


# ---- blocks and elements ---------------------------------------------------------------------------------------------


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, HEADER)}


def context(text: str) -> Json:
    return {"type": "context", "elements": [plain(text, SECTION)]}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label, BUTTON), **more}


def option(label: str, value: str) -> Json:
    return {"text": plain(label, BUTTON), "value": value}


def weight(blocks: Sequence[Json]) -> int:
    """
    Return what blocks weigh against the limit that all of a message have together.

    Slack documents none, and refuses with `msg_blocks_too_long` between 9,600 and 11,300 characters in some forty
    blocks, or at 13,297 in one (bolt-js 2509 and 2867): the characters count, and a little for what holds them.
    """
    return sum(map(_weight, blocks))


def _weight(part: object) -> int:
    match part:
        case str():
            return length(part)
        case Mapping():
            return 40 + sum(_weight(value) for key, value in part.items() if key not in ("type", "style"))
        case list():
            return sum(map(_weight, part))
        case _:
            return 1
