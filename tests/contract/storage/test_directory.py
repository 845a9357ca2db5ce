"""The `Directory` port: who is who now; what has ended stays in the tables and is told to nobody."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text

from chatops.domain.directory import Address, ChatChange, Organisation, Person, Room, Subscription, WhoIsWho
from chatops.domain.errors import ConflictError, DirectoryInvalid
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Platform, Role, RoomId, RoomPurpose
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    ACME,
    ANA,
    BEA,
    BEN,
    CAST,
    GLOBEX,
    GUS,
    MINUTE,
    NOON,
    a_ticket,
    at,
    found,
    matrix,
    stocked,
)
from tests.databases import counted


async def replaced(storage: SqlStorage, who: WhoIsWho) -> None:
    async with storage.begin() as uow:
        await uow.directory.replace(who, at=NOON + MINUTE)
        await uow.commit()


async def everything(storage: SqlStorage) -> WhoIsWho:
    async with storage.begin() as uow:
        return await uow.directory.everything()


async def person_at(storage: SqlStorage, address: str) -> Person | None:
    async with storage.begin() as uow:
        return await uow.directory.person_at(matrix(address))


def without(who: WhoIsWho, *people: PersonId) -> WhoIsWho:
    return replace(who, people=tuple(person for person in who.people if person.id not in people))


def with_person(who: WhoIsWho, changed: Person) -> WhoIsWho:
    return replace(who, people=tuple(changed if person.id == changed.id else person for person in who.people))


async def test_an_empty_directory_knows_nobody(storage: SqlStorage) -> None:
    assert await everything(storage) == WhoIsWho()
    assert await person_at(storage, "@ana:acme.example") is None


async def test_the_directory_comes_back_as_it_was_written_and_in_its_order(desk: SqlStorage) -> None:
    assert await everything(desk) == CAST


async def test_lookups(desk: SqlStorage) -> None:
    gus, ana, ben, _ = CAST.people
    desk_room, acme, globex = CAST.rooms
    async with desk.begin() as uow:
        directory = uow.directory
        assert await directory.person(ANA) == ana
        assert await directory.person(PersonId("nobody")) is None
        assert await directory.person_at(matrix("@gus:globex.example")) == gus
        assert await directory.person_at(at(Platform.CONSOLE, "gus")) == gus
        assert await directory.people() == CAST.people
        assert await directory.organisation(GLOBEX) == CAST.organisations[0]
        assert await directory.organisation(OrganisationId("hooli")) is None
        assert await directory.room(RoomId("#acme")) == acme
        assert await directory.room(RoomId("#nowhere")) is None
        assert await directory.room_at(matrix("!desk")) == desk_room
        assert await directory.room_at(matrix("!nowhere")) is None
        assert await directory.rooms(RoomPurpose.CUSTOMER) == (acme, globex)
        assert await directory.rooms(RoomPurpose.CUSTOMER, GLOBEX) == (globex,)
        assert await directory.rooms(RoomPurpose.MANAGERS) == ()
    assert ben.level == 1


@pytest.mark.parametrize("address", ["@ana", "@ANA:acme.example", "ana", "@ana:acme.example ", "@ana:evil.example"])
async def test_an_address_is_found_exactly_or_not_at_all(desk: SqlStorage, address: str) -> None:
    """S16: a namesake on another server is somebody else."""
    assert await person_at(desk, address) is None
    async with desk.begin() as uow:
        assert await uow.directory.person_at(at(Platform.SLACK, "@ana:acme.example")) is None


async def test_writing_what_stands_changes_nothing(desk: SqlStorage) -> None:
    async with desk.begin() as uow:
        who = await uow.directory.everything()
        await uow.directory.replace(who, at=NOON + MINUTE)
        with counted(desk) as statements:
            await uow.directory.replace(who, at=NOON + MINUTE)
        await uow.commit()
    writes = [text for text in statements.texts if not text.startswith(("SELECT", "UPDATE directory_revisions"))]
    assert writes == []
    assert await everything(desk) == CAST
    async with desk.engine.connect() as connection:
        for table in ("organisations", "people", "rooms", "products", "contacts", "identities", "places"):
            ended = text(f"SELECT count(*) FROM {table} WHERE ended_at IS NOT NULL")
            assert (await connection.execute(ended)).scalar_one() == 0, table


async def test_every_kind_of_change_is_taken_over(desk: SqlStorage) -> None:
    globex, acme = CAST.organisations
    gus, ana, ben, bea = CAST.people
    desk_room, _, globex_room = CAST.rooms
    who = WhoIsWho(
        organisations=(
            replace(acme, name="Acme Ltd", time_zone="UTC", subscriptions=acme.subscriptions[::-1]),
            replace(
                globex,
                partner=OrganisationId("umbrella"),
                subscriptions=(Subscription(plan="premium", since=date(2026, 6, 1)),),
            ),
            Organisation(id=OrganisationId("umbrella"), name="Umbrella", language=Language.EN, time_zone="UTC"),
        ),
        people=(
            replace(bea, identities=(matrix("@bea:desk.example"),), quiet=quiet_hours("20:00 to 24:00")),
            replace(ben, level=2, role=Role.MANAGER, language=Language.FR, quiet=None),
            replace(gus, organisations=(ACME,), identities=gus.identities[::-1]),
            replace(ana, organisations=(GLOBEX, ACME)),
        ),
        rooms=(
            replace(globex_room, language=None, places=(at(Platform.SLACK, "C1"),)),
            replace(desk_room, purpose=RoomPurpose.MANAGERS),
        ),
        products=("vault", "portal"),
    )
    await replaced(desk, who)
    assert await everything(desk) == who
    await replaced(desk, CAST)
    assert await everything(desk) == CAST


async def test_who_is_gone_may_do_nothing_but_their_tickets_stay(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, requester=ANA)
    await replaced(desk, without(CAST, ANA))
    async with desk.begin() as uow:
        assert await uow.directory.person(ANA) is None
        assert await uow.directory.person_at(matrix("@ana:acme.example")) is None
        assert ANA not in {person.id for person in await uow.directory.people()}
    assert await found(desk, ticket.id) == ticket
    async with desk.engine.connect() as connection:
        ended = await connection.execute(text("SELECT name, ended_at IS NOT NULL FROM people WHERE id = 'ana'"))
        assert [tuple(row) for row in ended] == [("Ana Alvarez", True)]


async def test_who_comes_back_is_the_same_person(desk: SqlStorage) -> None:
    await replaced(desk, without(CAST, ANA))
    await replaced(desk, CAST)
    assert await everything(desk) == CAST
    async with desk.engine.connect() as connection:
        people = await connection.execute(text("SELECT count(*) FROM people WHERE id = 'ana'"))
        assert people.scalar_one() == 1


async def test_an_identity_can_go_from_one_person_to_another(desk: SqlStorage) -> None:
    gus, ana, ben, _ = CAST.people
    swapped = with_person(with_person(CAST, replace(gus, identities=ana.identities)), replace(ana, identities=()))
    await replaced(desk, swapped)
    found_now = await person_at(desk, "@ana:acme.example")
    assert found_now is not None
    assert found_now.id == GUS
    assert await person_at(desk, "@gus:globex.example") is None
    assert await person_at(desk, "@ben:desk.example") == ben


async def test_an_address_has_one_living_owner(desk: SqlStorage) -> None:
    gus, ana, _, _ = CAST.people
    twins = with_person(CAST, replace(gus, identities=ana.identities))
    with pytest.raises(DirectoryInvalid, match=r"@ana:acme\.example stands there 2 times"):
        await replaced(desk, twins)
    room = Room(id=RoomId("#twin"), purpose=RoomPurpose.DESK, places=(matrix("!acme"),))
    with pytest.raises(DirectoryInvalid, match="!acme stands there 2 times"):
        await replaced(desk, replace(CAST, rooms=(*CAST.rooms, room)))
    assert await everything(desk) == CAST


async def test_a_contact_of_nobody_is_refused(desk: SqlStorage) -> None:
    with pytest.raises(DirectoryInvalid) as refused:
        await replaced(desk, replace(CAST, organisations=CAST.organisations[:1]))
    told = {str(mistake) for mistake in refused.value.mistakes}
    assert told == {
        f"directory: {name} is of acme, which is not there"
        for name in ("organisation globex", "person gus", "person ana", "room #acme")
    }
    assert await everything(desk) == CAST


async def test_a_change_that_is_rolled_back_is_seen_by_nobody_after(desk: SqlStorage) -> None:
    async with desk.begin() as uow:
        await uow.directory.replace(without(CAST, ANA), at=NOON)
        assert await uow.directory.person(ANA) is None
    assert await everything(desk) == CAST


async def test_a_change_by_another_process_is_seen_at_once(desk: SqlStorage, database: str) -> None:
    """S36: who was taken off the directory is refused by every replica, from the next command on."""
    other = SqlStorage(connect(database))
    assert await everything(other) == await everything(desk) == CAST
    await replaced(other, without(CAST, BEN))
    assert await person_at(desk, "@ben:desk.example") is None
    await replaced(desk, CAST)
    assert await everything(other) == CAST
    await other.close()


async def test_two_who_write_at_once_write_one_after_the_other(desk: SqlStorage) -> None:
    one, two = without(CAST, ANA), without(CAST, BEN)
    await asyncio.gather(replaced(desk, one), replaced(desk, two), replaced(desk, one), replaced(desk, two))
    assert await everything(desk) in (one, two)


async def test_everything_about_everybody_costs_one_statement_in_a_unit_of_work(desk: SqlStorage) -> None:
    """However large the directory is: a process reads it again only when it has changed."""
    await everything(desk)
    with counted(desk) as statements:
        async with desk.begin() as uow:
            await uow.directory.everything()
            await uow.directory.person(ANA)
            await uow.directory.person_at(matrix("@ben:desk.example"))
            await uow.directory.rooms(RoomPurpose.DESK)
    assert len(statements) == 1


# ---- what is said in chat --------------------------------------------------------------------------------------------


async def changed_in_chat(
    storage: SqlStorage, part: Person | Room, *, by: PersonId | None = BEA, at: datetime = NOON
) -> None:
    async with storage.begin() as uow:
        await uow.directory.change(part, by=by, at=at, correlation_id="c-typed")
        await uow.commit()


async def chat_changes(storage: SqlStorage) -> tuple[ChatChange, ...]:
    async with storage.begin() as uow:
        return await uow.directory.chat_changes()


def at_home(person: Person) -> Person:
    return replace(person, identities=(*person.identities, matrix("@home:example.org")))


async def test_a_person_changed_in_chat_stands_so_and_is_remembered_as_they_were(desk: SqlStorage) -> None:
    _, ana, _, _ = CAST.people
    await changed_in_chat(desk, at_home(ana), at=NOON + MINUTE)
    assert await everything(desk) == with_person(CAST, at_home(ana))
    assert await person_at(desk, "@home:example.org") == at_home(ana)
    (change,) = await chat_changes(desk)
    assert (change.before, change.after) == (ana, at_home(ana))
    assert (change.by, change.at) == (BEA, NOON + MINUTE)


async def test_somebody_s_quiet_hours_outlive_what_is_said_of_them_in_chat(desk: SqlStorage) -> None:
    _, _, ben, _ = CAST.people
    await changed_in_chat(desk, at_home(ben))
    async with desk.begin() as uow:
        now = await uow.directory.person(BEN)
    assert now is not None
    assert now.quiet == ben.quiet == quiet_hours("21:00 to 07:30")
    (change,) = await chat_changes(desk)
    assert (change.before, change.after) == (ben, at_home(ben))


async def test_a_room_may_be_made_in_chat_and_comes_last(desk: SqlStorage) -> None:
    made = Room(id=RoomId("#acme-2"), purpose=RoomPurpose.CUSTOMER, organisation=ACME, places=(matrix("!new"),))
    await changed_in_chat(desk, made, by=None)
    assert (await everything(desk)).rooms == (*CAST.rooms, made)
    (change,) = await chat_changes(desk)
    assert (change.before, change.after, change.by) == (None, made, None)


async def test_chat_adds_nobody(desk: SqlStorage) -> None:
    stranger = replace(CAST.people[0], id=PersonId("zed"), identities=())
    with pytest.raises(DirectoryInvalid, match="person zed is not there"):
        await changed_in_chat(desk, stranger)
    assert await everything(desk) == CAST
    assert await chat_changes(desk) == ()


async def test_an_address_that_has_an_owner_gets_no_second_one_in_chat(desk: SqlStorage) -> None:
    gus, ana, _, _ = CAST.people
    with pytest.raises(DirectoryInvalid, match=r"@gus:globex\.example stands there 2 times"):
        await changed_in_chat(desk, replace(ana, identities=gus.identities))
    assert await everything(desk) == CAST
    assert await chat_changes(desk) == ()


@pytest.mark.postgres
async def test_a_change_in_chat_never_undoes_one_it_has_not_seen(postgresql_database: str) -> None:
    """What was read is written back whole, so it must still be what stands; on SQLite nobody can come in between."""
    async with stocked(postgresql_database) as desk, stocked(postgresql_database) as other:
        await everything(desk)
        async with desk.begin() as uow:
            await uow.directory.everything()
            await replaced(other, without(CAST, BEN))
            with pytest.raises(ConflictError):
                await uow.directory.change(at_home(CAST.people[1]), by=BEA, at=NOON, correlation_id="c")
        assert await everything(desk) == without(CAST, BEN)


@pytest.mark.postgres
async def test_an_import_never_undoes_a_change_in_chat_it_has_not_seen(postgresql_database: str) -> None:
    """Its plan was made of what it read; whoever spoke since was not in it."""
    async with stocked(postgresql_database) as importing, stocked(postgresql_database) as desk:
        await everything(importing)
        async with importing.begin() as uow:
            await uow.directory.everything()
            await changed_in_chat(desk, at_home(CAST.people[1]))
            with pytest.raises(ConflictError, match="try again"):
                await uow.directory.replace(without(CAST, BEN), at=NOON)
        assert await person_at(desk, "@home:example.org") == at_home(CAST.people[1])
        assert await person_at(desk, "@ben:desk.example") is not None


async def test_two_changes_in_chat_at_once_both_stand(desk: SqlStorage) -> None:
    """One of them may have to begin again, as the command bus does."""
    _, ana, ben, _ = CAST.people

    async def insisted(person: Person) -> None:
        for _ in range(20):
            with suppress(ConflictError):
                return await changed_in_chat(desk, person)
        raise AssertionError("always somebody faster")

    there = matrix("@ben:elsewhere.example")
    await asyncio.gather(insisted(at_home(ana)), insisted(replace(ben, identities=(*ben.identities, there))))
    found = [await person_at(desk, address) for address in ("@home:example.org", "@ben:elsewhere.example")]
    assert [person and person.id for person in found] == [ANA, BEN]
    assert len(await chat_changes(desk)) == 2


async def test_what_is_settled_is_asked_about_no_more(desk: SqlStorage) -> None:
    gus, ana, _, _ = CAST.people
    await changed_in_chat(desk, at_home(ana))
    await changed_in_chat(desk, replace(gus, identities=()))
    first, second = await chat_changes(desk)
    async with desk.begin() as uow:
        await uow.directory.settle([first], at=NOON)
        await uow.directory.settle([], at=NOON)
        await uow.commit()
    assert await chat_changes(desk) == (second,)
    async with desk.engine.connect() as connection:
        kept = await connection.execute(text("SELECT count(*), count(settled_at) FROM directory_changes"))
        assert [tuple(row) for row in kept] == [(2, 1)]


async def test_who_has_left_is_still_named_by_what_they_changed(desk: SqlStorage) -> None:
    await changed_in_chat(desk, at_home(CAST.people[1]), by=BEN)
    await replaced(desk, without(CAST, BEN))
    (change,) = await chat_changes(desk)
    assert change.by == BEN


async def test_a_stranger_is_met_once_in_each_place(desk: SqlStorage) -> None:
    zed, acme, globex = matrix("@zed:example.org"), matrix("!acme"), matrix("!globex")

    async def met(stranger: Address, place: Address) -> bool:
        async with desk.begin() as uow:
            first = await uow.directory.meet(stranger, place, at=NOON)
            await uow.commit()
        return first

    assert [await met(zed, acme), await met(zed, acme), await met(zed, globex)] == [True, False, True]
    assert await met(matrix("@zoe:example.org"), acme)
    async with desk.begin() as uow:
        assert await uow.directory.introduced(zed) == (acme, globex)
        assert await uow.directory.introduced(zed) == ()
        await uow.commit()
    assert await met(zed, acme)
    assert not await met(matrix("@zoe:example.org"), acme)
