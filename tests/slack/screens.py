"""
Block Kit as a person reads it: messages, modals and Home tabs as plain lines, in which `[Accept]` is a button.

Pure; names come in by a function, because only the world knows who bears an id.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.slack.records import Json

Names = Callable[[str], str]
"""From the id in a mention to what is shown of it, such as ``@Ben Barker`` or ``#acme``."""

_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^([A-Z0-9]+)|date\^(\d+)\^([^|>]*)|(\w+))(?:\|([^>]*))?>")
_LINK = re.compile(r"<((?:https?|mailto|tel|slack)[^|>]*)(?:\|([^>]*))?>")


def as_id(mention: str) -> str:
    """Show mentions by their ids: for when nobody knows the names."""
    return f"@{mention}"


def lines_of_message(message: Json, names: Names = as_id) -> list[str]:
    """Return what a client shows of a message's JSON: its blocks if there are any, else its text; then its files."""
    blocks, attachments = message.get("blocks") or [], message.get("attachments") or []
    shown = lines_of(blocks, names) if blocks else _split(mrkdwn(message.get("text", ""), names))
    for attachment in attachments:
        inside = lines_of(attachment.get("blocks") or [], names)
        words = _split(mrkdwn(attachment.get("text") or attachment.get("fallback") or "", names))
        shown += [f"| {line}" for line in inside or words]
    return shown + [f"[file: {file.get('name', file['id'])}]" for file in message.get("files") or []]


def lines_of_view(view: Json, names: Names = as_id, *, values: Json | None = None) -> list[str]:
    """Return a modal with its title and its buttons, or a Home tab; filled-in *values* stand behind their labels."""
    body = [line for block in view.get("blocks") or [] for line in _block(block, names, values or {})]
    if view.get("type") == "home":
        return body
    buttons = [f"[{_plain(view[key])}]" for key in ("close", "submit") if view.get(key)]
    return [f"== {_plain(view.get('title'))} ==", *body, *([" ".join(buttons)] if buttons else [])]


def lines_of(blocks: Sequence[Json], names: Names = as_id) -> list[str]:
    return [line for block in blocks for line in _block(block, names, {})]


def mrkdwn(text: str, names: Names = as_id) -> str:
    """Return *text* as it reads: mentions as names, links by what they show, nothing escaped."""
    text = _MENTION.sub(lambda match: names(match[2]) if match[1] == "@" or not match[3] else f"#{match[3]}", text)
    text = _SPECIAL.sub(_special, text)
    text = _LINK.sub(lambda match: f"{match[2]} ({match[1]})" if match[2] else match[1], text)
    return html.unescape(text)


def buttons_in(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every element that can be acted upon, each with its block."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        if block.get("type") in ("actions", "context_actions"):
            inside += block.get("elements", [])
        for element in inside:
            if isinstance(element, dict) and element.get("type") != "image":
                yield block, element


def label_of(element: Json) -> str:
    """Return what stands on an element: a button's text, or what a menu shows while nothing is chosen."""
    return _plain(element.get("text") or element.get("placeholder"))


def _special(match: re.Match[str]) -> str:
    group, when, pattern, broadcast, shown = match.groups()
    if shown:
        return str(shown)
    return f"@{group or broadcast}" if group or broadcast else f"{pattern} {when}"


def _block(block: Json, names: Names, values: Json) -> list[str]:
    match block.get("type"):
        case "header":
            return [f"# {_plain(block['text'])}"]
        case "section":
            return _section(block, names)
        case "context":
            return [" · ".join(_context(element, names) for element in block.get("elements", []))]
        case "actions" | "context_actions":
            return [" ".join(_element(element) for element in block.get("elements", []))]
        case "divider":
            return ["---"]
        case "input":
            return _input(block, values)
        case "image" | "video":
            return [f"[{block['type']}: {block.get('alt_text', '')}]"]
        case "markdown":
            return _split(block.get("text", ""))
        case "rich_text":
            return [line for group in block.get("elements", []) for line in _rich(group, names)]
        case "table":
            return [" | ".join(_cell(cell, names) for cell in row) for row in block.get("rows", [])]
        case kind:
            return [f"[{kind}]"]


def _section(block: Json, names: Names) -> list[str]:
    lines = _split(_text(block.get("text"), names)) if block.get("text") else []
    lines += [_text(field, names).replace("\n", ": ") for field in block.get("fields", [])]
    if accessory := block.get("accessory"):
        lines = [*lines[:-1], f"{lines[-1] if lines else ''} {_element(accessory)}".strip()]
    return lines


def _input(block: Json, values: Json) -> list[str]:
    element = block.get("element", {})
    given = values.get(block.get("block_id", ""), {}).get(element.get("action_id", ""), {})
    shown = answer_of(given) or _initial(element) or (f"<{label_of(element)}>" if label_of(element) else "")
    lines = [f"{_plain(block.get('label'))}: {shown}".rstrip()]
    return [*lines, f"  {_plain(block['hint'])}"] if block.get("hint") else lines


def answer_of(state: Json) -> str:
    """Return what stands in a field by its part of `state.values`; empty if nothing does."""
    for key, value in state.items():
        if key == "type" or not value:
            continue
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(_plain(each.get("text")) if isinstance(each, dict) else str(each) for each in chosen)
    return ""


def _initial(element: Json) -> str:
    if chosen := element.get("initial_option"):
        return _plain(chosen["text"])
    keys = [key for key in element if key.startswith("initial_")]
    return ", ".join(str(element[key]) for key in keys)


def _context(element: Json, names: Names) -> str:
    return f"[image: {element.get('alt_text')}]" if element.get("type") == "image" else _text(element, names)


def _element(element: Json) -> str:
    match element.get("type"):
        case "image":
            return f"[image: {element.get('alt_text', '')}]"
        case "overflow":
            return f"[… {' / '.join(_plain(option['text']) for option in element.get('options', []))}]"
        case "button" | "workflow_button":
            return f"[{label_of(element)}]"
        case kind:
            return f"[{_initial(element) or label_of(element) or kind} ▾]"


def _rich(group: Json, names: Names) -> list[str]:
    if group.get("type") == "rich_text_list":
        marks = [f"{number}. " if group.get("style") == "ordered" else "• " for number in range(1, 1000)]
        indent = "  " * int(group.get("indent", 0))
        return [indent + marks[n] + "".join(_rich(item, names)) for n, item in enumerate(group.get("elements", []))]
    lines = _split("".join(_rich_piece(piece, names) for piece in group.get("elements", [])))
    match group.get("type"):
        case "rich_text_quote":
            return [f"> {line}" for line in lines]
        case "rich_text_preformatted":
            return ["```", *lines, "```"]
        case _:
            return lines


def _rich_piece(piece: Json, names: Names) -> str:
    match piece.get("type"):
        case "text":
            return str(piece.get("text", ""))
        case "user":
            return names(piece["user_id"])
        case "channel":
            return names(piece["channel_id"])
        case "usergroup":
            return f"@{piece['usergroup_id']}"
        case "broadcast":
            return f"@{piece['range']}"
        case "link":
            return f"{piece['text']} ({piece['url']})" if piece.get("text") else str(piece["url"])
        case "emoji":
            return f":{piece['name']}:"
        case "date":
            return str(piece.get("fallback") or piece.get("timestamp"))
        case kind:
            return f"[{kind}]"


def _cell(cell: Json, names: Names) -> str:
    return " ".join(_block(cell, names, {})) if cell.get("type") == "rich_text" else str(cell.get("text", ""))


def _text(text: Any, names: Names) -> str:
    if not isinstance(text, dict):
        return ""
    return mrkdwn(text.get("text", ""), names) if text.get("type") == "mrkdwn" else str(text.get("text", ""))


def _plain(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, dict) else ""


def _split(text: str) -> list[str]:
    return [line.replace("&gt; ", "> ") for line in text.split("\n")] if text else []
