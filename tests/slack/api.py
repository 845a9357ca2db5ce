"""
The Web API: from a request to a method and its answer, with tokens, scopes, limits and faults in between.

The methods themselves are in `tests.slack.methods`, and announce themselves here.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack.backstage import Backstage
from tests.slack.faults import ApiFault
from tests.slack.rates import Tier
from tests.slack.records import App, Channel, Installation, Json, Kind, Message, Standing, Team, User


class Refusal(Exception):
    """What is answered with ``ok: false``; *more* stands beside the error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


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


@dataclass(kw_only=True, eq=False)
class Asked:
    """What a method is asked: its arguments, by whom. Everything it needs of the world is behind `stage`."""

    stage: Backstage
    method: str
    args: Json
    installation: Installation | None
    app: App | None
    base: str

    @property
    def by(self) -> Installation:
        if self.installation is None:
            raise Refusal("not_allowed_token_type")
        return self.installation

    @property
    def bot(self) -> User:
        return self.by.bot

    @property
    def team(self) -> Team:
        return self.by.team

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def json(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """Return an argument that the SDK may send as JSON or as text that holds JSON; None if it is not there."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def names(self, name: str) -> list[str]:
        value = self.args.get(name)
        parts = value if isinstance(value, list) else self.text(name).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    # ---- what several methods look for ----

    def channel(self, name: str = "channel", *, member: bool = False) -> Channel:
        """
        Return the conversation that is meant, which the bot may see.

        Args:
            member: Whether the bot has to be in it.

        Raises:
            Refusal: `channel_not_found`, or `not_in_channel`.
        """
        found = self.stage.world.conversation(self.text(name))
        if found is None or not self.stage.world.can_see(self.bot, found):
            raise Refusal("channel_not_found")
        if member and self.bot not in found.members:
            raise Refusal("not_in_channel")
        return found

    def message(self, channel: Channel, name: str = "ts") -> Message:
        found = channel.messages.get(self.text(name))
        if found is None or found.gone:
            raise Refusal("message_not_found")
        return found

    def user(self, name: str = "user") -> User:
        return self.person(self.text(name))

    def person(self, user_id: str) -> User:
        found = self.stage.world.user(user_id, seen_from=self.team)
        if found is None:
            raise Refusal("user_not_visible" if self.stage.world.anybody(user_id) else "user_not_found")
        return found

    def needs(self, scope: str) -> None:
        """
        Raises:
            Refusal: `missing_scope`.
        """
        if scope not in self.by.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.by.scopes)))

    def needs_for(self, channel: Channel, right: str) -> None:
        """Ask for the scope of this sort of conversation, such as ``groups:history``."""
        family = {Kind.PUBLIC: "channels", Kind.PRIVATE: "groups", Kind.IM: "im", Kind.MPIM: "mpim"}
        self.needs(f"{family[channel.kind]}:{right}")


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
        args, token = await _arguments(request)
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


async def with_fault(
    request: web.Request, fault: ApiFault | None, answer: Callable[[], web.StreamResponse], closing: asyncio.Event
) -> web.StreamResponse:
    """Answer *request*, or do to it what the script says."""
    if fault is None:
        return answer()
    if fault.held_before is not None:
        await _unless(closing, fault.held_before.passed())
    await _unless(closing, asyncio.sleep(fault.before_s))
    given = answer() if fault.executed else web.json_response({"ok": True})
    await _unless(closing, asyncio.sleep(fault.after_s))
    if fault.held_after is not None:
        await _unless(closing, fault.held_after.passed())
    if fault.dropped and request.transport is not None:
        request.transport.abort()
        return given
    if fault.endless:
        return await _never_end(request, closing)
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error})
    if fault.status is not None:
        return web.Response(status=fault.status, headers=dict(fault.headers), text=fault.body)
    return given


async def _unless(closing: asyncio.Event, wait: Any) -> None:
    """Wait for *wait*, but no longer than the server lives."""
    ways = [asyncio.ensure_future(wait), asyncio.ensure_future(closing.wait())]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _never_end(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while not closing.is_set():
            await response.write(b" " * 256)
            await asyncio.sleep(0.02)
    except ConnectionError:
        # Whoever asked has had enough of it.
        return response
    return response


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
