"""Forms as modals: what Slack takes, who may submit them, and what comes back (S11)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.addresses import message_address, person_address, room_address
from adapters.slack.forms import FilledIn, Opened, filled_in, opened_by, view_of
from chatops.application.forms import Field, FieldKind, Form, Option
from chatops.domain.vocabulary import Action, Language, TicketId
from tests.slack.limits import in_view
from tests.slack.screens import lines_of_view

OPENED = Opened(
    action=Action.RESOLVE,
    ticket_id=TicketId(7),
    room=room_address("T0EXO", "C0ACME"),
    thread=message_address("1780000000.000100"),
    by=person_address("T0EXO", "U0BEN"),
)
KEY = "what only we know"
KINDS = (Option(value="fix", label="fix"), Option(value="workaround", label="workaround"))


def a_form(*fields: Field, **more: Any) -> Form:
    given: dict[str, Any] = {
        "action": Action.RESOLVE,
        "ticket_id": TicketId(7),
        "language": Language.EN,
        "title": "Resolve · T-7",
        "submit": "Propose",
        "cancel": "Cancel",
        "fields": fields,
    }
    return Form(**given | more)


def a_field(kind: FieldKind = FieldKind.TEXT, **more: Any) -> Field:
    given: dict[str, Any] = {"name": "text", "label": "The solution", "kind": kind}
    return Field(**given | more)


RESOLVE = a_form(
    a_field(FieldKind.CHOICE, name="solution", label="Kind of solution", options=KINDS),
    a_field(hint="With instructions."),
    a_field(FieldKind.FILES, name="files", label="Files", required=False),
    introduction=("The customer reads this word for word. Type `!help` for more.",),
)


def element(form: Form, number: int = 0) -> dict[str, Any]:
    inputs = [block for block in view_of(form, OPENED, key=KEY)["blocks"] if block["type"] == "input"]
    found: dict[str, Any] = inputs[number]["element"]
    return found


# ---- what it looks like ----------------------------------------------------------------------------------------------


def test_a_form_is_a_modal() -> None:
    view = view_of(RESOLVE, OPENED, key=KEY)

    assert in_view(view) == []
    assert lines_of_view(view) == [
        "== Resolve · T-7 ==",
        "The customer reads this word for word. Type !help for more.",
        "Kind of solution:",
        "The solution:",
        "  With instructions.",
        "Files:",
        "[Cancel] [Propose]",
    ]
    assert [block["optional"] for block in view["blocks"] if block["type"] == "input"] == [False, False, True]


def test_a_choice_of_a_few_is_made_with_one_touch() -> None:
    few = element(a_form(a_field(FieldKind.CHOICE, options=KINDS, value="fix")))

    assert few["type"] == "radio_buttons"
    assert few["initial_option"] == few["options"][0]


def test_a_choice_of_many_is_a_menu() -> None:
    options = tuple(Option(value=f"p{number}", label=f"Person {number}") for number in range(150))
    many = element(a_form(a_field(FieldKind.CHOICE, options=options, value="p3")))

    assert many["type"] == "static_select"
    assert len(many["options"]) == 100
    assert many["initial_option"]["value"] == "p3"


def test_nothing_is_chosen_that_is_no_choice() -> None:
    assert "initial_option" not in element(a_form(a_field(FieldKind.CHOICE, options=KINDS, value="other")))


def test_a_line_and_a_text_take_what_they_may() -> None:
    line = element(a_form(a_field(FieldKind.LINE, longest=120, value="The portal is slow")))
    text = element(a_form(a_field(longest=9_000)))

    assert (line["multiline"], line["max_length"], line["initial_value"]) == (False, 120, "The portal is slow")
    assert (text["multiline"], text["max_length"]) == (True, 3_000)
    assert "initial_value" not in text


def test_words_that_are_too_long_to_stand_there_say_so() -> None:
    assert element(a_form(a_field(value="x" * 3_001)))["initial_value"] == "x" * 2_999 + "…"
    assert element(a_form(a_field(value="x" * 3_000)))["initial_value"] == "x" * 3_000


def test_whoever_opens_it_can_write_at_once() -> None:
    assert element(a_form(a_field()))["focus_on_load"]
    assert "focus_on_load" not in element(RESOLVE, 1)


@settings(max_examples=60)
@given(
    st.builds(
        Form,
        action=st.sampled_from(Action),
        ticket_id=st.none() | st.integers(min_value=1).map(TicketId),
        language=st.sampled_from(Language),
        title=st.text(max_size=60),
        submit=st.text(max_size=60),
        cancel=st.text(max_size=60),
        fields=st.lists(
            st.builds(
                Field,
                name=st.text(max_size=300),
                label=st.text(max_size=3_000),
                kind=st.sampled_from(FieldKind),
                hint=st.text(max_size=3_000),
                options=st.lists(
                    st.builds(Option, value=st.text(max_size=200), label=st.text(max_size=200)), max_size=120
                ).map(tuple),
                value=st.text(max_size=100) | st.text(min_size=1, max_size=3).map(lambda unit: unit * 2_000),
                required=st.booleans(),
                longest=st.integers(min_value=-1, max_value=5_000),
            ),
            max_size=6,
        ).map(lambda fields: tuple(fields * 20)),
        introduction=st.lists(st.text(max_size=4_000), max_size=20).map(tuple),
    )
)
def test_slack_takes_whatever_a_form_holds(form: Form) -> None:
    view = view_of(form, OPENED, key=KEY)

    assert in_view(view) == []
    json.dumps(view, ensure_ascii=False).encode()


# ---- what comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "opened",
    [OPENED, replace(OPENED, action=Action.OPEN, ticket_id=None, thread=None, files_of="1780000000.000200")],
    ids=["resolve", "open"],
)
def test_a_modal_knows_what_it_is_about(opened: Opened) -> None:
    assert opened_by(view_of(RESOLVE, opened, key=KEY), key=KEY) == opened


@pytest.mark.parametrize(
    "note",
    ["", "{", "[]", "null", '{"a":"resolve"}', '{"a":"resolve","room":"C1","by":"U1"}', "[" * 5_000, 7],
)
def test_a_note_that_is_none_of_ours_says_nothing(note: object) -> None:
    assert opened_by(view_of(RESOLVE, OPENED, key=KEY) | {"private_metadata": note}, key=KEY) is None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("a", "close"),
        ("t", 8),
        ("room", "T0EXO/C0DESK"),
        ("by", "T0EXO/U0EVE"),
        ("thread", "1780000000.000300"),
        ("m", "1780000000.000300"),
        ("s", "0" * 32),
        ("s", None),
        ("more", ""),
    ],
)
def test_a_note_that_somebody_changed_says_nothing(name: str, other: object) -> None:
    """S11: room and message decide whose files are read."""
    view = view_of(RESOLVE, OPENED, key=KEY)
    forged = json.loads(view["private_metadata"]) | {name: other}

    assert opened_by(view | {"private_metadata": json.dumps(forged)}, key=KEY) is None


def test_a_note_of_another_desk_or_another_app_s_form_says_nothing() -> None:
    view = view_of(RESOLVE, OPENED, key=KEY)

    assert opened_by(view, key="another") is None
    assert opened_by(view | {"callback_id": "somebody:else"}, key=KEY) is None


def test_what_was_typed_and_chosen_comes_by_its_names() -> None:
    state = {
        "solution": {"value": {"type": "radio_buttons", "selected_option": {"text": {}, "value": "fix"}}},
        "text": {"value": {"type": "plain_text_input", "value": "Clear the cache.\nThen log in."}},
        "why": {"value": {"type": "plain_text_input", "value": None}},
        "files": {
            "value": {
                "type": "file_input",
                "files": [
                    {
                        "id": "F1",
                        "name": "app.log",
                        "mimetype": "text/plain",
                        "size": 7,
                        "url_private": "https://files.slack.com/files-pri/T0EXO-F1/app.log",
                    }
                ],
            }
        },
    }
    filled = filled_in({"state": {"values": state}}, "T0EXO")

    assert filled.values == {"solution": "fix", "text": "Clear the cache.\nThen log in.", "why": "", "files": ""}
    (file,) = filled.files
    assert (file.name, file.size, file.media_type) == ("app.log", 7, "text/plain")
    assert file.address == "https://files.slack.com/files-pri/T0EXO-F1/app.log#T0EXO"


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None},
        {"state": {"values": []}},
        {"state": {"values": {"text": None}}},
        {"state": {"values": {"text": {"value": "words"}}}},
        {"state": {"values": {"text": {"value": {"value": 7, "selected_option": "x", "files": "y"}}}}},
    ],
)
def test_nonsense_fills_nothing_in(view: dict[str, Any]) -> None:
    filled = filled_in(view, "T0EXO")

    assert not any(filled.values.values())
    assert filled.files == FilledIn(values={}, files=()).files
