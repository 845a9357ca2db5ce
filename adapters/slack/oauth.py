"""
How other workspaces install the app: Slack's OAuth pages, with a state that no store has to keep.

The state says when it was made and that we made it; the browser's cookie, which Bolt compares, says for whom. So any
process may finish what another one began.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import scopes
from adapters.slack.web_server import INSTALL, REDIRECT
from chatops.application.ports.time_source import TimeSource

InstallationStore = AsyncInstallationStore

VALID_FOR = timedelta(minutes=10)


class SignedStates(AsyncOAuthStateStore):
    """
    Args:
        nonce: Returns what nobody can guess, each time another.
    """

    def __init__(self, secret: str, time: TimeSource, nonce: Callable[[], str]) -> None:
        self._secret = secret.encode()
        self._time = time
        self._nonce = nonce
        self._used: dict[str, float] = {}

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        made = f"{int(self._time.now().timestamp())}.{self._nonce()}"
        return f"{made}.{self._signed(made)}"

    async def async_consume(self, state: str) -> bool:
        """Return whether we made *state* lately, and nobody has used it here."""
        made, _, signature = state.rpartition(".")
        at, now_s = made.partition(".")[0], self._time.now().timestamp()
        if not hmac.compare_digest(self._signed(made).encode(), signature.encode("utf-8", "replace")):
            return False
        if not at.isdigit() or not 0 <= now_s - int(at) <= VALID_FOR.total_seconds():
            return False
        self._used = {used: until for used, until in self._used.items() if now_s < until}
        if state in self._used:
            return False
        self._used[state] = int(at) + VALID_FOR.total_seconds()
        return True

    def _signed(self, made: str) -> str:
        return hmac.new(self._secret, b"oauth:" + made.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def oauth_flow(
    *,
    client_id: str,
    client_secret: str,
    store: AsyncInstallationStore,
    states: SignedStates,
    client: AsyncWebClient,
    installed: Callable[[str], None],
) -> AsyncOAuthFlow:
    """
    Args:
        installed: Called with a workspace that has installed the app, perhaps once more.
    """

    async def success(args: AsyncSuccessArgs) -> BoltResponse:
        installed(args.installation.team_id or "")
        return await args.default.success(args)

    async def failure(args: AsyncFailureArgs) -> BoltResponse:
        return await args.default.failure(args)

    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=list(scopes()),
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        installation_store=store,
        state_store=states,
        callback_options=AsyncCallbackOptions(success=success, failure=failure),
    )
    return AsyncOAuthFlow(client=client, settings=settings)


async def installation_store(engine: Any, client_id: str) -> InstallationStore:
    """
    Return where the workspaces are kept that install the app, in tables of the SDK's own, made where there are none.

    Args:
        engine: SQLAlchemy's, of the desk's database; its errors are its own.
    """
    store = AsyncSQLAlchemyInstallationStore(client_id=client_id, engine=engine)
    await store.create_tables()  # type: ignore[no-untyped-call]
    return store


async def token_in(engine: Any, client_id: str, team: str) -> str:
    """
    Return the token of the app in *team*, empty where it is not installed; nothing is made where nothing is.

    Args:
        engine: As above; tables that are not there are an error of its own.
    """
    store = AsyncSQLAlchemyInstallationStore(client_id=client_id, engine=engine)
    bot = await store.async_find_bot(enterprise_id=None, team_id=team, is_enterprise_install=False)
    return bot.bot_token if bot is not None else ""
