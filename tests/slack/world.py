"""The teams, people and conversations of a fake Slack, and who of them can see what; nothing here talks to anybody."""

import hashlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.slack.clock import Clock
from tests.slack.records import App, Channel, File, Installation, Json, Kind, Message, Standing, Team, User, View

SLACKBOT = "USLACKBOT"


class World:
    """
    Attributes:
        homes: The Home tab of an app as a person has it.
        modals: The modals in front of a person, the one on top last.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.teams: dict[str, Team] = {}
        self.users: dict[tuple[str, str], User] = {}
        self.apps: dict[str, App] = {}
        self.channels: dict[str, Channel] = {}
        self.former_ids: dict[str, str] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.modals: defaultdict[User, list[View]] = defaultdict(list)
        self.homes: dict[tuple[User, str], View] = {}
        self.by_token: dict[str, Installation] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):010d}"

    def secret(self, prefix: str) -> str:
        """Return a token-like word that nobody else has."""
        number = next(self._numbers)
        return f"{prefix}{number}-{hashlib.sha256(f'{prefix}{number}'.encode()).hexdigest()[:24]}"

    # ---- making -------------------------------------------------------------------------------------------------

    def add_team(self, domain: str, name: str = "") -> Team:
        team = Team(id=self.new_id("T"), domain=domain, name=name or domain.capitalize())
        self.teams[team.id] = team
        return team

    def add_user(self, team: Team, name: str, *, user_id: str = "", **more: str | bool) -> User:
        """An id of another team's user may be given again: only team and id together tell people apart."""
        handle = more.pop("handle", "") or _handle(name)
        user = User(id=user_id or self.new_id("U"), team=team, name=name, handle=str(handle))
        for attribute, value in more.items():
            setattr(user, attribute, value)
        self.users[(team.id, user.id)] = user
        return user

    def install(self, app: App, team: Team, scopes: Iterable[str] | None = None) -> Installation:
        """Install *app*, or install it again: the bot user stays, the token is a new one."""
        before = app.installations.get(team.id)
        bot = before.bot if before else self._bot(app, team)
        installation = Installation(
            app=app, team=team, bot=bot, token=self.secret("xoxb-"), scopes=frozenset(scopes or app.scopes)
        )
        if before is not None:
            before.standing = Standing.REVOKED
        bot.deleted = False
        app.installations[team.id] = self.by_token[installation.token] = installation
        return installation

    def _bot(self, app: App, team: Team) -> User:
        return self.add_user(team, app.name, bot_id=self.new_id("B"), app_id=app.id)

    def add_channel(
        self,
        team: Team,
        name: str,
        kind: Kind,
        *,
        members: Iterable[User] = (),
        creator: User | None = None,
        shared_with: Iterable[Team] = (),
        channel_id: str = "",
    ) -> Channel:
        prefix = {Kind.IM: "D", Kind.MPIM: "G"}.get(kind, "C")
        channel = Channel(
            id=channel_id or self.new_id(prefix),
            name=name,
            kind=kind,
            team=team,
            creator=creator,
            created=int(self.clock.now_s()),
            members=list(dict.fromkeys(members)),
            shared_with=list(shared_with),
        )
        self.channels[channel.id] = channel
        return channel

    def direct(self, team: Team, members: Sequence[User]) -> Channel:
        """Return the conversation of exactly these people, which is made if they have had none."""
        wanted = set(members)
        for channel in self.channels.values():
            if channel.is_direct and set(channel.members) == wanted:
                return channel
        kind = Kind.IM if len(wanted) <= 2 else Kind.MPIM
        name = "" if kind is Kind.IM else f"mpdm-{'--'.join(member.handle for member in members)}-1"
        others = dict.fromkeys(member.team for member in members if member.team is not team)
        return self.add_channel(team, name, kind, members=members, creator=members[0], shared_with=others)

    def change_id(self, channel: Channel, new_id: str) -> str:
        """Give *channel* another id, as Slack may when a private channel begins to be shared; return the old one."""
        old = channel.id
        channel.id = new_id
        self.channels[new_id] = self.channels.pop(old)
        self.former_ids[old] = new_id
        return old

    # ---- finding ------------------------------------------------------------------------------------------------

    def user(self, user_id: str, *, seen_from: Team) -> User | None:
        """Return who bears that id: in the team that asks, else in one that shares a channel with it."""
        own = self.users.get((seen_from.id, user_id))
        if own is not None:
            return own
        others = [user for (_, each), user in self.users.items() if each == user_id]
        met = [user for user in others if self.have_met(user, seen_from)]
        return met[0] if met else None

    def anybody(self, user_id: str) -> User | None:
        return next((user for (_, each), user in self.users.items() if each == user_id), None)

    def have_met(self, user: User, team: Team) -> bool:
        """Whether *team* knows *user*: its own, or in a channel that is shared with it."""
        return user.team is team or any(
            user in channel.members and team in channel.teams for channel in self.channels.values()
        )

    def member(self, channel: Channel, user_id: str) -> User | None:
        return next((user for user in channel.members if user.id == user_id), None)

    def name_of(self, mention: str) -> str:
        """Return what a client shows for an id in a message: somebody's name, or that of a channel."""
        user = self.anybody(mention)
        if user is not None:
            return f"@{user.name}"
        channel = self.channels.get(mention)
        return f"#{channel.name}" if channel else f"@{mention}"

    def conversation(self, channel_id: str) -> Channel | None:
        return self.channels.get(channel_id)

    def can_see(self, user: User, channel: Channel) -> bool:
        """Whether *user* could open *channel*: members, and for a public one everybody of its teams but guests."""
        if user in channel.members:
            return True
        return channel.kind is Kind.PUBLIC and user.team in channel.teams and not user.is_restricted

    # ---- changing -----------------------------------------------------------------------------------------------

    def post(self, channel: Channel, author: User, text: str, **more: object) -> Message:
        message = Message(channel=channel, ts=channel.next_ts(self.clock.now_s()), author=author, text=text)
        for attribute, value in more.items():
            setattr(message, attribute, value)
        message.blocks = numbered(message.blocks)
        if message.only_for is not None:
            channel.ephemerals.append(message)
        else:
            channel.messages[message.ts] = message
        return message

    def delete(self, message: Message) -> bool:
        """Take *message* away; return whether a tombstone stays because others replied to it."""
        channel = message.channel
        if message.only_for is not None:
            if message in channel.ephemerals:
                channel.ephemerals.remove(message)
            return False
        if channel.replies(message.ts):
            message.gone, message.subtype = True, "tombstone"
            message.text, message.blocks, message.files = "This message was deleted.", [], []
            message.attachments, message.reactions, message.metadata = [], {}, None
            return True
        channel.messages.pop(message.ts, None)
        return False

    def topmost(self, user: User, app: App) -> View | None:
        mine = [view for view in self.modals[user] if view.app is app]
        return mine[-1] if mine else None


def numbered(blocks: Sequence[Json]) -> list[Json]:
    """Return *blocks* with an id and their elements with action ids where the app gave none, as Slack fills them in."""
    return [_numbered(block, number) for number, block in enumerate(blocks)]


def _numbered(block: Json, number: int) -> Json:
    named = {**block, "block_id": block.get("block_id") or f"b{number:03d}"}
    for key in ("accessory", "element"):
        if isinstance(named.get(key), dict):
            named[key] = _actionable(named[key], f"{named['block_id']}-a")
    if named.get("type") in ("actions", "context_actions"):
        named["elements"] = [
            _actionable(element, f"{named['block_id']}-{place}")
            for place, element in enumerate(named.get("elements", []))
        ]
    return named


def _actionable(element: Json, name: str) -> Json:
    return element if element.get("type") == "image" else {"action_id": name, **element}


def _handle(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "someone"
