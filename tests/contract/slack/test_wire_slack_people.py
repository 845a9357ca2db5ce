"""The people of the fake Slack: what they can do, what they cannot, and what they see."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.client import SlackSays
from tests.slack.deliveries import Outcome
from tests.slack.slack import a_slack
from tests.slack.towns import Town, a_town, served


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as furnished:
        yield furnished


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


MENU = {
    "type": "static_select",
    "action_id": "severity",
    "placeholder": plain("Severity"),
    "options": [{"text": plain(name), "value": name.lower()} for name in ("S1", "S2")],
}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*T-1*"}},
    {"type": "actions", "block_id": "card", "elements": [button("Accept", "accept", value="T-1"), MENU]},
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "resolve",
    "title": plain("Resolve"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "private_metadata": "T-1",
    "blocks": [
        {
            "type": "input",
            "block_id": "how",
            "label": plain("How"),
            "element": {**MENU, "action_id": "menu"},
        },
        {
            "type": "input",
            "block_id": "who",
            "label": plain("Who"),
            "optional": True,
            "element": {"type": "multi_users_select", "action_id": "people"},
        },
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "words", "initial_value": "none"},
        },
    ],
}


async def card(town: Town) -> None:
    await town.client.chat_postMessage(channel=town.shared.id, text="T-1", blocks=CARD)


# ---- what Slack does not let people do ----


async def test_commands_are_not_for_threads_nor_for_people_of_another_team(town: Town) -> None:
    """Facts §4 and §5."""
    root = await town.ben.says(town.shared, "hello")
    with pytest.raises(SlackSays, match="not supported in threads"):
        await town.ben.types(town.shared, "/ticket open", thread=root)
    with pytest.raises(SlackSays, match="/ticket is not a valid command"):
        await town.ann.types(town.shared, "/ticket open")
    with pytest.raises(SlackSays, match="/nonsense is not a valid command"):
        await town.ben.types(town.shared, "/nonsense")
    with pytest.raises(SlackSays, match="no message shortcut"):
        await town.ann.uses_shortcut("ticket_from_message", root)
    with pytest.raises(SlackSays, match="no global shortcut"):
        await town.ben.uses_shortcut("ticket_from_message")
    assert (await town.ben.types(town.shared, "/ticket open")).outcome is Outcome.NOWHERE


async def test_people_act_only_where_they_are_and_on_what_they_see(town: Town) -> None:
    said = await town.ben.says(town.inside, "secret")
    with pytest.raises(SlackSays):
        await town.ann.says(town.inside, "hello")
    with pytest.raises(SlackSays):
        town.ann.sees(town.inside)
    with pytest.raises(SlackSays):
        await town.ann.reacts(said, "eyes")
    with pytest.raises(SlackSays):
        await town.ana.edits(said, "mine")
    with pytest.raises(SlackSays):
        await town.ana.deletes(said)
    with pytest.raises(SlackSays):
        await town.ana.presses("Accept", said)
    await town.ben.deletes(said)
    with pytest.raises(SlackSays):
        await town.ana.reacts(said, "eyes")
    await town.ben.archives(town.inside)
    with pytest.raises(SlackSays, match="archived"):
        await town.ben.says(town.inside, "hello")


# ---- what phones show ----


async def test_phones_show_the_top_level_text_to_whom_a_message_mentions(town: Town) -> None:
    blocks = [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": town.ben.id}]}],
        }
    ]
    posted = await town.client.chat_postMessage(channel=town.shared.id, text="T-1 is late", blocks=blocks)
    await town.client.chat_postMessage(channel=town.shared.id, text=f"{town.ana}: look")
    await town.client.chat_update(channel=town.shared.id, ts=posted["ts"], text=f"{town.ana} too")
    await town.client.chat_postEphemeral(channel=town.shared.id, user=town.ana.id, text=f"{town.ana} psst")
    assert [(note.text, note.reason) for note in town.ben.notified] == [("T-1 is late", "mention")]
    assert [(note.text, note.ts != posted["ts"]) for note in town.ana.notified] == [(f"{town.ana}: look", True)]
    await town.ann.says(town.shared, "<!here> all of you")
    assert town.ben.notified[-1].reason == "channel"
    assert town.ann.notified == []


# ---- what apps offer ----


async def test_buttons_and_menus_of_messages_reach_the_app_with_everything_it_needs(town: Town) -> None:
    bolt, bodies = town.bolt(), []

    @bolt.action("accept")
    async def accept(ack: Any, body: dict[str, Any], respond: Any) -> None:
        bodies.append(body)
        await ack()
        await respond(text="accepted", replace_original=True)

    @bolt.action("severity")
    async def severity(ack: Any, body: dict[str, Any]) -> None:
        bodies.append(body)
        await ack()

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with served(bolt) as url:
        town.slack.deliver_to(town.app, url)
        await card(town)
        shown = town.ann.sees(town.shared).find("T-1")
        await town.ann.presses("Severity", shown, chooses="S2")
        await town.ann.presses("Accept", shown)
        await town.slack.until(lambda: "accepted" in town.ben.sees(town.shared))
        await town.slack.settle()
    chosen, pressed = bodies
    assert chosen["actions"][0]["selected_option"]["value"] == "s2"
    assert chosen["state"]["values"]["card"]["severity"]["selected_option"]["value"] == "s2"
    assert pressed["user"] == {
        "id": town.ann.id,
        "username": "ann.archer",
        "name": "ann.archer",
        "team_id": town.acme.id,
    }
    assert pressed["team"]["id"] == town.exo.id
    assert pressed["container"]["message_ts"] == shown.ts
    assert pressed["actions"][0]["value"] == "T-1"
    assert pressed["channel"] == {"id": town.shared.id, "name": "acme"}


async def test_what_came_at_once_may_be_for_everybody_or_an_ephemeral_with_buttons(town: Town) -> None:
    bolt, bodies = town.bolt(), []

    @bolt.command("/ticket")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        kind = {"loud": "in_channel"}.get(command["text"], "ephemeral")
        await ack(text="T-1", blocks=CARD, response_type=kind)

    @bolt.action("accept")
    async def accept(ack: Any, body: dict[str, Any], respond: Any) -> None:
        bodies.append(body)
        await ack()
        await respond(delete_original=True)

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with served(bolt) as url:
        town.slack.deliver_to(town.app, url)
        await town.ben.types(town.shared, "/ticket quiet")
        assert len(town.ana.sees(town.shared)) == 0
        (mine,) = town.ben.sees(town.shared)
        assert (mine.only_me, mine.buttons) == (True, ("Accept", "Severity"))
        await town.ben.presses("accept", mine)
        await town.slack.until(lambda: len(town.ben.sees(town.shared)) == 0)
        await town.ben.types(town.shared, "/ticket loud")
        assert "T-1" in town.ana.sees(town.shared)
        await town.slack.settle()
    assert bodies[0]["container"]["is_ephemeral"] is True
    assert "message" not in bodies[0]


async def test_a_modal_is_filled_in_sent_refused_and_stacked(town: Town) -> None:
    bolt, seen = town.bolt(), []
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"note": "Too short"}},
        {"response_action": "push", "view": {**MODAL, "title": plain("Second")}},
        {"response_action": "update", "view": {**MODAL, "title": plain("Third")}},
        {"response_action": "clear"},
    ]

    @bolt.shortcut("new_ticket")
    async def opens(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await town.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("resolve")
    async def sent(ack: Any, view: dict[str, Any]) -> None:
        seen.append(view)
        await ack(**answers.pop(0))

    @bolt.view_closed("resolve")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    async with served(bolt) as url:
        town.slack.deliver_to(town.app, url)
        await town.ben.uses_shortcut("new_ticket")
        await town.slack.until(lambda: town.ben.modals)
        first = town.ben.modal
        with pytest.raises(SlackSays, match="How"):
            await town.ben.submits(first)
        with pytest.raises(LookupError, match="S1"):
            town.ben.fills(first, {"How": "S9"})
        with pytest.raises(SlackSays, match="no field “Why”"):
            town.ben.fills(first, {"Why": "because"})
        town.ben.fills(first, {"How": "S2", "Who": [town.ana], "words": "x"})
        assert town.ben.modal_lines[1] == "How: S2"
        await town.ben.submits(first)
        assert town.ben.modal_lines[-1] == "! Too short"
        await town.ben.submits(first)
        assert [line for line in town.ben.modal_lines if "==" in line] == ["== Second =="]
        second = town.ben.modal
        assert (second.root_id, len(town.ben.modals)) == (first.id, 2)
        with pytest.raises(SlackSays, match="not open"):
            await town.ben.submits(first)
        town.ben.fills(second, {"How": "S1"})
        await town.ben.submits(second)
        assert town.ben.modal_lines[0] == "== Third =="
        assert town.ben.modal_lines[1] == "How: S1"
        await town.ben.submits(second)
        assert not town.ben.modals

        await town.ben.uses_shortcut("new_ticket")
        await town.slack.until(lambda: town.ben.modals)
        told = await town.ben.closes(town.ben.modal)
        assert told is not None
        assert told.taken
    values = seen[0]["state"]["values"]
    assert values["how"]["menu"]["selected_option"]["value"] == "s2"
    assert values["who"]["people"] == {"type": "multi_users_select", "selected_users": [town.ana.id]}
    assert values["note"]["words"]["value"] == "x"
    assert (seen[0]["private_metadata"], seen[0]["app_installed_team_id"]) == ("T-1", town.exo.id)
    assert seen[-1]["type"] == "view_closed"


async def test_a_modal_of_another_teams_person_comes_back_to_the_app(town: Town) -> None:
    """Facts §4: without `view.app_installed_team_id` Bolt drops it, and says 200."""
    bolt, seen = town.bolt(), []

    @bolt.action("accept")
    async def accept(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await town.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("resolve")
    async def sent(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    @bolt.event("message")
    async def anything() -> None:
        pass

    async with served(bolt) as url:
        town.slack.deliver_to(town.app, url)
        await card(town)
        await town.ann.presses("Accept", town.ann.sees(town.shared).find("T-1"))
        await town.slack.until(lambda: town.ann.modals)
        town.ann.fills(town.ann.modal, {"How": "S1"})
        await town.ann.submits(town.ann.modal)
        await town.slack.settle()
    (body,) = seen
    assert (body["user"]["team_id"], body["view"]["app_installed_team_id"]) == (town.acme.id, town.exo.id)
    assert not town.ann.modals


async def test_a_modal_stays_when_the_app_does_not_answer(town: Town) -> None:
    trigger = town.slack.stage.trigger(town.ben.user, town.app)
    await town.client.views_open(trigger_id=trigger.id, view=MODAL)
    town.ben.fills(town.ben.modal, {"How": "S1"})
    await town.ben.submits(town.ben.modal)
    assert town.ben.modal_lines[-1] == "! We had some trouble connecting. Try again?"


async def test_home_is_opened_and_used(town: Town) -> None:
    bolt, seen = town.bolt(), []

    @bolt.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        seen.append(event)
        await town.client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    @bolt.action("accept")
    async def accept(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    async with served(bolt) as url:
        town.slack.deliver_to(town.app, url)
        await town.ben.opens_home(town.app)
        await town.slack.called("views.publish")
        assert town.ben.home_lines(town.app) == ["*T-1*", "[Accept] [Severity ▾]"]
        home = town.ben.home(town.app)
        assert home is not None
        await town.ben.presses("Accept", home)
        await town.ben.opens_home(town.app)
    first, pressed, second = seen
    assert (first["tab"], "view" in first, second["view"]["id"]) == ("home", False, home.id)
    assert (pressed["container"]["type"], pressed["view"]["type"]) == ("view", "home")


# ---- installing ----

THE_SDKS_OWN = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
"""slack_sdk 3.47 sends `oauth.v2.access` with what aiohttp 3.14 warns of."""


@THE_SDKS_OWN
async def test_somebody_installs_an_app_over_its_own_page(tmp_path: Path) -> None:
    async with a_slack() as slack:
        exo = slack.team("exo")
        ben = exo.person("Ben Barker")
        app = slack.app("desk", installed_in=[])
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            scopes=["chat:write", "commands"],
            authorization_url=slack.authorize_url,
            installation_store=FileInstallationStore(base_dir=str(tmp_path / "installations")),
            state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path / "states")),
        )
        client = AsyncWebClient(base_url=slack.api_url)
        bolt = AsyncApp(client=client, signing_secret=app.signing_secret, oauth_settings=settings)
        async with served(bolt) as url:
            page = url.replace("/slack/events", "/slack/install")
            app.redirect_url = url.replace("/slack/events", "/slack/oauth_redirect")
            refused = await ben.installs(page, allows=False)
            assert "access_denied" in refused.body
            assert app.installations == {}
            landing = await ben.installs(page)
            assert (landing.status, "Thank you" in landing.body) == (200, True)
        installation = app.installations[exo.id]
        assert installation.scopes == {"chat:write", "commands"}
        channel = exo.channel("acme", members=[ben, app])
        assert channel.members == [ben.user, installation.bot]


@THE_SDKS_OWN
async def test_a_code_serves_once_and_only_its_own_app() -> None:
    async with a_town() as town:
        grant = {"app": town.app, "user": town.ben.user, "scopes": frozenset({"commands"}), "redirect_uri": ""}
        town.slack.stage.codes |= {"one": grant, "two": {**grant, "redirect_uri": "https://desk.example/"}}
        asked: dict[str, Any] = {"client_id": town.app.client_id, "client_secret": town.app.client_secret}
        answer = await town.client.oauth_v2_access(**asked, code="one")
        assert (answer["token_type"], answer["scope"], answer["team"]["id"]) == ("bot", "commands", town.exo.id)
        for error, changes in {
            "invalid_code": {"code": "one"},
            "bad_redirect_uri": {"code": "two"},
            "bad_client_secret": {"code": "one", "client_secret": "wrong"},
            "invalid_client_id": {"code": "one", "client_id": "wrong"},
        }.items():
            with pytest.raises(SlackApiError, match=error):
                await town.client.oauth_v2_access(**{**asked, **changes})


async def test_an_app_is_what_its_manifest_says() -> None:
    async with a_slack() as slack:
        slack.team("exo")
        app = slack.app_of_manifest(
            {
                "display_information": {"name": "desk"},
                "features": {
                    "slash_commands": [{"command": "/ticket"}],
                    "shortcuts": [{"callback_id": "new", "type": "global", "name": "New"}],
                },
                "oauth_config": {"scopes": {"bot": ["chat:write"]}},
                "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}, "socket_mode_enabled": True},
            }
        )
        assert [sorted(each) for each in (app.scopes, app.events, app.commands)] == [
            ["chat:write"],
            ["app_mention"],
            ["/ticket"],
        ]
        assert (app.shortcuts, app.socket_mode) == ({"new": "global"}, True)
