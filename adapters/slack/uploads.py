"""
Files on their way to Slack: fetched where they lie, put there once, however often their message is tried.

A large file takes longer than a message may be under way (its lease). So it is fetched and put there beside the tries:
who comes too early is told to come again, and finds it there.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta

from adapters.slack.files import LARGEST, SlackFiles, safe_name
from adapters.slack.web import FileRefused
from chatops.application.ports import ClaimedMessage, FileSource
from chatops.domain.errors import TryAgainLater, Undeliverable
from chatops.domain.events import Attachment

WAITED_FOR_S = 15.0
"""With the time that posting may take (`web.CALL_WITHIN_S`) it stays below the lease of a message."""

COME_AGAIN = timedelta(seconds=10)

AT_ONCE = 2
"""How many files may be in memory at the same time."""

_REMEMBERED = 200


class Uploads:
    """
    Args:
        sources: Where files lie that are passed on; Slack's own are known: who reads in another room may not read them
            where they lie.
    """

    def __init__(self, files: SlackFiles, sources: Sequence[FileSource], *, waited_for_s: float) -> None:
        self._files = files
        self._sources = (files, *sources)
        self._waited_for_s = waited_for_s
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._under_way: OrderedDict[tuple[int, str], asyncio.Task[str]] = OrderedDict()

    async def permalink(self, claimed: ClaimedMessage, team: str, file: Attachment) -> str:
        """
        Return where a message's file is on Slack; nobody sees it yet.

        Raises:
            FileRefused: It cannot be passed on: only its name can be told.
            TryAgainLater: It is on its way, or Slack or whoever keeps it is away.
        """
        row = (claimed.id, claimed.origin)
        task = self._under_way.get(row) or self._begun(row, team, file)
        done, _ = await asyncio.wait({task}, timeout=self._waited_for_s)
        if not done or task.cancelled():
            raise TryAgainLater("the file is on its way", after=COME_AGAIN)
        if task.exception() is not None:
            self._under_way.pop(row, None)
        return task.result()

    async def _put(self, team: str, file: Attachment) -> str:
        source = next((source for source in self._sources if source.holds(file)), None)
        if source is None:
            raise FileRefused("nobody knows where the file lies")
        async with self._turn:
            try:
                data = await source.fetch(file, limit=LARGEST)
                return await self._files.upload(team, data, name=safe_name(file.name))
            except Undeliverable as refused:
                raise FileRefused(str(refused)) from refused

    def _begun(self, row: tuple[int, str], team: str, file: Attachment) -> asyncio.Task[str]:
        task = asyncio.create_task(self._put(team, file))
        task.add_done_callback(_noticed)
        self._under_way[row] = task
        if len(self._under_way) > _REMEMBERED:
            _, forgotten = self._under_way.popitem(last=False)
            forgotten.cancel()
        return task


def _noticed(task: asyncio.Task[str]) -> None:
    """Whether anybody comes again for it or not: an error of it is none of the loop's."""
    if not task.cancelled():
        task.exception()
