"""The `Tickets` port: found only within a scope, saved only on what was read."""

import asyncio
from dataclasses import replace

import pytest

from chatops.application.ports.tickets import TicketFilter
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.events import (
    BeneficiaryWrote,
    NoteTaken,
    SeverityRequalified,
    SolutionProposed,
    TicketAssigned,
    TicketClosed,
    VendorReplied,
)
from chatops.domain.ticket import changed, opened
from chatops.domain.vocabulary import (
    ClosingReason,
    OrganisationId,
    Role,
    Scope,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    ACME,
    ANA,
    BEA,
    BEN,
    DESK,
    GLOBEX,
    GUS,
    a_ticket,
    an_event,
    an_opening,
    found,
    saved,
)
from tests.databases import counted

NOBODY = Scope(organisations=frozenset(), internal=False)


async def test_a_ticket_comes_back_as_it_was_saved(desk: SqlStorage) -> None:
    first = await a_ticket(desk)
    ticket = await a_ticket(
        desk,
        an_event(TicketAssigned, assignee=BEN),
        an_event(SolutionProposed, solution=SolutionKind.WORKAROUND, text="Restart.", status=Status.RESOLVED),
        an_event(TicketClosed, reason=ClosingReason.SOLUTION_ACCEPTED, status=Status.CLOSED),
        refers_to=first.id,
    )
    assert ticket.version == 4
    assert await found(desk, ticket.id) == ticket
    assert await found(desk, first.id) == first


@pytest.mark.parametrize(
    ("scope", "theirs"),
    [
        (DESK, True),
        (Scope.of_organisation(ACME), True),
        (Scope(organisations=frozenset({ACME, GLOBEX}), internal=False), True),
        (Scope.of_organisation(GLOBEX), False),
        (NOBODY, False),
    ],
)
async def test_a_ticket_outside_the_scope_is_as_if_it_were_not_there(
    desk: SqlStorage, scope: Scope, theirs: bool
) -> None:
    ticket = await a_ticket(desk, organisation=ACME)
    assert await found(desk, ticket.id, scope) == (ticket if theirs else None)
    async with desk.begin() as uow:
        assert await uow.tickets.list(scope, TicketFilter()) == ((ticket,) if theirs else ())


@pytest.mark.parametrize("typed", [0, -1, 2**31, 2**63 - 1, 2**63, 10**30])
async def test_a_number_that_no_ticket_has_finds_none(desk: SqlStorage, typed: int) -> None:
    """S14: whatever people type."""
    assert await found(desk, typed) is None
    async with desk.begin() as uow:
        assert await uow.history.of(TicketId(typed), DESK) == ()
        assert await uow.history.first_broken(TicketId(typed), DESK) is None
        assert await uow.threads.of(TicketId(typed)) == ()


async def test_of_two_changes_to_one_version_exactly_one_is_kept(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    outcomes = await asyncio.gather(
        *(saved(desk, changed(ticket, an_event(TicketAssigned, assignee=who))) for who in (BEN, BEA)),
        return_exceptions=True,
    )
    kept = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert [type(outcome) for outcome in outcomes if outcome not in kept] == [ConflictError]
    assert [await found(desk, ticket.id)] == kept
    async with desk.begin() as uow:
        assert len(await uow.history.of(ticket.id, DESK)) == 2
        assert await uow.history.first_broken(ticket.id, DESK) is None


async def test_a_change_to_what_no_longer_stands_is_a_conflict(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await saved(desk, changed(ticket, an_event(TicketAssigned, assignee=BEN)))
    with pytest.raises(ConflictError):
        await saved(desk, changed(ticket, an_event(TicketAssigned, assignee=BEA)))
    now = await found(desk, ticket.id)
    assert now is not None
    assert now.assignee == BEN
    await saved(desk, changed(now, an_event(TicketAssigned, assignee=BEA)))
    after = await found(desk, ticket.id)
    assert after is not None
    assert after.assignee == BEA


async def test_a_change_read_and_saved_in_one_unit_of_work_can_be_followed_by_another(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    async with desk.begin() as uow:
        for text in ("one", "two", "three"):
            now = await uow.tickets.find(ticket.id, DESK)
            assert now is not None
            await uow.tickets.save(changed(now, an_event(VendorReplied, text=text)), correlation_id="c")
        await uow.commit()
    async with desk.begin() as uow:
        assert [entry.number for entry in await uow.history.of(ticket.id, DESK)] == [1, 2, 3, 4]
        assert await uow.history.first_broken(ticket.id, DESK) is None


async def test_a_number_is_given_to_one_ticket_only(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    with pytest.raises(ConflictError):
        await saved(desk, opened(ticket.id, an_opening(title="Another")))
    assert await found(desk, ticket.id) == ticket


async def test_a_ticket_never_changes_hands_between_organisations(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk, organisation=ACME)
    stray = replace(ticket, organisation=GLOBEX)
    with pytest.raises(ConflictError):
        await saved(desk, changed(stray, an_event()))
    assert await found(desk, ticket.id) == ticket


async def test_a_ticket_of_an_unknown_organisation_is_refused(desk: SqlStorage) -> None:
    with pytest.raises(StorageError):
        await a_ticket(desk, organisation=OrganisationId("hooli"))
    with pytest.raises(StorageError):
        await a_ticket(desk, requester="nobody")


async def test_a_change_that_counts_its_events_wrong_is_a_mistake_of_ours(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    change = changed(ticket, an_event())
    with pytest.raises(ValueError, match="T-1"):
        await saved(desk, replace(change, ticket=replace(change.ticket, version=7)))


async def test_lists_show_the_gravest_first_then_the_oldest(desk: SqlStorage) -> None:
    for severity in (Severity.S3, Severity.S1, Severity.S3, Severity.S2, Severity.S1):
        await a_ticket(desk, severity=severity)
    async with desk.begin() as uow:
        listed = await uow.tickets.list(DESK, TicketFilter())
        assert [ticket.id for ticket in listed] == [2, 5, 4, 1, 3]
        assert await uow.tickets.list(DESK, TicketFilter(limit=2)) == listed[:2]


async def test_every_filter_narrows(desk: SqlStorage) -> None:
    a = await a_ticket(desk, an_event(TicketAssigned, assignee=BEN))
    b = await a_ticket(desk, organisation=GLOBEX, requester=GUS, by=GUS)
    c = await a_ticket(desk, an_event(TicketClosed, reason=ClosingReason.OTHER, status=Status.CLOSED))
    expected = {
        TicketFilter(): (a, b),
        TicketFilter(closed=True): (a, b, c),
        TicketFilter(assignee=BEN): (a,),
        TicketFilter(assignee=BEA): (),
        TicketFilter(requester=GUS): (b,),
        TicketFilter(requester=ANA, closed=True): (a, c),
        TicketFilter(status=Status.OPEN): (a,),
        TicketFilter(status=Status.CLOSED): (c,),
        TicketFilter(status=Status.NEW, requester=ANA): (),
    }
    async with desk.begin() as uow:
        for wanted, tickets in expected.items():
            assert await uow.tickets.list(DESK, wanted) == tickets, wanted


async def test_words_that_no_database_keeps_are_kept_as_well_as_can_be(desk: SqlStorage) -> None:
    """F30: NUL and half characters; what is replaced is replaced alike in the ticket and in its history."""
    nasty = "a\0b \ud800 c \udfff 😀 ￿ ’; DROP TABLE tickets; -- %s :x"
    ticket = await a_ticket(
        desk, an_event(BeneficiaryWrote, text=nasty, role=Role.CONTACT), title=nasty, description=nasty
    )
    kept = await found(desk, ticket.id)
    assert kept is not None
    assert kept.title == "a\ufffdb \ufffd c \ufffd 😀 ￿ ’; DROP TABLE tickets; -- %s :x"
    async with desk.begin() as uow:
        birth, wrote = (entry.event for entry in await uow.history.of(ticket.id, DESK))
        assert birth == an_opening(title=kept.title, description=kept.description)
        assert isinstance(wrote, BeneficiaryWrote)
        assert wrote.text == kept.title
        assert await uow.history.first_broken(ticket.id, DESK) is None


async def test_a_change_costs_a_few_statements_however_many_events_it_has(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    with counted(desk) as statements:
        async with desk.begin() as uow:
            now = await uow.tickets.find(ticket.id, DESK)
            assert now is not None
            events = [an_event(NoteTaken), an_event(SeverityRequalified, before=Severity.S2, severity=Severity.S1)]
            await uow.tickets.save(changed(now, *events, *events, *events), correlation_id="c")
            await uow.commit()
    assert statements.by_verb == {"SELECT": 1, "UPDATE": 1, "INSERT": 1}


@pytest.mark.slow
async def test_ten_thousand_numbers_reserved_side_by_side_are_all_different(storage: SqlStorage) -> None:
    """F42; a unit of work that is rolled back may leave gaps, never twins."""

    # SQLite lets one write at a time, and nobody waits for their turn without end.
    few = asyncio.Semaphore(20)

    async def reserve(rolled_back: bool) -> list[int]:
        async with few, storage.begin() as uow:
            numbers = [int(await uow.tickets.reserve()) for _ in range(100)]
            if not rolled_back:
                await uow.commit()
        return [] if rolled_back else numbers

    batches = await asyncio.gather(*(reserve(rolled_back=turn % 11 == 10) for turn in range(110)))
    numbers = [number for batch in batches for number in batch]
    assert len(numbers) == len(set(numbers)) == 10_000
