"""
One command, one transaction, once per delivery.

The way: delivery → known before? → who, where → words become a command → handler (policy decides) → ticket, history,
owed messages, timers, inbox row and cursor in one commit. Only then does the caller tell the platform "received".
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from chatops.application.command_line import Spoken, fold, parse
from chatops.application.commands import (
    AcceptSolution,
    AssignTicket,
    CloseTicket,
    Command,
    ExplainTicket,
    Help,
    ListTickets,
    OpenTicket,
    RefuseSolution,
    RemindBeneficiary,
    ReplyToBeneficiary,
    RequalifyTicket,
    ResolveTicket,
    SayInThread,
    ShowHistory,
    ShowTicket,
    StartWork,
    SuspendTicket,
    TakeNote,
    TakeTicket,
)
from chatops.application.deliveries import Answer, Cursor, Deletion, Delivery, Edit, Marked, Press, Reaction, Speech
from chatops.application.handlers import conversation, questions, tickets
from chatops.application.handlers.desk import Desk, Here
from chatops.application.messages import Cast, answer
from chatops.application.passing import Passing, pass_by
from chatops.application.ports import PolicyEngine, Storage, TimeSource, UnitOfWork
from chatops.application.words import N_, Words
from chatops.domain.directory import Person
from chatops.domain.errors import ConflictError, NotLinked, UserError
from chatops.domain.vocabulary import OrganisationId, PersonId, Platform, Role, Scope, reference

log = structlog.get_logger()

TRIES = 10
"""How often a command that somebody was faster than is begun again."""

Work = Callable[[UnitOfWork], Awaitable[tuple[Desk, Answer] | None]]
"""What is done inside one transaction: the desk it was done at, which owes messages, and the answer; None: chatter."""

HANDLERS: Mapping[type[Command], Callable[[Any, Desk], Awaitable[Answer]]] = {
    OpenTicket: tickets.open_ticket,
    TakeTicket: tickets.take_ticket,
    AssignTicket: tickets.assign_ticket,
    RequalifyTicket: tickets.requalify_ticket,
    SuspendTicket: tickets.suspend_ticket,
    StartWork: tickets.start_work,
    ResolveTicket: tickets.resolve_ticket,
    AcceptSolution: tickets.accept_solution,
    RefuseSolution: tickets.refuse_solution,
    CloseTicket: tickets.close_ticket,
    RemindBeneficiary: tickets.remind_beneficiary,
    ReplyToBeneficiary: conversation.reply_to_beneficiary,
    TakeNote: conversation.take_note,
    SayInThread: conversation.say_in_thread,
    ShowTicket: questions.show_ticket,
    ListTickets: questions.list_tickets,
    ShowHistory: questions.show_history,
    ExplainTicket: questions.explain_ticket,
    Help: questions.tell_help,
}


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
        self._policies = policies
        self._words = words
        self._time = time
        self._platforms = platforms
        self._passing = passing

    async def handle(self, delivery: Delivery) -> Answer:
        """
        Do what *delivery* asks, at most once per key, and owe everybody what they are to read.

        Raises:
            ConflictError: Somebody was faster, `TRIES` times over; nothing was kept: deliver it again.
            StorageError, PolicyBroken: Nothing was kept: deliver it again later.
        """
        return await self._in_one_commit(
            delivery.key, delivery.correlation_id, delivery.cursor, lambda uow: self._received(delivery, uow)
        )

    async def run(self, command: Command, *, key: str, correlation_id: str) -> Answer:
        """Do what a timer asks, at most once per *key*; raises as `handle` does."""

        async def asked(uow: UnitOfWork) -> tuple[Desk, Answer]:
            desk = self._desk(uow, await _cast(uow), None, Scope.of_the_desk(), Here(), correlation_id)
            return desk, await _guarded(desk, command)

        return await self._in_one_commit(key, correlation_id, None, asked)

    async def read_to(self, cursor: Cursor) -> None:
        """Commit that an adapter has read this far, when what it read asked for nothing."""
        async with self._storage.begin() as uow:
            await uow.inbox.move(cursor)
            await uow.commit()

    async def position(self, cursor_name: str) -> str | None:
        async with self._storage.begin() as uow:
            return await uow.inbox.cursor(cursor_name)

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
        await uow.inbox.record(key, result, at=now, correlation_id=correlation_id)
        return result

    # ---- who, where, what --------------------------------------------------------------------------------------------

    async def _received(self, delivery: Delivery, uow: UnitOfWork) -> tuple[Desk, Answer] | None:
        """Return None for chatter: words outside a ticket's thread that nobody addressed to the desk."""
        request = delivery.request
        if isinstance(request, Reaction | Edit | Deletion):
            return None
        room = await uow.directory.room_at(delivery.room)
        thread = await uow.threads.rooted_at(delivery.room, delivery.thread) if delivery.thread else None
        if isinstance(request, Speech) and thread is None:
            return None
        person = await uow.directory.person_at(delivery.sender)
        here = Here(place=delivery.room, room=room, thread=thread, root=delivery.thread, message=delivery.message)
        nothing = Scope(organisations=frozenset(), internal=False)
        scope = person.scope.narrowed(room.scope) if person and room else nothing
        desk = self._desk(uow, await _cast(uow), person, scope, here, delivery.correlation_id)
        if room is None:
            return desk, _sorry(
                desk, NotLinked(N_("This room is not one of the desk's. Ask an administrator to bind it."))
            )
        if person is None:
            return desk, _sorry(desk, _unknown_person(delivery))
        try:
            command = self._command(_clean(request), person, desk)
        except UserError as error:
            return desk, _sorry(desk, error)
        return desk, await _guarded(desk, command)

    def _command(self, request: Speech | Marked | Press, person: Person, desk: Desk) -> Command:
        """
        Raises:
            UserError: The words make no command.
        """
        thread = desk.here.thread
        spoken = Spoken(
            by=person.id,
            role=person.role,
            at=self._time.now(),
            people=_called(desk.cast),
            ticket_id=thread.ticket_id if thread else None,
            organisation=_organisation_of(desk),
            files=() if isinstance(request, Press) else request.files,
        )
        match request:
            case Marked(text=text):
                return parse(text, spoken)
            case Press(action=action, ticket_id=ticket_id, text=text):
                return parse(f"{action} {reference(ticket_id)} {text}", spoken)
            case Speech(text=text, files=files):
                assert thread is not None
                return SayInThread(
                    by=person.id,
                    role=person.role,
                    at=spoken.at,
                    ticket_id=thread.ticket_id,
                    text=text,
                    files=files,
                )

    def _desk(
        self,
        uow: UnitOfWork,
        cast: Cast,
        person: Person | None,
        scope: Scope,
        here: Here,
        correlation_id: str,
    ) -> Desk:
        return Desk(
            uow=uow,
            policies=self._policies,
            words=self._words,
            cast=cast,
            person=person,
            scope=scope,
            here=here,
            correlation_id=correlation_id,
            platforms=self._platforms,
        )


async def _guarded(desk: Desk, command: Command) -> Answer:
    """Hand a command to its handler; what the person can put right becomes an answer."""
    try:
        return await HANDLERS[type(command)](command, desk)
    except UserError as error:
        return _sorry(desk, error)


def _sorry(desk: Desk, error: UserError) -> Answer:
    message = answer(desk.say, desk.say.error(error))
    desk.answer(message)
    return Answer(message=message, refused=type(error).__name__)


def _unknown_person(delivery: Delivery) -> NotLinked:
    if isinstance(delivery.request, Speech):
        return NotLinked(
            N_("I do not know you yet, so your message has not reached the desk. Ask an administrator to link you.")
        )
    return NotLinked(N_("I do not know you yet. Ask an administrator to link you to a contact."))


async def _cast(uow: UnitOfWork) -> Cast:
    who = await uow.directory.everything()
    return Cast(
        people={person.id: person for person in who.people},
        organisations={organisation.id: organisation for organisation in who.organisations},
    )


def _called(cast: Cast) -> Mapping[str, PersonId]:
    """Return everything that somebody may be called, folded; a name that two share is nobody's."""
    called: dict[str, PersonId | None] = {}
    for person in cast.people.values():
        names = {person.id, person.name, *(identity.value for identity in person.identities)}
        for name in {fold(name).strip("@") for name in names}:
            called[name] = person.id if called.get(name, person.id) == person.id else None
    return {name: person for name, person in called.items() if person is not None}


def _organisation_of(desk: Desk) -> OrganisationId | None:
    """Return the room's organisation, or else the only one that the speaker is a contact of."""
    if desk.here.room is not None and desk.here.room.organisation is not None:
        return desk.here.room.organisation
    if desk.person is not None and desk.person.role is Role.CONTACT and len(desk.person.organisations) == 1:
        return desk.person.organisations[0]
    return None


def _clean(request: Speech | Marked | Press) -> Speech | Marked | Press:
    """Return *request* with what no database keeps made visible: NUL and lone surrogates (S24)."""
    text = request.text.replace("\x00", "�").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return replace(request, text=text)


def _logged(key: str, result: Answer) -> None:
    log.info(
        "delivery_handled",
        key=key,
        ticket=result.ticket_id,
        refused=result.refused,
        repeated=result.repeated,
    )
