"""Deliveries over HTTP: signed requests to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.slack.clock import elapsed_s, wall_s
from tests.slack.deliveries import Attempt, Delivery, Envelope

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
REDIRECTS = 2
"""Slack follows two, then gives up (`too_many_redirects`)."""


class HttpCarrier:
    """
    Satisfies `Carrier`.

    Attributes:
        signature_age_s: How old the timestamp in the signature is.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.signature_age_s = 0.0

    async def bring(self, delivery: Delivery, *, retry: int, reason: str, deadline_s: float) -> Attempt:
        body, kind = encoded(delivery)
        headers = self._headers(delivery, body, kind)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        began = elapsed_s()
        attempt = await self._post(delivery.app.request_url, body, headers, deadline_s)
        return Attempt(retry=retry, seconds=elapsed_s() - began, **attempt)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            # The connections say so to their sockets in the next round of the loop.
            await asyncio.sleep(0)

    def _headers(self, delivery: Delivery, body: bytes, kind: str) -> dict[str, str]:
        stamp = str(int(wall_s() - self.signature_age_s))
        return {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "*/*",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(delivery.app.signing_secret, stamp, body),
        }

    async def _post(self, url: str, body: bytes, headers: dict[str, str], deadline_s: float) -> dict[str, Any]:
        if self._session is None:
            # Each delivery by a connection of its own, as from Slack's many machines.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
        try:
            async with (
                asyncio.timeout(deadline_s),
                self._session.post(url, data=body, headers=headers, max_redirects=REDIRECTS) as answer,
            ):
                text = await answer.text()
                came = {name.lower(): value for name, value in answer.headers.items()}
                failure = "" if 200 <= answer.status < 300 else "http_error"
                return {"status": answer.status, "body": text, "headers": came, "failure": failure}
        except TimeoutError:
            return {"status": None, "failure": "http_timeout"}
        except aiohttp.TooManyRedirects:
            return {"status": None, "failure": "too_many_redirects"}
        except aiohttp.ClientSSLError:
            return {"status": None, "failure": "ssl_error"}
        except aiohttp.ClientConnectionError:
            return {"status": None, "failure": "connection_failed"}
        except aiohttp.ClientError:
            return {"status": None, "failure": "unknown_error"}


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """Return the body of the request and its content type (facts §2, request forms)."""
    match delivery.envelope:
        case Envelope.COMMAND:
            return urlencode(delivery.payload).encode(), FORM
        case Envelope.INTERACTION:
            return urlencode({"payload": json.dumps(delivery.payload)}).encode(), FORM
        case _:
            return json.dumps(delivery.payload).encode(), JSON


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return Slack's signature of a request, version 0."""
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={mac.hexdigest()}"
