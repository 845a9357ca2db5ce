"""
What Slack refuses to show: Block Kit's documented limits, as one pure function for each surface.

Every violation names the place of the mistake (a JSON pointer), in the words that Slack's `response_metadata` uses.

Source: facts §5 (messages, modals, ids) and the reference of blocks, block elements and composition objects.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.slack.records import Json

TEXT = 40_000
TEXT_OF_AN_UPDATE = 4_000
MARKDOWN = 12_000
BLOCKS_OF_A_MESSAGE = 50
BLOCKS_OF_A_VIEW = 100
ATTACHMENTS = 100
PRIVATE_METADATA = 3_000
VIEW_BYTES = 250_000
METADATA_BYTES = 8_000


@dataclass(frozen=True)
class Violation:
    """A rule that was broken, and where: `at` is a JSON pointer."""

    says: str
    at: str

    def __str__(self) -> str:
        return f"{self.says} [json-pointer:{self.at}]"


Found = Iterator[Violation]


def in_blocks(blocks: object, *, at: str = "/blocks", most: int = BLOCKS_OF_A_MESSAGE) -> list[Violation]:
    """Return everything that is wrong with the blocks of a message, or of a view if it says so by *most*."""
    if not isinstance(blocks, list):
        return [Violation("must be an array", at)]
    found = list(_blocks(blocks, at, most))
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if _type(block) == "markdown")
    if markdown > MARKDOWN:
        found.append(Violation(f"markdown blocks together must be at most {MARKDOWN} characters", at))
    return found


def in_view(view: object) -> list[Violation]:
    """Return everything that is wrong with a modal or a Home tab."""
    if not isinstance(view, dict):
        return [Violation("must provide an object", "/view")]
    return [*_view(view)]


def _blocks(blocks: Sequence[Any], at: str, most: int) -> Found:
    if len(blocks) > most:
        yield Violation(f"no more than {most} items allowed", at)
    ids = Counter(block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id"))
    for number, block in enumerate(blocks):
        here = f"{at}/{number}"
        rule = _BLOCKS.get(_type(block))
        if rule is None:
            yield Violation(f"unsupported type: {_type(block)}", f"{here}/type")
            continue
        yield from _string(block, "block_id", here, most=255)
        if ids[block.get("block_id", "")] > 1:
            yield Violation("block_id must be unique", f"{here}/block_id")
        yield from _action_ids(block, here)
        yield from rule(block, here)


def _view(view: Json) -> Found:
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield Violation(f"unsupported type: {kind}", "/view/type")
    yield from in_blocks(view.get("blocks"), at="/view/blocks", most=BLOCKS_OF_A_VIEW)
    yield from _string(view, "private_metadata", "/view", most=PRIVATE_METADATA, least=0)
    yield from _string(view, "callback_id", "/view", most=255, least=0)
    yield from _string(view, "external_id", "/view", most=255, least=0)
    if kind == "modal":
        yield from _text(view, "title", "/view", most=24, plain=True)
        yield from _text(view, "submit", "/view", most=24, plain=True, needed=False)
        yield from _text(view, "close", "/view", most=24, plain=True, needed=False)
        inputs = any(_type(block) == "input" for block in view.get("blocks") or [])
        if inputs and not view.get("submit"):
            yield Violation("submit is required in a modal with input blocks", "/view/submit")
    if len(str(view).encode()) > VIEW_BYTES:
        yield Violation("view must be less than 250 KB", "/view")


# ---- blocks ----------------------------------------------------------------------------------------------------------


def _section(block: Json, at: str) -> Found:
    fields = block.get("fields")
    yield from _text(block, "text", at, most=3000, needed=fields is None)
    if fields is not None:
        yield from _count(fields, f"{at}/fields", most=10)
        for number, _ in enumerate(fields):
            yield from _text(dict(enumerate(fields)), number, f"{at}/fields", most=2000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory", allowed=_ACCESSORIES)


def _actions(block: Json, at: str) -> Found:
    elements = block.get("elements")
    yield from _count(elements, f"{at}/elements", most=25)
    for number, element in enumerate(elements or []):
        yield from _element(element, f"{at}/elements/{number}", allowed=_IN_ACTIONS)


def _context(block: Json, at: str) -> Found:
    elements = block.get("elements")
    yield from _count(elements, f"{at}/elements", most=10)
    for number, element in enumerate(elements or []):
        here = f"{at}/elements/{number}"
        if _type(element) == "image":
            yield from _image(element, here)
        else:
            yield from _text(dict(enumerate(elements or [])), number, f"{at}/elements", most=3000)


def _header(block: Json, at: str) -> Found:
    yield from _text(block, "text", at, most=150, plain=True)


def _input(block: Json, at: str) -> Found:
    yield from _text(block, "label", at, most=2000, plain=True)
    yield from _text(block, "hint", at, most=2000, plain=True, needed=False)
    yield from _element(block.get("element"), f"{at}/element", allowed=_IN_INPUT)


def _image(block: Json, at: str) -> Found:
    if "slack_file" not in block:
        yield from _string(block, "image_url", at, most=3000, needed=True)
    yield from _string(block, "alt_text", at, most=2000, needed=True)
    if _type(block.get("title")) == "plain_text":
        yield from _text(block, "title", at, most=2000, plain=True)


def _markdown(block: Json, at: str) -> Found:
    yield from _string(block, "text", at, most=MARKDOWN, needed=True)


def _rich_text(block: Json, at: str) -> Found:
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield Violation("missing required field: elements", at)
        return
    for number, element in enumerate(elements):
        here = f"{at}/elements/{number}"
        if _type(element) not in _RICH_GROUPS:
            yield Violation(f"unsupported type: {_type(element)}", f"{here}/type")
        elif _type(element) == "rich_text_list":
            yield from _rich_text(element, here)
        else:
            yield from _rich_line(element, here)


def _rich_line(group: Json, at: str) -> Found:
    for number, piece in enumerate(group.get("elements", [])):
        kind, here = _type(piece), f"{at}/elements/{number}"
        if kind not in _RICH_PIECES:
            yield Violation(f"unsupported type: {kind}", f"{here}/type")
        elif (needed := _RICH_PIECES[kind]) and not piece.get(needed):
            yield Violation(f"missing required field: {needed}", here)


def _context_actions(block: Json, at: str) -> Found:
    yield from _count(block.get("elements"), f"{at}/elements", most=5)


def _file(block: Json, at: str) -> Found:
    yield from _string(block, "external_id", at, most=255, needed=True)


def _video(block: Json, at: str) -> Found:
    yield from _text(block, "title", at, most=200, plain=True)
    for key in ("video_url", "thumbnail_url", "alt_text"):
        yield from _string(block, key, at, most=3000, needed=True)


def _table(block: Json, at: str) -> Found:
    yield from _count(block.get("rows"), f"{at}/rows", most=100)
    for number, row in enumerate(block.get("rows") or []):
        yield from _count(row, f"{at}/rows/{number}", most=20)


def _anything(block: Json, at: str) -> Found:
    yield from ()


_BLOCKS: Mapping[str, Callable[[Json, str], Found]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "divider": _anything,
    "header": _header,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "file": _file,
    "video": _video,
    "table": _table,
    "context_actions": _context_actions,
    "call": _anything,
}

_RICH_GROUPS = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}

_RICH_PIECES = {
    "text": "text",
    "user": "user_id",
    "channel": "channel_id",
    "usergroup": "usergroup_id",
    "link": "url",
    "emoji": "name",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
    "team": "team_id",
}


# ---- elements --------------------------------------------------------------------------------------------------------


def _element(element: object, at: str, *, allowed: frozenset[str]) -> Found:
    if not isinstance(element, dict):
        yield Violation("missing element", at)
        return
    kind = _type(element)
    if kind not in allowed:
        yield Violation(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from _string(element, "action_id", at, most=255)
    yield from _text(element, "placeholder", at, most=150, plain=True, needed=False)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    yield from _ELEMENTS.get(kind, _anything)(element, at)


def _button(element: Json, at: str) -> Found:
    yield from _text(element, "text", at, most=75, plain=True)
    yield from _string(element, "value", at, most=2000, least=0)
    yield from _string(element, "url", at, most=3000)
    yield from _string(element, "accessibility_label", at, most=75)
    if "style" in element and element["style"] not in ("primary", "danger"):
        yield Violation("must be a valid enum value", f"{at}/style")


def _menu(element: Json, at: str) -> Found:
    if "option_groups" in element:
        yield from _count(element["option_groups"], f"{at}/option_groups", most=100)
        for number, group in enumerate(element["option_groups"]):
            here = f"{at}/option_groups/{number}"
            yield from _text(group, "label", here, most=75, plain=True)
            yield from _options(group, here, most=100)
    else:
        yield from _options(element, at, most=100)


def _few_options(element: Json, at: str) -> Found:
    yield from _options(element, at, most=10, plain=False)


def _overflow(element: Json, at: str) -> Found:
    yield from _options(element, at, most=5)


def _typed(element: Json, at: str) -> Found:
    yield from _string(element, "initial_value", at, most=3000, least=0)
    longest, shortest = element.get("max_length", 3000), element.get("min_length", 0)
    if not (0 < longest <= 3000 and 0 <= shortest <= longest):
        yield Violation("must be between 0 and 3000", f"{at}/max_length")


def _options(element: Json, at: str, *, most: int, plain: bool = True) -> Found:
    options = element.get("options")
    yield from _count(options, f"{at}/options", most=most)
    for number, option in enumerate(options or []):
        here = f"{at}/options/{number}"
        yield from _text(option, "text", here, most=75, plain=plain)
        yield from _string(option, "value", here, most=150, needed=True)
        yield from _text(option, "description", here, most=75, plain=plain, needed=False)
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    if any(option not in (options or []) for option in chosen):
        yield Violation("must match one of the options", f"{at}/initial_option")


def _confirm(confirm: Json, at: str) -> Found:
    yield from _text(confirm, "title", at, most=100, plain=True, needed=False)
    yield from _text(confirm, "text", at, most=300, needed=False)
    yield from _text(confirm, "confirm", at, most=30, plain=True, needed=False)
    yield from _text(confirm, "deny", at, most=30, plain=True, needed=False)


_ELEMENTS: Mapping[str, Callable[[Json, str], Found]] = {
    "button": _button,
    "image": _image,
    "static_select": _menu,
    "multi_static_select": _menu,
    "overflow": _overflow,
    "radio_buttons": _few_options,
    "checkboxes": _few_options,
    "plain_text_input": _typed,
}

_LISTS = frozenset(
    f"{many}{what}_select" for many in ("", "multi_") for what in ("static", "users", "conversations", "channels")
) | {"external_select", "multi_external_select"}
_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"})
_WRITTEN = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
_IN_ACTIONS = _LISTS | _PICKERS | {"button", "overflow", "workflow_button"}
_ACCESSORIES = _IN_ACTIONS | {"image"}
_IN_INPUT = _LISTS | _PICKERS | _WRITTEN | {"file_input"}


# ---- what all of them are made of ------------------------------------------------------------------------------------


def _type(thing: object) -> str:
    return str(thing.get("type")) if isinstance(thing, dict) else type(thing).__name__


def _string(holder: Mapping[str, Any], key: str, at: str, *, most: int, least: int = 1, needed: bool = False) -> Found:
    value = holder.get(key)
    if value is None:
        if needed:
            yield Violation(f"missing required field: {key}", at)
        return
    if not isinstance(value, str):
        yield Violation("must be a string", f"{at}/{key}")
    elif len(value) > most:
        yield Violation(f"must be less than {most + 1} characters", f"{at}/{key}")
    elif len(value) < least:
        yield Violation(f"must be more than {least - 1} characters", f"{at}/{key}")


def _text(
    holder: Mapping[Any, Any], key: str | int, at: str, *, most: int, plain: bool = False, needed: bool = True
) -> Found:
    text, here = holder.get(key), f"{at}/{key}"
    if text is None:
        if needed:
            yield Violation(f"missing required field: {key}", at)
        return
    if not isinstance(text, dict):
        yield Violation("must provide an object", here)
        return
    if text.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield Violation("must be a valid enum value", f"{here}/type")
    foreign = {"plain_text": "verbatim", "mrkdwn": "emoji"}.get(_type(text))
    if foreign in text:
        yield Violation(f"no additional property allowed: {foreign}", here)
    yield from _string(text, "text", here, most=most, needed=True)


def _count(things: object, at: str, *, most: int) -> Found:
    if not isinstance(things, list) or not things:
        yield Violation("must have at least 1 item", at)
    elif len(things) > most:
        yield Violation(f"no more than {most} items allowed", at)


def _action_ids(block: Json, at: str) -> Found:
    elements = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    ids = [each["action_id"] for each in elements if isinstance(each, dict) and each.get("action_id")]
    for action_id, times in Counter(ids).items():
        if times > 1:
            yield Violation(f"action_id {action_id!r} already exists for block", at)
