"""Forms: what a press asks for when words are missing, for whom, and what comes of what is filled in (S9, S11)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chatops.application.deliveries import Answer, Marked, Press, Submission
from chatops.application.forms import FieldKind, Form
from chatops.domain.directory import Person
from chatops.domain.vocabulary import Action, OrganisationId, PersonId, Scope, Status, TicketId
from tests.two_platforms import ACME, ANA, BEN, CLO, DESK, GLOBEX, GUS, ZED, Scene, a_scene, a_ticket_on_both, heard


async def form(scene: Scene, person: str, room: str, action: Action, ticket: TicketId | None = None) -> Form | None:
    return await scene.desk.bus.form(heard(person, room, Press(action=action, ticket_id=ticket)))


async def submits(
    scene: Scene, person: str, room: str, action: Action, ticket: TicketId | None, values: Mapping[str, str]
) -> Answer:
    return await scene.hears(person, room, Submission(action=action, ticket_id=ticket, values=values))


async def a_taken_ticket(scene: Scene) -> TicketId:
    ticket = await a_ticket_on_both(scene)
    await scene.hears(BEN, DESK, Marked(text=f"take T-{ticket}"))
    return ticket


async def test_the_form_of_a_new_ticket_is_the_customers_in_their_language(database: str) -> None:
    async with a_scene(database) as scene:
        english, french = await form(scene, ANA, ACME, Action.OPEN), await form(scene, GUS, GLOBEX, Action.OPEN)
        assert english is not None
        assert french is not None
        assert [field.name for field in english.fields[:4]] == ["severity", "title", "description", "files"]
        assert {field.name.partition("_")[0] for field in english.fields[4:]} == {"about"}
        assert (english.title, french.title) == ("New ticket", "Nouveau ticket")
        assert [option.value for option in english.fields[0].options] == ["S1", "S2", "S3", "S4", "unsure"]
        assert english.fields[0].value == "unsure"
        assert "Bloquant" in french.fields[0].options[0].label


async def test_staff_say_on_whose_behalf_and_see_only_whom_the_room_may_know(database: str) -> None:
    """§3.1.2, S13."""
    async with a_scene(database) as scene:
        at_the_desk, at_acme = await form(scene, BEN, DESK, Action.OPEN), await form(scene, BEN, ACME, Action.OPEN)
        assert at_the_desk is not None
        assert at_acme is not None
        everybody = {option.value for option in at_the_desk.fields[0].options}
        assert {"ana", "gus"} <= everybody
        assert {option.value for option in at_acme.fields[0].options} == {"ana", "aldo"}
        opened = await submits(
            scene, BEN, DESK, Action.OPEN, None, {"requester": "gus", "severity": "S2", "title": "Il appelle"}
        )
        assert opened.refused is None
        assert "Gus Garnier" in scene.read_in(GLOBEX)


async def change(scene: Scene, *people: Person) -> None:
    """Let these be in the directory, in place of whoever has their short names."""
    async with scene.desk.storage.begin() as uow:
        who = await uow.directory.everything()
        names = {person.id for person in people}
        others = tuple(person for person in who.people if person.id not in names)
        await uow.directory.replace(replace(who, people=(*others, *people)), at=scene.time.now())
        await uow.commit()


async def contact(scene: Scene, name: str) -> Person:
    async with scene.desk.storage.begin() as uow:
        return next(person for person in (await uow.directory.everything()).people if person.id == name)


async def test_staff_say_for_which_organisation_a_contact_of_several_speaks(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        gus = await contact(scene, "gus")
        await change(scene, replace(gus, organisations=(*gus.organisations, OrganisationId("initech"))))
        at_the_desk, at_globex = await form(scene, BEN, DESK, Action.OPEN), await form(scene, BEN, GLOBEX, Action.OPEN)
        assert at_the_desk is not None
        assert at_globex is not None
        assert {"gus globex", "gus initech"} <= {option.value for option in at_the_desk.fields[0].options}
        assert {option.value for option in at_globex.fields[0].options} == {"gus"}

        for room, requester, organisation in ((DESK, "gus initech", "initech"), (GLOBEX, "gus", "globex")):
            opened = await submits(scene, BEN, room, Action.OPEN, None, {"requester": requester, "title": "slow"})
            assert opened.ticket_id is not None
            async with scene.desk.storage.begin() as uow:
                ticket = await uow.tickets.find(opened.ticket_id, Scope.of_the_desk())
            assert ticket is not None
            assert ticket.organisation == organisation
        typed = await scene.hears(BEN, DESK, Marked(text="open for gus slow"))
        assert typed.message is not None
        assert "Gus Garnier is a contact of globex, initech" in typed.message.headline


async def test_whom_no_menu_has_room_for_is_named_by_their_short_name(sqlite_database: str) -> None:
    """Slack shows a hundred, and whoever came after them could not be chosen."""
    async with a_scene(sqlite_database) as scene:
        gus = await contact(scene, "gus")
        await change(scene, *(replace(gus, id=PersonId(f"zed{n}"), identities=()) for n in range(100)))
        drawn = await form(scene, BEN, DESK, Action.OPEN)
        assert drawn is not None
        assert [(field.name, field.kind) for field in drawn.fields[1:3]] == [
            ("title", FieldKind.LINE),
            ("requester", FieldKind.LINE),
        ]
        for requester in ("zed99", "@Zed99"):
            opened = await submits(scene, BEN, DESK, Action.OPEN, None, {"requester": requester, "title": "slow"})
            assert opened.refused is None
        unknown = await submits(scene, BEN, DESK, Action.OPEN, None, {"requester": "zed100", "title": "slow"})
        assert unknown.message is not None
        assert "Whose case is it?" in unknown.message.headline


async def test_a_new_ticket_says_what_the_form_said(database: str) -> None:
    async with a_scene(database) as scene:
        values = {"severity": "S1", "title": "Checkout \n is down", "description": "since 8:00\non every node"}
        opened = await submits(scene, ANA, ACME, Action.OPEN, None, values)
        assert opened.ticket_id == 1
        read = scene.read_in(DESK)
        assert "T-1 · Checkout is down" in read
        assert "Severity: S1 Blocker" in read
        assert "since 8:00\non every node" in read


@pytest.mark.parametrize(
    ("action", "values", "status"),
    [
        (Action.NEED, {"awaited": "the logs of the period"}, Status.SUSPENDED),
        (Action.RESOLVE, {"solution": "fix", "text": "planned for later is not meant here"}, Status.RESOLVED),
        (Action.CLOSE, {"reason": "duplicate", "note": "of T-9"}, Status.CLOSED),
        (Action.SEVERITY, {"severity": "S1", "why": "it is worse than that", "counts": "unsaid"}, Status.OPEN),
        (Action.ASSIGN, {"assignee": "bea"}, Status.OPEN),
        (Action.REPLY, {"text": "We look into it."}, Status.OPEN),
        (Action.NOTE, {"text": "same as last month"}, Status.OPEN),
    ],
)
async def test_what_an_agent_fills_in_is_done(
    sqlite_database: str, action: Action, values: Mapping[str, str], status: Status
) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await a_taken_ticket(scene)
        asked = await form(scene, BEN, DESK, action, ticket)
        assert asked is not None
        assert {field.name for field in asked.fields if field.kind is not FieldKind.FILES} == set(values)
        done = await submits(scene, BEN, DESK, action, ticket, values)
        assert done.refused is None
        assert await status_of(scene, ticket) is status


async def status_of(scene: Scene, ticket: TicketId) -> Status:
    async with scene.desk.storage.begin() as uow:
        found = await uow.tickets.find(ticket, Scope.of_the_desk())
    assert found is not None
    return found.status


async def test_a_customer_refuses_a_solution_by_form_and_accepts_it_without(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_taken_ticket(scene)
        await submits(scene, BEN, DESK, Action.RESOLVE, ticket, {"solution": "workaround", "text": "restart"})
        assert await form(scene, ANA, ACME, Action.ACCEPT, ticket) is None
        refusing = await form(scene, ANA, ACME, Action.REFUSE, ticket)
        assert refusing is not None
        assert not refusing.fields[0].required
        await submits(scene, ANA, ACME, Action.REFUSE, ticket, {"why": "still slow"})
        assert await status_of(scene, ticket) is Status.OPEN
        assert "still slow" in scene.read_in(DESK)


@pytest.mark.parametrize("action", [Action.NEED, Action.RESOLVE, Action.CLOSE, Action.SEVERITY, Action.ASSIGN])
async def test_nobody_gets_the_form_of_what_is_not_theirs(sqlite_database: str, action: Action) -> None:
    """S9: the contact, a stranger, another customer, an agent in another customer's room."""
    async with a_scene(sqlite_database) as scene:
        ticket = await a_taken_ticket(scene)
        for person, room in ((ANA, ACME), (ZED, ACME), (GUS, GLOBEX), (BEN, GLOBEX), (BEN, "T0EXO/C0OTHER")):
            assert await form(scene, person, room, action, ticket) is None, (person, room)
        assert await form(scene, CLO, DESK, action, ticket) is not None


@pytest.mark.parametrize("action", [Action.NEED, Action.CLOSE, Action.ASSIGN, Action.REPLY, Action.ACCEPT])
async def test_nobody_does_by_a_form_what_is_not_theirs(sqlite_database: str, action: Action) -> None:
    """S11: a submission is authorised as the command is, whatever form it says it comes from."""
    values = {"awaited": "x", "reason": "duplicate", "assignee": "ben", "text": "x"}
    async with a_scene(sqlite_database) as scene:
        ticket = await a_taken_ticket(scene)
        before = await status_of(scene, ticket)
        for person, room in ((ZED, ACME), (GUS, GLOBEX), (BEN, GLOBEX)):
            done = await submits(scene, person, room, action, ticket, values)
            assert done.refused is not None, (person, room)
        if action is not Action.ACCEPT:
            assert (await submits(scene, ANA, ACME, action, ticket, values)).refused is not None
        assert await status_of(scene, ticket) is before


async def test_another_customers_ticket_and_one_that_is_not_there_are_refused_alike(database: str) -> None:
    """S14."""
    async with a_scene(database) as scene:
        ticket = await a_taken_ticket(scene)
        theirs = await submits(scene, GUS, GLOBEX, Action.REFUSE, ticket, {"why": "x"})
        nobodys = await submits(scene, GUS, GLOBEX, Action.REFUSE, TicketId(99), {"why": "x"})
        assert (theirs.message, theirs.refused) == (nobodys.message, nobodys.refused)


async def test_nonsense_in_a_form_is_refused_with_a_sentence_and_changes_nothing(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_taken_ticket(scene)
        for action, values in (
            (Action.RESOLVE, {"solution": "magic", "text": "x"}),
            (Action.CLOSE, {"reason": "because"}),
            (Action.NEED, {}),
            (Action.SEVERITY, {"severity": "S9"}),
            (Action.ASSIGN, {"assignee": "nobody"}),
            (Action.SAY, {"text": "x"}),
        ):
            done = await submits(scene, BEN, DESK, action, ticket, values)
            assert done.refused is not None
            assert done.message is not None
            assert done.message.headline
        assert await status_of(scene, ticket) is Status.OPEN


async def test_a_form_that_is_sent_twice_makes_one_ticket(database: str) -> None:
    async with a_scene(database) as scene:
        said = heard(ANA, ACME, Submission(action=Action.OPEN, ticket_id=None, values={"title": "slow"}))
        first, second = await scene.desk.bus.handle(said), await scene.desk.bus.handle(replace(said))
        assert (first.ticket_id, second.ticket_id, second.repeated) == (1, 1, True)
