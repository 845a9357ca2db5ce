"""What staff are told of what needs them, in words; pure. A digest is one message, read on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chatops.application.clock_words import CALLED, DUE_SOON, OVERDUE
from chatops.application.labels import SEVERITY
from chatops.application.message_tree import Fact, Message
from chatops.application.messages.reading import Reading
from chatops.application.words import Voice
from chatops.domain.directory import Person
from chatops.domain.notices import Matter
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import ClockKind, PersonId

_MOST_LINES = 20
"""Of a digest; `!list` shows the others."""

_TITLE_LENGTH = 50


@dataclass(frozen=True, kw_only=True)
class Want:
    """
    What a ticket wants of somebody.

    Attributes:
        at: Of a clock: when it is, or was, due; else since when it lasts.
        zone: The reader's.
    """

    matter: Matter
    at: datetime
    clock: ClockKind | None = None
    zone: str = "Etc/UTC"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A ticket in somebody's digest, with all that it wants of them, earliest first."""

    ticket: Ticket
    wants: tuple[Want, ...]


def alarm(want: Want, reading: Reading, *, notify: tuple[PersonId, ...], whole: bool = False) -> Message:
    """
    Return what is told at once.

    Args:
        whole: It stands alone: the ticket is named with its title, and who has it.
    """
    say, ticket = reading.say, reading.ticket
    message = reading.message(_sentence(want, reading), notify=notify)
    if not whole:
        return message
    handler = reading.name(ticket.assignee) if ticket.assignee else say("nobody yet")
    return Message(
        language=say.language,
        headline=message.headline,
        facts=(
            Fact(label=say("Ticket"), value=ticket.title),
            Fact(label=say("Severity"), value=say(SEVERITY[ticket.severity])),
            Fact(label=say("Opened by"), value=reading.name(ticket.requester)),
            Fact(label=say("Handled by"), value=handler),
        ),
        paragraphs=(say("All about it: `!show {ticket}`", ticket=ticket.reference),),
        notify=notify,
    )


def _sentence(want: Want, reading: Reading) -> str:
    say, ticket = reading.say, reading.ticket.reference
    at = say.instant(want.at, want.zone)
    match want.matter:
        case Matter.DUE_SOON | Matter.OVERDUE:
            assert want.clock is not None, "what is due is due on a clock"
            told = DUE_SOON if want.matter is Matter.DUE_SOON else OVERDUE
            return say(told[want.clock], ticket=ticket, due=at)
        case Matter.UNTAKEN:
            return say("{ticket}: nobody has taken it since {instant}.", ticket=ticket, instant=at)
        case Matter.WITH_US:
            return say("{ticket}: the customer has heard nothing from us since {instant}.", ticket=ticket, instant=at)


def digest(entries: Sequence[Entry], say: Voice, *, addressed_to: Person | None) -> Message:
    """
    Return somebody's digest, gravest tickets first.

    Args:
        addressed_to: Who is meant, where others read it too; None in a conversation of their own.
    """
    ordered = sorted(entries, key=lambda entry: (entry.ticket.severity, entry.wants[0].at, entry.ticket.id))
    lines = [_line(entry, say) for entry in ordered[:_MOST_LINES]]
    if left_out := len(ordered) - len(lines):
        lines.append(say.plural("… and {n} more: `!list`", "… and {n} more: `!list`", left_out))
    return Message(
        language=say.language,
        headline=_headline(len(entries), say, addressed_to),
        paragraphs=tuple(lines),
        listing=True,
        notify=(addressed_to.id,) if addressed_to else (),
    )


def _headline(tickets: int, say: Voice, addressed_to: Person | None) -> str:
    wanted = say.plural("{n} ticket wants something from you", "{n} tickets want something from you", tickets)
    return say("{name}: {what}", name=addressed_to.name, what=wanted) if addressed_to else wanted


def _line(entry: Entry, say: Voice) -> str:
    ticket = entry.ticket
    return say(
        "{severity} · {title}: {what} · `!show {ticket}`",
        severity=ticket.severity,
        title=_title(ticket),
        what=", ".join(_phrase(want, say) for want in entry.wants),
        ticket=ticket.reference,
    )


def _title(ticket: Ticket) -> str:
    """Return the title short, and without the marks of what is to be typed."""
    title = ticket.title.replace("`", "'")
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1].rstrip() + "…"


def _phrase(want: Want, say: Voice) -> str:
    at = say.instant(want.at, want.zone)
    match want.matter:
        case Matter.DUE_SOON:
            return say("{clock} due by {instant}", clock=_clock(want, say), instant=at)
        case Matter.OVERDUE:
            return say("{clock} overdue since {instant}", clock=_clock(want, say), instant=at)
        case Matter.UNTAKEN:
            return say("nobody has taken it since {instant}", instant=at)
        case Matter.WITH_US:
            return say("the customer has heard nothing from us since {instant}", instant=at)


def _clock(want: Want, say: Voice) -> str:
    return say(CALLED[want.clock]) if want.clock is not None else ""
