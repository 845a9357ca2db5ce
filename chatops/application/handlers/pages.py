"""A person's own page: what waits for them, at a glance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chatops.application.clock_words import is_over
from chatops.application.handlers.desk import Desk
from chatops.application.handlers.forms import may_open
from chatops.application.home import Home, HomeRow, HomeSection
from chatops.application.labels import BUTTON, SEVERITY, STATUS
from chatops.application.messages.reading import Reading
from chatops.application.ports.threads import Thread
from chatops.application.ports.tickets import TicketFilter
from chatops.application.words import N_
from chatops.domain.directory import Person
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Action, Audience, PersonId, Platform, Role, Severity, Side, Status, TicketId

_LOOKED_AT = 200
"""Open tickets that a page is made of; a desk with more of them has `list`."""

_SHOWN = 8
"""Tickets of a section: a page is read at a glance."""


async def home_page(person: Person, platform: Platform, desk: Desk, *, now: datetime) -> Home:
    say = desk.say
    tickets = await desk.uow.tickets.list(desk.scope, TicketFilter(limit=_LOOKED_AT))
    audience = Audience.PUBLIC if person.role is Role.CONTACT else Audience.INTERNAL
    # While the customer has the ball nothing of ours is due.
    await desk.look_at_clocks_of([each for each in tickets if each.ball is not Side.BENEFICIARY], now)
    readings = sorted((desk.brief(ticket, audience) for ticket in tickets), key=_by_when)
    sections = [
        await _section(wanted, readings, person.id, platform, desk) for wanted in _SECTIONS.get(person.role, ())
    ]
    return Home(
        language=say.language,
        greeting=say("Hello, {name}.", name=person.name),
        paragraphs=(_summary(person, tickets, desk),),
        sections=tuple(section for section in sections if section.rows or section.empty),
        open_label=say(BUTTON[Action.OPEN]) if may_open(person, desk) else "",
        show_label=say("Go to the thread"),
    )


def strangers_page(desk: Desk) -> Home:
    say = desk.say
    return Home(
        language=say.language,
        greeting=say("Hello."),
        paragraphs=(say("I do not know you yet. Ask an administrator to link you."),),
    )


def _summary(person: Person, tickets: Sequence[Ticket], desk: Desk) -> str:
    say = desk.say
    open_ones = say.plural("{n} open ticket", "{n} open tickets", len(tickets))
    if person.role is Role.CONTACT:
        return say("{open}.", open=open_ones)
    counted = [
        f"{say(SEVERITY[severity])}: {count}"
        for severity in Severity
        if (count := sum(ticket.severity is severity for ticket in tickets))
    ]
    return say("{open}.", open=open_ones) if not counted else f"{open_ones} · {' · '.join(counted)}"


def _by_when(reading: Reading) -> tuple[datetime, Severity, TicketId]:
    """Order by when something is due, then gravest first; what nothing is owed on comes last."""
    owed, ticket = reading.first_owed, reading.ticket
    return (owed.due_at if owed and owed.due_at else _AFTER_ALL), ticket.severity, ticket.id


_AFTER_ALL = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """
    A section that somebody has.

    Attributes:
        empty: What is said where nothing belongs there; without it the section is left out then.
    """

    title: str
    belongs: Callable[[Reading, PersonId], bool]
    empty: str = ""


def _with(side: Side) -> Callable[[Reading, PersonId], bool]:
    return lambda reading, _: reading.ticket.ball is side


def _is_late(reading: Reading) -> bool:
    return reading.first_owed is not None and is_over(reading.first_owed)


_UNTAKEN = _Wanted(
    title=N_("Nobody has taken these"),
    empty=N_("Everything is taken."),
    belongs=lambda reading, _: reading.ticket.assignee is None and reading.ticket.ball is not Side.BENEFICIARY,
)

_SECTIONS: dict[Role, tuple[_Wanted, ...]] = {
    Role.AGENT: (
        _Wanted(
            title=N_("Overdue"),
            belongs=lambda reading, me: _is_late(reading) and reading.ticket.assignee in (me, None),
        ),
        _Wanted(
            title=N_("Yours: the next move is ours"),
            empty=N_("Nothing waits for you."),
            belongs=lambda reading, me: reading.ticket.assignee == me and reading.ticket.ball is Side.VENDOR,
        ),
        _UNTAKEN,
        _Wanted(
            title=N_("Yours: waiting for the customer"),
            empty=N_("No customer keeps you waiting."),
            belongs=lambda reading, me: reading.ticket.assignee == me and reading.ticket.ball is Side.BENEFICIARY,
        ),
    ),
    Role.MANAGER: (
        _Wanted(title=N_("Overdue"), belongs=lambda reading, _: _is_late(reading)),
        _UNTAKEN,
        _Wanted(
            title=N_("Gravest: S1 and S2"),
            empty=N_("No blocker and nothing major is open."),
            belongs=lambda reading, _: reading.ticket.severity in (Severity.S1, Severity.S2),
        ),
        _Wanted(
            title=N_("The next move is ours"),
            empty=N_("Nothing waits for us."),
            belongs=lambda reading, _: reading.ticket.assignee is not None and reading.ticket.ball is Side.VENDOR,
        ),
        _Wanted(
            title=N_("Waiting for the customer"),
            empty=N_("No customer keeps us waiting."),
            belongs=_with(Side.BENEFICIARY),
        ),
    ),
    Role.CONTACT: (
        _Wanted(
            title=N_("Waiting for you"),
            empty=N_("Nothing waits for you."),
            belongs=_with(Side.BENEFICIARY),
        ),
        _Wanted(
            title=N_("With support"),
            empty=N_("No ticket is with support."),
            belongs=lambda reading, _: reading.ticket.ball is not Side.BENEFICIARY,
        ),
    ),
}


async def _section(
    wanted: _Wanted, readings: Sequence[Reading], me: PersonId, platform: Platform, desk: Desk
) -> HomeSection:
    say = desk.say
    found = [reading for reading in readings if wanted.belongs(reading, me)]
    rows = [await _row(reading, platform, desk) for reading in found[:_SHOWN]]
    left_out = len(found) - len(rows)
    return HomeSection(
        title=say(wanted.title),
        rows=tuple(rows),
        empty="" if rows else say(wanted.empty),
        more=say.plural("… and {n} more: `/ticket list`", "… and {n} more: `/ticket list`", left_out)
        if left_out
        else "",
    )


async def _row(reading: Reading, platform: Platform, desk: Desk) -> HomeRow:
    say, ticket = desk.say, reading.ticket
    thread = await _thread_to_read(ticket, platform, reading.audience, desk)
    detail = [say(SEVERITY[ticket.severity]), say(STATUS[ticket.status])]
    if reading.internal:
        detail.append(reading.organisation)
    detail.append(reading.name(ticket.assignee) if ticket.assignee else say("nobody yet"))
    if ticket.status is Status.SUSPENDED and ticket.ball is Side.VENDOR:
        detail.append(say("an answer has come"))
    detail += reading.due
    return HomeRow(
        ticket_id=ticket.id,
        headline=f"{ticket.reference} · {ticket.title}",
        detail=" · ".join(detail),
        place=thread.place if thread else None,
        root=thread.root if thread else None,
    )


async def _thread_to_read(ticket: Ticket, platform: Platform, audience: Audience, desk: Desk) -> Thread | None:
    threads = await desk.threads_of(ticket)
    return next(
        (
            thread
            for thread in threads
            if thread.place.platform is platform and thread.audience is audience and thread.root is not None
        ),
        None,
    )
