"""A ticket's life on Matrix, as the people in its rooms see it: real process, real homeserver."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.end_to_end.matrix_life import DESK, MatrixLife, Seen, play_one_ticket
from tests.synapse import Homeserver


@pytest.fixture(scope="module")
def played(synapse: Homeserver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixLife]:
    """A ticket from NEW to CLOSED, to be looked at from all sides."""
    life = MatrixLife(synapse, tmp_path_factory.mktemp("played"))
    with life.running():
        play_one_ticket(life)
        yield life


@pytest.fixture
def life(synapse: Homeserver, tmp_path: Path) -> Iterator[MatrixLife]:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        yield life
    # Shown when the test fails.
    for who in ("ana", "ben"):
        Console(highlight=False, markup=False).print(life.shown(who))


def firsts(seen: tuple[Seen, ...]) -> list[str]:
    """Return who said what, by first lines."""
    return [f"{each.author}: {each.text.splitlines()[0]}" for each in seen]


def test_a_ticket_lives_from_new_to_closed(played: MatrixLife) -> None:
    """§3.2.1 to §3.2.5b."""
    asked, card = played.sees("ana", "#acme")
    assert firsts((asked, card)) == [
        "Ana Ashford: !open S2 The portal is very slow",
        f"{DESK}: T-1 · The portal is very slow",
    ]
    assert "Status: CLOSED · Severity: S2 Major" in card.text
    assert firsts(card.thread) == [
        f"{DESK}: Ben Barker (support) is now handling T-1.",
        f"{DESK}: Ana Ashford: We need something from you to go on with T-1:",
        "Ana Ashford: here they are: node 2 is the slow one",
        f"{DESK}: We have what we need and are working on T-1.",
        f"{DESK}: Ben Barker (support) wrote:",
        f"{DESK}: Ana Ashford: Here is a solution for T-1 (workaround):",
        "Ana Ashford: !accept",
        f"{DESK}: Ana Ashford closed T-1: solution accepted.",
    ]


def test_nothing_internal_crosses_to_the_customer_and_nothing_to_another(played: MatrixLife) -> None:
    """I9: what was said in the desk's thread is in no event of the customer's room, shown or not."""
    desk_thread = played.card("ben", "#desk", "T-1").thread
    assert "between us, this is their own plug-in" in [each.text for each in desk_thread]
    raw = str(played.server.timeline(played.people["ana"], played.rooms["#acme"]))
    assert "Restart node 2" in raw
    assert "plug-in" not in raw
    assert "!resolve" not in raw
    assert played.words("gus", "#globex") == []


def test_only_whoever_gets_the_ball_is_called(played: MatrixLife) -> None:
    """DESIGN §8: the first line for a new ticket, then whoever has to move; nobody for what they did themselves."""
    assert [text.splitlines()[0] for text in played.called("ana")] == [
        "Ana Ashford: We need something from you to go on with T-1:",
        "Ana Ashford: Here is a solution for T-1 (workaround):",
    ]
    assert [text.splitlines()[0].rpartition(": ")[2] for text in played.called("bea")] == [
        "T-1 · The portal is very slow"
    ]
    new, answered = (text.splitlines()[0] for text in played.called("ben"))
    assert new.endswith("T-1 · The portal is very slow")
    assert answered == "Ben Barker: Ana Ashford (Acme Industries) wrote:"
    assert played.called("clo") == []
    assert played.called("gus") == []


def test_clients_without_threads_see_replies_to_what_was_said_last(played: MatrixLife) -> None:
    events = played.server.timeline(played.people["ana"], played.rooms["#acme"])
    said, started = (
        next(event for event in events if event.get("content", {}).get("body", "").startswith(words))
        for words in ("here they are", "We have what we need")
    )

    assert started["content"]["m.relates_to"]["m.in_reply_to"] == {"event_id": said["event_id"]}


def test_an_answer_stands_where_it_was_asked(life: MatrixLife) -> None:
    life.says("ana", "#acme", "!open S3 a typo")
    life.hears("ana", "#acme", "T-1 ·")
    life.says("ana", "#acme", "!list")
    life.hears("ana", "#acme", "• T-1")
    life.says("ana", "#acme", "!take", in_thread_of="T-1")
    life.hears("ana", "#acme", "Support procedure, §")

    *_, listed = life.sees("ana", "#acme")
    assert "• T-1" in listed.text
    refused = life.card("ana", "#acme", "T-1").thread[-1]
    assert "Support procedure, §" in refused.text
    assert refused.quiet


def test_a_stranger_and_a_strange_thread_are_told_nothing(life: MatrixLife) -> None:
    """S13, S14, S18: another customer's ticket, by number and by a relation to its card's thread."""
    life.says("ana", "#acme", "!open S2 our secret merger page is down")
    life.hears("ana", "#acme", "T-1 ·")
    card = life.card("ana", "#acme", "T-1").event_id

    reply = {"msgtype": "m.text", "body": "!show", "m.relates_to": {"m.in_reply_to": {"event_id": card}}}
    life.server.send(life.people["gus"], life.rooms["#globex"], reply)
    life.says("gus", "#globex", "!show T-1")
    life.says("gus", "#globex", "!list")
    life.until(lambda: len(life.words("gus", "#globex")) == 6, lambda: life.shown("gus"))

    assert "merger" not in str(life.server.timeline(life.people["gus"], life.rooms["#globex"]))


def test_the_desk_stops_when_it_is_asked_to(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        assert life.stop() == 0


def test_a_desk_whose_token_is_revoked_says_so_and_ends(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        synapse.revoke(life.desk)
        life.until(lambda: not life.alive)

    assert "Log in again with the same device id" in life.log()
    assert life.log().count("Log in again") == 1
    assert life.desk.access_token not in life.log()


def test_the_log_holds_no_word_of_anybody(played: MatrixLife) -> None:
    """S32, at debug level."""
    for words in ("very slow", "node 2", "plug-in", "helps a lot", played.desk.access_token):
        assert words not in played.log()
    assert '"level": "error"' not in played.log()
