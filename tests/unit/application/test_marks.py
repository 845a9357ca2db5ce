"""What is a command and what is speech: DESIGN §2."""

import pytest

from chatops.application.deliveries import Marked, Speech
from chatops.application.marks import request_from
from chatops.domain.events import Attachment

NAMES = ("desk", "@desk:example.org", "<@U123>")


@pytest.mark.parametrize(
    "typed",
    [
        "!take",
        "!ticket take",
        "!Ticket take",
        "  !take  ",
        "! take",
        "！take",
        "@desk take",
        "@Desk: take",
        "@desk, take",
        "@desk !take",
        "@desk ticket take",
        "desk: take",
        "desk : take",
        "Desk, take",
        "@desk:example.org take",
        "@desk:example.org: take",
        "<@U123> take",
    ],
)
def test_a_bang_or_a_mention_in_front_marks_a_command(typed: str) -> None:
    assert request_from(typed, names=NAMES) == Marked(text="take")


@pytest.mark.parametrize(
    "typed",
    [
        "accept my apologies",
        "take",
        "ticket take",
        "desk take",
        "please !take",
        "could @desk take this?",
        "@desktop take",
        "desktop: take",
        "!!!",
        "!",
        "!= null is what the log says",
        "!\nticket open",
        "@ben take",
        "",
    ],
)
def test_everything_else_is_speech(typed: str) -> None:
    assert request_from(typed, names=NAMES) == Speech(text=typed)


def test_a_mention_alone_is_an_empty_command() -> None:
    assert request_from("@desk", names=NAMES) == Marked(text="")


def test_the_word_ticket_alone_is_an_empty_command() -> None:
    assert request_from("!ticket", names=NAMES) == Marked(text="")


def test_a_word_that_begins_like_ticket_stays_whole() -> None:
    assert request_from("!tickets", names=NAMES) == Marked(text="tickets")


def test_the_lines_of_a_command_stay_as_they_were_typed() -> None:
    typed = "!ticket open S2 The portal is slow\n  first step\nticket of the printer"

    assert request_from(typed, names=NAMES) == Marked(
        text="open S2 The portal is slow\n  first step\nticket of the printer"
    )


def test_a_bot_without_names_still_hears_a_bang() -> None:
    assert request_from("!take", names=()) == Marked(text="take")
    assert request_from("@desk take", names=()) == Speech(text="@desk take")


def test_files_come_along_with_either() -> None:
    log = (Attachment(name="app.log"),)

    assert request_from("here they are", names=NAMES, files=log) == Speech(text="here they are", files=log)
    assert request_from("!reply here", names=NAMES, files=log) == Marked(text="reply here", files=log)
