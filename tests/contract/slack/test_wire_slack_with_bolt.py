"""The fake Slack, tried with the real Bolt over HTTP: what it sends is accepted, and what comes back is shown."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers import a_site
from tests.slack.deliveries import Outcome
from tests.slack.slack import a_slack

_BUTTON = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take it"}, "value": "T-1"}
_CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*T-1* checkout is down"}},
    {"type": "actions", "block_id": "card", "elements": [_BUTTON]},
]
_MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "solution",
    "title": {"type": "plain_text", "text": "Resolve"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "Solution"},
            "element": {"type": "plain_text_input", "action_id": "words"},
        }
    ],
}


@asynccontextmanager
async def served(bolt: AsyncApp) -> AsyncIterator[str]:
    async with a_site(bolt.web_app(path="/slack/events", port=0)) as url:
        yield f"{url}/slack/events"


async def test_a_mention_comes_as_message_and_as_mention_and_is_answered_in_its_thread() -> None:
    async with a_slack() as slack:
        exo = slack.team("exo")
        ben, ana = exo.person("Ben Barker"), exo.person("Ana Alves")
        app = slack.app("desk", commands=["/ticket"])
        channel = exo.channel("acme", members=[ben, ana, app])
        async with ClientSession() as session:
            client = AsyncWebClient(token=app.token, base_url=slack.api_url, session=session)
            bolt = AsyncApp(client=client, signing_secret=app.signing_secret)
            heard = []

            @bolt.event("app_mention")
            async def mentioned(event: dict[str, Any], say: Any) -> None:
                heard.append(event["text"])
                await say(text=f"T-1 is yours, {ben}", blocks=_CARD, thread_ts=event["ts"])

            @bolt.event("message")
            async def said(event: dict[str, Any]) -> None:
                heard.append(event["channel_type"])

            @bolt.action("take")
            async def taken(ack: Any, respond: Any, body: dict[str, Any]) -> None:
                await ack()
                await respond(text="It is yours", replace_original=False)
                await client.views_open(trigger_id=body["trigger_id"], view=_MODAL)

            @bolt.view("solution")
            async def solved(ack: Any, view: dict[str, Any]) -> None:
                words = view["state"]["values"]["what"]["words"]["value"]
                await ack() if words != "?" else await ack(response_action="errors", errors={"what": "Say it"})

            @bolt.command("/ticket")
            async def command(ack: Any, command: dict[str, Any]) -> None:
                await ack(f"you said {command['text']}")

            async with served(bolt) as url:
                slack.deliver_to(app, url)
                said_ts = await ben.says(channel, "@desk open S1 checkout is <down>")
                assert [each.status for each in said_ts.answers] == [200, 200]
                assert len({each.id for each in said_ts.answers}) == 2
                await slack.called("chat.postMessage")
                await slack.settle()
                card = ben.sees(channel).find("T-1")
                assert card.lines == ("T-1 checkout is down".replace("T-1", "*T-1*"), "[Take it]")
                assert card.message.thread_ts == said_ts
                assert [each.reason for each in ben.notified] == ["mention"]

                pressed = await ben.presses("Take it", card)
                assert pressed.status == 200
                await slack.until(lambda: ben.modals)
                assert ben.modal_lines == ["== Resolve ==", "Solution:", "[Send]"]
                ben.fills(ben.modal, {"Solution": "?"})
                await ben.submits(ben.modal)
                assert "! Say it" in ben.modal_lines
                ben.fills(ben.modal, {"what": "restarted"})
                await ben.submits(ben.modal)
                assert not ben.modals
                assert "It is yours" in ben.sees(channel)
                assert "It is yours" not in ana.sees(channel)

                typed = await ben.types(channel, "/ticket open S2 slow")
                assert typed.body == "you said open S2 slow"
                assert "you said open S2 slow" in ben.sees(channel)
            assert slack.violations == []
            # Bolt itself leaves out what the app said.
            assert heard.count("channel") == 1


async def test_nobody_there_means_three_more_tries() -> None:
    async with a_slack() as slack:
        exo = slack.team("exo")
        ben = exo.person("Ben Barker")
        app = slack.app("desk", events=["message.channels"])
        channel = exo.channel("acme", members=[ben, app])
        slack.deliver_to(app, f"http://127.0.0.1:{_closed_port()}/")
        said = await ben.says(channel, "hello")
        (delivery,) = said.answers
        assert delivery.outcome is Outcome.NOT_TAKEN
        assert [(each.retry, each.failure) for each in delivery.attempts] == [
            (number, "connection_failed") for number in range(4)
        ]


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
