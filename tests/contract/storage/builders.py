"""What the storage tests speak about; each builder says only what its test is about."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from chatops.application.commands import RemindBeneficiary
from chatops.application.message_tree import Message
from chatops.application.ports.outbox import ClaimedMessage, Form, OwedMessage, Urgency
from chatops.application.ports.threads import Thread
from chatops.application.ports.timers import Timer
from chatops.domain.directory import Address, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.events import Event, NoteTaken, TicketOpened, VendorReplied
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.ticket import Change, Ticket, changed, opened
from chatops.domain.vocabulary import (
    Audience,
    Language,
    OrganisationId,
    PersonId,
    Platform,
    Role,
    RoomId,
    RoomPurpose,
    Scope,
    Severity,
    Status,
    TicketId,
)
from storage.engine import connect
from storage.unit_of_work import SqlStorage

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACME, GLOBEX = OrganisationId("acme"), OrganisationId("globex")
ANA, GUS, BEN, BEA = PersonId("ana"), PersonId("gus"), PersonId("ben"), PersonId("bea")
DESK = Scope.of_the_desk()


def at(platform: Platform, value: str) -> Address:
    return Address(platform=platform, value=value)


def matrix(value: str) -> Address:
    return at(Platform.MATRIX, value)


CAST = WhoIsWho(
    organisations=(
        Organisation(
            id=GLOBEX,
            name="Globex",
            language=Language.FR,
            time_zone="Europe/Paris",
            partner=ACME,
            subscriptions=(Subscription(plan="standard", since=date(2026, 1, 1), until=date(2026, 12, 31)),),
        ),
        Organisation(
            id=ACME,
            name="Acme",
            language=Language.EN,
            time_zone="Europe/London",
            subscriptions=(
                Subscription(plan="premium", since=date(2025, 1, 1), products=("portal", "forge")),
                Subscription(plan="standard", since=date(2024, 1, 1), until=date(2024, 12, 31)),
            ),
        ),
    ),
    people=(
        Person(
            id=GUS,
            name="Gus Garnier",
            role=Role.CONTACT,
            language=Language.FR,
            time_zone="Europe/Paris",
            organisations=(GLOBEX, ACME),
            identities=(matrix("@gus:globex.example"), at(Platform.CONSOLE, "gus")),
        ),
        Person(
            id=ANA,
            name="Ana Alvarez",
            role=Role.CONTACT,
            language=Language.EN,
            time_zone="Europe/London",
            organisations=(ACME,),
            identities=(matrix("@ana:acme.example"),),
        ),
        Person(
            id=BEN,
            name="Ben Barker",
            role=Role.AGENT,
            language=Language.EN,
            time_zone="Europe/Paris",
            level=1,
            quiet=quiet_hours("21:00 to 07:30"),
            identities=(matrix("@ben:desk.example"),),
        ),
        Person(id=BEA, name="Béatrice", role=Role.MANAGER, language=Language.FR, time_zone="Europe/Paris"),
    ),
    rooms=(
        Room(id=RoomId("#desk"), purpose=RoomPurpose.DESK, places=(matrix("!desk"), at(Platform.CONSOLE, "#desk"))),
        Room(id=RoomId("#acme"), purpose=RoomPurpose.CUSTOMER, organisation=ACME, places=(matrix("!acme"),)),
        Room(id=RoomId("#globex"), purpose=RoomPurpose.CUSTOMER, organisation=GLOBEX, language=Language.EN),
    ),
    products=("portal", "forge"),
)


@asynccontextmanager
async def stocked(database: str) -> AsyncIterator[SqlStorage]:
    """A storage on *database* that knows who is who."""
    storage = SqlStorage(connect(database))
    async with storage.begin() as uow:
        await uow.directory.replace(CAST, at=NOON)
        await uow.commit()
    try:
        yield storage
    finally:
        await storage.close()


async def end_all_others(postgresql_database: str) -> None:
    """Drop every connection to this PostgreSQL database, as a restart would."""
    engine = connect(postgresql_database)
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await engine.dispose()


# ---- tickets ---------------------------------------------------------------------------------------------------------


def an_opening(**said: Any) -> TicketOpened:
    usual: dict[str, Any] = {
        "at": NOON,
        "by": ANA,
        "role": Role.CONTACT,
        "status": Status.NEW,
        "clause": "§3.2.1",
        "edition": "2022-07",
        "organisation": ACME,
        "title": "Checkout is down",
        "description": "Checkout is down since noon.",
        "severity": Severity.S2,
        "requester": ANA,
    }
    return TicketOpened(**{**usual, **said})


def an_event(kind: type[Event] = VendorReplied, **said: Any) -> Event:
    usual: dict[str, Any] = {
        "at": NOON + MINUTE,
        "by": BEN,
        "role": Role.AGENT,
        "status": Status.OPEN,
        "clause": "§3.2.2",
        "edition": "2022-07",
    }
    if kind in (VendorReplied, NoteTaken):
        usual["text"] = "We look into it."
    return kind(**{**usual, **said})


async def a_ticket(storage: SqlStorage, *events: Event, **said: Any) -> Ticket:
    """Save a ticket that *events* follow, and return it."""
    async with storage.begin() as uow:
        birth = opened(await uow.tickets.reserve(), an_opening(**said))
        await uow.tickets.save(birth, correlation_id="c-birth")
        ticket = birth.ticket
        if events:
            change = changed(ticket, *events)
            await uow.tickets.save(change, correlation_id="c-later")
            ticket = change.ticket
        await uow.commit()
    return ticket


async def saved(storage: SqlStorage, change: Change) -> Ticket:
    async with storage.begin() as uow:
        await uow.tickets.save(change, correlation_id="c-saved")
        await uow.commit()
    return change.ticket


async def found(storage: SqlStorage, ticket_id: int, scope: Scope = DESK) -> Ticket | None:
    async with storage.begin() as uow:
        return await uow.tickets.find(TicketId(ticket_id), scope)


async def a_thread(storage: SqlStorage, ticket: Ticket, place: str = "!acme", root: str | None = None) -> Thread:
    thread = Thread(
        ticket_id=ticket.id,
        organisation=ticket.organisation,
        room=RoomId("#acme"),
        place=matrix(place),
        audience=Audience.PUBLIC,
        root=None if root is None else matrix(root),
    )
    async with storage.begin() as uow:
        thread = await uow.threads.add(thread)
        await uow.commit()
    return thread


# ---- the outbox ------------------------------------------------------------------------------------------------------


def a_message(headline: str = "Hello") -> Message:
    return Message(language=Language.EN, headline=headline)


def owed(headline: str = "Hello", **said: Any) -> OwedMessage:
    """A quiet answer in the room ``!acme``, unless *said* otherwise; with a thread, a message in it."""
    thread = said.get("thread")
    usual: dict[str, Any] = {
        "form": Form.ANSWER if thread is None else Form.THREAD,
        "message": a_message(headline),
        "place": matrix("!acme") if thread is None else thread.place,
        "urgency": Urgency.QUIET,
    }
    return OwedMessage(**{**usual, **said})


async def put(storage: SqlStorage, *messages: OwedMessage, when: datetime = NOON) -> None:
    async with storage.begin() as uow:
        await uow.outbox.put(messages, at=when, correlation_id="c-put")
        await uow.commit()


async def claim(
    storage: SqlStorage,
    *,
    now: datetime = NOON,
    lease: timedelta = MINUTE,
    limit: int = 100,
    platform: Platform = Platform.MATRIX,
    served: Sequence[Address] = (),
) -> tuple[ClaimedMessage, ...]:
    async with storage.begin() as uow:
        claimed = await uow.outbox.claim(platform, now=now, lease=lease, limit=limit, served=served)
        await uow.commit()
    return claimed


async def deliver(storage: SqlStorage, *claimed: ClaimedMessage, when: datetime = NOON) -> list[bool]:
    """Record each as delivered, under the name ``$<id>``."""
    kept = []
    for message in claimed:
        async with storage.begin() as uow:
            kept.append(await uow.outbox.delivered(message, matrix(f"${message.id}"), at=when))
            await uow.commit()
    return kept


async def drained(storage: SqlStorage, *, now: datetime = NOON) -> list[str]:
    """Deliver everything that is due at *now*; return the headlines in the order they went out."""
    heard: list[str] = []
    while claimed := await claim(storage, now=now):
        heard += headlines(claimed)
        await deliver(storage, *claimed, when=now)
    return heard


def headlines(claimed: Sequence[ClaimedMessage]) -> list[str]:
    return [each.message.headline for each in claimed]


# ---- timers ----------------------------------------------------------------------------------------------------------


def a_timer(name: str = "reminder", *, due: datetime = NOON, ticket: Ticket | None = None) -> Timer:
    ticket_id = None if ticket is None else ticket.id
    command = RemindBeneficiary(by=None, role=Role.DESK, at=due, ticket_id=ticket_id or TicketId(1))
    return Timer(name=name, due_at=due, command=command, ticket_id=ticket_id)


async def set_timer(storage: SqlStorage, timer: Timer) -> None:
    async with storage.begin() as uow:
        await uow.timers.set(timer, correlation_id="c-timer")
        await uow.commit()


def later(ticket: Ticket, **change: Any) -> Ticket:
    return replace(ticket, **change)
