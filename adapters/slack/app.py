"""The desk on Slack: one session for everything, its messenger, its listener, and how it is reached."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import Slack
from adapters.slack.catch_up import EVERY_S, Bookmarks, CatchUp, Directory
from adapters.slack.dispatcher import Dispatcher
from adapters.slack.fields import NOBODY, Senders
from adapters.slack.files import HOSTS, SlackFiles
from adapters.slack.former_ids import FormerIds
from adapters.slack.handing_over import Counter, HandingOver
from adapters.slack.history import History
from adapters.slack.installations import Installations, OneInstallation, StoredInstallations
from adapters.slack.interactivity import Desk, Interactivity
from adapters.slack.listeners import SlackListener
from adapters.slack.messenger import SlackMessenger
from adapters.slack.oauth import SignedStates, oauth_flow
from adapters.slack.own_messages import OwnMessages
from adapters.slack.people import People
from adapters.slack.private_words import PrivateWords
from adapters.slack.reader import Reader
from adapters.slack.rooms import Doorkeeper, RoomBook
from adapters.slack.rooms_known import RoomsKnown
from adapters.slack.signature import Signatures
from adapters.slack.socket_mode import HEARTBEAT_S, SocketMode
from adapters.slack.web import API, SlackWeb
from adapters.slack.web_server import READ_WITHIN_S, WebServer
from chatops.application.carrying import Carrying
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.domain.errors import SettingsInvalid, TryAgainLater

READS_PER_MINUTE = 40.0
"""Below what Slack lets internal apps read (50); there is more that reads."""

_SDK_WITHIN_S = 10

log = structlog.get_logger(platform="slack")


class Bus(Bookmarks, Counter, Desk, RoomBook, Protocol):
    """What we need of the command bus."""


@dataclass(frozen=True, kw_only=True)
class SlackSettings:
    """
    What Slack has to be told of us, and we of Slack.

    Attributes:
        bot_token: Of the one workspace (``xoxb-…``); empty for a desk of many, with a `store`.
        signing_secret: Needed to be reached over HTTP.
        app_token: Opens sockets (``xapp-…``); empty for a desk that is reached over HTTP.
        host, port: Where to listen for HTTP; None does not, 0 lets the system choose.
        store: Where workspaces are kept that have installed the app.
        client_id, client_secret: Of the app, for the pages by which they do that.
        api_url: Another one for tests only; so are `file_hosts`.
        ticket_emoji: The name of the emoji that makes a ticket of a message; empty for none.
        ignored: Never listened to: people or workspaces.
        reads_per_minute: 1 for an app that is sold outside Slack's Marketplace (facts on Slack, §5).
    """

    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int | None = None
    store: AsyncInstallationStore | None = field(default=None, repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = API
    file_hosts: Sequence[str] = HOSTS
    ticket_emoji: str = "ticket"
    ignored: Senders = NOBODY
    reads_per_minute: float = READS_PER_MINUTE
    catch_up_every_s: float = EVERY_S
    heartbeat_s: float = HEARTBEAT_S
    read_within_s: float = READ_WITHIN_S

    def check(self) -> None:
        """
        Raises:
            SettingsInvalid: Something is missing, or is not what it should be.
        """
        if bool(self.bot_token) == (self.store is not None):
            raise SettingsInvalid("Give Slack's bot token of one workspace, or the place where many are kept.")
        if self.bot_token and not self.bot_token.startswith("xoxb-"):
            raise SettingsInvalid("Slack's bot token begins with xoxb-; others do not act as the bot.")
        if self.app_token and not self.app_token.startswith("xapp-"):
            raise SettingsInvalid("Slack's app-level token begins with xapp-.")
        if self.port is None and not self.app_token:
            raise SettingsInvalid("Slack reaches the desk over HTTP (a port) or Socket Mode (an app-level token).")
        if self.port is not None:
            Signatures(self.signing_secret)
        if not self.reads_per_minute > 0:
            raise SettingsInvalid("Reads per minute have to be more than none.")


class SlackApp:
    """
    Either half may be used alone: a worker only sends, and needs no bus.

    Attributes:
        port: Where HTTP is listened for while it runs; None otherwise.
        catch_up_soon: Lets what was missed be read back now, while it runs.
    """

    def __init__(
        self,
        settings: SlackSettings,
        session: aiohttp.ClientSession,
        words: Words,
        time: TimeSource,
        carrying: Carrying,
    ) -> None:
        self._settings = settings
        self._session = session
        self._words = words
        self._client = AsyncWebClient(
            base_url=settings.api_url, session=session, retry_handlers=[], timeout=_SDK_WITHIN_S
        )
        self._slack = Slack(self._client)
        self._installations = _installations(settings, self._slack, time)
        self._web = SlackWeb(session, self._installations, api=settings.api_url)
        self.files = SlackFiles(self._web, session, hosts=settings.file_hosts)
        carrying.add(self.files)
        self.messenger = SlackMessenger(self._web, words, self.files, carrying)
        self.port: int | None = None
        self.catch_up_soon: Callable[[], None] = lambda: None

    async def run(
        self, bus: Bus, stop: asyncio.Event, *, directory: Directory, time: TimeSource, passing: Passing = pass_by
    ) -> None:
        """
        Listen until *stop* is set; what is being handed over then is finished.

        Args:
            directory: Gives who is who as it now stands: whose rooms are read back after an outage.

        Raises:
            SettingsInvalid: Slack does not take one of our tokens.
        """
        settings, former = self._settings, FormerIds(bus)
        people, own, hands = People(self._web, time), OwnMessages(self._web), HandingOver(bus, time, passing)
        rooms, private = RoomsKnown(self._web, time), PrivateWords(self._web, self._words)
        reader = Reader(self._web, people, own, former, ignored=settings.ignored, ticket_emoji=settings.ticket_emoji)
        listener = SlackListener(
            reader,
            hands,
            Doorkeeper(bus, self._installations, people, former),
            rooms,
            Interactivity(self._web, bus, hands, reader, people, own, rooms, private),
        )
        dispatcher = Dispatcher(listener, self._installations, self._client)
        catch_up = CatchUp(
            History(self._web, reads_per_minute=settings.reads_per_minute, passing=passing),
            bus,
            self._installations,
            reader,
            hands,
            former,
            directory=directory,
            time=time,
            every_s=settings.catch_up_every_s,
            passing=passing,
        )
        self.catch_up_soon = catch_up.soon
        await _begin(self._installations)
        async with AsyncExitStack() as stack:
            if settings.port is not None:
                server = WebServer(
                    dispatcher,
                    Signatures(settings.signing_secret),
                    time,
                    oauth=self._oauth(time),
                    read_within_s=settings.read_within_s,
                    passing=passing,
                )
                self.port = await stack.enter_async_context(server.serving(settings.host, settings.port))
            beside = [asyncio.create_task(catch_up.run())]
            if settings.app_token:
                sockets = SocketMode(
                    self._slack,
                    self._session,
                    settings.app_token,
                    dispatcher,
                    came_in=catch_up.soon,
                    heartbeat_s=settings.heartbeat_s,
                    passing=passing,
                )
                beside.append(asyncio.create_task(sockets.run()))
            await _until(stop, beside)

    def _oauth(self, time: TimeSource) -> AsyncOAuthFlow | None:
        settings, known = self._settings, self._installations
        if settings.store is None or not settings.client_id or not isinstance(known, StoredInstallations):
            return None
        return oauth_flow(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            store=settings.store,
            states=SignedStates(settings.client_secret, time, lambda: secrets.token_hex(16)),
            client=self._client,
            installed=known.forget,
        )


@asynccontextmanager
async def connect(
    settings: SlackSettings, *, words: Words, time: TimeSource, carrying: Carrying | None = None
) -> AsyncIterator[SlackApp]:
    """
    Open the one session that everything Slack goes through.

    Args:
        carrying: Brings files from other platforms and to them; it is closed with the session.

    Raises:
        SettingsInvalid: The settings make no sense.
    """
    settings.check()
    # Nothing of the environment decides where tokens go, and no cookie is kept (S25).
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session:
        carrying = carrying or Carrying()
        try:
            yield SlackApp(settings, session, words, time, carrying)
        finally:
            await carrying.close()


def _installations(settings: SlackSettings, slack: Slack, time: TimeSource) -> Installations:
    if settings.store is not None:
        return StoredInstallations(slack, settings.store, time)
    return OneInstallation(slack, settings.bot_token, time)


async def _begin(installations: Installations) -> None:
    """Find out now, not at the first event, whether our token is good; if Slack is away, that will be seen later."""
    if isinstance(installations, OneInstallation):
        try:
            here = await installations.begin()
        except TryAgainLater as later:
            log.warning("slack_not_reached", because=str(later))
        else:
            log.info("slack_known", team=here.team, user=here.user)


async def _until(stop: asyncio.Event, beside: Sequence[asyncio.Task[None]]) -> None:
    """Return when *stop* is set, and end what runs beside; what ends by itself says why."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, *beside}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        for task in beside:
            task.cancel()
        ended = await asyncio.gather(*beside, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
