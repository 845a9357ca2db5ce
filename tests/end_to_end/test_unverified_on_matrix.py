"""Somebody in a customer's room on a homeserver whom nobody knows: the desk reads where they are from (A31, S16)."""

import pytest

from tests.end_to_end.both_platforms import both_platforms
from tests.synapse import Homeserver


@pytest.mark.parametrize("name", ["Zed Zimmer", "Ben Barker", "Dan Dent", "Aldo\u200b Ardent"])
async def test_the_desk_reads_which_server_somebody_unverified_is_from(
    sqlite_database: str, synapse: Homeserver, name: str
) -> None:
    """Whatever they call themselves."""
    async with both_platforms(sqlite_database, synapse) as both, both.running():
        await both.a_ticket()
        zed = synapse.person(name)
        synapse.invite(both.aldo, zed, both.acme)
        synapse.join(zed, both.acme)
        both.says(zed, both.acme, "it is node 2")
        shown = name.replace("\u200b", "⟨U+200B⟩")
        await both.until(lambda: both.saying(both.desk_room, "it is node 2"))
        await both.slack.slack.until(lambda: "it is node 2" in both.slack.ben.sees(both.slack.desk_room).text)
        await both.slack.slack.until(lambda: "it is node 2" in both.slack.ana.sees(both.slack.acme).text)

        assert both.saying(both.desk_room, f"{shown} (unverified, of chat.test) wrote:")
        in_the_desk = both.slack.ben.sees(both.slack.desk_room).find("it is node 2")
        assert f"{shown} (unverified, of chat.test) wrote:" in in_the_desk
        at_the_customer = both.slack.ana.sees(both.slack.acme).find("it is node 2")
        assert f"{shown} (unverified) wrote:" in at_the_customer
