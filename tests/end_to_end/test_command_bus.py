"""One command, one transaction, once per delivery; and what people outside the directory get to hear."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.application.deliveries import Cursor, Marked, Press, Speech
from chatops.application.ports.tickets import TicketFilter
from chatops.domain.events import CommandRefused
from chatops.domain.vocabulary import Action, Scope, Severity, Side, Status, TicketId
from tests.desks import FixedTime, Mailbox, a_desk, a_ticket, delivery, quiet, said

DESK = Scope.of_the_desk()


async def test_the_same_delivery_has_one_effect_and_the_same_answer(database: str) -> None:
    """F7, I2: in sequence, at the same instant, and to two processes."""
    async with a_desk(database) as one, a_desk(database) as other:
        twice = delivery("ana", "#acme", Marked(text="open S1 checkout is down"), key="console:once")
        first = await one.bus.handle(twice)
        again = await asyncio.gather(*(desk.bus.handle(twice) for desk in (one, other, one, other)))
        assert {answer.ticket_id for answer in again} == {first.ticket_id}
        assert all(answer.repeated for answer in again)
        same_time = delivery("ana", "#acme", Marked(text="open S1 it is still down"), key="console:at-once")
        answers = await asyncio.gather(*(desk.bus.handle(same_time) for desk in (one, other, one, other)))
        assert sorted(answer.repeated for answer in answers) == [False, True, True, True]
        async with one.storage.begin() as uow:
            # Counted, not looked up by number: an attempt that was begun again may leave a gap (F42).
            assert len(await uow.tickets.list(DESK, TicketFilter())) == 2


async def test_the_cursor_moves_in_the_commit_of_what_was_read(database: str) -> None:
    async with a_desk(database) as desk:
        read = delivery("ana", "#acme", Marked(text="open it is slow"))
        assert await desk.bus.position("matrix:@desk") is None
        cursor = Cursor(name="matrix:@desk", position="s1")
        await desk.bus.handle(type(read)(**{**read.__dict__, "cursor": cursor}))
        assert await desk.bus.position("matrix:@desk") == "s1"
        await desk.bus.read_to(Cursor(name="matrix:@desk", position="s2"))
        assert await desk.bus.position("matrix:@desk") == "s2"


async def test_chatter_outside_a_ticket_does_nothing(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        answer = await said(desk, "ana", "#acme", "good morning everybody")
        await quiet(desk)
        assert (answer.message, answer.ticket_id) == (None, None)
        assert mailbox.parcels == []


async def test_people_are_found_by_what_they_are_called_now(database: str) -> None:
    """Their names are gone through once for each state of the directory, not with each command."""
    async with a_desk(database) as desk:
        ticket = await a_ticket(desk)
        assert (await said(desk, "ben", "#desk", f"!assign T-{ticket} Betty")).refused == "UserError"
        async with desk.storage.begin() as uow:
            bea = next(person for person in await uow.directory.people() if person.id == "bea")
            betty = replace(bea, name="Betty")
            await uow.directory.change(betty, by=None, at=desk.time.now(), correlation_id="c")
            await uow.commit()
        assert (await said(desk, "ben", "#desk", f"!assign T-{ticket} Betty")).refused is None
        assert (await said(desk, "ben", "#desk", f"!assign T-{ticket} {bea.name}")).refused == "UserError"


async def test_another_organisations_ticket_and_none_are_told_in_the_same_words(database: str) -> None:
    """S14."""
    async with a_desk(database) as desk:
        theirs = await a_ticket(desk)
        answers = [await said(desk, "gus", "#globex", f"!show T-{number}") for number in (theirs, 4711)]
        first, second = (answer.message for answer in answers)
        assert first == second
        assert first is not None
        assert answers[0].refused == "TicketNotFound"


async def test_a_room_of_one_customer_never_shows_anothers_ticket_whoever_asks(database: str) -> None:
    """S13."""
    async with a_desk(database) as desk:
        theirs = await a_ticket(desk)
        assert (await said(desk, "ben", "#globex", f"!show T-{theirs}")).refused == "TicketNotFound"
        assert (await said(desk, "clo", "#globex", f"!take T-{theirs}")).refused == "TicketNotFound"
        assert (await said(desk, "ben", "#desk", f"!show T-{theirs}")).refused is None
        listed = await said(desk, "ben", "#globex", "!list all")
        assert listed.message is not None
        assert "T-" not in "".join(listed.message.paragraphs)


async def test_a_contact_in_a_strangers_room_sees_nothing(database: str) -> None:
    async with a_desk(database) as desk:
        ticket = await a_ticket(desk)
        assert (await said(desk, "gus", "#acme", f"!show T-{ticket}")).refused == "TicketNotFound"
        assert (await said(desk, "gus", "#acme", "!open S1 let me in")).refused == "UserError"


async def test_a_stranger_is_told_so_and_nothing_happens(database: str) -> None:
    async with a_desk(database) as desk:
        answer = await said(desk, "mallory", "#acme", "!open S1 let me in")
        assert answer.refused == "NotLinked"
        assert answer.message is not None
        assert "`!identify mallory name`" in answer.message.headline
        assert (await said(desk, "ana", "#nowhere", "!open S1 hello")).refused == "NotLinked"
        async with desk.storage.begin() as uow:
            assert await uow.tickets.find(TicketId(1), DESK) is None


async def test_a_refusal_is_kept_in_the_history_and_changes_nothing(database: str) -> None:
    async with a_desk(database) as desk:
        ticket = await a_ticket(desk)
        refused = await said(desk, "ana", "#acme", f"!accept T-{ticket}")
        assert refused.refused is not None
        assert refused.refused.startswith("§3.2")
        async with desk.storage.begin() as uow:
            stands = await uow.tickets.find(ticket, DESK)
            history = await uow.history.of(ticket, DESK)
            assert await uow.history.first_broken(ticket, DESK) is None
        assert stands is not None
        assert (stands.status, stands.version) == (Status.NEW, 2)
        assert isinstance(history[-1].event, CommandRefused)
        assert history[-1].event.action is Action.ACCEPT


async def test_a_button_goes_the_way_of_the_words(database: str) -> None:
    """S9: one authorisation for every entry."""
    async with a_desk(database) as desk:
        ticket = await a_ticket(desk)
        pressed = await desk.bus.handle(delivery("ana", "#acme", Press(action=Action.TAKE, ticket_id=ticket)))
        assert pressed.refused is not None
        pressed = await desk.bus.handle(delivery("ben", "#desk", Press(action=Action.TAKE, ticket_id=ticket)))
        assert pressed.refused is None
        other = delivery("gus", "#globex", Press(action=Action.ACCEPT, ticket_id=ticket))
        assert (await desk.bus.handle(other)).refused == "TicketNotFound"


async def test_what_no_database_keeps_is_made_visible(database: str) -> None:
    """S24: NUL and half a surrogate pair, which PostgreSQL refuses."""
    async with a_desk(database) as desk:
        opened = await said(desk, "ana", "#acme", "!open S2 nul \x00 and half \ud83d a pair")
        assert opened.ticket_id is not None
        async with desk.storage.begin() as uow:
            ticket = await uow.tickets.find(opened.ticket_id, DESK)
        assert ticket is not None
        assert ticket.title == "nul � and half � a pair"


async def test_a_hundred_kilobytes_of_report_are_kept(database: str) -> None:
    async with a_desk(database) as desk:
        opened = await said(desk, "ana", "#acme", "!open S2 slow\n" + "x" * 100_000)
        assert opened.ticket_id is not None
        async with desk.storage.begin() as uow:
            ticket = await uow.tickets.find(opened.ticket_id, DESK)
        assert ticket is not None
        assert len(ticket.description) == 100_000


async def test_a_severity_that_nobody_proposed_is_s3(database: str) -> None:
    async with a_desk(database) as desk:
        opened = await said(desk, "ana", "#acme", "!open the manual has a typo")
        async with desk.storage.begin() as uow:
            ticket = await uow.tickets.find(opened.ticket_id or TicketId(0), DESK)
        assert ticket is not None
        assert (ticket.severity, ticket.ball) == (Severity.S3, Side.VENDOR)


async def test_a_room_in_two_languages_speaks_to_each_reader(database: str) -> None:
    """The customer room of Globex is French; what is for one person speaks theirs."""
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        ticket = await a_ticket(desk, "gus", "#globex")
        await quiet(desk)
        await said(desk, "bea", "#desk", f"!take T-{ticket}")
        refused = await said(desk, "bea", "#desk", f"!accept T-{ticket}")
        await quiet(desk)
        assert refused.message is not None
        assert "client" in refused.message.headline
        assert mailbox.headlines("#globex")[1] == "Béatrice Bertin (support) suit maintenant T-1."
        assert mailbox.headlines("#desk")[1:3] == ["Béatrice Bertin a pris T-1.", "Béatrice Bertin took T-1."]


@pytest.mark.parametrize("words", ["hello?", "!reply"])
async def test_a_refused_word_in_a_closed_tickets_thread_proposes_a_new_one(database: str, words: str) -> None:
    """§3.2.6a."""
    mailbox, time = Mailbox(), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await a_ticket(desk)
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await said(desk, "ben", "#desk", f"!close T-{ticket} duplicate")
        await quiet(desk)
        (thread,) = [p for p in mailbox.parcels if p.claimed.place.value == "#acme" and p.claimed.form == "card"]
        time.at += timedelta(days=30)
        request = Marked(text=words[1:]) if words.startswith("!") else Speech(text=words)
        answer = await desk.bus.handle(delivery("ana", "#acme", request, thread=f"m{thread.claimed.id}"))
        assert answer.refused == "§3.2.6a"
        assert answer.message is not None
        assert f"`!open … after T-{ticket}`" in answer.message.headline
