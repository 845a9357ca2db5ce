"""A person's own page: what waits for them, and nothing of anybody else's."""

from datetime import UTC, datetime

from chatops.application.deliveries import Marked
from chatops.application.home import Home
from tests.two_platforms import ACME, ANA, BEN, CLO, DESK, GLOBEX, GUS, ZED, Scene, a_scene, a_ticket_on_both, on_slack


async def page(scene: Scene, person: str) -> Home:
    return await scene.desk.bus.home(on_slack(person))


def told(home: Home) -> dict[str, list[str]]:
    return {section.title: [row.headline for row in section.rows] or [section.empty] for section in home.sections}


async def test_a_customer_sees_their_open_cases_and_whose_turn_it_is(database: str) -> None:
    async with a_scene(database) as scene:
        first = await a_ticket_on_both(scene)
        await scene.hears(ANA, ACME, Marked(text="open S3 the colour is wrong"))
        await scene.hears(GUS, GLOBEX, Marked(text="open S1 tout est en panne"))
        await scene.hears(BEN, DESK, Marked(text=f"take T-{first}"))
        await scene.hears(BEN, DESK, Marked(text=f"need T-{first} the logs"))
        home = await page(scene, ANA)
        assert home.open_label == "Open a ticket"
        assert told(home) == {
            "Waiting for you": ["T-1 · the portal is very slow"],
            "With support": ["T-2 · the colour is wrong"],
        }
        row = home.sections[0].rows[0]
        assert (row.place, row.root) == (on_slack(ACME), (await scene.thread(first, ACME)).root)
        french = await page(scene, GUS)
        assert told(french) == {
            "En attente de votre part": ["Rien ne vous attend."],
            "Chez le support": ["T-3 · tout est en panne"],
        }


async def test_an_agent_sees_their_own_and_what_nobody_has_taken(database: str) -> None:
    async with a_scene(database) as scene:
        mine = await a_ticket_on_both(scene)
        await scene.hears(GUS, GLOBEX, Marked(text="open S1 tout est en panne"))
        await scene.hears(BEN, DESK, Marked(text=f"take T-{mine}"))
        home = await page(scene, BEN)
        assert told(home) == {
            "Yours: the next move is ours": ["T-1 · the portal is very slow"],
            "Nobody has taken these": ["T-2 · tout est en panne"],
            "Yours: waiting for the customer": ["No customer keeps you waiting."],
        }
        assert home.sections[0].rows[0].place == on_slack(DESK)
        assert "Globex" in home.sections[1].rows[0].detail


async def test_what_is_late_stands_first_and_what_is_due_next_before_the_rest(database: str) -> None:
    """§3.1.4: of an agent, what is theirs or nobody's; a customer sees the same instants, and whose turn it is."""
    async with a_scene(database) as scene:
        scene.time.at = datetime(2026, 6, 1, 8, tzinfo=UTC)
        for title in ("open S3 the colour is wrong", "open S2 the portal is slow", "open S4 how to print"):
            await scene.hears(ANA, ACME, Marked(text=title))
        await scene.hears(GUS, GLOBEX, Marked(text="open S2 tout est lent"))
        await scene.hears(CLO, DESK, Marked(text="assign T-4 bea"))
        scene.time.at = datetime(2026, 6, 1, 13, tzinfo=UTC)
        agents = await page(scene, BEN)
        assert told(agents)["Overdue"] == ["T-2 · the portal is slow"]
        assert told(agents)["Nobody has taken these"] == [
            "T-2 · the portal is slow",
            "T-1 · the colour is wrong",
            "T-3 · how to print",
        ]
        assert "First answer: overdue since Mon 1 Jun 2026, 13:00 (London)" in agents.sections[0].rows[0].detail
        assert told(await page(scene, CLO))["Overdue"] == ["T-2 · the portal is slow", "T-4 · tout est lent"]
        french = (await page(scene, GUS)).sections[1].rows[0]
        assert "Première réponse\u00a0: en retard depuis le lun. 1 juin 2026, 14:00 (Paris)" in french.detail
        assert "Overdue" not in told(await page(scene, ANA))


async def test_a_manager_sees_the_board(database: str) -> None:
    async with a_scene(database) as scene:
        mine = await a_ticket_on_both(scene)
        await scene.hears(GUS, GLOBEX, Marked(text="open S1 tout est en panne"))
        await scene.hears(BEN, DESK, Marked(text=f"take T-{mine}"))
        await scene.hears(BEN, DESK, Marked(text=f"resolve T-{mine} fix see the notes"))
        home = await page(scene, CLO)
        assert home.paragraphs == ("2 open tickets · S1 Blocker: 1 · S2 Major: 1",)
        assert told(home)["Gravest: S1 and S2"] == ["T-2 · tout est en panne", "T-1 · the portal is very slow"]
        assert told(home)["Waiting for the customer"] == ["T-1 · the portal is very slow"]


async def test_a_stranger_sees_nothing_but_who_can_introduce_them(database: str) -> None:
    async with a_scene(database) as scene:
        await a_ticket_on_both(scene)
        home = await page(scene, ZED)
        assert (home.sections, home.open_label) == ((), "")
        assert home.paragraphs == ("I do not know you yet. Ask an administrator to link you.",)


async def test_a_long_page_is_cut_and_says_so(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        for number in range(11):
            await scene.hears(ANA, ACME, Marked(text=f"open S3 number {number}"))
        section = (await page(scene, ANA)).sections[1]
        assert len(section.rows) == 8
        assert section.more == "… and 3 more: `/ticket list`"
