"""
Slack, for tests: real HTTP and websockets on loopback, a world behind them, and people at their clients.

    async with a_slack() as slack:
        exo = slack.team("exo")
        ben = exo.person("Ben Barker")
        app = slack.app("desk", commands=["/ticket"])
        channel = exo.channel("acme", members=[ben, app])
        slack.deliver_to(app, "http://127.0.0.1:3000/slack/events")
        said = await ben.says(channel, "@desk open S1 checkout is down")

The app's client talks to `slack.api_url`; nothing of it is patched.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.patience import PATIENCE_S
from tests.slack.api import Call
from tests.slack.backstage import Backstage
from tests.slack.client import Person
from tests.slack.clock import Clock, TimeSource
from tests.slack.deliveries import Carrier, Delivery, Envelope, Postman
from tests.slack.faults import Faults
from tests.slack.limits import Violation
from tests.slack.news import ALL_EVENTS, Newsroom
from tests.slack.over_http import HttpCarrier
from tests.slack.rates import Rates
from tests.slack.records import App, Channel, Installation, Standing
from tests.slack.server import Server
from tests.slack.socket_mode import SocketMode
from tests.slack.workspace import Workspace
from tests.slack.world import World

SCOPES = frozenset(
    {"app_mentions:read", "commands", "chat:write", "metadata.message:read"}
    | {"channels:read", "channels:history", "channels:join", "channels:manage"}
    | {"groups:read", "groups:history", "groups:write"}
    | {"im:read", "im:history", "im:write", "mpim:read", "mpim:history", "mpim:write"}
    | {"users:read", "users:read.email", "team:read", "reactions:read", "reactions:write"}
    | {"files:read", "files:write"}
)
"""What an app may do that a test says nothing else of."""


class Slack:
    """
    Attributes:
        world: All there is; what tests look at when a client's view is not what they are about.
        faults: The script of what goes wrong.
        sockets: Connections of Socket Mode.
        http: How requests to apps are signed and sent.
    """

    def __init__(
        self, *, time: TimeSource | None = None, rate_limits: bool = False, retry_scale: float = 0.001
    ) -> None:
        self.clock = Clock(time)
        self.world = World(self.clock)
        self.faults = Faults()
        self.http = HttpCarrier()
        self.postman = Postman(self.faults, self._way, scale=retry_scale)
        self.stage = Backstage(
            world=self.world,
            postman=self.postman,
            news=Newsroom(self.world, self.postman),
            faults=self.faults,
            rates=Rates(on=rate_limits),
        )
        self.sockets = SocketMode(self.stage)
        self.server = Server(self.stage, self.sockets)

    # ---- where it is --------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def api_url(self) -> str:
        return f"{self.server.url}/api/"

    @property
    def files_url(self) -> str:
        """Another host than the API's; what a file's `url_private` begins with (`File.url`, which tests may change)."""
        return self.stage.files_url

    @property
    def authorize_url(self) -> str:
        return f"{self.server.url}/oauth/v2/authorize"

    @property
    def elsewhere(self) -> str:
        """A host that is not Slack's, for faults to redirect to."""
        return self.server.elsewhere

    # ---- furnishing ---------------------------------------------------------------------------------------------

    def team(self, domain: str, *, name: str = "") -> Workspace:
        return Workspace(self.stage, self.world.add_team(domain, name))

    def app(
        self,
        name: str,
        *,
        installed_in: Iterable[Workspace] | None = None,
        scopes: Iterable[str] = SCOPES,
        events: Iterable[str] = ALL_EVENTS,
        commands: Iterable[str] = (),
        shortcuts: Mapping[str, str] | None = None,
        socket_mode: bool = False,
    ) -> App:
        """
        Register an app and install it.

        Args:
            installed_in: The first team there is, if nothing is said.
            shortcuts: Callback ids, each ``message`` or ``global``.
        """
        world = self.world
        app = App(
            id=world.new_id("A"),
            name=name,
            signing_secret=world.secret("signing-"),
            verification_token=world.secret("verification-"),
            client_id=world.secret("client-"),
            client_secret=world.secret("client-secret-"),
            app_token=world.secret("xapp-1-"),
            scopes=frozenset(scopes),
            events=frozenset(events),
            commands=frozenset(commands),
            shortcuts=dict(shortcuts or {}),
            socket_mode=socket_mode,
        )
        world.apps[app.id] = app
        teams = list(world.teams.values())[:1] if installed_in is None else [each.team for each in installed_in]
        for team in teams:
            world.install(app, team)
        return app

    def app_of_manifest(self, manifest: Mapping[str, Any], *, installed_in: Iterable[Workspace] | None = None) -> App:
        """Register the app that a manifest describes: with its scopes, events, commands and shortcuts, and no more."""
        features, settings = manifest["features"], manifest["settings"]
        app = self.app(
            features.get("bot_user", manifest["display_information"]).get("display_name")
            or manifest["display_information"]["name"],
            installed_in=installed_in,
            scopes=manifest["oauth_config"]["scopes"]["bot"],
            events=settings.get("event_subscriptions", {}).get("bot_events", ()),
            commands=[each["command"] for each in features.get("slash_commands", ())],
            shortcuts={each["callback_id"]: each["type"] for each in features.get("shortcuts", ())},
            socket_mode=settings.get("socket_mode_enabled", False),
        )
        app.redirect_url = next(iter(manifest["oauth_config"].get("redirect_urls", ())), "")
        return app

    def deliver_to(self, app: App, url: str) -> None:
        """Bring what is for *app* to that request URL."""
        app.request_url = url

    # ---- what happens by itself ---------------------------------------------------------------------------------

    async def verifies_url(self, app: App) -> Delivery:
        """Do what Slack does when a request URL is entered: it has to return the challenge."""
        challenge = self.world.secret("challenge-")
        payload = {"token": app.verification_token, "challenge": challenge, "type": "url_verification"}
        delivery = Delivery(
            app=app, envelope=Envelope.VERIFICATION, what="url_verification", id=challenge, payload=payload
        )
        return await self.postman.begin(delivery).ended()

    async def shares(self, channel: Channel, with_team: Workspace) -> Sequence[Delivery]:
        """Connect another team to *channel*, as after its acceptance (Slack Connect)."""
        channel.shared_with.append(with_team.team)
        return [await each.ended() for each in self.stage.news.shared(channel, with_team.team)]

    async def unshares(self, channel: Channel, team: Workspace) -> Sequence[Delivery]:
        """Disconnect a team; its people are gone from the channel."""
        channel.shared_with.remove(team.team)
        channel.members[:] = [user for user in channel.members if user.team is not team.team]
        return [await each.ended() for each in self.stage.news.unshared(channel, team.team)]

    async def changes_id(self, channel: Channel, new_id: str = "") -> Sequence[Delivery]:
        """Give *channel* another id, as when a private channel begins to be shared (facts §4)."""
        old = self.world.change_id(channel, new_id or self.world.new_id("C"))
        return [await each.ended() for each in self.stage.news.id_changed(channel, old)]

    async def changes(self, person: Person, **attributes: Any) -> Sequence[Delivery]:
        """Change what is in somebody's profile, such as `name`, `tz`, `locale` or `deleted`."""
        for attribute, value in attributes.items():
            setattr(person.user, attribute, value)
        return [await each.ended() for each in self.stage.news.user_changed(person.user)]

    async def uninstalls(self, app: App, from_team: Workspace) -> Sequence[Delivery]:
        """Remove an app from a team: its bot is gone from every channel, its token is dead, and it is told."""
        installation = app.installations[from_team.id]
        installation.standing = Standing.UNINSTALLED
        installation.bot.deleted = True
        for channel in self.world.channels.values():
            channel.members[:] = [user for user in channel.members if user is not installation.bot]
        return [await each.ended() for each in self.stage.news.uninstalled(installation)]

    def revokes(self, installation: Installation) -> None:
        """Let a token be dead without anybody being told."""
        installation.standing = Standing.REVOKED

    async def settle(self) -> None:
        """Wait until everything that is under way to apps has arrived, or waits for the test."""
        await self.postman.settle()

    async def until(self, true: Callable[[], object]) -> None:
        """
        Wait until something is so; it is looked at anew after every request of an app.

        Raises:
            TimeoutError: It has not become so within a test's patience.
        """
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await self.stage.moved.heard()

    async def called(self, method: str, *, times: int = 1, channel: Channel | None = None) -> list[Call]:
        """Wait until apps have asked for *method* so often, and return all these calls."""

        def enough() -> bool:
            return len([call for call in self.calls(method, channel=channel) if call.answer is not None]) >= times

        await self.until(enough)
        return self.calls(method, channel=channel)

    # ---- what became of it --------------------------------------------------------------------------------------

    def calls(self, method: str = "", *, channel: Channel | None = None) -> list[Call]:
        """Return what apps asked, oldest first: one method, or everything."""
        return [
            call
            for call in self.server.api.calls
            if method in ("", call.method) and (channel is None or call.channel == channel.id)
        ]

    def tokens_at(self, site: str) -> list[str]:
        """Return the authorizations that came to a site: ``slack.com``, ``files.slack.com`` or ``elsewhere``."""
        return [each.authorization for each in self.server.visits if each.site == site and each.authorization]

    @property
    def violations(self) -> list[tuple[str, Violation]]:
        """Everything that was sent and breaks one of Slack's limits."""
        return self.stage.violations

    @property
    def deliveries(self) -> list[Delivery]:
        return self.postman.deliveries

    def _way(self, app: App) -> Carrier | None:
        if app.socket_mode:
            return self.sockets
        return self.http if app.request_url else None


@asynccontextmanager
async def a_slack(
    *, time: TimeSource | None = None, rate_limits: bool = False, retry_scale: float = 0.001
) -> AsyncIterator[Slack]:
    """
    Run a Slack, from nothing to nothing.

    Args:
        time: What its messages' timestamps follow; real time by default.
        rate_limits: Whether it refuses what comes too fast.
        retry_scale: What a second between retries takes in real seconds.
    """
    slack = Slack(time=time, rate_limits=rate_limits, retry_scale=retry_scale)
    await slack.server.start()
    try:
        yield slack
    finally:
        await slack.postman.close()
        await slack.sockets.close()
        await slack.http.close()
        await slack.server.stop()
