"""What Slack's events ask of the desk, and that whatever makes no sense asks nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.addresses import message_address, person_address, room_address
from adapters.slack.events import (
    Author,
    Own,
    author_of,
    files_of,
    hangs_from,
    kind_of,
    mentions_of,
    own_message,
    written_at,
)
from chatops.application.deliveries import Deletion, Delivery, Edit, Marked, OwnMessage, Reaction, Speech
from tests.unit.slack.payloads import (
    ANA,
    BOT,
    CHANNEL,
    ROOT,
    TS,
    a_deletion,
    a_message,
    a_sign,
    an_edit,
    delivered,
    marked,
)

WORDS = f"slack:{CHANNEL}/{TS}"


def the(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    return delivery


def own(*, card: bool = True) -> Own:
    return Own(message=OwnMessage(row=7, origin="0123456789ab", address=message_address(ROOT)), card=card)


# ---- words -----------------------------------------------------------------------------------------------------------


def test_words_become_a_delivery() -> None:
    delivery = the(delivered(a_message("the printer &amp; the portal"), shared=True))

    assert delivery.key == WORDS
    assert delivery.sender == person_address("T0ACME", "U0ANA")
    assert (delivery.sender_name, delivery.sender_home) == ("Ana", "Acme")
    assert delivery.room == room_address("T0EXO", CHANNEL)
    assert delivery.message == message_address(TS)
    assert delivery.thread is None
    assert delivery.request == Speech(text="the printer & the portal")
    assert delivery.sent_at == datetime(2026, 6, 5, 12, 0, 0, 100, UTC)
    assert delivery.shared
    assert not delivery.direct
    assert delivery.correlation_id.startswith("slack-")


@pytest.mark.parametrize(
    ("said", "request_"),
    [
        ("", Speech(text="> Bo: !open S1 ORA-1 &\n>   at line 2")),
        ("look", Speech(text="look\n> Bo: !open S1 ORA-1 &\n>   at line 2")),
        ("!open S2 slow", Marked(text="open S2 slow\n> Bo: !open S1 ORA-1 &\n>   at line 2")),
    ],
)
def test_a_message_that_is_passed_on_is_read_with_its_author_and_commands_nothing(
    said: str, request_: Speech | Marked
) -> None:
    """S21: it may have been written by anybody, to anybody."""
    theirs = {"is_share": True, "author_name": "Bo", "text": "!open S1 ORA-1 &amp;\n  at line 2"}
    preview = {"title": "a page", "text": "what a link leads to"}

    assert the(delivered(a_message(said, attachments=[preview, theirs]))).request == request_


def test_the_files_of_a_message_that_is_passed_on_come_with_it() -> None:
    log = {"id": "F1", "name": "app.log", "url_private": "https://files.slack.com/files-pri/T0EXO-F1/app.log"}
    request = the(delivered(a_message("", attachments=[{"is_share": True, "files": [log]}]))).request

    assert isinstance(request, Speech)
    assert [file.name for file in request.files] == ["app.log"]


@pytest.mark.parametrize(
    ("said", "request_"),
    [
        ("!take", Marked(text="take")),
        ("!ticket open S2 slow", Marked(text="open S2 slow")),
        ("<@U0DESK> take", Marked(text="take")),
        ("<@U0DESK>: take", Marked(text="take")),
        ("<@U0DESK|desk> !take", Marked(text="take")),
        ("<@U0DESK>", Marked(text="")),
        ("@desk take", Marked(text="take")),
        ("please <@U0DESK> take", Speech(text="please @desk take")),
        ("<@U0BEN> hello", Speech(text="@Ben hello")),
        ("<@U0DESK> assign <@U0BEN>", Marked(text="assign @Ben", mentions=("T0EXO/U0BEN",))),
        ("!assign <@U0BEN> &amp; <@U0NEW>", Marked(text="assign @Ben & @U0NEW", mentions=("T0EXO/U0BEN",))),
        ("accept my apologies", Speech(text="accept my apologies")),
        ("!!!", Speech(text="!!!")),
    ],
)
def test_what_is_marked_is_a_command(said: str, request_: object) -> None:
    assert the(delivered(a_message(said))).request == request_


def test_a_message_and_the_mention_in_it_are_one_delivery() -> None:
    """Slack tells an app of both, under different ids (facts on Slack, §5)."""
    message = a_message("<@U0DESK> take")
    mention = {name: value for name, value in message.items() if name != "channel_type"} | {"type": "app_mention"}

    assert the(delivered(message)) == the(delivered(mention))


def test_a_mention_that_came_by_an_edit_runs_nothing() -> None:
    """S18: an edit never runs a command."""
    mention = a_message("<@U0DESK> take", type="app_mention", edited={"user": "U0ANA", "ts": "1780660900.000000"})

    assert delivered(mention) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_these_subtypes_are_words(subtype: str) -> None:
    assert the(delivered(a_message("hello", subtype=subtype))).request == Speech(text="hello")


def test_an_emote_is_no_command() -> None:
    assert the(delivered(a_message("!take", subtype="me_message"))).request == Speech(text="!take")


def test_a_reply_belongs_to_its_thread() -> None:
    delivery = the(delivered(a_message(thread_ts=ROOT, parent_user_id="U0DESK"), own=own()))

    assert delivery.thread == message_address(ROOT)
    assert delivery.message == message_address(TS)
    assert delivery.ours == own().message


def test_a_root_that_has_replies_stands_in_no_thread() -> None:
    assert the(delivered(a_message(thread_ts=TS))).thread is None


@pytest.mark.parametrize("fields", [{"channel_type": "im"}, {"channel": "D0ANA", "channel_type": None}])
def test_a_direct_message_says_so(fields: dict[str, Any]) -> None:
    assert the(delivered(a_message("hello", **fields))).direct


def test_files_come_by_reference() -> None:
    file = {
        "id": "F0LOG",
        "name": "log.txt",
        "mimetype": "text/plain",
        "size": 12,
        "url_private": "https://files.slack.com/files-pri/T0ACME-F0LOG/log.txt",
    }
    pointed_at = {"id": "F0PIC", "file_access": "check_file_info"}
    event = a_message("", subtype="file_share", files=[file, pointed_at, "odd", {"id": 5}])
    assert files_of(event) == ("F0PIC",)

    request = the(delivered(event, files={"F0PIC": {"id": "F0PIC", "name": "pic.png", "size": True}})).request

    assert isinstance(request, Speech)
    assert [attached.name for attached in request.files] == ["log.txt", "pic.png", "file"]
    assert request.files[0].address.startswith("https://files.slack.com/files-pri/T0ACME-F0LOG/log.txt")
    assert request.files[1].size is None


# ---- whom the desk does not listen to --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "U0DESK"},
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B0OTHER"}},
        {"subtype": "bot_message", "bot_id": "B0OTHER", "user": None},
        {"user": "USLACKBOT"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "reminder_add"},
        {"subtype": "ekm_access_denied"},
        {"hidden": True},
        {"user": ""},
        {"user": None},
        {"user": ["U0ANA"]},
        {"channel": None},
        {"channel": "C0 ACME"},
        {"ts": "yesterday"},
        {"ts": 1780660800},
        {"text": ""},
        {"text": "   "},
        {"text": None},
        {"text": {"a": 1}},
        {"type": "team_join"},
        {"type": None},
        {"type": ["message"]},
    ],
)
def test_bots_and_nonsense_ask_nothing(fields: dict[str, Any]) -> None:
    """S21."""
    assert delivered(a_message(**fields)) is None


@pytest.mark.parametrize("identity", [("T0ACME", "U0ZAP"), ("T0BOTS", "U0ANY")])
def test_whoever_is_ignored_is_not_heard(identity: tuple[str, str]) -> None:
    sender = type(ANA)(address=person_address(*identity), name="Zap")

    assert delivered(a_message(), sender=sender) is None


# ---- who it is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "author"),
    [
        (a_message(), Author(user="U0ANA", team="T0ACME")),
        (a_message(user_team="T0NEW"), Author(user="U0ANA", team="T0NEW")),
        (a_message(team="E0GRID"), Author(user="U0ANA")),
        (a_message(team=None), Author(user="U0ANA")),
        (an_edit(), Author(user="U0ANA", team="T0ACME")),
        (a_deletion(), Author(user="U0ANA", team="T0ACME")),
        (a_sign(), Author(user="U0ANA")),
    ],
)
def test_an_author_is_a_workspace_and_an_id(event: dict[str, Any], author: Author) -> None:
    """S12: the workspace is the person's own, where the event says it of that very person."""
    assert author_of(event) == author


def test_in_a_shared_channel_only_the_user_s_own_team_counts() -> None:
    """S12: `team` may be the workspace where the desk is at home."""
    assert author_of(a_message(), shared=True) == Author(user="U0ANA")
    assert author_of(a_message(user_team="T0NEW"), shared=True) == Author(user="U0ANA", team="T0NEW")


def test_the_people_of_a_message_are_those_it_mentions() -> None:
    assert mentions_of(a_message("<@U0DESK> ask <@U0BEN> or <@U0ANA>"), BOT) == ("U0BEN", "U0ANA")


# ---- second thoughts -------------------------------------------------------------------------------------------------


def test_an_edit_is_about_the_words() -> None:
    delivery = the(delivered(an_edit("hello &lt;again&gt;", thread_ts=ROOT)))

    assert delivery.key == f"{WORDS}/edit/1780660900.000000"
    assert delivery.request == Edit(of=WORDS, now=Speech(text="hello <again>"))
    assert delivery.message == message_address(TS)
    assert delivery.thread == message_address(ROOT)


@pytest.mark.parametrize(
    "event",
    [
        an_edit(edited=None),
        an_edit(edited={"ts": "soon"}),
        an_edit("hello", attachments=[{"title": "a preview"}], edited=None),
        an_edit(user="U0DESK", bot_id="B0DESK"),
        an_edit(""),
        a_message(subtype="message_changed"),
        a_message(subtype="message_changed", message="odd"),
    ],
)
def test_a_change_that_nobody_made_by_hand_is_no_edit(event: dict[str, Any]) -> None:
    assert delivered(event) is None


def test_a_change_of_what_had_been_edited_before_is_no_new_edit() -> None:
    event = an_edit()
    event["previous_message"]["edited"] = event["message"]["edited"]

    assert delivered(event) is None


def test_a_deletion_is_about_the_words() -> None:
    delivery = the(delivered(a_deletion()))

    assert delivery.key == f"{WORDS}/deletion"
    assert delivery.request == Deletion(of=WORDS)
    assert delivery.message is None


def test_a_tombstone_is_a_deletion_too() -> None:
    """A message with replies stays as a place for them, which Slack tells as a change."""
    event = an_edit()
    event["message"] = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": TS, "hidden": True}

    delivery = the(delivered(event))
    assert (delivery.key, delivery.request) == (f"{WORDS}/deletion", Deletion(of=WORDS))


@pytest.mark.parametrize("previous", [{"bot_id": "B0DESK", "user": "U0DESK"}, {"user": None}])
def test_what_a_bot_takes_back_is_no_deletion(previous: dict[str, Any]) -> None:
    assert delivered(a_deletion(**previous)) is None


# ---- signs -----------------------------------------------------------------------------------------------------------


def test_a_sign_under_a_card_belongs_to_its_thread() -> None:
    delivery = the(delivered(a_sign(), own=own()))

    assert delivery.key == f"{WORDS}/added/U0ANA/white_check_mark/1780660900.000300"
    assert delivery.request == Reaction(sign="✅", to=message_address(TS))
    assert delivery.thread == message_address(TS)


def test_a_sign_that_is_taken_away_says_so() -> None:
    delivery = the(delivered(a_sign(type="reaction_removed"), own=own(card=False)))

    assert delivery.key == f"{WORDS}/removed/U0ANA/white_check_mark/1780660900.000300"
    assert delivery.request == Reaction(sign="✅", to=message_address(TS), removed=True)
    assert delivery.thread is None


@pytest.mark.parametrize(
    "event",
    [
        a_sign(user="U0DESK"),
        a_sign(user=None),
        a_sign(item={"type": "file", "file": "F0LOG"}),
        a_sign(item={"type": "message", "channel": CHANNEL, "ts": "now"}),
        a_sign(item=None),
        a_sign(item=[TS]),
    ],
)
def test_other_signs_ask_nothing(event: dict[str, Any]) -> None:
    assert delivered(event) is None


def test_a_workspace_s_own_emoji_is_no_sign() -> None:
    assert delivered(a_sign("party_parrot"), sign="") is None


# ---- messages of ours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "above"),
    [
        (a_message(thread_ts=ROOT, parent_user_id="U0DESK"), ROOT),
        (a_message(thread_ts=ROOT), ROOT),
        (a_message(thread_ts=ROOT, parent_user_id="U0BEN"), None),
        (a_message(thread_ts="odd"), None),
        (a_message(), None),
        (a_sign(), TS),
        (a_sign(item_user="U0BEN"), None),
    ],
)
def test_only_what_may_be_ours_is_looked_at(event: dict[str, Any], above: str | None) -> None:
    assert hangs_from(event, BOT) == above


def test_our_own_message_is_known_by_its_mark() -> None:
    message = {"user": "U0DESK", "bot_id": "B0DESK", "ts": ROOT, "metadata": marked()}

    assert own_message(message, BOT) == own()
    assert own_message(message | {"metadata": marked(form="thread")}, BOT) == own(card=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B0OTHER"},
        {"bot_id": None},
        {"metadata": None},
        {"metadata": {"event_type": "other", "event_payload": {"row": 7}}},
        {"metadata": marked(row="7")},
        {"metadata": marked(row=0)},
        {"metadata": marked(row=True)},
        {"metadata": marked(row=2**63)},
        {"ts": "now"},
    ],
)
def test_anybody_else_s_mark_proves_nothing(fields: dict[str, Any]) -> None:
    message = {"user": "U0DESK", "bot_id": "B0DESK", "ts": ROOT, "metadata": marked()}

    assert own_message(message | fields, BOT) is None


# ---- the same channel under another id -------------------------------------------------------------------------------


def test_words_keep_the_key_that_they_had_under_the_channel_s_former_id() -> None:
    delivery = the(delivered(an_edit(), known_as="G0OLD"))

    assert delivery.room == room_address("T0EXO", CHANNEL)
    assert delivery.key == f"slack:G0OLD/{TS}/edit/1780660900.000000"
    assert isinstance(delivery.request, Edit)
    assert delivery.request.of == f"slack:G0OLD/{TS}"


@pytest.mark.parametrize("ts", ["", "now", "9" * 13 + ".0"])
def test_an_odd_instant_is_none(ts: str) -> None:
    assert written_at(ts) is None


def test_an_instant_beyond_all_calendars_is_none() -> None:
    assert written_at("999999999999.0") is None


# ---- anything --------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(base=st.sampled_from([a_message(), an_edit(), a_deletion(), a_sign()]), data=st.data())
def test_no_json_is_an_error(base: dict[str, Any], data: st.DataObject) -> None:
    """F30: every field of every event may hold anything."""
    event = dict(base)
    for name in data.draw(st.lists(st.sampled_from(sorted(event)), max_size=4)):
        event[name] = data.draw(JSON)
    inner = data.draw(st.sampled_from(["message", "previous_message", "item", "files", "metadata", "edited"]))
    if data.draw(st.booleans()):
        fields = ["ts", "user", "text", "edited", "subtype", "thread_ts", "files", "metadata"]
        event[inner] = {name: data.draw(JSON) for name in fields}

    kind_of(event, BOT), author_of(event), mentions_of(event, BOT), files_of(event), hangs_from(event, BOT)
    own_message(event, BOT)
    delivery = delivered(event)
    assert delivery is None or delivery.key.startswith("slack:")


@given(JSON)
def test_nothing_at_all_is_an_error_either(event: object) -> None:
    if isinstance(event, dict):
        assert delivered(event) is None
