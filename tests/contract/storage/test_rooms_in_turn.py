"""The `Outbox` port, between rooms: whose turn it is, who is kept out, and what a room that moved takes with it."""

import asyncio
from datetime import timedelta

import pytest

from chatops.application.ports.outbox import ClaimedMessage, Form, Lost, Urgency
from chatops.application.ports.threads import Thread
from chatops.domain.directory import Address
from chatops.domain.events import TicketClosed
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import ClosingReason, Platform, Status
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import (
    MINUTE,
    NOON,
    a_thread,
    a_ticket,
    an_event,
    at,
    claim,
    deliver,
    drained,
    headlines,
    matrix,
    owed,
    put,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACME, OTHER, NEW = matrix("!acme"), matrix("!other"), matrix("!new")


async def threads_of(desk: SqlStorage, place: str, many: int) -> list[Thread]:
    """Return threads of as many tickets in one room: lanes that could all go at once."""
    return [await a_thread(desk, await a_ticket(desk), place) for _ in range(many)]


async def put_in_each(desk: SqlStorage, threads: list[Thread], name: str, **said: object) -> None:
    await put(desk, *(owed(f"{name}{number}", thread=thread, **said) for number, thread in enumerate(threads, 1)))


async def one_after_the_other(desk: SqlStorage, *, remember: int = 50) -> list[str]:
    """Deliver everything one message a claim, as after a refusal; return the headlines in their order."""
    heard: list[str] = []
    served: list[Address] = []
    while claimed := await claim(desk, limit=1, served=served[-remember:]):
        heard += headlines(claimed)
        served.append(claimed[0].place)
        await deliver(desk, *claimed)
    return heard


# ---- rooms in turn ---------------------------------------------------------------------------------------------------


async def test_every_room_has_its_first_turn_before_any_has_its_second(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 10), "a")
    await put_in_each(desk, await threads_of(desk, "!desk", 2), "d")
    await put_in_each(desk, await threads_of(desk, "!other", 1), "o")
    assert set(headlines(await claim(desk, limit=3))) == {"a1", "d1", "o1"}
    assert set(headlines(await claim(desk, limit=2))) == {"a2", "d2"}
    assert headlines(await claim(desk, limit=2)) == ["a3", "a4"]


async def test_one_message_at_a_time_goes_around_the_rooms(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 5), "a")
    await put_in_each(desk, await threads_of(desk, "!desk", 3), "d")
    await put_in_each(desk, await threads_of(desk, "!other", 1), "o")
    assert await one_after_the_other(desk) == ["a1", "d1", "o1", "a2", "d2", "a3", "d3", "a4", "a5"]


async def test_who_forgets_whose_turn_it_was_delivers_everything_all_the_same(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 3), "a")
    await put_in_each(desk, await threads_of(desk, "!desk", 3), "d")
    assert sorted(await one_after_the_other(desk, remember=0) or []) == ["a1", "a2", "a3", "d1", "d2", "d3"]


async def test_a_page_goes_before_any_room_s_turn(desk: SqlStorage) -> None:
    threads = await threads_of(desk, "!acme", 3)
    await put_in_each(desk, await threads_of(desk, "!other", 3), "o")
    await put_in_each(desk, threads, "page", urgency=Urgency.PAGE)
    assert (await one_after_the_other(desk))[:3] == ["page1", "page2", "page3"]


async def test_within_a_room_what_is_due_longest_goes_first(desk: SqlStorage) -> None:
    first, second = await threads_of(desk, "!acme", 2)
    await put(desk, owed("later", thread=first), when=NOON + MINUTE)
    await put(desk, owed("earlier", thread=second), when=NOON)
    assert headlines(await claim(desk, now=NOON + 2 * MINUTE, limit=1)) == ["earlier"]


async def test_rooms_that_differ_by_their_platform_only_are_two_rooms(desk: SqlStorage) -> None:
    await put(desk, owed("here"), owed("there", place=at(Platform.SLACK, "!acme")))
    served = [at(Platform.MATRIX, f"!{number}") for number in range(200)]
    assert headlines(await claim(desk, served=served)) == ["here"]
    assert headlines(await claim(desk, served=served, platform=Platform.SLACK)) == ["there"]


@pytest.mark.postgres
async def test_claims_at_once_share_the_rooms_without_waiting(desk: SqlStorage) -> None:
    for place in ("!acme", "!desk", "!other"):
        await put_in_each(desk, await threads_of(desk, place, 6), place)
    claims = await asyncio.gather(*(claim(desk, limit=3) for _ in range(4)))
    ids = [each.id for claimed in claims for each in claimed]
    while more := await claim(desk, limit=3):
        ids += [each.id for each in more]
    assert len(ids) == len(set(ids)) == 18


# ---- a try that was none ---------------------------------------------------------------------------------------------


async def give_back(desk: SqlStorage, claimed: ClaimedMessage) -> bool:
    async with desk.begin() as uow:
        kept = await uow.outbox.give_back(claimed, error="too fast")
        await uow.commit()
    return kept


async def test_what_is_given_back_keeps_its_place_in_the_order_and_its_count_of_tries(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 3), "a")
    for _ in range(100):
        (first,) = await claim(desk, limit=1)
        assert (first.message.headline, first.attempt) == ("a1", 1)
        assert await give_back(desk, first)
    assert await drained(desk) == ["a1", "a2", "a3"]


async def test_who_lost_the_lease_gives_nothing_back(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (late,) = await claim(desk)
    (taken,) = await claim(desk, now=NOON + MINUTE)
    assert not await give_back(desk, late)
    assert await give_back(desk, taken)
    (again,) = await claim(desk)
    assert (again.attempt, again.was_sending) == (2, True)


async def test_what_was_withdrawn_while_it_was_refused_is_not_given_back(desk: SqlStorage) -> None:
    await put(desk, owed("page", cancel_key="k"), owed("after"))
    (page,) = await claim(desk)
    async with desk.begin() as uow:
        assert await uow.outbox.cancel("k") == 0
        await uow.commit()
    assert await give_back(desk, page)
    assert await drained(desk) == ["after"]


# ---- rooms that nobody of ours is in ---------------------------------------------------------------------------------


async def shut_out(desk: SqlStorage, claimed: ClaimedMessage, *, now: timedelta, again: timedelta) -> bool:
    async with desk.begin() as uow:
        known_anew = await uow.outbox.unreachable(claimed, at=NOON + now, again_at=NOON + again, reason="forbidden")
        await uow.commit()
    return known_anew


async def let_in(desk: SqlStorage, place: Address) -> bool:
    async with desk.begin() as uow:
        was_unreachable = await uow.outbox.reachable(place)
        await uow.commit()
    return was_unreachable


async def next_due(desk: SqlStorage) -> object:
    async with desk.begin() as uow:
        return await uow.outbox.next_due(Platform.MATRIX)


async def test_all_that_is_owed_in_an_unreachable_room_waits_and_nothing_else(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 3), "a")
    await put(desk, owed("elsewhere", place=OTHER))
    refused, *others = await claim(desk, limit=4)
    assert refused.unreachable_since is None
    assert await shut_out(desk, refused, now=timedelta(0), again=10 * MINUTE)
    for other in others:
        if other.place == ACME:
            assert not await shut_out(desk, other, now=timedelta(0), again=10 * MINUTE)
        else:
            await deliver(desk, other)
    await put(desk, owed("put later"), owed("elsewhere again", place=OTHER), when=NOON + MINUTE)
    assert await drained(desk, now=NOON + MINUTE) == ["elsewhere again"]
    assert await next_due(desk) == NOON + 10 * MINUTE
    assert await drained(desk, now=NOON + 10 * MINUTE - timedelta(microseconds=1)) == []


async def test_one_message_is_claimed_to_see_how_a_room_stands(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 3), "a")
    (refused,) = await claim(desk, limit=1)
    await shut_out(desk, refused, now=timedelta(0), again=10 * MINUTE)
    then = NOON + 10 * MINUTE
    (look,) = await claim(desk, now=then)
    assert (look.message.headline, look.attempt, look.unreachable_since) == ("a1", 1, NOON)
    assert await claim(desk, now=then) == ()
    assert await next_due(desk) == then + MINUTE
    assert not await shut_out(desk, look, now=10 * MINUTE, again=10 * MINUTE + HOUR)
    assert await claim(desk, now=then + HOUR - timedelta(microseconds=1)) == ()
    (look,) = await claim(desk, now=then + HOUR)
    assert (look.message.headline, look.unreachable_since) == ("a1", NOON)


async def test_a_look_whose_worker_never_came_back_is_taken_again(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (refused,) = await claim(desk)
    await shut_out(desk, refused, now=timedelta(0), again=MINUTE)
    assert len(await claim(desk, now=NOON + MINUTE)) == 1
    assert await claim(desk, now=NOON + 2 * MINUTE - timedelta(microseconds=1)) == ()
    assert len(await claim(desk, now=NOON + 2 * MINUTE)) == 1


async def test_who_is_let_in_again_says_everything_at_once_in_its_order(desk: SqlStorage) -> None:
    first, second = await threads_of(desk, "!acme", 2)
    await put(desk, owed("card", thread=first, form=Form.CARD), owed("said", thread=first), owed("more", thread=second))
    (refused,) = await claim(desk, limit=1)
    await shut_out(desk, refused, now=timedelta(0), again=10 * MINUTE)
    assert await let_in(desk, ACME)
    assert not await let_in(desk, ACME)
    assert await drained(desk) == ["card", "more", "said"]
    await put(desk, owed("new"))
    (refused,) = await claim(desk)
    assert await shut_out(desk, refused, now=MINUTE, again=HOUR), "shut out anew, told anew"


async def test_somebody_who_is_heard_there_is_a_reason_to_look_at_once(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 2), "a")
    (refused,) = await claim(desk, limit=1)
    await shut_out(desk, refused, now=timedelta(0), again=HOUR)
    async with desk.begin() as uow:
        await uow.outbox.look_at(ACME, at=NOON + MINUTE)
        await uow.outbox.look_at(OTHER, at=NOON + MINUTE)
        await uow.commit()
    assert await next_due(desk) == NOON + MINUTE
    assert headlines(await claim(desk, now=NOON + MINUTE)) == ["a1"]
    async with desk.begin() as uow:
        await uow.outbox.look_at(ACME, at=NOON + HOUR)
        await uow.commit()
    assert await claim(desk, now=NOON + MINUTE) == (), "one look is under way"


async def test_what_waited_too_long_is_lost_and_the_rest_waits_on(desk: SqlStorage) -> None:
    first, second = await threads_of(desk, "!acme", 2)
    await put(desk, owed("old", thread=first), owed("old as well", thread=second), owed("of nobody's"))
    await put(desk, owed("young", thread=first), when=NOON + DAY)
    await put(desk, owed("elsewhere", place=OTHER))
    (refused,) = await claim(desk, limit=1)
    await shut_out(desk, refused, now=timedelta(0), again=MINUTE)
    async with desk.begin() as uow:
        lost = await uow.outbox.lose(ACME, put_before=NOON, at=NOON + 7 * DAY, error="forbidden")
        assert lost == Lost(messages=3, tickets=(first.ticket_id, second.ticket_id))
        assert (await uow.outbox.lose(ACME, put_before=NOON, at=NOON + 7 * DAY, error="forbidden")).messages == 0
        await uow.commit()
    await let_in(desk, ACME)
    assert sorted(await drained(desk, now=NOON + 8 * DAY)) == ["elsewhere", "young"]


async def test_two_who_are_shut_out_at_once_are_one_piece_of_news(desk: SqlStorage) -> None:
    await put_in_each(desk, await threads_of(desk, "!acme", 6), "a")
    refused = await claim(desk)
    told = await asyncio.gather(*(shut_out(desk, each, now=timedelta(0), again=MINUTE) for each in refused))
    assert sorted(told) == [False] * 5 + [True]


# ---- a room that moved -----------------------------------------------------------------------------------------------


async def move(desk: SqlStorage, old: Address = ACME, new: Address = NEW) -> tuple[Thread, ...]:
    """Move as a handler would: threads first, then a card for each, then what still waited."""
    async with desk.begin() as uow:
        moved = await uow.threads.move(old, new)
        cards = [owed(f"card of T-{thread.ticket_id}", thread=thread, form=Form.CARD) for thread in moved]
        await uow.outbox.follow(old, new, cards, at=NOON + MINUTE, correlation_id="c-move")
        await uow.commit()
    return moved


async def heard(desk: SqlStorage, *, now: timedelta = HOUR) -> list[tuple[str, str, str | None]]:
    """Deliver everything; return where, what, and under which root each went out."""
    out = []
    while claimed := await claim(desk, now=NOON + now):
        out += [
            (each.place.value, each.message.headline, None if each.root is None else each.root.value)
            for each in claimed
        ]
        await deliver(desk, *claimed)
    return out


async def test_the_threads_of_open_tickets_begin_anew_under_a_new_card(desk: SqlStorage) -> None:
    ticket, other = await a_ticket(desk), await a_ticket(desk)
    thread = await a_thread(desk, ticket, "!acme", root="$old")
    elsewhere = await a_thread(desk, ticket, "!desk", root="$there")
    unsent = await a_thread(desk, other, "!acme")
    moved = await move(desk)
    assert [(each.id, each.place, each.root) for each in moved] == [(thread.id, NEW, None), (unsent.id, NEW, None)]
    async with desk.begin() as uow:
        assert await uow.threads.of(ticket.id) == (moved[0], elsewhere)
        assert await uow.threads.rooted_at(ACME, matrix("$old")) is None
    await put(desk, owed("said later", thread=moved[0]), when=NOON + 2 * MINUTE)
    first, second, said = await heard(desk)
    assert (first[:2], second[:2]) == (("!new", f"card of T-{ticket.id}"), ("!new", f"card of T-{other.id}"))
    assert said == ("!new", "said later", (await threads_now(desk, ticket))[0])


async def threads_now(desk: SqlStorage, ticket: Ticket) -> list[str | None]:
    async with desk.begin() as uow:
        return [None if thread.root is None else thread.root.value for thread in await uow.threads.of(ticket.id)]


async def test_what_still_waited_follows_the_card_in_its_order(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    thread = await a_thread(desk, ticket, "!acme")
    await put(
        desk,
        owed("old card", thread=thread, form=Form.CARD),
        owed("one", thread=thread, entry=1),
        owed("old edit of the card", thread=thread, form=Form.CARD_EDIT),
        owed("an answer", thread=thread, form=Form.ANSWER, answers=matrix("$said"), under=matrix("$old")),
        owed("correction of one", thread=thread, form=Form.EDIT, entry=1),
        owed("a sign", thread=thread, form=Form.REACTION, answers=matrix("$said")),
        owed("of the room", answers=matrix("$said")),
        owed("elsewhere", place=OTHER),
    )
    await move(desk)
    told = await heard(desk)
    assert [what for where, what, _ in told if where == "!new"] == [
        f"card of T-{ticket.id}",
        "of the room",
        "one",
        "an answer",
        "correction of one",
    ]
    assert [what for where, what, _ in told if where != "!new"] == ["elsewhere"]
    (root,) = await threads_now(desk, ticket)
    assert {under for where, what, under in told[2:] if what in ("one", "an answer")} == {root}


async def test_what_is_about_a_message_in_the_old_room_is_not_said_in_the_new_one(desk: SqlStorage) -> None:
    thread = await a_thread(desk, await a_ticket(desk), "!acme", root="$old")
    await put(desk, owed("one", thread=thread, entry=1))
    await drained(desk)
    await put(desk, owed("correction", thread=thread, form=Form.EDIT, entry=1))
    await put(desk, owed("taken back", thread=thread, form=Form.REMOVAL, entry=1))
    (moved,) = await move(desk)
    await put(desk, owed("correction decided later", thread=moved, form=Form.EDIT, entry=1), when=NOON + MINUTE)
    (card,) = await claim(desk, now=NOON + HOUR)
    await deliver(desk, card)
    (late,) = await claim(desk, now=NOON + HOUR)
    assert (late.message.headline, late.target) == ("correction decided later", None)


async def test_an_edit_finds_the_message_of_its_own_thread(desk: SqlStorage) -> None:
    first, second = await threads_of(desk, "!acme", 2)
    await put(
        desk, owed("a", thread=first, entry=1), owed("b", thread=second, entry=1), owed("c", thread=second, entry=2)
    )
    await drained(desk)
    await put(desk, owed("b corrected", thread=second, form=Form.EDIT, entry=2))
    (edit,) = await claim(desk)
    assert edit.target == matrix("$3")
    await deliver(desk, edit)
    await put(desk, owed("of nothing", thread=first, form=Form.EDIT, entry=2))
    (edit,) = await claim(desk)
    assert edit.target is None


async def test_a_message_that_was_being_sent_is_said_again_where_people_are_now(desk: SqlStorage) -> None:
    """Whether it still got into the old room nobody knows; in the new one it is missing for certain."""
    thread = await a_thread(desk, await a_ticket(desk), "!acme", root="$old")
    await put(desk, owed("one", thread=thread))
    (sending,) = await claim(desk)
    await move(desk)
    assert await deliver(desk, sending) == [False]
    assert [what for _, what, _ in await heard(desk)][1:] == ["one"]


async def test_a_message_whose_fate_is_unknown_holds_nothing_up_in_the_new_room(desk: SqlStorage) -> None:
    thread = await a_thread(desk, await a_ticket(desk), "!acme", root="$old")
    await put(desk, owed("unknown", thread=thread), owed("after", thread=thread))
    (unknown,) = await claim(desk)
    async with desk.begin() as uow:
        await uow.outbox.unknown(unknown, at=NOON, again_at=NOON + MINUTE, error="stopped while sending")
        await uow.commit()
    await move(desk)
    assert [what for _, what, _ in await heard(desk)][1:] == ["unknown", "after"]


async def test_closed_tickets_stay_as_history_unless_something_is_owed_there(desk: SqlStorage) -> None:
    end = an_event(TicketClosed, status=Status.CLOSED, reason=ClosingReason.OTHER)
    closed, owing = await a_ticket(desk, end), await a_ticket(desk, end)
    await a_thread(desk, closed, "!acme", root="$1")
    thread = await a_thread(desk, owing, "!acme", root="$2")
    await put(desk, owed("closed", thread=thread))
    assert [each.ticket_id for each in await move(desk)] == [owing.id]
    assert await threads_now(desk, closed) == ["$1"]
    assert [what for _, what, _ in await heard(desk)] == [f"card of T-{owing.id}", "closed"]


async def test_a_ticket_that_has_a_thread_there_already_keeps_that_one(desk: SqlStorage) -> None:
    ticket = await a_ticket(desk)
    old = await a_thread(desk, ticket, "!acme", root="$old")
    new = await a_thread(desk, ticket, "!new", root="$new")
    await put(desk, owed("told twice", thread=old), owed("told once", thread=new))
    assert await move(desk) == ()
    assert await heard(desk) == [("!new", "told once", "$new")]


async def test_a_room_that_was_unreachable_and_moved_is_waited_for_no_more(desk: SqlStorage) -> None:
    await put(desk, owed("one"))
    (refused,) = await claim(desk)
    await shut_out(desk, refused, now=timedelta(0), again=HOUR)
    await move(desk)
    assert not await let_in(desk, ACME)
    assert await heard(desk, now=MINUTE) == [("!new", "one", None)]
