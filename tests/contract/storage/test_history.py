"""The `History` port: append-only, chained, told to those who may read it."""

from collections.abc import Sequence
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    CommandRefused,
    Event,
    InformationRequested,
    NoteTaken,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    VendorReplied,
    WorkStarted,
)
from chatops.domain.ticket import changed, replay
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClosingReason,
    Role,
    Scope,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)
from storage.history import digest_of
from storage.tables import history
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    ACME,
    BEN,
    DESK,
    GLOBEX,
    a_ticket,
    an_event,
    an_opening,
    found,
    saved,
    stocked,
)

LIFE = [
    an_event(TicketAssigned, assignee=BEN),
    an_event(NoteTaken, text="between us"),
    an_event(VendorReplied, text="We look into it."),
    an_event(CommandRefused, action=Action.CLOSE),
    an_event(CommandRefused, action=Action.ACCEPT, role=Role.CONTACT),
]


async def broken(storage: SqlStorage, ticket_id: TicketId, scope: Scope = DESK) -> int | None:
    async with storage.begin() as uow:
        return await uow.history.first_broken(ticket_id, scope)


async def sql(storage: SqlStorage, *statements: str) -> None:
    async with storage.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def without_triggers(storage: SqlStorage, *statements: str) -> None:
    """Tamper as somebody would who owns the database."""
    if storage.engine.dialect.name == "postgresql":
        drop = ["ALTER TABLE history DISABLE TRIGGER ALL"]
    else:
        names = ("history_stays", "history_is_not_cut", "history_is_not_replaced")
        drop = [f"DROP TRIGGER {name}" for name in names]
    await sql(storage, *drop, *statements)


# ---- who reads what --------------------------------------------------------------------------------------------------


async def test_the_desk_reads_everything_in_order(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, *LIFE)
    async with desk.begin() as uow:
        entries = await uow.history.of(ticket.id, DESK)
    assert [entry.event for entry in entries] == [an_opening(), *LIFE]
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert [entry.correlation_id for entry in entries] == ["c-birth"] + ["c-later"] * 5
    assert len({entry.digest for entry in entries}) == 6


async def test_the_customer_reads_what_is_public(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, *LIFE)
    async with desk.begin() as uow:
        entries = await uow.history.of(ticket.id, Scope.of_organisation(ACME))
    assert [entry.number for entry in entries] == [1, 2, 4, 6]
    assert {entry.audience for entry in entries} == {Audience.PUBLIC}
    assert "between us" not in repr(entries)


async def test_nobody_else_reads_anything(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, *LIFE)
    async with desk.begin() as uow:
        for scope in (Scope.of_organisation(GLOBEX), Scope(organisations=frozenset(), internal=True)):
            assert await uow.history.of(ticket.id, scope) == ()


# ---- append-only -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE history SET event = '{}' WHERE number = 2",
        "UPDATE history SET audience = 'public'",
        "DELETE FROM history WHERE number = 3",
        "DELETE FROM history",
    ],
)
async def test_the_database_refuses_to_rewrite_history(desk: SqlStorage, tampering: str) -> None:
    ticket = await a_ticket(desk, *LIFE)
    with pytest.raises(DBAPIError, match="append-only"):
        await sql(desk, tampering)
    assert await broken(desk, ticket.id) is None
    await saved(desk, changed(ticket, an_event()))


async def test_sqlite_refuses_to_replace_a_row_even_with_its_triggers_not_recursive(sqlite_database: str) -> None:
    async with stocked(sqlite_database) as desk:
        await a_ticket(desk, *LIFE)
        replacing = "INSERT OR REPLACE INTO history SELECT * FROM history LIMIT 1"
        with pytest.raises(DBAPIError, match="append-only"):
            await sql(desk, "PRAGMA recursive_triggers = OFF", replacing)


@pytest.mark.postgres
async def test_postgresql_refuses_to_empty_the_table(postgresql_database: str) -> None:
    async with stocked(postgresql_database) as desk:
        with pytest.raises(DBAPIError, match="append-only"):
            await sql(desk, "TRUNCATE history")


# ---- the chain -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tampering", "first"),
    [
        (["UPDATE history SET event = replace(event, 'We look', 'They look')"], 4),
        (["UPDATE history SET audience = 'public' WHERE number = 3"], 3),
        (["UPDATE history SET audience = 'whoever' WHERE number = 3"], 3),
        (["UPDATE history SET kind = 'TicketClosed' WHERE number = 5"], 5),
        (["UPDATE history SET correlation_id = 'x' WHERE number = 1"], 1),
        (["UPDATE history SET at = '2026-06-05 12:00:00.000001+00:00' WHERE number = 2"], 2),
        (["UPDATE history SET digest = 'x' WHERE number = 6"], 6),
        (["DELETE FROM history WHERE number = 1"], 1),
        (["DELETE FROM history WHERE number = 3"], 3),
        (["DELETE FROM history WHERE number >= 5"], 5),
        (["DELETE FROM history"], 1),
        (["DELETE FROM history WHERE number = 3", "UPDATE history SET number = 3 WHERE number = 6"], 3),
        (["DELETE FROM history WHERE number = 6", "UPDATE tickets SET version = 5"], 5),
        (["UPDATE tickets SET version = 5"], 6),
    ],
)
async def test_who_takes_the_triggers_away_is_found_out(desk: SqlStorage, tampering: list[str], first: int) -> None:
    ticket = await a_ticket(desk, *LIFE)
    assert await broken(desk, ticket.id) is None
    await without_triggers(desk, *tampering)
    assert await broken(desk, ticket.id) == first


async def forged(storage: SqlStorage, ticket_id: TicketId, numbers: Sequence[int]) -> None:
    """Rewrite the first of these rows, and the digests of all of them so that each fits the one before it."""
    await without_triggers(storage, f"UPDATE history SET correlation_id = 'forged' WHERE number = {numbers[0]}")
    async with storage.engine.begin() as connection:
        for number in numbers:
            of_ticket = history.c.ticket_id == ticket_id
            before = select(history.c.digest).where(of_ticket, history.c.number == number - 1)
            this = select(history).where(of_ticket, history.c.number == number)
            row = (await connection.execute(this)).one()
            digest = digest_of((await connection.execute(before)).scalar_one(), dict(row._mapping))
            rewritten = update(history).where(of_ticket, history.c.number == number)
            await connection.execute(rewritten.values(digest=digest))


@pytest.mark.parametrize(
    ("numbers", "first"),
    [
        ([3], 4),
        ([3, 4], 5),
        ([3, 4, 5, 6], 6),  # The ticket's own row knows what the last digest was.
        ([6], 6),
    ],
)
async def test_who_works_digests_out_anew_is_found_out_by_what_follows(
    desk: SqlStorage, numbers: list[int], first: int
) -> None:
    ticket = await a_ticket(desk, *LIFE)
    await forged(desk, ticket.id, numbers)
    assert await broken(desk, ticket.id) == first


async def test_a_row_of_another_ticket_does_not_fit(desk: SqlStorage) -> None:
    ticket, other = await a_ticket(desk, *LIFE), await a_ticket(desk, *LIFE[1:])
    await without_triggers(
        desk,
        f"DELETE FROM history WHERE ticket_id = {ticket.id} AND number = 2",
        f"UPDATE history SET ticket_id = {ticket.id} WHERE ticket_id = {other.id} AND number = 2",
    )
    assert await broken(desk, ticket.id) == 2
    assert await broken(desk, other.id) == 2


async def test_a_broken_chain_is_told_to_the_ticket_s_own_people_only(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, *LIFE)
    await without_triggers(desk, "UPDATE history SET kind = 'x' WHERE number = 2")
    assert await broken(desk, ticket.id, Scope.of_organisation(ACME)) == 2
    assert await broken(desk, ticket.id, Scope.of_organisation(GLOBEX)) is None


# ---- history is the ticket -------------------------------------------------------------------------------------------


def an_event_at_random(chance: Random) -> Event:
    status = chance.choice(list(Status))
    kinds: list[tuple[type[Event], dict[str, object]]] = [
        (TicketAssigned, {"assignee": BEN}),
        (SeverityRequalified, {"before": Severity.S2, "severity": chance.choice(list(Severity)), "why": "so"}),
        (InformationRequested, {"awaited": chance.choice(["logs", "a date", "ça"])}),
        (WorkStarted, {}),
        (SolutionProposed, {"solution": chance.choice(list(SolutionKind)), "text": "try this"}),
        (SolutionRefused, {"why": "no"}),
        (TicketClosed, {"reason": chance.choice(list(ClosingReason)), "note": ""}),
        (BeneficiaryReminded, {"count": chance.randint(1, 3)}),
        (BeneficiaryWrote, {"text": "hello"}),
        (VendorReplied, {"text": "hello"}),
        (NoteTaken, {"text": "hello"}),
        (CommandRefused, {"action": chance.choice(list(Action))}),
    ]
    kind, said = chance.choice(kinds)
    return an_event(kind, status=status, **said)


async def test_replaying_the_history_gives_the_ticket_that_stands(desk: SqlStorage) -> None:
    """I7, for histories at random."""
    chance = Random(7)
    for _ in range(25):
        ticket = await a_ticket(desk, severity=chance.choice(list(Severity)))
        for _ in range(chance.randint(0, 4)):
            events = [an_event_at_random(chance) for _ in range(chance.randint(1, 4))]
            ticket = await saved(desk, changed(ticket, *events))
        async with desk.begin() as uow:
            entries = await uow.history.of(ticket.id, DESK)
        assert replay(ticket.id, [entry.event for entry in entries]) == ticket == await found(desk, ticket.id)
        assert await broken(desk, ticket.id) is None
