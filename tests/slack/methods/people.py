"""`users.*`, `team.*` and `bots.*`: who is who."""

from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.methods.conversations import kinds
from tests.slack.methods.paging import page
from tests.slack.payloads import channel_json, user_json
from tests.slack.rates import Tier
from tests.slack.records import Json, User


@method("users.info", "users:read", tier=Tier.T4)
def info(asked: Asked) -> Json:
    return {"user": _user(asked, asked.user())}


@method("users.list", "users:read", tier=Tier.T2)
def list_all(asked: Asked) -> Json:
    """The team's own, and those of others that it shares a channel with."""
    world = asked.stage.world
    found = [_user(asked, user) for user in world.users.values() if world.have_met(user, asked.team)]
    body = page(asked, "members", found, usual=1000)
    return {**body, "cache_ts": int(world.clock.now_s())}


@method("users.lookupByEmail", "users:read.email", tier=Tier.T3)
def lookup_by_email(asked: Asked) -> Json:
    wanted = asked.text("email").casefold()
    for user in asked.stage.world.users.values():
        if wanted and user.team is asked.team and user.email.casefold() == wanted and not user.deleted:
            return {"user": _user(asked, user)}
    raise Refusal("users_not_found")


@method("users.conversations", "channels:read", "groups:read", "im:read", "mpim:read", tier=Tier.T3)
def conversations(asked: Asked) -> Json:
    """Those where the bot is, or where the bot is together with whoever is named."""
    wanted, who = kinds(asked), asked.user() if asked.text("user") else asked.bot
    found = [
        channel_json(channel, asked_by=asked.bot)
        for channel in asked.stage.world.channels.values()
        if channel.kind in wanted
        and who in channel.members
        and asked.stage.world.can_see(asked.bot, channel)
        and not (channel.archived and asked.flag("exclude_archived"))
    ]
    return page(asked, "channels", found)


@method("team.info", "team:read", tier=Tier.T3)
def team_info(asked: Asked) -> Json:
    """Of another team only if a channel is shared with it."""
    team = asked.stage.world.teams.get(asked.text("team") or asked.team.id)
    known = team is asked.team or any(
        team in channel.teams and asked.team in channel.teams for channel in asked.stage.world.channels.values()
    )
    if team is None or not known:
        raise Refusal("team_not_found")
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"https://{team.domain}.slack.com/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", "users:read", tier=Tier.T3)
def bots_info(asked: Asked) -> Json:
    wanted = asked.text("bot")
    for user in asked.stage.world.users.values():
        if user.is_bot and user.bot_id == wanted:
            return {
                "bot": {
                    "id": user.bot_id,
                    "deleted": user.deleted,
                    "name": user.name,
                    "updated": 0,
                    "app_id": user.app_id,
                    "user_id": user.id,
                    "icons": {},
                }
            }
    raise Refusal("bot_not_found")


def _user(asked: Asked, user: User) -> Json:
    email = "users:read.email" in asked.by.scopes
    return user_json(user, seen_from=asked.team, email=email, locale=asked.flag("include_locale"))
