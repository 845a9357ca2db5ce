"""`auth.*`, `api.*`, `apps.*` and `oauth.*`: who may ask, and how an app comes to its tokens."""

from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.rates import Tier
from tests.slack.records import Json, Standing

CONNECTIONS = 10
"""An app may hold so many websockets (facts/reliability F27)."""


@method("api.test", tier=Tier.NONE, token="")
def api_test(asked: Asked) -> Json:
    if error := asked.text("error"):
        raise Refusal(error, args=asked.args)
    return {"args": asked.args}


@method("auth.test", tier=Tier.NONE)
def auth_test(asked: Asked) -> Json:
    return {
        "url": f"https://{asked.team.domain}.slack.com/",
        "team": asked.team.name,
        "user": asked.bot.handle,
        "team_id": asked.team.id,
        "user_id": asked.bot.id,
        "bot_id": asked.bot.bot_id,
        "app_id": asked.by.app.id,
        "is_enterprise_install": False,
    }


@method("auth.revoke", tier=Tier.T3)
def auth_revoke(asked: Asked) -> Json:
    if not asked.flag("test"):
        asked.by.standing = Standing.REVOKED
    return {"revoked": not asked.flag("test")}


@method("apps.connections.open", tier=Tier.T1, token="app")
def connections_open(asked: Asked) -> Json:
    if asked.app is None or not asked.app.socket_mode:
        raise Refusal("forbidden_team")
    ticket = asked.stage.world.secret("")[-24:]
    asked.stage.tickets[ticket] = asked.app
    return {"url": f"{asked.stage.sockets_url}/link/?ticket={ticket}&app_id={asked.app.id}"}


@method("oauth.v2.access", tier=Tier.NONE, token="")
def oauth_access(asked: Asked) -> Json:
    """Exchange a code, which serves once, for the token of a new installation."""
    world = asked.stage.world
    app = next((each for each in world.apps.values() if each.client_id == asked.text("client_id")), None)
    if app is None:
        raise Refusal("invalid_client_id")
    if asked.text("client_secret") != app.client_secret:
        raise Refusal("bad_client_secret")
    grant = asked.stage.codes.pop(asked.text("code"), None)
    if grant is None or grant["app"] is not app:
        raise Refusal("invalid_code")
    if asked.text("redirect_uri") != grant["redirect_uri"]:
        raise Refusal("bad_redirect_uri")
    installation = world.install(app, grant["user"].team, grant["scopes"])
    return {
        "app_id": app.id,
        "authed_user": {"id": grant["user"].id},
        "scope": ",".join(sorted(installation.scopes)),
        "token_type": "bot",
        "access_token": installation.token,
        "bot_user_id": installation.bot.id,
        "team": {"id": installation.team.id, "name": installation.team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
