"""The `Outbox` port: lanes in order, pages first, one worker at a time, nothing recorded by who came too late."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from chatops.application.deliveries import OwnMessage
from chatops.application.message_tree import Button, Fact, Message, Quote, Style
from chatops.application.ports.outbox import ClaimedMessage, Form, MessageState, OwedMessage, Urgency
from chatops.application.ports.threads import Thread
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Language, Platform, TicketId
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    ACME,
    ANA,
    BEN,
    MINUTE,
    NOON,
    a_message,
    a_thread,
    a_ticket,
    at,
    claim,
    deliver,
    drained,
    headlines,
    matrix,
    owed,
    put,
    stocked,
)
from tests.databases import counted


async def states(storage: SqlStorage) -> list[str]:
    async with storage.engine.connect() as connection:
        return list((await connection.execute(text("SELECT state FROM outbox ORDER BY id"))).scalars())


async def next_due(storage: SqlStorage, platform: Platform = Platform.MATRIX) -> object:
    async with storage.begin() as uow:
        return await uow.outbox.next_due(platform)


async def postpone(storage: SqlStorage, claimed: ClaimedMessage, after: timedelta = MINUTE) -> bool:
    async with storage.begin() as uow:
        kept = await uow.outbox.postpone(claimed, until=NOON + after, error="busy")
        await uow.commit()
    return kept


async def give_up(storage: SqlStorage, claimed: ClaimedMessage) -> bool:
    async with storage.begin() as uow:
        kept = await uow.outbox.give_up(claimed, at=NOON, error="gone")
        await uow.commit()
    return kept


async def leave_open(storage: SqlStorage, claimed: ClaimedMessage, *, at: datetime = NOON) -> bool:
    async with storage.begin() as uow:
        kept = await uow.outbox.unknown(claimed, at=at, again_at=at + MINUTE, error="nobody can tell")
        await uow.commit()
    return kept


async def arrived(storage: SqlStorage, claimed: ClaimedMessage, *, place: str = "!acme", **other: Any) -> bool:
    """Let a room show *claimed* under the name ``$seen``, with the mark that it bears but for *other*."""
    mark: dict[str, Any] = {"row": claimed.id, "origin": claimed.origin, "address": matrix("$seen")}
    async with storage.begin() as uow:
        recorded = await uow.outbox.arrived(OwnMessage(**{**mark, **other}), matrix(place), at=NOON)
        await uow.commit()
    return recorded


async def cancel(storage: SqlStorage, cancel_key: str) -> int:
    async with storage.begin() as uow:
        withdrawn = await uow.outbox.cancel(cancel_key)
        await uow.commit()
    return withdrawn


# ---- what is claimed is what was owed --------------------------------------------------------------------------------


async def test_a_message_comes_back_as_it_was_put(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    thread = await a_thread(desk, ticket, root="$card")
    message = Message(
        language=Language.FR,
        headline="Le portail est lent",
        facts=(Fact(label="Gravité", value="S2"),),
        paragraphs=("Un.", "Deux."),
        quote=Quote(author="Ana", text="ça ne va pas", files=(Attachment(name="a.log", address="mxc://x", size=3),)),
        buttons=(
            Button(action=Action.ACCEPT, ticket_id=ticket.id, label="Oui", command="!accepter", style=Style.PRIMARY),
        ),
        notify=(ANA, BEN),
        listing=True,
    )
    await put(
        desk,
        owed(message=message, thread=thread, urgency=Urgency.PAGE),
        owed(ticket_id=ticket.id, answers=matrix("$said"), under=matrix("$root"), reader=ANA, cancel_key="k"),
    )
    in_thread, answer = await claim(desk)
    assert in_thread.message == message
    assert (in_thread.form, in_thread.urgency, in_thread.place) == (Form.THREAD, Urgency.PAGE, matrix("!acme"))
    assert (in_thread.thread_id, in_thread.root, in_thread.ticket_id) == (thread.id, matrix("$card"), ticket.id)
    assert (in_thread.attempt, in_thread.was_sending, in_thread.correlation_id) == (1, False, "c-put")
    assert in_thread.lease.until == NOON + MINUTE
    assert (answer.thread_id, answer.root, answer.ticket_id) == (0, None, ticket.id)
    assert (answer.answers, answer.under, answer.reader) == (matrix("$said"), matrix("$root"), ANA)


async def test_rows_carry_the_organisation_of_their_ticket(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    await put(
        desk,
        owed(thread=await a_thread(desk, ticket)),
        owed(ticket_id=ticket.id),
        owed(),
        owed(ticket_id=TicketId(10**30)),
    )
    async with desk.engine.connect() as connection:
        organisations = (await connection.execute(text("SELECT organisation FROM outbox ORDER BY id"))).scalars()
        assert list(organisations) == [ACME, ACME, None, None]


async def test_nothing_owed_is_nothing_put(desk: SqlStorage) -> None:
    await put(desk)
    assert await claim(desk) == ()
    assert await next_due(desk) is None


# ---- lanes -----------------------------------------------------------------------------------------------------------


async def test_a_lane_goes_in_order_one_at_a_time(desk: SqlStorage) -> None:
    await put(desk, owed("one"), owed("two"))
    await put(desk, owed("three"))
    for headline in ("one", "two", "three"):
        (claimed,) = await claim(desk)
        assert claimed.message.headline == headline
        assert await claim(desk) == ()
        assert await deliver(desk, claimed) == [True]
    assert await claim(desk) == ()


async def test_lanes_go_side_by_side(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    first, second = await a_thread(desk, ticket, "!acme"), await a_thread(desk, ticket, "!desk")
    await put(
        desk,
        owed("a1", thread=first),
        owed("b1", thread=second),
        owed("a2", thread=first),
        owed("c1"),
        owed("d1", place=matrix("!other")),
    )
    assert headlines(await claim(desk)) == ["a1", "b1", "c1", "d1"]


async def test_pages_go_first_then_what_notifies_then_the_oldest(desk: SqlStorage) -> None:
    wanted = [Urgency.QUIET, Urgency.NOTIFY, Urgency.PAGE, Urgency.QUIET, Urgency.PAGE, Urgency.NOTIFY]
    for number, urgency in enumerate(wanted):
        await put(desk, owed(f"{number}", place=matrix(f"!{number}"), urgency=urgency))
    assert headlines(await claim(desk, limit=3)) == ["2", "4", "1"]
    assert headlines(await claim(desk, limit=3)) == ["5", "0", "3"]


async def test_what_holds_a_page_up_is_as_urgent_as_the_page(desk: SqlStorage) -> None:
    await put(desk, owed("elsewhere", place=matrix("!other"), urgency=Urgency.NOTIFY))
    await put(desk, owed("before the page"), owed("the page", urgency=Urgency.PAGE))
    for expected in ("before the page", "the page", "elsewhere"):
        (claimed,) = await claim(desk, limit=1)
        assert claimed.message.headline == expected
        await deliver(desk, claimed)


async def test_each_platform_claims_its_own(desk: SqlStorage) -> None:
    await put(desk, owed("here"), owed("there", place=at(Platform.SLACK, "!acme")))
    assert headlines(await claim(desk, platform=Platform.SLACK)) == ["there"]
    assert headlines(await claim(desk, platform=Platform.CONSOLE)) == []
    assert headlines(await claim(desk, platform=Platform.MATRIX)) == ["here"]


async def test_a_message_put_while_its_lane_is_being_sent_waits_for_its_turn(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (one,) = await claim(desk)
    await put(desk, owed("two"))
    assert await claim(desk) == ()
    await deliver(desk, one)
    assert headlines(await claim(desk)) == ["two"]


async def test_no_message_is_tried_before_it_is_due(desk: SqlStorage) -> None:
    await put(desk, owed("later"), when=NOON + MINUTE)
    assert await next_due(desk) == NOON + MINUTE
    assert await claim(desk, now=NOON + MINUTE - timedelta(microseconds=1)) == ()
    assert headlines(await claim(desk, now=NOON + MINUTE)) == ["later"]


# ---- outcomes --------------------------------------------------------------------------------------------------------


async def test_a_postponed_message_holds_its_lane_up_until_it_is_tried_again(desk: SqlStorage) -> None:
    await put(desk, owed("one"), owed("two"))
    (one,) = await claim(desk)
    assert await postpone(desk, one)
    assert await next_due(desk) == NOON + MINUTE
    assert await claim(desk, now=NOON + MINUTE - timedelta(microseconds=1)) == ()
    (again,) = await claim(desk, now=NOON + MINUTE)
    assert (again.id, again.attempt, again.was_sending) == (one.id, 2, False)
    await deliver(desk, again)
    assert headlines(await claim(desk)) == ["two"]


async def test_a_dead_message_lets_its_lane_go_on(desk: SqlStorage) -> None:
    await put(desk, owed("one"), owed("two"), owed("elsewhere", place=matrix("!other")))
    one, _ = await claim(desk)
    assert await give_up(desk, one)
    assert headlines(await claim(desk, now=NOON + timedelta(seconds=1))) == ["two"]
    assert (await states(desk))[0] == MessageState.DEAD


async def test_a_message_whose_fate_is_unknown_holds_its_lane_and_is_looked_at_again(desk: SqlStorage) -> None:
    """F5: what may have arrived is claimed as that, and remembers since when nobody knows."""
    await put(desk, owed("one"), owed("two"))
    (one,) = await claim(desk)
    assert await leave_open(desk, one)
    assert headlines(await claim(desk, now=NOON + MINUTE - timedelta(microseconds=1))) == []
    assert (await states(desk))[0] == MessageState.UNKNOWN
    (again,) = await claim(desk, now=NOON + MINUTE)
    assert (again.id, again.was_sending, again.unknown_since) == (one.id, True, NOON)
    assert await leave_open(desk, again, at=NOON + MINUTE)
    (third,) = await claim(desk, now=NOON + 2 * MINUTE)
    assert third.unknown_since == NOON
    await deliver(desk, third)
    assert headlines(await claim(desk, now=NOON + 2 * MINUTE)) == ["two"]


async def test_a_try_that_may_have_arrived_is_remembered_as_such(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (one,) = await claim(desk)
    async with desk.begin() as uow:
        assert await uow.outbox.postpone(one, until=NOON + MINUTE, error="the connection broke", doubtful=True)
        await uow.commit()
    (again,) = await claim(desk, now=NOON + MINUTE)
    assert again.was_sending
    await postpone(desk, again, 2 * MINUTE)
    (third,) = await claim(desk, now=NOON + 2 * MINUTE)
    assert third.was_sending


async def test_nothing_is_claimed_of_a_room_that_rests(desk: SqlStorage) -> None:
    """F12: one room that is written in too fast holds no other up."""
    busy, other = matrix("!busy"), matrix("!other")
    await put(desk, owed("busy", place=busy), owed("other", place=other))
    async with desk.begin() as uow:
        claimed = await uow.outbox.claim(Platform.MATRIX, now=NOON, lease=MINUTE, limit=5, resting=(busy,))
        await uow.commit()
    assert headlines(claimed) == ["other"]
    async with desk.begin() as uow:
        assert await uow.outbox.next_due(Platform.MATRIX) == NOON
        assert await uow.outbox.next_due(Platform.MATRIX, resting=(busy,)) == NOON + MINUTE


async def test_a_card_that_was_delivered_is_the_root_of_its_thread(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    thread, other = await a_thread(desk, ticket, "!acme"), await a_thread(desk, ticket, "!desk")
    await put(desk, owed("card", form=Form.CARD, thread=thread), owed("said", thread=thread))
    await put(desk, owed("no card", thread=other))
    card, no_card = await claim(desk)
    assert card.root is None
    await deliver(desk, card, no_card)
    (said,) = await claim(desk)
    assert said.root == matrix(f"${card.id}")
    async with desk.begin() as uow:
        rooted = await uow.threads.rooted_at(matrix("!acme"), matrix(f"${card.id}"))
        assert rooted is not None
        assert rooted.id == thread.id
        assert [thread.root for thread in await uow.threads.of(ticket.id)] == [matrix(f"${card.id}"), None]


# ---- what a room itself shows ----------------------------------------------------------------------------------------


async def a_card_and_more(desk: SqlStorage) -> tuple[Thread, ClaimedMessage]:
    """Return a thread whose card is just being sent, while a message waits behind it."""
    thread = await a_thread(desk, await a_ticket(desk))
    await put(desk, owed("card", form=Form.CARD, thread=thread), owed("said", thread=thread))
    (card,) = await claim(desk)
    return thread, card


async def roots(desk: SqlStorage, thread: Thread) -> list[str | None]:
    async with desk.begin() as uow:
        return [None if each.root is None else each.root.value for each in await uow.threads.of(thread.ticket_id)]


async def test_a_card_that_its_room_shows_is_the_root_of_its_thread(desk: SqlStorage) -> None:
    thread, card = await a_card_and_more(desk)
    assert await arrived(desk, card) is True
    assert await roots(desk, thread) == ["$seen"]
    (said,) = await claim(desk)
    assert (said.message.headline, said.root) == ("said", matrix("$seen"))
    async with desk.begin() as uow:
        assert await uow.outbox.shown_at(matrix("!acme"), matrix("$seen")) is not None


async def test_whoever_is_still_sending_it_records_nothing_more(desk: SqlStorage) -> None:
    thread, card = await a_card_and_more(desk)
    await arrived(desk, card)
    assert await deliver(desk, card) == [False]
    assert await postpone(desk, card) is False
    assert await roots(desk, thread) == ["$seen"]
    assert await states(desk) == ["delivered", "pending"]


@pytest.mark.parametrize("end", [postpone, give_up])
async def test_what_was_postponed_or_given_up_may_stand_there_all_the_same(
    desk: SqlStorage, end: Callable[[SqlStorage, ClaimedMessage], Awaitable[bool]]
) -> None:
    """Executed, and the answer lost, however often it was tried."""
    thread, card = await a_card_and_more(desk)
    await end(desk, card)
    assert await arrived(desk, card) is True
    assert await roots(desk, thread) == ["$seen"]
    assert await states(desk) == ["delivered", "pending"]


async def test_what_was_recorded_is_not_recorded_again(desk: SqlStorage) -> None:
    thread, card = await a_card_and_more(desk)
    await deliver(desk, card)
    assert await arrived(desk, card) is False
    assert await roots(desk, thread) == [f"${card.id}"]


@pytest.mark.parametrize("other", [{"place": "!other"}, {"origin": "another"}, {"row": 1_000}], ids=str)
async def test_what_bears_another_mark_is_none_of_ours(desk: SqlStorage, other: dict[str, Any]) -> None:
    thread, card = await a_card_and_more(desk)
    assert await arrived(desk, card, **other) is False
    assert await roots(desk, thread) == [None]
    assert await states(desk) == ["sending", "pending"]


async def test_a_card_left_behind_in_an_old_room_is_no_root_in_the_new_one(desk: SqlStorage) -> None:
    thread, card = await a_card_and_more(desk)
    async with desk.begin() as uow:
        await uow.threads.move(matrix("!acme"), matrix("!new"))
        await uow.outbox.follow(matrix("!acme"), matrix("!new"), (), at=NOON, correlation_id="c-moved")
        await uow.commit()
    assert await arrived(desk, card) is False
    assert await roots(desk, thread) == [None]


# ---- leases ----------------------------------------------------------------------------------------------------------


async def test_a_message_whose_worker_never_came_back_is_claimed_again(desk: SqlStorage) -> None:
    await put(desk, owed("one"), owed("two"))
    (lost,) = await claim(desk)
    assert await next_due(desk) == NOON + MINUTE
    assert await claim(desk, now=NOON + MINUTE - timedelta(microseconds=1)) == ()
    (taken,) = await claim(desk, now=NOON + MINUTE)
    assert (taken.id, taken.attempt, taken.was_sending) == (lost.id, 2, True)
    assert taken.lease.token != lost.lease.token


async def test_that_an_outcome_is_unknown_is_remembered_until_the_end(desk: SqlStorage) -> None:
    await put(desk, owed())
    await claim(desk)
    (second,) = await claim(desk, now=NOON + MINUTE)
    await postpone(desk, second, 5 * MINUTE)
    (third,) = await claim(desk, now=NOON + 5 * MINUTE)
    assert (third.attempt, third.was_sending) == (3, True)


@pytest.mark.parametrize("verb", ["delivered", "postpone", "give_up"])
async def test_who_lost_the_lease_records_nothing(desk: SqlStorage, verb: str) -> None:
    """F24: the first worker was stopped, the second took over, the first wakes up."""
    ticket = await a_ticket(desk)
    thread = await a_thread(desk, ticket)
    await put(desk, owed("card", form=Form.CARD, thread=thread), owed("next", thread=thread))

    async def record(claimed: ClaimedMessage) -> bool:
        match verb:
            case "delivered":
                return (await deliver(desk, claimed))[0]
            case "postpone":
                return await postpone(desk, claimed)
            case _:
                return await give_up(desk, claimed)

    (late,) = await claim(desk)
    (taken,) = await claim(desk, now=NOON + MINUTE)
    assert await record(late) is False
    assert await states(desk) == ["sending", "pending"]
    async with desk.begin() as uow:
        assert [thread.root for thread in await uow.threads.of(ticket.id)] == [None]
    assert await record(taken) is True
    assert await record(taken) is False
    assert await record(late) is False


async def test_who_is_late_but_was_not_replaced_may_still_record(desk: SqlStorage) -> None:
    await put(desk, owed())
    (claimed,) = await claim(desk)
    assert await deliver(desk, claimed, when=NOON + 10 * MINUTE) == [True]


async def test_two_claims_at_once_get_different_messages(desk: SqlStorage) -> None:
    await put(desk, *(owed(f"{n}", place=matrix(f"!{n}")) for n in range(40)))
    claims = await asyncio.gather(*(claim(desk, limit=10) for _ in range(8)))
    ids = [each.id for claimed in claims for each in claimed]
    assert len(ids) == len(set(ids))
    while more := await claim(desk, limit=10):
        ids += [each.id for each in more]
    assert len(ids) == len(set(ids)) == 40


async def test_a_claim_that_is_not_committed_leases_nothing(desk: SqlStorage) -> None:
    await put(desk, owed())
    async with desk.begin() as uow:
        assert len(await uow.outbox.claim(Platform.MATRIX, now=NOON, lease=MINUTE, limit=1)) == 1
    (claimed,) = await claim(desk)
    assert claimed.attempt == 1


# ---- superseding and cancelling --------------------------------------------------------------------------------------


async def test_a_newer_edit_of_a_card_supersedes_those_not_sent(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    thread, other = await a_thread(desk, ticket, "!acme"), await a_thread(desk, ticket, "!desk")

    def edit(headline: str, of: object = thread) -> OwedMessage:
        return owed(headline, form=Form.CARD_EDIT, thread=of)

    await put(desk, owed("card", form=Form.CARD, thread=thread), edit("other", other), edit("one"), edit("two"))
    await put(desk, owed("words", thread=thread))
    await put(desk, edit("three"))
    assert await drained(desk) == ["card", "other", "words", "three"]
    assert await states(desk) == ["delivered"] * 2 + ["superseded"] * 2 + ["delivered"] * 2


async def test_an_edit_that_is_being_sent_is_left_alone(desk: SqlStorage) -> None:
    thread = await a_thread(desk, await a_ticket(desk))
    await put(desk, owed("one", form=Form.CARD_EDIT, thread=thread))
    (sending,) = await claim(desk)
    await put(desk, owed("two", form=Form.CARD_EDIT, thread=thread))
    assert await states(desk) == ["sending", "pending"]
    assert await deliver(desk, sending) == [True]
    assert await drained(desk) == ["two"]


async def test_a_page_that_was_acknowledged_is_withdrawn(desk: SqlStorage) -> None:
    await put(
        desk,
        owed("page", cancel_key="ladder:1"),
        owed("after"),
        owed("page elsewhere", cancel_key="ladder:1", place=matrix("!other")),
        owed("another's", cancel_key="ladder:2", place=matrix("!third")),
    )
    assert await cancel(desk, "ladder:1") == 2
    assert await cancel(desk, "ladder:1") == 0
    assert await drained(desk) == ["after", "another's"]
    assert await states(desk) == ["cancelled", "delivered", "cancelled", "delivered"]


async def test_what_was_sent_is_not_withdrawn(desk: SqlStorage) -> None:
    await put(desk, owed("page", cancel_key="k"))
    await drained(desk)
    assert await cancel(desk, "k") == 0
    assert await states(desk) == ["delivered"]


async def test_a_page_withdrawn_while_it_is_being_sent_is_not_tried_again(desk: SqlStorage) -> None:
    """I6: no page after the acknowledgement, whatever became of the try that was under way."""
    for fate in ("postponed", "worker gone", "delivered"):
        await put(desk, owed(fate, cancel_key="k"), owed(f"after {fate}"))
        (sending,) = await claim(desk)
        assert await cancel(desk, "k") == 0
        assert await claim(desk) == ()
        if fate == "postponed":
            assert await postpone(desk, sending)
        elif fate == "delivered":
            assert await deliver(desk, sending) == [True]
        else:
            assert await claim(desk, now=NOON + MINUTE) == ()
            assert await deliver(desk, sending) == [False]
        assert await drained(desk, now=NOON + 5 * MINUTE) == [f"after {fate}"]
    assert (await states(desk))[::2] == ["cancelled", "cancelled", "delivered"]


# ---- two transactions that do not see each other ---------------------------------------------------------------------


async def test_who_settles_while_somebody_puts_waits_and_leaves_nothing_behind(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (one,) = await claim(desk)
    async with desk.begin() as writer:
        await writer.outbox.put([owed("two")], at=NOON, correlation_id="c")
        settling = asyncio.create_task(deliver(desk, one))
        await asyncio.sleep(0.2)
        assert not settling.done()
        await writer.commit()
    assert await settling == [True]
    assert await drained(desk) == ["two"]


async def test_who_puts_while_somebody_settles_waits_and_leaves_nothing_behind(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (one,) = await claim(desk)
    async with desk.begin() as worker:
        assert await worker.outbox.delivered(one, matrix("$1"), at=NOON)
        putting = asyncio.create_task(put(desk, owed("two")))
        await asyncio.sleep(0.2)
        assert not putting.done()
        await worker.commit()
    await putting
    assert await drained(desk) == ["two"]
    assert await claim(desk, now=NOON + 60 * MINUTE) == ()


async def test_two_who_put_into_one_lane_are_heard_in_the_order_of_their_commits(desk: SqlStorage) -> None:
    async with desk.begin() as first:
        await first.outbox.put([owed("one")], at=NOON, correlation_id="c")
        second = asyncio.create_task(put(desk, owed("two")))
        await asyncio.sleep(0.2)
        assert not second.done()
        await first.commit()
    await second
    assert await drained(desk) == ["one", "two"]


@pytest.mark.postgres
async def test_a_claim_does_not_wait_for_a_lane_that_somebody_holds(postgresql_database: str) -> None:
    async with stocked(postgresql_database) as desk:
        await put(desk, owed("held"), owed("free", place=matrix("!other")))
        async with desk.begin() as writer:
            await writer.outbox.put([owed("more")], at=NOON, correlation_id="c")
            async with asyncio.timeout(5):
                assert headlines(await claim(desk)) == ["free"]
            await writer.commit()
        assert headlines(await claim(desk)) == ["held"]


@pytest.mark.postgres
async def test_a_ring_of_waits_is_a_conflict_for_one_of_them(postgresql_database: str) -> None:
    """Two commands that owe to the same two rooms in several steps: the bus begins one of them again."""

    async def in_two_steps(desk: SqlStorage, first: str, second: str) -> None:
        async with desk.begin() as uow:
            await uow.outbox.put([owed(place=matrix(first))], at=NOON, correlation_id="c")
            await asyncio.sleep(0.2)
            await uow.outbox.put([owed(place=matrix(second))], at=NOON, correlation_id="c")
            await uow.commit()

    async with stocked(postgresql_database) as desk:
        outcomes = await asyncio.gather(
            in_two_steps(desk, "!a", "!b"), in_two_steps(desk, "!b", "!a"), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError", "NoneType"]
        assert len(await states(desk)) == 2


# ---- many workers ----------------------------------------------------------------------------------------------------


async def test_many_workers_and_many_writers_keep_every_lane_in_order(desk: SqlStorage) -> None:
    """I3, I8: everything ends delivered or dead, in each lane in the order of the commits, never two at once."""
    chance = Random(11)
    decided: dict[str, list[str]] = defaultdict(list)
    sent: dict[str, list[str]] = defaultdict(list)
    sending: set[str] = set()
    writing = True

    async def write(writer: int) -> None:
        for number in range(12):
            places = chance.sample(range(6), k=2)
            messages = [owed(f"{writer}.{number}", place=matrix(f"!{place}")) for place in places]
            async with desk.begin() as uow:
                await uow.outbox.put(messages, at=NOON, correlation_id="c")
                await asyncio.sleep(chance.random() / 200)
                for message in messages:
                    decided[message.place.value].append(message.message.headline)
                await uow.commit()

    async def work() -> None:
        while writing or await next_due(desk) is not None:
            for claimed in await claim(desk, limit=3):
                place = claimed.place.value
                assert place not in sending, "two at once"
                sending.add(place)
                await asyncio.sleep(chance.random() / 200)
                sending.remove(place)
                fate = chance.random()
                if fate < 0.2:
                    assert await postpone(desk, claimed, timedelta(0))
                    continue
                sent[place].append(claimed.message.headline)
                assert await (give_up(desk, claimed) if fate < 0.3 else delivered(claimed))
            await asyncio.sleep(0.001)

    async def delivered(claimed: ClaimedMessage) -> bool:
        return (await deliver(desk, claimed))[0]

    workers = [asyncio.create_task(work()) for _ in range(4)]
    await asyncio.gather(*(write(writer) for writer in range(4)))
    writing = False
    await asyncio.gather(*workers)
    assert sum(map(len, sent.values())) == 4 * 12 * 2
    assert dict(sent) == dict(decided)
    assert set(await states(desk)) == {"delivered", "dead"}


async def test_a_claim_costs_two_statements_and_an_idle_one_a_single(desk: SqlStorage) -> None:
    with counted(desk) as idle:
        await claim(desk)
    assert len(idle) == 1
    await put(desk, *(owed(place=matrix(f"!{n}")) for n in range(10)))
    with counted(desk) as busy:
        assert len(await claim(desk)) == 10
    assert len(busy) == 2


async def test_putting_costs_the_same_however_many_messages(desk: SqlStorage) -> None:
    costs = set()
    for many in (1, 50):
        with counted(desk) as statements:
            await put(desk, *(owed(f"{n}", place=matrix(f"!{n}")) for n in range(many)))
        costs.add(len([text for text in statements.texts if "pg_notify" not in text]))
    assert costs == {3}


async def test_ids_are_never_used_again(desk: SqlStorage) -> None:
    """A row's number is the transaction id on Matrix: a second use would silently send nothing."""
    await put(desk, owed(), owed())
    first = max(claimed.id for claimed in await claim(desk))
    await claim(desk)
    async with desk.engine.begin() as connection:
        await connection.execute(text("DELETE FROM outbox"))
        await connection.execute(text("DELETE FROM lanes"))
    await put(desk, owed(message=a_message("new")))
    (claimed,) = await claim(desk)
    assert claimed.id > first + 1
