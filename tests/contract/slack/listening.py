"""A desk on a fake Slack, with a real bus on SQLite behind it, and people at their clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack.addresses import person_address, room_address
from adapters.slack.app import SlackApp, SlackSettings, connect
from adapters.slack.manifest import EXAMPLE, manifest, manifest_text
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.time_source import TimeSource
from chatops.bootstrap import RunningDesk, SystemTime, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.directory import Organisation, Person, Room, WhoIsWho
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import (
    Language,
    OrganisationId,
    PersonId,
    Role,
    RoomId,
    RoomPurpose,
    Scope,
    TicketId,
)
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.slack import interactions
from tests.slack.client import Person as Client
from tests.slack.deliveries import Delivery, Envelope
from tests.slack.payloads import event_body
from tests.slack.records import App, Channel, Json, Message
from tests.slack.slack import Slack, a_slack
from tests.slack.workspace import Workspace

ACME = OrganisationId("acme")
STOPS_WITHIN_S = 10.0


@dataclass
class Stage:
    """
    Exo's workspace, with the desk in it, and Acme's, which shares a channel with it.

    Attributes:
        acme: The customer's channel; `desk_room` is the desk's own.
        time: What the desk takes for the present.
        more: Settings that differ from the usual ones.
    """

    slack: Slack
    database: str
    exo: Workspace
    acme_team: Workspace
    app: App
    ana: Client
    ben: Client
    mia: Client
    stranger: Client
    acme: Channel
    desk_room: Channel
    time: TimeSource = field(default_factory=SystemTime)
    more: dict[str, Any] = field(default_factory=dict)
    desk: RunningDesk = field(init=False)
    connected: SlackApp = field(init=False)
    running: "asyncio.Task[None]" = field(init=False)

    @property
    def settings(self) -> SlackSettings:
        usual = SlackSettings(
            bot_token=self.app.token,
            signing_secret=self.app.signing_secret,
            app_token=self.app.app_token if self.app.socket_mode else "",
            port=None if self.app.socket_mode else 0,
            api_url=self.slack.api_url,
            file_hosts=(self.slack.files_url,),
            reads_per_minute=60_000,
        )
        return replace(usual, **self.more)

    @property
    def directory(self) -> WhoIsWho:
        return WhoIsWho(
            organisations=(Organisation(id=ACME, name="Acme", language=Language.EN, time_zone="Europe/Paris"),),
            people=(
                _person(self.ana, "ana", Role.CONTACT, organisations=(ACME,)),
                _person(self.ben, "ben", Role.AGENT, level=1),
                _person(self.mia, "mia", Role.MANAGER),
            ),
            rooms=(
                Room(
                    id=RoomId("#acme"),
                    purpose=RoomPurpose.CUSTOMER,
                    organisation=ACME,
                    places=(room_address(self.exo.id, self.acme.id),),
                ),
                Room(
                    id=RoomId("#desk"),
                    purpose=RoomPurpose.DESK,
                    places=(room_address(self.exo.id, self.desk_room.id),),
                ),
            ),
        )

    @asynccontextmanager
    async def listening(
        self, *, passing: Passing = pass_by, relaying: bool = True, anew: bool = False
    ) -> AsyncIterator["Stage"]:
        """
        Run the desk until the end of the block.

        Args:
            anew: The database knows the directory from before.
        """
        stop = asyncio.Event()
        async with (
            connect(self.settings, words=load_words(), time=self.time) as connected,
            open_desk(
                database=self.database,
                policies=policy_engine(None, None),
                words=load_words(),
                messengers=[connected.messenger],
                time=self.time,
                directory=None if anew else self.directory,
                passing=passing,
            ) as self.desk,
        ):
            self.connected = connected

            async def directory() -> WhoIsWho:
                async with self.desk.storage.begin() as uow:
                    return await uow.directory.everything()

            loops = [
                asyncio.create_task(
                    connected.run(self.desk.bus, stop, directory=directory, time=self.time, passing=passing)
                )
            ]
            self.running = loops[0]
            if relaying:
                loops.append(asyncio.create_task(self.desk.relay.run(stop)))
            try:
                await self._reachable(connected)
                yield self
            finally:
                stop.set()
                async with asyncio.timeout(STOPS_WITHIN_S):
                    await asyncio.gather(*loops, return_exceptions=True)

    async def _reachable(self, connected: SlackApp) -> None:
        if self.app.socket_mode:
            async with asyncio.timeout(PATIENCE_S):
                await self.slack.sockets.connected(self.app)
            return
        async with asyncio.timeout(PATIENCE_S):
            while connected.port is None and not self.running.done():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        self.slack.deliver_to(self.app, f"http://127.0.0.1:{connected.port}/slack/events")

    # ---- what became of it -------------------------------------------------------------------------------------------

    async def tickets(self) -> Sequence[Ticket]:
        found = []
        async with self.desk.storage.begin() as uow:
            number = 1
            while (ticket := await uow.tickets.find(TicketId(number), Scope.of_the_desk())) is not None:
                found.append(ticket)
                number += 1
        return found

    async def history(self, number: int = 1) -> list[str]:
        """Return the kinds of what happened to a ticket."""
        async with self.desk.storage.begin() as uow:
            rows = await uow.history.of(TicketId(number), Scope.of_the_desk())
        return [type(row.event).__name__ for row in rows]

    async def said(self, number: int = 1) -> list[str]:
        """Return what people wrote in a ticket."""
        async with self.desk.storage.begin() as uow:
            rows = await uow.history.of(TicketId(number), Scope.of_the_desk())
        return [row.event.text for row in rows if hasattr(row.event, "text")]

    async def a_ticket(self, text: str = "!open S2 the portal is slow") -> TicketId:
        """Let Ana open one, and wait until its cards stand."""
        before = len(await self.tickets())
        await self.ana.says(self.acme, text)
        await self.slack.until(lambda: len(self.cards(self.acme)) > before)
        await self.slack.until(lambda: len(self.cards(self.desk_room)) > before)
        return TicketId(before + 1)

    def cards(self, channel: Channel) -> list[str]:
        """Return the timestamps of the desk's messages at the top of a channel that bear a card's mark."""
        return [
            ts
            for ts, message in channel.messages.items()
            if ((message.metadata or {}).get("event_payload") or {}).get("form") == "card"
        ]

    async def until_said(self, *texts: str, number: int = 1) -> None:
        """Wait until people have written exactly *texts* in a ticket."""
        try:
            async with asyncio.timeout(PATIENCE_S / 4):
                while await self.said(number) != list(texts):  # noqa: ASYNC110 - a database tells nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            assert await self.said(number) == list(texts)

    def card(self, channel: Channel, number: int = 1) -> Message:
        return channel.messages[self.cards(channel)[number - 1]]

    async def interacts(self, kind: str, payload: Json) -> Delivery:
        """Let Slack bring an interaction that no client would let anybody make."""
        delivery = Delivery(
            app=self.app, envelope=Envelope.INTERACTION, what=kind, id=self.slack.world.secret(""), payload=payload
        )
        return await self.slack.postman.begin(delivery).ended()

    def pressed(self, who: Client, message: Message, action_id: str, value: Json) -> Json:
        """Return the press of a button that need not stand on *message*."""
        button = {"type": "button", "action_id": action_id, "value": json.dumps(value)}
        block = {"type": "actions", "block_id": "b", "elements": [button]}
        payload, _ = interactions.block_actions(self.slack.stage, self.app, who.user, message, block, button)
        return payload

    async def event(self, event: Json, **envelope: Any) -> Delivery:
        """Let Slack bring any event."""
        installation = self.app.installation
        body = event_body(
            {"event_ts": "1.0", **event}, installation, team=installation.team, channel=None, event_id="Ev1"
        )
        delivery = Delivery(
            app=self.app,
            envelope=Envelope.EVENT,
            what=str(event.get("type")),
            id=self.slack.world.secret(""),
            payload=body | envelope,
        )
        return await self.slack.postman.begin(delivery).ended()


@asynccontextmanager
async def a_stage(database: str, *, socket_mode: bool = False, **slack: Any) -> AsyncIterator[Stage]:
    async with a_slack(**slack) as running:
        exo, acme = running.team("exo"), running.team("acme")
        app = running.app_of_manifest(manifest(manifest_text(url=EXAMPLE, socket=socket_mode)))
        never_log(app.token, app.app_token, app.signing_secret)
        ana, eve = acme.person("Ana Alves"), acme.person("Eve Unknown")
        ben, mia = exo.person("Ben Barker"), exo.person("Mia Moreau")
        yield Stage(
            slack=running,
            database=database,
            exo=exo,
            acme_team=acme,
            app=app,
            ana=ana,
            ben=ben,
            mia=mia,
            stranger=eve,
            acme=exo.channel("acme", members=[ben, mia, app, ana, eve], shared_with=[acme]),
            desk_room=exo.channel("desk", members=[ben, mia, app], private=True),
        )


def _person(client: Client, name: str, role: Role, **more: Any) -> Person:
    return Person(
        id=PersonId(name),
        name=client.name,
        role=role,
        language=Language.EN,
        time_zone="Europe/Paris",
        identities=(person_address(client.team.id, client.id),),
        **more,
    )
