"""Every workspace of Slack's that the desk acts in: what is asked there, and what is made of it, in order."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.slack.addresses import parts
from adapters.slack.checkup import (
    AccountState,
    Checkup,
    Listening,
    NoAnswer,
    PersonState,
    Refused,
    RoomState,
)
from adapters.slack.oauth import token_in
from chatops.application.ports.time_source import TimeSource
from chatops.config import Settings
from chatops.doctor import slack, slack_directory
from chatops.doctor.findings import Finding, warning
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.vocabulary import Platform
from storage.engine import connect
from storage.transaction import translated

_READS_A_MINUTE = 10
"""Below this, what may be read is left to the desk."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Each answer, or why there is none; None where it was no use to ask."""

    account: AccountState | NoAnswer | Refused
    rooms: tuple[RoomState, ...] | NoAnswer | Refused | None = None
    people: tuple[PersonState, ...] | NoAnswer | Refused | None = None


@dataclass(frozen=True, kw_only=True)
class SlackState:
    """
    Attributes:
        workspaces: Those for which there is a token.
        socket: Why there is no socket to be had; None where there is one, or none is wanted.
        listening: What answers where the desk is to be called; None where it is not to be.
    """

    workspaces: Sequence[Workspace] = ()
    socket: NoAnswer | Refused | None = None
    listening: Listening | None = None
    who: WhoIsWho = field(default_factory=WhoIsWho)


# ---- asking ----------------------------------------------------------------------------------------------------------


async def ask(settings: Settings, who: WhoIsWho | None, time: TimeSource) -> SlackState | None:
    """
    Return how the desk stands with Slack; None for a desk that does not speak to it.

    Args:
        who: Whose rooms and people are asked after; None where that is not known.
    """
    if not settings.speaks_slack:
        return None
    known = who or WhoIsWho()
    tokens = await _tokens(settings, _teams(known), kept=who is not None)
    socket, listening, workspaces = await asyncio.gather(
        _socket(settings, time),
        _listening(settings, time),
        asyncio.gather(*(_workspace(settings, token, known, time) for token in tokens)),
    )
    return SlackState(workspaces=workspaces, socket=socket, listening=listening, who=known)


async def _tokens(settings: Settings, teams: Iterable[str], *, kept: bool) -> Sequence[str]:
    """Return the one of the settings, or those that the desk's database keeps for *teams*."""
    if settings.slack_token is not None:
        return [settings.slack_token.get_secret_value()]
    if settings.slack_client_id is None or not kept:
        return []
    engine = connect(settings.database.get_secret_value())
    try:
        with translated():
            found = [await token_in(engine, settings.slack_client_id, team) for team in teams]
    except (StorageError, ConflictError):
        # No desk has made the tables yet; or what is to be said of the database is said already.
        return []
    finally:
        await engine.dispose()
    return [token for token in found if token]


async def _workspace(settings: Settings, token: str, who: WhoIsWho, time: TimeSource) -> Workspace:
    async with Checkup(token=token, time=time, api=settings.slack_api) as checkup:
        try:
            account = await checkup.account()
        except (NoAnswer, Refused) as refusal:
            return Workspace(account=refusal)
        channels = [channel for team, channel in _rooms(who) if team == account.team]
        rooms: tuple[RoomState, ...] | NoAnswer | Refused
        people: tuple[PersonState, ...] | NoAnswer | Refused
        try:
            rooms = await checkup.rooms(channels, read=settings.slack_reads_per_minute >= _READS_A_MINUTE)
        except (NoAnswer, Refused) as refusal:
            rooms = refusal
        try:
            people = await checkup.people(user for _, user in _people(who))
        except (NoAnswer, Refused) as refusal:
            people = refusal
        return Workspace(account=account, rooms=rooms, people=people)


async def _socket(settings: Settings, time: TimeSource) -> NoAnswer | Refused | None:
    if settings.slack_app_token is None:
        return None
    async with Checkup(token="", time=time, api=settings.slack_api) as checkup:
        try:
            await checkup.opens_a_socket(settings.slack_app_token.get_secret_value())
        except (NoAnswer, Refused) as refusal:
            return refusal
    return None


async def _listening(settings: Settings, time: TimeSource) -> Listening | None:
    if settings.slack_listen is None or settings.slack_signing_secret is None:
        return None
    async with Checkup(token="", time=time, api=settings.slack_api) as checkup:
        host, port = settings.slack_listen
        return await checkup.listening(host, port, settings.slack_signing_secret.get_secret_value())


def _rooms(who: WhoIsWho) -> list[tuple[str, str]]:
    return _on_slack(place for room in who.rooms for place in room.places)


def _people(who: WhoIsWho) -> list[tuple[str, str]]:
    return _on_slack(identity for person in who.people for identity in person.identities)


def _on_slack(addresses: Iterable[Address]) -> list[tuple[str, str]]:
    return [parts(address) for address in addresses if address.platform is Platform.SLACK]


def _teams(who: WhoIsWho) -> Iterable[str]:
    return dict.fromkeys(team for team, _ in _rooms(who))


# ---- judging ---------------------------------------------------------------------------------------------------------


def of_the_app(settings: Settings, state: SlackState | None) -> Iterator[Finding]:
    if state is None:
        return
    yield from slack.tokens(settings)
    for workspace in state.workspaces:
        if isinstance(workspace.account, AccountState):
            yield from slack.account(settings, workspace.account)
        else:
            yield from slack.no_account(workspace.account)
    if not state.workspaces:
        yield warning(
            "slack",
            "no workspace is known that has installed the app and has a room in the directory",
            "open …/slack/install of the running desk in a browser, and bind a room (docs/slack.md, “Many workspaces”)",
        )
    if settings.slack_app_token is not None:
        yield from slack.socket(state.socket)
    if state.listening is not None:
        yield from slack.listening(settings, state.listening)
    yield from slack.reads(settings, state.who)


def of_the_directory(state: SlackState | None) -> Iterator[Finding]:
    if state is None:
        return
    accounts = _accounts(state)
    if accounts and len(accounts) == len(state.workspaces):
        yield from slack_directory.abroad(state.who, frozenset(accounts))
    for account, workspace in accounts.values():
        if isinstance(workspace.rooms, tuple):
            yield from slack_directory.rooms(state.who, account, workspace.rooms)
        elif workspace.rooms is not None:
            yield from slack_directory.no_rooms(workspace.rooms)
    yield from _of_people(state, accounts)


def _accounts(state: SlackState) -> Mapping[str, tuple[AccountState, Workspace]]:
    """Return those that answered, by workspace."""
    return {
        workspace.account.team: (workspace.account, workspace)
        for workspace in state.workspaces
        if isinstance(workspace.account, AccountState)
    }


def _of_people(state: SlackState, accounts: Mapping[str, tuple[AccountState, Workspace]]) -> Iterator[Finding]:
    """Somebody is judged by their own workspace where the app is installed there, else by the first."""
    home = {user: team for team, user in _people(state.who)}
    believed: list[PersonState] = []
    for number, (team, (_, workspace)) in enumerate(accounts.items()):
        if isinstance(workspace.people, tuple):
            believed += [
                person
                for person in workspace.people
                if home.get(person.user) == team or (number == 0 and home.get(person.user) not in accounts)
            ]
        elif workspace.people is not None:
            yield from slack_directory.no_people(workspace.people)
    yield from slack_directory.people(state.who, believed)
