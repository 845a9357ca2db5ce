"""
One command, one transaction, once per delivery.

The way: delivery → known before? → reception (who, where, which command) → handler (policy decides) → ticket, history,
owed messages, timers, inbox row and cursor in one commit. Only then does the caller tell the platform "received".
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from chatops.application.commands import Command, EnterRoom, FollowRoom, GuardRoom, RenameRoom
from chatops.application.deliveries import Answer, Cursor, Delivery
from chatops.application.forms import Form
from chatops.application.handlers.desk import Desk
from chatops.application.home import Home
from chatops.application.passing import Passing, pass_by
from chatops.application.ports.inbox import Written
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.storage import Storage, UnitOfWork
from chatops.application.ports.threads import Thread
from chatops.application.ports.time_source import TimeSource
from chatops.application.reception import Reception
from chatops.application.words import Words
from chatops.domain.directory import Address
from chatops.domain.errors import ConflictError, StorageError
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import Platform, Role, TicketId

log = structlog.get_logger()

TRIES = 10
"""How often a command that somebody was faster than is begun again."""

Work = Callable[[UnitOfWork], Awaitable[tuple[Desk, Answer] | None]]
"""What is done inside one transaction: the desk it was done at, which owes messages, and the answer; None: chatter."""


class CommandBus:
    """
    Args:
        platforms: Those this desk runs on: tickets get threads there.
        passing: Called with the name of each point of the way, for the tests that stop the process there.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        policies: PolicyEngine,
        words: Words,
        time: TimeSource,
        platforms: frozenset[Platform],
        passing: Passing = pass_by,
    ) -> None:
        self._storage = storage
        self._time = time
        self._reception = Reception(policies=policies, words=words, time=time, platforms=platforms)
        self._passing = passing

    async def handle(self, delivery: Delivery) -> Answer:
        """
        Do what *delivery* asks, at most once per key, and owe everybody what they are to read.

        Raises:
            ConflictError: Somebody was faster, `TRIES` times over; nothing was kept: deliver it again.
            StorageError: Nothing was kept: deliver it again later.
        """
        try:
            return await self._delivered(delivery, self._reception.receive)
        except (ConflictError, StorageError):
            raise
        except Exception:
            # The edge of what people can send: one poisoned message must not keep all others from us (F30).
            log.exception("delivery_set_aside", key=delivery.key, correlation_id=delivery.correlation_id)
            return await self._delivered(delivery, self._reception.regret)

    async def _delivered(
        self, delivery: Delivery, receive: Callable[[Delivery, UnitOfWork], Awaitable[tuple[Desk, Answer] | None]]
    ) -> Answer:
        return await self._in_one_commit(
            delivery.key, delivery.correlation_id, delivery.cursor, lambda uow: receive(delivery, uow)
        )

    async def run(self, command: Command, *, key: str, correlation_id: str) -> Answer:
        """Do what a timer asks, at most once per *key*; raises as `handle` does."""
        return await self._in_one_commit(
            key, correlation_id, None, lambda uow: self._reception.ask(command, uow, correlation_id=correlation_id)
        )

    async def read_to(self, cursor: Cursor) -> None:
        """Commit that an adapter has read this far, when what it read asked for nothing."""
        async with self._storage.begin() as uow:
            await uow.inbox.move(cursor)
            await uow.commit()

    async def position(self, cursor_name: str) -> str | None:
        async with self._storage.begin() as uow:
            return await uow.inbox.cursor(cursor_name)

    async def form(self, delivery: Delivery) -> Form | None:
        """
        Return the form that a `Press` asks for; None where it needs none, or is not for this person here and now.

        Nothing is kept. Where there is none, `handle` does what the press asks, or says why not.
        """
        async with self._storage.begin() as uow:
            return await self._reception.form(delivery, uow)

    async def home(self, person: Address) -> Home:
        """Return the page of whoever has this identity; a stranger's says who can introduce them."""
        async with self._storage.begin() as uow:
            return await self._reception.home(person, uow)

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        """Return what the clocks of a ticket show now; None where nothing is promised, or there is no such ticket."""
        async with self._storage.begin() as uow:
            return await self._reception.clocks(ticket_id, uow)

    async def threads_to_read(self, platform: Platform) -> tuple[Thread, ...]:
        """Return the threads of open tickets on *platform* whose card stands, for who reads back what was missed."""
        async with self._storage.begin() as uow:
            return await uow.threads.of_open_tickets(platform)

    async def room_renamed(self, old: Address, new: Address) -> None:
        """Let a room be known by a new name: what stands in it stands there still."""
        command = RenameRoom(by=None, role=Role.DESK, at=self._time.now(), old=old, new=new)
        name = _digest(f"{old.value} {new.value}")
        await self.run(command, key=f"renamed:{name}", correlation_id=f"renamed-{name}")

    async def room_shared(self, place: Address, *, key: str) -> None:
        """Look at a room that people of another company can read from now on (S13); at most once per *key*."""
        command = GuardRoom(by=None, role=Role.DESK, at=self._time.now(), place=place)
        await self.run(command, key=key, correlation_id=f"shared-{_digest(key)}")

    async def room_entered(self, place: Address, *, inviter: Address | None, key: str) -> None:
        """Say in a room that is nobody's yet what may be done there, if our staff let us in; at most once per *key*."""
        command = EnterRoom(by=None, role=Role.DESK, at=self._time.now(), place=place, inviter=inviter)
        await self.run(command, key=key, correlation_id=f"entered-{_digest(key)}")

    async def reached(self, place: Address) -> None:
        """Let go what waited for *place*, which lets us in again."""
        async with self._storage.begin() as uow:
            if await uow.outbox.reachable(place):
                log.info("place_reached", place=place.value)
            await uow.commit()

    async def room_moved(self, old: Address, new: Address) -> None:
        """Let a room of the directory go on in another place, with everything that is owed to it; at most once."""
        name = _digest(f"{old.value} {new.value}")
        command = FollowRoom(by=None, role=Role.DESK, at=self._time.now(), old=old, new=new)
        await self.run(command, key=f"moved:{name}", correlation_id=f"moved-{name}")

    # ---- the transaction ---------------------------------------------------------------------------------------------

    async def _in_one_commit(
        self,
        key: str,
        correlation_id: str,
        cursor: Cursor | None,
        work: Work,
    ) -> Answer:
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            for attempt in range(1, TRIES + 1):
                try:
                    result = await self._once(key, correlation_id, cursor, work)
                except ConflictError as conflict:
                    if attempt == TRIES:
                        raise
                    log.info("command_begun_again", key=key, attempt=attempt, because=str(conflict))
                else:
                    self._passing("after_commit")
                    _logged(key, result)
                    return result
            raise AssertionError("unreachable")

    async def _once(
        self,
        key: str,
        correlation_id: str,
        cursor: Cursor | None,
        work: Work,
    ) -> Answer:
        async with self._storage.begin() as uow:
            known = await uow.inbox.answer_to(key)
            if known is not None:
                result = replace(known, repeated=True)
            else:
                result = await self._worked(key, correlation_id, uow, work)
            if cursor is not None:
                await uow.inbox.move(cursor)
            self._passing("before_commit")
            await uow.commit()
        return result

    async def _worked(
        self,
        key: str,
        correlation_id: str,
        uow: UnitOfWork,
        work: Work,
    ) -> Answer:
        done = await work(uow)
        if done is None:
            return Answer()
        desk, result = done
        now = self._time.now()
        await uow.outbox.put(desk.owed(), at=now, correlation_id=correlation_id)
        if desk.here.place is not None:
            # Whoever is heard in a room that shut us out may have let us in again.
            await uow.outbox.look_at(desk.here.place, at=now)
        await uow.inbox.record(key, result, at=now, correlation_id=correlation_id, written=_written(desk))
        return result


def _written(desk: Desk) -> Written | None:
    """Return where the words stand that were dealt with."""
    place, message = desk.here.place, desk.here.message
    return None if place is None or message is None else Written(place=place, message=message)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _logged(key: str, result: Answer) -> None:
    log.info(
        "delivery_handled",
        key=key,
        ticket=result.ticket_id,
        refused=result.refused,
        repeated=result.repeated,
    )
