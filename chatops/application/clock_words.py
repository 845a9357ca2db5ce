"""What clocks say, in words; pure. A customer is told of the clocks that are meant for them, and of no other."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chatops.application.message_tree import Fact
from chatops.application.words import N_, Voice
from chatops.domain.business_hours import ALWAYS
from chatops.domain.course import time_of
from chatops.domain.events import Event
from chatops.domain.outcomes import ClockState, Pause, Reason
from chatops.domain.readings import Clocks, Reading
from chatops.domain.vocabulary import Audience, ClockKind, Recounted, Side

CALLED: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("First answer"),
    ClockKind.UPDATE: N_("Next answer"),
    ClockKind.RESOLUTION: N_("Solution"),
}

_OWED_TO_YOU: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("We owe you an answer by {due}"),
    ClockKind.UPDATE: N_("We owe you our next answer by {due}"),
    ClockKind.RESOLUTION: N_("We owe you a solution by {due}"),
}

_OWED: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("We owe the customer a first answer by {due}"),
    ClockKind.UPDATE: N_("We owe the customer the next answer by {due}"),
    ClockKind.RESOLUTION: N_("We owe the customer a solution by {due}"),
}

_LATE_FOR_YOU: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("We owed you an answer by {due}, and are late"),
    ClockKind.UPDATE: N_("We owed you our next answer by {due}, and are late"),
    ClockKind.RESOLUTION: N_("We owed you a solution by {due}, and are late"),
}

_LATE: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("We owed the customer a first answer by {due}, and are late"),
    ClockKind.UPDATE: N_("We owed the customer the next answer by {due}, and are late"),
    ClockKind.RESOLUTION: N_("We owed the customer a solution by {due}, and are late"),
}

DUE_SOON: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("{ticket}: the first answer is due by {due}."),
    ClockKind.UPDATE: N_("{ticket}: the next answer is due by {due}."),
    ClockKind.RESOLUTION: N_("{ticket}: the solution is due by {due}."),
}

OVERDUE: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("{ticket}: the first answer is overdue. It was due by {due}."),
    ClockKind.UPDATE: N_("{ticket}: the next answer is overdue. It was due by {due}."),
    ClockKind.RESOLUTION: N_("{ticket}: the solution is overdue. It was due by {due}."),
}

MOVED: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("{ticket}: the first answer is due by {due} now; it was due by {before}."),
    ClockKind.UPDATE: N_("{ticket}: the next answer is due by {due} now; it was due by {before}."),
    ClockKind.RESOLUTION: N_("{ticket}: the solution is due by {due} now; it was due by {before}."),
}

DUE_NO_MORE: Mapping[ClockKind, str] = {
    ClockKind.RESPONSE: N_("{ticket}: the first answer is not due at any time now; it was due by {before}."),
    ClockKind.UPDATE: N_("{ticket}: the next answer is not due at any time now; it was due by {before}."),
    ClockKind.RESOLUTION: N_("{ticket}: the solution is not due at any time now; it was due by {before}."),
}

RECOUNTED: Mapping[Recounted, str] = {
    Recounted.POLICIES: N_("The policies have changed; edition {edition} counts."),
    Recounted.CALENDARS: N_("The holidays of a calendar have changed."),
    Recounted.DIRECTORY: N_("The subscription or the time zone of {organisation} has changed."),
}

_STOOD_STILL: Mapping[Reason, str] = {
    Reason.INFORMATION_AWAITED: N_("the clock stood still from {since} to {until} while we waited for: {awaited}"),
    Reason.ACCEPTANCE_AWAITED: N_(
        "the clock stood still from {since} to {until} while a solution awaited a word on it"
    ),
}

_AND_AGAIN: Mapping[Reason, str] = {
    Reason.INFORMATION_AWAITED: N_("then from {since} to {until} while we waited for: {awaited}"),
    Reason.ACCEPTANCE_AWAITED: N_("then from {since} to {until} while a solution awaited a word on it"),
}

_STANDS_STILL: Mapping[Reason, str] = {
    Reason.INFORMATION_AWAITED: N_("the clock has stood still since {since}: we wait for: {awaited}"),
    Reason.ACCEPTANCE_AWAITED: N_("the clock has stood still since {since}: the solution awaits a word on it"),
}

_SHOWN_PAUSES = 2
"""The last ones; of those before them only the number is told, which is what fits a phone."""


def fact_of(clocks: Clocks, say: Voice, *, zone: str, internal: bool) -> Fact | None:
    """Return what a card says of the clock that is due first; None where nothing is owed."""
    first = first_owed(clocks, internal=internal)
    if first is None:
        return None
    label = say(CALLED[first.clock])
    if first.due_at is None:
        return Fact(label=label, value=say("the clock stands still"))
    at = say.instant(first.due_at, zone)
    if is_over(first):
        return Fact(label=label, value=say("overdue since {instant}", instant=at))
    return Fact(label=label, value=say("due by {instant}", instant=at))


def first_owed(clocks: Clocks, *, internal: bool) -> Reading | None:
    """Return the clock that is due first, else one that stands still, of those that are meant for this reader."""
    owed = [each for each in clocks.readings if each.is_owed and may_be_told(each, internal=internal)]
    due = [(each.due_at, each) for each in owed if each.due_at is not None]
    if due:
        return min(due, key=lambda pair: pair[0])[1]
    return next((each for each in owed if each.state is ClockState.PAUSED), None)


def lines_of(clocks: Clocks, say: Voice, *, zone: str, internal: bool) -> tuple[str, ...]:
    """Return each clock in a sentence: what is owed until when, what was kept, when it stood still and why."""
    told = [reading for reading in clocks.readings if may_be_told(reading, internal=internal)]
    tracked = [reading for reading in told if reading.state is not ClockState.NOT_TRACKED]
    lines = [_line(reading, say, zone, internal=internal) for reading in tracked]
    if len(tracked) < len(told):
        names = ", ".join(say(CALLED[reading.clock]) for reading in told if reading not in tracked)
        lines.append(say("The plan sets no time for: {clocks}.", clocks=names))
    return tuple(lines)


def sides_line(history: Sequence[Event], say: Voice, now: datetime) -> str:
    """Return how long the ticket was with either side, day and night: every minute of it belongs to one of them."""
    ours, theirs = (say.length(time_of(side, history, ALWAYS, now)) for side in (Side.VENDOR, Side.BENEFICIARY))
    return say("Its time: with us {ours}, with the customer {theirs}.", ours=ours, theirs=theirs)


def fact_line(reading: Reading, say: Voice, zone: str) -> str:
    """Return what is owed of one clock in half a line."""
    clock = say(CALLED[reading.clock])
    if reading.due_at is None:
        return say("{clock}: the clock stands still", clock=clock)
    at = say.instant(reading.due_at, zone)
    if is_over(reading):
        return say("{clock}: overdue since {instant}", clock=clock, instant=at)
    return say("{clock}: due by {instant}", clock=clock, instant=at)


def may_be_told(reading: Reading, *, internal: bool) -> bool:
    """Whether a clock is meant for this reader, as the policy says."""
    return internal or reading.audience is Audience.PUBLIC


def is_over(reading: Reading) -> bool:
    """Whether what is owed should have been given by now."""
    return reading.state is ClockState.BREACHED and reading.remaining is not None and not reading.remaining


def _line(reading: Reading, say: Voice, zone: str, *, internal: bool) -> str:
    line = _what(reading, say, zone, internal=internal)
    for pause in _pauses(reading.pauses, say, zone):
        line = say("{what}; {more}", what=line, more=pause)
    return f"{line}."


def _what(reading: Reading, say: Voice, zone: str, *, internal: bool) -> str:
    clock = reading.clock
    due = say.instant(reading.due_at, zone) if reading.due_at else ""
    given = say.moment(reading.stopped_at, zone) if reading.stopped_at else ""
    match reading.state:
        case ClockState.CANCELLED:
            return say("{clock}: cancelled, nobody is owed it any more", clock=say(CALLED[clock]))
        case ClockState.MET:
            return say(
                "{clock} given on {given}, in time: it was due by {due}", clock=say(CALLED[clock]), given=given, due=due
            )
        case ClockState.RUNNING:
            return say((_OWED if internal else _OWED_TO_YOU)[clock], due=due)
        case ClockState.PAUSED:
            return say("{clock}: owed, and not due while we wait", clock=say(CALLED[clock]))
        case ClockState.BREACHED:
            return _late(reading, say, given, say.instant(reading.breaches[-1].due_at, zone), internal=internal)
        case _:
            return say("{clock}: nothing is owed now", clock=say(CALLED[clock]))


def _late(reading: Reading, say: Voice, given: str, due: str, *, internal: bool) -> str:
    clock = reading.clock
    if given:
        return say(
            "{clock} given on {given}, late: it was due by {due}", clock=say(CALLED[clock]), given=given, due=due
        )
    if reading.cancelled_at is not None:
        return say("{clock} never given: it was due by {due}", clock=say(CALLED[clock]), due=due)
    return say((_LATE if internal else _LATE_FOR_YOU)[clock], due=due)


def _pauses(pauses: Sequence[Pause], say: Voice, zone: str) -> list[str]:
    shown = pauses[-_SHOWN_PAUSES:]
    told = [_pause(pause, say, zone, again=number > 0) for number, pause in enumerate(shown)]
    before = len(pauses) - len(shown)
    if before:
        told.append(say.plural("it had stood still {n} time before", "it had stood still {n} times before", before))
    return told


def _pause(pause: Pause, say: Voice, zone: str, *, again: bool) -> str:
    awaited = _phrase(pause.awaited)
    if pause.end is None:
        # Nothing is due, so no other instant of the line says in which zone.
        return say(_STANDS_STILL[pause.reason], since=say.instant(pause.start, zone), awaited=awaited)
    since, until = say.moment(pause.start, zone), say.moment(pause.end, zone)
    return say((_AND_AGAIN if again else _STOOD_STILL)[pause.reason], since=since, until=until, awaited=awaited)


def _phrase(awaited: str) -> str:
    """Return what is awaited as part of a sentence, on one line."""
    return " ".join(awaited.split()).rstrip(".;")
