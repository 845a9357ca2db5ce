"""Whole desks for tests: the demo cast on a given database, and people who speak to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from adapters.directory_file.reading import demo_directory
from chatops.application.deliveries import Answer, Delivery, Marked, Request, Speech
from chatops.application.ports.messenger import Messenger, Parcel
from chatops.application.ports.outbox import Form
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.bootstrap import RunningDesk, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import CannotTell, DeliveryError, Doubtful
from chatops.domain.vocabulary import Platform, TicketId

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
_deliveries = count(1)


@dataclass
class FixedTime:
    """A `TimeSource` that the test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Mailbox:
    """A `Messenger` that keeps what it is given; `fails` are raised first, one a try."""

    platform: Platform = Platform.CONSOLE
    parcels: list[Parcel] = field(default_factory=list)
    fails: list[DeliveryError] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, parcel: Parcel) -> Address:
        if self.fails:
            raise self.fails.pop(0)
        self.parcels.append(parcel)
        self.arrived.set()
        edited = parcel.claimed.root if parcel.claimed.form is Form.CARD_EDIT else parcel.claimed.target
        return edited or Address(platform=self.platform, value=f"m{parcel.claimed.id}")

    def headlines(self, room: str) -> list[str]:
        return [p.claimed.message.headline for p in self.parcels if p.claimed.place.value == room]


@dataclass
class TracedMailbox(Mailbox):
    """
    A `Messenger` of a platform that shows a message twice when it is sent twice, so that it has to be `Traceable`.

    Attributes:
        shown: What stands on the platform, by the rows' numbers; more than one of a number is a double.
        dies_after: The process ends, as far as the outbox can tell, once the message stands there.
        blind: The platform does not let us look.
    """

    shown: list[int] = field(default_factory=list)
    dies_after: bool = False
    blind: bool = False
    looked: int = 0

    async def deliver(self, parcel: Parcel) -> Address:
        if self.fails and not isinstance(self.fails[0], Doubtful):
            raise self.fails.pop(0)
        self.shown.append(parcel.claimed.id)
        if self.fails:
            raise self.fails.pop(0)
        if self.dies_after:
            raise Dies
        return await super().deliver(parcel)

    async def trace(self, parcel: Parcel) -> Address | None:
        self.looked += 1
        if self.blind:
            raise CannotTell("the history is kept from us")
        shown = parcel.claimed.id in self.shown
        return Address(platform=self.platform, value=f"m{parcel.claimed.id}") if shown else None


class Dies(Exception):
    """The process ends here, as far as the outbox can tell."""


@asynccontextmanager
async def a_desk(
    database: str,
    *,
    messengers: Sequence[Messenger] = (),
    time: FixedTime | None = None,
    policies: PolicyEngine | None = None,
    directory: WhoIsWho | None = None,
) -> AsyncIterator[RunningDesk]:
    async with open_desk(
        database=database,
        policies=policies or policy_engine(None, None),
        words=load_words(),
        messengers=messengers or [Mailbox()],
        time=time or FixedTime(),
        directory=directory or demo_directory(),
    ) as desk:
        yield desk


def delivery(
    person: str, room: str, request: Request, *, key: str | None = None, thread: str | None = None
) -> Delivery:
    number = next(_deliveries)
    return Delivery(
        key=key or f"console:test-{number}",
        sender=Address(platform=Platform.CONSOLE, value=person),
        sender_name=person,
        room=Address(platform=Platform.CONSOLE, value=room),
        thread=Address(platform=Platform.CONSOLE, value=thread) if thread else None,
        message=Address(platform=Platform.CONSOLE, value=f"said-{number}"),
        request=request,
        correlation_id=f"c{number}",
    )


async def said(desk: RunningDesk, person: str, room: str, text: str, *, thread: str | None = None) -> Answer:
    """Let *person* say *text*: a command after ``!``, else plain words."""
    request: Request = Marked(text=text[1:]) if text.startswith("!") else Speech(text=text)
    return await desk.bus.handle(delivery(person, room, request, thread=thread))


async def quiet(desk: RunningDesk) -> None:
    """Let everything that is owed or due now happen."""
    while await desk.relay.run_once() + await desk.timers.run_once():
        pass


async def passes_until(desk: RunningDesk, time: FixedTime, at: datetime) -> None:
    """Let time pass, and what is due on the way happen at its own instant."""
    while (due := await desk.timers.next_due()) is not None and due <= at:
        time.at = max(due, time.at)
        await quiet(desk)
    time.at = at
    await quiet(desk)


async def a_ticket(desk: RunningDesk, person: str = "ana", room: str = "#acme") -> TicketId:
    opened = await said(desk, person, room, "!open S2 the portal is very slow")
    assert opened.ticket_id is not None
    return opened.ticket_id
