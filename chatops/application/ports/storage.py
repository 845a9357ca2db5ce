"""The port of the database: units of work, and news of work that became due."""

from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

from chatops.application.ports.directory import Directory
from chatops.application.ports.editions import Editions
from chatops.application.ports.history import History
from chatops.application.ports.inbox import Inbox
from chatops.application.ports.notices import Notices
from chatops.application.ports.outbox import Outbox
from chatops.application.ports.questions import Questions
from chatops.application.ports.recounts import Recounts
from chatops.application.ports.signs import Signs
from chatops.application.ports.threads import Threads
from chatops.application.ports.tickets import Tickets
from chatops.application.ports.timers import Timers
from chatops.domain.vocabulary import Platform


class UnitOfWork(Protocol):
    """
    One connection, one transaction: everything in it is kept together by `commit`, or not at all.

    Source: DESIGN §3; measured in facts on reliability, findings 1, 5 and 9.
    """

    @property
    def tickets(self) -> Tickets: ...

    @property
    def history(self) -> History: ...

    @property
    def threads(self) -> Threads: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def signs(self) -> Signs: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def timers(self) -> Timers: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def editions(self) -> Editions: ...

    @property
    def recounts(self) -> Recounts: ...

    async def commit(self) -> None:
        """
        Raises:
            ConflictError: Somebody else was faster.
            StorageError: The database is away; nothing is known to be kept.
        """
        ...


Work = Platform | Literal["timers"]
"""What one loop does: the messages of a platform, or the timers. News of one kind wakes no loop of another."""


class Storage(Protocol):
    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work; leaving it without `commit` undoes everything."""
        ...

    def work_mark(self, work: Work) -> int:
        """Return what grows with every commit that owes such work; read it *before* claiming, then wait `since` it."""
        ...

    async def wait_for_work(self, work: Work, *, timeout_s: float, since: int | None = None) -> None:
        """
        Return when such work may have become due (PostgreSQL's NOTIFY, a commit in this process), or on time-out.

        Args:
            since: A `work_mark`; when it has grown meanwhile, return at once, so that no commit between an empty
                claim and the waiting is slept through. None waits for what is still to come.
        """
        ...
