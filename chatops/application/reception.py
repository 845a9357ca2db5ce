"""Delivery → command → handler: who speaks, where, and what their words ask for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chatops.application.command_line import Spoken, fold, parse
from chatops.application.commands import (
    AcceptSolution,
    AssignTicket,
    BindRoom,
    CloseTicket,
    Command,
    CorrectWords,
    DropQuestion,
    ExplainTicket,
    FollowRoom,
    Help,
    IdentifyPerson,
    ListRooms,
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
    TakeWordsBack,
    UnbindRoom,
)
from chatops.application.deliveries import (
    Answer,
    Deletion,
    Delivery,
    Edit,
    Marked,
    OwnMessage,
    Press,
    Reaction,
    Speech,
)
from chatops.application.handlers import administration, conversation, introductions, questions, rooms, tickets
from chatops.application.handlers.administration import Deed
from chatops.application.handlers.desk import Desk, Here
from chatops.application.messages import Cast, answer, set_aside
from chatops.application.ports import PolicyEngine, Thread, TimeSource, UnitOfWork
from chatops.application.words import N_, Words
from chatops.domain.directory import Person, Room
from chatops.domain.errors import NotLinked, UserError
from chatops.domain.vocabulary import Action, OrganisationId, PersonId, Platform, Role, Scope, TicketId, reference

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
    CorrectWords: conversation.correct_words,
    TakeWordsBack: conversation.take_words_back,
    DropQuestion: questions.drop_question,
    ShowTicket: questions.show_ticket,
    ListTickets: questions.list_tickets,
    ShowHistory: questions.show_history,
    ExplainTicket: questions.explain_ticket,
    Help: questions.tell_help,
    BindRoom: administration.bind_room,
    UnbindRoom: administration.unbind_room,
    ListRooms: administration.list_rooms,
    IdentifyPerson: introductions.identify_person,
    FollowRoom: rooms.follow_room,
}

QUESTION_STANDS = timedelta(minutes=15)
"""How long words may be taken for the answer to what we asked back; later they are what they are."""

LATE = timedelta(minutes=10)
"""Words that took longer to reach us are answered with the instant at which they were written (F10)."""

SET_ASIDE = "SetAside"
"""What stands in the place of a clause when a fault of ours kept us from doing it."""

_NEVER_MIND = frozenset({"cancel", "never mind", "stop", "annuler", "laisse tomber", "laissez tomber"})
"""Plain words that answer a question by dropping it, folded."""

Received = tuple[Desk, Answer] | None
"""The desk that owes messages and the answer; None for what does not concern the desk."""


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """A delivery, with who and where it came from as far as the directory knows them."""

    delivery: Delivery
    uow: UnitOfWork
    room: Room | None
    person: Person | None

    @property
    def scope(self) -> Scope:
        if self.person is None or self.room is None:
            return Scope(organisations=frozenset(), internal=False)
        return self.person.scope.narrowed(self.room.scope)


@dataclass(frozen=True, kw_only=True)
class Reception:
    """
    Attributes:
        platforms: Those this desk runs on: tickets get threads there.
    """

    policies: PolicyEngine
    words: Words
    time: TimeSource
    platforms: frozenset[Platform]

    async def receive(self, delivery: Delivery, uow: UnitOfWork) -> Received:
        """Do what *delivery* asks, within *uow*."""
        arrival = _Arrival(
            delivery=delivery,
            uow=uow,
            room=await uow.directory.room_at(delivery.room),
            person=await uow.directory.person_at(delivery.sender),
        )
        match delivery.request:
            case Speech() | Marked() as said:
                return await self._words(said, arrival)
            case Press() as press:
                return await self._press(press, arrival, await self._thread(arrival))
            case Reaction() as reaction:
                return await self._reaction(reaction, arrival)
            case Edit() as edit:
                return await self._edit(edit, arrival)
            case Deletion() as deletion:
                return await self._deletion(deletion, arrival)

    async def regret(self, delivery: Delivery, uow: UnitOfWork) -> tuple[Desk, Answer]:
        """Tell the sender and the managers that *delivery* could not be dealt with, through a fault of ours (F30)."""
        room, person = await uow.directory.room_at(delivery.room), await uow.directory.person_at(delivery.sender)
        arrival = _Arrival(delivery=delivery, uow=uow, room=room, person=person)
        desk = await self._desk(arrival, await self._thread(arrival))
        if room is not None and person is not None:
            desk.answer(set_aside(desk.say, delivery.correlation_id))
        await desk.alert(delivery)
        return desk, Answer(refused=SET_ASIDE)

    async def ask(self, command: Command, uow: UnitOfWork, *, correlation_id: str) -> tuple[Desk, Answer]:
        """Do what a timer asks."""
        desk = Desk(
            uow=uow,
            policies=self.policies,
            words=self.words,
            cast=await cast_of(uow),
            person=None,
            scope=Scope.of_the_desk(),
            here=Here(),
            correlation_id=correlation_id,
            platforms=self.platforms,
        )
        return desk, await _handled(command, desk)

    # ---- words -------------------------------------------------------------------------------------------------------

    async def _words(self, said: Speech | Marked, arrival: _Arrival) -> Received:
        """Pass over chatter: words outside a ticket's thread that nobody addressed to the desk."""
        thread = await self._thread(arrival)
        request = await self._answering(said, arrival, thread) if isinstance(said, Speech) else said
        if isinstance(request, Speech) and thread is None:
            return None
        desk = await self._desk(arrival, thread, typed=request.text if isinstance(request, Marked) else None)
        return desk, await self._asked(request, desk)

    async def _answering(self, said: Speech, arrival: _Arrival, thread: Thread | None) -> Speech | Marked:
        """Return the command that plain words complete, where they answer what we asked this person back."""
        place, root, person = arrival.delivery.room, arrival.delivery.thread, arrival.person
        if person is None:
            return said
        question = await arrival.uow.questions.open_for(place, root, person.id)
        if question is None and root is not None and thread is None:
            # Asked at the top of the room, answered in the thread that their client made of it.
            question = await arrival.uow.questions.open_for(place, None, person.id)
        if question is None or self.time.now() - question.asked_at > QUESTION_STANDS:
            return said
        if fold(said.text).strip(" .!") in _NEVER_MIND:
            return Marked(text="cancel")
        return Marked(text=f"{question.words} {said.text}", files=said.files)

    async def _asked(self, request: Speech | Marked, desk: Desk) -> Answer:
        """Do what words ask, for whoever may ask it here."""
        if desk.here.room is None:
            return await self._asked_without_a_room(request, desk)
        if desk.person is None:
            assert desk.here.sender is not None, "who asks by a delivery has sent it"
            return await introductions.meet_stranger(request, desk.here.sender, desk, at=self.time.now())
        try:
            command = self._command(request, desk.person, desk)
        except UserError as error:
            return _sorry(desk, error)
        if isinstance(request, Marked) and not isinstance(command, DropQuestion):
            await desk.forget_question()
        return await _handled(command, desk)

    async def _asked_without_a_room(self, request: Speech | Marked, desk: Desk) -> Answer:
        """Let those who may bind this room do so, and nothing else be done in it."""
        if desk.person is None or not administration.may(desk.person.role, Deed.BIND):
            return _sorry(desk, NotLinked(N_("This room is not one of the desk's. Ask an administrator to bind it.")))
        try:
            command = self._command(request, desk.person, desk)
        except UserError as error:
            return _sorry(desk, error)
        if not isinstance(command, administration.WITHOUT_A_ROOM):
            return _sorry(
                desk, NotLinked(N_("This room is not one of the desk's: `!bind customer acme` makes it one."))
            )
        return await _handled(command, desk)

    def _command(self, request: Speech | Marked, person: Person, desk: Desk) -> Command:
        """
        Raises:
            UserError: The words make no command.
        """
        thread, text = desk.here.thread, _storable(request.text)
        spoken = Spoken(
            by=person.id,
            role=person.role,
            at=self.time.now(),
            people=_called(desk.cast),
            ticket_id=thread.ticket_id if thread else None,
            organisation=_organisation_of(desk),
            files=request.files,
            mentions=request.mentions if isinstance(request, Marked) else (),
        )
        if isinstance(request, Marked):
            return parse(text, spoken)
        assert thread is not None
        return SayInThread(
            by=person.id,
            role=person.role,
            at=spoken.at,
            ticket_id=thread.ticket_id,
            text=text,
            files=request.files,
        )

    # ---- buttons, signs, second thoughts -----------------------------------------------------------------------------

    async def _press(self, press: Press, arrival: _Arrival, thread: Thread | None) -> Received:
        words = f"{press.action} {reference(press.ticket_id)} {press.text}".rstrip()
        desk = await self._desk(arrival, thread, typed=words)
        if arrival.person and arrival.room and await _is_stale(press, desk):
            return desk, _sorry(
                desk,
                UserError(
                    N_("{ticket} has moved on since that message; its card shows how it stands now."),
                    ticket=reference(press.ticket_id),
                ),
            )
        return desk, await self._asked(Marked(text=words), desk)

    async def _reaction(self, reaction: Reaction, arrival: _Arrival) -> Received:
        """Press the button that one of our messages shows with this sign; any other sign is between people."""
        place = arrival.delivery.room
        if arrival.room is None or arrival.person is None:
            return None
        shown = await arrival.uow.outbox.shown_at(place, reaction.to)
        if shown is None and arrival.delivery.ours is not None:
            await self._record(arrival.delivery.ours, arrival)
            shown = await arrival.uow.outbox.shown_at(place, reaction.to)
        buttons = shown.message.buttons if shown else ()
        button = next((button for button in buttons if button.sign and button.sign == reaction.sign), None)
        if shown is None or button is None:
            return None
        press = Press(action=button.action, ticket_id=button.ticket_id, of=shown.entry)
        return await self._press(press, arrival, await _thread_here(button.ticket_id, arrival))

    async def _edit(self, edit: Edit, arrival: _Arrival) -> Received:
        """Correct words that were passed on; nothing else follows from an edit, least of all a command."""
        before = await arrival.uow.inbox.answer_to(edit.of)
        if before is None or arrival.room is None or arrival.person is None:
            return None
        thread = await _thread_here(before.ticket_id, arrival) if before.ticket_id else None
        desk = await self._desk(arrival, thread)
        try:
            now = self._command(edit.now, arrival.person, desk) if thread else None
        except UserError:
            now = None
        if not isinstance(now, SayInThread | ReplyToBeneficiary | TakeNote) or before.entry is None:
            return desk, _sorry(desk, conversation.not_run_again())
        command = CorrectWords(
            by=now.by,
            role=now.role,
            at=now.at,
            ticket_id=now.ticket_id,
            entry=before.entry,
            text=now.text,
            said=_SAID[type(now)],
        )
        return desk, await _handled(command, desk)

    async def _deletion(self, deletion: Deletion, arrival: _Arrival) -> Received:
        """Take the copies of a deleted message back: who may delete it there was the platform's to decide."""
        before = await arrival.uow.inbox.answer_to(deletion.of)
        if before is None or before.ticket_id is None or before.entry is None or arrival.room is None:
            return None
        desk = await self._desk(arrival, await _thread_here(before.ticket_id, arrival), scope=arrival.room.scope)
        command = TakeWordsBack(
            by=arrival.person.id if arrival.person else None,
            role=arrival.person.role if arrival.person else Role.DESK,
            at=self.time.now(),
            ticket_id=before.ticket_id,
            entry=before.entry,
        )
        return desk, await _handled(command, desk)

    # ---- where they stand --------------------------------------------------------------------------------------------

    async def _thread(self, arrival: _Arrival) -> Thread | None:
        threads, room, root = arrival.uow.threads, arrival.delivery.room, arrival.delivery.thread
        if root is None:
            return None
        thread = await threads.rooted_at(room, root)
        if thread is None and arrival.delivery.ours is not None:
            await self._record(arrival.delivery.ours, arrival)
            thread = await threads.rooted_at(room, root)
        return thread

    async def _record(self, ours: OwnMessage, arrival: _Arrival) -> None:
        """Record what a delivery proves: that *ours* was delivered. Whoever sent it may do so at this very moment."""
        await arrival.uow.outbox.arrived(ours, arrival.delivery.room, at=self.time.now())

    async def _desk(
        self, arrival: _Arrival, thread: Thread | None, *, typed: str | None = None, scope: Scope | None = None
    ) -> Desk:
        delivery = arrival.delivery
        root = thread.root if thread else delivery.thread
        return Desk(
            uow=arrival.uow,
            policies=self.policies,
            words=self.words,
            cast=await cast_of(arrival.uow),
            person=arrival.person,
            scope=scope or arrival.scope,
            here=Here(
                place=delivery.room,
                sender=delivery.sender,
                room=arrival.room,
                thread=thread,
                root=root,
                message=delivery.message,
            ),
            correlation_id=delivery.correlation_id,
            platforms=self.platforms,
            typed=typed,
            written_at=self._written_long_ago(delivery),
        )

    def _written_long_ago(self, delivery: Delivery) -> datetime | None:
        if delivery.sent_at is None or self.time.now() - delivery.sent_at < LATE:
            return None
        return delivery.sent_at


async def _thread_here(ticket_id: TicketId, arrival: _Arrival) -> Thread | None:
    """Return the ticket's thread in the room that the delivery came from."""
    threads = await arrival.uow.threads.of(ticket_id)
    return next((thread for thread in threads if thread.place == arrival.delivery.room), None)


_SAID: Mapping[type[Command], Action] = {
    SayInThread: Action.SAY,
    ReplyToBeneficiary: Action.REPLY,
    TakeNote: Action.NOTE,
}


async def _is_stale(press: Press, desk: Desk) -> bool:
    """Whether the ticket has had another status since the message whose button was pressed (F31)."""
    if press.of is None:
        return False
    rows = await desk.uow.history.of(press.ticket_id, desk.scope)
    then = next((row.event.status for row in rows if row.number == press.of), None)
    return any(row.number > press.of and row.event.status is not then for row in rows)


async def _handled(command: Command, desk: Desk) -> Answer:
    """Hand a command to its handler; what the person can put right becomes an answer."""
    try:
        return await HANDLERS[type(command)](command, desk)
    except UserError as error:
        return _sorry(desk, error)


def _sorry(desk: Desk, error: UserError) -> Answer:
    message = answer(desk.say, desk.say.error(error))
    desk.answer(message)
    return Answer(message=message, refused=type(error).__name__)


async def cast_of(uow: UnitOfWork) -> Cast:
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


def _storable(text: str) -> str:
    """Return *text* with what no database keeps made visible: NUL and lone surrogates (S24)."""
    return text.replace("\x00", "�").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
