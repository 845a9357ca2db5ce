"""Files between platforms: carried once, two at a time, and whatever goes wrong on the way told as what it is."""

import asyncio
import weakref
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest

from chatops.application.carrying import AT_ONCE, FAILURES, LARGEST, Carrying, NotCarried, Put
from chatops.application.ports.outbox import ClaimedMessage
from chatops.domain.errors import (
    DeliveryError,
    RateLimited,
    RoomBusy,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform
from tests.unit.matrix.parcels import a_parcel

SECOND = timedelta(seconds=1)
LOG = Attachment(name="app.log", address="slack:log")
THERE = Attachment(name="app.log", address="mxc://chat.test/log")


class Heavy(bytearray):
    """A file that one can see being forgotten."""


@dataclass
class Slack:
    """
    A `FileSource` in memory.

    Attributes:
        fails: Raised instead, one a try.
        go_on: Everything waits until it is set.
    """

    platform: Platform = Platform.SLACK
    fails: list[DeliveryError] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    fetched: list[str] = field(default_factory=list)
    gave: "list[weakref.ref[Heavy]]" = field(default_factory=list)

    def holds(self, file: Attachment) -> bool:
        return file.address.startswith("slack:")

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        self.fetched.append(file.address)
        await self.go_on.wait()
        if self.fails:
            raise self.fails.pop(0)
        data = Heavy(b"line 1\n")
        self.gave.append(weakref.ref(data))
        return cast(bytes, data)


@pytest.fixture
def slack() -> Slack:
    source = Slack()
    source.go_on.set()
    return source


def carrying(slack: Slack, *, waited_for_s: float = 10.0) -> Carrying:
    carrying = Carrying(waited_for_s=waited_for_s)
    carrying.add(slack)
    return carrying


def row(number: int = 1) -> ClaimedMessage:
    return a_parcel(id=number).claimed


async def put(data: bytes) -> Attachment:
    return THERE


def putting(error: DeliveryError) -> Put:
    async def put(data: bytes) -> Attachment:
        try:
            raise TimeoutError
        except TimeoutError as exc:
            raise error from exc

    return put


async def test_a_file_is_carried_once_however_often_its_message_is_tried(slack: Slack) -> None:
    desk = carrying(slack)

    assert [await desk.carried(row(), LOG, put) for _ in range(3)] == [THERE] * 3
    assert len(slack.fetched) == 1


async def test_a_file_of_another_message_is_another_one(slack: Slack) -> None:
    """So is the same number in a database that was begun anew."""
    desk = carrying(slack)
    for claimed in (row(1), row(2), a_parcel(id=1, correlation_id="of another database").claimed):
        await desk.carried(claimed, LOG, put)

    assert len(slack.fetched) == 3


async def test_who_comes_too_early_comes_again_and_finds_it_there(slack: Slack) -> None:
    desk = carrying(slack, waited_for_s=0.01)
    slack.go_on.clear()
    for _ in range(3):
        with pytest.raises(TryAgainLater, match="on its way"):
            await desk.carried(row(), LOG, put)
    slack.go_on.set()
    await asyncio.sleep(0.05)

    assert await desk.carried(row(), LOG, put) == THERE
    assert len(slack.fetched) == 1


async def test_no_more_than_two_are_in_memory(slack: Slack) -> None:
    desk = carrying(slack)
    slack.go_on.clear()
    all_of_them = asyncio.gather(*(desk.carried(row(number), LOG, put) for number in range(1, 8)))
    await asyncio.sleep(0.05)
    begun = len(slack.fetched)
    slack.go_on.set()
    await all_of_them

    assert (begun, len(slack.fetched)) == (AT_ONCE, 7)
    assert [file() for file in slack.gave] == [None] * 7


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [Undeliverable("gone"), Unreachable("forbidden")])
async def test_what_is_gone_or_kept_from_us_is_not_carried(slack: Slack, error: DeliveryError) -> None:
    """Unreachable is a room, as far as the courier knows: not the one that the message is for."""
    slack.fails = [error]

    with pytest.raises(NotCarried):
        await carrying(slack).carried(row(), LOG, put)


async def test_nobody_s_file_is_not_carried(slack: Slack) -> None:
    with pytest.raises(NotCarried):
        await carrying(slack).carried(row(), Attachment(name="x", address="mxc://chat.test/x"), put)
    assert slack.fetched == []


async def test_what_says_itself_that_it_is_too_large_is_not_even_begun(slack: Slack) -> None:
    desk, large = carrying(slack), Attachment(name="x", address="slack:x", size=LARGEST + 1)
    with pytest.raises(NotCarried):
        await desk.carried(row(), large, put)
    assert slack.fetched == []

    assert await desk.carried(row(2), Attachment(name="x", address="slack:x", size=LARGEST), put) == THERE


@pytest.mark.parametrize("error", [RateLimited("", after=SECOND), RoomBusy("", after=SECOND), TryAgainLater("")])
async def test_a_source_that_is_busy_says_nothing_of_where_the_file_goes(slack: Slack, error: TryAgainLater) -> None:
    """Else the platform that the message is for would be taken for the busy one, and all of its messages wait."""
    slack.fails = [error]
    desk = carrying(slack)

    with pytest.raises(TryAgainLater) as later:
        await desk.carried(row(), LOG, put)

    assert type(later.value) is TryAgainLater
    assert later.value.after == error.after
    assert await desk.carried(row(), LOG, put) == THERE


async def test_a_source_that_stays_away_does_not_hold_up_the_thread_for_ever(slack: Slack) -> None:
    desk = carrying(slack)
    slack.fails = [TryAgainLater("away") for _ in range(FAILURES + 1)]
    for _ in range(FAILURES - 1):
        with pytest.raises(TryAgainLater):
            await desk.carried(row(), LOG, put)
    for _ in range(2):
        with pytest.raises(NotCarried):
            await desk.carried(row(), LOG, put)

    # If the name could not be told either, because everything was away, the file is not given up with it.
    assert await desk.carried(row(), LOG, put) == THERE


@pytest.mark.parametrize("error", [RateLimited("", after=SECOND), RoomBusy("", after=SECOND), TryAgainLater("")])
async def test_where_the_file_goes_is_busy_for_all_its_messages(slack: Slack, error: DeliveryError) -> None:
    desk = carrying(slack)
    for _ in range(FAILURES + 1):
        with pytest.raises(type(error)):
            await desk.carried(row(), LOG, putting(error))

    assert await desk.carried(row(), LOG, put) == THERE


@pytest.mark.parametrize("error", [Undeliverable("too large"), Unreachable("forbidden")])
async def test_what_nobody_takes_is_not_carried(slack: Slack, error: DeliveryError) -> None:
    with pytest.raises(NotCarried):
        await carrying(slack).carried(row(), LOG, putting(error))


async def test_an_error_keeps_no_file_in_memory(slack: Slack) -> None:
    desk = carrying(slack, waited_for_s=0.01)
    slack.go_on.clear()
    with pytest.raises(TryAgainLater):
        await desk.carried(row(), LOG, putting(TryAgainLater("away")))
    slack.go_on.set()
    await asyncio.sleep(0.05)

    # Nobody has come again for it.
    assert [file() for file in slack.gave] == [None]


async def test_a_fault_of_ours_is_no_refusal(slack: Slack) -> None:
    async def broken(data: bytes) -> Attachment:
        raise LookupError("a bug")

    desk = carrying(slack)
    with pytest.raises(LookupError):
        await desk.carried(row(), LOG, broken)
    assert await desk.carried(row(), LOG, put) == THERE


async def test_what_is_under_way_is_left_when_the_desk_ends(slack: Slack) -> None:
    desk = carrying(slack, waited_for_s=0.01)
    slack.go_on.clear()
    with pytest.raises(TryAgainLater):
        await desk.carried(row(), LOG, put)

    await desk.close()

    slack.go_on.set()
    with pytest.raises(TryAgainLater):
        await desk.carried(row(), LOG, put)
    assert await desk.carried(row(), LOG, put) == THERE
