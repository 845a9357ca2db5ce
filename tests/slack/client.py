"""
What a person does at their Slack client, and what they see there.

Everything is awaited until the apps have taken what came of it, or will not take it any more. What a client does not
let a person do (`SlackSays`) is an error of the test, unless that is what it is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.slack import forms, interactions, responses
from tests.slack.backstage import Backstage, Notification
from tests.slack.composer import composed
from tests.slack.deliveries import Delivery, Envelope
from tests.slack.installing import Landing, install
from tests.slack.records import App, Channel, File, Installation, Message, Team, User, View
from tests.slack.shown import Screen, Shown, screen_of, view_lines


class SlackSays(Exception):
    """Slack's client says this in the place of doing what it was asked to do."""


class Said(str):
    """
    The ts of what somebody said; it knows its message and how the apps took it.

    A ts says nothing without its channel: two channels may have the same.
    """

    message: Message
    answers: Sequence[Delivery]

    def __new__(cls, message: Message, answers: Sequence[Delivery]) -> "Said":
        said = super().__new__(cls, message.ts)
        said.message, said.answers = message, answers
        return said


Spot = Said | Message | Shown
"""What a person points at: what they said, a message, or one as they see it."""


def message_at(spot: Spot) -> Message:
    return spot if isinstance(spot, Message) else spot.message


@dataclass(kw_only=True, eq=False)
class Person:
    """
    Somebody of one team, at their client.

    Attributes:
        notified: What their phone showed.
    """

    user: User
    stage: Backstage = field(repr=False)

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def team(self) -> Team:
        return self.user.team

    @property
    def mention(self) -> str:
        return self.user.mention

    def __str__(self) -> str:
        return self.user.mention

    @property
    def notified(self) -> list[Notification]:
        return self.stage.notified.setdefault(self.user, [])

    # ---- what they see ------------------------------------------------------------------------------------------

    def sees(self, channel: Channel) -> Screen:
        """Return what the client shows of *channel* now; of one they are not in they see nothing (`SlackSays`)."""
        if not self.stage.world.can_see(self.user, channel):
            raise SlackSays(f"{self.name} sees no channel {channel.name or channel.id}")
        return screen_of(self.stage, self.user, channel)

    @property
    def modals(self) -> Sequence[View]:
        """The views that are open, the one on top last."""
        return self.stage.world.modals[self.user]

    @property
    def modal(self) -> View:
        """The view on top (`SlackSays` if none is open)."""
        if not self.modals:
            raise SlackSays(f"{self.name} has no modal open")
        return self.modals[-1]

    @property
    def modal_lines(self) -> list[str]:
        return view_lines(self.stage, self.modal)

    def home(self, app: App) -> View | None:
        return self.stage.world.homes.get((self.user, app.id))

    def home_lines(self, app: App) -> list[str]:
        home = self.home(app)
        return view_lines(self.stage, home) if home else []

    def direct_with(self, *others: "Person | App") -> Channel:
        """Return the conversation with an app or with people, which is opened if need be."""
        users = [other.user if isinstance(other, Person) else self._installation(other).bot for other in others]
        return self.stage.world.direct(self.team, [self.user, *users])

    # ---- messages -----------------------------------------------------------------------------------------------

    async def says(
        self,
        channel: Channel,
        text: str,
        *,
        thread: Spot | str | None = None,
        files: Mapping[str, bytes] | None = None,
        broadcast: bool = False,
    ) -> Said:
        """
        Say *text*, as it is typed: `@Full Name` becomes a mention, as does an f-string's `{person}` or `{app}`.

        Args:
            thread: Any message of the thread.
            files: Names and contents.
            broadcast: "Also send to channel".
        """
        self._must_be_in(channel)
        if channel.archived:
            raise SlackSays("this channel is archived")
        words, blocks = composed(text, channel.members)
        more: dict[str, Any] = {"blocks": blocks, "client_msg_id": f"{self.stage.world.secret('')[-24:]}"}
        if thread is not None:
            more["thread_ts"] = self._root(channel, thread)
            if broadcast:
                more["subtype"] = "thread_broadcast"
        if files:
            more["files"] = [self._file(name, content) for name, content in files.items()]
        message, told = self.stage.post(channel, self.user, words, **more)
        return Said(message, await _ended(told))

    async def edits(self, spot: Spot, text: str) -> Sequence[Delivery]:
        message = message_at(spot)
        if message.author is not self.user or message.gone:
            raise SlackSays("only your own messages can be edited")
        words, blocks = composed(text, message.channel.members)
        return await _ended(self.stage.edit(message, self.user, text=words, blocks=blocks))

    async def deletes(self, spot: Spot) -> Sequence[Delivery]:
        message = message_at(spot)
        if message.author is not self.user or message.gone:
            raise SlackSays("only your own messages can be deleted")
        return await _ended(self.stage.delete(message, self.user))

    async def reacts(self, spot: Spot, name: str) -> Sequence[Delivery]:
        message = self._seen(spot)
        told = self.stage.react(message, name.strip(":"), self.user)
        if told is None:
            raise SlackSays(f"{self.name} has reacted with {name} already")
        return await _ended(told)

    async def unreacts(self, spot: Spot, name: str) -> Sequence[Delivery]:
        told = self.stage.unreact(self._seen(spot), name.strip(":"), self.user)
        if told is None:
            raise SlackSays(f"{self.name} has not reacted with {name}")
        return await _ended(told)

    # ---- conversations ------------------------------------------------------------------------------------------

    async def joins(self, channel: Channel) -> Sequence[Delivery]:
        if not self.stage.world.can_see(self.user, channel):
            raise SlackSays("there is no such channel for them")
        return await _ended(self.stage.join(channel, self.user))

    async def leaves(self, channel: Channel) -> Sequence[Delivery]:
        self._must_be_in(channel)
        return await _ended(self.stage.leave(channel, self.user))

    async def invites(self, whom: "Person | App", channel: Channel) -> Sequence[Delivery]:
        self._must_be_in(channel)
        user = whom.user if isinstance(whom, Person) else self._installation(whom, channel).bot
        return await _ended(self.stage.join(channel, user, inviter=self.user))

    async def removes(self, whom: "Person | App", channel: Channel) -> Sequence[Delivery]:
        self._must_be_in(channel)
        user = whom.user if isinstance(whom, Person) else self._installation(whom, channel).bot
        return await _ended(self.stage.leave(channel, user))

    async def renames(self, channel: Channel, name: str) -> Sequence[Delivery]:
        self._must_be_in(channel)
        return await _ended(self.stage.rename(channel, self.user, name))

    async def archives(self, channel: Channel) -> Sequence[Delivery]:
        return await _ended(self.stage.archive(channel, self.user))

    async def unarchives(self, channel: Channel) -> Sequence[Delivery]:
        return await _ended(self.stage.archive(channel, self.user, again=True))

    # ---- what apps offer ----------------------------------------------------------------------------------------

    async def types(self, channel: Channel, line: str, *, thread: Spot | None = None) -> Delivery:
        """
        Type a slash command; what the app answers at once is shown to them.

        Raises:
            SlackSays: In a thread, of another team, or not a command that an app registered (facts §4 and §5).
        """
        self._must_be_in(channel)
        command, _, text = line.partition(" ")
        app = next((each for each in self._apps() if command in each.commands), None)
        if app is None:
            raise SlackSays(f"{command} is not a valid command")
        if thread is not None:
            raise SlackSays(f"{command} is not supported in threads. Sorry!")
        payload, trigger = interactions.command(self.stage, app, self.user, channel, command, text.strip())
        return await self._interacts(app, Envelope.COMMAND, "slash_commands", payload, trigger, channel)

    async def presses(self, label: str, spot: Spot | View, *, chooses: str = "") -> Delivery:
        """
        Press a button, by what stands on it or by its action id.

        Args:
            chooses: In a menu: the option by what stands on it, or what a picker is set to.
        """
        source = spot if isinstance(spot, View) else self._seen(spot)
        app = source.app
        found = forms.find(source.blocks, label)
        if app is None or found is None:
            raise SlackSays(f"{self.name} sees no “{label}” there")
        payload, trigger = interactions.block_actions(self.stage, app, self.user, source, *found, chooses=chooses)
        channel = source.channel if isinstance(source, Message) else None
        return await self._interacts(app, Envelope.INTERACTION, "block_actions", payload, trigger, channel)

    async def uses_shortcut(self, callback_id: str, spot: Spot | None = None) -> Delivery:
        """
        Use a shortcut on a message, or a global one.

        Raises:
            SlackSays: There is none such for them: those of another team have none (facts §4).
        """
        kind = "global" if spot is None else "message"
        app = next((each for each in self._apps() if each.shortcuts.get(callback_id) == kind), None)
        if app is None:
            raise SlackSays(f"{self.name} has no {kind} shortcut {callback_id}")
        message = None if spot is None else self._seen(spot)
        if message is not None and (message.only_for or message.gone):
            raise SlackSays("this message has no shortcuts")
        payload, trigger = interactions.shortcut(self.stage, app, self.user, callback_id, message)
        channel = message.channel if message else None
        return await self._interacts(app, Envelope.INTERACTION, payload["type"], payload, trigger, channel)

    async def installs(self, page: str, *, allows: bool = True) -> Landing:
        """Begin at an app's own page to install it in this person's team, and allow it, or not."""
        return await install(self.user, page, allows=allows)

    async def opens_home(self, app: App, *, tab: str = "home") -> Sequence[Delivery]:
        return await _ended(self.stage.news.home_opened(self._installation(app), self.user, tab, self.home(app)))

    # ---- modals -------------------------------------------------------------------------------------------------

    def fills(self, view: View, answers: Mapping[str, Any]) -> None:
        """
        Fill in fields of a modal, each by its label, block id or action id.

        What is chosen in a menu is named by what stands on it; people and channels by themselves or their ids.
        """
        for name, answer in answers.items():
            if not forms.fill(view, name, answer):
                raise SlackSays(f"{self.name} sees no field “{name}” in {view_lines(self.stage, view)}")

    async def submits(self, view: View) -> Delivery:
        """
        Send a modal off; what the app answers happens to it: it closes, shows mistakes, or becomes another.

        Raises:
            SlackSays: It is not the one on top, or a field that must be filled in is empty.
        """
        if view not in self.modals[-1:]:
            raise SlackSays("this modal is not open")
        if empty := forms.missing(view):
            raise SlackSays(f"please complete these required fields: {', '.join(empty)}")
        payload, trigger = interactions.submission(self.stage, view)
        delivery = await self._interacts(view.app, Envelope.INTERACTION, "view_submission", payload, trigger, None)
        responses.submitted(self.stage, view, delivery)
        return delivery

    async def closes(self, view: View, *, all_of_them: bool = False) -> Delivery | None:
        """Close a modal; the app hears of it only if it asked to (`notify_on_close`)."""
        closed = responses.close(self.stage, view, all_of_them=all_of_them)
        if not view.body.get("notify_on_close"):
            return None
        payload = interactions.closed(self.stage, view, is_cleared=all_of_them and len(closed) > 1)
        return await self._interacts(view.app, Envelope.INTERACTION, "view_closed", payload, "", None)

    # ---- pieces -------------------------------------------------------------------------------------------------

    async def _interacts(
        self, app: App, envelope: Envelope, what: str, payload: Any, trigger: str, channel: Channel | None
    ) -> Delivery:
        delivery = Delivery(
            app=app,
            envelope=envelope,
            what=what,
            id=trigger,
            payload=payload,
            channel_id=channel.id if channel else "",
        )
        await self.stage.postman.begin(delivery).ended()
        if envelope is Envelope.COMMAND and channel is not None:
            responses.answered(self.stage, self.user, channel, delivery)
        return delivery

    def _apps(self) -> Sequence[App]:
        """Return the apps that are installed in this person's own team, with commands and shortcuts."""
        return [
            app
            for app in self.stage.world.apps.values()
            if any(installation.team is self.team and "commands" in installation.scopes for installation in app.active)
        ]

    def _installation(self, app: App, channel: Channel | None = None) -> Installation:
        teams = channel.teams if channel else [self.team]
        found = next((each for each in app.active if each.team in teams), None)
        found = found or next(iter(app.active), None)
        if found is None:
            raise SlackSays(f"{app.name} is not installed")
        return found

    def _seen(self, spot: Spot) -> Message:
        message = message_at(spot)
        there = message.only_for is self.user or message.channel.messages.get(message.ts) is message
        if not there or message.gone or not self.stage.world.can_see(self.user, message.channel):
            raise SlackSays(f"{self.name} does not see this message")
        return message

    def _must_be_in(self, channel: Channel) -> None:
        if self.user not in channel.members:
            raise SlackSays(f"{self.name} is not in {channel.name or channel.id}")

    def _root(self, channel: Channel, thread: Spot | str) -> str:
        if isinstance(thread, str) and not isinstance(thread, Said):
            found = channel.messages.get(thread)
            if found is None:
                raise SlackSays("there is no such thread")
            return found.root_ts
        message = message_at(thread)
        if message.channel is not channel:
            raise SlackSays("this thread is in another channel")
        return message.root_ts

    def _file(self, name: str, content: bytes) -> File:
        file = self.stage.new_file(self.user, name, content)
        self.stage.world.files[file.id] = file
        return file


async def _ended(deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
    return [await each.ended() for each in deliveries]
