"""The life cycle (§3.2): one function per command, in the order of the procedure."""

from typing import TypeVar

from chatops.application.commands import (
    AcceptSolution,
    AssignTicket,
    CloseTicket,
    OpenTicket,
    RefuseSolution,
    RemindBeneficiary,
    ResolveTicket,
    StartWork,
    SuspendTicket,
    TakeTicket,
)
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk, decided
from chatops.application.handlers.severity import proposal_for, proposed_by_policy
from chatops.application.inquiries import told_by
from chatops.application.messages.answers import answer, form_offered
from chatops.application.messages.card import title_of
from chatops.application.words import N_
from chatops.domain.directory import Person, Room
from chatops.domain.errors import PolicyBroken, UserError
from chatops.domain.events import (
    BeneficiaryReminded,
    InformationRequested,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    WorkStarted,
)
from chatops.domain.policy import TransitionQuestion
from chatops.domain.ticket import followed, opened
from chatops.domain.vocabulary import (
    Action,
    ClosingReason,
    OrganisationId,
    Role,
    RoomPurpose,
    Status,
)


async def open_ticket(command: OpenTicket, desk: Desk) -> Answer:
    """§3.2.1; by an agent on behalf of a contact: §3.1.2."""
    decision = desk.policies.decide(
        TransitionQuestion(
            action=Action.OPEN, role=command.role, status=None, facts={"text": True} if command.text else {}
        )
    )
    if not decision.allowed:
        return await desk.refused(command, decision, None, or_else=(form_offered(Action.OPEN, desk.say),))
    requester = _requester(command, desk)
    organisation = _organisation(command, requester, desk)
    if command.refers_to is not None:
        await desk.ticket(command.refers_to)
    title, description = title_of(command.text)
    ticket_id = await desk.uow.tickets.reserve()
    proposal = proposal_for(command, desk)
    asked = decided(command, decision, Status.NEW)
    severity = command.severity or proposal.severity
    change = opened(
        ticket_id,
        TicketOpened(
            **asked,
            organisation=organisation,
            title=title,
            description=description,
            severity=severity,
            requester=requester.id,
            refers_to=command.refers_to,
            files=command.files,
        ),
    )
    told = told_by(desk.policies.inquiries, command.answers)
    if told:
        change = followed(change, proposed_by_policy(proposal, asked, severity, told))
    await desk.keep(change)
    rooms = await _rooms_that_follow(organisation, desk)
    threads = await desk.open_threads(change.ticket, rooms, files=command.files)
    for number, event in enumerate(change.events[1:], start=2):
        await desk.tell(event, change.ticket, threads, number)
    if command.severity is None and not told:
        await desk.ask_for_a_severity(change.ticket, threads, proposal)
    if desk.here.room is None or desk.here.room.id not in {room.id for room in rooms}:
        desk.answer(answer(desk.say, desk.say("{ticket} is recorded.", ticket=change.ticket.reference)))
    return Answer(ticket_id=ticket_id)


def _requester(command: OpenTicket, desk: Desk) -> Person:
    """
    Raises:
        UserError: An agent did not say whose case it is, or named somebody who is no contact here.
    """
    requester = desk.cast.person(command.requester or command.by)
    if requester is None or requester.role is not Role.CONTACT:
        raise UserError(N_("Whose case is it? Name the contact, as in `!open for ana S2 the portal is slow`."))
    if not any(desk.scope.covers(organisation) for organisation in requester.organisations):
        raise UserError(N_("{name} is no contact of this room's organisation."), name=requester.name)
    return requester


def _organisation(command: OpenTicket, requester: Person, desk: Desk) -> OrganisationId:
    """
    Raises:
        UserError: The contact stands for several organisations, and the room does not tell which is meant.
    """
    if command.organisation is not None and command.organisation in requester.organisations:
        return command.organisation
    if len(requester.organisations) == 1:
        return requester.organisations[0]
    organisations = ", ".join(requester.organisations)
    if requester.id != command.by:
        raise UserError(
            N_("{name} is a contact of {organisations}: open the ticket in the room of the one that is meant."),
            name=requester.name,
            organisations=organisations,
        )
    raise UserError(
        N_("For which organisation? Open the ticket in its room; you are a contact of {organisations}."),
        organisations=organisations,
    )


async def _rooms_that_follow(organisation: OrganisationId, desk: Desk) -> tuple[Room, ...]:
    """Return the customer room it was opened in, or else all of the organisation's, and every desk room."""
    here = desk.here.room
    if here is not None and here.purpose is RoomPurpose.CUSTOMER:
        customer: tuple[Room, ...] = (here,)
    else:
        customer = await desk.uow.directory.rooms(RoomPurpose.CUSTOMER, organisation)
    return customer + await desk.uow.directory.rooms(RoomPurpose.DESK)


async def take_ticket(command: TakeTicket, desk: Desk) -> Answer:
    return await desk.transition(
        command, Action.TAKE, {}, lambda _, decided: TicketAssigned(**decided, assignee=_given(command.by))
    )


async def assign_ticket(command: AssignTicket, desk: Desk) -> Answer:
    assignee = desk.cast.person(command.assignee)
    if assignee is not None and assignee.role not in (Role.AGENT, Role.MANAGER):
        raise UserError(N_("{name} is not an agent; a ticket is handled by an agent or a manager."), name=assignee.name)
    return await desk.transition(
        command,
        Action.ASSIGN,
        {"assignee": assignee is not None},
        lambda _, decided: TicketAssigned(**decided, assignee=_given(command.assignee)),
    )


async def suspend_ticket(command: SuspendTicket, desk: Desk) -> Answer:
    return await desk.transition(
        command,
        Action.NEED,
        {"awaited": bool(command.awaited)},
        lambda _, decided: InformationRequested(**decided, awaited=command.awaited),
    )


async def start_work(command: StartWork, desk: Desk) -> Answer:
    return await desk.transition(command, Action.START, {}, lambda _, decided: WorkStarted(**decided))


async def resolve_ticket(command: ResolveTicket, desk: Desk) -> Answer:
    solution = command.solution
    return await desk.transition(
        command,
        Action.RESOLVE,
        {"solution": solution and str(solution), "text": bool(command.text)},
        lambda _, decided: SolutionProposed(**decided, solution=_given(solution), text=command.text),
    )


async def accept_solution(command: AcceptSolution, desk: Desk) -> Answer:
    reason = ClosingReason.SOLUTION_ACCEPTED
    return await desk.transition(
        command,
        Action.ACCEPT,
        {"reason": str(reason), "text": bool(command.note)},
        lambda _, decided: TicketClosed(**decided, reason=reason, note=command.note),
    )


async def refuse_solution(command: RefuseSolution, desk: Desk) -> Answer:
    return await desk.transition(
        command,
        Action.REFUSE,
        {"text": bool(command.why)},
        lambda _, decided: SolutionRefused(**decided, why=command.why),
    )


async def close_ticket(command: CloseTicket, desk: Desk) -> Answer:
    """A contact who closes accepts the solution (§3.2.5b): that is the reason."""
    reason = ClosingReason.SOLUTION_ACCEPTED if command.role is Role.CONTACT else command.reason
    return await desk.transition(
        command,
        Action.CLOSE,
        {"reason": reason and str(reason), "text": bool(command.note)},
        lambda _, decided: TicketClosed(**decided, reason=_given(reason), note=command.note),
    )


async def remind_beneficiary(command: RemindBeneficiary, desk: Desk) -> Answer:
    keeper = desk.timekeeper
    history = await keeper.history_of(await desk.ticket(command.ticket_id))
    return await desk.transition(
        command,
        Action.REMIND,
        {},
        lambda ticket, decided: keeper.counted(
            BeneficiaryReminded(**decided, count=ticket.reminders + 1), ticket, history
        ),
    )


T = TypeVar("T")


def _given(value: T | None) -> T:
    """
    Return what the policy's `needs` have made sure of.

    Raises:
        PolicyBroken: An edition that lets it pass without (`rules.checks` refuses such a one).
    """
    if value is None:
        raise PolicyBroken("the policy allowed an action without what it needs")
    return value
