"""Typed lines of the terminal → deliveries."""

import pytest

from adapters.console.translate import delivery, typed
from chatops.application.deliveries import Delivery, Marked, Press, Speech
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Action, Platform, TicketId
from tests.unit.console.cast import GLOBEX, GUS, WHO

LOG = Attachment(name="app.log")


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("!take", Marked(text="take")),
        ("@desk take", Marked(text="take")),
        ("desk: take", Marked(text="take")),
        ("take", Speech(text="take")),
        ("here they are [file: app.log]", Speech(text="here they are", files=(LOG,))),
        ("here [file:app.log] they are", Speech(text="here they are", files=(LOG,))),
        ("[file: app.log]", Speech(text="", files=(LOG,))),
        ("[fichier : app.log]", Speech(text="", files=(LOG,))),
        ("!reply see this [File: app.log]", Marked(text="reply see this", files=(LOG,))),
        ("[file: app.log] [file: b c.txt]", Speech(text="", files=(LOG, Attachment(name="b c.txt")))),
        ("the [file] menu", Speech(text="the [file] menu")),
        ("[file: ]", Speech(text="[file: ]")),
    ],
)
def test_marks_and_files_are_told_from_words(line: str, request_: Marked | Speech) -> None:
    assert typed(line) == request_


def test_a_delivery_tells_who_where_and_what_on_the_console() -> None:
    gus = next(person for person in WHO.people if person.id == GUS)

    made = delivery(key="w7", person=gus, room=GLOBEX, thread="m1", message="w7", request=Speech(text="hi"))

    assert made == Delivery(
        key="console:w7",
        sender=Address(platform=Platform.CONSOLE, value="gus"),
        sender_name="Gus",
        room=Address(platform=Platform.CONSOLE, value="#globex"),
        thread=Address(platform=Platform.CONSOLE, value="m1"),
        message=Address(platform=Platform.CONSOLE, value="w7"),
        request=Speech(text="hi"),
        correlation_id="console-w7",
    )


def test_a_press_at_the_top_of_a_room_has_neither_thread_nor_message() -> None:
    gus = next(person for person in WHO.people if person.id == GUS)
    press = Press(action=Action.ACCEPT, ticket_id=TicketId(1))

    made = delivery(key="w8", person=gus, room=GLOBEX, thread=None, message=None, request=press)

    assert (made.thread, made.message, made.request) == (None, None, press)
