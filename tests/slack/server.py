"""
The listening side: three sites on loopback, as Slack has several hosts.

`slack.com` (API, websockets, installation, response URLs), `files.slack.com` (uploads and downloads), and `elsewhere`,
which is nobody Slack knows: whatever a token does there, it should not be there.
"""

import importlib
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.servers import a_site
from tests.slack import responses
from tests.slack.api import WebApi
from tests.slack.asked import Refusal
from tests.slack.backstage import RESPONSE_LIFE_S, RESPONSE_USES, Backstage
from tests.slack.clock import elapsed_s
from tests.slack.misfortunes import with_fault
from tests.slack.records import Json, Standing
from tests.slack.socket_mode import SocketMode

# The methods announce themselves to the API when they are imported.
for name in ("access", "chat", "conversations", "files", "people", "reactions", "views"):
    importlib.import_module(f"tests.slack.methods.{name}")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request, as far as it tells where a token went."""

    site: str
    method: str
    path: str
    authorization: str = field(repr=False)


class Server:
    """
    Attributes:
        visits: Every request to any of the sites.
        elsewhere: The URL of the site that is not Slack's.
    """

    def __init__(self, stage: Backstage, sockets: SocketMode) -> None:
        self._stage = stage
        self._sockets = sockets
        self._sites = AsyncExitStack()
        self.api = WebApi(stage)
        self.visits: list[Visit] = []
        self.url = ""
        self.elsewhere = ""

    async def start(self) -> None:
        self.url = await self._site(
            "slack.com",
            [
                web.route("*", "/api/{method}", self.api.serve),
                web.get("/link/", self._sockets.serve),
                web.post("/actions/{team}/{id}", self._respond),
                web.get("/oauth/v2/authorize", self._authorize),
                web.post("/oauth/v2/authorize", self._decide),
            ],
        )
        files = [
            web.post("/upload/v1/{secret}", self._upload),
            web.get("/files-pri/{id}/{name:.*}", self._download),
        ]
        self._stage.files_url = await self._site("files.slack.com", files)
        self.elsewhere = await self._site("elsewhere", [web.route("*", "/{path:.*}", _gift)])
        self._stage.hooks_url = self.url
        self._stage.sockets_url = self.url.replace("http", "ws", 1)

    async def stop(self) -> None:
        self._stage.closing.set()
        await self._sites.aclose()

    async def _site(self, name: str, routes: list[web.RouteDef]) -> str:
        @web.middleware
        async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
            authorization = request.headers.get("Authorization", "")
            visit = Visit(site=name, method=request.method, path=request.path, authorization=authorization)
            self.visits.append(visit)
            try:
                return await handler(request)
            finally:
                self._stage.moved.ring()

        application = web.Application(middlewares=[noted], client_max_size=64 * 1024 * 1024)
        application.add_routes(routes)
        return await self._sites.enter_async_context(a_site(application, shutdown_timeout=1.0))

    # ---- response URLs ------------------------------------------------------------------------------------------

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        permit = self._stage.response_urls.get(request.match_info["id"])
        if permit is None:
            return web.json_response({"ok": False, "error": "invalid_url"}, status=404)
        body: Json = await request.json()
        fault = self._stage.faults.of_call("response_url", permit.channel.id)

        def answer() -> web.StreamResponse:
            if elapsed_s() - permit.made_at > RESPONSE_LIFE_S:
                return web.json_response({"ok": False, "error": "expired_url"}, status=404)
            permit.uses += 1
            if permit.uses > RESPONSE_USES:
                return web.json_response({"ok": False, "error": "used_url"}, status=404)
            try:
                responses.respond(self._stage, permit.app, permit.user, permit.channel, body, original=permit.message)
            except Refusal as refusal:
                return web.json_response({"ok": False, "error": refusal.error}, status=500)
            return web.Response(text="ok")

        return await with_fault(request, fault, answer, self._stage.closing)

    # ---- installation -------------------------------------------------------------------------------------------

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        """Show what an app asks for; whoever is asked answers with a form."""
        wanted = request.query
        app = next((each for each in self._stage.world.apps.values() if each.client_id == wanted["client_id"]), None)
        if app is None:
            return web.Response(status=400, text="invalid_client_id")
        asks = escape(f"{app.name} asks for {wanted.get('scope', '')}")
        return web.Response(text=f"<html><body>{asks}</body></html>", content_type="text/html")

    async def _decide(self, request: web.Request) -> web.StreamResponse:
        """Send whoever decided back to the app, with a code or with their refusal."""
        form, wanted, world = await request.post(), request.query, self._stage.world
        app = next(each for each in world.apps.values() if each.client_id == wanted["client_id"])
        redirect, back = wanted.get("redirect_uri", ""), {"state": wanted.get("state", "")}
        if form.get("decision") == "allow":
            back["code"] = world.secret("code-")
            user = world.users[(str(form["team"]), str(form["user"]))]
            scopes = frozenset(filter(None, wanted.get("scope", "").split(",")))
            grant = {"app": app, "user": user, "scopes": scopes, "redirect_uri": redirect}
            self._stage.codes[back["code"]] = grant
        else:
            back["error"] = "access_denied"
        raise web.HTTPFound(f"{redirect or app.redirect_url}?{urlencode(back)}")

    # ---- files --------------------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        upload = self._stage.uploads.get(request.match_info["secret"])
        if upload is None:
            return web.Response(status=404, text="not found")
        content = await _sent(request)
        fault = self._stage.faults.of_call("upload")

        def answer() -> web.StreamResponse:
            if len(content) != upload.length:
                return web.Response(status=400, text="length does not match")
            upload.file.content, upload.came = content, True
            return web.Response(text=f"OK - {len(content)}")

        return await with_fault(request, fault, answer, self._stage.closing)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Without a good token Slack sends to the page where people sign in, with a status of success in the end."""
        fault = self._stage.faults.of_call("download")

        def answer() -> web.StreamResponse:
            file = self._stage.world.files.get(request.match_info["id"].rpartition("-")[2])
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            installation = self._stage.world.by_token.get(token)
            if installation is None or installation.standing is not Standing.ACTIVE:
                page = "<html><body>Sign in to Slack</body></html>"
                return web.Response(text=page, content_type="text/html")
            if file is None or file.deleted:
                return web.Response(status=404, text="not found")
            return web.Response(body=file.content, content_type=file.mimetype)

        return await with_fault(request, fault, answer, self._stage.closing)


async def _sent(request: web.Request) -> bytes:
    """Return the content of an upload, sent bare or as a form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


async def _gift(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"a gift", content_type="text/plain")
