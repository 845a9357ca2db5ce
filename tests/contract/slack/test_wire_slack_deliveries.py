"""What the fake Slack brings to an app over HTTP: shapes, signatures, tries, and faults on the way."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.servers import a_site
from tests.slack.client import Said
from tests.slack.deliveries import Outcome
from tests.slack.faults import ACK_LOST, LOST, THRICE, TWICE_AT_ONCE, DeliveryFault, Hold, reordered
from tests.slack.slack import a_slack
from tests.slack.towns import Town, a_town


@dataclass(kw_only=True)
class Desk:
    """
    An app that takes everything, or answers as it is told.

    Attributes:
        answers: Statuses of the next answers, with their headers; after them always 200.
    """

    bodies: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    sleeps_s: float = 0.0

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies if body.startswith("{")]

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        self.headers.append(dict(request.headers))
        sleeps_s, self.sleeps_s = self.sleeps_s, 0.0
        await asyncio.sleep(sleeps_s)
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return web.Response(status=status, headers=dict(headers))


@asynccontextmanager
async def a_desk(town: Town) -> AsyncIterator[Desk]:
    desk, application = Desk(), web.Application()
    application.add_routes([web.post("/", desk.take)])
    async with a_site(application) as url:
        town.slack.deliver_to(town.app, f"{url}/")
        yield desk


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as furnished:
        yield furnished


@pytest.fixture
async def desk(town: Town) -> AsyncIterator[Desk]:
    async with a_desk(town) as serving:
        yield serving


def kinds(said: Said) -> list[str]:
    return [each.what for each in said.answers]


# ---- shapes ----


async def test_requests_are_signed(town: Town, desk: Desk) -> None:
    await town.ben.says(town.inside, "héllo")
    verifier = SignatureVerifier(town.app.signing_secret)
    assert verifier.is_valid_request(desk.bodies[0], dict(desk.headers[0]))
    town.slack.http.signature_age_s = 301
    await town.ben.says(town.inside, "late")
    assert not verifier.is_valid_request(desk.bodies[-1], dict(desk.headers[-1]))


async def test_a_message_is_told_with_all_that_slack_says_of_it(town: Town, desk: Desk) -> None:
    root = await town.ben.says(town.inside, "root")
    await town.ana.says(town.inside, "see @Ben Barker", thread=root)
    envelope = desk.events[-1]
    event = envelope["event"]
    assert envelope["api_app_id"] == town.app.id
    assert envelope["is_ext_shared_channel"] is False
    assert envelope["authorizations"][0]["user_id"] == town.app.bot.id
    assert envelope["event_time"] == int(float(event["event_ts"]))
    assert event["blocks"][0]["elements"][0]["elements"][-1] == {"type": "user", "user_id": town.ben.id}
    fixed = {
        "type": "message",
        "user": town.ana.id,
        "text": f"see <@{town.ben.id}>",
        "thread_ts": root,
        "parent_user_id": town.ben.id,
        "team": town.exo.id,
        "channel": town.inside.id,
        "channel_type": "group",
    }
    assert fixed.items() <= event.items()
    assert event["client_msg_id"]


async def test_of_a_shared_channel_only_authorizations_tell_for_whom(town: Town, desk: Desk) -> None:
    said = await town.ann.says(town.shared, "@desk help")
    assert sorted(kinds(said)) == ["app_mention", "message"]
    for envelope in desk.events:
        assert envelope["is_ext_shared_channel"] is True
        assert envelope["team_id"] == town.acme.id
        assert envelope["authorizations"][0]["team_id"] == town.exo.id
        assert envelope["event"]["user_team"] == town.acme.id
        assert envelope["event"]["source_team"] == town.acme.id
    ids = {envelope["event_id"] for envelope in desk.events}
    assert len(ids) == 2
    mention = next(each["event"] for each in desk.events if each["event"]["type"] == "app_mention")
    assert "channel_type" not in mention


async def test_direct_messages_are_told_without_a_mention_and_say_who_is_of_another_team(
    town: Town, desk: Desk
) -> None:
    await town.ben.says(town.ben.direct_with(town.app), "@desk hello")
    await town.ann.says(town.ann.direct_with(town.app), "hello")
    mine, theirs = desk.events
    assert (mine["event"]["type"], mine["event"]["channel_type"]) == ("message", "im")
    assert (mine["is_ext_shared_channel"], theirs["is_ext_shared_channel"]) == (False, True)
    assert theirs["event"]["user_team"] == town.acme.id


async def test_an_app_in_both_teams_is_told_once(town: Town, desk: Desk) -> None:
    town.slack.world.install(town.app, town.acme.team)
    town.shared.members.append(town.app.installations[town.acme.id].bot)
    await town.ann.says(town.shared, "hello")
    assert [each["authorizations"][0]["team_id"] for each in desk.events] == [town.exo.id]


async def test_files_of_another_team_are_only_pointed_at(town: Town, desk: Desk) -> None:
    await town.ann.says(town.shared, "log", files={"log.txt": b"lines"})
    message = next(each["event"] for each in desk.events if each["event"]["type"] == "message")
    (file,) = message["files"]
    assert (file["file_access"], message["subtype"], "url_private" in file) == ("check_file_info", "file_share", False)
    about = (await town.client.files_info(file=file["id"]))["file"]
    assert about["name"] == "log.txt"
    assert any(each["event"]["type"] == "file_shared" for each in desk.events)


async def test_edits_and_deletions_are_told_with_what_was_before(town: Town, desk: Desk) -> None:
    said = await town.ben.says(town.inside, "helo")
    await town.ben.edits(said, "hello")
    changed = desk.events[-1]["event"]
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("hello", "helo")
    assert changed["message"]["edited"]["user"] == town.ben.id
    assert changed["ts"] != changed["message"]["ts"]
    await town.ben.deletes(said)
    deleted = desk.events[-1]["event"]
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said)
    assert deleted["previous_message"]["text"] == "hello"


async def test_a_deleted_root_with_replies_becomes_a_tombstone(town: Town, desk: Desk) -> None:
    root = await town.ben.says(town.inside, "root")
    await town.ana.says(town.inside, "reply", thread=root)
    await town.ben.deletes(root)
    event = desk.events[-1]["event"]
    assert event["subtype"] == "message_changed"
    assert event["message"]["subtype"] == "tombstone"
    assert town.ana.sees(town.inside).text.startswith("Ben Barker:\n  This message was deleted.\n    Ana Alves:")


async def test_what_happens_in_channels_is_told(town: Town, desk: Desk) -> None:
    said = await town.ben.says(town.shared, "hello")
    await town.ann.reacts(said, "eyes")
    await town.ann.unreacts(said, "eyes")
    zoe = town.exo.person("Zoe")
    await town.ben.invites(zoe, town.shared)
    await zoe.leaves(town.shared)
    await town.ben.renames(town.shared, "acme-2")
    far = town.slack.team("far")
    await town.slack.shares(town.shared, far)
    await town.slack.unshares(town.shared, far)
    await town.ben.archives(town.shared)
    await town.ben.unarchives(town.shared)
    old = town.inside.id
    await town.slack.changes_id(town.inside)
    await town.slack.changes(town.ben, name="Benjamin")
    events = [each["event"] for each in desk.events if each["event"]["type"] != "message"]
    assert [event["type"] for event in events] == [
        "reaction_added",
        "reaction_removed",
        "member_joined_channel",
        "member_left_channel",
        "channel_rename",
        "channel_shared",
        "channel_unshared",
        "channel_archive",
        "channel_unarchive",
        "channel_id_changed",
        "user_change",
    ]
    by_type = {event["type"]: event for event in events}
    assert by_type["reaction_added"]["item"] == {"type": "message", "channel": town.shared.id, "ts": said}
    assert by_type["reaction_added"]["item_user"] == town.ben.id
    assert by_type["member_joined_channel"]["inviter"] == town.ben.id
    assert by_type["channel_rename"]["channel"]["name"] == "acme-2"
    assert by_type["channel_shared"]["connected_team_id"] == far.id
    changed = by_type["channel_id_changed"]
    assert (changed["old_channel_id"], changed["new_channel_id"]) == (old, town.inside.id)
    assert by_type["user_change"]["user"]["real_name"] == "Benjamin"
    subtypes = [each["event"].get("subtype") for each in desk.events if each["event"]["type"] == "message"]
    assert subtypes == [
        None,
        "channel_join",
        "channel_leave",
        "channel_name",
        "channel_archive",
        "channel_unarchive",
    ]


async def test_an_app_that_is_thrown_out_or_uninstalled_is_told(town: Town, desk: Desk) -> None:
    await town.ben.removes(town.app, town.inside)
    assert desk.events[-1]["event"]["type"] == "member_left_channel"
    await town.ben.says(town.inside, "it does not hear this")
    assert len(desk.events) == 1
    await town.slack.uninstalls(town.app, town.exo)
    assert {each["event"]["type"] for each in desk.events[1:]} == {"tokens_revoked", "app_uninstalled"}
    await town.ben.says(town.shared, "nor this")
    assert len(desk.events) == 3


async def test_the_app_hears_of_itself(town: Town, desk: Desk) -> None:
    await town.client.chat_postMessage(channel=town.inside.id, text=f"I am {town.app}")
    await town.slack.settle()
    (event,) = [each["event"] for each in desk.events]
    assert (event["type"], event["user"], event["bot_id"]) == ("message", town.app.bot.id, town.app.bot.bot_id)


async def test_only_what_was_subscribed_to_comes() -> None:
    async with a_slack() as slack:
        exo = slack.team("exo")
        ben = exo.person("Ben")
        app = slack.app("desk", events=["app_mention"])
        channel = exo.channel("acme", members=[ben, app])
        assert kinds(await ben.says(channel, "@desk hello")) == ["app_mention"]
        assert kinds(await ben.says(channel, "hello")) == []


async def test_the_request_url_is_verified(town: Town, desk: Desk) -> None:
    delivery = await town.slack.verifies_url(town.app)
    assert delivery.taken
    assert desk.events[-1]["type"] == "url_verification"


async def test_forms_carry_commands_and_interactions(town: Town, desk: Desk) -> None:
    await town.ben.types(town.shared, "/ticket open S2 slow")
    form = {name: values[0] for name, values in parse_qs(desk.bodies[-1]).items()}
    assert (form["command"], form["text"], form["user_id"]) == ("/ticket", "open S2 slow", town.ben.id)
    assert "thread_ts" not in form
    said = await town.ben.says(town.shared, "hello")
    await town.ana.uses_shortcut("ticket_from_message", said)
    payload = json.loads(parse_qs(desk.bodies[-1])["payload"][0])
    assert (payload["type"], payload["callback_id"]) == ("message_action", "ticket_from_message")
    assert (payload["message_ts"], payload["message"]["text"]) == (said, "hello")
    await town.ana.uses_shortcut("new_ticket")
    assert json.loads(parse_qs(desk.bodies[-1])["payload"][0])["type"] == "shortcut"


# ---- tries ----


async def test_an_event_is_brought_again_until_it_is_taken(town: Town, desk: Desk) -> None:
    desk.answers = [(500, {}), (404, {})]
    said = await town.ben.says(town.inside, "hello")
    (delivery,) = said.answers
    assert delivery.outcome is Outcome.TAKEN
    assert [each.status for each in delivery.attempts] == [500, 404, 200]
    assert [each.get("X-Slack-Retry-Num") for each in desk.headers] == [None, "1", "2"]
    assert [each.get("X-Slack-Retry-Reason") for each in desk.headers] == [None, "http_error", "http_error"]
    assert len({each["event_id"] for each in desk.events}) == 1


async def test_after_three_more_tries_it_is_given_up(town: Town, desk: Desk) -> None:
    desk.answers = [(500, {})] * 4
    said = await town.ben.says(town.inside, "hello")
    assert said.answers[0].outcome is Outcome.NOT_TAKEN
    assert len(desk.bodies) == 4


async def test_who_answers_too_late_gets_it_again(town: Town, desk: Desk) -> None:
    town.slack.postman.deadline_s, desk.sleeps_s = 1.0, 10.0
    said = await town.ben.says(town.inside, "hello")
    assert [each.failure for each in said.answers[0].attempts] == ["http_timeout", ""]
    assert desk.headers[-1]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_who_wants_no_retry_gets_none(town: Town, desk: Desk) -> None:
    desk.answers = [(500, {"X-Slack-No-Retry": "1"})]
    said = await town.ben.says(town.inside, "hello")
    assert (said.answers[0].outcome, len(desk.bodies)) == (Outcome.NOT_TAKEN, 1)


async def test_commands_and_interactions_come_once(town: Town, desk: Desk) -> None:
    desk.answers = [(500, {}), (500, {})]
    typed = await town.ben.types(town.inside, "/ticket open")
    assert typed.outcome is Outcome.NOT_TAKEN
    assert "/ticket failed with the error “dispatch_failed”" in town.ben.sees(town.inside)
    assert len(town.ana.sees(town.inside)) == 0
    used = await town.ben.uses_shortcut("new_ticket")
    assert (used.outcome, len(desk.bodies)) == (Outcome.NOT_TAKEN, 2)


async def test_retries_may_wait_for_the_test(town: Town, desk: Desk) -> None:
    """A story on virtual time says itself when a minute has passed."""
    town.slack.postman.park = True
    desk.answers = [(500, {}), (500, {})]
    said = await town.ben.says(town.inside, "hello")
    (delivery,) = said.answers
    # The first retry is at once; the second, after a minute, is parked.
    assert (delivery.outcome, len(desk.bodies)) == (Outcome.HELD, 2)
    await town.slack.postman.redeliver()
    assert (delivery.outcome, len(desk.bodies)) == (Outcome.TAKEN, 3)


# ---- faults on the way ----


async def test_an_event_may_come_several_times(town: Town, desk: Desk) -> None:
    town.slack.faults.on("message", THRICE, TWICE_AT_ONCE)
    await town.ben.says(town.inside, "hello")
    await town.ben.says(town.inside, "again")
    texts = [each["event"]["text"] for each in desk.events]
    assert texts == ["hello"] * 3 + ["again"] * 2
    assert len({each["event_id"] for each in desk.events}) == 2


async def test_an_event_may_be_lost_for_good(town: Town, desk: Desk) -> None:
    town.slack.faults.on("message", LOST, channel=town.inside)
    said = await town.ben.says(town.inside, "hello")
    assert (said.answers[0].outcome, desk.bodies) == (Outcome.LOST, [])
    assert "hello" in town.ana.sees(town.inside)


async def test_a_fault_may_be_for_one_sort_of_message_only(town: Town, desk: Desk) -> None:
    town.slack.faults.on("message_changed", LOST)
    said = await town.ben.says(town.inside, "hello")
    (changed,) = await town.ben.edits(said, "hullo")
    assert (said.answers[0].outcome, changed.outcome) == (Outcome.TAKEN, Outcome.LOST)


async def test_an_acknowledgement_may_be_lost(town: Town, desk: Desk) -> None:
    town.slack.faults.on("message", ACK_LOST)
    said = await town.ben.says(town.inside, "hello")
    assert (said.answers[0].outcome, len(desk.bodies)) == (Outcome.TAKEN, 2)


async def test_events_may_come_in_another_order(town: Town, desk: Desk) -> None:
    town.slack.faults.on("message", *reordered(3))
    said = [await town.ben.says(town.inside, f"{number}") for number in range(3)]
    assert said[0].answers[0].outcome is Outcome.HELD
    await town.slack.settle()
    assert [each["event"]["text"] for each in desk.events] == ["2", "1", "0"]


async def test_an_event_may_be_held(town: Town, desk: Desk) -> None:
    hold = Hold()
    town.slack.faults.on("message", DeliveryFault(held=hold))
    said = await town.ben.says(town.inside, "hello")
    assert (said.answers[0].outcome, desk.bodies) == (Outcome.HELD, [])
    hold.release()
    await said.answers[0].arrived()
    assert (said.answers[0].outcome, len(desk.bodies)) == (Outcome.TAKEN, 1)
