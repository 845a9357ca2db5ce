"""A listener at a real homeserver, with a bus in memory behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.matrix.app import connect
from adapters.matrix.homeserver import POLL_S
from chatops.application.deliveries import Answer, Cursor, Delivery, Marked, Request, Speech
from chatops.bootstrap import SystemTime
from chatops.catalogues import load_words
from chatops.domain.directory import Address, Person, Room, WhoIsWho
from chatops.domain.vocabulary import RoomId, RoomPurpose
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver
from tests.unit.matrix.parcels import on_matrix

STOPS_WITHIN_S = POLL_S / 2
"""Nobody waits for the homeserver to end a poll in which nothing happens."""


@dataclass
class RecordingBus:
    """
    A bus in memory: it keeps what it was handed and how far was read.

    Attributes:
        fails: May raise instead.
        refuses: What it answers with a refusal.
        goes_on: Everything is worked on until it is set.
    """

    heard: list[Delivery] = field(default_factory=list)
    positions: dict[str, str] = field(default_factory=dict)
    fails: Callable[[Delivery], None] = lambda _: None
    refuses: Callable[[Delivery], bool] = lambda _: False
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    reachable: list[Address] = field(default_factory=list)
    moves: list[tuple[Address, Address]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.goes_on.set()

    async def handle(self, delivery: Delivery) -> Answer:
        self.fails(delivery)
        await self.goes_on.wait()
        repeated = any(known.key == delivery.key for known in self.heard)
        if not repeated:
            self.heard.append(delivery)
        if delivery.cursor is not None:
            await self.read_to(delivery.cursor)
        return Answer(repeated=repeated, refused="CommandNotUnderstood" if self.refuses(delivery) else None)

    async def read_to(self, cursor: Cursor) -> None:
        self.positions[cursor.name] = cursor.position

    async def position(self, name: str) -> str | None:
        return self.positions.get(name)

    async def reached(self, place: Address) -> None:
        self.reachable.append(place)

    async def room_moved(self, old: Address, new: Address) -> None:
        self.moves.append((old, new))

    @property
    def texts(self) -> list[str]:
        return [each.request.text for each in self.heard if isinstance(each.request, (Marked, Speech))]

    @property
    def requests(self) -> list[Request]:
        return [each.request for each in self.heard]

    async def hears(self, *texts: str) -> None:
        """Wait until it has heard exactly *texts*, and a moment longer for what should not come."""
        await until(lambda: len(self.texts) >= len(texts))
        await asyncio.sleep(0.2)
        assert self.texts == list(texts)


@dataclass
class Stage:
    server: Homeserver
    desk: Account
    ana: Account
    room: str
    bus: RecordingBus = field(default_factory=RecordingBus)
    bound: set[str] = field(default_factory=set)
    staff: list[Person] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self, *, through: str = "", **login: Any) -> AsyncIterator["asyncio.Task[None]"]:
        """
        Listen in the background, from when a position is kept until the end of the block.

        Args:
            through: The address of a network before the homeserver, if there is one.
        """

        async def directory() -> WhoIsWho:
            return WhoIsWho(rooms=tuple(map(a_desk_room, self.bound)), people=tuple(self.staff))

        stop = asyncio.Event()
        async with connected(self.server, self.desk, homeserver=through or self.server.url, **login) as app:
            task = asyncio.create_task(app.run(self.bus, stop, directory=directory, time=SystemTime()))
            await until(lambda: bool(self.bus.positions) or task.done())
            try:
                yield task
            finally:
                stop.set()
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await asyncio.gather(task, return_exceptions=True)

    def stopped_here(self) -> None:
        """
        Let a desk that is down have read everything so far.

        One that was really stopped leaves its poll behind, which Synapse answers with the first thing that happens,
        and answers the next one of the same kind alike.
        """
        self.bus.positions[f"matrix:{self.desk.user_id}"] = self.server.position(self.desk)

    def says(self, text: str, *, thread: str | None = None) -> str:
        return self.server.says(self.ana, self.room, text, thread=thread)


def a_desk_room(place: str) -> Room:
    return Room(id=RoomId(place), purpose=RoomPurpose.DESK, places=(on_matrix(place),))


def connected(server: Homeserver, desk: Account, **changed: Any) -> Any:
    never_log(desk.access_token)
    login = {
        "homeserver": server.url,
        "user_id": desk.user_id,
        "access_token": desk.access_token,
        "device_id": desk.device_id,
    }
    return connect(words=load_words(), **login | changed)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


def a_stage(server: Homeserver) -> Stage:
    desk, ana = server.person("Support Desk"), server.person("Ana")
    return Stage(server, desk, ana, server.room(ana, desk))
