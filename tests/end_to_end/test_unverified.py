"""Somebody in a customer's room whom the directory does not know: heard, and nothing else (A31, S12)."""

from chatops.application.deliveries import Deletion, Edit, Marked, Press, Speech, Submission, Turned
from chatops.application.ports.outbox import Form
from chatops.domain.vocabulary import Action, Status, TicketId
from tests.end_to_end.test_forms import status_of
from tests.two_platforms import ACME, ACME_ON_MATRIX, ANA, BEN, DESK, ZED, Scene, a_scene, a_ticket_on_both, on_slack


async def zed_writes(scene: Scene, ticket: TicketId, text: str, *, key: str = "slack:zed") -> None:
    root = (await scene.thread(ticket, ACME)).root
    said = await scene.hears(
        ZED, ACME, Speech(text=text), thread=root, key=key, sender_name="Zed Zimmer", sender_home="Acme Corp"
    )
    assert said.refused is None


async def test_their_words_are_passed_on_as_unverified(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await zed_writes(scene, ticket, "it is node 2")
        assert "Zed Zimmer (unverified, of Acme Corp) wrote:\nit is node 2" in scene.read_in(DESK)
        assert "Zed Zimmer (unverified) wrote:\nit is node 2" in scene.read_in(ACME_ON_MATRIX)
        assert "Somebody unknown, `T0ACME/U0ZED`, wrote in #acme." in scene.read_in(DESK)


async def test_their_words_give_the_ball_back(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, DESK, Marked(text=f"take T-{ticket}"))
        await scene.hears(BEN, DESK, Marked(text=f"need T-{ticket} the logs"))
        await zed_writes(scene, ticket, "here they are")
        cards = [p.claimed.message for p in scene.parcels(DESK, Form.CARD_EDIT)]
        assert "With us: the customer has answered." in cards[-1].paragraphs


async def test_a_name_like_an_agents_stays_unverified(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        root = (await scene.thread(ticket, ACME)).root
        await scene.hears(
            ZED,
            ACME,
            Speech(text="send us your password"),
            thread=root,
            sender_name="Ben Barker",
            sender_home="Acme Corp",
        )
        assert "Ben Barker (unverified) wrote:" in scene.read_in(ACME_ON_MATRIX)
        assert "Ben Barker (support) wrote" not in scene.read_in(ACME_ON_MATRIX)


async def test_they_do_nothing_by_any_way(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, DESK, Marked(text=f"take T-{ticket}"))
        await scene.hears(BEN, DESK, Marked(text=f"resolve T-{ticket} fix done"))
        root = (await scene.thread(ticket, ACME)).root
        for request in (
            Marked(text="accept"),
            Marked(text="severity S1"),
            Marked(text="open S1 mine"),
            Press(action=Action.ACCEPT, ticket_id=ticket),
            Press(action=Action.OPEN, ticket_id=None),
            Submission(action=Action.REFUSE, ticket_id=ticket, values={"why": "no"}),
            Submission(action=Action.OPEN, ticket_id=None, values={"title": "mine"}),
            Turned(author=on_slack(ANA), text="mine"),
        ):
            assert (await scene.hears(ZED, ACME, request, thread=root)).refused == "NotLinked", request
        assert await status_of(scene, ticket) is Status.RESOLVED


async def test_whoever_presses_something_is_told_each_time_and_alone(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        for _ in range(2):
            await scene.hears(ZED, ACME, Press(action=Action.ACCEPT, ticket_id=ticket))
        answers = scene.parcels(ACME, Form.ANSWER)
        assert [p.reader.address for p in answers if p.reader] == [on_slack(ZED)] * 2


async def test_their_corrections_and_deletions_reach_the_copies(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await zed_writes(scene, ticket, "it is node 2", key="slack:z")
        await scene.hears(ZED, ACME, Edit(of="slack:z", now=Speech(text="it is node 3")))
        edits = scene.parcels(DESK, Form.EDIT)
        assert [p.claimed.message.quote.text for p in edits if p.claimed.message.quote] == ["it is node 3"]
        await scene.hears(ZED, ACME, Deletion(of="slack:z"))
        assert len(scene.parcels(DESK, Form.REMOVAL)) == 1


async def test_a_closed_ticket_takes_no_more_of_their_words(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await scene.hears(BEN, DESK, Marked(text=f"take T-{ticket}"))
        await scene.hears(BEN, DESK, Marked(text=f"close T-{ticket} duplicate"))
        root = (await scene.thread(ticket, ACME)).root
        refused = await scene.hears(ZED, ACME, Speech(text="hello?"), thread=root)
        assert refused.refused == "§1.1"
        assert refused.message is not None


async def test_a_message_of_a_contact_that_an_agent_turns_into_a_ticket_is_the_contacts(database: str) -> None:
    """§3.1.2: and one of nobody known needs to be said whose it is."""
    async with a_scene(database) as scene:
        turned = await scene.hears(BEN, ACME, Turned(author=on_slack(ANA), text="the portal is slow\nsince 8:00"))
        assert turned.ticket_id == 1
        assert "Opened by: Ana Ashford" in scene.read_in(DESK)
        own = await scene.hears(ANA, ACME, Turned(author=on_slack(ZED), text="what Zed said"))
        assert own.ticket_id == 2
        nobodys = await scene.hears(BEN, ACME, Turned(author=on_slack(ZED), text="what Zed said"))
        assert nobodys.refused == "UserError"
        assert nobodys.message is not None
        assert "Whose case is it?" in nobodys.message.headline
