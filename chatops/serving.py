"""The desk of `chatops run`: which parts there are, wired to the platforms that the settings name."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from adapters.matrix.app import connect as connect_matrix
from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.fields import Senders as MatrixSenders
from adapters.matrix.listeners import Manners
from adapters.slack.app import SlackSettings
from adapters.slack.app import connect as connect_slack
from adapters.slack.fields import Senders as SlackSenders
from adapters.slack.oauth import InstallationStore, installation_store
from chatops.application.carrying import Carrying
from chatops.application.command_bus import CommandBus
from chatops.application.commands import ReportPlatformLost
from chatops.application.handlers.heartbeat import begin_to_beat
from chatops.application.passing import Passing
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.bootstrap import RunningDesk, SystemTime, open_desk, passing_for, policy_engine
from chatops.catalogues import load_words
from chatops.config import Settings
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import ChatOpsError, SettingsInvalid
from chatops.domain.vocabulary import Platform, Role
from storage.engine import connect
from storage.transaction import translated

log = structlog.get_logger()


class Part(StrEnum):
    """`WEB` is Slack, over HTTP or sockets."""

    WEB = "web"
    MATRIX = "matrix"
    WORKER = "worker"


class PlatformApp(Protocol):
    """One platform's connection: what it sends with, and what listens there."""

    @property
    def messenger(self) -> Messenger: ...

    async def run(
        self,
        bus: CommandBus,
        stop: asyncio.Event,
        *,
        directory: Callable[[], Awaitable[WhoIsWho]],
        time: TimeSource,
        passing: Passing,
    ) -> None: ...


async def serve(settings: Settings, only: frozenset[Part]) -> None:
    """
    Run the parts until the process is told to stop (SIGINT, SIGTERM).

    Args:
        only: These parts; empty for all that the settings speak of.

    Raises:
        SettingsInvalid: There is nobody to speak to, or a part that nothing is set for.
        ChatOpsError: What ended the engine, or the last platform that was left; the rest is stopped with it.
    """
    parts = _parts(settings, only)
    words, passing, time = load_words(), passing_for(settings.crash_at), SystemTime()
    async with AsyncExitStack() as stack:
        platforms = await stack.enter_async_context(_platforms(settings, words, time))
        desk = await stack.enter_async_context(
            open_desk(
                database=settings.database.get_secret_value(),
                policies=policy_engine(settings.policies, settings.rules_engine),
                words=words,
                messengers=[platform.messenger for platform in platforms.values()],
                time=time,
                passing=passing,
                lease=timedelta(seconds=settings.lease_s),
            )
        )
        if Part.WORKER in parts:
            async with desk.storage.begin() as uow:
                await begin_to_beat(uow, time.now())
                await uow.commit()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        log.info("desk_started", parts=sorted(parts), edition=desk.policies.edition)
        listening = [platform for part, platform in platforms.items() if part in parts]
        await _together(desk, listening, stop, passing, works=Part.WORKER in parts)
        log.info("desk_stopped")


def _parts(settings: Settings, only: frozenset[Part]) -> frozenset[Part]:
    """
    Raises:
        SettingsInvalid: As `serve`.
    """
    spoken = {Part.MATRIX: settings.speaks_matrix, Part.WEB: settings.speaks_slack}
    if not any(spoken.values()):
        raise SettingsInvalid(
            "The desk has nobody to speak to. For Slack, set CHATOPS_SLACK_TOKEN and what docs/slack.md names beside "
            "it; for Matrix, CHATOPS_MATRIX_HOMESERVER, CHATOPS_MATRIX_USER and CHATOPS_MATRIX_TOKEN (docs/matrix.md). "
            "Or try it in the terminal: chatops console --demo"
        )
    possible = frozenset({Part.WORKER, *(part for part, speaks in spoken.items() if speaks)})
    if unset := only - possible:
        raise SettingsInvalid(f"Nothing is set for: {', '.join(sorted(unset))}. Leave it out of --only, or set it up.")
    parts = only or possible
    if settings.matrix_encryption and not {Part.MATRIX, Part.WORKER} <= parts:
        raise SettingsInvalid(
            "With CHATOPS_MATRIX_ENCRYPTION one process has to read and to write, because the keys of its device "
            "cannot be shared. Run it without --only."
        )
    return parts


@asynccontextmanager
async def _platforms(settings: Settings, words: Words, time: TimeSource) -> AsyncIterator[dict[Part, PlatformApp]]:
    """Connect every platform that the settings speak of; each brings the others' files to its own people."""
    carrying = Carrying()
    platforms: dict[Part, PlatformApp] = {}
    async with AsyncExitStack() as stack:
        if settings.speaks_matrix:
            matrix = await stack.enter_async_context(
                connect_matrix(
                    homeserver=settings.matrix_homeserver or "",
                    user_id=settings.matrix_user or "",
                    access_token=settings.matrix_token.get_secret_value() if settings.matrix_token else "",
                    device_id=settings.matrix_device,
                    words=words,
                    manners=Manners(
                        ignored=MatrixSenders(settings.matrix_ignore),
                        guests=MatrixSenders(settings.matrix_invites_from),
                    ),
                    encryption=_encryption(settings),
                    carrying=carrying,
                )
            )
            platforms[Part.MATRIX] = matrix
        if settings.speaks_slack:
            slack_settings = await stack.enter_async_context(_slack_settings(settings))
            slack = await stack.enter_async_context(
                connect_slack(slack_settings, words=words, time=time, carrying=carrying)
            )
            platforms[Part.WEB] = slack
        yield platforms


def _encryption(settings: Settings) -> Encryption | None:
    if not settings.matrix_encryption or settings.matrix_store is None or settings.matrix_store_key is None:
        return None
    password = settings.matrix_password
    return Encryption(
        folder=settings.matrix_store,
        secret=settings.matrix_store_key.get_secret_value(),
        unverified=settings.matrix_unverified_devices,
        password=password.get_secret_value() if password is not None else None,
    )


@asynccontextmanager
async def _slack_settings(settings: Settings) -> AsyncIterator[SlackSettings]:
    def secret(name: str) -> str:
        value = getattr(settings, name)
        return value.get_secret_value() if value is not None else ""

    host, port = settings.slack_listen or ("", None)
    async with _installation_store(settings) as store:
        yield SlackSettings(
            bot_token=secret("slack_token"),
            signing_secret=secret("slack_signing_secret"),
            app_token=secret("slack_app_token"),
            host=host,
            port=port,
            store=store,
            client_id=settings.slack_client_id or "",
            client_secret=secret("slack_client_secret"),
            api_url=settings.slack_api,
            ticket_emoji=settings.slack_ticket_emoji,
            ignored=SlackSenders(settings.slack_ignore),
            reads_per_minute=settings.slack_reads_per_minute,
        )


@asynccontextmanager
async def _installation_store(settings: Settings) -> AsyncIterator[InstallationStore | None]:
    """Keep the workspaces that install the app in the desk's database."""
    if settings.slack_client_id is None:
        yield None
        return
    engine = connect(settings.database.get_secret_value())
    try:
        with translated():
            store = await installation_store(engine, settings.slack_client_id)
        yield store
    finally:
        await engine.dispose()


async def _together(
    desk: RunningDesk,
    platforms: Sequence[PlatformApp],
    stop: asyncio.Event,
    passing: Passing,
    *,
    works: bool,
) -> None:
    """
    Run until *stop*. A platform that shuts us out leaves the others to their people.

    Raises:
        ChatOpsError: What ended the engine, or the last platform that was left; the rest is stopped with it.
    """
    lost: list[ChatOpsError] = []

    async def directory() -> WhoIsWho:
        async with desk.storage.begin() as uow:
            return await uow.directory.everything()

    async def hear(platform: PlatformApp) -> None:
        try:
            await platform.run(desk.bus, stop, directory=directory, time=desk.time, passing=passing)
        except ChatOpsError as error:
            lost.append(error)
            if len(lost) == len(platforms):
                raise
            await _report_lost(platform.messenger.platform, error, desk)

    try:
        async with asyncio.TaskGroup() as group:
            if works:
                group.create_task(desk.relay.run(stop))
                group.create_task(desk.timers.run(stop))
            for platform in platforms:
                group.create_task(hear(platform))
            group.create_task(stop.wait())
    except* ChatOpsError as errors:
        raise errors.exceptions[0] from None


async def _report_lost(platform: Platform, error: ChatOpsError, desk: RunningDesk) -> None:
    log.error("platform_lost", platform=platform, because=str(error))
    at, name = desk.time.now(), f"{platform}-lost"
    command = ReportPlatformLost(by=None, role=Role.DESK, at=at, platform=platform, because=str(error))
    await desk.bus.run(command, key=f"{name}:{at.isoformat()}", correlation_id=name)
