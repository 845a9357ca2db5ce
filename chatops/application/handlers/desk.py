"""What every handler works with: one unit of work, the policies, and the person and place a command came from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict

from chatops.application.cast import Cast
from chatops.application.command_line import not_found
from chatops.application.commands import Command, TicketCommand
from chatops.application.deliveries import Answer, Delivery
from chatops.application.labels import SEVERITY, STATUS
from chatops.application.message_tree import Button, Message
from chatops.application.messages.answers import answer, asked_back, refused, set_aside_alert
from chatops.application.messages.card import card
from chatops.application.messages.reading import Reading
from chatops.application.messages.severity import severity_unsaid
from chatops.application.messages.thread import file_of, still_your_word, taken_back, told
from chatops.application.ports.outbox import Form, OwedMessage, Urgency
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.questions import Question
from chatops.application.ports.storage import UnitOfWork
from chatops.application.ports.threads import Thread
from chatops.application.timekeeping import History, Timekeeper
from chatops.application.words import DEFAULT_LANGUAGE, Voice, Words
from chatops.domain.directory import Address, Person, Room
from chatops.domain.events import (
    Attachment,
    BeneficiaryReminded,
    BeneficiaryWrote,
    CommandRefused,
    Event,
    NoteTaken,
    VendorReplied,
)
from chatops.domain.policy import Decision, Fact, Sentence, TransitionQuestion
from chatops.domain.readings import Clocks
from chatops.domain.severity import SeverityProposal
from chatops.domain.ticket import Change, Ticket, changed
from chatops.domain.vocabulary import (
    Action,
    Audience,
    Language,
    PersonId,
    Platform,
    Role,
    RoomPurpose,
    Scope,
    Side,
    Status,
    TicketId,
)


class Decided(TypedDict):
    """What every event carries of the command and the decision that made it."""

    at: datetime
    by: PersonId | None
    role: Role
    status: Status
    clause: str
    edition: str


@dataclass(frozen=True, kw_only=True)
class Here:
    """
    Where a command came from; all None when a timer asks.

    Attributes:
        sender: Who wrote, as the platform knows them.
        sender_name, sender_home: What it displays of them; shown, never believed.
        root: The root of the thread it was written in, whether or not a ticket's.
        message: The message to answer under.
    """

    place: Address | None = None
    sender: Address | None = None
    sender_name: str = ""
    sender_home: str = ""
    room: Room | None = None
    thread: Thread | None = None
    root: Address | None = None
    message: Address | None = None


EVERYTHING_GIVEN: Mapping[str, Fact] = {
    "text": True,
    "awaited": True,
    "assignee": True,
    "solution": "information",
    "reason": "other",
    "proposed": "S3",
}
"""Facts of somebody who forgets nothing: to ask what could be done, as against what was asked."""


Speech = BeneficiaryWrote | VendorReplied | NoteTaken
"""What people say to each other in a ticket's thread: passed on, corrected and taken back as their words."""

SPEECH = (BeneficiaryWrote, VendorReplied, NoteTaken)

_SAYS_LATE = frozenset({Form.CARD, Form.THREAD, Form.ANSWER})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """
    Attributes:
        person: Who asks; None when the desk itself does.
        scope: What may be shown to this person in this room.
        platforms: Those that this desk runs on; rooms elsewhere get no threads.
        typed: The command as it was typed, to be completed by the next words; None where nothing was.
        written_at: When the words were written, if that was long before they reached us.
    """

    uow: UnitOfWork
    policies: PolicyEngine
    words: Words
    cast: Cast
    person: Person | None
    scope: Scope
    here: Here
    correlation_id: str
    platforms: frozenset[Platform]
    typed: str | None = None
    written_at: datetime | None = None
    _owed: list[OwedMessage] = field(default_factory=list)
    _told: set[Audience] = field(default_factory=set)
    """For whom there was a thread to keep a change in."""
    _clocks: dict[TicketId, Clocks | None] = field(default_factory=dict)
    """As they stand after what was done."""
    _histories: dict[tuple[TicketId, int], History] = field(default_factory=dict)
    """As they were read, or made."""
    _possible: dict[tuple[Ticket, Role, PersonId | None], frozenset[Action]] = field(default_factory=dict)
    """Answers of `possible`: every thread of the ticket asks the same."""

    @property
    def timekeeper(self) -> Timekeeper:
        return Timekeeper(
            uow=self.uow,
            policies=self.policies,
            cast=self.cast,
            correlation_id=self.correlation_id,
            known=self._histories,
        )

    @property
    def say(self) -> Voice:
        """The voice for the one who asks."""
        return self.words[self.person.language if self.person else self._language_of(self.here.room)]

    # ---- deciding ----------------------------------------------------------------------------------------------------

    async def ticket(self, ticket_id: TicketId) -> Ticket:
        """
        Raises:
            TicketNotFound: There is none, or it is not for this person in this room: the same words for both.
        """
        ticket = await self.uow.tickets.find(ticket_id, self.scope)
        if ticket is None:
            raise not_found()
        return ticket

    async def transition(
        self,
        command: TicketCommand,
        action: Action,
        facts: Mapping[str, Fact | None],
        happened: Callable[[Ticket, Decided], Event],
    ) -> Answer:
        """
        Ask the policy, and do or refuse it.

        Args:
            facts: What the command gives; None or False where it gives nothing, which the policy may miss.
            happened: The event that a favourable decision makes of the ticket.
        """
        ticket = await self.ticket(command.ticket_id)
        decision = self.decide(action, ticket, command, facts)
        if not decision.allowed:
            return await self.refuse(command, action, ticket, decision)
        return await self.do(happened(ticket, decided(command, decision, ticket.status)), ticket)

    async def do(self, event: Event, ticket: Ticket) -> Answer:
        """Keep what was decided of *ticket*, and tell it; the one who asked reads it where they asked."""
        change = changed(ticket, event)
        await self.keep(change)
        if not self.in_thread_of(ticket.id):
            self._tell_outside(event, change.ticket)
        return Answer(ticket_id=ticket.id, entry=change.ticket.version if isinstance(event, SPEECH) else None)

    def decide(self, action: Action, ticket: Ticket, command: Command, facts: Mapping[str, Fact | None]) -> Decision:
        given = {name: fact for name, fact in facts.items() if fact is not None and fact is not False}
        return self.policies.decide(
            TransitionQuestion(
                action=action,
                role=command.role,
                status=ticket.status,
                facts={**_standing(ticket, command.by), **given},
            )
        )

    def lets(self, action: Action, ticket: Ticket, command: Command, facts: Mapping[str, Fact | None]) -> bool:
        """Say whether the policy would allow *command*; nothing is kept of the question."""
        return self.decide(action, ticket, command, facts).allowed

    def possible(self, ticket: Ticket, role: Role, by: PersonId | None = None) -> frozenset[Action]:
        """Return what somebody in *role* could do with the ticket now, if they left nothing out."""
        asked = (ticket, role, by)
        if asked not in self._possible:
            facts = {**_standing(ticket, by), **EVERYTHING_GIVEN}
            questions = (
                TransitionQuestion(action=action, role=role, status=ticket.status, facts=facts) for action in Action
            )
            self._possible[asked] = frozenset(q.action for q in questions if self.policies.decide(q).allowed)
        return self._possible[asked]

    async def refuse(self, command: Command, action: Action, ticket: Ticket, decision: Decision) -> Answer:
        """Write the refusal to the history and tell the one who asked: the reason, the clause, the next step."""
        happened = CommandRefused(**decided(command, decision, ticket.status), action=action)
        await self.uow.tickets.save(changed(ticket, happened), correlation_id=self.correlation_id)
        return await self.refused(command, decision, ticket)

    async def refused(
        self, command: Command, decision: Decision, ticket: Ticket | None, *, or_else: tuple[Button, ...] = ()
    ) -> Answer:
        """
        Tell the one who asked why not; where only words were missing, their next ones here complete the command.

        Args:
            or_else: How they may say them otherwise.
        """
        message = refused(self.say, self.filled(decision.refusal, ticket, decision.missing), decision.clause)
        if decision.missing and await self._asked_back(command.at):
            offer = asked_back(self.say, self.typed or "")
            message = replace(message, paragraphs=(offer, *message.paragraphs), buttons=or_else)
        self.answer(message, ticket_id=ticket.id if ticket else None)
        return Answer(message=message, refused=decision.clause, ticket_id=ticket.id if ticket else None)

    async def _asked_back(self, at: datetime) -> bool:
        if self.typed is None or self.here.place is None or self.person is None:
            return False
        await self.uow.questions.ask(
            Question(
                place=self.here.place,
                root=self.here.root,
                person=self.person.id,
                words=self.typed,
                asked_at=at,
            )
        )
        return True

    async def forget_question(self) -> bool:
        """Forget what we asked this person back here; return whether there was anything."""
        if self.here.place is None or self.person is None:
            return False
        forgotten = await self.uow.questions.forget(self.here.place, self.here.root, self.person.id)
        if not forgotten and self.here.root is not None and self.here.thread is None:
            return await self.uow.questions.forget(self.here.place, None, self.person.id)
        return forgotten

    def filled(self, sentence: Sentence, ticket: Ticket | None, missing: Sequence[str] = ()) -> str:
        """Return a policy's sentence with its places filled, by plain replacement: data is never a template (S29)."""
        say = self.say
        text = say.typeset(sentence.get(say.language) or sentence.get(DEFAULT_LANGUAGE, ""))
        places = {"{missing}": ", ".join(missing)}
        if ticket is not None:
            places |= {
                "{ticket}": ticket.reference,
                "{status}": say(STATUS[ticket.status]),
                "{severity}": say(SEVERITY[ticket.severity]),
                "{reminders}": str(ticket.reminders),
                "{assignee}": self.reading(ticket, self.audience, say).name(ticket.assignee)
                if ticket.assignee
                else say("nobody yet"),
            }
        for place, value in places.items():
            text = text.replace(place, value)
        return text

    # ---- keeping and telling -----------------------------------------------------------------------------------------

    async def keep(self, change: Change) -> None:
        """Save a change and owe everybody what it makes them read, the cards brought up to date last."""
        timed = await self.timekeeper.timed(change)
        change = timed.change
        self._clocks[change.ticket.id] = timed.clocks
        await self.uow.tickets.save(change, correlation_id=self.correlation_id)
        ticket = change.ticket
        threads = await self.threads_of(ticket)
        self._told.update(thread.audience for thread in threads)
        first = change.before.version + 1 if change.before else 1
        for number, event in enumerate(change.events, start=first):
            for thread in threads:
                if not (isinstance(event, SPEECH) and self._said_in(thread)):
                    await self._tell(event, ticket, thread, number)
            if isinstance(event, BeneficiaryWrote) and ticket.status is Status.RESOLVED:
                for thread in threads:
                    if thread.audience is Audience.PUBLIC:
                        reading = await self._reading_in(thread, ticket)
                        self._owe(thread, still_your_word(reading), Form.THREAD)
        if change.before is not None and (timed.shows or _shown(change.before) != _shown(ticket)):
            for thread in threads:
                reading = await self._reading_in(thread, ticket)
                self._owe(thread, card(reading), Form.CARD_EDIT)

    async def open_threads(
        self, ticket: Ticket, rooms: Sequence[Room], *, files: tuple[Attachment, ...]
    ) -> tuple[Thread, ...]:
        """Give the ticket a thread, under its card, in every place of *rooms* that this desk reaches."""
        threads = []
        for room in rooms:
            for place in room.places:
                if place.platform in self.platforms:
                    thread = await self.uow.threads.add(
                        Thread(
                            ticket_id=ticket.id,
                            organisation=ticket.organisation,
                            room=room.id,
                            place=place,
                            audience=room.audience,
                        )
                    )
                    threads.append(thread)
        for thread in threads:
            reading = await self._reading_in(thread, ticket)
            notify = self.cast.first_line if thread.audience is Audience.INTERNAL else ()
            self._owe(thread, card(reading, files=files, notify=notify), Form.CARD)
            if self.here.place != thread.place:
                self._owe_files(files, thread, reading, reading.name(ticket.requester), number=1)
        return tuple(threads)

    async def tell(self, event: Event, ticket: Ticket, threads: Sequence[Thread], number: int) -> None:
        """Owe what *event*, the row of that number, makes people read in *threads*."""
        for thread in threads:
            await self._tell(event, ticket, thread, number)

    async def ask_for_a_severity(self, ticket: Ticket, threads: Sequence[Thread], proposal: SeverityProposal) -> None:
        """Tell the customer what a case begins with that came without a severity, and how to say more (§3.1.5)."""
        for thread in threads:
            if thread.audience is Audience.PUBLIC:
                reading = await self._reading_in(thread, ticket)
                self._owe(thread, severity_unsaid(reading, proposal), Form.THREAD)

    async def cards_in(self, threads: Sequence[Thread], now: datetime) -> list[OwedMessage]:
        """Return the card of each thread, as its ticket now stands; they call nobody."""
        cards = []
        for thread in threads:
            ticket = await self.ticket(thread.ticket_id)
            await self.look_at_clocks(ticket, now)
            message = card(await self._reading_in(thread, ticket))
            cards.append(_in_thread(thread, message, Form.CARD))
        return cards

    async def correct(self, number: int, event: Speech, ticket: Ticket) -> None:
        """Make the copies of what row *number* told say what *event* says."""
        for thread in await self._copied_to(ticket):
            message = told(event, await self._reading_in(thread, ticket))
            if message is not None:
                self._owe(thread, replace(message, notify=()), Form.EDIT, number=number)

    async def take_back(self, number: int, event: Speech, ticket: Ticket) -> None:
        """Take the copies of what row *number* told back, files and all."""
        for thread in await self._copied_to(ticket):
            reading = await self._reading_in(thread, ticket)
            if told(event, reading) is not None:
                for part in range(len(event.files) + 1):
                    self._owe(thread, taken_back(reading), Form.REMOVAL, number=number, part=part)

    async def _copied_to(self, ticket: Ticket) -> list[Thread]:
        """Return the ticket's threads but the one where the words were written."""
        return [thread for thread in await self.threads_of(ticket) if thread.place != self.here.place]

    def owe_sign(self, thread: Thread, sign: str, form: Form, *, entry: int, under: Address | None) -> None:
        """Owe *sign* in *thread*: under what somebody wrote there, or under the message that tells of *entry*."""
        say = self.words[DEFAULT_LANGUAGE]
        self._owe(thread, answer(say, sign), form, number=entry, answers=under)

    def acknowledge(self, sign: str) -> None:
        """Owe *sign* under what was written: the desk has it, although nothing needs to be said."""
        if self.here.place is None or self.here.message is None or self.here.thread is None:
            return
        self._owe(self.here.thread, answer(self.say, sign), Form.REACTION, answers=self.here.message)

    async def alert(self, delivery: Delivery) -> None:
        """Tell the managers' rooms that *delivery* was set aside."""
        for room in await self.uow.directory.rooms(RoomPurpose.MANAGERS):
            message = set_aside_alert(
                self.words[self._language_of(room)],
                room=self.here.room.id if self.here.room else delivery.room.value,
                sender=self.person.name if self.person else delivery.sender.value,
                reference=delivery.correlation_id,
            )
            self._owed.extend(
                OwedMessage(form=Form.ANSWER, message=message, place=place, urgency=Urgency.NOTIFY)
                for place in room.places
                if place.platform in self.platforms
            )

    def answer(self, message: Message, *, ticket_id: TicketId | None = None) -> None:
        """Owe *message* to the one who asked, where they asked; nothing when a timer asked."""
        if self.here.place is None:
            return
        self._owed.append(
            OwedMessage(
                form=Form.ANSWER,
                message=message,
                place=self.here.place,
                urgency=Urgency.NOTIFY,
                thread=self.here.thread,
                ticket_id=ticket_id or (self.here.thread.ticket_id if self.here.thread else None),
                answers=self.here.message,
                under=self.here.root,
                reader=self.person.id if self.person else None,
                stranger=self.here.sender if self.person is None else None,
            )
        )

    def announce(self, place: Address, message: Message) -> None:
        """Owe *message* to everybody in a room, where this desk reaches it."""
        if place.platform in self.platforms:
            urgency = Urgency.NOTIFY if message.notify else Urgency.QUIET
            self._owed.append(OwedMessage(form=Form.ANSWER, message=message, place=place, urgency=urgency))

    async def announce_to_managers(self, drawn: Callable[[Voice], Message]) -> None:
        """Owe every managers' room what is *drawn* in its language."""
        for room in await self.uow.directory.rooms(RoomPurpose.MANAGERS):
            message = drawn(self.voice_of(room))
            for place in room.places:
                self.announce(place, message)

    def owe(self, message: OwedMessage) -> None:
        self._owed.append(message)

    def voice_of(self, room: Room) -> Voice:
        return self.words[self._language_of(room)]

    def told(self, message: Message, ticket: Ticket | None = None) -> Answer:
        """Answer a question with *message*."""
        self.answer(message, ticket_id=ticket.id if ticket else None)
        return Answer(message=message, ticket_id=ticket.id if ticket else None)

    @property
    def zone(self) -> str:
        """The time zone of the one who asks."""
        return self.person.time_zone if self.person else "Etc/UTC"

    def instant(self, at: datetime) -> str:
        """Return an instant as the one who asks reads it: their words, their time zone."""
        return self.say.instant(at, self.zone)

    def in_thread_of(self, ticket_id: TicketId | None) -> bool:
        return self.here.thread is not None and self.here.thread.ticket_id == ticket_id

    def owed(self) -> tuple[OwedMessage, ...]:
        """Return all that was owed so far, in the order it was decided; what comes late says so, once in each lane."""
        if self.written_at is None:
            return tuple(self._owed)
        lanes, marked = set(), []
        for owed in self._owed:
            if owed.form in _SAYS_LATE and owed.lane not in lanes:
                lanes.add(owed.lane)
                owed = replace(owed, message=self._late(owed.message, self.written_at))
            marked.append(owed)
        return tuple(marked)

    def _late(self, message: Message, written_at: datetime) -> Message:
        say = self.words[message.language]
        instant = say.instant(written_at, self.zone)
        late = say("Written on {instant}; it reached the desk late.", instant=instant)
        return replace(message, paragraphs=(*message.paragraphs, late))

    @property
    def customer_reads(self) -> bool:
        """Whether what was kept is shown to the customer anywhere: their room may have been let go."""
        return Audience.PUBLIC in self._told

    @property
    def audience(self) -> Audience:
        return Audience.INTERNAL if self.scope.internal else Audience.PUBLIC

    def reading(self, ticket: Ticket, audience: Audience, say: Voice) -> Reading:
        role = Role.AGENT if audience is Audience.INTERNAL else Role.CONTACT
        return Reading(
            say=say,
            audience=audience,
            cast=self.cast,
            ticket=ticket,
            possible=self.possible(ticket, role),
            clocks=self._clocks.get(ticket.id),
            zone=self._zone_to_read_in(ticket, audience),
        )

    def brief(self, ticket: Ticket, audience: Audience) -> Reading:
        """Return what the one who asks reads of a ticket in a line: without buttons, so no policy is asked."""
        return Reading(
            say=self.say,
            audience=audience,
            cast=self.cast,
            ticket=ticket,
            clocks=self._clocks.get(ticket.id),
            zone=self.zone,
        )

    def _zone_to_read_in(self, ticket: Ticket, audience: Audience) -> str:
        """Return the zone of instants that many read: the customer's for them, the agent's at the desk."""
        if audience is Audience.INTERNAL:
            assignee = self.cast.person(ticket.assignee)
            return assignee.time_zone if assignee else "Etc/UTC"
        organisation = self.cast.organisations.get(ticket.organisation)
        return organisation.time_zone if organisation else "Etc/UTC"

    async def look_at_clocks(self, ticket: Ticket, now: datetime) -> None:
        """Read the clocks of a ticket that is to be shown as it stands."""
        self._clocks[ticket.id] = await self.timekeeper.clocks_of(ticket, now)

    async def look_at_clocks_of(self, tickets: Sequence[Ticket], now: datetime) -> None:
        """Read the clocks of tickets of which each is to be shown in a line."""
        self._clocks.update(await self.timekeeper.clocks_of_each(tickets, now))

    async def tell_staff(self, ticket: Ticket, drawn: Callable[[Reading], Message], *, number: int | None) -> None:
        """Owe in the ticket's desk threads what is *drawn*, which tells of the history row *number*, or of none."""
        for thread in await self.threads_of(ticket):
            if thread.audience is Audience.INTERNAL:
                message = self._spoken(drawn, await self._reading_in(thread, ticket))
                if message is not None:
                    self._owe(thread, message, Form.THREAD, number=number)

    async def _tell(self, event: Event, ticket: Ticket, thread: Thread, number: int) -> None:
        reading = await self._reading_in(thread, ticket)
        message = self._spoken(lambda reading: told(event, reading), reading)
        if message is not None:
            reminder = isinstance(event, BeneficiaryReminded) and thread.audience is Audience.PUBLIC
            withdrawn_by = call_key(ticket.id, number, thread.place) if reminder else None
            self._owe(thread, message, Form.THREAD, number=number, cancel_key=withdrawn_by)
            if isinstance(event, SPEECH):
                self._owe_files(event.files, thread, reading, reading.name(event.by), number=number)

    def _spoken(self, drawn: Callable[[Reading], Message | None], reading: Reading) -> Message | None:
        """Return what is *drawn*: what is for one person speaks that person's language, whatever the room's."""
        message = drawn(reading)
        if message is None or len(message.notify) != 1:
            return message
        person = self.cast.person(message.notify[0])
        if person is None or person.language is reading.say.language:
            return message
        return drawn(replace(reading, say=self.words[person.language]))

    def _owe_files(
        self, files: Sequence[Attachment], thread: Thread, reading: Reading, author: str, *, number: int
    ) -> None:
        for part, file in enumerate(files, start=1):
            self._owe(thread, file_of(reading, author, file), Form.FILE, number=number, part=part)

    def _tell_outside(self, event: Event, ticket: Ticket) -> None:
        """Tell the one who asked from elsewhere what their thread-mates read in the thread."""
        message = told(event, self.reading(ticket, self.audience, self.say))
        if message is not None:
            self.answer(replace(message, notify=(), buttons=()), ticket_id=ticket.id)

    def _said_in(self, thread: Thread) -> bool:
        return self.here.thread is not None and self.here.thread.id == thread.id

    async def threads_of(self, ticket: Ticket) -> list[Thread]:
        """Return the ticket's threads, without those in rooms that were let go or bound to somebody else (S13)."""
        threads = []
        for thread in await self.uow.threads.of(ticket.id):
            room = await self.uow.directory.room_at(thread.place)
            if room is not None and room.may_show(thread.organisation, thread.audience):
                threads.append(thread)
        return threads

    async def _reading_in(self, thread: Thread, ticket: Ticket) -> Reading:
        room = await self.uow.directory.room(thread.room)
        return self.reading(ticket, thread.audience, self.words[self._language_of(room)])

    def _language_of(self, room: Room | None) -> Language:
        if room is None:
            return DEFAULT_LANGUAGE
        if room.language is not None:
            return room.language
        known = self.cast.organisations.get(room.organisation) if room.organisation else None
        return known.language if known else DEFAULT_LANGUAGE

    def _owe(
        self,
        thread: Thread,
        message: Message,
        form: Form,
        *,
        number: int | None = None,
        part: int = 0,
        answers: Address | None = None,
        cancel_key: str | None = None,
    ) -> None:
        owed = replace(_in_thread(thread, message, form), answers=answers, entry=number, part=part)
        self._owed.append(replace(owed, cancel_key=cancel_key))


def call_key(ticket_id: TicketId, number: int, place: Address) -> str:
    """Return what withdraws the message that calls a contact, as the history row *number* tells, in *place*."""
    return f"call:{ticket_id}:{number}:{place.platform}:{place.value}"


def _in_thread(thread: Thread, message: Message, form: Form) -> OwedMessage:
    return OwedMessage(
        form=form,
        message=message,
        place=thread.place,
        urgency=Urgency.NOTIFY if message.notify else Urgency.QUIET,
        thread=thread,
        ticket_id=thread.ticket_id,
    )


def decided(command: Command, decision: Decision, standing: Status) -> Decided:
    return Decided(
        at=command.at,
        by=command.by,
        role=command.role,
        status=decision.to or standing,
        clause=decision.clause,
        edition=decision.edition,
    )


def _standing(ticket: Ticket, by: PersonId | None) -> Mapping[str, Fact]:
    """Return how the ticket stands, as the policies' fields tell it."""
    return {
        "severity": str(ticket.severity),
        "assigned": ticket.assignee is not None,
        "mine": by is not None and ticket.assignee == by,
        "reminders": ticket.reminders,
        "ball": str(ticket.ball or Side.VENDOR),
    }


def _shown(ticket: Ticket) -> Ticket:
    """Return what of a ticket its card shows, to see whether it must be edited."""
    return replace(ticket, version=0, reminders=0, solution=None, solution_text="")
