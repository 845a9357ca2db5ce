"""
Form → modal, and what was filled in → values; pure.

A modal's own note (`private_metadata`) says what it is about and who opened it. It comes back from the browser, so it
is sealed: one that we did not write says nothing. Whoever submits must be the one who opened it, and is authorised anew
(S11).
"""

import hashlib
import hmac
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
        files_of: The message of the room whose files go with it; empty for none.
    """

    action: Action
    ticket_id: TicketId | None
    room: Address
    thread: Address | None
    by: Address
    files_of: str = ""


@dataclass(frozen=True, kw_only=True)
class FilledIn:
    """By the names of the form's fields; untrusted."""

    values: Mapping[str, str]
    files: tuple[Attachment, ...]


def view_of(form: Form, opened: Opened, *, key: str) -> Json:
    """
    Return the modal of *form*.

    Args:
        key: What its note is sealed with, and only we know.
    """
    blocks = [*_introduction(form.introduction), *_fields(form.fields)]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": _note(opened, key),
        "title": kit.plain(form.title, _TITLE),
        "submit": kit.plain(form.submit, _TITLE),
        "close": kit.plain(form.cancel, _TITLE),
        "blocks": blocks[:MOST_BLOCKS],
    }


def is_ours(view: Mapping[str, Any]) -> bool:
    return view.get("callback_id") == CALLBACK


def opened_by(view: Mapping[str, Any], *, key: str) -> Opened | None:
    """Return what a modal of ours is about; None for anything else, and for a note that somebody has changed."""
    note = _unsealed(text(view.get("private_metadata")), key) if is_ours(view) else {}
    room, by, thread, of = (text(note.get(name)) for name in ("room", "by", "thread", "m"))
    place, person, ticket_id = address_from(room), address_from(by), whole(note.get("t"))
    if place is None or person is None or note.get("a") not in set(Action):
        return None
    return Opened(
        action=Action(note["a"]),
        ticket_id=None if ticket_id is None else TicketId(ticket_id),
        room=place,
        thread=message_address(thread) if is_ts(thread) else None,
        by=person,
        files_of=of if is_ts(of) else "",
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


def _note(opened: Opened, key: str) -> str:
    note: Json = {"a": str(opened.action), "t": opened.ticket_id, "room": opened.room.value, "by": opened.by.value}
    if opened.thread is not None:
        note["thread"] = opened.thread.value
    if opened.files_of:
        note["m"] = opened.files_of
    return _written({**note, "s": _seal(note, key)})


def _unsealed(written: str, key: str) -> Mapping[str, Any]:
    """Return a note as we wrote it; an empty one for any other."""
    try:
        note = dict(mapping(json.loads(written)))
        sealed = hmac.compare_digest(text(note.pop("s", "")).encode(), _seal(note, key).encode())
    except (ValueError, RecursionError):
        return {}
    return note if sealed else {}


def _seal(note: Mapping[str, Any], key: str) -> str:
    said = f"form:{_written(note)}".encode("utf-8", "replace")
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()[:32]


def _written(note: Mapping[str, Any]) -> str:
    return json.dumps(note, separators=(",", ":"), sort_keys=True)


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
