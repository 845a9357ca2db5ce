"""
What goes wrong, on a script: faults of API calls and of deliveries, matched by what, where and the how-manieth.

A fault is met once; without faults everything works. Source: facts/reliability, the fault-injecting fakes.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.slack.records import Channel


class Hold:
    """A gate that keeps a call or a delivery until it is released."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    @property
    def released(self) -> bool:
        return self._open.is_set()

    def release(self) -> None:
        self._open.set()

    async def passed(self) -> None:
        await self._open.wait()


@dataclass(frozen=True, kw_only=True)
class ApiFault:
    """
    What happens to a call of the Web API, a download, or a use of a `response_url`.

    Attributes:
        executed: Whether the call is carried out at all.
        before_s: It waits so long before it is carried out; whoever hangs up meanwhile does not stop it.
        after_s: It waits so long with the answer.
        held_before: It waits to be carried out until this is released.
        held_after: The answer waits until this is released.
        dropped: The connection is reset instead of an answer.
        endless: Instead of the answer comes a body that never ends.
        status: What is answered instead, with `headers` and `body`.
        error: ``ok: false`` with this error is answered instead.
    """

    executed: bool = True
    before_s: float = 0.0
    after_s: float = 0.0
    held_before: Hold | None = None
    held_after: Hold | None = None
    dropped: bool = False
    endless: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""


EXECUTED_THEN_DROPPED = ApiFault(dropped=True)
EXECUTED_THEN_500 = ApiFault(status=500, body="Internal Server Error")
EXECUTED_THEN_503 = ApiFault(status=503, body="Service Unavailable")
DROPPED = ApiFault(executed=False, dropped=True)
BROKEN = ApiFault(executed=False, status=500, body="Internal Server Error")
UNAVAILABLE = ApiFault(executed=False, status=503, body="Service Unavailable")
NEVER_ENDING = ApiFault(endless=True)
HTML_PAGE = ApiFault(executed=False, status=200, headers={"Content-Type": "text/html"}, body="<html>Sorry!</html>")


def rate_limited(retry_after: str | int | None = 1) -> ApiFault:
    """
    Args:
        retry_after: What stands in the header, sense or nonsense; None for no header.
    """
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return ApiFault(
        executed=False,
        status=429,
        headers={"Content-Type": "application/json", **headers},
        body='{"ok":false,"error":"ratelimited"}',
    )


def slow(*, before_s: float = 0.0, after_s: float = 0.0) -> ApiFault:
    return ApiFault(before_s=before_s, after_s=after_s)


def refused(error: str) -> ApiFault:
    return ApiFault(executed=False, error=error)


def redirected(url: str) -> ApiFault:
    return ApiFault(executed=False, status=302, headers={"Location": url})


@dataclass(frozen=True, kw_only=True)
class DeliveryFault:
    """
    What happens to one delivery to the app.

    Attributes:
        copies: It comes so many times, all with the same id.
        at_once: The copies come together, not one after the other.
        lost: It never comes, and is not delivered again either.
        delay_s: It comes so much later.
        held: It comes when this is released; whoever caused it does not wait for that.
        releases: What may come once this one is over.
        ack_lost: The app's answer does not arrive, so that events come again.
    """

    copies: int = 1
    at_once: bool = False
    lost: bool = False
    delay_s: float = 0.0
    held: Hold | None = None
    releases: Hold | None = None
    ack_lost: bool = False


TWICE = DeliveryFault(copies=2)
THRICE = DeliveryFault(copies=3)
TWICE_AT_ONCE = DeliveryFault(copies=2, at_once=True)
THRICE_AT_ONCE = DeliveryFault(copies=3, at_once=True)
LOST = DeliveryFault(lost=True)
ACK_LOST = DeliveryFault(ack_lost=True)


def reordered(count: int = 2) -> Sequence[DeliveryFault]:
    """Return faults for so many deliveries that come in the opposite order, once the last of them is due."""
    gates = [Hold() for _ in range(count)]
    held = [DeliveryFault(held=gates[n], releases=gates[n - 1] if n else None) for n in range(count - 1)]
    return [*held, DeliveryFault(releases=gates[count - 2])]


Fault = ApiFault | DeliveryFault


@dataclass(kw_only=True, eq=False)
class _Announced:
    what: str
    where: str | None
    wait: int
    fault: Fault
    times: int


class Faults:
    """The script: what was announced and has not been met yet."""

    def __init__(self) -> None:
        self._script: list[_Announced] = []

    def on(self, what: str, *faults: Fault, channel: Channel | str | None = None, nth: int = 1) -> None:
        """
        Let the *nth* match from now on meet the first of *faults*, and the ones after it the others.

        Args:
            what: A method such as ``chat.postMessage``, ``upload``, ``download``, ``response_url``, or what is
                delivered: an event's type such as ``app_mention`` or a message's subtype such as ``message_changed``,
                ``slash_commands``, or an interaction's type such as ``block_actions``. ``*`` stands for anything, as
                in a file name.
            channel: Only there.
        """
        for number, fault in enumerate(faults):
            self._announce(what, fault, channel, wait=nth - 1 + number, times=1)

    def always(self, what: str, fault: Fault, *, channel: Channel | str | None = None) -> None:
        """Let every match meet *fault* until it is forgotten."""
        self._announce(what, fault, channel, wait=0, times=1_000_000)

    def forget(self) -> None:
        self._script.clear()

    @property
    def announced(self) -> int:
        """How many have not been met yet; one that is always met counts for one."""
        return len(self._script)

    def of_call(self, method: str, channel: str = "") -> ApiFault | None:
        return next((met for met in self._met((method,), channel, ApiFault) if isinstance(met, ApiFault)), None)

    def of_delivery(self, names: Sequence[str], channel: str = "") -> DeliveryFault | None:
        return next((met for met in self._met(names, channel, DeliveryFault) if isinstance(met, DeliveryFault)), None)

    def _announce(self, what: str, fault: Fault, channel: Channel | str | None, *, wait: int, times: int) -> None:
        where = channel.id if isinstance(channel, Channel) else channel
        self._script.append(_Announced(what=what, where=where, wait=wait, fault=fault, times=times))

    def _met(self, names: Sequence[str], channel: str, sort: type[Fault]) -> Iterator[Fault]:
        """Count a match for everything that fits, and yield the first that is due."""
        fitting = [
            each
            for each in self._script
            if isinstance(each.fault, sort)
            and any(fnmatchcase(name, each.what) for name in names)
            and each.where in (None, channel)
        ]
        due = next((each for each in fitting if each.wait <= 0), None)
        for each in fitting:
            each.wait -= 1
        if due is not None:
            due.times -= 1
            if due.times <= 0:
                self._script.remove(due)
            yield due.fault
