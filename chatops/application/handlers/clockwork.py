"""What happens when a timer of a ticket fires: a clock warns or is over, or we have waited for the beneficiary."""

from collections.abc import Mapping

from chatops.application.clock_events import became, heard, sounded, unheard
from chatops.application.clock_words import lines_of, sides_line
from chatops.application.commands import CloseTicket, FollowUp, RemindBeneficiary, ShowDue, WatchClocks
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.handlers.notices import Concern, make_known
from chatops.application.handlers.tickets import close_ticket, remind_beneficiary
from chatops.application.messages.answers import answer
from chatops.application.timekeeping import CONCLUDES
from chatops.domain.events import ClosingProposed, Event
from chatops.domain.notices import Matter
from chatops.domain.readings import AlarmKind
from chatops.domain.reminders import ReminderStep, StepKind
from chatops.domain.ticket import Ticket, changed
from chatops.domain.vocabulary import Action, Audience, ClosingReason, Role


async def show_due(command: ShowDue, desk: Desk) -> Answer:
    """Tell what is owed until when, and when the clocks stood still; in the time zone of the one who asks."""
    ticket = await desk.ticket(command.ticket_id)
    say, clocks = desk.say, await desk.timekeeper.clocks_of(ticket, command.at)
    if clocks is None:
        untracked = say("No subscription sets times for {ticket}.", ticket=ticket.reference)
        return desk.told(answer(say, untracked), ticket)
    internal = desk.audience is Audience.INTERNAL
    lines = lines_of(clocks, say, zone=desk.zone, internal=internal)
    if internal:
        lines = (*lines, sides_line(await desk.timekeeper.history_of(ticket), say, command.at))
    headline = say("What is owed on {ticket}, and by when:", ticket=ticket.reference)
    return desk.told(answer(say, headline, *lines, listing=True), ticket)


async def watch_clocks(command: WatchClocks, desk: Desk) -> Answer:
    """Record what became of the clocks until now; who is concerned is told of each clock's gravest alarm only."""
    ticket = await desk.ticket(command.ticket_id)
    keeper = desk.timekeeper
    history, clocks = await keeper.history_of(ticket), await keeper.clocks_of(ticket, command.at)
    cover = keeper.cover_of(ticket, history[0].at)
    if clocks is None or cover is None:
        return Answer()
    alarms = sounded(unheard(clocks, history), command.at)
    told = [heard(alarm, clocks, ticket, command.at) for alarm in alarms]
    came: list[Event] = [*told, *became(clocks, history, ticket, command.at)]
    change = changed(ticket, *came)
    if came:
        await desk.keep(change)
    if not alarms:
        # It fired too early, and nothing that came has moved what is next.
        await keeper.wind(ticket, clocks, (*history, *came), cover)
    for number, (alarm, event) in enumerate(zip(alarms, told, strict=True)):
        concern = Concern(
            matter=_MATTERS[alarm.kind],
            clock=alarm.clock,
            about=alarm.at,
            due_at=event.due_at or alarm.at,
            entry=ticket.version + 1 + number,
        )
        await make_known(concern, change.ticket, desk, command.at)
    return Answer(ticket_id=ticket.id)


_MATTERS: Mapping[AlarmKind, Matter] = {AlarmKind.WARNING: Matter.DUE_SOON, AlarmKind.BREACH: Matter.OVERDUE}


async def follow_up(command: FollowUp, desk: Desk) -> Answer:
    """Remind the beneficiary, or do what follows the last reminder: propose closing, or close (§3.2.3d, §3.2.5d)."""
    ticket = await desk.ticket(command.ticket_id)
    keeper = desk.timekeeper
    history = await keeper.history_of(ticket)
    cover = keeper.cover_of(ticket, history[0].at)
    if cover is None:
        return Answer()
    step = keeper.step(ticket, history, cover)
    if step is None or step.due_at > command.at:
        await keeper.remember_to_follow_up(ticket, history, cover)
        return Answer(ticket_id=ticket.id)
    if step.kind is StepKind.REMIND:
        return await _remind(command, ticket, desk)
    if step.kind is StepKind.CLOSE and desk.lets(Action.CLOSE, ticket, command, {"reason": str(_reason(ticket))}):
        return await _close(command, ticket, desk)
    return await _propose_closing(command, ticket, step, desk)


async def _remind(command: FollowUp, ticket: Ticket, desk: Desk) -> Answer:
    """Send the next reminder, where the transitions let the desk do so by itself."""
    if Action.REMIND not in desk.possible(ticket, Role.DESK):
        return Answer(ticket_id=ticket.id)
    asked = RemindBeneficiary(by=None, role=Role.DESK, at=command.at, ticket_id=ticket.id)
    return await remind_beneficiary(asked, desk)


async def _close(command: FollowUp, ticket: Ticket, desk: Desk) -> Answer:
    asked = CloseTicket(by=None, role=Role.DESK, at=command.at, ticket_id=ticket.id, reason=_reason(ticket))
    return await close_ticket(asked, desk)


def _reason(ticket: Ticket) -> ClosingReason:
    return CONCLUDES[ticket.status]


async def _propose_closing(command: FollowUp, ticket: Ticket, step: ReminderStep, desk: Desk) -> Answer:
    proposed = ClosingProposed(
        at=command.at,
        by=None,
        role=Role.DESK,
        status=ticket.status,
        clause=step.clause,
        edition=desk.policies.edition,
        reason=_reason(ticket),
        reminders=ticket.reminders,
    )
    await desk.keep(changed(ticket, proposed))
    return Answer(ticket_id=ticket.id)
