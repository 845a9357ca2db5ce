"""People's signs between Slack and Matrix: the desk puts them under every copy, and takes them away again."""

import pytest

from tests.end_to_end.both_platforms import Both, both_platforms
from tests.slack.client import Said
from tests.slack.faults import ACK_LOST, THRICE_AT_ONCE, reordered
from tests.slack.records import Message
from tests.synapse import Homeserver

WORDS = "node 2 is the slow one"


async def ana_writes(both: Both) -> Said:
    """Return what Ana has written in her thread on Slack, once everybody reads it."""
    await both.a_ticket()
    said = await both.slack.ana.says(both.slack.acme, WORDS, thread=both.slack.card(both.slack.acme))
    await both.until(lambda: both.saying(both.acme, WORDS) and both.saying(both.desk_room, WORDS))
    return said


def by_the_desk(both: Both, message: Message) -> set[str]:
    """Return the signs that the desk put under a message on Slack, but for its own receipts."""
    return {name for name, users in message.reactions.items() if both.slack.app.bot in users} - {"incoming_envelope"}


async def and_nothing_else(both: Both) -> None:
    """Let everything that was said so far arrive: what Ben writes now arrives after it, in every thread."""
    await both.slack.ben.says(both.slack.acme, "we look into it", thread=both.slack.card(both.slack.acme))
    await both.until(lambda: both.saying(both.acme, "we look into it") and both.saying(both.desk_room, "we look into"))


@pytest.mark.parametrize(
    ("name", "sign"),
    [("eyes", "👀"), ("heart", "❤\ufe0f"), ("thumbsup", "👍\ufe0f"), ("+1::skin-tone-4", "👍🏽"), ("flag-fr", "🇫🇷")],
)
async def test_a_sign_on_slack_stands_under_the_copies_on_matrix_until_it_is_taken_away(
    sqlite_database: str, synapse: Homeserver, name: str, sign: str
) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        copies = [(room, both.saying(room, WORDS)) for room in (both.acme, both.desk_room)]
        await both.slack.ana.reacts(said, name)
        await both.until(lambda: [both.signs(*copy) for copy in copies] == [[sign], [sign]])

        await both.slack.ana.unreacts(said, name)
        await both.until(lambda: [both.signs(*copy) for copy in copies] == [[], []])
        assert by_the_desk(both, said.message) == set()


async def test_a_sign_on_matrix_stands_under_the_words_on_slack_until_it_is_taken_away(
    sqlite_database: str, synapse: Homeserver
) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        copy = both.saying(both.acme, WORDS)
        sign = both.reacts(both.aldo, both.acme, copy, "❤️")
        await both.slack.slack.until(lambda: by_the_desk(both, said.message) == {"heart"})
        # Ana's own one beside it is hers.
        await both.slack.ana.reacts(said, "heart")

        both.deletes(both.aldo, both.acme, sign)
        await both.slack.slack.until(lambda: by_the_desk(both, said.message) == set())
        assert said.message.reactions["heart"] == [both.slack.ana.user]


async def test_a_sign_under_an_agent_s_reply_reaches_the_agent(sqlite_database: str, synapse: Homeserver) -> None:
    """They meet under words of ours as well as under people's: the customer likes the copy, the agent sees it."""
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        thread = both.slack.card(both.slack.desk_room)
        said = await both.slack.ben.says(both.slack.desk_room, f"{both.slack.app} reply thank you", thread=thread)
        await both.until(lambda: both.saying(both.acme, "thank you"))
        both.reacts(both.aldo, both.acme, both.saying(both.acme, "thank you"), "🙏")
        await both.slack.slack.until(lambda: "pray" in by_the_desk(both, said.message))
        await both.until(lambda: both.signs(both.desk_room, both.saying(both.desk_room, "thank you")) == ["🙏"])


async def test_an_emoji_that_only_one_workspace_has_is_not_mirrored(sqlite_database: str, synapse: Homeserver) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        for name in ("partyparrot", "partyparrot::skin-tone-2"):
            for delivery in await both.slack.ana.reacts(said, name):
                assert delivery.status == 200
        await and_nothing_else(both)
        assert both.signs(both.acme, both.saying(both.acme, WORDS)) == []


@pytest.mark.parametrize("fault", [THRICE_AT_ONCE, ACK_LOST])
async def test_a_sign_that_comes_again_is_one(sqlite_database: str, synapse: Homeserver, fault: object) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        copy = both.saying(both.acme, WORDS)
        both.slack.slack.faults.on("reaction_added", fault)  # type: ignore[arg-type]
        await both.slack.ana.reacts(said, "eyes")
        await both.slack.ana.unreacts(said, "eyes")
        await both.slack.slack.settle()
        await and_nothing_else(both)
        assert both.signs(both.acme, copy) == []


async def test_a_sign_that_goes_before_it_comes_does_not_stay(sqlite_database: str, synapse: Homeserver) -> None:
    """F8: Slack brings events in no certain order. The same sign put there once more is one."""
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        copy = both.saying(both.acme, WORDS)
        both.slack.slack.faults.on("reaction_*", *reordered(2))
        await both.slack.ana.reacts(said, "eyes")
        await both.slack.ana.unreacts(said, "eyes")
        await both.slack.slack.settle()
        await and_nothing_else(both)
        assert both.signs(both.acme, copy) == []

        await both.slack.ana.reacts(said, "eyes")
        await both.until(lambda: both.signs(both.acme, copy) == ["👀"])


async def test_a_sign_in_the_desk_stays_in_the_desk(sqlite_database: str, synapse: Homeserver) -> None:
    """DESIGN §1: nothing internal ever crosses by default."""
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        said = await ana_writes(both)
        both.reacts(both.dan, both.desk_room, both.saying(both.desk_room, WORDS), "😬")
        copy = both.slack.ben.sees(both.slack.desk_room).find(WORDS).message
        await both.slack.slack.until(lambda: by_the_desk(both, copy) == {"grimacing"})
        assert by_the_desk(both, said.message) == set()
        assert both.signs(both.acme, both.saying(both.acme, WORDS)) == []


async def test_a_sign_that_a_button_shows_presses_it_on_either_side(sqlite_database: str, synapse: Homeserver) -> None:
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        await both.a_ticket()
        await both.slack.ben.reacts(both.slack.card(both.slack.desk_room), "eyes")
        await both.until(lambda: both.saying(both.desk_room, "Ben Barker took T-1"))
        sign = both.reacts(both.dan, both.desk_room, both.cards(both.desk_room)[1], "👀")
        await both.slack.slack.until(lambda: "Dan Dent took T-2" in both.slack.ben.sees(both.slack.desk_room).text)

        # That the sign goes undoes nothing.
        both.deletes(both.dan, both.desk_room, sign)
        await both.slack.ben.unreacts(both.slack.card(both.slack.desk_room), "eyes")
        await and_nothing_else(both)
        assert [ticket.assignee for ticket in await both.slack.tickets()] == ["ben", "dan"]
