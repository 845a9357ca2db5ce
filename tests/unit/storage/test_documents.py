"""What is kept as JSON comes back as it was; what is unreadable is said so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.application.commands import COMMANDS, Command, TakeTicket
from chatops.application.deliveries import Answer
from chatops.application.message_tree import Message
from chatops.domain.directory import Person
from chatops.domain.errors import StorageError
from chatops.domain.events import EVENTS, Event, VendorReplied, WorkStarted
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import Language, PersonId, Role, Status, TicketId
from storage.documents import (
    answer_from,
    answer_text,
    canonical,
    command_from,
    command_text,
    event_from,
    event_text,
    message_from,
    message_text,
    part_from,
    part_text,
)

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)

# What a database cannot hold is replaced on the way in (`storage.columns.storable`), so it cannot come back.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9))]))
st.register_type_strategy(str, words)
st.register_type_strategy(datetime, instants)


@given(st.one_of(*(st.builds(kind) for kind in EVENTS)))
def test_every_event_comes_back(event: Event) -> None:
    back = event_from(type(event).__name__, event_text(event))
    assert back == event
    assert back.at.tzinfo is UTC


@given(st.one_of(*(st.builds(kind) for kind in COMMANDS)))
def test_every_command_comes_back(command: Command) -> None:
    assert command_from(type(command).__name__, command_text(command)) == command


@given(st.from_type(Message))
def test_every_message_comes_back(message: Message) -> None:
    assert message_from(message_text(message)) == message


@given(st.from_type(Answer))
def test_every_answer_comes_back(answer: Answer) -> None:
    assert answer_from(answer_text(answer)) == answer


def an_event(**said: object) -> VendorReplied:
    usual: dict[str, object] = {
        "at": NOON,
        "by": None,
        "role": Role.DESK,
        "status": Status.NEW,
        "clause": "§1",
        "edition": "e",
        "text": "so",
    }
    return VendorReplied(**{**usual, **said})  # type: ignore[arg-type]


def test_the_text_is_the_same_wherever_the_instant_was_read() -> None:
    paris = NOON.astimezone(timezone(timedelta(hours=2)))
    assert event_text(an_event(at=paris)) == event_text(an_event())


@pytest.mark.parametrize("text", ["nul \0", "half \ud800", "the other half \udc00"])
def test_no_text_of_any_person_makes_a_document_unstorable(text: str) -> None:
    document = event_text(an_event(text=text))
    assert document.isascii()
    kept = event_from("VendorReplied", document)
    assert isinstance(kept, VendorReplied)
    assert kept.text == text[:-1] + "\N{REPLACEMENT CHARACTER}"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        event_text(an_event(at=NOON.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="without a time zone"):
        command_text(TakeTicket(by=None, role=Role.DESK, at=datetime(2026, 6, 5), ticket_id=TicketId(1)))  # noqa: DTZ001 - that is the test


@pytest.mark.parametrize(
    ("kind", "text"),
    [("TicketTeleported", "{}"), ("WorkStarted", "{}"), ("WorkStarted", "no JSON"), ("WorkStarted", "[]")],
)
def test_what_this_release_does_not_know_is_a_storage_error(kind: str, text: str) -> None:
    with pytest.raises(StorageError):
        event_from(kind, text)
    with pytest.raises(StorageError):
        command_from(kind, text)


def test_a_field_that_a_newer_release_added_is_passed_over() -> None:
    event = WorkStarted(at=NOON, by=None, role=Role.DESK, status=Status.NEW, clause="", edition="")
    assert event_from("WorkStarted", event_text(event).replace("{", '{"more":1,', 1)) == event


def test_a_person_comes_back_also_from_before_anybody_had_quiet_hours() -> None:
    ben = Person(id=PersonId("ben"), name="Ben", role=Role.MANAGER, language=Language.EN, time_zone="Etc/UTC")
    quiet = replace(ben, quiet=quiet_hours("21:00 to 07:30"))
    assert part_from("Person", part_text(quiet)) == quiet
    assert part_from("Person", part_text(ben).replace('"quiet":null,', "")) == ben
    assert '"quiet":null,' in part_text(ben)


def test_there_is_one_canonical_text() -> None:
    assert canonical({"b": "é", "a": (1, None)}) == '{"a":[1,null],"b":"\\u00e9"}'


def test_a_message_keeps_every_field_so_that_defaults_may_change() -> None:
    assert '"listing":false' in message_text(Message(language=Language.EN, headline="x"))
