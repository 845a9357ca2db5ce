"""
Events → messages without a platform, for one audience in one language; pure.

What an event makes people read is one function here. The customer's wording and the desk's stand side by side, so
that what crosses the audience firewall can be seen at a glance: an event whose audience is internal has no public one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chatops.application.clock_words import CALLED, DUE_NO_MORE, MOVED, RECOUNTED, fact_line, fact_of, first_owed
from chatops.application.labels import ACTION, BUTTON, REASON, SEVERITY, SIGN, SOLUTION, STATUS
from chatops.application.message_tree import Button, Fact, Message, Quote, Style
from chatops.application.severity_words import COUNTED, owed_lines, policy_sentence, requalify_button
from chatops.application.words import N_, Voice
from chatops.domain.directory import Organisation, Person
from chatops.domain.events import (
    Attachment,
    BeneficiaryReminded,
    BeneficiaryWrote,
    ClockBreached,
    ClockCancelled,
    ClockMet,
    ClocksFrozen,
    ClockWarned,
    ClosingProposed,
    CommandRefused,
    DueMoved,
    Event,
    InformationRequested,
    NoteTaken,
    ReminderUndelivered,
    SeverityProposed,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    VendorReplied,
    WordsCorrected,
    WordsTakenBack,
    WorkStarted,
)
from chatops.domain.readings import Clocks
from chatops.domain.readings import Reading as ClockReading
from chatops.domain.severity import SeverityProposal
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClosingReason,
    OrganisationId,
    PersonId,
    Role,
    Side,
    Status,
)

TITLE_LENGTH = 120
"""Characters of a report's first line that stand for it everywhere."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody whom a message may name."""

    people: Mapping[PersonId, Person]
    organisations: Mapping[OrganisationId, Organisation]

    def person(self, person_id: PersonId | None) -> Person | None:
        return None if person_id is None else self.people.get(person_id)

    @property
    def first_line(self) -> tuple[PersonId, ...]:
        """The agents of Level 1: a ticket that nobody has taken is theirs."""
        return tuple(sorted(p.id for p in self.people.values() if p.role is Role.AGENT and p.level != 2))

    @property
    def managers(self) -> tuple[Person, ...]:
        return tuple(person for _, person in sorted(self.people.items()) if person.role is Role.MANAGER)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """
    Who reads: the language, what they may see, and whom they know.

    Attributes:
        possible: What this audience may do with the ticket now, for its buttons.
        clocks: What its clocks show; None where nothing is promised.
        zone: The time zone that instants are told in.
    """

    say: Voice
    audience: Audience
    cast: Cast
    ticket: Ticket
    possible: frozenset[Action] = frozenset()
    clocks: Clocks | None = None
    zone: str = "Etc/UTC"

    @property
    def internal(self) -> bool:
        return self.audience is Audience.INTERNAL

    def name(self, person_id: PersonId | None) -> str:
        """Return what this reader calls somebody: name and side, as far as the reader does not know it."""
        person = self.cast.person(person_id)
        if person is None:
            return str(person_id) if person_id else self.say("The desk")
        if person.role is not Role.CONTACT:
            return person.name if self.internal else self.say("{name} (support)", name=person.name)
        if not self.internal:
            return person.name
        return f"{person.name} ({self.organisation})"

    @property
    def organisation(self) -> str:
        known = self.cast.organisations.get(self.ticket.organisation)
        return known.name if known else str(self.ticket.organisation)

    @property
    def first_owed(self) -> ClockReading | None:
        """Return the clock that this reader has to know of first; None where nothing is owed."""
        return first_owed(self.clocks, internal=self.internal) if self.clocks else None

    @property
    def due(self) -> tuple[str, ...]:
        """Return what is owed first, in half a line; nothing where nothing is."""
        owed = self.first_owed
        return (fact_line(owed, self.say, self.zone),) if owed else ()

    def author(self, event: BeneficiaryWrote) -> str:
        """Return who wrote: a contact, or somebody whom the directory does not know (A31)."""
        if event.role is not Role.UNVERIFIED:
            return self.name(event.by)
        if self.internal and event.speaker_home:
            return self.say("{name} (unverified, of {home})", name=event.speaker, home=event.speaker_home)
        return self.say("{name} (unverified)", name=event.speaker)

    def message(
        self,
        headline: str,
        *paragraphs: str,
        quote: Quote | None = None,
        notify: tuple[PersonId | None, ...] = (),
        buttons: tuple[Action, ...] = (),
    ) -> Message:
        return Message(
            language=self.say.language,
            headline=headline,
            paragraphs=paragraphs,
            quote=quote,
            notify=tuple(person for person in notify if person is not None),
            buttons=self.buttons(*buttons),
        )

    def buttons(self, *actions: Action) -> tuple[Button, ...]:
        return tuple(
            Button(
                action=action,
                ticket_id=self.ticket.id,
                label=self.say(BUTTON[action]),
                command=f"!{self.say(ACTION[action])}" + (" …" if action in _WANTS_WORDS else ""),
                style=_STYLES.get(action, Style.PLAIN),
                sign=SIGN.get(action, ""),
                in_menu=action in _IN_THE_MENU,
            )
            for action in actions
            if action in self.possible
        )


_ON_THE_CARD: Mapping[Audience, tuple[Action, ...]] = {
    Audience.PUBLIC: (Action.ACCEPT, Action.REFUSE),
    Audience.INTERNAL: (
        *(Action.TAKE, Action.NEED, Action.START, Action.RESOLVE, Action.REMIND, Action.CLOSE),
        *(Action.REPLY, Action.ASSIGN, Action.SEVERITY),
    ),
}

_IN_THE_MENU = {Action.REPLY, Action.ASSIGN, Action.SEVERITY}

_WANTS_WORDS = {Action.NEED, Action.RESOLVE, Action.REFUSE, Action.CLOSE} | _IN_THE_MENU
"""A proposal of a severity wants none: the desk asks."""

_STYLES = {Action.TAKE: Style.PRIMARY, Action.ACCEPT: Style.PRIMARY, Action.REFUSE: Style.DANGER}


def title_of(report: str) -> tuple[str, str]:
    """Return a report's first line, cut to `TITLE_LENGTH`, and what that leaves out: the rest, or all of it if cut."""
    first, _, rest = report.strip().partition("\n")
    first = first.strip()
    if len(first) <= TITLE_LENGTH:
        return first, rest.strip()
    return first[: TITLE_LENGTH - 1].rstrip() + "…", report.strip()


# ---- the card --------------------------------------------------------------------------------------------------------


def card(reading: Reading, *, files: tuple[Attachment, ...] = (), notify: tuple[PersonId, ...] = ()) -> Message:
    """Return the ticket's card: the root of its thread, which always shows the truth."""
    say, ticket = reading.say, reading.ticket
    facts = [
        Fact(label=say("Status"), value=say(STATUS[ticket.status])),
        Fact(label=say("Severity"), value=say(SEVERITY[ticket.severity])),
        Fact(label=say("Opened by"), value=reading.name(ticket.requester)),
        Fact(label=say("Handled by"), value=_handler(reading)),
    ]
    due = fact_of(reading.clocks, say, zone=reading.zone, internal=reading.internal) if reading.clocks else None
    if due is not None:
        facts.append(due)
    if ticket.refers_to is not None:
        facts.append(Fact(label=say("Follows"), value=f"T-{ticket.refers_to}"))
    if ticket.reason is not None:
        facts.append(Fact(label=say("Reason"), value=say(REASON[ticket.reason])))
    return Message(
        language=say.language,
        headline=f"{ticket.reference} · {ticket.title}",
        facts=tuple(facts),
        paragraphs=(_next_move(reading),),
        quote=Quote(author="", text=ticket.description, files=files) if ticket.description or files else None,
        buttons=reading.buttons(*_ON_THE_CARD[reading.audience]),
        notify=notify,
    )


def _handler(reading: Reading) -> str:
    if reading.ticket.assignee is None:
        return reading.say("nobody yet")
    return reading.name(reading.ticket.assignee)


def _next_move(reading: Reading) -> str:
    """Return the ball in words: who owes the next move, and which."""
    say, ticket = reading.say, reading.ticket
    if ticket.status is Status.CLOSED:
        return say("This ticket is closed for good (§3.2.6a).")
    if ticket.ball is Side.BENEFICIARY:
        if ticket.status is Status.SUSPENDED:
            awaited = ticket.awaited or ""
            if reading.internal:
                return say("Waiting for the customer: {awaited}", awaited=awaited)
            return say("Waiting for you: {awaited}", awaited=awaited)
        if reading.internal:
            return say("Waiting for the customer's word on the solution.")
        return say("Waiting for you: does the solution suit you?")
    if ticket.status is Status.NEW:
        return say("With us: take it.") if reading.internal else say("With support: an agent will take it.")
    if ticket.status is Status.SUSPENDED:
        if reading.internal:
            return say("With us: the customer has answered.")
        return say("With support: your answer has come and is being read.")
    if reading.internal:
        return say("With {agent}.", agent=_handler(reading))
    return say("With support: an agent is working on it.")


# ---- what is told in the thread --------------------------------------------------------------------------------------


def told(event: Event, reading: Reading) -> Message | None:
    """Return what *event* makes this audience read in the ticket's thread; None: nothing."""
    if event.audience is Audience.INTERNAL and not reading.internal:
        return None
    teller = _TELLERS.get(type(event))
    return teller(event, reading) if teller else None


def _assigned(event: TicketAssigned, reading: Reading) -> Message:
    say, assignee = reading.say, reading.name(event.assignee)
    if not reading.internal:
        return reading.message(
            say("{agent} is now handling {ticket}.", agent=assignee, ticket=reading.ticket.reference)
        )
    if event.by == event.assignee:
        return reading.message(say("{agent} took {ticket}.", agent=assignee, ticket=reading.ticket.reference))
    return reading.message(
        say(
            "{by} gave {ticket} to {agent}.",
            by=reading.name(event.by),
            ticket=reading.ticket.reference,
            agent=assignee,
        ),
        notify=(event.assignee,),
    )


def _requalified(event: SeverityRequalified, reading: Reading) -> Message:
    say = reading.say
    headline = say(
        "Severity is now {after}; it was {before}.",
        after=say(SEVERITY[event.severity]),
        before=say(SEVERITY[event.before]),
    )
    counted = say(COUNTED[event.mode]) if event.mode else ""
    quote = _words(event.why, reading.name(event.by))
    if reading.internal:
        lines = (*_owed(reading, reading.zone), counted)
        return reading.message(headline, *filter(None, lines), quote=quote)
    meaning = policy_sentence(event.meaning, say)
    means = say("{severity} means: {sentence}", severity=event.severity, sentence=meaning) if meaning else ""
    message = reading.message(
        headline,
        *filter(None, (means, *_owed(reading, _requesters_zone(reading)), counted)),
        say(
            "Support procedure, {clause}. If you see it otherwise, say so once, and why: an agent looks at it again.",
            clause=event.clause,
        ),
        quote=quote,
        buttons=(Action.PROPOSE,),
    )
    return replace(message, buttons=tuple(replace(button, label=say("Contest")) for button in message.buttons))


def _owed(reading: Reading, zone: str) -> tuple[str, ...]:
    if reading.clocks is None:
        return ()
    return owed_lines(reading.clocks.readings, reading.say, zone, internal=reading.internal)


def _requesters_zone(reading: Reading) -> str:
    requester = reading.cast.person(reading.ticket.requester)
    return requester.time_zone if requester else reading.zone


def _severity_proposed(event: SeverityProposed, reading: Reading) -> Message:
    """Tell what the customer takes it for, or what their answers speak for; the desk may follow it in one tap."""
    say, ticket, by = reading.say, reading.ticket, reading.name(event.by)
    proposed, now = say(SEVERITY[event.severity]), say(SEVERITY[event.before])
    because = policy_sentence(event.because, say)
    quote = _words(event.why, by)
    if because:
        headline = say("By what {by} answered it is {severity}.", by=by, severity=proposed)
        because = say("{sentence} ({clause})", sentence=because, clause=event.clause)
    elif event.contests:
        headline = say("{by} contests the severity: {severity} instead of {now}.", by=by, severity=proposed, now=now)
    else:
        headline = say("{by} proposes {severity}; it is {now}.", by=by, severity=proposed, now=now)
    differs = event.severity is not event.before
    if not reading.internal:
        decides = say("An agent reads this and decides; the severity stays as it is until then (§3.1.5).")
        return reading.message(headline, *filter(None, (because, decides if differs else "")), quote=quote)
    message = reading.message(
        headline, *filter(None, (because,)), quote=quote, notify=_responsible(reading) if differs else ()
    )
    may_follow = differs and event.severity is not ticket.severity and Action.SEVERITY in reading.possible
    return replace(message, buttons=(requalify_button(ticket.id, event.severity, say),) if may_follow else ())


def severity_unsaid(reading: Reading, proposal: SeverityProposal) -> Message:
    """Return what a customer reads whose report came without a severity: what it begins with, how to say more."""
    say = reading.say
    return reading.message(
        policy_sentence(proposal.because, say),
        say(
            "`!{verb}` asks you a few questions; or say it yourself, and why: `!{verb} S2 …`",
            verb=say(ACTION[Action.PROPOSE]),
        ),
        buttons=(Action.PROPOSE,),
    )


def _information_requested(event: InformationRequested, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        return reading.message(
            say("{agent} asked the customer:", agent=reading.name(event.by)), quote=_words(event.awaited)
        )
    return reading.message(
        say("We need something from you to go on with {ticket}:", ticket=ticket.reference),
        say("Answer here in the thread, with files if that helps. We go on as soon as we have it."),
        quote=_words(event.awaited, reading.name(event.by)),
        notify=(ticket.requester,),
    )


def _work_started(event: WorkStarted, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        return reading.message(
            say("{agent} started work on {ticket}.", agent=reading.name(event.by), ticket=ticket.reference)
        )
    return reading.message(say("We have what we need and are working on {ticket}.", ticket=ticket.reference))


def _solution_proposed(event: SolutionProposed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    kind = say(SOLUTION[event.solution])
    quote = _words(event.text, reading.name(event.by))
    if reading.internal:
        return reading.message(say("Solution proposed to the customer ({kind}):", kind=kind), quote=quote)
    return reading.message(
        say("Here is a solution for {ticket} ({kind}):", ticket=ticket.reference, kind=kind),
        say("Does it suit you? “Accept” closes the ticket; “Not solved” opens it again."),
        quote=quote,
        notify=(ticket.requester,),
        buttons=(Action.ACCEPT, Action.REFUSE),
    )


def _solution_refused(event: SolutionRefused, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    quote = _words(event.why, reading.name(event.by))
    if reading.internal:
        headline = say(
            "{contact} refused the solution: {ticket} is open again.",
            contact=reading.name(event.by),
            ticket=ticket.reference,
        )
        return reading.message(headline, quote=quote, notify=(ticket.assignee,))
    return reading.message(say("{ticket} is open again; the desk has been told.", ticket=ticket.reference), quote=quote)


def _closed(event: TicketClosed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    in_own_words = event.reason is ClosingReason.OTHER and bool(event.note)
    headline = say(
        "{by} closed {ticket}: {reason}.",
        by=reading.name(event.by),
        ticket=ticket.reference,
        reason=event.note.rstrip(".") if in_own_words else say(REASON[event.reason]),
    )
    quote = None if in_own_words else _words(event.note, reading.name(event.by))
    if reading.internal:
        return reading.message(headline, quote=quote)
    return reading.message(
        headline,
        say(
            "To come back to it, open a new ticket that refers to it: `!open … after {ticket}`",
            ticket=ticket.reference,
        ),
        quote=quote,
    )


def _reminded(event: BeneficiaryReminded, reading: Reading) -> Message | None:
    say, ticket = reading.say, reading.ticket
    if reading.internal:
        if event.contact is not None:
            # Who is asked instead is told with the reminder that did not arrive.
            return None
        return reading.message(
            say(
                "Reminder {count} of {all} sent to the customer for {ticket}.",
                count=event.count,
                all=event.of,
                ticket=ticket.reference,
            )
        )
    last = event.count >= event.of or event.closing_at is not None
    ending = _last_word(event, reading) if last else None
    if ticket.status is Status.RESOLVED:
        return reading.message(
            say(
                "Reminder {count} of {all}: does the solution for {ticket} suit you?",
                count=event.count,
                all=event.of,
                ticket=ticket.reference,
            ),
            ending or say("“Accept” closes the ticket; “Not solved” opens it again."),
            quote=_words(ticket.solution_text),
            notify=(event.contact or ticket.requester,),
            buttons=(Action.ACCEPT, Action.REFUSE),
        )
    return reading.message(
        say(
            "Reminder {count} of {all}: {ticket} waits for you. We still need:",
            count=event.count,
            all=event.of,
            ticket=ticket.reference,
        ),
        ending or say("Answer here in the thread."),
        quote=_words(ticket.awaited or ""),
        notify=(event.contact or ticket.requester,),
    )


def _last_word(event: BeneficiaryReminded, reading: Reading) -> str:
    """Return what the last reminder says will follow, and when, in the reader's own time."""
    say, solved = reading.say, reading.ticket.status is Status.RESOLVED
    if event.closing_at is None:
        if solved:
            return say(
                "This is the last reminder: without your word we may take the solution as valid and close the ticket."
            )
        return say("This is the last reminder: without an answer we may close the ticket.")
    called = reading.cast.person(event.contact or reading.ticket.requester)
    instant = say.instant(event.closing_at, called.time_zone if called else reading.zone)
    return say(_LAST_WORDS[solved, event.closes_itself], instant=instant)


_LAST_WORDS: Mapping[tuple[bool, bool], str] = {
    (False, False): N_("This is the last reminder: without an answer by {instant} we may close the ticket."),
    (False, True): N_("This is the last reminder: without an answer by {instant} the ticket will be closed."),
    (True, False): N_(
        "This is the last reminder: without your word by {instant} we may take the solution as valid and close "
        "the ticket."
    ),
    (True, True): N_(
        "This is the last reminder: without your word by {instant} we take the solution as valid, and the ticket "
        "will be closed."
    ),
}
"""By whether a solution awaits an answer, and whether the ticket is then closed without asking an agent."""


def _due_moved(event: DueMoved, reading: Reading) -> Message | None:
    """What everybody knew to be late, and still is, is no news."""
    if event.known_late:
        return None
    say = reading.say
    sentence = (MOVED if event.due_at else DUE_NO_MORE)[event.clock]
    instants = {"due": _at(event.due_at, reading), "before": _at(event.was_due_at, reading)}
    because = say(RECOUNTED[event.because], edition=event.edition, organisation=reading.organisation)
    return reading.message(say(sentence, ticket=reading.ticket.reference, **instants), because)


def _reminder_undelivered(event: ReminderUndelivered, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    headline = say(
        "Reminder {count} for {ticket} did not reach {contact}, so it does not count.",
        count=event.count,
        ticket=ticket.reference,
        contact=reading.name(event.contact),
    )
    if event.passed_to is not None:
        return reading.message(headline, say("{contact} is asked instead.", contact=reading.name(event.passed_to)))
    return reading.message(
        headline,
        say("I can reach nobody else of {organisation}: call them.", organisation=reading.organisation),
        notify=_responsible(reading),
    )


def _responsible(reading: Reading) -> tuple[PersonId, ...]:
    """Return who owes the next move of ours: the assignee, or everybody who may take it."""
    if reading.ticket.assignee is not None:
        return (reading.ticket.assignee,)
    return reading.cast.first_line


def _closing_proposed(event: ClosingProposed, reading: Reading) -> Message:
    say, ticket = reading.say, reading.ticket
    headline = say.plural(
        "{ticket} had {n} reminder and no answer. Close it?",
        "{ticket} had {n} reminders and no answer. Close it?",
        event.reminders,
        ticket=ticket.reference,
    )
    closing = reading.buttons(Action.CLOSE)
    reason = say(REASON[event.reason])
    buttons = tuple(
        replace(
            button,
            label=say("Close ({reason})", reason=reason),
            words=reason,
            command=f"!{say(ACTION[Action.CLOSE])} {reason}",
            sign="🔒",
        )
        for button in closing
    )
    message = reading.message(
        headline, say("Nothing happens by itself; you may also just wait."), notify=_responsible(reading)
    )
    return replace(message, buttons=buttons)


def _beneficiary_wrote(event: BeneficiaryWrote, reading: Reading) -> Message:
    notify = (reading.ticket.assignee,) if reading.internal else ()
    return _spoken(event, reading, notify=notify)


def _vendor_replied(event: VendorReplied, reading: Reading) -> Message:
    if not reading.internal:
        return _spoken(event, reading)
    return reading.message(
        reading.say("{agent} to the customer:", agent=reading.name(event.by)),
        quote=Quote(author="", text=event.text, files=event.files),
    )


def _note_taken(event: NoteTaken, reading: Reading) -> Message:
    return reading.message(
        reading.say("{agent} noted, for the desk only:", agent=reading.name(event.by)),
        quote=Quote(author="", text=event.text, files=event.files),
    )


def _spoken(
    event: BeneficiaryWrote | VendorReplied, reading: Reading, *, notify: tuple[PersonId | None, ...] = ()
) -> Message:
    return reading.message(
        reading.say("{name} wrote:", name=_writer(event, reading)),
        quote=Quote(author="", text=event.text, files=event.files),
        notify=notify,
    )


def _writer(event: BeneficiaryWrote | VendorReplied, reading: Reading) -> str:
    return reading.author(event) if isinstance(event, BeneficiaryWrote) else reading.name(event.by)


def file_of(reading: Reading, author: str, file: Attachment) -> Message:
    """Return what passes one file on; where a platform cannot carry it, its name is told."""
    return reading.message(
        reading.say("{name} sent a file:", name=author), quote=Quote(author="", text="", files=(file,))
    )


def taken_back(reading: Reading) -> Message:
    """Return what stands in a message's place where a platform cannot take it back."""
    return reading.message(reading.say("(taken back)"))


def _words(text: str, author: str = "") -> Quote | None:
    return Quote(author=author, text=text) if text else None


_TELLERS: Mapping[type[Event], Callable[..., Message | None]] = {
    TicketAssigned: _assigned,
    SeverityRequalified: _requalified,
    SeverityProposed: _severity_proposed,
    InformationRequested: _information_requested,
    WorkStarted: _work_started,
    SolutionProposed: _solution_proposed,
    SolutionRefused: _solution_refused,
    TicketClosed: _closed,
    BeneficiaryReminded: _reminded,
    BeneficiaryWrote: _beneficiary_wrote,
    VendorReplied: _vendor_replied,
    NoteTaken: _note_taken,
    ReminderUndelivered: _reminder_undelivered,
    DueMoved: _due_moved,
    ClosingProposed: _closing_proposed,
}


def still_your_word(reading: Reading) -> Message:
    """Return the two buttons of RESOLVED once more, after a message that accepted or refused nothing (§3.2.5c)."""
    say = reading.say
    return reading.message(
        say("Thank you, the desk has it. The solution still waits for your word: “Accept” or “Not solved”?"),
        buttons=(Action.ACCEPT, Action.REFUSE),
    )


# ---- the history in a line each --------------------------------------------------------------------------------------


def chronicle(event: Event, reading: Reading) -> str:
    """Return *event* as one line of the ticket's history, for a reader who may see it."""
    say, by = reading.say, reading.name(event.by)
    match event:
        case TicketOpened(severity=severity, requester=requester) if event.by != requester:
            return say(
                "{by} recorded it for {contact}, {severity}",
                by=by,
                contact=reading.name(requester),
                severity=say(SEVERITY[severity]),
            )
        case TicketOpened(severity=severity):
            return say("{by} opened it, {severity}", by=by, severity=say(SEVERITY[severity]))
        case TicketAssigned(assignee=assignee) if assignee == event.by:
            return say("{by} took it", by=by)
        case TicketAssigned(assignee=assignee):
            return say("{by} gave it to {agent}", by=by, agent=reading.name(assignee))
        case SeverityRequalified(before=before, severity=severity):
            return say("{by} requalified it from {before} to {after}", by=by, before=before, after=severity)
        case SeverityProposed(before=before, severity=severity, contests=True):
            return say("{by} contested {before} and proposed {after}", by=by, before=before, after=severity)
        case SeverityProposed(severity=severity, because=because) if because:
            return say("{by} answered questions that speak for {severity}", by=by, severity=severity)
        case SeverityProposed(severity=severity):
            return say("{by} proposed {severity}", by=by, severity=severity)
        case InformationRequested(awaited=awaited):
            return say("{by} asked for: {awaited}", by=by, awaited=awaited)
        case WorkStarted():
            return say("{by} started work", by=by)
        case SolutionProposed(solution=solution):
            return say("{by} proposed a solution: {kind}", by=by, kind=say(SOLUTION[solution]))
        case SolutionRefused():
            return say("{by} refused the solution", by=by)
        case TicketClosed(reason=reason):
            return say("{by} closed it: {reason}", by=by, reason=say(REASON[reason]))
        case BeneficiaryReminded(count=count):
            return say("{by} sent reminder {count}", by=by, count=count)
        case ReminderUndelivered(count=count, contact=contact):
            return say("reminder {count} did not reach {contact}", count=count, contact=reading.name(contact))
        case NoteTaken():
            return say("{by} noted: {text}", by=by, text=_excerpt(event.text))
        case BeneficiaryWrote(text=text) | VendorReplied(text=text):
            return say("{by} wrote: {text}", by=by, text=_excerpt(text))
        case WordsCorrected(text=text):
            return say("{by} corrected what they had written: {text}", by=by, text=_excerpt(text))
        case ClockWarned(clock=clock, due_at=due_at):
            return say("{clock}: due soon, by {instant}", clock=say(CALLED[clock]), instant=_at(due_at, reading))
        case ClockBreached(clock=clock, due_at=due_at):
            return say("{clock}: overdue, due by {instant}", clock=say(CALLED[clock]), instant=_at(due_at, reading))
        case ClockMet(clock=clock, in_time=True):
            return say("{clock}: given in time", clock=say(CALLED[clock]))
        case ClockMet(clock=clock):
            return say("{clock}: given late", clock=say(CALLED[clock]))
        case ClockCancelled(clock=clock):
            return say("{clock}: cancelled", clock=say(CALLED[clock]))
        case ClocksFrozen():
            return say("the clocks stay as they were when it was closed")
        case DueMoved(clock=clock, due_at=due_at, was_due_at=before):
            return say(
                "{clock}: due by {due} now, it was due by {before}",
                clock=say(CALLED[clock]),
                due=_at(due_at, reading),
                before=_at(before, reading),
            )
        case ClosingProposed(reason=reason):
            return say("{by} proposed to close it: {reason}", by=by, reason=say(REASON[reason]))
        case WordsTakenBack():
            return say("{by} took back what had been written", by=by)
        case CommandRefused(action=action):
            return say("{by} was refused: {action}", by=by, action=say(ACTION[action]))
        case _:
            raise AssertionError(f"no line for {type(event).__name__}")


def _at(at: datetime | None, reading: Reading) -> str:
    return reading.say.instant(at, reading.zone) if at else "–"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


# ---- answers to the one who asked -----------------------------------------------------------------------------------


def answer(say: Voice, headline: str, *paragraphs: str, listing: bool = False) -> Message:
    return Message(language=say.language, headline=headline, paragraphs=paragraphs, listing=listing)


def asked_back(say: Voice, typed: str) -> str:
    """Return the offer to complete by plain words a command that was *typed* without its mark."""
    verb = typed.split()[0]
    return say("Or just write it here: your next message completes `!{verb}`. `!cancel` drops it.", verb=verb)


def form_offered(action: Action, say: Voice) -> Button:
    """Return the button of the form that asks for what a command lacks; where there are no forms, it is not told of."""
    return Button(action=action, ticket_id=None, label=say(BUTTON[action]), command="", in_menu=True)


def set_aside(say: Voice, reference: str) -> Message:
    return answer(
        say,
        say("Something went wrong on our side, and nothing was done."),
        say("Try again, or say it in other words. The managers have been told: {reference}", reference=reference),
    )


def set_aside_alert(say: Voice, *, room: str, sender: str, reference: str) -> Message:
    return Message(
        language=say.language,
        headline=say("A message could not be dealt with, through a fault of the desk."),
        facts=(
            Fact(label=say("Room"), value=room),
            Fact(label=say("From"), value=sender),
            Fact(label=say("In the log"), value=reference),
        ),
        paragraphs=(say("The sender was asked to try again. The log says what happened; please report it."),),
    )


def refused(say: Voice, sentence: str, clause: str) -> Message:
    return answer(say, sentence, say("Support procedure, {clause}.", clause=clause))
