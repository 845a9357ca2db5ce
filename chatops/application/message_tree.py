"""
A message without a platform: what the adapters' `render` draws as Block Kit, Matrix HTML or terminal text.

Every text in it is plain: nothing is escaped here, and nothing of it is markup. The words of people stand in
`Quote` and in `Fact.value`; the edge escapes all of them alike.
"""

from dataclasses import dataclass
from enum import StrEnum

from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, PersonId, TicketId


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
        command: The words that do the same, such as ``!accept``.
    """

    action: Action
    ticket_id: TicketId
    label: str
    command: str
    style: Style = Style.PLAIN


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
