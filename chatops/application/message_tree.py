"""
A message without a platform: what the adapters' `render` draws as Block Kit, Matrix HTML or terminal text.

Every text in it is plain and nothing is escaped here: the edge escapes all of it alike. One mark is ours: in a
headline or a paragraph, what stands between backticks is to be typed (`spans`). What people wrote stands in `Quote` and
in `Fact.value`, where even that is read as it stands.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, PersonId, TicketId

_TYPED = re.compile(r"`([^`\n]+)`")


def spans(text: str) -> tuple[tuple[str, bool], ...]:
    """Return a headline or paragraph in pieces, each with whether it is to be typed; a lone backtick stays."""
    pieces = _TYPED.split(text)
    return tuple((piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece)


def unmarked(text: str) -> str:
    """Return a headline or paragraph without its marks, for where nothing can be set apart."""
    return "".join(piece for piece, _ in spans(text))


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled value, such as ``Severity: S2 Major``."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Quote:
    """
    What a person wrote, as they wrote it.

    Attributes:
        author: Who they are to the reader, such as ``Ben (eXo Support)``; empty where the context says it.
    """

    author: str
    text: str
    files: tuple[Attachment, ...] = ()


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, kw_only=True)
class Button:
    """
    Something to press; where a platform has no buttons it is told as the command to type.

    Attributes:
        ticket_id: None for what is about no ticket yet.
        command: The words that do the same, such as ``!accept``.
        sign: The emoji that does the same as a reaction to the message; empty where none does.
        words: What goes with the press, where one tap says it all.
        in_menu: It belongs into a menu beside the others; where a platform has none, only those who ask for help hear
            of it.
    """

    action: Action
    ticket_id: TicketId | None
    label: str
    command: str
    style: Style = Style.PLAIN
    sign: str = ""
    words: str = ""
    in_menu: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """
    Attributes:
        headline: One line; it is also what a phone shows in its notification.
        notify: The people whom this gives the ball, or pages; everyone else is left in peace.
        listing: Paragraphs are lines of a list, drawn close together.
    """

    language: Language
    headline: str
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[str, ...] = ()
    quote: Quote | None = None
    buttons: tuple[Button, ...] = ()
    notify: tuple[PersonId, ...] = ()
    listing: bool = False
