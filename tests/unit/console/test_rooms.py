"""The terminal's chat server: who is where, who sees what, and that nobody hears their own words."""

from dataclasses import replace
from itertools import count

import pytest

from adapters.console.render import Line, Part, plain, render_speech
from adapters.console.rooms import Appearance, Post, Rooms
from chatops.application.message_tree import Button
from chatops.domain.vocabulary import Action, PersonId, RoomId, TicketId
from tests.unit.console.cast import ACME, ANA, BEA, BEN, CLO, DESK, GLOBEX, GUS, MANAGERS, NOW, ROOT, WHO

T1 = TicketId(1)


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms(names=(f"w{number}" for number in count(1)))
    rooms.furnish(WHO)
    return rooms


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(part=Part.FACT, text=text) for text in texts)


def a_card(name: str = "m1", room: RoomId = GLOBEX, *texts: str) -> Post:
    return Post(name=name, room=room, thread=None, author=None, lines=lines(*(texts or ("Status: NEW",))), ticket_id=T1)


def last(rooms: Rooms) -> Appearance:
    return rooms.appearances[-1]


# ---- who is where ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "members"),
    [
        (ACME, {ANA, BEN, BEA, CLO, ROOT}),
        (GLOBEX, {GUS, BEN, BEA, CLO, ROOT}),
        (DESK, {BEN, BEA, CLO, ROOT}),
        (MANAGERS, {CLO, ROOT}),
    ],
)
def test_contacts_are_in_their_customer_rooms_and_staff_in_all_but_the_managers(
    rooms: Rooms, room: RoomId, members: set[PersonId]
) -> None:
    assert rooms.members(room) == members


def test_a_partner_s_contact_is_in_the_rooms_of_all_their_organisations(rooms: Rooms) -> None:
    gus = rooms.people[GUS]
    both = replace(gus, organisations=(*gus.organisations, *rooms.people[ANA].organisations))
    rooms.furnish(replace(WHO, people=(both,)))

    assert [room.id for room in rooms.rooms_of(GUS)] == [ACME, GLOBEX]


# ---- who hears -------------------------------------------------------------------------------------------------------


def test_everybody_in_the_room_but_the_speaker_hears_what_is_said(rooms: Rooms) -> None:
    rooms.speak(GUS, GLOBEX, None, render_speech("hello"), at=NOW)

    assert last(rooms).heard_by == {BEN, BEA, CLO, ROOT}
    assert plain(last(rooms).lines) == "hello"
    assert last(rooms).at == NOW


def test_what_people_type_gets_a_name_of_its_own(rooms: Rooms) -> None:
    first = rooms.speak(GUS, GLOBEX, None, render_speech("one"), at=NOW)
    second = rooms.speak(GUS, GLOBEX, first.name, render_speech("two"), at=NOW)

    assert (first.name, second.name, second.thread_root) == ("w1", "w2", "w1")


def test_a_private_answer_is_seen_by_its_reader_alone(rooms: Rooms) -> None:
    rooms.post(Post(name="m1", room=DESK, thread=None, author=None, lines=lines("psst"), reader=BEN), at=NOW)

    assert last(rooms).seen_by == {BEN}
    assert [post.name for post in rooms.read(BEN, DESK)] == ["m1"]
    assert rooms.read(BEA, DESK) == ()


def test_a_private_answer_to_somebody_outside_the_room_is_seen_by_nobody(rooms: Rooms) -> None:
    rooms.post(Post(name="m1", room=ACME, thread=None, author=None, lines=lines("psst"), reader=GUS), at=NOW)

    assert last(rooms).seen_by == frozenset()


def test_only_people_in_the_room_are_notified(rooms: Rooms) -> None:
    rooms.post(replace(a_card(), notify=frozenset({GUS, ANA})), at=NOW)

    assert last(rooms).notified == {GUS}


def test_somebody_outside_a_room_reads_nothing_there(rooms: Rooms) -> None:
    rooms.post(a_card(), at=NOW)

    assert rooms.read(ANA, GLOBEX) == ()
    assert rooms.read(ANA, GLOBEX, "m1") == ()


def test_who_listens_is_told_at_once(rooms: Rooms) -> None:
    told: list[Appearance] = []
    rooms.on_appearance = told.append

    rooms.speak(GUS, GLOBEX, None, render_speech("hello"), at=NOW)

    assert told == rooms.appearances


# ---- the desk's messages ---------------------------------------------------------------------------------------------


def test_a_message_that_is_sent_again_shows_nothing_twice(rooms: Rooms) -> None:
    rooms.post(a_card(), at=NOW)
    rooms.post(a_card(), at=NOW)

    assert len(rooms.appearances) == 1


def test_of_an_edited_message_only_the_new_lines_become_visible(rooms: Rooms) -> None:
    rooms.post(a_card("m1", GLOBEX, "T-1 · slow", "Status: NEW", "Severity: S2"), at=NOW)

    rooms.edit("m1", a_card("m2", GLOBEX, "T-1 · slow", "Status: OPEN", "Severity: S2"), at=NOW)

    assert plain(last(rooms).lines) == "Status: OPEN"
    assert last(rooms).edited
    card = rooms.find("m1")
    assert card is not None
    assert plain(card.lines) == "T-1 · slow\nStatus: OPEN\nSeverity: S2"
    assert [plain(version) for version in card.versions] == ["T-1 · slow\nStatus: NEW\nSeverity: S2"]
    assert card.ticket_id == T1


def test_an_edit_that_changes_nothing_is_not_seen(rooms: Rooms) -> None:
    rooms.post(a_card(), at=NOW)

    rooms.edit("m1", a_card("m2"), at=NOW)

    assert len(rooms.appearances) == 1


def test_an_edit_may_change_the_buttons_alone(rooms: Rooms) -> None:
    button = Button(action=Action.ACCEPT, ticket_id=T1, label="Accept", command="!accept")
    rooms.post(a_card(), at=NOW)

    rooms.edit("m1", replace(a_card("m2"), buttons=(button,)), at=NOW)

    card = rooms.find("m1")
    assert card is not None
    assert card.buttons == (button,)


# ---- threads ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(rooms: Rooms) -> Rooms:
    rooms.post(a_card("m1", GLOBEX), at=NOW)
    rooms.post(a_card("m2", DESK), at=NOW)
    return rooms


@pytest.mark.parametrize(
    ("person", "with_customer", "card"),
    [(GUS, False, "m1"), (GUS, True, "m1"), (BEN, False, "m2"), (BEN, True, "m1"), (CLO, False, "m2")],
)
def test_staff_write_in_the_desk_thread_and_contacts_in_the_customer_s(
    ticket: Rooms, person: PersonId, with_customer: bool, card: str
) -> None:
    found = ticket.thread_for(person, T1, with_customer=with_customer)

    assert found is not None
    assert found.name == card


def test_another_customer_s_contact_sees_no_thread_of_the_ticket(ticket: Rooms) -> None:
    assert ticket.thread_for(ANA, T1) is None


def test_nobody_sees_a_thread_of_a_ticket_that_is_not_there(ticket: Rooms) -> None:
    assert ticket.thread_for(BEN, TicketId(2)) is None


def test_a_thread_is_read_with_its_card_and_the_room_without_its_threads(ticket: Rooms) -> None:
    ticket.speak(GUS, GLOBEX, "m1", render_speech("in the thread"), at=NOW)
    ticket.speak(GUS, GLOBEX, None, render_speech("at the top"), at=NOW)

    assert [plain(post.lines) for post in ticket.read(GUS, GLOBEX, "m1")] == ["Status: NEW", "in the thread"]
    assert [plain(post.lines) for post in ticket.read(GUS, GLOBEX)] == ["Status: NEW", "at the top"]


# ---- second thoughts and signs ---------------------------------------------------------------------------------------


def test_what_is_removed_is_gone_with_all_it_ever_said(rooms: Rooms) -> None:
    spoken = rooms.speak(GUS, GLOBEX, None, render_speech("one"), at=NOW)
    rooms.edit(spoken.name, replace(spoken, lines=render_speech("two")), at=NOW)
    rooms.remove(spoken.name, by=GUS, at=NOW)

    (post,) = rooms.read(BEN, GLOBEX)
    assert (post.removed, post.lines, post.versions) == (True, (), ())
    assert last(rooms).heard_by == {BEN, BEA, CLO, ROOT}
    assert rooms.all_of(BEN) == ()
    assert rooms.last_of(GUS) is None


def test_what_is_removed_is_neither_edited_nor_removed_again(rooms: Rooms) -> None:
    spoken = rooms.speak(GUS, GLOBEX, None, render_speech("one"), at=NOW)
    rooms.remove(spoken.name, by=GUS, at=NOW)
    so_far = len(rooms.appearances)
    rooms.edit(spoken.name, replace(spoken, lines=render_speech("two")), at=NOW)
    rooms.sign(spoken.name, "✅", by=BEN, at=NOW)
    rooms.remove(spoken.name, by=None, at=NOW)

    assert len(rooms.appearances) == so_far
    assert rooms.read(BEN, GLOBEX)[0].lines == ()


def test_a_sign_hangs_under_its_message_once_for_everybody_who_put_it(rooms: Rooms) -> None:
    spoken = rooms.speak(GUS, GLOBEX, None, render_speech("one"), at=NOW)
    for by in (BEN, BEN, None):
        rooms.sign(spoken.name, "✅", by=by, at=NOW)

    assert rooms.read(GUS, GLOBEX)[0].signs == (("✅", BEN), ("✅", None))
    assert [plain(each.lines) for each in rooms.appearances[1:]] == ["✅ ben", "✅"]
    assert rooms.appearances[1].heard_by == {GUS, BEA, CLO, ROOT}
