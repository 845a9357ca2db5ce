"""What the desk does to count the clocks of open tickets anew, a few of them in each commit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chatops.application.clock_events import became, moved
from chatops.application.commands import RecountClocks, WatchClocks
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.ports.recounts import Recount
from chatops.application.ports.timers import Timer
from chatops.application.recounting import next_part
from chatops.application.timekeeping import CLOCKS, FOLLOW_UP, LOOK_AFTER, Timekeeper, read
from chatops.domain.clocks import kept_clocks
from chatops.domain.events import Event
from chatops.domain.ticket import Ticket, changed
from chatops.domain.vocabulary import ClockKind, Recounted

READ_AT_ONCE = 20
"""Tickets looked at in one commit: 7 ms, which is what a command takes and at most waits for (measured)."""

CHANGED_AT_ONCE = 2
"""Tickets changed in one commit; each takes some fifteen statements."""

BREATH = timedelta(milliseconds=20)
"""Between two commits, for everybody else."""

ELSEWHERE = timedelta(seconds=30)
"""When to look again, where a process with other policies (a release that is being rolled out) has to do it."""

Timers = Mapping[str, Timer]


async def recount_clocks(command: RecountClocks, desk: Desk) -> Answer:
    """
    Count a few tickets anew, from where the last commit left off.

    People are told once of each that is due at another instant; not of what they knew to be late and still is (F17).
    """
    uow = desk.uow
    recount = await uow.recounts.find(command.recount)
    if recount is None or recount.ended_at is not None:
        return Answer()
    if (recount.digest, recount.calendars) != (desk.policies.digest, desk.policies.calendars):
        await uow.timers.set(next_part(recount, command.at + ELSEWHERE), correlation_id=desk.correlation_id)
        return Answer()
    recount = await _part_of(recount, command.at, desk)
    await uow.recounts.save(recount)
    if recount.ended_at is None:
        await uow.timers.set(next_part(recount, command.at + BREATH), correlation_id=desk.correlation_id)
    return Answer()


async def _part_of(recount: Recount, now: datetime, desk: Desk) -> Recount:
    uow = desk.uow
    tickets = await uow.tickets.open_after(recount.position, limit=READ_AT_ONCE, organisation=recount.organisation)
    numbers = [ticket.id for ticket in tickets]
    histories = await uow.history.of_each(numbers) if numbers else {}
    timers: dict[int, dict[str, Timer]] = {number: {} for number in numbers}
    for timer in await uow.timers.of_tickets(numbers) if numbers else ():
        if timer.ticket_id is not None:
            timers[timer.ticket_id][timer.name] = timer
    changes = 0
    for ticket in tickets:
        if changes == CHANGED_AT_ONCE:
            return recount
        came = await _recounted(ticket, histories[ticket.id], timers[ticket.id], recount.because, now, desk)
        changes += came
        recount = replace(recount, position=ticket.id, seen=recount.seen + 1, moved=recount.moved + came)
    return recount if len(tickets) == READ_AT_ONCE else replace(recount, ended_at=now)


async def _recounted(
    ticket: Ticket, history: tuple[Event, ...], timers: Timers, because: Recounted, now: datetime, desk: Desk
) -> bool:
    """Return whether anything became of it that stands in its history."""
    keeper = desk.timekeeper
    keeper.known[ticket.id, ticket.version] = history
    cover = keeper.cover_of(ticket, history[0].at)
    if cover is None or kept_clocks(history) is not None:
        for name in (CLOCKS, FOLLOW_UP):
            if name in timers:
                await keeper.put(ticket, name, None)
        await _look_anew(ticket, history, timers.get(LOOK_AFTER), now, keeper)
        return False
    clocks = read(history, cover, now)
    came = (*moved(clocks, history, _shown(timers), ticket, now, because), *became(clocks, history, ticket, now))
    if came:
        await desk.keep(changed(ticket, *came))
        ticket, history = replace(ticket, version=ticket.version + len(came)), (*history, *came)
    for name, timer in (
        (CLOCKS, keeper.watch(ticket, clocks, history, cover)),
        (FOLLOW_UP, keeper.follow(ticket, history, cover)),
    ):
        if timer != timers.get(name):
            await keeper.put(ticket, name, timer)
    await _look_anew(ticket, history, timers.get(LOOK_AFTER), now, keeper)
    return bool(came)


async def _look_anew(
    ticket: Ticket, history: tuple[Event, ...], stood: Timer | None, now: datetime, keeper: Timekeeper
) -> None:
    """Look after it when the notices now say; what is due already, or would have been before, tells nobody more."""
    if stood is not None and stood.due_at <= now:
        return
    due_at = keeper.next_look(ticket, history, now)
    if due_at != (stood.due_at if stood else None):
        await keeper.look_at(ticket, due_at)


def _shown(timers: Timers) -> Mapping[ClockKind, datetime]:
    """Return by when each clock was due when its timer was set."""
    timer = timers.get(CLOCKS)
    return dict(timer.command.due) if timer is not None and isinstance(timer.command, WatchClocks) else {}
