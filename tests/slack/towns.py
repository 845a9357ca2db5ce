"""A small Slack, furnished: two teams that share a channel, an app in one of them, and a client that acts for it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers import a_site
from tests.slack.client import Person
from tests.slack.records import App, Channel
from tests.slack.slack import SCOPES, Slack, a_slack
from tests.slack.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Town:
    """
    Attributes:
        exo: Hosts `acme`, which Ann of the other team is in as well, and `inside`, which she is not.
        app: Is in both.
        client: The SDK's own, with the app's token.
    """

    slack: Slack
    exo: Workspace
    acme: Workspace
    ben: Person
    ana: Person
    ann: Person
    app: App
    shared: Channel
    inside: Channel
    client: AsyncWebClient

    def bolt(self, **more: Any) -> AsyncApp:
        return AsyncApp(client=self.client, signing_secret=self.app.signing_secret, **more)


@asynccontextmanager
async def a_town(*, scopes: Iterable[str] = SCOPES, socket_mode: bool = False, **more: Any) -> AsyncIterator[Town]:
    """
    Args:
        more: What `a_slack` takes.
    """
    async with a_slack(**more) as slack, ClientSession() as session:
        exo, acme = slack.team("exo"), slack.team("acme")
        ben, ana, ann = exo.person("Ben Barker"), exo.person("Ana Alves"), acme.person("Ann Archer")
        app = slack.app(
            "desk",
            scopes=scopes,
            commands=["/ticket"],
            shortcuts={"ticket_from_message": "message", "new_ticket": "global"},
            socket_mode=socket_mode,
        )
        yield Town(
            slack=slack,
            exo=exo,
            acme=acme,
            ben=ben,
            ana=ana,
            ann=ann,
            app=app,
            shared=exo.channel("acme", members=[ben, ana, ann, app], shared_with=[acme]),
            inside=exo.channel("inside", members=[ben, ana, app], private=True),
            client=AsyncWebClient(token=app.token, base_url=slack.api_url, session=session),
        )


@asynccontextmanager
async def served(bolt: AsyncApp) -> AsyncIterator[str]:
    """Serve a Bolt app on loopback; yield its request URL."""
    async with a_site(bolt.web_app(path="/slack/events")) as url:
        yield f"{url}/slack/events"
