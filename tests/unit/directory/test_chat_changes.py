"""What an import would undo of what was changed in chat: three-way, fact by fact."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.directory_file.chat_changes import Keep, answered, conflicts, kept
from adapters.directory_file.reading import demo_directory, read
from adapters.directory_file.writing import write
from chatops.domain.directory import Address, ChatChange, Person, Room, WhoIsWho
from chatops.domain.vocabulary import OrganisationId, PersonId, Platform, RoomId, RoomPurpose

AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
FILE = demo_directory()
"""What was imported last."""

NEW, OTHER = "@new:example.org", "@other:example.org"


def at(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def person(who: WhoIsWho, name: str) -> Person:
    return next(each for each in who.people if each.id == name)


def room(who: WhoIsWho, name: str) -> Room:
    return next(each for each in who.rooms if each.id == name)


def with_part(who: WhoIsWho, part: Person | Room) -> WhoIsWho:
    if isinstance(part, Person):
        return replace(who, people=tuple(part if each.id == part.id else each for each in who.people))
    rooms = tuple(part if each.id == part.id else each for each in who.rooms)
    return replace(who, rooms=rooms if part in rooms else (*rooms, part))


def without(who: WhoIsWho, *names: str) -> WhoIsWho:
    return replace(
        who,
        people=tuple(each for each in who.people if each.id not in names),
        rooms=tuple(each for each in who.rooms if each.id not in names),
    )


def also(part: Person, value: str) -> Person:
    return replace(part, identities=(*part.identities, at(value)))


def placed(part: Room, value: str) -> Room:
    return replace(part, places=(*part.places, at(value)))


def made_in_chat(organisation: str = "acme") -> Room:
    return Room(
        id=RoomId("#acme-2"),
        purpose=RoomPurpose.CUSTOMER,
        organisation=OrganisationId(organisation),
        places=(Address(platform=Platform.CONSOLE, value="#acme-2"), at("!a2:example.org")),
    )


class Chat:
    """A directory as chat has changed it since the import."""

    def __init__(self, who: WhoIsWho = FILE) -> None:
        self.now = who
        self.changes: tuple[ChatChange, ...] = ()

    def says(self, part: Person | Room) -> None:
        parts: tuple[Person | Room, ...] = (*self.now.people, *self.now.rooms)
        standing = {str(each.id): each for each in parts}
        change = ChatChange(
            id=len(self.changes) + 1, at=AT, by=PersonId("root"), before=standing.get(part.id), after=part
        )
        self.changes = (*self.changes, change)
        self.now = with_part(self.now, part)

    def told(self, file: WhoIsWho) -> list[str]:
        return [str(conflict) for conflict in conflicts(self.changes, self.now, file)]

    def kept(self, file: WhoIsWho) -> WhoIsWho:
        return kept(conflicts(self.changes, self.now, file), file)


@pytest.fixture
def chat() -> Chat:
    """Root has given Ana another identity."""
    chat = Chat()
    chat.says(also(person(FILE, "ana"), NEW))
    return chat


def test_a_file_that_does_not_know_of_it_would_undo_it(chat: Chat) -> None:
    assert chat.told(FILE) == [
        "! person ana: matrix @new:example.org was added in chat, by root at 2026-06-05 12:00 UTC; "
        "the file says otherwise"
    ]
    assert chat.kept(FILE) == chat.now


def test_a_file_that_says_the_same_agrees(chat: Chat) -> None:
    assert chat.told(chat.now) == []
    assert answered(chat.changes, (), None) == chat.changes


def test_what_is_exported_agrees(chat: Chat) -> None:
    chat.says(placed(room(FILE, "#globex"), "!g:example.org"))
    chat.says(made_in_chat())
    assert chat.told(read(write(chat.now))) == []


def test_a_file_that_changes_other_things_of_the_same_person_asks_about_this_one_only(chat: Chat) -> None:
    file = with_part(FILE, also(replace(person(FILE, "ana"), name="Ana Atkins"), OTHER))
    (conflict,) = conflicts(chat.changes, chat.now, file)
    assert conflict.added == (("matrix", NEW),)
    assert person(chat.kept(file), "ana") == also(also(replace(person(FILE, "ana"), name="Ana Atkins"), OTHER), NEW)


def test_a_file_that_gives_it_to_somebody_else_is_asked_about(chat: Chat) -> None:
    file = with_part(FILE, also(person(FILE, "gus"), NEW))
    assert len(chat.told(file)) == 1
    assert at(NEW) in person(chat.kept(file), "ana").identities
    assert at(NEW) not in person(chat.kept(file), "gus").identities


def test_who_is_taken_off_the_file_is_taken_off(chat: Chat) -> None:
    """S36: that a person leaves is never held up by an identity they were given."""
    file = without(FILE, "ana")
    assert chat.told(file) == []
    assert chat.kept(file) == file


def test_a_room_that_the_file_has_had_and_leaves_out_is_left_out() -> None:
    chat = Chat()
    chat.says(placed(room(FILE, "#globex"), "!g:example.org"))
    file = without(FILE, "#globex")
    assert chat.told(file) == []
    assert chat.kept(file) == file


def test_what_was_said_and_taken_back_in_chat_is_nothing_to_undo() -> None:
    chat = Chat()
    chat.says(placed(room(FILE, "#globex"), "!g:example.org"))
    chat.says(room(FILE, "#globex"))
    assert chat.told(FILE) == []
    assert chat.told(with_part(FILE, placed(room(FILE, "#globex"), "!g:example.org"))) == []


def test_a_room_that_was_let_go_in_chat_is_not_bound_again_unasked() -> None:
    file = with_part(FILE, placed(room(FILE, "#acme"), "!a:example.org"))
    chat = Chat(file)
    chat.says(room(FILE, "#acme"))
    assert chat.told(file) == [
        "! room #acme: matrix !a:example.org was taken off in chat, by root at 2026-06-05 12:00 UTC; "
        "the file says otherwise"
    ]
    assert chat.kept(file) == chat.now
    assert chat.told(FILE) == []


def test_a_room_that_was_made_in_chat_is_missed_by_a_file_without_it() -> None:
    chat = Chat()
    chat.says(made_in_chat())
    assert chat.told(FILE) == [
        "! room #acme-2: it was made in chat, by root at 2026-06-05 12:00 UTC; the file says otherwise"
    ]
    assert chat.kept(FILE) == chat.now


def test_a_file_may_call_it_by_another_name() -> None:
    chat = Chat()
    chat.says(made_in_chat())
    named = replace(made_in_chat(), id=RoomId("#acme-north"), places=(at("!a2:example.org"),))
    assert chat.told(with_part(FILE, named)) == []


def test_a_file_that_makes_another_room_of_it_is_asked_about() -> None:
    chat = Chat()
    chat.says(made_in_chat())
    file = with_part(FILE, made_in_chat("globex"))
    (conflict,) = conflicts(chat.changes, chat.now, file)
    assert conflict.added == (("organisation", "acme"),)
    assert room(chat.kept(file), "#acme-2") == made_in_chat()


def test_a_room_does_not_outlive_its_organisation() -> None:
    chat = Chat()
    chat.says(made_in_chat())
    file = replace(FILE, organisations=FILE.organisations[1:], people=(), rooms=())
    assert chat.told(file) == []


def test_only_what_the_file_goes_on_to_contradict_stays_open(chat: Chat) -> None:
    chat.says(also(person(chat.now, "ana"), OTHER))
    file = with_part(FILE, also(person(FILE, "ana"), OTHER))
    found = conflicts(chat.changes, chat.now, file)
    assert [conflict.added for conflict in found] == [(("matrix", NEW),)]
    assert answered(chat.changes, found, Keep.CHAT) == chat.changes[1:]
    assert answered(chat.changes, found, Keep.FILE) == chat.changes


def test_what_an_import_changed_in_between_is_not_taken_for_chats() -> None:
    """The file gives Ana another name while what chat said of her is still open; a further word in chat follows."""
    chat = Chat()
    chat.says(also(person(FILE, "ana"), NEW))
    chat.now = with_part(chat.now, replace(person(chat.now, "ana"), name="Ana Atkins"))
    chat.says(also(person(chat.now, "ana"), OTHER))
    (conflict,) = conflicts(chat.changes, chat.now, FILE)
    assert conflict.added == (("matrix", NEW), ("matrix", OTHER))
    assert person(chat.kept(FILE), "ana").name == "Ana Ashford"


def test_a_room_that_file_and_chat_have_each_given_a_place_may_have_both() -> None:
    chat = Chat()
    chat.says(placed(room(FILE, "#globex"), "!chat:example.org"))
    file = with_part(FILE, placed(room(FILE, "#globex"), "!file:example.org"))
    both = chat.kept(file)
    assert [place.value for place in room(both, "#globex").places] == [
        "#globex",
        "!file:example.org",
        "!chat:example.org",
    ]
    assert read(write(both)) == both
