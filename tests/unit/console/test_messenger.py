"""The console's `Messenger`: where each form of message appears, and that a row shows once."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from adapters.console.messenger import ConsoleMessenger
from adapters.console.player import VirtualTime
from adapters.console.render import plain
from adapters.console.rooms import Rooms
from chatops.application.message_tree import Message
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form, Lease, Urgency
from chatops.domain.directory import Address
from chatops.domain.errors import Undeliverable
from chatops.domain.vocabulary import Language, PersonId, Platform, RoomId, TicketId
from tests.unit.console.cast import BEN, DESK, GLOBEX, GUS, NOW, WHO


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms(names=(f"w{number}" for number in count(1)))
    rooms.furnish(WHO)
    return rooms


@pytest.fixture
def messenger(rooms: Rooms) -> ConsoleMessenger:
    return ConsoleMessenger(rooms, VirtualTime(NOW))


def at(name: str) -> Address:
    return Address(platform=Platform.CONSOLE, value=name)


def a_parcel(
    row: int,
    form: Form,
    text: str = "hello",
    *,
    room: RoomId = GLOBEX,
    root: str | None = None,
    under: str | None = None,
    reader: PersonId | None = None,
    notify: tuple[PersonId, ...] = (),
) -> Parcel:
    claimed = ClaimedMessage(
        id=row,
        form=form,
        message=Message(language=Language.EN, headline=text, notify=notify),
        place=at(room),
        urgency=Urgency.QUIET,
        thread_id=1 if root or form is Form.CARD else 0,
        root=at(root) if root else None,
        target=None,
        answers=None,
        under=at(under) if under else None,
        reader=reader,
        ticket_id=TicketId(1),
        attempt=1,
        was_sending=False,
        correlation_id="c",
        lease=Lease(token="t", until=NOW),
    )
    people = tuple(Addressee(person=person, name=person, address=at(person)) for person in notify)
    whom = Addressee(person=reader, name=reader, address=at(reader)) if reader else None
    return Parcel(claimed=claimed, notify=people, reader=whom)


async def test_a_card_begins_a_thread_at_the_top_of_its_room(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    address = await messenger.deliver(a_parcel(12, Form.CARD))

    assert address == at("m12")
    (card,) = rooms.cards(TicketId(1))
    assert (card.name, card.room, card.thread, plain(card.lines)) == ("m12", GLOBEX, None, "hello")


async def test_a_row_that_is_sent_again_shows_nothing_twice(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    first = await messenger.deliver(a_parcel(12, Form.CARD))
    again = await messenger.deliver(a_parcel(12, Form.CARD))

    assert first == again
    assert len(rooms.appearances) == 1


async def test_an_edit_of_the_card_appears_in_its_place(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(12, Form.CARD, "T-1 is new"))

    address = await messenger.deliver(a_parcel(13, Form.CARD_EDIT, "T-1 is open", root="m12"))

    assert address == at("m12")
    (card,) = rooms.cards(TicketId(1))
    assert plain(card.lines) == "T-1 is open"


async def test_a_thread_s_message_stands_under_its_card(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(12, Form.CARD))
    await messenger.deliver(a_parcel(13, Form.THREAD, "news", root="m12"))

    assert [post.name for post in rooms.read(GUS, GLOBEX, "m12")] == ["m12", "m13"]
    assert rooms.appearances[-1].heard_by >= {GUS, BEN}


async def test_an_answer_is_for_its_reader_and_stands_where_they_asked(
    rooms: Rooms, messenger: ConsoleMessenger
) -> None:
    await messenger.deliver(a_parcel(12, Form.CARD))
    await messenger.deliver(a_parcel(13, Form.ANSWER, "no", under="m12", reader=GUS))
    await messenger.deliver(a_parcel(14, Form.ANSWER, "no", reader=GUS))

    in_thread, at_the_top = rooms.appearances[-2:]
    assert (in_thread.post.thread, at_the_top.post.thread) == ("m12", None)
    assert in_thread.seen_by == at_the_top.seen_by == {GUS}


async def test_an_answer_without_a_reader_is_for_the_room(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(12, Form.ANSWER, "an alert"))

    assert rooms.appearances[-1].seen_by == rooms.members(GLOBEX)


async def test_who_is_given_the_ball_is_notified(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(12, Form.CARD, notify=(GUS,)))

    assert rooms.appearances[-1].notified == {GUS}


async def test_a_room_that_is_not_there_is_never_reached(messenger: ConsoleMessenger) -> None:
    with pytest.raises(Undeliverable, match="#gone"):
        await messenger.deliver(a_parcel(12, Form.CARD, room=RoomId("#gone")))


@pytest.mark.parametrize("form", [Form.THREAD, Form.CARD_EDIT])
async def test_a_thread_that_an_earlier_terminal_began_gets_a_card_again(
    rooms: Rooms, messenger: ConsoleMessenger, form: Form
) -> None:
    """Its words went with that terminal; the ticket and its thread did not."""
    await messenger.deliver(a_parcel(40, form, "news", root="m12"))

    card = rooms.thread_for(GUS, TicketId(1))
    assert card is not None
    assert card.name == "m12"
    assert any("news" in plain(post.lines) for post in rooms.read(GUS, GLOBEX, "m12"))


async def test_what_is_delivered_appears_at_the_present_instant(rooms: Rooms) -> None:
    time = VirtualTime(NOW)
    later = NOW.replace(hour=17)
    messenger = ConsoleMessenger(rooms, time)
    time.move_to(later)

    await messenger.deliver(replace(a_parcel(12, Form.CARD, room=DESK)))

    assert rooms.appearances[-1].at == later


# ---- what changes later ----------------------------------------------------------------------------------------------


def of(parcel: Parcel, **changes: Any) -> Parcel:
    return replace(parcel, claimed=replace(parcel.claimed, **changes))


async def test_an_edit_changes_the_message_it_is_about(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(1, Form.CARD))
    await messenger.deliver(a_parcel(2, Form.THREAD, "node 2", root="m1"))
    address = await messenger.deliver(of(a_parcel(3, Form.EDIT, "node 3", root="m1"), target=at("m2")))

    assert address == at("m2")
    assert [plain(post.lines) for post in rooms.read(BEN, GLOBEX, "m1")] == ["hello", "node 3"]


async def test_an_edit_of_what_never_arrived_is_said_anew(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(1, Form.CARD))
    await messenger.deliver(of(a_parcel(3, Form.EDIT, "node 3", root="m1"), target=at("of-an-earlier-terminal")))
    await messenger.deliver(a_parcel(4, Form.EDIT, "node 4", root="m1"))

    assert [plain(post.lines) for post in rooms.read(BEN, GLOBEX, "m1")] == ["hello", "node 3", "node 4"]


async def test_a_removal_takes_its_message_back_once(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    await messenger.deliver(a_parcel(1, Form.CARD))
    await messenger.deliver(a_parcel(2, Form.THREAD, "node 2", root="m1"))
    for row in (3, 4):
        await messenger.deliver(of(a_parcel(row, Form.REMOVAL, root="m1"), target=at("m2")))
    await messenger.deliver(a_parcel(5, Form.REMOVAL, root="m1"))

    assert [post.removed for post in rooms.read(BEN, GLOBEX, "m1")] == [False, True]


async def test_a_reaction_hangs_under_what_it_answers(rooms: Rooms, messenger: ConsoleMessenger) -> None:
    spoken = rooms.speak(GUS, GLOBEX, None, (), at=NOW)
    for _ in range(2):
        await messenger.deliver(of(a_parcel(1, Form.REACTION, "📨"), answers=at(spoken.name)))

    assert [post.signs for post in rooms.read(GUS, GLOBEX)] == [(("📨", None),)]
