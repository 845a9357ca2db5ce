"""Staff hear of what needs them: at once in the ticket's desk thread, or in one digest for each person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chatops.application.cast import Cast
from chatops.application.commands import LookAfter, SendDigest
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.identities import TAKE_LETTERS
from chatops.application.message_tree import Message
from chatops.application.messages.reading import Reading
from chatops.application.notice_words import Entry, Want, alarm, digest
from chatops.application.ports.notices import Notice
from chatops.application.ports.outbox import Form, OwedMessage, Urgency
from chatops.application.ports.timers import Timer
from chatops.application.words import Voice
from chatops.domain.directory import Address, Person
from chatops.domain.notices import BELATED, LASTING, Manner, Matter, NoticeRule, Recipient, lasts_since
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Audience, ClockKind, PersonId, Role, RoomPurpose, Scope, TicketId


@dataclass(frozen=True, kw_only=True)
class Concern:
    """
    Something that staff have to know of a ticket.

    Attributes:
        about: When it came about: an instant of the clock, or an occasion of what lasts.
        due_at: Of a clock: when what is owed is, or was, due; else since when it lasts.
        entry: The number of the history row that it stands in; None for what stands in none.
    """

    matter: Matter
    about: datetime
    due_at: datetime
    clock: ClockKind | None = None
    entry: int | None = None


# ---- telling ---------------------------------------------------------------------------------------------------------


async def make_known(concern: Concern, ticket: Ticket, desk: Desk, now: datetime) -> None:
    """
    Tell everybody whom the policy names, each at their own time, and nobody twice.

    Who is told at once is called in the ticket's desk thread or in the managers' rooms; everybody else finds it in
    their digest. What was slept through calls nobody there: it is told in one message to each person (A29).
    """
    rule = desk.policies.notice_rule(concern.matter, ticket.severity)
    if rule is None:
        return
    called: dict[Recipient, list[PersonId]] = {recipient: [] for recipient in rule.to}
    belated, is_news = now - concern.about > BELATED, False
    for recipient, person in _recipients(rule, ticket, desk.cast):
        tell_at = rule.tell_at(concern.about, now, person.time_zone, person.quiet)
        if tell_at is None:
            return
        at_once = rule.manner is Manner.AT_ONCE and tell_at <= now and not belated
        notice = Notice(
            person=person.id,
            ticket_id=ticket.id,
            matter=concern.matter,
            clock=concern.clock,
            about=concern.about,
        )
        if not await desk.uow.notices.add(notice, told_at=now if at_once else None):
            continue
        is_news = True
        if at_once:
            called[recipient].append(person.id)
        else:
            await _remember_digest(person.id, tell_at, desk)
    if rule.manner is Manner.AT_ONCE and is_news:
        await _call(concern, ticket, called, desk, belated=belated)


def _recipients(rule: NoticeRule, ticket: Ticket, cast: Cast) -> Iterable[tuple[Recipient, Person]]:
    for recipient in rule.to:
        yield from ((recipient, person) for person in _people(recipient, ticket, cast))


def _people(recipient: Recipient, ticket: Ticket, cast: Cast) -> Sequence[Person]:
    """Where nobody is to take what nobody has, the managers are told (A24: never silence)."""
    if recipient is Recipient.MANAGERS:
        return cast.managers
    assignee = cast.person(ticket.assignee)
    if assignee is not None:
        return [assignee]
    return [cast.people[each] for each in cast.first_line] or cast.managers


async def _remember_digest(person: PersonId, due_at: datetime, desk: Desk, *, after_all: bool = False) -> None:
    command = SendDigest(by=None, role=Role.DESK, at=due_at, person=person, after_all=after_all)
    timer = Timer(name=f"digest:{person}", due_at=due_at, command=command)
    await desk.uow.timers.hasten(timer, correlation_id=desk.correlation_id)


async def _call(
    concern: Concern, ticket: Ticket, called: Mapping[Recipient, Sequence[PersonId]], desk: Desk, *, belated: bool
) -> None:
    def drawn(reading: Reading, people: Sequence[PersonId]) -> Want:
        return Want(matter=concern.matter, clock=concern.clock, at=concern.due_at, zone=_zone(people, reading))

    if Recipient.HANDLER in called:
        mine = tuple(called[Recipient.HANDLER])
        await desk.tell_staff(
            ticket, lambda reading: alarm(drawn(reading, mine), reading, notify=mine), number=concern.entry
        )
    if Recipient.MANAGERS not in called or belated:
        return
    theirs = tuple(called[Recipient.MANAGERS])

    def whole(say: Voice) -> Message:
        reading = desk.reading(ticket, Audience.INTERNAL, say)
        return alarm(drawn(reading, theirs), reading, notify=theirs, whole=True)

    await desk.announce_to_managers(whole)


def _zone(people: Sequence[PersonId], reading: Reading) -> str:
    person = reading.cast.person(people[0]) if people else None
    return person.time_zone if person else reading.zone


# ---- what lasts ------------------------------------------------------------------------------------------------------


async def look_after(command: LookAfter, desk: Desk) -> Answer:
    """Tell that the ticket waits for us, or for somebody to take it, and look again when that is to be told again."""
    ticket, keeper = await desk.ticket(command.ticket_id), desk.timekeeper
    history, following = await keeper.history_of(ticket), []
    for matter in LASTING:
        due, since = keeper.lasting(ticket, history, matter, command.at), lasts_since(matter, history)
        if due is None or since is None:
            continue
        if due.last is not None:
            concern = Concern(matter=matter, about=due.last, due_at=since)
            await make_known(concern, ticket, desk, command.at)
        following.append(due.next)
    await keeper.look_at(ticket, min((at for at in following if at is not None), default=None))
    return Answer(ticket_id=ticket.id)


# ---- the digest ------------------------------------------------------------------------------------------------------


async def send_digest(command: SendDigest, desk: Desk) -> Answer:
    """
    Tell one of the staff, in one message, all that waited for their digest and still wants something of them.

    It waits until all else that is due by now has happened, so that what was slept through makes one message (A29).
    """
    person, now = desk.cast.person(command.person), command.at
    waiting = await desk.uow.notices.waiting_for(command.person)
    if person is None:
        await desk.uow.notices.told(command.person, {notice.ticket_id for notice in waiting}, at=now)
        return Answer()
    told_at = {notice: await _tell_at(notice, person, desk, now) for notice in waiting}
    ready = [notice for notice, at in told_at.items() if at <= now]
    if ready and not command.after_all:
        await _remember_digest(person.id, now, desk, after_all=True)
        return Answer()
    # A ticket that stands in a digest says all that it wants.
    tickets = {notice.ticket_id for notice in ready}
    await _write(person, [notice for notice in waiting if notice.ticket_id in tickets], desk, now)
    await desk.uow.notices.told(person.id, tickets, at=now)
    later = [at for notice, at in told_at.items() if notice.ticket_id not in tickets]
    if later:
        await _remember_digest(person.id, min(later), desk)
    return Answer()


async def _tell_at(notice: Notice, person: Person, desk: Desk, now: datetime) -> datetime:
    """Return when somebody is to be told, as things stand now; at once of what came to an end: that is dropped then."""
    ticket = await desk.uow.tickets.find(notice.ticket_id, Scope.of_the_desk())
    rule = desk.policies.notice_rule(notice.matter, ticket.severity) if ticket else None
    tell_at = rule.tell_at(notice.about, now, person.time_zone, person.quiet) if rule else None
    return tell_at or now


async def _write(person: Person, notices: Sequence[Notice], desk: Desk, now: datetime) -> None:
    entries = [entry for each in _by_ticket(notices) if (entry := await _entry(each, person, desk, now))]
    place = await _where_to_write(person, desk) if entries else None
    if place is not None:
        addressed_to = None if place in person.identities else person
        message = digest(entries, desk.words[person.language], addressed_to=addressed_to)
        desk.owe(OwedMessage(form=Form.ANSWER, message=message, place=place, urgency=Urgency.NOTIFY))


def _by_ticket(notices: Sequence[Notice]) -> list[list[Notice]]:
    found: dict[TicketId, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.ticket_id, []).append(notice)
    return list(found.values())


async def _entry(notices: Sequence[Notice], person: Person, desk: Desk, now: datetime) -> Entry | None:
    """Return what of *notices*, all of one ticket, is still true and still theirs; None where nothing is."""
    ticket = await desk.uow.tickets.find(notices[0].ticket_id, Scope.of_the_desk())
    if ticket is None:
        return None
    wants = [
        replace(want, zone=person.time_zone)
        for notice in notices
        if _concerns(person, notice.matter, ticket, desk) and (want := await _want(notice, ticket, desk, now))
    ]
    if any(want.clock is not None for want in wants):
        # What we owe by a clock says better that they wait for us.
        wants = [want for want in wants if want.matter is not Matter.WITH_US]
    unique = tuple(sorted(dict.fromkeys(wants), key=lambda want: want.at))
    return Entry(ticket=ticket, wants=unique) if unique else None


def _concerns(person: Person, matter: Matter, ticket: Ticket, desk: Desk) -> bool:
    rule = desk.policies.notice_rule(matter, ticket.severity)
    return rule is not None and any(each.id == person.id for _, each in _recipients(rule, ticket, desk.cast))


async def _want(notice: Notice, ticket: Ticket, desk: Desk, now: datetime) -> Want | None:
    """Return what *notice* says as things stand now; None where it came to an end."""
    if notice.clock is None:
        since = lasts_since(notice.matter, await desk.timekeeper.history_of(ticket))
        return None if since is None or since > notice.about else Want(matter=notice.matter, at=since)
    clocks = await desk.timekeeper.clocks_of(ticket, now)
    if clocks is None:
        return None
    reading = next(each for each in clocks.readings if each.clock is notice.clock)
    due_at = reading.due_at
    if not reading.is_owed or due_at is None or notice.about not in (*reading.warn_at, due_at):
        return None
    return Want(matter=Matter.OVERDUE if due_at <= now else Matter.DUE_SOON, clock=notice.clock, at=due_at)


# ---- where a digest goes ---------------------------------------------------------------------------------------------


async def _where_to_write(person: Person, desk: Desk) -> Address | None:
    """Return the person's own address where a letter reaches it, else the room of their peers; None for nowhere."""
    for identity in person.identities:
        if identity.platform in TAKE_LETTERS & desk.platforms:
            return identity
    purposes = [RoomPurpose.DESK, RoomPurpose.MANAGERS]
    if person.role is not Role.AGENT:
        purposes.reverse()
    mine = {identity.platform for identity in person.identities}
    for purpose in purposes:
        rooms = await desk.uow.directory.rooms(purpose)
        places = [place for room in rooms for place in room.places if place.platform in desk.platforms]
        if places:
            return next((place for place in places if place.platform in mine), places[0])
    return None
