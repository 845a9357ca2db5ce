"""What people change, take back, mark with a sign or answer when asked back, over the bus and on both databases."""

from datetime import timedelta

import pytest

from chatops.application.deliveries import Answer, Deletion, Edit, Marked, Reaction, Request, Speech
from chatops.application.handlers.conversation import NOTED, PASSED_ON
from chatops.application.labels import SIGN
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.application.reception import SET_ASIDE
from chatops.bootstrap import RunningDesk, policies_in
from chatops.domain.directory import Address
from chatops.domain.errors import PolicyBroken
from chatops.domain.events import Attachment
from chatops.domain.policy import Decision, TransitionQuestion
from chatops.domain.vocabulary import Action, Platform, Scope, Status, TicketId
from rules.engine import engine_for
from rules.remembered import RememberedDecisions
from tests.desks import NOON, FixedTime, Mailbox, a_desk, a_ticket, delivery, quiet, said


class Chat:
    """A desk with one ticket of Ana's, its threads, and the mailbox that holds what everybody can read."""

    def __init__(self, desk: RunningDesk, mailbox: Mailbox, ticket_id: TicketId) -> None:
        self.desk = desk
        self.mailbox = mailbox
        self.ticket_id = ticket_id

    def root(self, room: str) -> str:
        cards = [p for p in self.mailbox.parcels if p.claimed.form is Form.CARD and p.claimed.place.value == room]
        return f"m{cards[-1].claimed.id}"

    async def says(self, person: str, room: str, text: str, *, key: str | None = None) -> Answer:
        request: Request = Marked(text=text[1:]) if text.startswith("!") else Speech(text=text)
        return await self.asks(person, room, request, key=key)

    async def asks(self, person: str, room: str, request: Request, *, key: str | None = None) -> Answer:
        answer = await self.desk.bus.handle(delivery(person, room, request, key=key, thread=self.root(room)))
        await quiet(self.desk)
        return answer

    def sent(self, room: str, form: Form) -> list[Parcel]:
        return [p for p in self.mailbox.parcels if p.claimed.place.value == room and p.claimed.form is form]

    def read(self, room: str) -> str:
        """Return all that was sent to the room, as one text."""
        return "\n".join(repr(p.claimed.message) for p in self.mailbox.parcels if p.claimed.place.value == room)

    async def status(self) -> Status:
        async with self.desk.storage.begin() as uow:
            ticket = await uow.tickets.find(self.ticket_id, Scope.of_the_desk())
        assert ticket is not None
        return ticket.status


async def a_chat(desk: RunningDesk, mailbox: Mailbox) -> Chat:
    ticket_id = await a_ticket(desk)
    await quiet(desk)
    return Chat(desk, mailbox, ticket_id)


# ---- edits and deletions ---------------------------------------------------------------------------------------------


async def test_corrected_words_correct_their_copy_on_the_other_side(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ana", "#acme", "node 2 is slow", key="said")
        copy = chat.sent("#desk", Form.THREAD)[-1]

        await chat.asks("ana", "#acme", Edit(of="said", now=Speech(text="node 3 is slow")))

        (edit,) = chat.sent("#desk", Form.EDIT)
        assert edit.claimed.target == Address(platform=Platform.CONSOLE, value=f"m{copy.claimed.id}")
        assert edit.claimed.message.quote is not None
        assert edit.claimed.message.quote.text == "node 3 is slow"
        assert edit.notify == ()
        assert not chat.sent("#acme", Form.EDIT)


async def test_nobody_corrects_what_somebody_else_wrote(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ana", "#acme", "node 2 is slow", key="said")

        await chat.asks("aldo", "#acme", Edit(of="said", now=Speech(text="all is well")))

        assert not chat.sent("#desk", Form.EDIT)
        assert "all is well" not in chat.read("#desk")


async def test_an_edited_command_is_never_run(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!tkae", key="mistyped")

        answer = await chat.asks("ben", "#desk", Edit(of="mistyped", now=Marked(text="take")))

        assert answer.refused is not None
        assert await chat.status() is Status.NEW
        assert "not run again" in chat.sent("#desk", Form.ANSWER)[-1].claimed.message.headline


async def test_an_edit_never_sends_a_note_to_the_customer(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "it is their plug-in", key="note")
        await chat.says("ben", "#desk", "!reply we are looking into it", key="reply")

        noted = await chat.asks("ben", "#desk", Edit(of="note", now=Marked(text="reply it is your plug-in")))
        plain = await chat.asks("ben", "#desk", Edit(of="reply", now=Speech(text="their plug-in again, I bet")))

        assert noted.refused is not None
        assert plain.refused is not None
        assert "plug-in" not in chat.read("#acme")


async def test_a_reply_is_corrected_by_editing_the_reply(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!reply restart noed 2", key="reply")

        await chat.asks("ben", "#desk", Edit(of="reply", now=Marked(text="reply restart node 2")))

        (edit,) = chat.sent("#acme", Form.EDIT)
        assert edit.claimed.message.quote is not None
        assert edit.claimed.message.quote.text == "restart node 2"


async def test_an_edit_of_what_was_never_passed_on_means_nothing(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        before = len(mailbox.parcels)

        answer = await chat.asks("ana", "#acme", Edit(of="unheard of", now=Marked(text="accept")))

        assert answer == Answer()
        assert len(mailbox.parcels) == before


async def test_what_is_deleted_where_it_was_written_is_taken_back_everywhere(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ana", "#acme", "the password is hunter2", key="said")
        copy = chat.sent("#desk", Form.THREAD)[-1]

        await chat.asks("ana", "#acme", Deletion(of="said"))
        await chat.asks("ana", "#acme", Deletion(of="said"))

        (removal,) = chat.sent("#desk", Form.REMOVAL)
        assert removal.claimed.target == Address(platform=Platform.CONSOLE, value=f"m{copy.claimed.id}")
        history = repr((await chat.says("ben", "#desk", "!history")).message)
        assert "hunter2" not in history
        assert "Ana Ashford (Acme Industries) took back what had been written" in history


async def test_files_go_to_the_other_side_with_the_words_and_leave_with_them(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        files = (Attachment(name="app.log", address="mxc://a/1"), Attachment(name="shot.png", address="mxc://a/2"))
        await chat.asks("ana", "#acme", Speech(text="here they are", files=files), key="said")

        passed = [p.claimed.message.quote.files for p in chat.sent("#desk", Form.FILE) if p.claimed.message.quote]
        assert passed == [(file,) for file in files]
        assert not chat.sent("#acme", Form.FILE)

        await chat.asks("ana", "#acme", Deletion(of="said"))
        taken = {p.claimed.target.value for p in chat.sent("#desk", Form.REMOVAL) if p.claimed.target}
        assert taken == {f"m{p.claimed.id}" for p in chat.sent("#desk", Form.FILE) + chat.sent("#desk", Form.THREAD)}


# ---- signs -----------------------------------------------------------------------------------------------------------


async def test_plain_words_that_were_taken_in_get_a_sign(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)

        await chat.says("ana", "#acme", "any news?")
        await chat.says("ben", "#desk", "looks like their plug-in")

        assert [p.claimed.message.headline for p in chat.sent("#acme", Form.REACTION)] == [PASSED_ON]
        assert [p.claimed.message.headline for p in chat.sent("#desk", Form.REACTION)] == [NOTED]


async def test_a_sign_presses_the_button_that_shows_it(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        card = Address(platform=Platform.CONSOLE, value=chat.root("#desk"))

        await chat.asks("ben", "#desk", Reaction(sign="🎉", to=card))
        assert await chat.status() is Status.NEW
        await chat.asks("ben", "#desk", Reaction(sign=SIGN[Action.TAKE], to=card))
        assert await chat.status() is Status.OPEN

        before = len(mailbox.parcels)
        await chat.asks("ben", "#desk", Reaction(sign=SIGN[Action.TAKE], to=card))
        assert len(mailbox.parcels) == before, "the card no longer shows that button"


async def test_the_customer_accepts_with_a_sign_under_the_solution(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")
        await chat.says("ben", "#desk", "!resolve workaround restart it")
        solution = Address(platform=Platform.CONSOLE, value=f"m{chat.sent('#acme', Form.THREAD)[-1].claimed.id}")

        await chat.asks("zed", "#acme", Reaction(sign=SIGN[Action.ACCEPT], to=solution))
        assert await chat.status() is Status.RESOLVED
        await chat.asks("ana", "#acme", Reaction(sign=SIGN[Action.ACCEPT], to=solution))
        assert await chat.status() is Status.CLOSED


async def test_a_button_of_a_message_that_is_out_of_date_does_nothing(database: str) -> None:
    """F31: accepting an older solution must not accept the one that stands."""
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")
        await chat.says("ben", "#desk", "!resolve workaround restart it")
        older = Address(platform=Platform.CONSOLE, value=f"m{chat.sent('#acme', Form.THREAD)[-1].claimed.id}")
        await chat.says("ana", "#acme", "!refuse still slow")
        await chat.says("ben", "#desk", "!resolve workaround buy a faster one")

        answer = await chat.asks("ana", "#acme", Reaction(sign=SIGN[Action.ACCEPT], to=older))

        assert answer.refused is not None
        assert await chat.status() is Status.RESOLVED
        assert "has moved on" in chat.sent("#acme", Form.ANSWER)[-1].claimed.message.headline


# ---- asked back ------------------------------------------------------------------------------------------------------


async def test_what_is_missing_may_be_said_in_plain_words(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")

        asked = await chat.says("ben", "#desk", "!need")
        assert asked.refused == "§3.2.2b"
        assert asked.message is not None
        assert "`!need`" in asked.message.paragraphs[0]
        await chat.says("ben", "#desk", "the logs of the period")

        assert await chat.status() is Status.SUSPENDED
        assert "the logs of the period" in chat.read("#acme")


async def test_an_answer_may_take_several_steps(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")
        await chat.says("ben", "#desk", "!resolve")
        await chat.says("ben", "#desk", "workaround")
        await chat.says("ben", "#desk", "restart node 2\nthen clear the cache")

        assert await chat.status() is Status.RESOLVED
        assert "clear the cache" in chat.read("#acme")


async def test_there_is_a_way_out_of_every_question(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")
        for way_out in ("!cancel", "!annuler", "Never mind.", "annuler", "!show"):
            await chat.says("ben", "#desk", "!need")
            await chat.says("ben", "#desk", way_out)
            await chat.says("ben", "#desk", "it is their plug-in")

            assert await chat.status() is Status.OPEN, way_out
        assert "plug-in" not in chat.read("#acme")
        assert "nothing here" in repr((await chat.says("ben", "#desk", "!cancel")).message)


async def test_a_question_stands_for_the_one_who_was_asked_and_not_for_ever(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime()
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        chat = await a_chat(desk, mailbox)
        await chat.says("ben", "#desk", "!take")
        await chat.says("ben", "#desk", "!need")
        await chat.says("bea", "#desk", "I would not ask them anything")
        assert await chat.status() is Status.OPEN

        time.at += timedelta(minutes=16)
        await chat.says("ben", "#desk", "their plug-in is to blame")

        assert await chat.status() is Status.OPEN
        assert "plug-in" not in chat.read("#acme")


async def test_a_report_may_be_given_after_the_command(database: str) -> None:
    async with a_desk(database) as desk:
        await said(desk, "ana", "#acme", "!open S2")
        opened = await said(desk, "ana", "#acme", "the portal is very slow")
        chatter = await said(desk, "ana", "#acme", "lunch, anybody?")

        assert opened.ticket_id is not None
        assert chatter == Answer()


# ---- late, and set aside ---------------------------------------------------------------------------------------------


async def test_what_comes_late_says_so_to_everybody_who_reads_it(database: str) -> None:
    mailbox = Mailbox()
    async with a_desk(database, messengers=[mailbox]) as desk:
        chat = await a_chat(desk, mailbox)
        for minutes, word in ((9, "on time"), (180, "hours ago")):
            request = delivery("ana", "#acme", Speech(text=word), thread=chat.root("#acme"))
            object.__setattr__(request, "sent_at", NOON - timedelta(minutes=minutes))
            await desk.bus.handle(request)
            await quiet(desk)

        in_time, late = chat.sent("#desk", Form.THREAD)[-2:]
        assert in_time.claimed.message.paragraphs == ()
        assert "late" in late.claimed.message.paragraphs[-1]


class Unwell(RememberedDecisions):
    """The shipped policies, which answer until they fall ill, and then no more."""

    def __init__(self) -> None:
        super().__init__(engine_for(policies_in(None)))
        self.ill = False

    def decide(self, question: TransitionQuestion) -> Decision:
        if self.ill:
            raise PolicyBroken("it gave no answer")
        return super().decide(question)


@pytest.mark.logs_errors
async def test_a_message_that_our_own_fault_stops_is_set_aside_and_the_next_one_goes_on(database: str) -> None:
    """F30: the sender is told, the managers are told, and it stands in nobody's way."""
    mailbox, policies = Mailbox(), Unwell()
    async with a_desk(database, messengers=[mailbox], policies=policies) as desk:
        chat = await a_chat(desk, mailbox)
        policies.ill = True
        stopped = await chat.says("ben", "#desk", "!take", key="poison")
        again = await chat.says("ben", "#desk", "!take", key="poison")
        policies.ill = False
        taken = await chat.says("ben", "#desk", "!take")

        assert (stopped.refused, stopped.repeated) == (SET_ASIDE, False)
        assert (again.refused, again.repeated) == (SET_ASIDE, True)
        assert taken.refused is None
        assert "went wrong on our side" in chat.read("#desk")
        assert chat.read("#managers").count("could not be dealt with") == 1
