"""
The severity (§3.1.5, §3.2.2a): the beneficiary proposes, helped by the policy's questions; the vendor qualifies.

A proposal changes nothing. A change tells its effect on the clocks: beforehand where somebody asks and where it would
break one; and to everybody once it is done, with what the new severity means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chatops.application.commands import OpenTicket, ProposeSeverity, RequalifyTicket, SayInThread
from chatops.application.deliveries import Answer
from chatops.application.handlers.conversation import say_in_thread
from chatops.application.handlers.desk import Decided, Desk, decided
from chatops.application.inquiries import facts_of, meant, next_inquiry, told_by
from chatops.application.messages.answers import answer
from chatops.application.ports.questions import Question
from chatops.application.severity_words import Preview, asking, previewing
from chatops.application.words import N_
from chatops.domain.errors import UserError
from chatops.domain.events import Event, SeverityProposed, SeverityRequalified
from chatops.domain.policy import Decision, Fact
from chatops.domain.requalification import Effect, effects
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Action, Role, Severity

# ---- the vendor qualifies --------------------------------------------------------------------------------------------


async def requalify_ticket(command: RequalifyTicket, desk: Desk) -> Answer:
    """
    Change the severity, or show first what that would do.

    Raises:
        UserError: It has that severity; the conditions of policies compare with constants only, so it is asked here.
    """
    ticket, severity = await desk.ticket(command.ticket_id), command.severity
    if severity is ticket.severity and command.role is not Role.CONTACT:
        raise UserError(N_("{ticket} is {severity} already."), ticket=ticket.reference, severity=ticket.severity)
    facts: Mapping[str, Fact | None] = {"proposed": severity and str(severity), "text": bool(command.why)}
    decision = desk.decide(Action.SEVERITY, ticket, command, facts)
    if not decision.allowed or severity is None:
        return await desk.refuse(command, Action.SEVERITY, ticket, decision)
    event = SeverityRequalified(
        **decided(command, decision, ticket.status),
        before=ticket.severity,
        severity=severity,
        why=command.why,
        mode=command.mode,
        meaning=dict(desk.policies.definition(severity)),
    )
    if command.only_asked or (not command.confirmed and await _breaks_a_clock(event, ticket, desk)):
        return await _preview(event, ticket, desk)
    return await desk.do(event, ticket)


async def _breaks_a_clock(event: SeverityRequalified, ticket: Ticket, desk: Desk) -> bool:
    if event.mode is None:
        return False  # Where nobody chose, nothing is broken at once (`Requalification`).
    chosen = next((each for each in await effects_of(event, ticket, desk) if each.mode is event.mode), None)
    return chosen is not None and bool(chosen.breached_by_it)


async def effects_of(event: SeverityRequalified, ticket: Ticket, desk: Desk) -> Sequence[Effect]:
    """Return what *event* would do in both modes; nothing where nothing is promised."""
    history = await desk.timekeeper.history_of(ticket)
    cover = desk.timekeeper.cover_of(ticket, history[0].at)
    return effects(history, event, cover.level, cover_ends_at=cover.ends_at) if cover else ()


async def _preview(event: SeverityRequalified, ticket: Ticket, desk: Desk) -> Answer:
    reading = desk.reading(ticket, desk.audience, desk.say)
    told = {ticket.requester, ticket.assignee or event.by} - {event.by}
    preview = Preview(
        ticket=ticket,
        severity=event.severity,
        why=event.why,
        effects=await effects_of(event, ticket, desk),
        told=[reading.name(person) for person in sorted(filter(None, told))],
        internal=reading.internal,
    )
    return desk.told(previewing(preview, desk.say, desk.zone), ticket)


# ---- the beneficiary proposes ----------------------------------------------------------------------------------------


async def propose_severity(command: ProposeSeverity, desk: Desk) -> Answer:
    """
    Keep a proposal and tell the agents, or ask the questions that lead to one.

    Raises:
        UserError: It has that severity; or a form said neither a severity nor an answer.
    """
    ticket = await desk.ticket(command.ticket_id)
    history = await desk.timekeeper.history_of(ticket)
    severity = command.severity
    guided = severity is None and (not command.why or command.finished)
    facts: Mapping[str, Fact | None] = {
        "proposed": str(severity or ticket.severity) if severity or guided else None,
        "text": bool(command.why or command.files or guided),
        "contested": is_contested(history),
    }
    decision = desk.decide(Action.PROPOSE, ticket, command, facts)
    if not decision.allowed:
        return await desk.refuse(command, Action.PROPOSE, ticket, decision)
    contests = _last_qualified(history) is not None
    if severity is not None:
        if severity is ticket.severity:
            raise UserError(N_("{ticket} is {severity} already."), ticket=ticket.reference, severity=severity)
        proposed = SeverityProposed(
            **decided(command, decision, ticket.status),
            before=ticket.severity,
            severity=severity,
            why=command.why,
            facts=told_by(desk.policies.inquiries, command.answers),
            contests=contests,
        )
        return await desk.do(proposed, ticket)
    return await _guided(command, ticket, decision, contests, desk)


def is_contested(history: Sequence[Event]) -> bool:
    """Whether the last change of the severity was contested: a proposal came after it that was not for what it is."""
    qualified = _last_qualified(history)
    if qualified is None:
        return False
    return any(
        isinstance(event, SeverityProposed) and event.severity is not event.before for event in history[qualified:]
    )


def _last_qualified(history: Sequence[Event]) -> int | None:
    return max((at for at, event in enumerate(history) if isinstance(event, SeverityRequalified)), default=None)


async def _guided(command: ProposeSeverity, ticket: Ticket, decision: Decision, contests: bool, desk: Desk) -> Answer:
    """Take in an answer, and ask the next question or propose what the answers speak for."""
    inquiries, answers = desk.policies.inquiries, command.answers
    asked = next((each for each in inquiries if each.about == command.asked), None)
    if asked is not None:
        value = meant(command.said, asked, desk.words)
        if command.files or (value is None and len(command.said.split()) > 1):
            return await _pass_on(command, desk)
        if value is None:
            return await _ask(asked, command, desk, understood=False)
        answers = (*answers, (asked.about, value))
    following = None if command.finished else next_inquiry(inquiries, answers)
    if following is not None:
        return await _ask(following, replace(command, answers=answers), desk)
    told = told_by(inquiries, answers)
    if not told:
        raise UserError(N_("Choose a severity, or answer one of the questions, so that there is something to go by."))
    proposal = desk.policies.propose_severity(facts_of(inquiries, answers))
    proposed = proposed_by_policy(
        proposal, decided(command, decision, ticket.status), ticket.severity, told, why=command.why, contests=contests
    )
    return await desk.do(proposed, ticket)


def proposed_by_policy(
    proposal: SeverityProposal,
    asked: Decided,
    before: Severity,
    told: tuple[tuple[str, str], ...],
    *,
    why: str = "",
    contests: bool = False,
) -> SeverityProposed:
    """Return the event of a proposal that the policy makes of somebody's answers: with its clause and its sentence."""
    own: Decided = {**asked, "clause": proposal.clause, "edition": proposal.edition}
    return SeverityProposed(
        **own,
        before=before,
        severity=proposal.severity,
        why=why,
        facts=told,
        because=dict(proposal.because),
        contests=contests,
    )


async def _ask(inquiry: SeverityInquiry, command: ProposeSeverity, desk: Desk, *, understood: bool = True) -> Answer:
    """Ask one question; the next plain words of this person here answer it."""
    if desk.here.place is None or desk.person is None:
        return Answer(ticket_id=command.ticket_id)
    so_far = " ".join(f"{about}={value}" for about, value in command.answers)
    words = " ".join(filter(None, (str(Action.SEVERITY), f"T-{command.ticket_id}", so_far, f"{inquiry.about}=")))
    await desk.uow.questions.ask(
        Question(place=desk.here.place, root=desk.here.root, person=desk.person.id, words=words, asked_at=command.at)
    )
    message = asking(inquiry, desk.say, first=not command.answers, understood=understood)
    return desk.told(message, await desk.ticket(command.ticket_id))


async def _pass_on(command: ProposeSeverity, desk: Desk) -> Answer:
    """
    Take words that answer nothing we asked for what they are: words for the desk, of which none is lost (I1).

    Raises:
        UserError: They were not said in the ticket's thread, where such words are for the desk.
    """
    again = N_("That was no answer to what I asked; `!severity` asks again from the beginning.")
    if not desk.in_thread_of(command.ticket_id):
        raise UserError(again)
    words = SayInThread(
        by=command.by,
        role=command.role,
        at=command.at,
        ticket_id=command.ticket_id,
        text=command.said,
        files=command.files,
    )
    done = await say_in_thread(words, desk)
    if done.refused is None:
        desk.answer(answer(desk.say, desk.say("I passed that on to the desk. `!severity` asks you again.")))
    return done


# ---- a case begins ---------------------------------------------------------------------------------------------------


def proposal_for(command: OpenTicket, desk: Desk) -> SeverityProposal:
    """Return what the policy makes of a report's answers; without any, what it begins with (§3.1.5)."""
    return desk.policies.propose_severity(facts_of(desk.policies.inquiries, command.answers))
