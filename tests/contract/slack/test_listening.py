"""What people do on Slack reaches the bus, whatever way it comes, and has one effect however often it comes."""

import pytest

from tests.contract.slack.listening import a_stage


async def test_a_ticket_is_opened_answered_and_followed(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, f"{stage.app} open S2 the portal is slow")
        assert all(delivery.taken for delivery in said.answers)
        await stage.slack.until(lambda: stage.cards(stage.acme) and stage.cards(stage.desk_room))

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]
        card = stage.acme.messages[stage.cards(stage.acme)[0]]
        await stage.ana.says(stage.acme, "it is worse & worse <now>", thread=card)
        assert (await stage.said())[-1] == "it is worse & worse <now>"
