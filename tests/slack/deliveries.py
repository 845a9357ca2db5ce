"""
What Slack brings to an app, and how the app took it: events are brought again until they are acknowledged.

The way there, HTTP or a websocket, is a `Carrier`'s matter.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from tests.slack.faults import DeliveryFault, Faults, Hold
from tests.slack.records import App, Json

DEADLINE_S = 3.0
"""Facts §3: no answer within three seconds is none."""

RETRY_DELAYS_S = (0.0, 60.0, 300.0)
"""Facts §3: about at once, after a minute, after five."""


class Envelope(StrEnum):
    """What kind of delivery it is; the values are Socket Mode's."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTION = "interactive"
    VERIFICATION = "url_verification"


class Outcome(StrEnum):
    UNDER_WAY = "under way"
    HELD = "held"
    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    LOST = "lost"
    NOWHERE = "nowhere to bring it"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """
    One time that it was brought.

    Attributes:
        status: None if nothing came back; over a websocket an acknowledgement counts as 200.
        failure: Slack's reason to bring it again, such as ``http_timeout``; empty if it was taken.
    """

    retry: int
    status: int | None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""


@dataclass(kw_only=True, eq=False)
class Delivery:
    """
    Attributes:
        what: The type of the event or interaction, ``slash_commands`` for a command.
        id: Its event id or trigger id.
        attempts: So far, in the order of their ends.
        gate: What it waits for, if it was held or its next try was put by.
    """

    app: App
    envelope: Envelope
    what: str
    id: str
    payload: Json
    channel_id: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome = Outcome.UNDER_WAY
    gate: Hold | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def names(self) -> Sequence[str]:
        """What the script of faults may call it."""
        event = self.payload.get("event", {})
        return [name for name in (self.what, event.get("subtype")) if name]

    @property
    def taken(self) -> bool:
        return self.outcome is Outcome.TAKEN

    @property
    def status(self) -> int | None:
        return self.attempts[-1].status if self.attempts else None

    @property
    def body(self) -> str:
        return self.attempts[-1].body if self.attempts else ""

    @property
    def headers(self) -> Mapping[str, str]:
        return self.attempts[-1].headers if self.attempts else {}

    @property
    def seconds(self) -> float:
        return self.attempts[-1].seconds if self.attempts else 0.0

    @property
    def answer(self) -> Any:
        """Return the body's JSON, or None if there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def is_moving(self) -> bool:
        """Whether something will become of it by itself."""
        return not self._done.is_set() and (self.gate is None or self.gate.released)

    async def ended(self) -> "Delivery":
        """Wait until it was taken, or given up, or waits for the test."""
        await self._over.wait()
        return self

    async def arrived(self) -> "Delivery":
        """Wait until it was taken or given up, whatever it waits for."""
        await self._done.wait()
        return self

    async def passes(self, gate: Hold) -> None:
        """Keep it until *gate* is open, and let nobody wait for it meanwhile."""
        self.gate, self.outcome = gate, Outcome.HELD
        self._over.set()
        await gate.passed()
        self._over.clear()
        self.gate, self.outcome = None, Outcome.UNDER_WAY

    def ends(self) -> None:
        self._over.set()
        self._done.set()


class Carrier(Protocol):
    """Brings a delivery once: over HTTP, or by Socket Mode."""

    async def bring(self, delivery: Delivery, *, retry: int, reason: str, deadline_s: float) -> Attempt: ...


class Postman:
    """
    Brings deliveries, again if need be.

    Attributes:
        deliveries: All that there ever were, in the order they arose.
        scale: What a second of the delays between retries takes in real seconds.
        deadline_s: How long an app may take to answer.
        parked: With `park`, retries but the first wait here for `redeliver`, in place of a delay.
    """

    def __init__(self, faults: Faults, way: Callable[[App], Carrier | None], *, scale: float) -> None:
        self._faults = faults
        self._way = way
        self._tasks: set[asyncio.Task[None]] = set()
        self.deliveries: list[Delivery] = []
        self.scale = scale
        self.deadline_s = DEADLINE_S
        self.park = False
        self.parked: list[Hold] = []

    def begin(self, delivery: Delivery) -> Delivery:
        """Bring it in the background; `ended` tells when that is over."""
        self.deliveries.append(delivery)
        fault = self._faults.of_delivery(delivery.names, delivery.channel_id)
        self._in_background(self._bring(delivery, fault or DeliveryFault()))
        return delivery

    async def settle(self) -> None:
        """Wait until everything that can arrive by itself has arrived."""
        while moving := [each for each in self.deliveries if each.is_moving]:
            await asyncio.gather(*(each.ended() for each in moving))

    async def redeliver(self) -> None:
        """Bring again what is parked, and wait for how that ends, or is parked again."""
        parked, self.parked = self.parked, []
        for gate in parked:
            gate.release()
        await self.settle()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, delivery: Delivery, fault: DeliveryFault) -> None:
        try:
            if fault.held is not None:
                await delivery.passes(fault.held)
            await asyncio.sleep(fault.delay_s)
            await self._bring_copies(delivery, fault)
        finally:
            if fault.releases is not None:
                fault.releases.release()
            delivery.ends()

    async def _bring_copies(self, delivery: Delivery, fault: DeliveryFault) -> None:
        if fault.lost:
            delivery.outcome = Outcome.LOST
            return
        carrier = self._way(delivery.app)
        if carrier is None:
            delivery.outcome = Outcome.NOWHERE
            return
        if fault.at_once:
            copies = (self._copy(carrier, delivery, number) for number in range(fault.copies))
            last = (await asyncio.gather(*copies))[-1]
        else:
            last = [await self._copy(carrier, delivery, number) for number in range(fault.copies)][-1]
        if fault.ack_lost:
            last = Attempt(retry=last.retry, status=None, failure="http_timeout")
        await self._until_taken(carrier, delivery, last)

    async def _until_taken(self, carrier: Carrier, delivery: Delivery, last: Attempt) -> None:
        """Only events are brought again (facts §3); `x-slack-no-retry` is heard in any answer that is no success."""
        for delay_s in RETRY_DELAYS_S[last.retry :]:
            unwanted = last.headers.get("x-slack-no-retry") == "1"
            if not last.failure or delivery.envelope is not Envelope.EVENT or unwanted:
                break
            await self._wait(delivery, delay_s)
            last = await self._attempt(carrier, delivery, retry=last.retry + 1, reason=last.failure)
        delivery.outcome = Outcome.NOT_TAKEN if last.failure else Outcome.TAKEN

    async def _wait(self, delivery: Delivery, delay_s: float) -> None:
        if not self.park or not delay_s:
            await asyncio.sleep(delay_s * self.scale)
            return
        gate = Hold()
        self.parked.append(gate)
        await delivery.passes(gate)

    async def _copy(self, carrier: Carrier, delivery: Delivery, number: int) -> Attempt:
        return await self._attempt(carrier, delivery, retry=number, reason="http_timeout" if number else "")

    async def _attempt(self, carrier: Carrier, delivery: Delivery, *, retry: int, reason: str) -> Attempt:
        attempt = await carrier.bring(delivery, retry=retry, reason=reason, deadline_s=self.deadline_s)
        delivery.attempts.append(attempt)
        return attempt
