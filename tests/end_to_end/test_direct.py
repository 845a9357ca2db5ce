"""A conversation with the desk alone: what each may do there, and that being alone with it gives no right (S10)."""

from chatops.application.deliveries import Marked, Press, Speech
from chatops.domain.vocabulary import Action
from tests.two_platforms import ACME, ANA, BEN, DESK, GUS, ZED, a_scene, a_ticket_on_both

ALONE = "T0EXO/D0ALONE"


async def test_a_contact_opens_a_ticket_and_its_threads_are_in_their_room_and_the_desks(database: str) -> None:
    async with a_scene(database) as scene:
        opened = await scene.hears(ANA, ALONE, Marked(text="open S2 the portal is slow"), direct=True)
        assert opened.ticket_id == 1
        assert "T-1 is recorded." in scene.read_in(ALONE)
        assert "T-1 · the portal is slow" in scene.read_in(ACME)
        assert "T-1 · the portal is slow" in scene.read_in(DESK)


async def test_what_a_contact_tells_in_plain_words_becomes_a_ticket_in_one_tap(database: str) -> None:
    async with a_scene(database) as scene:
        words = "The portal is slow\nsince this morning"
        assert (await scene.hears(ANA, ALONE, Speech(text=words), direct=True)).refused == "CommandNotUnderstood"
        (offer,) = scene.parcels(ALONE)
        message = offer.claimed.message
        assert message.paragraphs == ("To report a problem to support, begin with `!open`.",)
        (button,) = message.buttons
        assert (button.action, button.ticket_id, button.words) == (Action.OPEN, None, words)
        opened = await scene.hears(ANA, ALONE, Press(action=Action.OPEN, ticket_id=None, text=words), direct=True)
        assert opened.ticket_id == 1
        assert "T-1 · The portal is slow" in scene.read_in(ACME)


async def test_a_mistyped_verb_and_words_of_staff_are_no_report(database: str) -> None:
    async with a_scene(database) as scene:
        await scene.hears(ANA, ALONE, Speech(text="opne it"), direct=True)
        await scene.hears(ANA, ALONE, Marked(text="take T-1 or so please"), direct=True)
        await scene.hears(BEN, ALONE, Speech(text="the portal is slow"), direct=True)
        offers = [parcel.claimed.message.buttons for parcel in scene.parcels(ALONE)]
        assert offers == [(), (), ()]


async def test_a_contact_sees_their_own_organisations_tickets_and_no_internal_word(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, DESK, Marked(text=f"note T-{ticket} their own plug-in"))
        await scene.hears(ANA, ALONE, Marked(text=f"history T-{ticket}"), direct=True)
        await scene.hears(ANA, ALONE, Marked(text="list"), direct=True)
        assert "T-1" in scene.read_in(ALONE)
        assert "plug-in" not in scene.read_in(ALONE)
        assert (await scene.hears(GUS, "T0EXO/D0GUS", Marked(text=f"show T-{ticket}"), direct=True)).refused


async def test_an_agent_sees_what_the_desk_sees(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, ALONE, Marked(text=f"note T-{ticket} their own plug-in"), direct=True)
        await scene.hears(BEN, ALONE, Marked(text=f"history T-{ticket}"), direct=True)
        assert "their own plug-in" in scene.read_in(ALONE)


async def test_nobody_unknown_gets_anything_by_being_alone_with_the_desk(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        for request in (Marked(text="list"), Marked(text=f"show T-{ticket}"), Speech(text="hello")):
            await scene.hears(ZED, ALONE, request, direct=True)
        press = Press(action=Action.TAKE, ticket_id=ticket)
        assert (await scene.hears(ZED, ALONE, press, direct=True)).refused == "NotLinked"
        assert set(scene.read_in(ALONE).split("\n")) <= {"I do not know you yet. Ask an administrator to link you.", ""}


async def test_a_room_that_only_says_it_is_direct_is_what_the_directory_says(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, DESK, Marked(text=f"note T-{ticket} their own plug-in"))
        await scene.hears(BEN, ACME, Marked(text=f"history T-{ticket}"), direct=True)
        assert "plug-in" not in scene.read_in(ACME)
