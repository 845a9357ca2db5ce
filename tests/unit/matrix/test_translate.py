"""What the homeserver sends, taken for what it is and for nothing more (S16, S18, S21, S24)."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.news import Invitation, news_from, since_we_joined
from adapters.matrix.render import MARK
from adapters.matrix.translate import hangs_from, own_message, related_to, thread_of, written_at
from chatops.application.deliveries import Deletion, Delivery, Edit, Marked, OwnMessage, Reaction, Speech
from chatops.domain.directory import Address
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform
from tests.unit.matrix.events import ACME, ANA, DESK, ME, ROOT, a_member, a_message, an_event, delivered, in_thread


def on_matrix(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def test_words_in_a_thread_become_a_delivery() -> None:
    event = a_message("still slow", **{"m.relates_to": in_thread()})

    assert delivered(event) == Delivery(
        key="matrix:$event",
        sender=on_matrix(ANA),
        sender_name="Ana",
        sender_home="chat.test",
        room=on_matrix(ACME),
        thread=on_matrix(ROOT),
        message=on_matrix("$event"),
        request=Speech(text="still slow"),
        correlation_id="matrix-event",
    )


def test_words_at_the_top_of_a_room_stand_in_no_thread() -> None:
    delivery = delivered(a_message("!list"))

    assert delivery is not None
    assert delivery.thread is None
    assert delivery.request == Marked(text="list")


@pytest.mark.parametrize(
    ("body", "mentions", "request_"),
    [
        ("!take", [], Marked(text="take")),
        ("!ticket take", [], Marked(text="take")),
        ("@desk take", [], Marked(text="take")),
        ("desk: take", [], Marked(text="take")),
        ("@desk:chat.test take", [], Marked(text="take")),
        ("Support Desk: take", [DESK.user_id], Marked(text="take")),
        # A pill without a colon: only the mention beside the text tells that it is one.
        ("Support Desk take", [DESK.user_id], Marked(text="take")),
        ("support desk take", [DESK.user_id], Marked(text="take")),
        ("Support Desk take", [], Speech(text="Support Desk take")),
        ("Support Desk take", ["@other:chat.test"], Speech(text="Support Desk take")),
        ("desk take", [], Speech(text="desk take")),
        ("ask Support Desk", [DESK.user_id], Speech(text="ask Support Desk")),
        ("@desk:evil.test accept", [], Speech(text="@desk:evil.test accept")),
        ("accept my apologies", [], Speech(text="accept my apologies")),
    ],
)
def test_a_command_is_marked(body: str, mentions: list[str], request_: Marked | Speech) -> None:
    delivery = delivered(a_message(body, **{"m.mentions": {"user_ids": mentions}}))

    assert delivery is not None
    assert delivery.request == request_


def test_a_command_tells_whom_it_mentions_by_their_whole_user_ids() -> None:
    """S16: a pill leaves a display name in the text, which proves nothing."""
    mentions = {"m.mentions": {"user_ids": [DESK.user_id, "@zed:chat.test", 7]}}
    delivery = delivered(a_message("!identify Zed Zimmer aldo", **mentions))
    assert delivery is not None
    assert delivery.request == Marked(text="identify Zed Zimmer aldo", mentions=("@zed:chat.test",))


def test_an_emote_commands_nothing() -> None:
    delivery = delivered(an_event({"msgtype": "m.emote", "body": "!accept"}))

    assert delivery is not None
    assert delivery.request == Speech(text="!accept")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(an_event(sender=DESK.user_id), id="our own"),
        pytest.param(a_message("!accept", **{MARK: {"row": 1}}), id="with our mark, come back over a bridge"),
        pytest.param(an_event({"msgtype": "m.notice", "body": "!accept"}), id="a notice"),
        pytest.param(
            a_message("* !accept", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$old"}}), id="an edit"
        ),
        pytest.param(an_event({"m.new_content": {}}), id="no msgtype"),
        pytest.param(an_event({}), id="redacted"),
        pytest.param(an_event() | {"content": ["!accept"]}, id="content is a list"),
        pytest.param(a_message(["!accept"]), id="body is a list"),
        pytest.param(a_message(17), id="body is a number"),
        pytest.param(a_message(None), id="body is null"),
        pytest.param(a_message(""), id="nothing said"),
        pytest.param(a_message(" \n "), id="only blanks"),
        pytest.param(an_event({"msgtype": ["m.text"], "body": "!accept"}), id="msgtype is a list"),
        pytest.param(an_event({"msgtype": "m.key.verification.request", "body": "verify"}), id="a key verification"),
        pytest.param(an_event(event_id=None), id="no event id"),
        pytest.param(an_event(event_id="event"), id="an id that is none"),
        pytest.param(an_event(sender=None), id="no sender"),
        pytest.param(an_event(sender="ana"), id="a sender without server"),
        pytest.param(an_event(sender=["@ana:chat.test"]), id="sender is a list"),
        pytest.param(an_event(type="m.room.encrypted"), id="encrypted"),
        pytest.param(an_event(sender="@slack_ana:chat.test"), id="a puppet of a bridge"),
        pytest.param(an_event(type="m.reaction"), id="a reaction to nothing"),
        pytest.param(an_event(type="m.room.redaction"), id="a deletion of nothing"),
        pytest.param(an_event(type=["m.room.message"]), id="type is a list"),
        pytest.param(an_event(state_key=""), id="a state event that plays a message"),
        pytest.param({}, id="nothing at all"),
    ],
)
def test_what_asks_for_nothing_is_passed_over(event: dict[str, Any]) -> None:
    assert delivered(event) is None


@pytest.mark.parametrize(
    "relation",
    [
        None,
        [],
        "m.thread",
        {"rel_type": "m.thread"},
        {"rel_type": "m.thread", "event_id": ["$card"]},
        {"rel_type": ["m.thread"], "event_id": "$card"},
        {"rel_type": "m.reference", "event_id": "$card"},
        {"m.in_reply_to": ["$card"]},
        {"m.in_reply_to": {"event_id": None}},
    ],
)
def test_a_relation_that_makes_no_sense_is_none(relation: object) -> None:
    event = a_message("hello", **{"m.relates_to": relation})
    delivery = delivered(event)

    assert delivery is not None
    assert delivery.thread is None
    assert related_to(event, DESK) is None
    assert thread_of(event) is None


def test_the_sender_is_the_whole_user_id_whatever_they_call_themselves() -> None:
    """S16: the display name of an agent, and their name on another server."""
    impostor = "@ben:evil.test"
    event = an_event(sender=impostor)
    delivery = delivered(event)

    assert delivery is not None
    assert delivery.sender == on_matrix(impostor)
    assert delivery.sender_name == impostor


# ---- replies ---------------------------------------------------------------------------------------------------------


def a_reply(body: str = "!take", to: str = "$answered") -> dict[str, Any]:
    return a_message(body, **{"m.relates_to": {"m.in_reply_to": {"event_id": to}}})


@pytest.mark.parametrize(
    ("user_id", "home"),
    [
        ("@zed:example.org", "example.org"),
        ("@zed:example.org:8448", "example.org:8448"),
        ("@zed:[2001:db8::1]:8448", "[2001:db8::1]:8448"),
        ("@chat.test:evil.test", "evil.test"),
        ("@desk:ch\u0430t.test", "ch\u0430t.test"),
    ],
)
def test_where_somebody_comes_from_is_their_server_s_whole_name(user_id: str, home: str) -> None:
    """A31, S16: that it looks like another one is for whoever reads it to be told, and nothing is done by it."""
    delivery = delivered(an_event(sender=user_id))

    assert delivery is not None
    assert (delivery.sender, delivery.sender_home) == (on_matrix(user_id), home)


def test_a_reply_to_our_card_stands_in_its_thread() -> None:
    """Clients that know no threads reply instead."""
    card = an_event({"msgtype": "m.notice", "body": "T-1", MARK: {"form": "card"}}, sender=DESK.user_id, event_id=ROOT)

    assert related_to(a_reply(to=ROOT), DESK) == ROOT
    delivery = delivered(a_reply(to=ROOT), related=card)
    assert delivery is not None
    assert delivery.thread == on_matrix(ROOT)


def test_a_reply_to_a_message_in_a_thread_stands_in_that_thread() -> None:
    in_it = a_message("we need the logs", **{"m.relates_to": in_thread()})

    delivery = delivered(a_reply(), related=in_it)
    assert delivery is not None
    assert delivery.thread == on_matrix(ROOT)


@pytest.mark.parametrize(
    "replied_to",
    [
        None,
        a_message("a neighbour's words"),
        a_message("a card of somebody else's", **{MARK: {"form": "card"}}),
        an_event({"msgtype": "m.notice", "body": "an answer", MARK: {"form": "answer"}}, sender=DESK.user_id),
    ],
)
def test_a_reply_to_anything_else_stands_in_no_thread(replied_to: dict[str, Any] | None) -> None:
    delivery = delivered(a_reply(), related=replied_to)

    assert delivery is not None
    assert delivery.thread is None


def test_the_quotation_before_a_reply_is_taken_off() -> None:
    for body in ("> <@ben:chat.test> !close\n> now\n\n!take", "> * <@ben:chat.test> waves\n\n!take"):
        delivery = delivered(a_reply(body))
        assert delivery is not None
        assert delivery.request == Marked(text="take")


def test_a_quotation_that_somebody_typed_stays() -> None:
    typed = a_message("> <@ben:chat.test> said\n\n!take")
    quoted = a_reply("> 3 users are waiting\n\nyes")

    for event, text in ((typed, "> <@ben:chat.test> said\n\n!take"), (quoted, "> 3 users are waiting\n\nyes")):
        delivery = delivered(event)
        assert delivery is not None
        assert delivery.request == Speech(text=text)


def test_a_command_in_reply_to_a_file_is_about_that_file() -> None:
    log = a_file(info={"size": 12})
    request = Marked(text="reply see this", files=(Attachment(name="app.log", address="mxc://chat.test/abc", size=12),))

    for body, wanted in (("!reply see this", request), ("thank you", Speech(text="thank you"))):
        delivery = delivered(a_reply(body), related=log)
        assert delivery is not None
        assert delivery.request == wanted


def test_a_reply_in_a_thread_is_one_only_when_its_author_made_it_one() -> None:
    chosen = in_thread() | {"is_falling_back": False, "m.in_reply_to": {"event_id": "$file"}}
    fallback = in_thread() | {"m.in_reply_to": {"event_id": "$file"}}

    assert related_to(a_message("!reply", **{"m.relates_to": chosen}), DESK) == "$file"
    assert related_to(a_message("!reply", **{"m.relates_to": fallback}), DESK) is None


# ---- second thoughts -------------------------------------------------------------------------------------------------

SAID = a_message("the portal is slow", **{"m.relates_to": in_thread()}) | {"event_id": "$said"}


def an_edit(now: object = None, **fields: Any) -> dict[str, Any]:
    if now is None:
        now = {"msgtype": "m.text", "body": "the portal is down", "m.mentions": {}}
    relation = {"rel_type": "m.replace", "event_id": "$said"}
    content = {"msgtype": "m.text", "body": "* the portal is down", "m.new_content": now, "m.relates_to": relation}
    return an_event(content, **fields)


def a_reaction(key: object = "✅", relation: str = "m.annotation") -> dict[str, Any]:
    return an_event({"m.relates_to": {"rel_type": relation, "event_id": "$said", "key": key}}, type="m.reaction")


def test_an_edit_asks_for_what_it_changes() -> None:
    assert related_to(an_edit(), DESK) == "$said"


def test_an_edit_belongs_to_the_words_that_it_changes() -> None:
    delivery = delivered(an_edit(), related=SAID)

    assert delivery is not None
    assert delivery.key == "matrix:$event"
    assert delivery.request == Edit(of="matrix:$said", now=Speech(text="the portal is down"))
    assert (delivery.thread, delivery.message) == (on_matrix(ROOT), on_matrix("$said"))


def test_an_edit_of_a_command_says_so() -> None:
    now = {"msgtype": "m.text", "body": "Support Desk resolve fix", "m.mentions": {"user_ids": [ME]}}
    delivery = delivered(an_edit(now), related=SAID)

    assert delivery is not None
    assert delivery.request == Edit(of="matrix:$said", now=Marked(text="resolve fix"))


def test_an_edited_caption_brings_no_second_file() -> None:
    now = {"msgtype": "m.file", "body": "of noon", "filename": "app.log", "url": "mxc://chat.test/other"}
    delivery = delivered(an_edit(now), related=a_file() | {"event_id": "$said"})

    assert delivery is not None
    assert delivery.request == Edit(of="matrix:$said", now=Speech(text="of noon"))


@pytest.mark.parametrize(
    ("edit", "original"),
    [
        pytest.param(an_edit(), None, id="of nothing in this room"),
        pytest.param(an_edit(sender="@eve:chat.test"), SAID, id="by somebody else"),
        pytest.param(an_edit(sender="@ana:evil.test"), SAID, id="by their name on another server"),
        pytest.param(an_edit(), an_edit(), id="of an edit"),
        pytest.param(an_edit(), SAID | {"content": {}}, id="of what was deleted"),
        pytest.param(an_edit(), SAID | {"type": "m.room.topic", "state_key": ""}, id="of a state event"),
        pytest.param(an_edit(), SAID | {"sender": None}, id="of nobody's words"),
        pytest.param(an_edit({"msgtype": "m.notice", "body": "x"}), SAID, id="into a notice"),
        pytest.param(an_edit({"msgtype": "m.text", "body": " "}), SAID, id="into nothing"),
        pytest.param(an_edit({"msgtype": "m.text", "body": ["x"]}), SAID, id="into a list"),
        pytest.param(an_edit([]), SAID, id="without new content"),
    ],
)
def test_an_edit_that_is_none_is_passed_over(edit: dict[str, Any], original: dict[str, Any] | None) -> None:
    assert delivered(edit, related=original) is None


@pytest.mark.parametrize(
    ("key", "sign"), [("✅", "✅"), ("✔\ufe0f", "✔"), ("✔\ufe0e", "✔"), ("❤️‍🔥", "❤‍🔥"), (" +1 ", "+1")]
)
def test_a_reaction_is_a_sign_under_a_message(key: str, sign: str) -> None:
    """Clients differ in whether they add the selector that asks for a coloured emoji."""
    delivery = delivered(a_reaction(key), related=SAID)

    assert delivery is not None
    assert delivery.request == Reaction(sign=sign, to=on_matrix("$said"))
    assert delivery.thread == on_matrix(ROOT)


def test_a_reaction_to_our_card_stands_in_its_thread() -> None:
    card = an_event({"msgtype": "m.notice", "body": "T-1", MARK: {"form": "card"}}, sender=ME, event_id=ROOT)
    delivery = delivered(a_reaction(), related=card)

    assert delivery is not None
    assert delivery.thread == on_matrix(ROOT)


@pytest.mark.parametrize(
    ("reaction", "under"),
    [
        pytest.param(a_reaction(), None, id="under nothing in this room"),
        pytest.param(a_reaction(), a_member(ANA, "join"), id="under a state event"),
        pytest.param(a_reaction(""), SAID, id="no sign"),
        pytest.param(a_reaction("\ufe0f"), SAID, id="nothing but a selector"),
        pytest.param(a_reaction("x" * 33), SAID, id="a novel"),
        pytest.param(a_reaction(["✅"]), SAID, id="a list"),
        pytest.param(a_reaction(relation="m.reference"), SAID, id="another relation"),
        pytest.param(a_reaction() | {"sender": ME}, SAID, id="our own"),
    ],
)
def test_a_reaction_that_is_none_is_passed_over(reaction: dict[str, Any], under: dict[str, Any] | None) -> None:
    assert delivered(reaction, related=under) is None


def a_deletion(**fields: Any) -> dict[str, Any]:
    return an_event({}, type="m.room.redaction", **fields)


DELETED = SAID | {"content": {}, "unsigned": {"redacted_because": {"event_id": "$event"}}}


@pytest.mark.parametrize(
    "deletion", [a_deletion(redacts="$said"), a_deletion() | {"content": {"redacts": "$said", "reason": "oops"}}]
)
def test_a_deletion_takes_words_back_in_old_rooms_and_new_ones(deletion: dict[str, Any]) -> None:
    assert related_to(deletion, DESK) == "$said"
    delivery = delivered(deletion, related=DELETED)
    assert delivery is not None
    assert delivery.request == Deletion(of="matrix:$said")
    assert delivery.message is None


def test_a_reaction_that_is_taken_away_is_a_deletion_of_it() -> None:
    """What it was under is gone with it; the one who took it away need not be the one who put it there."""
    gone = DELETED | {"type": "m.reaction", "sender": "@eve:chat.test"}
    delivery = delivered(a_deletion(redacts="$said"), related=gone)
    assert delivery is not None
    assert delivery.request == Deletion(of="matrix:$said")


@pytest.mark.parametrize(
    "deleted",
    [
        pytest.param(None, id="nothing in this room"),
        pytest.param(SAID, id="what the homeserver still shows"),
        pytest.param(DELETED | {"type": "m.reaction", "sender": ME}, id="a reaction of ours"),
        pytest.param(SAID | {"type": "m.reaction", "content": {}}, id="a reaction that stands there"),
        pytest.param(DELETED | {"type": "m.room.topic", "state_key": ""}, id="a topic"),
        pytest.param(DELETED | {"type": "m.reaction", "state_key": ""}, id="a state event that plays a reaction"),
        pytest.param(DELETED | {"sender": ME}, id="a message of ours"),
        pytest.param(DELETED | {"unsigned": ["redacted_because"]}, id="nonsense"),
    ],
)
def test_a_deletion_of_anything_else_is_passed_over(deleted: dict[str, Any] | None) -> None:
    assert delivered(a_deletion(redacts="$said"), related=deleted) is None


# ---- what is ours ----------------------------------------------------------------------------------------------------

MARKED = an_event(
    {"msgtype": "m.notice", "body": "T-1", MARK: {"row": 17, "origin": "0a1b", "form": "card", "ticket": "T-1"}},
    sender=ME,
    event_id=ROOT,
)


def test_a_message_of_ours_is_known_by_its_mark() -> None:
    assert own_message(MARKED, DESK) == OwnMessage(row=17, origin="0a1b", address=on_matrix(ROOT))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(MARKED | {"sender": ANA}, id="of somebody else"),
        pytest.param(MARKED | {"content": {}}, id="taken back"),
        pytest.param(MARKED | {"content": {"body": "T-1", MARK: {"form": "explanation"}}}, id="of no row"),
        pytest.param(MARKED | {"content": {"body": "T-1", MARK: {"row": "17"}}}, id="a row that is no number"),
        pytest.param(MARKED | {"content": {"body": "T-1", MARK: {"row": 2**63}}}, id="a row that no database has"),
        pytest.param(MARKED | {"content": {"body": "T-1", MARK: [17]}}, id="nonsense"),
    ],
)
def test_nothing_else_is_a_message_of_ours(event: dict[str, Any]) -> None:
    assert own_message(event, DESK) is None


@pytest.mark.parametrize(
    ("event", "related", "above"),
    [
        pytest.param(a_message("still slow", **{"m.relates_to": in_thread()}), None, ROOT, id="words in a thread"),
        pytest.param(a_message("!list"), None, None, id="words at the top"),
        pytest.param(a_reaction(), SAID, "$said", id="a reaction"),
        pytest.param(a_deletion(redacts="$said"), DELETED, None, id="a deletion"),
    ],
)
def test_words_hang_from_their_thread_and_a_sign_from_what_it_is_under(
    event: dict[str, Any], related: dict[str, Any] | None, above: str | None
) -> None:
    delivery = delivered(event, related=related)
    assert delivery is not None
    assert hangs_from(delivery) == above


# ---- when it was written ---------------------------------------------------------------------------------------------

NOW = datetime(2026, 6, 5, 16, tzinfo=UTC)
SINCE = NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("before_now", "believed"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(minutes=90), timedelta(minutes=90)),
        # Another clock may be a minute ahead; nothing was written after it was read.
        (-timedelta(minutes=1), timedelta(0)),
        (-timedelta(minutes=1, milliseconds=1), None),
        (-timedelta(days=400), None),
        # What is much older than what had been read by then did not come before because it was not there.
        (timedelta(hours=2, minutes=10), timedelta(hours=2, minutes=10)),
        (timedelta(hours=2, minutes=10, milliseconds=1), None),
        (timedelta(days=4_000), None),
    ],
)
def test_a_timestamp_is_believed_as_far_as_it_makes_sense(before_now: timedelta, believed: timedelta | None) -> None:
    """S19."""
    event = an_event(origin_server_ts=round((NOW - before_now).timestamp() * 1000))

    assert written_at(event, since=SINCE, now=NOW) == (None if believed is None else NOW - believed)


@pytest.mark.parametrize("stamp", [None, "1780000000000", True, -1, 10**15, 10**40, [1], 1.5])
def test_a_timestamp_that_is_none_is_not_believed(stamp: object) -> None:
    assert written_at(an_event(origin_server_ts=stamp), since=SINCE, now=NOW) is None


# ---- files -----------------------------------------------------------------------------------------------------------


def a_file(**content: Any) -> dict[str, Any]:
    return an_event({"msgtype": "m.file", "body": "app.log", "url": "mxc://chat.test/abc"} | content)


@pytest.mark.parametrize(
    ("content", "text", "file"),
    [
        ({"info": {"size": 12}}, "", Attachment(name="app.log", address="mxc://chat.test/abc", size=12)),
        ({"info": {"size": -1}}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        ({"info": {"size": True}}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        ({"info": "big"}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        ({"filename": "app.log"}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        (
            {"filename": "app.log", "body": "the log of noon"},
            "the log of noon",
            Attachment(name="app.log", address="mxc://chat.test/abc"),
        ),
        ({"url": "https://evil.test/app.log"}, "", Attachment(name="app.log")),
        ({"info": {"size": 2**53}}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        (
            {"info": {"mimetype": "Image/PNG"}},
            "",
            Attachment(name="app.log", address="mxc://chat.test/abc", media_type="image/png"),
        ),
        ({"info": {"mimetype": "text/html\r\nX: 1"}}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        ({"info": {"mimetype": ["image/png"]}}, "", Attachment(name="app.log", address="mxc://chat.test/abc")),
        (
            {"url": None, "file": {"url": "mxc://chat.test/e", "iv": "abc", "key": {"k": "secret"}}},
            "",
            Attachment(name="app.log", address="mxc://chat.test/e", key='{"iv": "abc", "key": {"k": "secret"}}'),
        ),
        (
            {"url": None, "file": {"url": "mxc://chat.test/e"}},
            "",
            Attachment(name="app.log", address="mxc://chat.test/e"),
        ),
    ],
)
def test_a_file_comes_by_reference(content: dict[str, Any], text: str, file: Attachment) -> None:
    delivery = delivered(a_file(**content))

    assert delivery is not None
    assert delivery.request == Speech(text=text, files=(file,))


def test_a_caption_may_be_a_command() -> None:
    delivery = delivered(a_file(filename="app.log", body="!open S2 the portal is slow"))

    assert delivery is not None
    assert delivery.request == Marked(
        text="open S2 the portal is slow", files=(Attachment(name="app.log", address="mxc://chat.test/abc"),)
    )


def test_what_no_database_keeps_is_replaced() -> None:
    """S24: NUL, and half of a surrogate pair, which JSON can spell."""
    event = json.loads(json.dumps(a_file(body="a\x00b\ud800.log")))
    delivery = delivered(event)

    assert delivery is not None
    assert delivery.request.files[0].name.encode() == "a␀b?.log".encode()  # type: ignore[union-attr]


# ---- a sync ----------------------------------------------------------------------------------------------------------


def a_sync(**rooms: Any) -> dict[str, Any]:
    return {"next_batch": "s2", "rooms": rooms}


def a_timeline(*events: Any, limited: bool = False, state: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {
        "timeline": {"events": list(events), "limited": limited, "prev_batch": "p1"},
        "state": {"events": list(state)},
    }


def test_a_sync_tells_rooms_invitations_and_names() -> None:
    hello = a_message()
    news = news_from(
        a_sync(join={ACME: a_timeline(hello, state=(a_member(ANA, "join", name="Ana"),))}, invite={"!new": {}}), ME
    )

    assert news.position == "s2"
    assert news.invitations == (Invitation(room="!new", inviter="", follows=""),)
    assert news.rooms[0].events == (hello,)
    assert news.rooms[0].names == {ANA: "Ana"}
    assert news.rooms[0].gap is None


def test_a_limited_timeline_has_a_gap() -> None:
    assert news_from(a_sync(join={ACME: a_timeline(a_message(), limited=True)}), ME).rooms[0].gap == "p1"


def test_what_was_said_before_we_came_in_was_not_said_to_us() -> None:
    before, after = a_message("!open before"), a_message("!open after")
    joining = a_member(DESK.user_id, "join", before="invite")
    news = news_from(a_sync(join={ACME: a_timeline(before, joining, after, limited=True)}), ME)

    assert news.rooms[0].events == (after,)
    assert news.rooms[0].gap is None


def test_what_was_said_before_we_were_put_out_was_said_to_us() -> None:
    before, meanwhile, after = a_message("!open before"), a_message("!open meanwhile"), a_message("!open after")
    out, back = a_member(DESK.user_id, "leave", before="join"), a_member(DESK.user_id, "join", before="invite")
    returned = news_from(a_sync(join={ACME: a_timeline(before, out, meanwhile, back, after)}), ME).rooms[0]
    gone = news_from(a_sync(leave={ACME: a_timeline(before, out, limited=True)}), ME).left[0]

    assert (returned.before, returned.events) == ((before,), (after,))
    assert (gone.before, gone.events, gone.gap) == ((before,), (), "p1")


def test_an_invitation_that_was_declined_is_no_leaving() -> None:
    declined = a_member(DESK.user_id, "leave", before="invite")

    assert news_from(a_sync(leave={ACME: a_timeline(a_message("!open S1"), declined)}), ME).left[0].before == ()


def test_a_new_display_name_of_ours_is_no_joining() -> None:
    before, after = a_message("!open before"), a_message("!open after")
    renaming = a_member(DESK.user_id, "join", before="join", name="Desk")

    assert since_we_joined((before, renaming, after), ME) == ((before, renaming, after), False)


def test_somebody_elses_joining_is_not_ours() -> None:
    events = (a_message(), a_member(ANA, "join", before="invite"))

    assert since_we_joined(events, ME) == (events, False)


@pytest.mark.parametrize("sign", ["m.room.encryption", "m.room.encrypted"])
def test_a_room_shows_that_it_is_encrypted(sign: str) -> None:
    news = news_from(a_sync(join={ACME: a_timeline(an_event({}, type=sign)), "!open": a_timeline(a_message())}), ME)

    assert [room.encrypted for room in news.rooms] == [True, False]


@pytest.mark.parametrize("payload", [{}, {"next_batch": ""}, {"next_batch": 7}])
def test_an_answer_without_a_position_is_none(payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="next_batch"):
        news_from(payload, ME)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["type", "event_id", "sender", "content", "state_key", "unsigned", "body", "msgtype", "m.relates_to", "m.mentions",
     "rel_type", "m.in_reply_to", "m.new_content", "key", "redacts",
     "origin_server_ts", "mimetype", "user_ids", "url", "info", "filename", "file", "prev_content"]
)  # fmt: skip


@given(data=st.data())
def test_no_shape_of_an_event_is_too_odd(data: st.DataObject) -> None:
    """F30: whatever stands in whichever field, it is a delivery or it is passed over."""
    kinds: list[dict[str, Any]] = [
        a_file(**{"m.relates_to": in_thread(), "m.mentions": {"user_ids": []}}),
        an_edit(),
        a_reaction(),
        a_deletion(redacts="$said"),
    ]
    event = copy.deepcopy(data.draw(st.sampled_from(kinds)))
    for _ in range(data.draw(st.integers(1, 4))):
        holder = data.draw(st.sampled_from([event, event["content"]])) if isinstance(event["content"], dict) else event
        holder[data.draw(FIELDS)] = data.draw(JSON)
        event.setdefault("content", {})

    delivery = delivered(event, related=data.draw(st.sampled_from([event, SAID, DELETED, None])))
    news = news_from(a_sync(join={ACME: {"timeline": {"events": [event]}, "state": {"events": event}}}), ME)

    assert isinstance(related_to(event, DESK), str | None)
    assert written_at(event, since=SINCE, now=NOW) is None or event["origin_server_ts"]
    assert len(news.rooms) == 1
    if delivery is not None:
        repr(delivery.request).encode()
        assert delivery.sender.value != DESK.user_id


@given(rooms=JSON, room=JSON)
def test_no_shape_of_a_sync_is_too_odd(rooms: Any, room: Any) -> None:
    assert news_from({"next_batch": "s1", "rooms": rooms}, ME).position == "s1"
    assert news_from(a_sync(join={ACME: room}, invite=room, leave=room), ME).position == "s2"
