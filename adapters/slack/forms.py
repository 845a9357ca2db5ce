"""
Form → modal, and what was filled in → values; pure.

A modal's own note (`private_metadata`) says what it is about and who opened it. It comes back from the browser, so it
is believed in nothing: whoever submits must be the one who opened it, and is authorised anew (S11).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack import blocks as kit
from adapters.slack.addresses import address_from, is_ts, message_address
from adapters.slack.blocks import Json
from adapters.slack.fields import mapping, mappings, text, whole
from adapters.slack.files import attachment_of
from chatops.application.forms import Field, FieldKind, Form, Option
from chatops.application.visible import visible
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, TicketId

CALLBACK = "desk:form"
FIELD = "value"
"""The action id of every field; its block's id is its name."""

MOST_BLOCKS = 100

_TITLE = 24
_LABEL = 2_000
_LONGEST = 3_000
_NAME = 255
_VALUE = 150
_MOST_OPTIONS = 100
_MOST_FILES = 10
_MOST_PARAGRAPHS = 10
_SEEN_AT_ONCE = 5
"""Options that are shown beside each other, so that one touch chooses; of more of them a menu is made."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """
    What a modal is about.

    Attributes:
        room, thread: Where what is submitted will have been said.
        by: Who opened it.
    """

    action: Action
    ticket_id: TicketId | None
    room: Address
    thread: Address | None
    by: Address


@dataclass(frozen=True, kw_only=True)
class FilledIn:
    """By the names of the form's fields; untrusted."""

    values: Mapping[str, str]
    files: tuple[Attachment, ...]


def view_of(form: Form, opened: Opened) -> Json:
    """Return the modal of *form*."""
    blocks = [*_introduction(form.introduction), *_fields(form.fields)]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": _note(opened),
        "title": kit.plain(form.title, _TITLE),
        "submit": kit.plain(form.submit, _TITLE),
        "close": kit.plain(form.cancel, _TITLE),
        "blocks": blocks[:MOST_BLOCKS],
    }


def opened_by(view: Mapping[str, Any]) -> Opened | None:
    """Return what a modal of ours is about; None for anything else."""
    try:
        note = mapping(json.loads(text(view.get("private_metadata"))))
        action = Action(text(note.get("a")))
    except (ValueError, RecursionError):
        return None
    room, by, thread = (
        address_from(text(note.get("room"))),
        address_from(text(note.get("by"))),
        text(note.get("thread")),
    )
    if view.get("callback_id") != CALLBACK or room is None or by is None:
        return None
    ticket_id = whole(note.get("t"))
    return Opened(
        action=action,
        ticket_id=None if ticket_id is None else TicketId(ticket_id),
        room=room,
        thread=message_address(thread) if is_ts(thread) else None,
        by=by,
    )


def filled_in(view: Mapping[str, Any], team: str) -> FilledIn:
    """
    Return what a submitted modal says.

    Args:
        team: The workspace by whose installation it came.
    """
    values: dict[str, str] = {}
    files: list[Attachment] = []
    for name, elements in mapping(mapping(view.get("state")).get("values")).items():
        element = mapping(mapping(elements).get(FIELD))
        files += [attachment_of(file, team) for file in mappings(element.get("files"))]
        chosen = mapping(element.get("selected_option"))
        values[str(name)] = text(element.get("value")) or text(chosen.get("value"))
    return FilledIn(values=values, files=tuple(files))


def _note(opened: Opened) -> str:
    note: Json = {"a": str(opened.action), "t": opened.ticket_id, "room": opened.room.value, "by": opened.by.value}
    if opened.thread is not None:
        note["thread"] = opened.thread.value
    return json.dumps(note, separators=(",", ":"))


# ---- what is drawn ---------------------------------------------------------------------------------------------------


def _introduction(paragraphs: Sequence[str]) -> Iterator[Json]:
    for paragraph in paragraphs[:_MOST_PARAGRAPHS]:
        yield from kit.rich_text(kit.section(kit.said(kit.fitted(visible(paragraph), kit.SECTION)[0])))


def _fields(fields: Sequence[Field]) -> Iterator[Json]:
    """Yield each field once: what came back could not be told apart by its name."""
    seen: set[str] = set()
    for field in fields:
        element = _element(field, first=not seen)
        if element is not None and 0 < len(field.name) <= _NAME and field.name not in seen:
            seen.add(field.name)
            yield _input(field, element)


def _input(field: Field, element: Json) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": kit.plain(field.label, _LABEL),
        "element": element,
        "optional": not field.required,
    }
    return block | ({"hint": kit.plain(field.hint, _LABEL)} if field.hint.strip() else {})


def _element(field: Field, *, first: bool) -> Json | None:
    match field.kind:
        case FieldKind.LINE | FieldKind.TEXT:
            return _typed(field) | ({"focus_on_load": True} if first else {})
        case FieldKind.CHOICE | FieldKind.MENU:
            return _choice(field)
        case FieldKind.FILES:
            return {"type": "file_input", "action_id": FIELD, "max_files": _MOST_FILES}


def _typed(field: Field) -> Json:
    longest = max(1, min(field.longest, _LONGEST))
    value, missing = kit.fitted(visible(field.value), longest)
    if missing:
        value = kit.fitted(value, longest - 1)[0].rstrip() + "…"
    element: Json = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "multiline": field.kind is FieldKind.TEXT,
        "max_length": longest,
    }
    return element | ({"initial_value": value} if value else {})


def _choice(field: Field) -> Json | None:
    """Return radio buttons or a menu; None where there is nothing to choose that Slack can carry."""
    known = {option.value: option for option in field.options if 0 < kit.length(option.value) <= _VALUE}
    options = [_option(option) for option in known.values()][:_MOST_OPTIONS]
    if not options:
        return None
    seen = field.kind is FieldKind.CHOICE and len(options) <= _SEEN_AT_ONCE
    kind = "radio_buttons" if seen else "static_select"
    chosen = [option for option in options if option["value"] == field.value]
    element: Json = {"type": kind, "action_id": FIELD, "options": options}
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _option(option: Option) -> Json:
    return kit.option(option.label, option.value)
