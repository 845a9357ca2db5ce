"""The terminal's own commands: ``/as ben``, ``/go T-1``; typed words → what is meant; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from chatops.application.words import N_
from chatops.domain.errors import UserError
from chatops.domain.vocabulary import PersonId, RoomId, TicketId


class Slash(StrEnum):
    """Each with its English word; `_CALLED` has the French ones."""

    AS = "as"
    GO = "go"
    READ = "read"
    PRESS = "press"
    ROOMS = "rooms"
    PEOPLE = "people"
    WHO = "who"
    HELP = "help"
    QUIT = "quit"


USAGE: Mapping[Slash, tuple[str, str]] = {
    Slash.AS: (N_("/as ben"), N_("be somebody else")),
    Slash.GO: (N_("/go T-1"), N_("go to a ticket's thread or to a #room; staff: /go T-1 customer")),
    Slash.READ: (N_("/read"), N_("show again what stands here")),
    Slash.PRESS: (N_("/press Accept"), N_("press a button that you see here")),
    Slash.ROOMS: (N_("/rooms"), N_("the rooms you are in, and their tickets")),
    Slash.PEOPLE: (N_("/people"), N_("everybody you can be")),
    Slash.WHO: (N_("/who"), N_("who you are, and who is here")),
    Slash.HELP: (N_("/help"), N_("this list; !help is the desk's own")),
    Slash.QUIT: (N_("/quit"), N_("leave the terminal")),
}
"""How each is typed, and what it does."""

_CALLED: Mapping[str, Slash] = {
    **{slash.value: slash for slash in Slash},
    "comme": Slash.AS, "aller": Slash.GO, "lire": Slash.READ, "appuyer": Slash.PRESS, "salons": Slash.ROOMS,
    "gens": Slash.PEOPLE, "personnes": Slash.PEOPLE, "qui": Slash.WHO, "aide": Slash.HELP, "quitter": Slash.QUIT,
    "exit": Slash.QUIT, "?": Slash.HELP,
}  # fmt: skip

NAMES: tuple[str, ...] = tuple(f"/{name}" for name in _CALLED if name.isalpha())
"""Everything that completion may offer."""


@dataclass(frozen=True, kw_only=True)
class ToTicket:
    ticket_id: TicketId
    with_customer: bool = False


Destination = RoomId | ToTicket


def is_slash(line: str) -> bool:
    """Whether a line is meant for the terminal: a slash and a letter, so that ``/var/log is full`` is speech."""
    return re.match(r"/(?:[^\W\d_]+|\?)(?:\s|$)", line) is not None


def slash_of(line: str) -> tuple[Slash, str]:
    """
    Return which command it is, and its argument.

    Raises:
        UserError: The terminal has no such command.
    """
    word, _, argument = line[1:].partition(" ")
    slash = _CALLED.get(word.casefold())
    if slash is None:
        near = get_close_matches(word.casefold(), _CALLED, n=1)
        if near:
            raise UserError(N_("The terminal knows no /{word}. Did you mean /{near}?"), word=word, near=near[0])
        raise UserError(N_("The terminal knows no /{word}. /help shows what it knows."), word=word)
    return slash, argument.strip()


def person_named(argument: str) -> PersonId:
    return PersonId(argument.strip("@: ").casefold())


def destination(argument: str) -> Destination | None:
    """Return where ``/go`` leads; None for the top of the present room."""
    if argument in ("", "..", "-"):
        return None
    ticket = re.match(r"t-?([1-9]\d{0,17})\b\s*(.*)$", argument, re.IGNORECASE | re.ASCII)
    if ticket:
        return ToTicket(ticket_id=TicketId(int(ticket[1])), with_customer=bool(ticket[2]))
    return RoomId(f"#{argument.lstrip('#').casefold()}")
