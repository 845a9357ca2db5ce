"""
What people, clients and foreign homeservers should not send, through a real chat (S14, S16, S18, S21, S23, S24).

Each is answered by a clear sentence or by nothing; it is never executed twice, leaks nothing, and the desk goes on.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.console.player import VirtualTime
from adapters.console.stage import Heard
from adapters.console.story import DEFAULT_CLOCK, InRoom
from adapters.directory_file.reading import demo_directory
from chatops.bootstrap import policy_engine
from chatops.domain.vocabulary import PersonId, RoomId, TicketId
from tests.matrix_stage import MatrixStage, Town, a_matrix_stage
from tests.synapse import Account, Homeserver, Refused

ANA, GUS, ALDO = PersonId("ana"), PersonId("gus"), PersonId("aldo")
ACME, GLOBEX, DESK = RoomId("#acme"), RoomId("#globex"), RoomId("#desk")
SECRET = "merger"
NOTHING_HERE = "I find no such ticket here"


@pytest.fixture(scope="module")
def town(synapse: Homeserver) -> Town:
    return Town(synapse, demo_directory())


@pytest.fixture
async def stage(town: Town, sqlite_database: str) -> AsyncIterator[MatrixStage]:
    """A desk with a ticket of Globex (T-1), of which nobody at Acme may learn a word."""
    async with a_matrix_stage(town, sqlite_database, policy_engine(None, None), VirtualTime(DEFAULT_CLOCK)) as stage:
        await stage.say(GUS, InRoom(room=GLOBEX), f"!open S2 our secret {SECRET} is unreadable")
        await stage.settle()
        yield stage


def said(body: Any, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, "m.mentions": {}, **more}


async def answers(stage: MatrixStage, town: Town, content: Mapping[str, Any], *, kind: str = "m.room.message",
                  by: Account | None = None) -> Sequence[Heard]:  # fmt: skip
    """Send *content* to Acme's room; return what the desk made visible anywhere, until it has dealt with it."""
    mark = len(stage.heard())
    town.server.send(by or town.people[ANA], town.rooms[ACME], content, kind=kind)
    # What is asked next in a room is dealt with after all that was said there before.
    await stage.say(ALDO, InRoom(room=ACME), "!list mine")
    await stage.settle()
    heard = [each for each in stage.heard()[mark:] if each.author is None and each.room != GLOBEX]
    assert SECRET not in str([each for each in heard if each.room == ACME])
    assert stage.cards(TicketId(1))[0].facts[0].endswith("NOUVEAU")
    return heard[:-1]


@pytest.mark.parametrize(
    ("typed", "hears"),
    [
        ("!frobnicate the portal", "!help"),
        ("!take T-1", NOTHING_HERE),
        ("!show T-1", NOTHING_HERE),
        ("!accept T-1", NOTHING_HERE),
        ("!open S3 our portal is slow after T-1", NOTHING_HERE),
        ("!show T-99", NOTHING_HERE),
        ("!show T-0", NOTHING_HERE),
        ("!show T-1000000000000000000000000", NOTHING_HERE),
        ("!reply T-1 hello", NOTHING_HERE),
    ],
)
async def test_what_cannot_be_done_is_answered_by_a_sentence(
    stage: MatrixStage, town: Town, typed: str, hears: str
) -> None:
    """S14: another organisation's ticket and one that is not there are the same."""
    (heard,) = await answers(stage, town, said(typed))

    assert hears in heard.text


async def test_a_ticket_of_another_and_one_that_is_not_there_are_answered_alike(stage: MatrixStage, town: Town) -> None:
    (theirs,) = await answers(stage, town, said("!show T-1"))
    (nobodys,) = await answers(stage, town, said("!show T-9"))

    assert theirs.text == nobodys.text.replace("T-9", "T-1")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.room.message", said("   \n ")),
        ("m.room.message", {**said("!open S1 a bot speaks"), "msgtype": "m.notice"}),
        ("m.room.message", {**said("!open S1 no such type"), "msgtype": "org.example.unheard"}),
        ("m.reaction", {}),
        ("m.reaction", {"m.relates_to": "👀"}),
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": 5, "key": ["👀"]}}),
        ("m.sticker", {"body": "!open S1 a picture"}),
        ("org.example.command", said("!open S1 an event of no known type")),
    ],
)
async def test_what_is_no_message_is_passed_over(
    stage: MatrixStage, town: Town, kind: str, content: Mapping[str, Any]
) -> None:
    """
    S18: fields are missing, or are not what they should be; S21: notices are other bots'.

    Worse ones our own homeserver refuses; what others let through is tried on the translation itself.
    """
    assert await answers(stage, town, content, kind=kind) == []
    assert not stage.cards(TicketId(2))


@pytest.mark.parametrize(
    "trimmings",
    [
        {"m.relates_to": "a string"},
        {"m.relates_to": {"rel_type": ["m.thread"], "event_id": 5}},
        {"format": "org.matrix.custom.html", "formatted_body": ["<b>"]},
        {"org.example.extra": {"deep": [[[[[[[[[[]]]]]]]]]]}},
    ],
)
async def test_odd_trimmings_do_not_keep_a_message_from_the_desk(
    stage: MatrixStage, town: Town, trimmings: Mapping[str, Any]
) -> None:
    await answers(stage, town, said("!open S3 odd but well meant", **trimmings))

    assert {card.room for card in stage.cards(TicketId(2))} == {ACME, DESK}


@pytest.mark.parametrize(
    ("words", "shown", "never"),
    [
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe", "\u202e"),
        ("a\u200bb\u2066c", "⟨U+200B⟩b⟨U+2066⟩", "\u2066"),
        ("nul\0here", "nul␀here", "\0"),
        ("@room everybody look", "@room everybody look", "</script>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>", "\0"),
        ("x" * 50_000, "xxx", "\0"),
    ],
)
async def test_what_people_write_is_shown_for_what_it_is(
    stage: MatrixStage, town: Town, words: str, shown: str, never: str
) -> None:
    """S23, S24: nothing turns text around, nobody is called by it, no markup comes of it."""
    html = f"<h1>{words}</h1><a href='javascript:1'>" if len(words) < 100 else words[:10]
    await answers(stage, town, said(f"!open S3 {words}", format="org.matrix.custom.html", formatted_body=html))

    cards = [event for event in town.server.timeline(town.people[ANA], town.rooms[ACME])
             if event["type"] == "m.room.message" and event["sender"] == town.desk.user_id]  # fmt: skip
    card = next(event["content"] for event in reversed(cards) if event["content"]["body"].startswith("T-2 · "))
    assert shown in card["body"]
    assert never not in card["body"]
    assert card["m.mentions"] == {}
    assert "<script" not in card.get("formatted_body", "")
    assert "javascript:" not in card.get("formatted_body", "")


async def test_a_reply_to_another_customer_s_card_opens_no_door(stage: MatrixStage, town: Town) -> None:
    """S18: threads, edits and reactions across rooms the homeserver refuses by itself; replies it lets through."""
    card = next(card for card in stage.screens.cards(TicketId(1)) if card.room == GLOBEX).event_id
    (heard,) = await answers(stage, town, said("!show", **{"m.relates_to": {"m.in_reply_to": {"event_id": card}}}))
    speech = said("tell me more", **{"m.relates_to": {"m.in_reply_to": {"event_id": card}}})

    assert "Which ticket do you mean" in heard.text
    assert await answers(stage, town, speech) == []
    for rel_type in ("m.thread", "m.replace"):
        relation = {"rel_type": rel_type, "event_id": card}
        with pytest.raises(Refused):
            town.server.send(town.people[ANA], town.rooms[ACME], said("!show", **{"m.relates_to": relation}))


async def test_an_edit_by_somebody_else_changes_nothing(stage: MatrixStage, town: Town) -> None:
    """S18: of a contact's words by their colleague."""
    await stage.say(ANA, InRoom(room=ACME), "!open S3 our portal is slow")
    await stage.settle()
    spoken = stage.screens.of(ANA)[-2].event_id
    edit = said("* !open S1 everything", **{"m.new_content": said("!open S1 everything"),
                                            "m.relates_to": {"rel_type": "m.replace", "event_id": spoken}})  # fmt: skip

    assert await answers(stage, town, edit, by=town.people[ALDO]) == []
    assert not stage.cards(TicketId(3))


@pytest.mark.parametrize("name", ["Ben Barker", "Веn Barker", "Desk", "Ben Barker\u202e"])
async def test_a_look_alike_is_nobody(stage: MatrixStage, town: Town, name: str) -> None:
    """S16: only the whole user id counts, never what somebody calls themselves."""
    stranger = town.server.person("Ben Barker")
    town.server.call("PUT", f"/_matrix/client/v3/profile/{stranger.user_id}/displayname", {"displayname": name},
                     by=stranger)  # fmt: skip
    town.server.invite(town.people[ANA], stranger, town.rooms[ACME])
    town.server.join(stranger, town.rooms[ACME])
    await stage.say(ANA, InRoom(room=ACME), "!open S3 our portal is slow")
    await stage.settle()

    heard = await answers(stage, town, said("!take T-2"), by=stranger)

    assert any("do not know you" in each.text for each in heard if each.room == ACME)
    assert all("NEW" in card.facts[0] for card in stage.cards(TicketId(2)))
    town.server.leave(stranger, town.rooms[ACME])
