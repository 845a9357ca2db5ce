"""A person's own page → App Home; pure."""

from collections.abc import Mapping

from adapters.slack import blocks as kit
from adapters.slack.actions import LINK, OPEN
from adapters.slack.addresses import is_id, is_ts, parts
from adapters.slack.blocks import Json
from chatops.application.home import Home, HomeRow, HomeSection
from chatops.application.visible import visible

CALLBACK = "desk:home"

MOST_BLOCKS = 100

_MOST_PARAGRAPHS = 10


def view_of(home: Home, workspaces: Mapping[str, str]) -> Json:
    """
    Return the view of *home*.

    Args:
        workspaces: Where each workspace is at home, such as ``https://exo.slack.com/``, by its id: links begin there.
    """
    blocks = [kit.header(home.greeting)]
    for paragraph in home.paragraphs[:_MOST_PARAGRAPHS]:
        blocks += _said(paragraph)
    if home.open_label:
        blocks.append({"type": "actions", "elements": [kit.button(home.open_label, OPEN, style="primary")]})
    for section in home.sections:
        blocks += _section(section, home.show_label, workspaces)
    return {"type": "home", "callback_id": CALLBACK, "blocks": blocks[:MOST_BLOCKS]}


def _section(section: HomeSection, show_label: str, workspaces: Mapping[str, str]) -> list[Json]:
    blocks: list[Json] = [{"type": "divider"}, kit.header(section.title)]
    blocks += [_row(row, show_label, workspaces) for row in section.rows]
    if section.empty:
        blocks.append(kit.context(section.empty))
    return blocks + (_said(section.more) if section.more else [])


def _row(row: HomeRow, show_label: str, workspaces: Mapping[str, str]) -> Json:
    block: Json = {"type": "section", "text": kit.titled(row.headline, row.detail, kit.SECTION)}
    url = _link(row, workspaces) if show_label else ""
    return block | ({"accessory": kit.button(show_label, LINK, url=url)} if url else {})


def _link(row: HomeRow, workspaces: Mapping[str, str]) -> str:
    """Return the address of a ticket's card, from which its thread opens; empty where there is none."""
    if row.place is None or row.root is None:
        return ""
    (team, channel), ts = parts(row.place), row.root.value
    base = workspaces.get(team, "")
    if not base or not is_id(channel) or not is_ts(ts):
        return ""
    return f"{base.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def _said(text: str) -> list[Json]:
    return kit.rich_text(kit.section(kit.said(kit.fitted(visible(text), kit.SECTION)[0])))
