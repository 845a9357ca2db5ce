"""Commands, buttons, forms, shortcuts, signs and the Home page: all go through the one door (S9)."""

import asyncio
import json

import pytest

from chatops.domain.errors import StorageError
from chatops.domain.vocabulary import PersonId, Severity, Status
from tests.contract.slack.listening import Stage, a_stage
from tests.slack.faults import TWICE, ApiFault, refused
from tests.slack.payloads import interaction
from tests.slack.records import Json, View


async def stands(stage: Stage) -> tuple[Status, PersonId | None]:
    (ticket,) = await stage.tickets()
    return ticket.status, ticket.assignee


NEW = (Status.NEW, None)
TAKEN = (Status.OPEN, PersonId("ben"))


# ---- slash commands --------------------------------------------------------------------------------------------------


async def test_a_command_opens_a_ticket_once(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        stage.slack.faults.on("slash_commands", TWICE)
        done = await stage.ben.types(stage.acme, "/ticket open for ana S2 the portal is slow &amp; odd")
        assert (done.status, done.body) == (200, "")
        await stage.slack.until(lambda: stage.cards(stage.acme))

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow & odd"]


async def test_a_command_is_acknowledged_when_it_is_kept(sqlite_database: str) -> None:
    """Slack never brings it again: who typed it is told that nothing was done."""

    def away(point: str) -> None:
        if point == "before_commit":
            raise StorageError("away")

    async with a_stage(sqlite_database) as stage, stage.listening(passing=away):
        done = await stage.ben.types(stage.acme, "/ticket open S2 the portal is slow")

        assert done.status == 200
        assert "Nothing was done" in done.body
        assert "Rien n’a été fait" in done.body
        assert await stage.tickets() == []


async def test_a_command_where_the_desk_is_not_is_told_at_once(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        lunch = stage.exo.channel("lunch", members=[stage.ben])
        async with stage.listening():
            done = await stage.ben.types(lunch, "/ticket open S2 the soup is cold")

            assert "not in this channel" in done.body
            assert await stage.tickets() == []


async def test_open_alone_shows_the_form(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.ben.types(stage.acme, "/ticket open")
        modal = stage.ben.modal
        stage.ben.fills(modal, {"title": "the portal is slow", "requester": "Ana Alves (acme)"})
        done = await stage.ben.submits(modal)
        assert done.status == 200
        await stage.slack.until(lambda: stage.cards(stage.acme))

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]
        assert stage.ben.modals == []


async def test_who_mentions_the_desk_without_words_is_offered_the_form(sqlite_database: str) -> None:
    """Slack opens none by itself for words; and people of another workspace have no command and no shortcut."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.ana.says(stage.acme, "@desk open")
        await stage.slack.until(lambda: stage.acme.ephemerals)
        await stage.ana.presses("Open a ticket", stage.acme.ephemerals[-1])
        stage.ana.fills(
            stage.ana.modal, {"title": "the portal is slow", "severity": "S2 Major: severely reduced, no workaround"}
        )
        assert (await stage.ana.submits(stage.ana.modal)).answer is None
        await stage.ana.says(stage.acme, "that was it")

        assert [(ticket.title, ticket.severity) for ticket in await stage.tickets()] == [
            ("the portal is slow", Severity.S2)
        ]


async def test_what_somebody_tells_the_desk_alone_stands_in_the_form_that_it_offers(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        alone = stage.ana.direct_with(stage.app)
        await stage.ana.says(alone, "The portal is slow\nsince this morning")
        await stage.slack.until(lambda: "Open a ticket" in stage.ana.sees(alone))
        await stage.ana.presses("Open a ticket", stage.ana.sees(alone).everything[-1])
        await stage.ana.submits(stage.ana.modal)
        await stage.ana.says(alone, "list")

        assert [ticket.title for ticket in await stage.tickets()] == ["The portal is slow"]


async def test_whoever_writes_to_the_desk_alone_is_offered_the_form(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        alone = stage.ana.direct_with(stage.app)
        await stage.ana.says(alone, "open")
        await stage.slack.until(lambda: "Open a ticket" in stage.ana.sees(alone))
        await stage.ana.presses("Open a ticket", stage.ana.sees(alone).everything[-1])
        stage.ana.fills(stage.ana.modal, {"title": "the portal is slow"})
        await stage.ana.submits(stage.ana.modal)
        await stage.ana.says(alone, "list")

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]


async def test_a_form_that_cannot_be_opened_is_said_so(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        stage.slack.faults.on("views.open", refused("expired_trigger_id"))
        await stage.ben.types(stage.acme, "/ticket open")

        assert "could not be opened" in stage.ben.sees(stage.acme)


# ---- buttons ---------------------------------------------------------------------------------------------------------


async def test_a_button_does_what_the_command_does(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        stage.slack.faults.on("block_actions", TWICE)
        await stage.ben.presses("desk:take", stage.card(stage.desk_room))

        assert await stands(stage) == TAKEN


async def test_a_button_that_says_it_all_needs_no_form(sqlite_database: str) -> None:
    """§3.2.2a: what a change of severity would do, seen by who asked alone, and done in one tap."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        await stage.ben.says(stage.desk_room, "!severity S4?", thread=stage.cards(stage.desk_room)[0])
        await stage.slack.until(lambda: stage.desk_room.ephemerals)
        assert "nothing is changed yet" in stage.ben.sees(stage.desk_room)
        shown = stage.desk_room.ephemerals[-1]
        (value,) = (
            element["value"]
            for block in shown.blocks
            if block["type"] == "actions"
            for element in block["elements"]
            if "confirm" in element["value"]
        )
        pressed = stage.pressed(stage.ben, stage.card(stage.desk_room), "desk:severity", json.loads(value))
        await stage.interacts("block_actions", pressed)

        assert stage.ben.modals == []
        assert [ticket.severity for ticket in await stage.tickets()] == [Severity.S4]


@pytest.mark.parametrize("who", ["ana", "stranger"])
async def test_a_button_is_refused_to_who_may_not(sqlite_database: str, who: str) -> None:
    """S9: whoever presses is authorised as if they had typed it, whatever they were shown."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        card = stage.card(stage.acme)
        person = stage.ana if who == "ana" else stage.stranger
        for action in ("take", "resolve", "severity", "close", "note"):
            pressed = stage.pressed(person, card, f"desk:{action}", {"t": 1, "of": None})
            assert (await stage.interacts("block_actions", pressed)).status == 200

        assert (await stands(stage))[1] is None
        assert stage.stranger.modals == []


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("desk:take", {"t": 999}),
        ("desk:take", {"t": "1"}),
        ("desk:take", {"t": -1}),
        ("desk:take", {"t": 10**30}),
        ("desk:take", {}),
        ("desk:explode", {"t": 1}),
        ("take", {"t": 1}),
        ("desk:more", {"a": "take", "t": 1}),
        ("desk:link", {}),
    ],
)
async def test_a_value_that_somebody_made_up_does_nothing(sqlite_database: str, action_id: str, value: Json) -> None:
    """S11."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        pressed = stage.pressed(stage.ben, stage.card(stage.desk_room), action_id, value)
        assert (await stage.interacts("block_actions", pressed)).status == 200

        assert await stands(stage) == NEW


async def test_a_button_in_a_room_of_another_customer_shows_nothing(sqlite_database: str) -> None:
    """S11, S13: the ticket of a value is looked for within what this person may see in this room."""
    async with a_stage(sqlite_database) as stage:
        lunch = stage.exo.channel("lunch", members=[stage.ben, stage.app])
        async with stage.listening():
            await stage.a_ticket()
            said = await stage.ben.says(lunch, "hello")
            pressed = stage.pressed(stage.ben, said.message, "desk:take", {"t": 1, "of": None})
            await stage.interacts("block_actions", pressed)

            assert await stands(stage) == NEW


async def test_a_press_that_is_not_kept_is_told(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        kept = [True]

        def away(point: str) -> None:
            if point == "before_commit" and not kept[0]:
                raise StorageError("away")

        async with stage.listening(passing=away):
            await stage.a_ticket()
            kept[0] = False
            await stage.ben.presses("desk:take", stage.card(stage.desk_room))

            await stage.slack.until(lambda: "Nothing was done" in stage.ben.sees(stage.desk_room))
            kept[0] = True
            assert await stands(stage) == NEW


# ---- forms -----------------------------------------------------------------------------------------------------------


async def a_need(stage: Stage) -> View:
    """Let Ben take the ticket and press the button that asks what he needs."""
    await stage.a_ticket()
    await stage.ben.presses("desk:take", stage.card(stage.desk_room))
    pressed = stage.pressed(stage.ben, stage.card(stage.desk_room), "desk:need", {"t": 1, "of": None})
    await stage.interacts("block_actions", pressed)
    return stage.ben.modal


async def test_a_form_does_what_the_command_does(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        stage.ben.fills(modal, {"awaited": "the log of the server"})
        stage.slack.faults.on("view_submission", TWICE)
        await stage.ben.submits(modal)

        assert await stands(stage) == (Status.SUSPENDED, PersonId("ben"))
        assert (await stage.history()).count("InformationAwaited") <= 1


async def test_another_s_form_is_refused(sqlite_database: str) -> None:
    """S11: a form is handed in by who opened it."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        stage.ben.fills(modal, {"awaited": "everything"})
        stage.slack.world.modals[stage.mia.user].append(modal)
        modal.user = stage.mia.user
        done = await stage.mia.submits(modal)

        assert "Somebody else has opened this form" in json.dumps(done.answer, ensure_ascii=False)
        assert await stands(stage) == TAKEN


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{}",
        "[]",
        "[" * 900,
        '{"a": "need", "t": 1, "room": "T0/C0", "by": "nobody"}',
        '{"a": "explode", "t": 1, "room": "T0/C0", "by": "T0/U0"}',
    ],
)
async def test_a_form_s_note_that_is_none_of_ours_does_nothing(sqlite_database: str, note: str) -> None:
    """S11."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        modal.body["private_metadata"] = note
        stage.ben.fills(modal, {"awaited": "everything"})
        assert (await stage.ben.submits(modal)).status == 200

        assert await stands(stage) == TAKEN


async def test_a_form_that_names_a_message_of_another_room_brings_none_of_its_files(sqlite_database: str) -> None:
    """S11, I9: what the desk attached to a note is not for the customer, whatever a browser hands in."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        note = await stage.ben.says(
            stage.desk_room, "their log", thread=stage.card(stage.desk_room), files={"internal.txt": b"for us only"}
        )
        await stage.interacts("block_actions", stage.pressed(stage.ana, stage.card(stage.acme), "desk:open", {}))
        modal = stage.ana.modal
        forged = json.loads(modal.body["private_metadata"])
        forged |= {"room": f"{stage.exo.id}/{stage.desk_room.id}", "m": str(note)}
        modal.body["private_metadata"] = json.dumps(forged)
        stage.ana.fills(modal, {"title": "show me"})
        done = await stage.ana.submits(modal)

        assert "I do not know that form any more" in json.dumps(done.answer, ensure_ascii=False)
        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]
        assert [file.name for message in stage.acme.messages.values() for file in message.files] == []


async def test_a_refused_form_stays_open_with_the_reason(sqlite_database: str) -> None:
    """What was typed is not lost."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        stage.ben.fills(modal, {"awaited": "the log"})
        await stage.mia.says(stage.desk_room, "!close T-1 out of scope", thread=stage.card(stage.desk_room))
        before = await stands(stage)
        done = await stage.ben.submits(modal)

        if before[0] is Status.CLOSED:
            assert done.answer["response_action"] == "errors"
            assert stage.ben.modals == [modal]
        assert await stands(stage) == before


async def test_a_refused_form_is_done_when_it_is_handed_in_again_and_nothing_stands_in_its_way(
    sqlite_database: str,
) -> None:
    """The same words, in the form that was left open for that."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        stage.ben.fills(modal, {"awaited": "the log"})
        await stage.mia.says(stage.desk_room, "!resolve fix version 7", thread=stage.card(stage.desk_room))
        refused = await stage.ben.submits(modal)
        assert refused.answer["response_action"] == "errors"
        await stage.ana.says(stage.acme, "!refuse it is slow still", thread=stage.card(stage.acme))

        stage.slack.faults.on("view_submission", TWICE)
        done = await stage.ben.submits(modal)
        assert (done.answer, stage.ben.modals) == (None, [])
        assert [ticket.status for ticket in await stage.tickets()] == [Status.SUSPENDED]
        assert (await stage.history()).count("InformationRequested") == 1


async def test_a_form_that_was_refused_and_then_done_is_not_done_again(sqlite_database: str) -> None:
    """Whoever did not see that it was done presses once more."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        modal = await a_need(stage)
        stage.ben.fills(modal, {"awaited": "the log"})
        root = stage.card(stage.desk_room)
        await stage.mia.says(stage.desk_room, "!resolve fix version 7", thread=root)
        await stage.ben.submits(modal)
        await stage.ana.says(stage.acme, "!refuse it is slow still", thread=stage.card(stage.acme))
        await stage.ben.submits(modal)
        await stage.ben.says(stage.desk_room, "!start", thread=root)
        stage.slack.world.modals[stage.ben.user].append(modal)
        await stage.ben.submits(modal)

        assert [ticket.status for ticket in await stage.tickets()] == [Status.IN_PROGRESS]


# ---- shortcuts, signs, Home ------------------------------------------------------------------------------------------


async def test_a_message_becomes_a_ticket_by_shortcut(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ben.says(stage.acme, "the portal\nis slow", files={"log.txt": b"slow"})
        await stage.ben.uses_shortcut("ticket_from_message", said)
        modal = stage.ben.modal
        assert any("the portal" in line for line in stage.ben.modal_lines)
        stage.ben.fills(modal, {"requester": "Ana Alves (acme)"})
        await stage.ben.submits(modal)
        await stage.slack.until(lambda: stage.cards(stage.acme))

        (ticket,) = await stage.tickets()
        assert ticket.title == "the portal"
        await stage.slack.until(lambda: "log.txt" in stage.ben.sees(stage.desk_room))


async def test_of_a_message_that_is_too_long_for_the_form_it_shows_that_something_is_missing(
    sqlite_database: str,
) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "the portal\n" + "is slow " * 1_000)
        await stage.ben.uses_shortcut("ticket_from_message", said)
        texts = [line for line in stage.ben.modal_lines if "is slow is slow" in line]

        assert [line.endswith("…") for line in texts] == [True]


async def test_a_ticket_is_opened_from_anywhere(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.ben.uses_shortcut("ticket_new")
        stage.ben.fills(stage.ben.modal, {"title": "the portal is slow", "requester": "Ana Alves (acme)"})
        await stage.ben.submits(stage.ben.modal)

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]


async def test_a_sign_makes_a_ticket_of_a_message_once(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "the portal is slow")
        stage.slack.faults.on("reaction_added", TWICE)
        await stage.ben.reacts(said, "ticket")
        await stage.slack.until(lambda: stage.cards(stage.acme))

        (ticket,) = await stage.tickets()
        assert (ticket.title, ticket.requester) == ("the portal is slow", PersonId("ana"))


async def test_a_message_becomes_one_ticket_however_many_people_sign_it(sqlite_database: str) -> None:
    """Who clicks on a sign that stands there already puts it there once more."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "the portal is slow")
        await asyncio.gather(stage.ben.reacts(said, "ticket"), stage.mia.reacts(said, "ticket"))
        await stage.ana.reacts(said, "ticket")
        await stage.ben.unreacts(said, "ticket")
        await stage.ben.reacts(said, "ticket")
        await stage.slack.until(lambda: stage.cards(stage.acme))

        assert len(await stage.tickets()) == 1
        await stage.slack.until(lambda: "This message belongs to T-1 already" in stage.ben.sees(stage.acme))


async def test_a_message_that_opened_a_ticket_becomes_no_second_one(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "@desk open S2 the portal is slow")
        await stage.ben.reacts(said, "ticket")
        await stage.slack.until(lambda: "This message belongs to T-1 already" in stage.ben.sees(stage.acme))

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]


async def test_a_sign_that_was_refused_leaves_the_message_to_others(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ben.says(stage.acme, "the portal is slow, Ana says")
        await stage.mia.reacts(said, "ticket")
        await stage.slack.until(lambda: "Whose case is it?" in stage.mia.sees(stage.acme))
        await stage.ana.reacts(said, "ticket")

        assert [ticket.requester for ticket in await stage.tickets()] == [PersonId("ana")]


async def test_a_sign_of_a_stranger_makes_none(sqlite_database: str) -> None:
    """S9."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, "the portal is slow")
        await stage.stranger.reacts(said, "ticket")

        assert await stage.tickets() == []


async def test_a_home_page_is_drawn_and_opens_tickets(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        await stage.ben.opens_home(stage.app)
        page = stage.ben.home(stage.app)
        assert page is not None
        assert any("T-1" in line for line in stage.ben.home_lines(stage.app))
        await stage.ben.presses("desk:open", page)

        assert stage.ben.modal.body["callback_id"] == "desk:form"


async def test_payloads_that_nobody_asked_for_are_acknowledged(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        usual = interaction("block_actions", stage.app, stage.ben.user, stage.exo.team)
        for kind, more in (
            ("block_actions", {"actions": [{"action_id": "desk:take", "value": "{"}], "trigger_id": "1"}),
            ("view_submission", {"view": {"type": "modal", "callback_id": "desk:form", "id": "V1", "state": 5}}),
            ("view_submission", {"view": {"type": "modal", "callback_id": "other", "id": "V1", "state": {}}}),
            ("view_closed", {"view": {"type": "modal", "callback_id": "desk:form"}}),
            ("shortcut", {"callback_id": "other"}),
            ("message_action", {"callback_id": "ticket_from_message", "trigger_id": "2", "message": 5}),
            ("block_suggestion", {"action_id": "x", "block_id": "y", "value": ""}),
        ):
            assert (await stage.interacts(kind, usual | {"type": kind} | more)).status == 200, (kind, more)


async def test_payloads_that_bolt_makes_no_sense_of_are_turned_away_without_a_traceback(sqlite_database: str) -> None:
    """F30."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        usual = interaction("block_actions", stage.app, stage.ben.user, stage.exo.team)
        odd: list[Json] = [
            {"actions": []},
            {"actions": 5},
            {"actions": "odd", "channel": 5},
            {"team": 5},
            {"team": [], "authorizations": [5]},
            {"view": 5, "user": "U1", "team": None},
            {"type": "view_submission", "view": {"callback_id": "desk:form", "id": "V1"}},
            {"response_urls": [5]},
            {"actions": [{"action_id": [], "value": {}}]},
            {"actions": [{"action_id": 5}]},
            {"actions": [None]},
            {"type": "view_submission", "view": {"type": "modal", "callback_id": ["desk:form"], "state": {}}},
            {"type": "message_action", "callback_id": 7, "message": {}},
            {"type": "shortcut", "callback_id": {}},
        ]
        for more in odd:
            done = await stage.interacts("block_actions", usual | more)
            assert (done.status in (200, 400, 403), done.body) == (True, ""), more


async def test_a_slow_slack_does_not_make_us_late(sqlite_database: str) -> None:
    """F26: names that do not come are shown as ids, and what was asked is done within the three seconds."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        stage.slack.faults.always("users.info", ApiFault(before_s=5))
        stage.slack.faults.always("team.info", ApiFault(before_s=5))
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")

        assert said.answers[0].attempts[0].status == 200
        assert said.answers[0].seconds < 3
        assert len(await stage.tickets()) == 1
