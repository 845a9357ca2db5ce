"""
The `Directory` port: who is who.

It is read far more often than it changes, so a process keeps what it read together with the directory's revision, and
a unit of work asks for the revision once. Nothing is ever deleted: what is gone is marked ended.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Table, and_, delete, insert, select, update

from chatops.domain.directory import Address, ChatChange, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.errors import DirectoryInvalid, Mistake
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import OrganisationId, PersonId, RoomId, RoomPurpose
from storage.documents import canonical, part_from, part_text
from storage.tables import (
    contacts,
    directory_changes,
    directory_revisions,
    identities,
    organisations,
    people,
    places,
    products,
    rooms,
    strangers,
    subscriptions,
)
from storage.transaction import Transaction

T = TypeVar("T")

Values = Mapping[str, Any]

_REVISION = select(directory_revisions.c.revision)


@dataclass(frozen=True)
class Read:
    """The directory as it stood at a revision, with what is looked up in it."""

    revision: int
    who: WhoIsWho

    @cached_property
    def people(self) -> Mapping[PersonId, Person]:
        return {person.id: person for person in self.who.people}

    @cached_property
    def people_at(self) -> Mapping[Address, Person]:
        return {identity: person for person in self.who.people for identity in person.identities}

    @cached_property
    def organisations(self) -> Mapping[OrganisationId, Organisation]:
        return {organisation.id: organisation for organisation in self.who.organisations}

    @cached_property
    def rooms(self) -> Mapping[RoomId, Room]:
        return {room.id: room for room in self.who.rooms}

    @cached_property
    def rooms_at(self) -> Mapping[Address, Room]:
        return {place: room for room in self.who.rooms for place in room.places}


class LastRead:
    """What a process last read; shared by its units of work."""

    def __init__(self) -> None:
        self.read: Read | None = None


class SqlDirectory:
    def __init__(self, transaction: Transaction, last: LastRead) -> None:
        self._transaction = transaction
        self._last = last
        self._mine: Read | None = None

    async def person(self, person_id: PersonId) -> Person | None:
        """Return None for one who has left as well: they may do nothing any more."""
        return (await self._read()).people.get(person_id)

    async def person_at(self, address: Address) -> Person | None:
        return (await self._read()).people_at.get(address)

    async def people(self) -> tuple[Person, ...]:
        return (await self._read()).who.people

    async def organisation(self, organisation_id: OrganisationId) -> Organisation | None:
        return (await self._read()).organisations.get(organisation_id)

    async def room(self, room_id: RoomId) -> Room | None:
        return (await self._read()).rooms.get(room_id)

    async def room_at(self, address: Address) -> Room | None:
        return (await self._read()).rooms_at.get(address)

    async def rooms(self, purpose: RoomPurpose, organisation: OrganisationId | None = None) -> tuple[Room, ...]:
        return tuple(
            room
            for room in (await self._read()).who.rooms
            if room.purpose is purpose and (organisation is None or room.organisation == organisation)
        )

    async def everything(self) -> WhoIsWho:
        return (await self._read()).who

    async def replace(self, who: WhoIsWho, *, at: datetime) -> None:
        """
        Make the directory say *who*; what is gone is marked ended, never deleted.

        Raises:
            DirectoryInvalid: *who* contradicts itself; nothing was changed.
        """
        _refuse_contradictions(who)
        revision = await self._next_revision()
        await self._write(who, at)
        self._mine = Read(revision, await self._load())

    # ---- what is said in chat ----------------------------------------------------------------------------------------

    async def change(self, part: Person | Room, *, by: PersonId | None, at: datetime, correlation_id: str) -> None:
        read = await self._read()
        before = read.people.get(part.id) if isinstance(part, Person) else read.rooms.get(part.id)
        changed = _with(read.who, part)
        _refuse_contradictions(changed)
        revision = await self._next_revision()
        await self._write(changed, at)
        await self._transaction.run(
            insert(directory_changes).values(
                at=at,
                by=by,
                kind=type(part).__name__,
                before=None if before is None else part_text(before),
                after=part_text(part),
                correlation_id=correlation_id,
            )
        )
        self._mine = Read(revision, await self._load())

    async def chat_changes(self) -> tuple[ChatChange, ...]:
        unsettled = select(directory_changes).where(directory_changes.c.settled_at.is_(None))
        rows = await self._transaction.rows(unsettled.order_by(directory_changes.c.id))
        return tuple(_chat_change(row) for row in rows)

    async def settle(self, changes: Sequence[ChatChange], *, at: datetime) -> None:
        if changes:
            settled = directory_changes.c.id.in_([change.id for change in changes])
            await self._transaction.run(update(directory_changes).where(settled).values(settled_at=at))

    async def meet(self, stranger: Address, place: Address, *, at: datetime) -> bool:
        told = strangers.c.place == place.value
        if await self._transaction.row(select(strangers).where(_is(stranger), told)) is not None:
            return False
        await self._transaction.run(
            insert(strangers).values(**_address_values(stranger), place=place.value, told_at=at)
        )
        return True

    async def introduced(self, stranger: Address) -> tuple[Address, ...]:
        rows = await self._transaction.rows(
            select(strangers).where(_is(stranger)).order_by(strangers.c.told_at, strangers.c.place)
        )
        if rows:
            await self._transaction.run(delete(strangers).where(_is(stranger)))
        return tuple(Address(platform=row.platform, value=row.place) for row in rows)

    # ---- reading -----------------------------------------------------------------------------------------------------

    async def _read(self) -> Read:
        if self._mine is None:
            revision: int = await self._transaction.value(_REVISION)
            if self._last.read is None or self._last.read.revision != revision:
                # Held until the commit, so that all tables are read as of one revision.
                revision = await self._transaction.value(
                    select(directory_revisions.c.revision).with_for_update(read=True)
                )
                self._last.read = Read(revision, await self._load())
            self._mine = self._last.read
        return self._mine

    async def _load(self) -> WhoIsWho:
        subscribed = _by(await self._living(subscriptions), "organisation", _subscription)
        contact_of = _by(await self._living(contacts), "person", lambda row: OrganisationId(row.organisation))
        identity_of = _by(await self._living(identities), "person", _address)
        place_of = _by(await self._living(places), "room", _address)
        return WhoIsWho(
            organisations=tuple(_organisation(row, subscribed[row.id]) for row in await self._living(organisations)),
            people=tuple(_person(row, contact_of[row.id], identity_of[row.id]) for row in await self._living(people)),
            rooms=tuple(_room(row, place_of[row.id]) for row in await self._living(rooms)),
            products=tuple(row.name for row in await self._living(products)),
        )

    async def _living(self, table: Table) -> Sequence[Row[Any]]:
        return await self._transaction.rows(select(table).where(table.c.ended_at.is_(None)).order_by(table.c.position))

    # ---- writing -----------------------------------------------------------------------------------------------------

    async def _next_revision(self) -> int:
        """
        Count up before anything is written: whoever else reads or changes waits for this commit.

        Raises:
            ConflictError: What this unit of work has read is no longer what stands.
        """
        revision: int = await self._transaction.value(
            update(directory_revisions)
            .values(revision=directory_revisions.c.revision + 1)
            .returning(directory_revisions.c.revision)
        )
        if self._mine is not None and revision != self._mine.revision + 1:
            raise self._transaction.conflict("somebody else has changed the directory meanwhile; please try again")
        return revision

    async def _write(self, who: WhoIsWho, at: datetime) -> None:
        # Ends come before beginnings: an address may go from one person to another.
        for table, wanted in (
            (products, [{"name": name} for name in who.products]),
            (organisations, [_organisation_values(each) for each in who.organisations]),
            (people, [_person_values(each) for each in who.people]),
            (rooms, [_room_values(each) for each in who.rooms]),
        ):
            await self._bring(table, wanted, at)
        for table, wanted in (
            (subscriptions, [v for each in who.organisations for v in _subscription_values(each)]),
            (contacts, [v for each in who.people for v in _contact_values(each)]),
            (identities, [v for each in who.people for v in _identity_values(each)]),
            (places, [v for each in who.rooms for v in _place_values(each)]),
        ):
            await self._bring_parts(table, wanted, at)

    async def _bring(self, table: Table, wanted: Sequence[Values], at: datetime) -> None:
        """Make the rows of a table with names say *wanted*, in that order; who comes back is the same as before."""
        (key,) = table.primary_key.columns
        stand = {row[0]: row[1] for row in await self._keyed(table, key.name)}
        new, gone = [], dict(stand)
        for position, values in enumerate(wanted):
            row = {**values, "position": position, "ended_at": None}
            name = values[key.name]
            before = gone.pop(name, None)
            if before is None:
                new.append(row)
            elif before != row:
                await self._transaction.run(update(table).where(key == name).values(row))
        ended = [name for name, row in gone.items() if row["ended_at"] is None]
        await self._end(table, key.name, ended, at)
        if new:
            await self._transaction.run(insert(table), new)

    async def _keyed(self, table: Table, key: str) -> list[tuple[Any, dict[str, Any]]]:
        rows = await self._transaction.rows(select(table))
        return [(row._mapping[key], dict(row._mapping)) for row in rows]

    async def _bring_parts(self, table: Table, wanted: Sequence[Values], at: datetime) -> None:
        """Make the rows of a table of parts say *wanted*: one that says something else is another row."""
        stand: dict[str, Row[Any]] = {canonical(_said(dict(row._mapping))): row for row in await self._living(table)}
        new = []
        for values in wanted:
            before = stand.pop(canonical(_said(values)), None)
            if before is None:
                new.append({**values, "ended_at": None})
            elif before.position != values["position"]:
                await self._transaction.run(
                    update(table).where(table.c.id == before.id).values(position=values["position"])
                )
        await self._end(table, "id", [row.id for row in stand.values()], at)
        if new:
            await self._transaction.run(insert(table), new)

    async def _end(self, table: Table, key: str, names: Sequence[Any], at: datetime) -> None:
        if names:
            await self._transaction.run(update(table).where(table.c[key].in_(names)).values(ended_at=at))


def _with(who: WhoIsWho, part: Person | Room) -> WhoIsWho:
    """
    Return *who* with *part* in the place of its namesake; a new room comes last.

    Raises:
        DirectoryInvalid: It is a person who is not there: chat adds nobody.
    """
    if isinstance(part, Room):
        rooms_now = tuple(part if room.id == part.id else room for room in who.rooms)
        return replace(who, rooms=rooms_now if part in rooms_now else (*rooms_now, part))
    if part.id not in {person.id for person in who.people}:
        raise DirectoryInvalid((_mistake(f"person {part.id} is not there"),))
    return replace(who, people=tuple(part if person.id == part.id else person for person in who.people))


def _refuse_contradictions(who: WhoIsWho) -> None:
    if contradictions := tuple(_contradictions(who)):
        raise DirectoryInvalid(contradictions)


def _contradictions(who: WhoIsWho) -> Iterator[Mistake]:
    """Yield what no directory can hold, whatever file it came from."""
    names = [
        *who.products,
        *(f"organisation {each.id}" for each in who.organisations),
        *(f"person {each.id}" for each in who.people),
        *(f"room {each.id}" for each in who.rooms),
        *(f"person at {i.platform} {i.value}" for person in who.people for i in person.identities),
        *(f"room at {place.platform} {place.value}" for room in who.rooms for place in room.places),
    ]
    for name, times in Counter(names).items():
        if times > 1:
            yield _mistake(f"{name} stands there {times} times")
    known = {each.id for each in who.organisations} | {None}
    meant = [
        *((f"organisation {each.id}", each.partner) for each in who.organisations),
        *((f"person {each.id}", organisation) for each in who.people for organisation in each.organisations),
        *((f"room {each.id}", each.organisation) for each in who.rooms),
    ]
    for name, organisation in meant:
        if organisation not in known:
            yield _mistake(f"{name} is of {organisation}, which is not there")


def _mistake(text: str) -> Mistake:
    return Mistake(file="directory", line=0, text=text)


def _said(values: Values) -> dict[str, str | None]:
    """Return what a part says, without its number, its place and its end."""
    return {
        name: None if value is None else str(value)
        for name, value in values.items()
        if name not in ("id", "position", "ended_at")
    }


def _by(rows: Iterable[Row[Any]], owner: str, made: Callable[[Row[Any]], T]) -> Mapping[str, tuple[T, ...]]:
    """Return the parts of each owner, in their order."""
    parts: defaultdict[str, tuple[T, ...]] = defaultdict(tuple)
    for row in rows:
        parts[row._mapping[owner]] += (made(row),)
    return parts


def _organisation(row: Row[Any], subscribed: tuple[Subscription, ...]) -> Organisation:
    return Organisation(
        id=OrganisationId(row.id),
        name=row.name,
        language=row.language,
        time_zone=row.time_zone,
        partner=None if row.partner is None else OrganisationId(row.partner),
        subscriptions=subscribed,
    )


def _organisation_values(organisation: Organisation) -> Values:
    return {
        "id": organisation.id,
        "name": organisation.name,
        "language": organisation.language,
        "time_zone": organisation.time_zone,
        "partner": organisation.partner,
    }


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(plan=row.plan, since=row.since, until=row.until, products=tuple(json.loads(row.products)))


def _subscription_values(organisation: Organisation) -> list[Values]:
    return [
        {
            "organisation": organisation.id,
            "plan": each.plan,
            "since": each.since,
            "until": each.until,
            "products": canonical(each.products),
            "position": position,
        }
        for position, each in enumerate(organisation.subscriptions)
    ]


def _person(row: Row[Any], contact_of: tuple[OrganisationId, ...], known_as: tuple[Address, ...]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        role=row.role,
        language=row.language,
        time_zone=row.time_zone,
        level=row.level,
        quiet=None if row.quiet_hours is None else quiet_hours(row.quiet_hours),
        organisations=contact_of,
        identities=known_as,
    )


def _person_values(person: Person) -> Values:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "language": person.language,
        "time_zone": person.time_zone,
        "level": person.level,
        "quiet_hours": None if person.quiet is None else str(person.quiet),
    }


def _contact_values(person: Person) -> list[Values]:
    return [
        {"person": person.id, "organisation": organisation, "position": position}
        for position, organisation in enumerate(person.organisations)
    ]


def _identity_values(person: Person) -> list[Values]:
    return [
        {"person": person.id, **_address_values(address), "position": position}
        for position, address in enumerate(person.identities)
    ]


def _room(row: Row[Any], stands_at: tuple[Address, ...]) -> Room:
    return Room(
        id=RoomId(row.id),
        purpose=row.purpose,
        organisation=None if row.organisation is None else OrganisationId(row.organisation),
        language=row.language,
        places=stands_at,
    )


def _room_values(room: Room) -> Values:
    return {
        "id": room.id,
        "purpose": room.purpose,
        "organisation": room.organisation,
        "language": room.language,
    }


def _place_values(room: Room) -> list[Values]:
    return [
        {"room": room.id, **_address_values(address), "position": position}
        for position, address in enumerate(room.places)
    ]


def _address(row: Row[Any]) -> Address:
    return Address(platform=row.platform, value=row.address)


def _address_values(address: Address) -> Values:
    return {"platform": address.platform, "address": address.value}


def _is(address: Address) -> ColumnElement[bool]:
    return and_(strangers.c.platform == address.platform, strangers.c.address == address.value)


def _chat_change(row: Row[Any]) -> ChatChange:
    return ChatChange(
        id=row.id,
        at=row.at,
        by=None if row.by is None else PersonId(row.by),
        before=None if row.before is None else part_from(row.kind, row.before),
        after=part_from(row.kind, row.after),
    )
