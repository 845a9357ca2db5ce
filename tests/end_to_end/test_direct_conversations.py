"""In a conversation with the desk alone every word is for the desk; in a room of many, only what is marked."""

from dataclasses import replace
from datetime import timedelta

from chatops.application.deliveries import Answer, Speech
from chatops.bootstrap import RunningDesk
from chatops.domain.vocabulary import TicketId
from tests.desks import NOON, a_desk, delivery


async def writes(desk: RunningDesk, text: str, *, direct: bool = True, late: timedelta = timedelta()) -> Answer:
    written = delivery("ana", "@ana", Speech(text=text))
    return await desk.bus.handle(replace(written, direct=direct, sent_at=NOON - late))


async def test_words_to_the_desk_alone_need_no_mark(sqlite_database: str) -> None:
    async with a_desk(sqlite_database) as desk:
        opened = await writes(desk, "ticket open S2 the portal is slow")

        assert opened.ticket_id == TicketId(1)


async def test_the_same_words_among_others_are_chatter(sqlite_database: str) -> None:
    async with a_desk(sqlite_database) as desk:
        assert await writes(desk, "open S2 the portal is slow", direct=False) == Answer()


async def test_what_makes_no_command_is_answered(sqlite_database: str) -> None:
    async with a_desk(sqlite_database) as desk:
        for said in ("hello there", "…", "!!!"):
            assert (await writes(desk, said)).refused == "CommandNotUnderstood"


async def test_an_answer_to_a_question_is_no_command_of_its_own(sqlite_database: str) -> None:
    async with a_desk(sqlite_database) as desk:
        asked = await writes(desk, "open")
        assert asked.ticket_id is None

        answered = await writes(desk, "S2 the portal is slow")

        assert answered.ticket_id == TicketId(1)


async def test_words_that_were_written_before_the_question_do_not_answer_it(sqlite_database: str) -> None:
    async with a_desk(sqlite_database) as desk:
        await writes(desk, "open")

        late = await writes(desk, "lunch anybody", late=timedelta(minutes=5))

        assert late.ticket_id is None
        assert (await writes(desk, "S2 the portal is slow")).ticket_id is not None
