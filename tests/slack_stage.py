"""
`SlackStage`: the stories of the terminal, played on a Slack over real HTTP or websockets.

People are at their clients, staff in the workspace that has the desk, contacts in their organisations' own, which share
a channel with it (Slack Connect); they are judged by what their clients show them. What a story types is done the way
Slack has for it: a slash command at the top of a channel for those who have any, a mention for everybody else and in
threads, buttons and the forms that they open.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from adapters.console.stage import Card, Heard, NotOnStage
from adapters.console.story import InRoom, InThread, Place
from adapters.slack.addresses import person_address, room_address
from adapters.slack.app import Bus, SlackApp, SlackSettings, connect
from chatops.application.carrying import Carrying
from chatops.application.labels import SIGN
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.bootstrap import RunningDesk, SystemTime, open_desk
from chatops.catalogues import load_words
from chatops.domain.directory import WhoIsWho
from chatops.domain.vocabulary import OrganisationId, PersonId, Role, RoomId, RoomPurpose, TicketId
from tests.chat_stage import CARD, ChatStage, WatchedBus, also_at, nowhere, who_is_where, without_files
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.slack.client import Person as Client
from tests.slack.client import Said
from tests.slack.clock import wall_s
from tests.slack.records import Channel, Json, Kind, Message, User, View
from tests.slack.screens import buttons_in, label_of, lines_of
from tests.slack.shown import Shown
from tests.slack.slack import Slack, a_slack

DESK = "desk"
"""What the app is called."""

NAMES = {
    "👀": "eyes",
    "🔧": "wrench",
    "✅": "white_check_mark",
    "❌": "x",
    "🔔": "bell",
    "🎉": "tada",
    "👍": "+1",
    "👎": "-1",
    "❤️": "heart",
}
"""What Slack's picker calls the signs of the stories."""

_SIGNS = {name: sign for sign, name in NAMES.items()}
_COMMAND = re.compile(r"!(?:ticket\s+)?(?=\w)")
_BOLD = re.compile(r"^\*(.+)\*(?=\s*:)")


# ---- who is where ----------------------------------------------------------------------------------------------------


class Typing:
    """
    The time of a story as Slack's clock shows it: whoever types takes their time.

    A story's lines take no time at all, and nobody who types that fast is listened to for long (S21).
    """

    LINE = timedelta(seconds=7)

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self.lines = 0

    def now(self) -> datetime:
        return self._time.now() + self.lines * self.LINE


class SlackTown:
    """
    The people and rooms of a directory on one Slack.

    Args:
        here: Who uses it; everybody by default. Rooms that nobody of them is in have no channel.
    """

    def __init__(
        self, slack: Slack, who: WhoIsWho, *, here: Collection[PersonId] | None = None, socket_mode: bool = False
    ) -> None:
        self.slack = slack
        self.who = nowhere(who)
        self.members = who_is_where(who, here)
        self.home = slack.team("exo", name="eXo")
        self.app = slack.app(
            DESK,
            commands=["/ticket"],
            shortcuts={"ticket_from_message": "message", "ticket_actions": "message", "ticket_new": "global"},
            socket_mode=socket_mode,
        )
        never_log(self.app.token, self.app.app_token, self.app.signing_secret)
        teams = {each.id: slack.team(each.id, name=each.name) for each in who.organisations}
        self.people: Mapping[PersonId, Client] = {
            person.id: (teams[person.organisations[0]] if person.role is Role.CONTACT else self.home).person(
                person.name
            )
            for person in who.people
            if here is None or person.id in here
        }
        self.channels: Mapping[RoomId, Channel] = {
            room.id: self.home.channel(
                room.id.lstrip("#"),
                members=[*(self.people[person] for person in self.members[room.id]), self.app],
                shared_with=[teams[each] for each in _shared_with(room.organisation, who)],
                private=room.purpose is not RoomPurpose.CUSTOMER,
            )
            for room in who.rooms
            if room.id in self.members
        }
        self.names: Mapping[User, PersonId] = {client.user: person for person, client in self.people.items()}

    def bound(self, who: WhoIsWho) -> WhoIsWho:
        """Return *who* with everybody and every room that is here also at their Slack addresses."""
        people = {person: person_address(client.team.id, client.id) for person, client in self.people.items()}
        return also_at(
            who, people, {room: room_address(self.home.id, channel.id) for room, channel in self.channels.items()}
        )

    def has_commands(self, person: PersonId) -> bool:
        """Slash commands are the workspace's that has installed the app (Slack Connect shares none)."""
        return self.people[person].team is self.home.team


def _shared_with(organisation: OrganisationId | None, who: WhoIsWho) -> Sequence[OrganisationId]:
    return [each.id for each in who.organisations if each.id == organisation]


# ---- what a client shows ---------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Seen:
    """
    A message as the clients of a room showed it when they were looked at last.

    Attributes:
        author: None for the desk.
        signs: Who put which sign under it.
        reader: The only one who is shown it; None for everybody in the room.
    """

    message: Message
    room: RoomId
    author: PersonId | None
    lines: tuple[str, ...]
    signs: frozenset[tuple[str, PersonId | None]] = frozenset()
    reader: PersonId | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def ticket_id(self) -> TicketId | None:
        """Whose card it is: what the desk says to everybody at the top of a room, under a ticket and its title."""
        if self.author is not None or self.reader is not None or self.message.is_reply:
            return None
        card = CARD.match(self.text)
        return TicketId(int(card[1])) if card else None

    @property
    def facts(self) -> tuple[str, ...]:
        """The labelled lines of a card; what people wrote stands elsewhere."""
        fields = [block for block in self.message.blocks if block.get("fields")]
        return tuple(_BOLD.sub(r"\1", line) for line in lines_of(fields))

    def offers(self, labels: Collection[str]) -> "Offer | None":
        """Return the button or the line of a menu that bears one of *labels*, folded."""
        return next((offer for offer in _offers(self.message.blocks) if offer.shown.casefold() in labels), None)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """
    Something that can be pressed.

    Attributes:
        shown: What stands on it.
        at: What the client calls the element.
        chosen: The line of a menu; empty for a button.
    """

    shown: str
    at: str
    chosen: str = ""


def _offers(blocks: Sequence[Json]) -> Iterator[Offer]:
    for _, element in buttons_in(blocks):
        for option in element.get("options", ()):
            line = option["text"]["text"]
            yield Offer(shown=line, at=element["action_id"], chosen=line)
        if label := label_of(element):
            yield Offer(shown=label, at=element["action_id"])


class SlackScreens:
    """All rooms as their members' clients show them, and what the desk writes to somebody directly."""

    def __init__(self, town: SlackTown) -> None:
        self._town = town
        self._seen: dict[Message, Seen] = {}
        self.heard: list[Heard] = []

    async def look(self) -> None:
        """Take in what became visible meanwhile, room by room."""
        there: dict[Message, Seen] = {}
        for room, members in self._town.members.items():
            there |= {seen.message: seen for seen in self._shown_in(room, members)}
        for person in self._town.people:
            there |= {seen.message: seen for seen in self._shown_directly(person)}
        before, self._seen = self._seen, there
        for message, seen in there.items():
            known = before.get(message)
            self.heard += [self._said(seen)] if known is None else self._changes(known, seen)
        # Who took a message away is not shown; nobody but its author can.
        self.heard += [
            self._heard(seen, by=seen.author, text="", removed=True)
            for message, seen in before.items()
            if message not in there
        ]

    def of(self, person: PersonId) -> Sequence[Seen]:
        """Return what *person* sees now in all their rooms."""
        return [
            seen
            for seen in self._seen.values()
            if seen.reader == person or (seen.reader is None and person in self._town.members[seen.room])
        ]

    def cards(self, ticket_id: TicketId) -> Sequence[Seen]:
        return [seen for seen in self._seen.values() if seen.ticket_id == ticket_id]

    def thread(self, card: Seen, person: PersonId) -> Sequence[Seen]:
        """Return a card and what *person* sees under it, oldest first."""
        return [seen for seen in self.of(person) if seen.room == card.room and seen.message.root_ts == card.message.ts]

    def hears_alone(self, person: PersonId, room: RoomId, text: str) -> None:
        """Take in what stands neither in a room nor in a thread: what a form says about what was filled in."""
        self.heard.append(
            Heard(room=room, ticket_id=None, author=None, text=text, heard_by=frozenset({person}), private=True)
        )

    def _shown_in(self, room: RoomId, members: Sequence[PersonId]) -> Iterator[Seen]:
        """One member's client shows what all of them see; what only one is shown is looked for at theirs."""
        channel = self._town.channels[room]
        alone = {self._town.names[each.only_for] for each in channel.ephemerals if each.only_for is not None}
        for person in sorted({members[0], *alone}):
            for shown in self._town.people[person].sees(channel).everything:
                if not shown.message.gone and (shown.only_me or person == members[0]):
                    yield self._one(shown, room, person if shown.only_me else None)

    def _shown_directly(self, person: PersonId) -> Iterator[Seen]:
        client = self._town.people[person]
        for channel in client.stage.world.channels.values():
            if channel.kind is Kind.IM and client.user in channel.members:
                for shown in client.sees(channel).everything:
                    if not shown.message.gone:
                        yield self._one(shown, RoomId(f"@{person}"), person)

    def _one(self, shown: Shown, room: RoomId, reader: PersonId | None) -> Seen:
        message = shown.message
        return Seen(
            message=message,
            room=room,
            author=self._town.names.get(message.author),
            lines=tuple(_BOLD.sub(r"\1", line.removeprefix("# ")) for line in shown.lines),
            signs=frozenset(
                (_SIGNS.get(name, f":{name}:"), self._town.names.get(user))
                for name, users in message.reactions.items()
                for user in users
            ),
            reader=reader,
        )

    def _said(self, seen: Seen) -> Heard:
        return self._heard(seen, by=seen.author, text=seen.text)

    def _changes(self, before: Seen, seen: Seen) -> list[Heard]:
        changes = []
        if seen.lines != before.lines:
            new = "\n".join(line for line in seen.lines if line not in before.lines)
            changes.append(self._heard(seen, by=seen.author, text=new, edited=True))
        for sign, by in sorted(seen.signs - before.signs, key=str):
            changes.append(self._heard(seen, by=by, text=sign, edited=True))
        return changes

    def _heard(
        self, seen: Seen, *, by: PersonId | None, text: str, edited: bool = False, removed: bool = False
    ) -> Heard:
        there = frozenset(self._town.members[seen.room]) if seen.reader is None else frozenset({seen.reader})
        channel, top = seen.message.channel, seen.message.root_ts
        root = next((each for each in self._seen.values() if each.message is channel.messages.get(top)), None)
        return Heard(
            room=seen.room,
            ticket_id=root.ticket_id if root else None,
            author=by,
            text=text,
            heard_by=there - {by},
            notified=frozenset() if edited or removed else self._called(seen.message),
            private=seen.reader is not None,
            edited=edited,
            removed=removed,
        )

    def _called(self, message: Message) -> frozenset[PersonId]:
        """Return whose phones showed it because it calls them by name."""
        return frozenset(
            person
            for person, client in self._town.people.items()
            if any(
                each.channel is message.channel and each.ts == message.ts and each.reason == "mention"
                for each in client.notified
            )
        )


# ---- the desk of a story ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_slack_stage(
    database: str, policies: PolicyEngine, time: TimeSource, who: WhoIsWho, *, socket_mode: bool = False
) -> AsyncIterator["SlackStage"]:
    """Furnish a Slack for *who*, open a fresh desk that listens there, and a stage before it."""
    words, typing = load_words(), Typing(time)
    async with a_slack(time=typing) as slack:
        town = SlackTown(slack, who, socket_mode=socket_mode)
        bound = town.bound(town.who)
        async with (
            connected(town, words) as app,
            open_desk(
                database=database,
                policies=policies,
                words=words,
                messengers=[app.messenger],
                time=time,
                directory=bound,
            ) as desk,
            a_stage_before(desk, app, town, bound, typing) as stage,
        ):
            yield stage
        assert slack.violations == [], "Slack refuses these"


def connected(
    town: SlackTown, words: Words, *, carrying: Carrying | None = None
) -> AbstractAsyncContextManager[SlackApp]:
    app = town.app
    settings = SlackSettings(
        bot_token=app.token,
        signing_secret=app.signing_secret,
        app_token=app.app_token if app.socket_mode else "",
        port=None if app.socket_mode else 0,
        api_url=town.slack.api_url,
        file_hosts=(town.slack.files_url,),
        reads_per_minute=60_000,
    )
    return connect(settings, words=words, time=SystemTime(), carrying=carrying)


@asynccontextmanager
async def a_stage_before(
    desk: RunningDesk, app: SlackApp, town: SlackTown, who: WhoIsWho, typing: Typing
) -> AsyncIterator["SlackStage"]:
    """Let *desk* listen to the town's Slack."""
    bus, stop = WatchedBus(desk), asyncio.Event()
    stage = SlackStage(town, desk, app, bus, who, typing)
    listening = asyncio.create_task(app.run(cast(Bus, bus), stop, directory=stage.who, time=typing))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await bus.listening.wait()
            if town.app.socket_mode:
                await town.slack.sockets.connected(town.app)
            else:
                town.slack.deliver_to(town.app, f"http://127.0.0.1:{app.port}/slack/events")
        yield stage
    finally:
        stop.set()
        await listening


# ---- the stage -------------------------------------------------------------------------------------------------------


class SlackStage(ChatStage[Seen]):
    """
    Satisfies `Stage`.

    Attributes:
        app: The desk's own side of Slack.
    """

    def __init__(
        self, town: SlackTown, desk: RunningDesk, app: SlackApp, bus: WatchedBus, who: WhoIsWho, typing: Typing
    ) -> None:
        self.screens = SlackScreens(town)
        super().__init__(desk, who, town.members, self.screens)
        self.town = town
        self.app = app
        self._bus = bus
        self._typing = typing
        self._said: dict[PersonId, list[Said]] = {person: [] for person in town.people}

    # ---- what people do ----

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        client, card = self.town.people[person], None if isinstance(place, InRoom) else self.card(person, place)
        channel = card.message.channel if card else self.town.channels[cast(InRoom, place).room]
        words, files = without_files(text)
        with self._answered() as answered:
            command = _COMMAND.match(words)
            if command and card is None and not files and self.town.has_commands(person):
                await client.types(channel, f"/ticket {words[command.end() :]}")
                await self._fill_in(person, channel, "")
            else:
                said = await client.says(
                    channel,
                    _as_typed(words),
                    thread=card.message if card else None,
                    files=dict.fromkeys(files, b"what stands in the file"),
                )
                self._said[person].append(said)
        return answered.refused

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        client, card, labels = self.town.people[person], self.card(person, place), self.labels(label)
        offers = [
            (seen, offer)
            for seen in reversed(self.screens.thread(card, person))
            if seen.author is None and (offer := seen.offers(labels))
        ]
        if not offers:
            raise NotOnStage(f"{person} sees no button “{label}” in {place}")
        seen, offer = offers[0]
        with self._answered() as answered:
            await client.presses(offer.at if offer.chosen else offer.shown, seen.message, chooses=offer.chosen)
            await self._fill_in(person, seen.message.channel, words)
        return answered.refused

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        card = self.card(person, place)
        labels = frozenset[str]().union(*(self.labels_of(action) for action, each in SIGN.items() if each == sign))
        offering = [seen for seen in self.screens.thread(card, person) if seen.author is None and seen.offers(labels)]
        with self._answered() as answered:
            await self.town.people[person].reacts((offering or [card])[-1].message, NAMES[sign])
        return answered.refused

    async def edit(self, person: PersonId, text: str) -> bool:
        with self._answered() as answered:
            await self.town.people[person].edits(self._last_of(person), _as_typed(text))
        return answered.refused

    async def delete(self, person: PersonId) -> bool:
        with self._answered() as answered:
            await self.town.people[person].deletes(self._last_of(person))
            self._said[person].pop()
        return answered.refused

    # ---- what becomes of it ----

    async def settle(self) -> None:
        self._sign_in_time()
        await super().settle()

    def shown_to(self, person: PersonId) -> Sequence[str]:
        return [seen.text for seen in self.screens.of(person)]

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]:
        return tuple(Card(room=card.room, facts=card.facts) for card in self.screens.cards(ticket_id))

    # ---- pieces ----

    @contextmanager
    def _answered(self) -> Iterator["_Answered"]:
        """Let a line be typed; Slack is told that it was received when it has been dealt with."""
        self._typing.lines += 1
        self._sign_in_time()
        answered, before = _Answered(), len(self._bus.given)
        yield answered
        answered.refused = any(answer.refused is not None for answer in self._bus.given[before:])

    def _sign_in_time(self) -> None:
        """Let Slack sign what it brings at the story's time, which is the desk's."""
        self.town.slack.http.signature_age_s = wall_s() - self._typing.now().timestamp()

    async def _fill_in(self, person: PersonId, channel: Channel, words: str) -> None:
        """Fill in the form that opened, if one did, and hand it in; what it finds wrong is read, and it is closed."""
        client = self.town.people[person]
        if not client.modals:
            return
        modal = client.modal
        client.fills(modal, _filled_in(modal, words))
        await client.submits(modal)
        if modal in client.modals:
            room = next(room for room, each in self.town.channels.items() if each is channel)
            self.screens.hears_alone(person, room, "\n".join(modal.errors.values()))
            await client.closes(modal)

    def _last_of(self, person: PersonId) -> Said:
        if not self._said[person]:
            raise NotOnStage(f"{person} has said nothing yet")
        return self._said[person][-1]


@dataclass
class _Answered:
    refused: bool = False


def _as_typed(text: str) -> str:
    """Return *text* with a mention of the desk in the place of the mark."""
    command = _COMMAND.match(text)
    return f"@{DESK} {text[command.end() :]}" if command else text


def _filled_in(view: View, words: str) -> Mapping[str, str]:
    """
    Return what *words* say in each field: choices take the first word while it is one of theirs, a text the rest.

    Raises:
        NotOnStage: Something has to be chosen, and the words do not say what.
    """
    filled: dict[str, str] = {}
    texts = []
    for block in view.blocks:
        element = block.get("element", {})
        if element.get("type") == "plain_text_input":
            texts.append(block["block_id"])
        if options := element.get("options"):
            first, _, rest = words.partition(" ")
            chosen = next((each["value"] for each in options if first.casefold() in _called(each)), None)
            if chosen is not None:
                filled[block["block_id"]], words = chosen, rest
            elif not block.get("optional") and "initial_option" not in element:
                raise NotOnStage(f"“{words}” does not say which {block['label']['text']}")
    if texts and words:
        filled[texts[0]] = words
    return filled


def _called(option: Json) -> tuple[str, str]:
    return option["value"].casefold(), option["text"]["text"].casefold()
