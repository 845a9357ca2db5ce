"""
A reminder that could not be delivered does not count: it goes to the next contact, or else the agent hears of it.

What became of a message is the courier's to find out; whether that was a reminder, and whom it was to call, is asked
here (§3.2.3c, §3.2.5c).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chatops.application.commands import ReportShutOut, ReportUndelivered
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk, call_key
from chatops.application.ports.outbox import Fate
from chatops.domain.directory import Address, Person, Room
from chatops.domain.errors import TicketNotFound
from chatops.domain.events import BeneficiaryReminded, BeneficiaryWrote, Event, ReminderUndelivered
from chatops.domain.ticket import Ticket, changed
from chatops.domain.vocabulary import PersonId, Platform, Role, RoomPurpose


async def report_undelivered(command: ReportUndelivered, desk: Desk) -> Answer:
    """Take the reminder back that a message was to tell of, unless it reached them elsewhere."""
    await _take_back(await desk.ticket(command.ticket_id), command.entry, desk, command.at)
    return Answer(ticket_id=command.ticket_id)


async def report_shut_out(command: ReportShutOut, desk: Desk) -> Answer:
    """Do the same for all that waits in the room; what counts no more is not sent late either."""
    for ticket_id, entry in await desk.uow.outbox.waiting_calls(command.place):
        try:
            ticket = await desk.ticket(ticket_id)
        except TicketNotFound:
            continue
        await _take_back(ticket, entry, desk, command.at)
    return Answer()


async def _take_back(ticket: Ticket, entry: int, desk: Desk, now: datetime) -> None:
    history = await desk.timekeeper.history_of(ticket)
    reminder = history[entry - 1] if entry <= len(history) else None
    if not isinstance(reminder, BeneficiaryReminded) or not _stands(reminder, history[entry:], ticket):
        return
    whom, fates = reminder.contact or ticket.requester, await desk.uow.outbox.fates(ticket.id, entry)
    if _reached(desk.cast.person(whom), fates):
        return
    tried = {whom, *_tried(history)}
    chance = await _next_chance(ticket, tried, fates, desk)
    undelivered = ReminderUndelivered(
        at=now,
        by=None,
        role=Role.DESK,
        status=ticket.status,
        clause=reminder.clause,
        edition=reminder.edition,
        of=entry,
        count=reminder.count,
        contact=whom,
        passed_to=chance.person.id if chance else None,
    )
    events: list[Event] = [undelivered]
    if chance is not None:
        events.append(replace(reminder, at=now, by=None, role=Role.DESK, contact=chance.person.id))
        if chance.room is not None:
            await desk.open_threads(ticket, [chance.room], files=())
    for fate in fates:
        await desk.uow.outbox.cancel(call_key(ticket.id, entry, fate.place))
    await desk.keep(changed(ticket, *events))


def _stands(reminder: BeneficiaryReminded, later: Sequence[Event], ticket: Ticket) -> bool:
    """Whether it is still the last reminder of a waiting that lasts."""
    ended = (BeneficiaryReminded, ReminderUndelivered, BeneficiaryWrote)
    return (
        ticket.status is reminder.status
        and ticket.reminders == reminder.count
        and not any(isinstance(event, ended) for event in later)
    )


def _reached(person: Person | None, fates: Sequence[Fate]) -> bool:
    """Whether the reminder stands, or will, where the person it calls is."""
    platforms = _platforms(person)
    return any(fate.arrives and (not platforms or fate.place.platform in platforms) for fate in fates)


def _platforms(person: Person | None) -> frozenset[Platform]:
    return frozenset(identity.platform for identity in person.identities) if person else frozenset()


def _tried(history: Sequence[Event]) -> Iterator[PersonId]:
    """Yield who was called in vain for this reminder: since one last went to the requester."""
    for event in reversed(history):
        if isinstance(event, ReminderUndelivered):
            yield event.contact
        elif isinstance(event, BeneficiaryReminded) and event.contact is None:
            return


# ---- who is next -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Chance:
    """
    Somebody else of the organisation, where they can be called.

    Attributes:
        room: A room of theirs in which the ticket has no thread yet; None where it has one.
    """

    person: Person
    room: Room | None


async def _next_chance(ticket: Ticket, tried: set[PersonId], fates: Sequence[Fate], desk: Desk) -> _Chance | None:
    lost = {fate.place for fate in fates if not fate.arrives}
    followed = {thread.place for thread in await desk.threads_of(ticket)}
    places = await _open_places(ticket, lost, desk)
    for person in desk.cast.people.values():
        if person.role is not Role.CONTACT or ticket.organisation not in person.organisations or person.id in tried:
            continue
        there = [(room, place) for room, place in places if place.platform in _platforms(person)]
        there.sort(key=lambda each: each[1] not in followed)
        if there:
            room, place = there[0]
            return _Chance(person=person, room=None if place in followed else replace(room, places=(place,)))
    return None


async def _open_places(ticket: Ticket, lost: set[Address], desk: Desk) -> list[tuple[Room, Address]]:
    """Return the organisation's rooms that let us write, but for those where this reminder was lost."""
    rooms = await desk.uow.directory.rooms(RoomPurpose.CUSTOMER, ticket.organisation)
    return [
        (room, place)
        for room in rooms
        for place in room.places
        if place.platform in desk.platforms and place not in lost and await desk.uow.outbox.is_open(place)
    ]
