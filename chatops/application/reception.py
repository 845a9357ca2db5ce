"""Delivery → command → handler: who speaks, where, and what their words ask for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chatops.application.cast import Casts
from chatops.application.command_line import Spoken, fold, parse, verb_called
from chatops.application.commands import (
    AcceptSolution,
    Asked,
    AssignTicket,
    Beat,
    BindRoom,
    CloseTicket,
    Command,
    CorrectWords,
    DropQuestion,
    EnterRoom,
    ExplainTicket,
    FollowRoom,
    FollowUp,
    GuardRoom,
    Help,
    IdentifyPerson,
    ListRooms,
    ListTickets,
    LookAfter,
    OpenTicket,
    ProposeSeverity,
    RecountClocks,
    RefuseSolution,
    RemindBeneficiary,
    RenameRoom,
    ReplyToBeneficiary,
    ReportPlatformLost,
    ReportShutOut,
    ReportUndelivered,
    RequalifyTicket,
    ResolveTicket,
    SayInThread,
    SendDigest,
    ShowDue,
    ShowHistory,
    ShowTicket,
    StartWork,
    SuspendTicket,
    TakeNote,
    TakeTicket,
    TakeWordsBack,
    TicketCommand,
    UnbindRoom,
    WatchClocks,
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
    Submission,
    Turned,
)
from chatops.application.forms import Form
from chatops.application.handlers import (
    administration,
    clockwork,
    conversation,
    forms,
    heartbeat,
    introductions,
    notices,
    pages,
    platforms,
    questions,
    recounting,
    rooms,
    severity,
    signs,
    tickets,
    undelivered,
)
from chatops.application.handlers.administration import Deed
from chatops.application.handlers.desk import Desk, Here
from chatops.application.home import Home
from chatops.application.marks import request_from
from chatops.application.messages.answers import answer, or_a_ticket, set_aside
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.signs import PlacedSign
from chatops.application.ports.storage import UnitOfWork
from chatops.application.ports.threads import Thread
from chatops.application.ports.time_source import TimeSource
from chatops.application.timekeeping import Timekeeper
from chatops.application.visible import storable
from chatops.application.words import N_, Words
from chatops.domain.directory import Address, Person, Room
from chatops.domain.errors import NotLinked, UserError
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import (
    Action,
    OrganisationId,
    Platform,
    Role,
    RoomId,
    RoomPurpose,
    Scope,
    TicketId,
    reference,
)

HANDLERS: Mapping[type[Command], Callable[[Any, Desk], Awaitable[Answer]]] = {
    OpenTicket: tickets.open_ticket,
    TakeTicket: tickets.take_ticket,
    AssignTicket: tickets.assign_ticket,
    RequalifyTicket: severity.requalify_ticket,
    ProposeSeverity: severity.propose_severity,
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
    ShowDue: clockwork.show_due,
    WatchClocks: clockwork.watch_clocks,
    FollowUp: clockwork.follow_up,
    LookAfter: notices.look_after,
    SendDigest: notices.send_digest,
    Beat: heartbeat.beat,
    ReportPlatformLost: platforms.report_platform_lost,
    ReportUndelivered: undelivered.report_undelivered,
    ReportShutOut: undelivered.report_shut_out,
    RecountClocks: recounting.recount_clocks,
    FollowRoom: rooms.follow_room,
    RenameRoom: rooms.rename_room,
    GuardRoom: rooms.guard_room,
    EnterRoom: rooms.enter_room,
}

QUESTION_STANDS = timedelta(minutes=15)
"""How long words may be taken for the answer to what we asked back; later they are what they are."""

LATE = timedelta(minutes=10)
"""Words that took longer to reach us are answered with the instant at which they were written (F10)."""

AHEAD = timedelta(minutes=1)
"""By how much a platform's clock may differ from ours."""

SET_ASIDE = "SetAside"
"""What stands in the place of a clause when a fault of ours kept us from doing it."""

EXPOSED = "Exposed"
"""What stands in the place of a clause when a room of the desk's own turned out to be read by others."""

NOTHING = Scope(organisations=frozenset(), internal=False)

_THE_DESKS_OWN = frozenset({RoomPurpose.DESK, RoomPurpose.MANAGERS})

_ChangesSigns = Callable[[PlacedSign, TicketId, int, Desk], Awaitable[Answer]]

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
            return NOTHING
        return self.person.scope.narrowed(self.room.scope)

    @property
    def is_exposed(self) -> bool:
        """Whether people of another company can read in a room of the desk's own (S13)."""
        return self.delivery.shared and self.room is not None and self.room.purpose in _THE_DESKS_OWN


async def _arrived(delivery: Delivery, uow: UnitOfWork) -> _Arrival:
    room = await uow.directory.room_at(delivery.room)
    if room is None and delivery.direct:
        room = Room(id=RoomId("direct"), purpose=RoomPurpose.DIRECT, places=(delivery.room,))
    return _Arrival(delivery=delivery, uow=uow, room=room, person=await uow.directory.person_at(delivery.sender))


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
    _casts: Casts = field(default_factory=Casts, init=False, repr=False)

    async def receive(self, delivery: Delivery, uow: UnitOfWork) -> Received:
        """Do what *delivery* asks, within *uow*."""
        arrival = await _arrived(delivery, uow)
        if arrival.is_exposed:
            return await self._guard(arrival)
        match delivery.request:
            case Speech() | Marked() as said:
                return await self._words(said, arrival)
            case Press() as press:
                return await self._press(press, arrival, await self._thread(arrival))
            case Submission() | Turned() as request:
                return await self._submitted(request, arrival)
            case Reaction() as reaction:
                return await self._reaction(reaction, arrival)
            case Edit() as edit:
                return await self._edit(edit, arrival)
            case Deletion() as deletion:
                return await self._deletion(deletion, arrival)

    async def regret(self, delivery: Delivery, uow: UnitOfWork) -> tuple[Desk, Answer]:
        """Tell the sender and the managers that *delivery* could not be dealt with, through a fault of ours (F30)."""
        arrival = await _arrived(delivery, uow)
        desk = await self._desk(arrival, await self._thread(arrival))
        if arrival.room is not None and arrival.person is not None:
            desk.answer(set_aside(desk.say, delivery.correlation_id))
        await desk.alert(delivery)
        return desk, Answer(refused=SET_ASIDE)

    async def ask(self, command: Command, uow: UnitOfWork, *, correlation_id: str) -> tuple[Desk, Answer]:
        """Do what a timer asks."""
        desk = Desk(
            uow=uow,
            policies=self.policies,
            words=self.words,
            cast=self._casts.of(await uow.directory.everything()),
            person=None,
            scope=Scope.of_the_desk(),
            here=Here(),
            correlation_id=correlation_id,
            platforms=self.platforms,
        )
        return desk, await _handled(command, desk)

    async def form(self, delivery: Delivery, uow: UnitOfWork) -> Form | None:
        """Return the form that a press asks for; nothing is kept."""
        press, arrival = delivery.request, await _arrived(delivery, uow)
        if not isinstance(press, Press) or arrival.person is None or arrival.room is None:
            return None
        if press.text and press.action is not Action.OPEN:
            return None
        desk = await self._desk(arrival, await self._thread(arrival))
        if arrival.is_exposed or await _is_stale(press, desk):
            return None
        try:
            return await forms.form_for(press.action, press.ticket_id, arrival.person, desk, now=self.time.now())
        except UserError:
            return None

    async def clocks(self, ticket_id: TicketId, uow: UnitOfWork) -> Clocks | None:
        """Return what the clocks of a ticket show now."""
        ticket = await uow.tickets.find(ticket_id, Scope.of_the_desk())
        keeper = Timekeeper(
            uow=uow,
            policies=self.policies,
            cast=self._casts.of(await uow.directory.everything()),
            correlation_id=f"clocks-{ticket_id}",
        )
        return await keeper.clocks_of(ticket, self.time.now()) if ticket else None

    async def home(self, address: Address, uow: UnitOfWork) -> Home:
        """Return the page of whoever has this identity."""
        person = await uow.directory.person_at(address)
        desk = Desk(
            uow=uow,
            policies=self.policies,
            words=self.words,
            cast=self._casts.of(await uow.directory.everything()),
            person=person,
            scope=person.scope if person else NOTHING,
            here=Here(sender=address),
            correlation_id="home",
            platforms=self.platforms,
        )
        if person is None:
            return pages.strangers_page(desk)
        return await pages.home_page(person, address.platform, desk, now=self.time.now())

    # ---- words -------------------------------------------------------------------------------------------------------

    async def _words(self, said: Speech | Marked, arrival: _Arrival) -> Received:
        """Pass over chatter: words outside a ticket's thread that nobody addressed to the desk."""
        thread = await self._thread(arrival)
        request = await self._answering(said, arrival, thread) if isinstance(said, Speech) else said
        if isinstance(request, Speech) and thread is None:
            if not arrival.delivery.direct:
                return None
            request = _said_to_the_desk(request)
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
        written_at = arrival.delivery.sent_at
        if written_at is not None and written_at < question.asked_at - AHEAD:
            # Read back late: nobody answers what had not been asked yet.
            return said
        if fold(said.text).strip(" .!") in _NEVER_MIND:
            return Marked(text="cancel")
        return Marked(text=f"{question.words} {said.text}", files=said.files)

    async def _asked(self, request: Speech | Marked, desk: Desk) -> Answer:
        """Do what words ask, for whoever may ask it here."""
        if desk.here.room is None:
            return await self._asked_without_a_room(request, desk)
        if desk.person is None:
            return await self._asked_by_a_stranger(request, desk)
        try:
            command = self._command(request, desk.person, desk)
        except UserError as error:
            return _sorry(desk, error, report=_report_in(request, desk))
        if isinstance(request, Marked) and not isinstance(command, DropQuestion):
            await desk.forget_question()
        return await _handled(await _when_written(command, desk), desk)

    async def _asked_by_a_stranger(
        self, request: Speech | Marked, desk: Desk, *, wants_an_answer: bool = False
    ) -> Answer:
        """Pass plain words in a customer's thread on as those of somebody unverified; no command is theirs (A31)."""
        here = desk.here
        assert here.sender is not None, "who asks by a delivery has sent it"
        if isinstance(request, Speech) and here.thread is not None and introductions.may_be_heard(here.room):
            words = introductions.words_of_a_stranger(request, desk, at=self.time.now())
            hearing = introductions.hearing(desk)
            done = await _handled(await _when_written(words, hearing), hearing)
            if done.refused is not None:
                return done
            await introductions.meet_stranger(request, here.sender, desk, at=self.time.now())
            return done
        return await introductions.meet_stranger(
            request, here.sender, desk, at=self.time.now(), wants_an_answer=wants_an_answer
        )

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
        thread, text = desk.here.thread, storable(request.text)
        spoken = Spoken(
            by=person.id,
            role=person.role,
            at=self.time.now(),
            people=self._casts.called(desk.cast),
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
        named = reference(press.ticket_id) if press.ticket_id is not None else ""
        words = " ".join(filter(None, (press.action, named, press.text)))
        desk = await self._desk(arrival, thread, typed=words)
        if arrival.room is not None and arrival.person is None:
            return desk, await self._asked_by_a_stranger(Marked(text=words), desk, wants_an_answer=True)
        if arrival.person and arrival.room and press.ticket_id is not None and await _is_stale(press, desk):
            return desk, _sorry(
                desk,
                UserError(
                    N_("{ticket} has moved on since that message; its card shows how it stands now."),
                    ticket=reference(press.ticket_id),
                ),
            )
        return desk, await self._asked(Marked(text=words), desk)

    async def _submitted(self, request: Submission | Turned, arrival: _Arrival) -> Received:
        """Do what a form asks that was filled in, or make a ticket of a message."""
        desk = await self._desk(arrival, await self._thread(arrival))
        if desk.here.room is None:
            return desk, await self._asked_without_a_room(Marked(text=str(Action.OPEN)), desk)
        if desk.person is None:
            words = Marked(text=str(Action.OPEN))
            return desk, await self._asked_by_a_stranger(words, desk, wants_an_answer=True)
        asked = Asked(by=desk.person.id, role=desk.person.role, at=self.time.now())
        # Whoever fills in a form has said by it what was asked back; their next words are no answer to that.
        await desk.forget_question()
        try:
            if isinstance(request, Turned):
                return desk, await self._turned(request, asked, desk)
            values = {name: storable(value) for name, value in request.values.items()}
            command = forms.command_of(replace(request, values=values), asked, _organisation_of(desk), desk)
        except UserError as error:
            return desk, _sorry(desk, error)
        return desk, await _handled(command, desk)

    async def _turned(self, turned: Turned, asked: Asked, desk: Desk) -> Answer:
        """
        Make a ticket of a message, one only, however many people ask for it.

        Raises:
            UserError: It has become a ticket before, or asked for one itself.
        """
        inbox, made = desk.uow.inbox, f"turned:{turned.of}"
        for key in (made, turned.of) if turned.of else ():
            before = await inbox.answer_to(key)
            if before is not None and before.ticket_id is not None and before.entry is None:
                ticket = await desk.ticket(before.ticket_id)
                raise UserError(N_("This message belongs to {ticket} already."), ticket=ticket.reference)
        author = await desk.uow.directory.person_at(turned.author)
        done = await _handled(await _when_written(_ticket_of(turned, asked, author, desk), desk), desk)
        if turned.of and done.refused is None:
            # Of two who ask at once, the second is begun anew.
            await inbox.record(made, done, at=asked["at"], correlation_id=desk.correlation_id)
        return done

    async def _reaction(self, reaction: Reaction, arrival: _Arrival) -> Received:
        """Press the button that one of our messages shows with this sign; any other is mirrored to the copies."""
        place = arrival.delivery.room
        if arrival.room is None or arrival.scope == NOTHING:
            return None
        if reaction.removed:
            return await self._sign(reaction, arrival)
        shown = await arrival.uow.outbox.shown_at(place, reaction.to)
        if shown is None and arrival.delivery.ours is not None:
            await self._record(arrival.delivery.ours, arrival)
            shown = await arrival.uow.outbox.shown_at(place, reaction.to)
        buttons = shown.message.buttons if shown else ()
        button = next((button for button in buttons if button.sign and button.sign == reaction.sign), None)
        if shown is None or button is None or button.ticket_id is None:
            return await self._sign(reaction, arrival)
        press = Press(action=button.action, ticket_id=button.ticket_id, text=button.words, of=shown.entry)
        return await self._press(press, arrival, await _thread_here(button.ticket_id, arrival))

    async def _sign(self, reaction: Reaction, arrival: _Arrival) -> Received:
        """Mirror a sign, or take it away, where its message tells of a ticket's history."""
        delivery = arrival.delivery
        desk = await self._desk(arrival, None)
        under = await signs.entry_under(delivery.room, reaction.to, desk)
        if under is None:
            return None
        sign = PlacedSign(
            place=delivery.room, message=reaction.to, sender=delivery.sender, sign=reaction.sign, key=delivery.key
        )
        change = signs.remove_sign if reaction.removed else signs.place_sign
        return await self._about_a_sign(change, sign, under, arrival)

    async def _about_a_sign(
        self, change: _ChangesSigns, sign: PlacedSign, under: tuple[TicketId, int], arrival: _Arrival
    ) -> Received:
        """Signs are for who reads the room: nobody else's ticket stands there."""
        desk = await self._desk(arrival, None, scope=arrival.room.scope if arrival.room else NOTHING)
        try:
            return desk, await change(sign, *under, desk)
        except UserError:
            return None

    async def _edit(self, edit: Edit, arrival: _Arrival) -> Received:
        """Correct words that were passed on; nothing else follows from an edit, least of all a command."""
        before = await arrival.uow.inbox.answer_to(edit.of)
        if before is None or arrival.room is None:
            return None
        thread = await _thread_here(before.ticket_id, arrival) if before.ticket_id else None
        desk = await self._desk(arrival, thread)
        if arrival.person is None:
            return await self._edit_of_a_stranger(edit, before, desk)
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

    async def _edit_of_a_stranger(self, edit: Edit, before: Answer, desk: Desk) -> Received:
        if before.entry is None or before.ticket_id is None or not isinstance(edit.now, Speech):
            return None
        hearing = introductions.hearing(desk)
        said = introductions.words_of_a_stranger(edit.now, desk, at=self.time.now())
        command = CorrectWords(
            by=None,
            role=said.role,
            at=said.at,
            ticket_id=before.ticket_id,
            entry=before.entry,
            text=said.text,
            said=Action.SAY,
        )
        return desk, await _handled(command, hearing)

    async def _deletion(self, deletion: Deletion, arrival: _Arrival) -> Received:
        """Take the copies of a deleted message back: who may delete it there was the platform's to decide."""
        sign = await arrival.uow.signs.placed_by(deletion.of)
        if sign is not None and sign.place == arrival.delivery.room and arrival.room is not None:
            desk = await self._desk(arrival, None)
            under = await signs.entry_under(sign.place, sign.message, desk)
            return await self._about_a_sign(signs.remove_sign, sign, under, arrival) if under else None
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

    async def _guard(self, arrival: _Arrival) -> Received:
        """Do nothing in a room of the desk that others can read, and let it go."""
        desk = await self._desk(arrival, None, scope=NOTHING)
        command = GuardRoom(by=None, role=Role.DESK, at=self.time.now(), place=arrival.delivery.room)
        return desk, replace(await _handled(command, desk), refused=EXPOSED)

    # ---- where they stand --------------------------------------------------------------------------------------------

    async def _thread(self, arrival: _Arrival) -> Thread | None:
        threads, room, root = arrival.uow.threads, arrival.delivery.room, arrival.delivery.thread
        if root is None:
            return None
        thread = await threads.rooted_at(room, root)
        if thread is None and arrival.delivery.ours is not None:
            await self._record(arrival.delivery.ours, arrival)
            thread = await threads.rooted_at(room, root)
        if thread is None:
            # Under what should have stood in a thread: whose card is deleted, the platform may have it at the top.
            shown = await arrival.uow.outbox.shown_at(room, root)
            if shown is not None and shown.ticket_id is not None and shown.entry is not None:
                thread = await _thread_here(shown.ticket_id, arrival)
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
            cast=self._casts.of(await arrival.uow.directory.everything()),
            person=arrival.person,
            scope=scope or arrival.scope,
            here=Here(
                place=delivery.room,
                sender=delivery.sender,
                sender_name=delivery.sender_name,
                sender_home=delivery.sender_home,
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


def _said_to_the_desk(said: Speech) -> Marked:
    """Return as a command what somebody writes in a conversation with the desk alone: it needs no mark there."""
    marked = request_from(f"!{said.text.lstrip()}", names=(), files=said.files)
    return marked if isinstance(marked, Marked) else Marked(text=said.text, files=said.files)


async def _thread_here(ticket_id: TicketId, arrival: _Arrival) -> Thread | None:
    """Return the ticket's thread in the room that the delivery came from."""
    threads = await arrival.uow.threads.of(ticket_id)
    return next((thread for thread in threads if thread.place == arrival.delivery.room), None)


def _ticket_of(turned: Turned, asked: Asked, author: Person | None, desk: Desk) -> OpenTicket:
    """A message that one of the staff turns into a ticket is its author's case (§3.1.2); a contact's is their own."""
    on_behalf = asked["role"] is not Role.CONTACT and author is not None and author.role is Role.CONTACT
    return OpenTicket(
        **asked,
        organisation=_organisation_of(desk),
        text=storable(turned.text),
        requester=author.id if on_behalf and author is not None else None,
        files=turned.files,
    )


_SAID: Mapping[type[Command], Action] = {
    SayInThread: Action.SAY,
    ReplyToBeneficiary: Action.REPLY,
    TakeNote: Action.NOTE,
}


async def _when_written(command: Command, desk: Desk) -> Command:
    """
    Date late words back to when they were written: what is owed is counted from then (F9).

    Words about a ticket are not dated back to before what has happened to it.
    """
    if desk.written_at is None:
        return command
    if isinstance(command, OpenTicket):
        return replace(command, at=desk.written_at)
    if not isinstance(command, TicketCommand):
        return command
    rows = await desk.uow.history.of(command.ticket_id, desk.scope)
    return replace(command, at=max(desk.written_at, rows[-1].event.at)) if rows else command


async def _is_stale(press: Press, desk: Desk) -> bool:
    """Whether the ticket has had another status since the message whose button was pressed (F31)."""
    if press.of is None or press.ticket_id is None:
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


def _report_in(request: Speech | Marked, desk: Desk) -> str:
    """Return what a contact tells the desk of in plain words, in no thread of a ticket; empty for anything else."""
    words = request.text.split(maxsplit=_REPORT)
    is_report = len(words) >= _REPORT and verb_called(words[0]) is None
    by_contact = desk.person is not None and desk.person.role is Role.CONTACT
    return request.text if is_report and by_contact and desk.here.thread is None else ""


_REPORT = 3
"""Words from which on somebody has not just mistyped a verb."""


def _sorry(desk: Desk, error: UserError, *, report: str = "") -> Answer:
    """
    Args:
        report: Words of which a ticket may be made instead.
    """
    message = answer(desk.say, desk.say.error(error))
    if report:
        message = or_a_ticket(message, report, desk.say)
    desk.answer(message)
    return Answer(message=message, refused=type(error).__name__)


def _organisation_of(desk: Desk) -> OrganisationId | None:
    """Return the room's organisation, or else the only one that the speaker is a contact of."""
    if desk.here.room is not None and desk.here.room.organisation is not None:
        return desk.here.room.organisation
    if desk.person is not None and desk.person.role is Role.CONTACT and len(desk.person.organisations) == 1:
        return desk.person.organisations[0]
    return None
