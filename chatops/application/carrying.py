"""
Files on their way from one platform to another: fetched where they lie, put where they are to be shown.

A large file takes longer than a message may be under way (its lease). So it is carried beside the tries, once per
message: who comes too early is told to come again, and finds it there. A desk that died meanwhile carries it again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from chatops.application.ports.file_source import FileSource
from chatops.application.ports.outbox import ClaimedMessage
from chatops.domain.errors import DeliveryError, TryAgainLater, Undeliverable, Unreachable
from chatops.domain.events import Attachment

LARGEST = 50 * 2**20
"""Bytes; a larger file is not passed on, and only its name is told."""

AT_ONCE = 2
"""How many files may be in memory at the same time, whatever the platforms."""

WAITED_FOR_S = 15.0
"""With the time that sending the message may take it stays below the lease of a message."""

COME_AGAIN = timedelta(seconds=10)

FAILURES = 10
"""
After so many the name is told, and the thread goes on: with the pauses between the tries, nine minutes.

A file holds up what is to be said after it, and whoever keeps it may be away for long.
"""

_REMEMBERED = 200

Put = Callable[[bytes], Awaitable[Attachment]]
"""Puts a file where it is to be shown; returns where it lies from then on."""


class NotCarried(Undeliverable):
    """The file cannot be passed on: only its name can be told."""


@dataclass
class _Errand:
    task: asyncio.Task[Attachment | DeliveryError] | None = None
    failures: int = 0


class Carrying:
    """
    One for all platforms of a desk.

    Args:
        largest: Bytes.
        waited_for_s: How long a message waits for its file, before it is told to come again.
    """

    def __init__(self, *, largest: int = LARGEST, waited_for_s: float = WAITED_FOR_S) -> None:
        self._largest = largest
        self._waited_for_s = waited_for_s
        self._sources: list[FileSource] = []
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._errands: OrderedDict[tuple[int, str], _Errand] = OrderedDict()

    def add(self, source: FileSource) -> None:
        """Fetch files from there as well."""
        self._sources.append(source)

    async def close(self) -> None:
        """Leave what is under way; whoever sends its message another time begins anew."""
        tasks = [errand.task for errand in self._errands.values() if errand.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def carried(self, claimed: ClaimedMessage, file: Attachment, put: Put) -> Attachment:
        """
        Return where a message's file lies, once *put* has put it there; nobody sees it yet.

        Raises:
            NotCarried: Only its name can be told.
            TryAgainLater: It is on its way, or who keeps it or is to keep it is away.
        """
        errand = self._errand_of(claimed)
        if errand.task is None:
            errand.task = asyncio.create_task(self._carry(errand, file, put))
            errand.task.add_done_callback(_noticed)
        task = errand.task
        done, _ = await asyncio.wait({task}, timeout=self._waited_for_s)
        if not done:
            raise TryAgainLater("the file is on its way", after=COME_AGAIN)
        outcome = _outcome_of(task)
        if isinstance(outcome, BaseException):
            errand.task = None
            raise outcome
        return outcome

    async def _carry(self, errand: _Errand, file: Attachment, put: Put) -> Attachment | DeliveryError:
        """An error is returned without what led to it: its frames would keep the file in memory."""
        async with self._turn:
            try:
                data = await self._fetched(errand, file)
                return await _put(put, data)
            except DeliveryError as error:
                error.__cause__ = error.__context__ = None
                return error.with_traceback(None)

    async def _fetched(self, errand: _Errand, file: Attachment) -> bytes:
        """
        Where a file lies is another platform's affair: its refusals say nothing of the one that is sent on.

        Raises:
            NotCarried, TryAgainLater: And none of their kinds.
        """
        source = next((source for source in self._sources if source.holds(file)), None)
        if source is None:
            raise NotCarried("nobody knows where the file lies")
        if file.size is not None and file.size > self._largest:
            raise NotCarried(f"the file is larger than {self._largest} bytes")
        try:
            return await source.fetch(file, limit=self._largest)
        except (Undeliverable, Unreachable) as refused:
            raise NotCarried(str(refused)) from refused
        except TryAgainLater as later:
            errand.failures += 1
            if errand.failures >= FAILURES:
                raise NotCarried(str(later)) from later
            raise TryAgainLater(str(later), after=later.after) from later

    def _errand_of(self, claimed: ClaimedMessage) -> _Errand:
        row = (claimed.id, claimed.origin)
        errand = self._errands.setdefault(row, _Errand())
        self._errands.move_to_end(row)
        if len(self._errands) > _REMEMBERED:
            _, forgotten = self._errands.popitem(last=False)
            if forgotten.task is not None:
                forgotten.task.cancel()
        return errand


async def _put(put: Put, data: bytes) -> Attachment:
    try:
        return await put(data)
    except (Undeliverable, Unreachable) as refused:
        raise NotCarried(str(refused)) from refused


def _outcome_of(task: asyncio.Task[Attachment | DeliveryError]) -> Attachment | BaseException:
    if task.cancelled():
        return TryAgainLater("the file was left on its way", after=COME_AGAIN)
    return task.exception() or task.result()


def _noticed(task: asyncio.Task[Attachment | DeliveryError]) -> None:
    """Whether anybody comes again for it or not: an error of it is none of the loop's."""
    if not task.cancelled():
        task.exception()
