"""
A person's own page: what waits for them, at a glance; pure.

A platform with such a page (Slack's App Home) draws it whenever it is opened; nothing is kept.
"""

from dataclasses import dataclass

from chatops.domain.directory import Address
from chatops.domain.vocabulary import Language, TicketId


@dataclass(frozen=True, kw_only=True)
class HomeRow:
    """
    One ticket.

    Attributes:
        headline: Reference and title.
        detail: Severity, status, whose, and whose turn it is, on one line.
        place, root: Its thread that this person reads on the platform of the page; None where there is none, or it has
            no card yet.
    """

    ticket_id: TicketId
    headline: str
    detail: str
    place: Address | None = None
    root: Address | None = None


@dataclass(frozen=True, kw_only=True)
class HomeSection:
    """
    Attributes:
        rows: The first ones; `more` says how many are left out.
        empty: What is said when there are none.
    """

    title: str
    rows: tuple[HomeRow, ...]
    empty: str = ""
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Home:
    """
    Attributes:
        open_label: Of the button that opens a ticket; empty for who may not.
        show_label: Of the link to a ticket's thread.
    """

    language: Language
    greeting: str
    paragraphs: tuple[str, ...] = ()
    sections: tuple[HomeSection, ...] = ()
    open_label: str = ""
    show_label: str = ""
