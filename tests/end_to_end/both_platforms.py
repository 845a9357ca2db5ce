"""One desk between a wire-level Slack and a real homeserver: the same customer and the same agents on either side."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from adapters.matrix.app import connect as connect_matrix
from adapters.matrix.encrypted_rooms import Encryption
from adapters.matrix.homeserver import Homeserver as Connection
from adapters.matrix.render import MARK
from adapters.slack.app import connect as connect_slack
from chatops.application.carrying import Carrying
from chatops.bootstrap import RunningDesk, SystemTime, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.directory import Person, WhoIsWho
from chatops.domain.vocabulary import Language, PersonId, Role
from tests.contract.slack.listening import ACME, STOPS_WITHIN_S, Stage, a_stage
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.slack.records import Channel, Message
from tests.synapse import Account, Homeserver
from tests.unit.matrix.parcels import on_matrix

Event = dict[str, Any]


@dataclass
class Both:
    """
    Acme and the desk, each with a room on Slack and one on Matrix.

    Attributes:
        slack: Ana of Acme and Ben of the desk are there.
        aldo, dan: Of Acme and of the desk, on Matrix.
        acme, desk_room: Their rooms on Matrix.
        folder: For the keys of encrypted rooms; None leaves those alone.
    """

    slack: Stage
    synapse: Homeserver
    bot: Account
    aldo: Account
    dan: Account
    acme: str
    desk_room: str
    folder: Path | None = None
    carrying: Carrying = field(default_factory=Carrying)
    desk: RunningDesk = field(init=False)

    @property
    def directory(self) -> WhoIsWho:
        who = self.slack.directory
        places = {"#acme": self.acme, "#desk": self.desk_room}
        return replace(
            who,
            people=(
                *who.people,
                _person(self.aldo, "aldo", Role.CONTACT, organisations=(ACME,)),
                _person(self.dan, "dan", Role.AGENT, level=1),
            ),
            rooms=tuple(replace(room, places=(*room.places, on_matrix(places[room.id]))) for room in who.rooms),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Both"]:
        """Run the desk until the end of the block."""
        never_log(self.bot.access_token)
        stop, words, time = asyncio.Event(), load_words(), SystemTime()
        secret = "a secret that opens the store"
        async with (
            connect_matrix(
                homeserver=self.synapse.url,
                user_id=self.bot.user_id,
                access_token=self.bot.access_token,
                device_id=self.bot.device_id,
                words=words,
                encryption=Encryption(folder=self.folder / "keys", secret=secret) if self.folder else None,
                carrying=self.carrying,
            ) as matrix,
            connect_slack(self.slack.settings, words=words, time=time, carrying=self.carrying) as slack,
            open_desk(
                database=self.slack.database,
                policies=policy_engine(None, None),
                words=words,
                messengers=[matrix.messenger, slack.messenger],
                time=time,
                directory=self.directory,
            ) as self.desk,
        ):
            self.slack.desk, self.slack.connected = self.desk, slack

            async def directory() -> WhoIsWho:
                async with self.desk.storage.begin() as uow:
                    return await uow.directory.everything()

            bus = self.desk.bus
            loops = [
                asyncio.create_task(slack.run(bus, stop, directory=directory, time=time)),
                asyncio.create_task(matrix.run(bus, stop, directory=directory, time=time)),
                asyncio.create_task(self.desk.relay.run(stop)),
            ]
            try:
                async with asyncio.timeout(PATIENCE_S):
                    name = f"matrix:{self.bot.user_id}"
                    while slack.port is None or await bus.position(name) is None:  # noqa: ASYNC110 - nobody tells
                        await asyncio.sleep(0.02)
                self.slack.slack.deliver_to(self.slack.app, f"http://127.0.0.1:{slack.port}/slack/events")
                yield self
            finally:
                stop.set()
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await asyncio.gather(*loops, return_exceptions=True)

    # ---- what people do ----------------------------------------------------------------------------------------------

    async def a_ticket(self) -> None:
        """Let Ana open one, and wait until it stands in all four rooms."""
        number = len(self.cards(self.acme)) + 1
        await self.slack.a_ticket()
        await self.until(lambda: len(self.cards(self.acme)) == len(self.cards(self.desk_room)) == number)

    def says(self, who: Account, room: str, text: str, *, number: int = 1) -> str:
        """Say something in the thread of a ticket on Matrix."""
        return self.synapse.says(who, room, text, thread=self.cards(room)[number - 1])

    def reacts(self, who: Account, room: str, event_id: str, sign: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": sign}
        return self.synapse.send(who, room, {"m.relates_to": relation}, kind="m.reaction")

    def deletes(self, who: Account, room: str, event_id: str) -> None:
        path = f"/_matrix/client/v3/rooms/{quote(room)}/redact/{quote(event_id)}/delete-{quote(event_id)}"
        self.synapse.call("PUT", path, {}, by=who)

    # ---- what they see -----------------------------------------------------------------------------------------------

    def events(self, room: str) -> Sequence[Event]:
        return self.synapse.timeline(self.dan if room == self.desk_room else self.aldo, room)

    def ours(self, room: str) -> Sequence[Event]:
        """Return what the desk wrote in a room on Matrix and nobody took back."""
        return [
            event
            for event in self.events(room)
            if event["type"] == "m.room.message" and event["sender"] == self.bot.user_id and event["content"]
        ]

    def cards(self, room: str) -> list[str]:
        return [each["event_id"] for each in self.ours(room) if each["content"][MARK]["form"] == "card"]

    def files(self, room: str) -> list[Event]:
        """Return the contents of the files that the desk shows in a room on Matrix."""
        return [each["content"] for each in self.ours(room) if each["content"]["msgtype"] in ("m.file", "m.image")]

    def saying(self, room: str, words: str) -> str:
        """Return the one message of the desk in a room on Matrix that holds *words*; empty while there is none."""
        found = [each["event_id"] for each in self.ours(room) if words in each["content"]["body"]]
        assert len(found) <= 1, f"{words!r} stands there {len(found)} times"
        return "".join(found)

    def signs(self, room: str, event_id: str) -> list[str]:
        """Return the signs that the desk has put under a message on Matrix, and not taken away."""
        relations = [
            each["content"]["m.relates_to"]
            for each in self.events(room)
            if each["type"] == "m.reaction" and each["sender"] == self.bot.user_id and each["content"]
        ]
        return [each["key"] for each in relations if each["event_id"] == event_id]

    def replies(self, channel: Channel) -> list[Message]:
        """Return what stands in the threads of a channel on Slack."""
        return [message for message in channel.messages.values() if message.is_reply and not message.gone]

    async def read(self, who: Account, address: str) -> bytes:
        """Fetch a file from the homeserver as somebody's client does."""
        async with Connection(
            url=self.synapse.url, user_id=who.user_id, access_token=who.access_token, device_id=who.device_id
        ) as client:
            return await client.download(address, limit=2**26)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.05)


@asynccontextmanager
async def both_platforms(
    database: str, synapse: Homeserver, *, folder: Path | None = None, encrypted: bool = False, **more: Any
) -> AsyncIterator[Both]:
    """
    Args:
        encrypted: Acme's room on Matrix is; the desk's is not.
    """
    async with a_stage(database) as stage:
        bot, aldo, dan = synapse.person("Support Desk"), synapse.person("Aldo Ardent"), synapse.person("Dan Dent")
        yield Both(
            slack=stage,
            synapse=synapse,
            bot=bot,
            aldo=aldo,
            dan=dan,
            acme=synapse.room(aldo, bot, encrypted=encrypted),
            desk_room=synapse.room(dan, bot),
            folder=folder,
            **more,
        )


def _person(account: Account, name: str, role: Role, **more: Any) -> Person:
    return Person(
        id=PersonId(name),
        name=account.name,
        role=role,
        language=Language.EN,
        time_zone="Europe/Paris",
        identities=(on_matrix(account.user_id),),
        **more,
    )
