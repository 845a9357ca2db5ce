"""Everything that is asked, side by side and each bounded in time; who judges the answers stands beside this."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.matrix.checkup import AccountState, Checkup, NoAnswer, Refused, RoomState, ServerState
from chatops.application.ports.time_source import TimeSource
from chatops.bootstrap import policies_in
from chatops.config import Settings, read_settings
from chatops.doctor import database, directory, installation, matrix, workspaces
from chatops.doctor.findings import Finding
from chatops.domain.errors import ConflictError, PolicyInvalid, SettingsInvalid, StorageError
from chatops.domain.vocabulary import Platform
from rules.model import PolicySet
from storage.checkup import Contents, DatabaseState, Schema, look_at, look_into

DATABASE_WITHIN_S = 20.0


@dataclass(frozen=True, kw_only=True)
class _Database:
    state: DatabaseState | StorageError | ConflictError
    contents: Contents | None = None
    """None where there is nothing to look into: no schema, or not that of this release."""


@dataclass(frozen=True, kw_only=True)
class _Homeserver:
    """Each answer, or why there is none; None where it was no use to ask."""

    state: ServerState | NoAnswer
    well_known: str | None = None
    account: AccountState | NoAnswer | Refused | None = None
    rooms: tuple[RoomState, ...] | NoAnswer | Refused = ()


async def examine(*, time: TimeSource, admin_token: str | None = None) -> tuple[Finding, ...]:
    """
    Look at everything that the settings name; what cannot be asked is a finding, never an error.

    Args:
        admin_token: Of an administrator of the homeserver, to see whether the rate limit is lifted.
    """
    try:
        settings = read_settings()
    except SettingsInvalid as invalid:
        return tuple(installation.unreadable_settings(invalid))
    policy = _policies(settings)
    edition = policy.edition if isinstance(policy, PolicySet) else ""
    kept, server = await asyncio.gather(
        _ask_database(settings, edition, time), _ask_homeserver(settings, time, admin_token)
    )
    slack = await workspaces.ask(settings, kept.contents.who if kept.contents is not None else None, time)
    return (
        *installation.settings_found(settings),
        *installation.python(settings),
        *installation.encryption(settings),
        *installation.policies(policy, settings),
        *_of_database(kept, policy, time),
        *_of_homeserver(settings, server),
        *workspaces.of_the_app(settings, slack),
        *_of_directory(settings, kept, server),
        *workspaces.of_the_directory(slack),
    )


# ---- asking ----------------------------------------------------------------------------------------------------------


def _policies(settings: Settings) -> PolicySet | PolicyInvalid:
    try:
        return policies_in(settings.policies)
    except PolicyInvalid as invalid:
        return invalid


async def _ask_database(settings: Settings, edition: str, time: TimeSource) -> _Database:
    url, now = settings.database.get_secret_value(), time.now()
    try:
        async with asyncio.timeout(DATABASE_WITHIN_S):
            state = await look_at(url, time=time)
            if state.schema is not Schema.CURRENT:
                return _Database(state=state)
            contents = await look_into(
                url, edition=edition, owed_before=now - database.LATE_AFTER, given_up_after=now - database.RECENT
            )
    except TimeoutError:
        return _Database(state=StorageError(f"no answer within {DATABASE_WITHIN_S:g} s"))
    except (StorageError, ConflictError) as error:
        return _Database(state=error)
    return _Database(state=state, contents=contents)


async def _ask_homeserver(settings: Settings, time: TimeSource, admin_token: str | None) -> _Homeserver | None:
    if settings.matrix_homeserver is None or settings.matrix_token is None:
        return None
    token = settings.matrix_token.get_secret_value()
    async with Checkup(url=settings.matrix_homeserver, access_token=token, time=time) as checkup:
        try:
            state = await checkup.server()
        except NoAnswer as why:
            return _Homeserver(state=why, well_known=await checkup.well_known())
        try:
            account = await checkup.account(admin_token=admin_token)
        except (NoAnswer, Refused) as refusal:
            return _Homeserver(state=state, account=refusal)
        try:
            rooms: tuple[RoomState, ...] | NoAnswer | Refused = await checkup.rooms(account.user_id)
        except (NoAnswer, Refused) as refusal:
            rooms = refusal
        return _Homeserver(state=state, account=account, rooms=rooms)


# ---- judging ---------------------------------------------------------------------------------------------------------


def _of_database(kept: _Database, policy: PolicySet | PolicyInvalid, time: TimeSource) -> Iterator[Finding]:
    if not isinstance(kept.state, DatabaseState):
        yield from database.away(kept.state)
        return
    yield from database.kept(kept.state)
    if kept.contents is not None:
        if isinstance(policy, PolicySet):
            yield from database.admitted(kept.contents, policy)
        yield from database.owed(kept.contents, time.now())
        yield from database.timers(kept.contents, time.now())


def _of_homeserver(settings: Settings, asked: _Homeserver | None) -> Iterator[Finding]:
    if asked is None:
        return
    if isinstance(asked.state, NoAnswer):
        yield from matrix.no_server(settings, asked.state, asked.well_known)
        return
    yield from matrix.server(settings, asked.state)
    if isinstance(asked.account, AccountState):
        yield from matrix.account(settings, asked.account, asked.state.software)
    elif asked.account is not None:
        yield from matrix.no_account(asked.account)


def _of_directory(settings: Settings, kept: _Database, asked: _Homeserver | None) -> Iterator[Finding]:
    spoken = {Platform.MATRIX: settings.speaks_matrix, Platform.SLACK: settings.speaks_slack}
    platforms = [platform for platform, speaks in spoken.items() if speaks]
    if kept.contents is None or not platforms:
        return
    yield from directory.known(kept.contents.who, platforms)
    if asked is None:
        return
    if isinstance(asked.rooms, tuple):
        if isinstance(asked.account, AccountState):
            yield from matrix.rooms(
                settings, kept.contents.who, asked.rooms, reads_encrypted=settings.matrix_encryption
            )
    else:
        yield from matrix.no_rooms(asked.rooms)
