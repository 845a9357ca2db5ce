"""Rooms that are opened to another company, and rooms that the platform calls by another name (S12, S13)."""

from chatops.application.deliveries import Marked, Reaction, Speech
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from tests.desks import quiet
from tests.two_platforms import (
    ACME,
    ACME_ON_MATRIX,
    ANA,
    BEN,
    CLO,
    DESK,
    DESK_ON_MATRIX,
    MANAGERS,
    Scene,
    a_scene,
    a_ticket_on_both,
    heard,
    on_slack,
)

RENAMED = "T0EXO/C0RENAMED"


async def places(scene: Scene, room: str) -> set[Address]:
    async with scene.desk.storage.begin() as uow:
        return {place for each in (await uow.directory.everything()).rooms if each.id == room for place in each.places}


async def test_a_desk_room_that_others_can_read_is_let_go_at_once_and_what_waits_there_is_dropped(
    database: str,
) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        before = len(scene.parcels(DESK))
        await scene.desk.bus.handle(heard(ANA, ACME, Marked(text=f"show T-{ticket}")))
        await scene.desk.bus.handle(heard(BEN, DESK, Marked(text=f"note T-{ticket} their own plug-in")))
        await scene.desk.bus.room_shared(on_slack(DESK), key="slack:shared-1")
        await quiet(scene.desk)
        after = "\n".join(p.claimed.message.headline for p in scene.parcels(DESK)[before:])
        assert after == "People of another company can read here now, so this room is not the desk's any more."
        assert on_slack(DESK) not in await places(scene, "#desk")
        assert "#desk was opened to another company, so I write nothing there any more." in scene.read_in(MANAGERS)
        await scene.hears(ANA, ACME, Marked(text="open S3 the next one"))
        assert "the next one" not in scene.read_in(DESK)
        assert "the next one" in scene.read_in(DESK_ON_MATRIX)


async def test_a_word_from_a_shared_desk_room_is_enough_to_notice(database: str) -> None:
    """The event that tells of it may have been lost."""
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        said = await scene.hears(BEN, DESK, Marked(text=f"history T-{ticket}"), shared=True)
        assert said.refused == "Exposed"
        assert on_slack(DESK) not in await places(scene, "#desk")
        assert "opened it" not in scene.read_in(DESK)
        assert (await scene.hears(CLO, MANAGERS, Marked(text="list"), shared=True)).refused == "Exposed"


async def test_a_customers_room_is_meant_to_be_shared(database: str) -> None:
    async with a_scene(database) as scene:
        await scene.desk.bus.room_shared(on_slack(ACME), key="slack:shared-1")
        assert on_slack(ACME) in await places(scene, "#acme")
        opened = await scene.hears(ANA, ACME, Marked(text="open S3 slow"), shared=True)
        assert opened.ticket_id == 1


async def test_a_room_with_another_name_keeps_its_threads_and_what_is_owed_there(database: str) -> None:
    """Slack gives a private channel another id when it becomes shared (facts on Slack, §4)."""
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        root = (await scene.thread(ticket, ACME)).root
        await scene.hears(ANA, ACME, Speech(text="node 2"), thread=root, message=on_slack("1.5"))
        await scene.desk.bus.handle(heard(BEN, DESK, Marked(text=f"reply T-{ticket} thank you")))
        await scene.desk.bus.handle(heard(ANA, ACME, Marked(text="list")))
        await scene.desk.bus.room_renamed(on_slack(ACME), on_slack(RENAMED))
        await quiet(scene.desk)
        assert "thank you" in scene.read_in(RENAMED)
        assert "T-1 · S2" in scene.read_in(RENAMED)
        assert (await scene.thread(ticket, RENAMED)).root == root
        answered = await scene.hears(ANA, RENAMED, Speech(text="it works"), thread=root)
        assert answered.ticket_id == ticket
        (copy,) = (
            p
            for p in scene.parcels(ACME_ON_MATRIX, Form.THREAD)
            if p.claimed.message.quote and p.claimed.message.quote.text == "node 2"
        )
        await scene.hears(ANA, RENAMED, Reaction(sign="👍", to=on_slack("1.5")))
        assert [p.claimed.target and p.claimed.target.value for p in scene.parcels(ACME_ON_MATRIX, Form.REACTION)][
            -1
        ] == f"m{copy.claimed.id}"


async def test_a_renamed_room_is_known_once(database: str) -> None:
    async with a_scene(database) as scene:
        await scene.desk.bus.room_renamed(on_slack(ACME), on_slack(DESK))
        assert on_slack(ACME) in await places(scene, "#acme")
        await scene.desk.bus.room_renamed(on_slack("T0EXO/C0NOBODYS"), on_slack(RENAMED))
        assert on_slack(RENAMED) not in await places(scene, "#acme")
