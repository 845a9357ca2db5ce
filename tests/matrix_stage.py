"""
`MatrixStage`: the stories of the terminal, played through a real homeserver.

People are accounts that write as clients do, and are judged by what their clients would show them: edits in place, what
was taken back gone. The desk is a whole one, on the story's own time; only its listener runs of its own accord.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from urllib.parse import quote

from adapters.console.stage import Card, Heard, NotOnStage
from adapters.console.story import InRoom, InThread, Place
from adapters.matrix.app import MatrixApp, connect
from adapters.matrix.listeners import Bus
from chatops.application.carrying import Carrying
from chatops.application.deliveries import Answer
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.bootstrap import RunningDesk, open_desk
from chatops.catalogues import load_words
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.vocabulary import PersonId, Platform, RoomId, TicketId
from tests.chat_stage import CARD, ChatStage, WatchedBus, also_at, nowhere, who_is_where, without_files
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver

_PRESSABLE = re.compile(r"(?:(?P<sign>[^\w\s]+) )?(?P<label>[^:\n]+?)\s?: (?P<command>![^\n]+)")

T = TypeVar("T")


# ---- who is where on the homeserver ----------------------------------------------------------------------------------


class Town:
    """
    The people and rooms of a directory on one homeserver; many stories are played there, one after the other.

    Every story gets a device of the desk's own, so that its messages are nobody's repetition.
    """

    def __init__(self, server: Homeserver, who: WhoIsWho, *, here: Collection[PersonId] | None = None) -> None:
        """
        Args:
            here: Who uses this chat; everybody by default. Rooms that nobody of them is in have no place here.
        """
        self.server = server
        self.who = nowhere(who)
        self.desk = server.person("Desk")
        self.members = who_is_where(who, here)
        self.people = {
            person.id: server.person(person.name) for person in who.people if here is None or person.id in here
        }
        self._devices = itertools.count(1)
        self.rooms = {
            room: server.room(*(self.people[person] for person in members), self.desk, name=room)
            for room, members in self.members.items()
        }

    def desk_of_a_story(self) -> Account:
        return self.server.log_in(self.desk, device_id=f"STORY{next(self._devices)}")

    def bound(self, who: WhoIsWho) -> WhoIsWho:
        """Return *who* with everybody and every room that is here also at their Matrix addresses."""
        people = {person: _address(account.user_id) for person, account in self.people.items()}
        return also_at(who, people, {room: _address(place) for room, place in self.rooms.items()})


def _address(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


# ---- what a client shows ---------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Shown:
    """A message as a client shows it now; the author is None for the desk."""

    event_id: str
    room: RoomId
    root: str | None
    author: PersonId | None
    text: str
    signs: list[tuple[str, PersonId | None]] = field(default_factory=list)

    @property
    def buttons(self) -> Sequence[re.Match[str]]:
        """Return the lines of it that say what else can be done, as the desk writes them."""
        if self.author is not None:
            return []
        pieces = (piece for line in self.text.split("\n") for piece in line.split(" · "))
        return [match for piece in pieces if (match := _PRESSABLE.fullmatch(piece))]

    @property
    def ticket_id(self) -> TicketId | None:
        """Whose card it is: what the desk says at the top of a room, beginning with a ticket and its title."""
        card = CARD.match(self.text) if self.author is None and self.root is None else None
        return TicketId(int(card[1])) if card else None


class Screens:
    """All rooms as their members' clients show them since the beginning of a story."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._names = {account.user_id: person for person, account in town.people.items()}
        self._readers = {room: members[0] for room, members in town.members.items()}
        self._read_to: dict[RoomId, str] = {}
        self._shown: dict[str, Shown] = {}
        self.heard: list[Heard] = []

    async def begin(self) -> None:
        self._read_to = dict(await _each(self._town.members, self._position))

    async def look(self) -> None:
        """Take in what became visible meanwhile, room by room."""
        for room, events in await _each(self._town.members, self._news):
            for event in events:
                heard = self._take_in(room, event)
                if heard is not None:
                    self.heard.append(heard)

    def of(self, person: PersonId) -> Sequence[Shown]:
        return [shown for shown in self._shown.values() if person in self._town.members[shown.room]]

    def thread(self, card: Shown) -> Sequence[Shown]:
        """Return a card and what stands under it, oldest first."""
        return [shown for shown in self._shown.values() if card.event_id in (shown.event_id, shown.root)]

    def cards(self, ticket_id: TicketId) -> Sequence[Shown]:
        return [shown for shown in self._shown.values() if shown.ticket_id == ticket_id]

    def _position(self, room: RoomId) -> str:
        # Not from a first sync: the homeserver answers that one from memory for two minutes.
        reader, place = self._town.people[self._readers[room]], quote(self._town.rooms[room])
        path = f"/_matrix/client/v3/rooms/{place}/messages?dir=b&limit=1"
        return str(self._town.server.call("GET", path, by=reader)["start"])

    def _news(self, room: RoomId) -> Sequence[Mapping[str, Any]]:
        reader, place = self._town.people[self._readers[room]], quote(self._town.rooms[room])
        events: list[Mapping[str, Any]] = []
        while True:
            path = f"/_matrix/client/v3/rooms/{place}/messages?dir=f&limit=500&from={quote(self._read_to[room])}"
            page = self._town.server.call("GET", path, by=reader)
            if not page["chunk"]:
                return events
            events += page["chunk"]
            self._read_to[room] = page["end"]

    def _take_in(self, room: RoomId, event: Mapping[str, Any]) -> Heard | None:
        content, relation = event["content"], event["content"].get("m.relates_to", {})
        if not isinstance(relation, dict):
            relation = {}
        match event["type"], relation.get("rel_type"):
            case "m.room.message", "m.replace" if "m.new_content" in content:
                return self._edited(event, content["m.new_content"], relation["event_id"])
            case "m.room.message", _ if content:
                return self._said(room, event, relation)
            case "m.reaction", "m.annotation" if isinstance(relation.get("event_id"), str):
                return self._signed(event, relation)
            case "m.room.redaction", _:
                return self._taken_back(event)
        return None

    def _said(self, room: RoomId, event: Mapping[str, Any], relation: Mapping[str, Any]) -> Heard:
        content = event["content"]
        shown = Shown(
            event_id=event["event_id"],
            room=room,
            # A reply at the top of a room is no card either, whatever it begins with.
            root=relation.get("event_id") or relation.get("m.in_reply_to", {}).get("event_id"),
            author=self._names.get(event["sender"]),
            text=_text(content),
        )
        self._shown[shown.event_id] = shown
        mentioned = content.get("m.mentions", {}).get("user_ids", ())
        notified = frozenset(self._names[user_id] for user_id in mentioned if user_id in self._names)
        return self._heard(shown, by=shown.author, text=shown.text, notified=notified)

    def _edited(self, event: Mapping[str, Any], content: Mapping[str, Any], target: str) -> Heard | None:
        shown, author = self._shown.get(target), self._names.get(event["sender"])
        if shown is None or shown.author != author:
            return None
        before, shown.text = shown.text.split("\n"), _text(content)
        new = "\n".join(line for line in shown.text.split("\n") if line not in before)
        return self._heard(shown, by=author, text=new, edited=True)

    def _signed(self, event: Mapping[str, Any], relation: Mapping[str, Any]) -> Heard | None:
        shown, author = self._shown.get(relation["event_id"]), self._names.get(event["sender"])
        if shown is None:
            return None
        shown.signs.append((relation["key"], author))
        return self._heard(shown, by=author, text=relation["key"], edited=True)

    def _taken_back(self, event: Mapping[str, Any]) -> Heard | None:
        shown = self._shown.pop(event["content"].get("redacts") or event.get("redacts", ""), None)
        if shown is None:
            return None
        return self._heard(shown, by=self._names.get(event["sender"]), text="", removed=True)

    def _heard(self, shown: Shown, *, by: PersonId | None, text: str, **more: Any) -> Heard:
        root = self._shown.get(shown.root) if shown.root else shown
        return Heard(
            room=shown.room,
            ticket_id=root.ticket_id if root else None,
            author=by,
            text=text,
            heard_by=frozenset(self._town.members[shown.room]) - {by},
            **more,
        )


def _text(content: Mapping[str, Any]) -> str:
    """Return what a client shows of a message: its words, and the name of its file."""
    name, body = content.get("filename", ""), content.get("body", "")
    if content.get("msgtype") not in ("m.file", "m.image"):
        return str(body)
    caption = [body] if name and name != body else []
    return "\n".join([*caption, f"[file: {name or body}]"])


async def _each(rooms: Mapping[RoomId, Any], ask: Callable[[RoomId], T]) -> Sequence[tuple[RoomId, T]]:
    answers = await asyncio.gather(*(asyncio.to_thread(ask, room) for room in rooms))
    return list(zip(rooms, answers, strict=True))


# ---- the desk of a story ---------------------------------------------------------------------------------------------


class Unhurried:
    """
    The time of a story as its listener tells it: each time it looks, a minute has passed.

    A story's lines take no time at all, and nobody who types that fast is listened to for long (S21).
    """

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self._minutes = itertools.count(1)

    def now(self) -> datetime:
        return self._time.now() + timedelta(minutes=next(self._minutes))


@asynccontextmanager
async def a_matrix_stage(
    town: Town, database: str, policies: PolicyEngine, time: TimeSource
) -> AsyncIterator["MatrixStage"]:
    """Open a fresh desk that listens in the town's rooms, and a stage before it."""
    words, who = load_words(), town.bound(town.who)
    async with (
        connected(town, words) as app,
        open_desk(
            database=database, policies=policies, words=words, messengers=[app.messenger], time=time, directory=who
        ) as desk,
        a_stage_before(desk, app, town, who, time) as stage,
    ):
        yield stage


def connected(town: Town, words: Words, *, carrying: Carrying | None = None) -> AbstractAsyncContextManager[MatrixApp]:
    account = town.desk_of_a_story()
    return connect(
        homeserver=town.server.url,
        user_id=account.user_id,
        access_token=account.access_token,
        device_id=account.device_id,
        words=words,
        carrying=carrying,
    )


@asynccontextmanager
async def a_stage_before(
    desk: RunningDesk, app: MatrixApp, town: Town, who: WhoIsWho, time: TimeSource
) -> AsyncIterator["MatrixStage"]:
    """Let *desk* listen in the town's rooms."""
    bus, stop = WatchedBus(desk), asyncio.Event()
    stage = MatrixStage(town, desk, bus, who)
    listening = asyncio.create_task(app.run(cast(Bus, bus), stop, directory=stage.who, time=Unhurried(time)))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await bus.listening.wait()
        await stage.screens.begin()
        yield stage
    finally:
        stop.set()
        await listening


# ---- the stage -------------------------------------------------------------------------------------------------------


class MatrixStage(ChatStage[Shown]):
    """Satisfies `Stage`."""

    def __init__(self, town: Town, desk: RunningDesk, bus: WatchedBus, who: WhoIsWho) -> None:
        self.screens = Screens(town)
        super().__init__(desk, who, town.members, self.screens)
        self._town = town
        self._bus = bus

    # ---- what people do ----

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        if isinstance(place, InRoom):
            return await self._refused(person, place.room, await self._contents(person, text))
        card = self.card(person, place)
        contents = await self._contents(person, text)
        return await self._refused(person, card.room, [content | self._under(card) for content in contents])

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        """Where the message offers a sign for it, put that under it; else type the words that it shows."""
        card, labels = self.card(person, place), self.labels(label)
        offers = [
            (shown, button)
            for shown in reversed(self.screens.thread(card))
            for button in shown.buttons
            if button["label"].casefold() in labels
        ]
        if not offers:
            raise NotOnStage(f"{person} sees no button “{label}” in {place}")
        shown, button = offers[0]
        command = button["command"].removesuffix("…").strip()
        if button["sign"] and not words and (button["sign"], person) not in shown.signs:
            return await self.signs(person, shown, button["sign"])
        return await self.say(person, place, f"{command} {words}".strip())

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        card = self.card(person, place)
        offering = [
            shown for shown in self.screens.thread(card) if sign in {button["sign"] for button in shown.buttons}
        ]
        return await self.signs(person, (offering or [card])[-1], sign)

    async def edit(self, person: PersonId, text: str) -> bool:
        last = self._last_of(person)
        content = {
            "msgtype": "m.text",
            "body": f"* {text}",
            "m.mentions": {},
            "m.new_content": {"msgtype": "m.text", "body": text, "m.mentions": {}},
            "m.relates_to": {"rel_type": "m.replace", "event_id": last.event_id},
        }
        return await self._refused(person, last.room, [content])

    async def delete(self, person: PersonId) -> bool:
        last = self._last_of(person)
        room, event = quote(self._town.rooms[last.room]), quote(last.event_id)
        path = f"/_matrix/client/v3/rooms/{room}/redact/{event}/take-back-{last.event_id[1:]}"
        redaction = await self._asked("PUT", path, {}, by=person)
        answer = await self._answer_to(redaction["event_id"])
        return answer.refused is not None

    # ---- what becomes of it ----

    def shown_to(self, person: PersonId) -> Sequence[str]:
        return [shown.text for shown in self.screens.of(person)]

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]:
        """The second line of a card holds its facts; what people wrote stands below."""
        return tuple(
            Card(room=card.room, facts=tuple(card.text.split("\n")[1].split(" · ")))
            for card in self.screens.cards(ticket_id)
        )

    # ---- pieces ----

    async def _refused(self, person: PersonId, room: RoomId, contents: Sequence[Mapping[str, Any]]) -> bool:
        """Send all of *contents*; return whether the desk refused one of them."""
        refused = False
        for content in contents:
            by, place = self._town.people[person], self._town.rooms[room]
            event_id = await asyncio.to_thread(self._town.server.send, by, place, content)
            refused |= (await self._answer_to(event_id)).refused is not None
        return refused

    async def _answer_to(self, event_id: str) -> Answer:
        return await self._bus.answer_to(f"matrix:{event_id}")

    async def signs(self, person: PersonId, shown: Shown, sign: str) -> bool:
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": shown.event_id, "key": sign}}
        by, place = self._town.people[person], self._town.rooms[shown.room]
        event_id = await asyncio.to_thread(self._town.server.send, by, place, content, kind="m.reaction")
        return (await self._answer_to(event_id)).refused is not None

    async def _contents(self, person: PersonId, text: str) -> Sequence[dict[str, Any]]:
        """Return the messages that a client makes of *text*: one, or a captioned file and its fellows."""
        words, names = without_files(text)
        if not names:
            return [{"msgtype": "m.text", "body": text, "m.mentions": {}}]
        files = [await self._file(person, name) for name in names]
        return [files[0] | {"body": words or names[0]}, *files[1:]]

    async def _file(self, person: PersonId, name: str) -> dict[str, Any]:
        path = f"/_matrix/media/v3/upload?filename={quote(name)}"
        uri = (await self._asked("POST", path, {"what": "stands in the file"}, by=person))["content_uri"]
        return {
            "msgtype": "m.file",
            "body": name,
            "filename": name,
            "url": uri,
            "info": {"mimetype": "text/plain", "size": 29},
            "m.mentions": {},
        }

    async def _asked(self, method: str, path: str, body: Mapping[str, Any], *, by: PersonId) -> Any:
        return await asyncio.to_thread(self._town.server.call, method, path, body, by=self._town.people[by])

    def _under(self, card: Shown) -> dict[str, Any]:
        newest = self.screens.thread(card)[-1]
        return {
            "m.relates_to": {
                "rel_type": "m.thread",
                "event_id": card.event_id,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": newest.event_id},
            }
        }

    def _last_of(self, person: PersonId) -> Shown:
        mine = [shown for shown in self.screens.of(person) if shown.author == person]
        if not mine:
            raise NotOnStage(f"{person} has said nothing yet")
        return mine[-1]
