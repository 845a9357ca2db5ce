"""
The Web API: from a request to a method and its answer, with tokens, scopes, limits and faults in between.

The methods themselves are in `tests.slack.methods`, and announce themselves here.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack.asked import Asked, Refusal
from tests.slack.backstage import Backstage
from tests.slack.misfortunes import with_fault
from tests.slack.rates import Tier
from tests.slack.records import App, Json, Standing


@dataclass(kw_only=True, eq=False)
class Call:
    """
    One call as it came and as it ended.

    Attributes:
        args: Without the token; blocks and the like as they are, no longer as text.
        team_id: Of the token.
        host: What it was addressed to.
        answer: None if it was never carried out, or has not been yet.
    """

    method: str
    args: Json
    token: str = field(repr=False)
    team_id: str
    app_id: str
    host: str
    at: float
    answer: Json | None = None
    status: int = 200

    @property
    def ok(self) -> bool:
        return self.answer is not None and bool(self.answer.get("ok"))

    @property
    def error(self) -> str:
        return str((self.answer or {}).get("error", ""))

    @property
    def channel(self) -> str:
        return str(self.args.get("channel") or self.args.get("channel_id") or "")


Method = Callable[[Asked], Json]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    Attributes:
        scopes: One of them is needed.
        token: ``bot``, ``app`` for app-level tokens, or "" for none at all.
    """

    run: Method
    scopes: Sequence[str]
    tier: Tier
    token: str


METHODS: dict[str, Entry] = {}


def method(name: str, *scopes: str, tier: Tier = Tier.T3, token: str = "bot") -> Callable[[Method], Method]:
    """Announce a function as the Web API method *name*."""

    def announce(run: Method) -> Method:
        METHODS[name] = Entry(run=run, scopes=scopes, tier=tier, token=token)
        return run

    return announce


class WebApi:
    """
    Attributes:
        calls: Everything that was asked, in the order of coming.
    """

    def __init__(self, stage: Backstage) -> None:
        self._stage = stage
        self.calls: list[Call] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            args, token = await _arguments(request)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_json"})
        installation = self._stage.world.by_token.get(token)
        app = installation.app if installation else self._app_of(token)
        call = Call(
            method=name,
            args=args,
            token=token,
            team_id=installation.team.id if installation else "",
            app_id=app.id if app else "",
            host=request.host,
            at=self._stage.world.clock.now_s(),
        )
        self.calls.append(call)
        self._stage.moved.ring()
        asked = Asked(
            stage=self._stage, method=name, args=args, installation=installation, app=app, base=_base(request)
        )
        fault = self._stage.faults.of_call(name, call.channel)

        def answer() -> web.Response:
            try:
                return self._answer(call, asked)
            finally:
                self._stage.moved.ring()

        return await with_fault(request, fault, answer, self._stage.closing)

    def _app_of(self, token: str) -> App | None:
        return next((app for app in self._stage.world.apps.values() if token and app.app_token == token), None)

    def _answer(self, call: Call, asked: Asked) -> web.Response:
        entry = METHODS.get(call.method)
        if entry is None:
            call.answer = {"ok": False, "error": "unknown_method", "req_method": call.method}
            return web.json_response(call.answer)
        wait_s = self._stage.rates.wait_s(call.method, entry.tier, call.token, call.channel)
        if wait_s:
            call.answer, call.status = {"ok": False, "error": "ratelimited"}, 429
            return web.json_response(call.answer, status=429, headers={"Retry-After": str(wait_s)})
        try:
            _let_in(entry, call, asked)
            call.answer = {"ok": True, **entry.run(asked)}
        except Refusal as refusal:
            call.answer = {"ok": False, "error": refusal.error, **refusal.more}
        return web.json_response(call.answer, headers=_scopes(asked))


def _let_in(entry: Entry, call: Call, asked: Asked) -> None:
    if not entry.token:
        return
    if not call.token:
        raise Refusal("not_authed")
    if entry.token == "app":
        if asked.app is None:
            raise Refusal("invalid_auth")
        if asked.installation is not None:
            raise Refusal("not_allowed_token_type")
        return
    if asked.installation is None:
        raise Refusal("not_allowed_token_type" if asked.app else "invalid_auth")
    if asked.by.standing is not Standing.ACTIVE:
        raise Refusal(asked.by.standing.value)
    if entry.scopes and not asked.by.scopes.intersection(entry.scopes):
        raise Refusal("missing_scope", needed=entry.scopes[0], provided=",".join(sorted(asked.by.scopes)))


async def _arguments(request: web.Request) -> tuple[Json, str]:
    """Return the arguments and the token, wherever the SDK put them: query, form or JSON body, header."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        args |= json.loads(body) if body else {}
    elif request.method == "POST":
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    token = str(args.pop("token", ""))
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ").strip()
    elif header.startswith("Basic "):
        # aiohttp's own decoder is on its way out, and says so.
        login, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        args |= {"client_id": login, "client_secret": password}
    for name in ("blocks", "attachments", "metadata", "view", "files"):
        if isinstance(args.get(name), str):
            args[name] = _opened(args[name])
    return args, token


def _opened(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        # The method says what is wrong with it.
        return value


def _scopes(asked: Asked) -> Mapping[str, str]:
    return {"X-OAuth-Scopes": ",".join(sorted(asked.installation.scopes))} if asked.installation else {}


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"
