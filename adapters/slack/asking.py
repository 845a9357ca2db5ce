"""
Asking Slack with a token of its own, before it is known whose that is; everything else is asked through `web`.

The SDK's own retries are off: who asks knows better what it can wait for.
"""

import asyncio
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.fields import Payload, mapping, text
from chatops.domain.errors import RateLimited, TryAgainLater, Undeliverable

PATIENCE_S = 10.0

_AWAY = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
_TOKEN = frozenset({"account_inactive", "invalid_auth", "not_authed", "org_login_required", "token_expired"}) | {
    "token_revoked"
}


class Refused(Undeliverable):
    """
    Slack understood, and will not.

    Attributes:
        code: Slack's word for why, such as ``channel_not_found``.
    """

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code


class TokenRefused(TryAgainLater):
    """Our token is not valid any more: revoked, expired, or the app was uninstalled (F29)."""


class Slack:
    """
    Args:
        client: Without a token: each call names its own.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def ask(self, method: str, token: str, *, within_s: float = PATIENCE_S, **arguments: object) -> Payload:
        """
        Return what a method that only reads answers.

        Raises:
            RateLimited, TokenRefused, TryAgainLater: Not now.
            Refused: It will be no other the next time.
        """
        params = {name: _plain(value) for name, value in arguments.items() if value is not None}
        return await self._call(method, within_s, http_verb="GET", params=params | {"token": token})

    async def tell(self, method: str, token: str, *, within_s: float = PATIENCE_S, **arguments: object) -> Payload:
        """Like `ask`, for methods that are given JSON, such as a view to open."""
        return await self._call(method, within_s, json=dict(arguments) | {"token": token})

    async def _call(self, method: str, within_s: float, **request: object) -> Payload:
        try:
            async with asyncio.timeout(within_s):
                answer = await self._client.api_call(method, **request)  # type: ignore[arg-type]
        except SlackApiError as exc:
            raise _error(method, exc) from exc
        except (SlackClientError, aiohttp.ClientError, OSError, ValueError) as exc:
            # A time-out is an `OSError`; a body that is no JSON is a `ValueError`.
            raise TryAgainLater(f"{method}: {type(exc).__name__}") from exc
        return mapping(answer.data)


def _plain(value: object) -> object:
    """Return a value as Slack reads it in a query string."""
    return str(value).lower() if isinstance(value, bool) else value


def _error(method: str, exc: SlackApiError) -> TryAgainLater | Refused:
    response = exc.response
    status = getattr(response, "status_code", 0)
    data = mapping(getattr(response, "data", response))
    code = text(data.get("error"))
    if status == 429 or code == "ratelimited":
        return RateLimited(f"{method}: ratelimited", after=_retry_after(getattr(response, "headers", {})))
    if code in _TOKEN:
        return TokenRefused(f"{method}: {code}")
    if status >= 500 or code in _AWAY or not code:
        return TryAgainLater(f"{method}: {code or status}")
    return Refused(method, code)


def _retry_after(headers: object) -> timedelta | None:
    """Return how long to wait, where Slack says it in whole seconds; None for anything else."""
    named = {str(name).lower(): value for name, value in dict(headers).items()} if isinstance(headers, dict) else {}
    value = named.get("retry-after", "")
    said = str(value[0] if isinstance(value, list) and value else value)
    return timedelta(seconds=min(int(said), 86_400)) if said.isascii() and said.isdigit() and len(said) < 10 else None
