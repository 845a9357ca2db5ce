"""What people ask without changing anything: show, list, history, why, help."""

from collections.abc import Collection
from dataclasses import replace

from chatops.application.clock_words import lines_of
from chatops.application.command_line import VERBS, verb_called
from chatops.application.commands import DropQuestion, ExplainTicket, Help, ListTickets, ShowHistory, ShowTicket
from chatops.application.deliveries import Answer
from chatops.application.handlers import administration
from chatops.application.handlers.desk import SPEECH, Desk
from chatops.application.labels import SEVERITY, STATUS
from chatops.application.messages.answers import answer
from chatops.application.messages.card import card
from chatops.application.messages.chronicle import chronicle
from chatops.application.ports.history import HistoryEntry
from chatops.application.ports.tickets import TicketFilter
from chatops.application.words import Voice
from chatops.domain.events import ABOUT_TIME, CommandRefused, Event, WordsCorrected, WordsTakenBack
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Action, Audience, Role, Status


async def show_ticket(command: ShowTicket, desk: Desk) -> Answer:
    ticket = await desk.ticket(command.ticket_id)
    await desk.look_at_clocks(ticket, command.at)
    return desk.told(card(desk.reading(ticket, desk.audience, desk.say)), ticket)


async def list_tickets(command: ListTickets, desk: Desk) -> Answer:
    """Gravest first; what this person may see, in this room."""
    staff = command.role is not Role.CONTACT
    wanted = TicketFilter(
        assignee=command.by if command.mine and staff else None,
        requester=command.by if command.mine and not staff else None,
        status=command.status,
        closed=command.closed,
    )
    tickets = await desk.uow.tickets.list(desk.scope, wanted)
    say = desk.say
    if not tickets:
        return desk.told(answer(say, say("No tickets here. `!list all` shows closed ones as well.")))
    await desk.look_at_clocks_of([ticket for ticket in tickets if ticket.status is not Status.CLOSED], command.at)
    headline = say.plural("{n} ticket:", "{n} tickets:", len(tickets))
    return desk.told(answer(say, headline, *(_line(ticket, desk) for ticket in tickets), listing=True))


def _line(ticket: Ticket, desk: Desk) -> str:
    say = desk.say
    reading = desk.brief(ticket, desk.audience)
    parts = [
        ticket.reference,
        str(ticket.severity),
        say(STATUS[ticket.status]),
        ticket.title,
        reading.name(ticket.assignee) if ticket.assignee else say("nobody yet"),
    ]
    if desk.audience is Audience.INTERNAL:
        parts.insert(1, reading.organisation)
    return " · ".join((*parts, *reading.due))


async def show_history(command: ShowHistory, desk: Desk) -> Answer:
    ticket = await desk.ticket(command.ticket_id)
    entries = await desk.uow.history.of(ticket.id, desk.scope)
    reading = desk.reading(ticket, desk.audience, desk.say)
    taken_back = {entry.event.of for entry in entries if isinstance(entry.event, WordsTakenBack)}
    lines = (
        f"{desk.instant(entry.event.at)} · {chronicle(_shown(entry, taken_back, desk.say), reading)} "
        f"({entry.event.clause})"
        for entry in entries
    )
    headline = desk.say("What happened to {ticket}:", ticket=ticket.reference)
    return desk.told(answer(desk.say, headline, *lines, listing=True), ticket)


def _shown(entry: HistoryEntry, taken_back: Collection[int], say: Voice) -> Event:
    """Return the event of a history row without words that were taken back since."""
    event = entry.event
    if isinstance(event, SPEECH) and entry.number in taken_back:
        return replace(event, text=say("(taken back)"))
    if isinstance(event, WordsCorrected) and event.of in taken_back:
        return replace(event, text=say("(taken back)"))
    return event


async def explain_ticket(command: ExplainTicket, desk: Desk) -> Answer:
    """Name the last decision that shaped the ticket, its clause and the policy edition it was taken under (I11)."""
    ticket = await desk.ticket(command.ticket_id)
    say, reading = desk.say, desk.reading(ticket, desk.audience, desk.say)
    shaping = [e for e in await desk.uow.history.of(ticket.id, desk.scope) if e.event.status is ticket.status]
    last = next((e for e in reversed(shaping) if not isinstance(e.event, (CommandRefused, *ABOUT_TIME))), shaping[-1])
    headline = say(
        "{ticket} is {status}, {severity}.",
        ticket=ticket.reference,
        status=say(STATUS[ticket.status]),
        severity=say(SEVERITY[ticket.severity]),
    )
    because = say(
        "{instant}: {happened} (support procedure {clause}, policy edition {edition}).",
        instant=desk.instant(last.event.at),
        happened=chronicle(last.event, reading),
        clause=last.event.clause,
        edition=last.event.edition,
    )
    clocks = await desk.timekeeper.clocks_of(ticket, command.at)
    internal = desk.audience is Audience.INTERNAL
    lines = lines_of(clocks, say, zone=desk.zone, internal=internal) if clocks else ()
    return desk.told(answer(say, headline, because, *lines), ticket)


async def drop_question(command: DropQuestion, desk: Desk) -> Answer:
    if await desk.forget_question():
        return desk.told(answer(desk.say, desk.say("Dropped; nothing was done.")))
    return desk.told(answer(desk.say, desk.say("I had asked you nothing here; nothing was done.")))


_ALWAYS = ("show", "list", "history", "why", "due", "help")


async def tell_help(command: Help, desk: Desk) -> Answer:
    """What *this* person can do *here, now*: asked of the policy, not of a list."""
    say = desk.say
    if command.topic is not None and (verb := verb_called(command.topic)) is not None:
        words = ", ".join(f"`!{word}`" for word in verb.words)
        return desk.told(
            answer(
                say,
                say(verb.usage),
                say("It {does}.", does=say(verb.does)),
                say("Also: {words}", words=words),
            )
        )
    ticket = await desk.ticket(command.ticket_id) if command.ticket_id is not None else None
    here = _possible(command, desk, ticket)
    usages = ((say(verb.usage), say(verb.does)) for verb in VERBS if verb.name in here)
    # In the ticket's own thread nobody has to name it.
    lines = tuple(f"`{usage.replace(' [T-12]', '') if ticket else usage}` — {does}" for usage, does in usages)
    if ticket is None:
        headline = say("What you can do here (in a ticket's thread, ask again for what fits that ticket):")
    else:
        headline = say(
            "What you can do with {ticket} now ({status}):",
            ticket=ticket.reference,
            status=say(STATUS[ticket.status]),
        )
    return desk.told(answer(say, headline, *lines, *_plain_words(ticket, here, desk), listing=True), ticket)


def _plain_words(ticket: Ticket | None, possible: Collection[str], desk: Desk) -> tuple[str, ...]:
    """Return what needs no command at all, the most useful thing in a ticket's thread."""
    if ticket is None or Action.SAY not in possible:
        return ()
    signs = desk.say("A reaction with the sign that a button shows presses the button.")
    if desk.audience is Audience.INTERNAL:
        return (desk.say("Plain words here stay in the desk; `!reply …` writes to the customer."), signs)
    return (desk.say("Or just write here: the desk reads every word of this thread."), signs)


def _possible(command: Help, desk: Desk, ticket: Ticket | None) -> frozenset[str]:
    if ticket is None:
        bound = desk.here.room is not None
        always = (str(Action.OPEN), *_ALWAYS) if bound else ("help",)
        return frozenset(always) | administration.verbs_for(command.role, bound=bound)
    possible = desk.possible(ticket, command.role, command.by)
    if command.role is Role.CONTACT:
        possible -= {Action.CLOSE}  # For them it is one more word for accepting.
    if Action.PROPOSE in possible:
        possible |= {Action.SEVERITY}  # One verb: staff set it, customers propose.
    return frozenset({*map(str, possible), *_ALWAYS})
