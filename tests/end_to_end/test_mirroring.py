"""
One ticket on Slack and on Matrix at once: what is said, changed, taken back or put under words over here is over there.

Of each side there is somebody on both: Ana and Ben are on Slack, their colleagues Aldo and Béatrice on Matrix.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.console.player import VirtualTime
from adapters.console.story import DEFAULT_CLOCK, InRoom, InThread
from adapters.directory_file.reading import demo_directory
from chatops.bootstrap import policy_engine
from chatops.domain.vocabulary import PersonId, RoomId, TicketId
from tests.log_watch import never_log
from tests.mirrored_stage import MirroredStage, Towns, a_mirrored_stage, colleagues_apart
from tests.patience import PATIENCE_S
from tests.synapse import Homeserver

ANA, ALDO, BEN, BEA, CLO = map(PersonId, ("ana", "aldo", "ben", "bea", "clo"))
ACME, DESK, MANAGERS = map(RoomId, ("#acme", "#desk", "#managers"))
TICKET = TicketId(1)
HERE = InThread(ticket_id=TICKET)
WITH_CUSTOMER = InThread(ticket_id=TICKET, with_customer=True)


@pytest.fixture(scope="module")
def towns(synapse: Homeserver) -> Towns:
    return Towns(synapse, demo_directory(), colleagues_apart)


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime(DEFAULT_CLOCK)


@pytest.fixture
async def stage(towns: Towns, sqlite_database: str, time: VirtualTime) -> AsyncIterator[MirroredStage]:
    """A ticket of Ana's that Ben has taken; its cards stand in two rooms on each of the two."""
    async with a_mirrored_stage(towns, sqlite_database, policy_engine(None, None), time) as stage:
        await stage.say(ANA, InRoom(room=ACME), "!open S2 The portal is very slow")
        await stage.settle()
        await says(stage, BEN, "!take")
        yield stage


async def says(stage: MirroredStage, person: PersonId, text: str, place: InThread = HERE) -> None:
    never_log(text)
    await stage.say(person, place, text)
    await stage.settle()


def messages(stage: MirroredStage, person: PersonId, words: str) -> list[str]:
    """Return the messages in which *person* sees *words*, their own among them."""
    return [text for text in stage.shown_to(person) if words in text]


def thread(stage: MirroredStage, person: PersonId, room: RoomId) -> Sequence[str]:
    """Return what *person* sees under the ticket's card in a room, oldest first."""
    if stage.of(person) is stage.slack:
        on_slack = stage.slack.screens
        seen_there = next(card for card in on_slack.cards(TICKET) if card.room == room)
        return [seen.text for seen in on_slack.thread(seen_there, person)][1:]
    on_matrix = stage.matrix.screens
    shown_there = next(card for card in on_matrix.cards(TICKET) if card.room == room)
    return [shown.text for shown in on_matrix.thread(shown_there)][1:]


# ---- words -----------------------------------------------------------------------------------------------------------


async def test_words_are_read_over_there_once_with_their_author_and_side(stage: MirroredStage) -> None:
    await says(stage, ANA, "node 2 is the slow one")
    await says(stage, ALDO, "it was so on Monday")
    await says(stage, BEN, "we are looking at node 2", WITH_CUSTOMER)
    await says(stage, BEA, "then I look at Monday", WITH_CUSTOMER)

    said = {
        "node 2 is the slow one": (ANA, "Ana Ashford", "Ana Ashford (Acme Industries)"),
        "it was so on Monday": (ALDO, "Aldo Archer", "Aldo Archer (Acme Industries)"),
        "we are looking at node 2": (BEN, "Ben Barker (support)", "Ben Barker"),
        "then I look at Monday": (BEA, "Béatrice Bertin (support)", "Béatrice Bertin"),
    }
    for words, (author, to_customers, to_the_desk) in said.items():
        for reader in {ANA, ALDO, BEN, BEA} - {author}:
            there = [each for each in thread(stage, reader, ACME) if words in each]
            assert len(there) == 1, (reader, words, there)
            if stage.of(reader) is not stage.of(author):
                assert to_customers in there[0]
        for reader in {BEN, BEA} - {author}:
            copies = [each for each in thread(stage, reader, DESK) if words in each]
            assert len(copies) == 1, (reader, words, copies)
            assert to_the_desk in copies[0]


async def test_what_the_desk_says_among_itself_is_read_by_the_desk_alone(stage: MirroredStage) -> None:
    """I9."""
    await says(stage, BEN, "their plug-in is home-made")
    await says(stage, BEA, "so was the last one")

    for words, author, reader, name in (
        ("their plug-in is home-made", BEN, BEA, "Ben Barker"),
        ("so was the last one", BEA, BEN, "Béatrice Bertin"),
    ):
        (copy,) = (each for each in thread(stage, reader, DESK) if words in each)
        assert name in copy
        assert len(messages(stage, author, words)) == 1
        assert messages(stage, ANA, words) == messages(stage, ALDO, words) == []


async def test_quick_words_of_both_sides_are_read_in_the_order_in_which_they_were_heard(stage: MirroredStage) -> None:
    """I8."""
    for number in range(1, 5):
        await stage.say(ANA, HERE, f"from Slack {number}")
        await stage.say(ALDO, HERE, f"from Matrix {number}")
    await stage.settle()

    def heard(reader: PersonId, room: RoomId, words: str) -> list[str]:
        return [f"{words} {n}" for each in thread(stage, reader, room) for n in range(1, 5) if f"{words} {n}" in each]

    for reader, room, words in (
        *((reader, DESK, words) for reader in (BEN, BEA) for words in ("from Slack", "from Matrix")),
        *((reader, ACME, "from Matrix") for reader in (ANA, BEN)),
        *((reader, ACME, "from Slack") for reader in (ALDO, BEA)),
    ):
        assert heard(reader, room, words) == [f"{words} {n}" for n in range(1, 5)]
    desks = [
        [each.splitlines()[-1] for each in thread(stage, reader, DESK) if "from " in each] for reader in (BEN, BEA)
    ]
    assert desks[0] == desks[1]


async def test_nothing_that_was_mirrored_is_mirrored_back(stage: MirroredStage) -> None:
    await says(stage, ANA, "node 2 is the slow one")
    await says(stage, ALDO, "it was so on Monday")
    before = {person: list(stage.shown_to(person)) for person in (ANA, ALDO, BEN, BEA)}

    # Both have brought the desk its own messages when they have brought it what was said after them.
    await stage.slack.town.slack.settle()
    await stage.say(ALDO, InRoom(room=ACME), "good morning")
    await stage.settle()

    for person, shown in before.items():
        assert [each for each in stage.shown_to(person) if each != "good morning"] == shown


# ---- second thoughts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("author", "reader"), [(ANA, ALDO), (ALDO, ANA)], ids=["slack-to-matrix", "matrix-to-slack"])
async def test_what_is_changed_and_taken_back_here_is_so_there_in_its_place(
    stage: MirroredStage, author: PersonId, reader: PersonId
) -> None:
    await says(stage, author, "node 2 is the slow one")
    await says(stage, author, "and it is red")
    before = {room_reader: len(thread(stage, *room_reader)) for room_reader in _READERS[reader]}
    never_log("node 3 is the slow one")
    await stage.delete(author)
    await stage.settle()
    await stage.edit(author, "node 3 is the slow one")
    await stage.settle()

    for person, room in _READERS[reader]:
        there = thread(stage, person, room)
        assert len(there) == before[(person, room)] - 1
        assert sum("node 3 is the slow one" in each for each in there) == 1
        assert not any(words in each for each in there for words in ("node 2", "and it is red"))


_READERS = {ALDO: ((ALDO, ACME), (BEA, DESK), (BEN, DESK)), ANA: ((ANA, ACME), (BEA, DESK), (BEN, DESK))}


# ---- cards -----------------------------------------------------------------------------------------------------------


async def test_every_card_shows_the_same_ticket(stage: MirroredStage) -> None:
    """Two rooms on each of two platforms; what is worded for an audience is worded so on both."""
    for command in ("!need the logs", "!start", "!resolve fix version 7.1.4"):
        await says(stage, BEN if command != "!start" else BEA, command)
        shown = [(card.room, " · ".join(card.facts)) for card in stage.cards(TICKET)]

        assert sorted(room for room, _ in shown) == [ACME, ACME, DESK, DESK]
        assert len(set(shown)) == 2, shown


# ---- signs -----------------------------------------------------------------------------------------------------------


async def test_a_sign_under_words_is_put_under_them_over_there(stage: MirroredStage) -> None:
    """People's signs; the desk puts them there in its own name."""
    await says(stage, ALDO, "it was so on Monday")
    await says(stage, ANA, "node 2 is the slow one")
    slack, matrix = stage.slack.screens, stage.matrix.screens
    copy = next(each for each in slack.of(ANA) if "it was so on Monday" in each.text)
    await stage.slack.town.people[ANA].reacts(copy.message, "+1")
    await stage.settle()

    original = next(each for each in matrix.of(ALDO) if "it was so on Monday" in each.text and each.author == ALDO)
    # With the selector that the specification of Matrix asks for.
    assert ("👍\ufe0f", None) in original.signs

    mirrored = next(each for each in matrix.of(ALDO) if "node 2 is the slow one" in each.text)
    await stage.matrix.signs(ALDO, mirrored, "🎉")
    await stage.settle()

    (written,) = (each for each in slack.of(ANA) if "node 2 is the slow one" in each.text)
    assert ("🎉", None) in written.signs


# ---- files -----------------------------------------------------------------------------------------------------------


async def test_a_file_of_slack_is_shown_on_matrix(stage: MirroredStage) -> None:
    await says(stage, ANA, "here it is [file: app.log]")

    for reader in (ALDO, BEA):
        assert messages(stage, reader, "[file: app.log]"), list(stage.shown_to(reader))
    assert len(messages(stage, BEN, "app.log")) >= 1


async def test_a_file_of_matrix_is_shown_on_slack(stage: MirroredStage) -> None:
    await says(stage, ALDO, "here it is [file: app.log]")

    for person in (ANA, BEN):
        uploaded = [file.name for seen in stage.slack.screens.of(person) for file in seen.message.files]
        assert "app.log" in uploaded, list(stage.shown_to(person))


# ---- a room that cannot be reached -----------------------------------------------------------------------------------


async def test_a_room_of_slack_that_is_shut_holds_up_nobody_and_catches_up(stage: MirroredStage) -> None:
    """F29: and the managers are told of it once."""
    town = stage.slack.town
    await town.people[BEN].removes(town.app, town.channels[ACME])
    for number in range(1, 4):
        await says(stage, ALDO, f"it is slow {number}")

    assert [len(messages(stage, person, "it is slow ")) for person in (BEA, BEN)] == [6, 3]
    assert messages(stage, ANA, "it is slow ") == []
    assert sum("#acme" in text for text in stage.shown_to(CLO)) == 1

    await town.people[BEN].invites(town.app, town.channels[ACME])
    await stage.settle()

    late = [each.splitlines()[-1] for each in thread(stage, ANA, ACME) if "it is slow" in each]
    assert late == [f"> it is slow {number}" for number in range(1, 4)]


async def test_a_room_of_matrix_that_is_shut_holds_up_nobody_and_catches_up(stage: MirroredStage, towns: Towns) -> None:
    """F29."""
    server, room = towns.matrix.server, towns.matrix.rooms[ACME]
    server.leave(towns.matrix.desk, room)
    for number in range(1, 4):
        await says(stage, ANA, f"it is slow {number}")

    assert [len(messages(stage, person, "it is slow ")) for person in (BEA, BEN)] == [3, 6]
    assert messages(stage, ALDO, "it is slow ") == []
    assert sum("#acme" in text for text in stage.shown_to(CLO)) == 1

    server.invite(towns.matrix.people[BEA], towns.matrix.desk, room)

    async with asyncio.timeout(PATIENCE_S):
        while len(late := [each for each in thread(stage, ALDO, ACME) if "it is slow" in each]) < 3:
            await asyncio.sleep(0.1)
            await stage.settle()
    assert [each.splitlines()[-1] for each in late] == [f"> it is slow {number}" for number in range(1, 4)]
