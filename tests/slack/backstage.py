"""What the methods of the API and the people's clients work with: the world, and everything that goes in and out."""

import asyncio
import mimetypes
from dataclasses import dataclass, field

from tests.slack.clock import elapsed_s
from tests.slack.deliveries import Delivery, Postman
from tests.slack.faults import Faults
from tests.slack.limits import Violation
from tests.slack.news import Newsroom, mentions
from tests.slack.payloads import message_json
from tests.slack.rates import Rates
from tests.slack.records import SPOKEN, App, Channel, File, Json, Kind, Message, User, View
from tests.slack.world import World

TRIGGER_LIFE_S = 3.0
"""Facts §5: a trigger id opens a view within about three seconds, once."""

RESPONSE_LIFE_S = 30 * 60.0
RESPONSE_USES = 5
"""Facts §5: a response URL serves five times within half an hour."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """
    What somebody's phone shows of a message.

    Attributes:
        text: The top-level text: what stands in blocks only is not seen here.
        reason: ``mention``, ``direct message`` or ``channel``.
    """

    channel: Channel
    ts: str
    text: str
    reason: str


@dataclass(kw_only=True, eq=False)
class Trigger:
    """
    Attributes:
        view: What was open when it was made; a push needs one.
    """

    id: str
    user: User
    app: App
    made_at: float
    view: View | None = None
    used: bool = False


@dataclass(kw_only=True, eq=False)
class ResponseUrl:
    """Where an app may answer an interaction later: `message` is what its button stood on."""

    id: str
    user: User
    app: App
    channel: Channel
    made_at: float
    message: Message | None = None
    uses: int = 0


@dataclass(kw_only=True, eq=False)
class Upload:
    """A file on its way: asked for, then sent, then completed."""

    file: File
    length: int
    came: bool = False


class Bell:
    """Tells whoever waits that something has moved."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def heard(self) -> None:
        await self._rung.wait()


@dataclass(kw_only=True, eq=False)
class Backstage:
    """
    Attributes:
        violations: Everything that broke a limit, with the method that sent it.
        notified: What phones showed, by person.
        moved: Rings when a request comes, when it has been carried out, and when it is answered.
        closing: Set when the server is about to go.
        hooks_url: Where response URLs point; `files_url` is where files are.
    """

    world: World
    postman: Postman
    news: Newsroom
    faults: Faults
    rates: Rates
    violations: list[tuple[str, Violation]] = field(default_factory=list)
    notified: dict[User, list[Notification]] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    trigger_life_s: float = TRIGGER_LIFE_S
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    codes: dict[str, Json] = field(default_factory=dict)
    sockets_url: str = ""
    hooks_url: str = ""
    files_url: str = ""
    tickets: dict[str, App] = field(default_factory=dict)
    moved: Bell = field(default_factory=Bell)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    # ---- what apps and people do alike --------------------------------------------------------------------------

    def post(self, channel: Channel, author: User, text: str, **more: object) -> tuple[Message, list[Delivery]]:
        """Put a message before everybody who may see it, and tell phones and apps."""
        message = self.world.post(channel, author, text, **more)
        if message.only_for is not None:
            return message, []
        self._notify(message)
        return message, self.news.said(message)

    def edit(self, message: Message, by: User, *, shown: bool = True, **changes: object) -> list[Delivery]:
        """
        Nobody's phone shows an edit, so nobody new can be called by one.

        Args:
            shown: Whether clients put "edited" beside it.
        """
        before = message_json(message)
        for attribute, value in changes.items():
            setattr(message, attribute, value)
        if message.only_for is not None:
            return []
        message.edit_shown |= shown
        message.edited_at, message.edited_by = message.channel.next_ts(self.world.clock.now_s()), by
        return self.news.changed(message, before, by=by.team)

    def delete(self, message: Message, by: User) -> list[Delivery]:
        """A message with replies stays as a tombstone, which is told as a change."""
        before = message_json(message)
        if message.only_for is not None:
            self.world.delete(message)
            return []
        if self.world.delete(message):
            return self.news.changed(message, before, by=by.team)
        return self.news.deleted(message, before, by=by.team)

    def react(self, message: Message, name: str, by: User) -> list[Delivery] | None:
        """Return None if *by* has reacted so already."""
        users = message.reactions.setdefault(name, [])
        if by in users:
            return None
        users.append(by)
        return self.news.reacted(message, name, by, added=True)

    def unreact(self, message: Message, name: str, by: User) -> list[Delivery] | None:
        """Return None if there is no such reaction of theirs."""
        users = message.reactions.get(name, [])
        if by not in users:
            return None
        users.remove(by)
        if not users:
            del message.reactions[name]
        return self.news.reacted(message, name, by, added=False)

    def join(self, channel: Channel, who: User, *, inviter: User | None = None) -> list[Delivery]:
        if who in channel.members:
            return []
        channel.members.append(who)
        if channel.is_direct:
            return []
        told = self.news.joined(channel, who, inviter=inviter)
        return told + self._remark(channel, who, "channel_join", "has joined the channel")

    def leave(self, channel: Channel, who: User) -> list[Delivery]:
        """An app whose bot leaves is told of it as well."""
        channel.members.remove(who)
        apps = self.world.apps.values()
        gone = [each for app in apps for each in app.active if each.bot is who]
        return self.news.left(channel, who, also=gone) + self._remark(channel, who, "channel_leave", "has left")

    def rename(self, channel: Channel, by: User, name: str) -> list[Delivery]:
        channel.previous_names.append(channel.name)
        channel.name = name
        return self.news.renamed(channel, by) + self._remark(channel, by, "channel_name", f"renamed it to {name}")

    def archive(self, channel: Channel, by: User, *, again: bool = False) -> list[Delivery]:
        """
        Args:
            again: It is taken out of the archive.
        """
        subtype = "channel_unarchive" if again else "channel_archive"
        channel.archived = not again
        told = self.news.archived(channel, by, again=again)
        return told + self._remark(channel, by, subtype, "un-archived the channel" if again else "archived the channel")

    def _remark(self, channel: Channel, about: User, subtype: str, words: str) -> list[Delivery]:
        """Slack itself says in the channel what has become of it."""
        return self.post(channel, about, f"{about.mention} {words}", subtype=subtype)[1]

    def _notify(self, message: Message) -> None:
        for user in message.channel.members:
            if user is message.author or user.is_bot or message.subtype not in SPOKEN:
                continue
            if reason := _reason(message, user):
                shown = Notification(channel=message.channel, ts=message.ts, text=message.text, reason=reason)
                self.notified.setdefault(user, []).append(shown)

    def new_file(self, owner: User, name: str, content: bytes = b"") -> File:
        """Make a file that nobody sees yet."""
        return File(
            id=self.world.new_id("F"),
            name=name,
            title=name,
            mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
            content=content,
            owner=owner,
            created=int(self.world.clock.now_s()),
            url=self.files_url,
        )

    # ---- short-lived permits ------------------------------------------------------------------------------------

    def trigger(self, user: User, app: App, *, view: View | None = None) -> Trigger:
        number = self.world.new_id("")
        trigger = Trigger(
            id=f"{int(number)}.{user.team.id[1:]}.{self.world.secret('')[-20:]}",
            user=user,
            app=app,
            made_at=elapsed_s(),
            view=view,
        )
        self.triggers[trigger.id] = trigger
        return trigger

    def response_url(self, user: User, app: App, channel: Channel, message: Message | None = None) -> str:
        permit = ResponseUrl(
            id=self.world.secret("")[-24:], user=user, app=app, channel=channel, made_at=elapsed_s(), message=message
        )
        self.response_urls[permit.id] = permit
        return f"{self.hooks_url}/actions/{user.team.id}/{permit.id}"


def _reason(message: Message, user: User) -> str:
    if mentions(message, user):
        return "mention"
    if message.channel.kind is Kind.IM:
        return "direct message"
    loud = ("<!channel>", "<!here>", "<!everyone>")
    return "channel" if any(word in message.text for word in loud) else ""
