"""The history of a ticket, in a line for each event."""

from chatops.application.clock_words import CALLED
from chatops.application.labels import ACTION, REASON, SEVERITY, SOLUTION
from chatops.application.messages.reading import Reading
from chatops.domain.events import (
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
            return say("{clock}: due soon, by {instant}", clock=say(CALLED[clock]), instant=reading.instant(due_at))
        case ClockBreached(clock=clock, due_at=due_at):
            return say("{clock}: overdue, due by {instant}", clock=say(CALLED[clock]), instant=reading.instant(due_at))
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
                due=reading.instant(due_at),
                before=reading.instant(before),
            )
        case ClosingProposed(reason=reason):
            return say("{by} proposed to close it: {reason}", by=by, reason=say(REASON[reason]))
        case WordsTakenBack():
            return say("{by} took back what had been written", by=by)
        case CommandRefused(action=action):
            return say("{by} was refused: {action}", by=by, action=say(ACTION[action]))
        case _:
            raise AssertionError(f"no line for {type(event).__name__}")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
