"""The clocks of open tickets after another policy, another calendar or another subscription (A22, A23, F17)."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.directory_file.reading import demo_directory
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.recounts import BEFORE_ALL, Recount
from chatops.application.recounting import recount_for
from chatops.application.timekeeping import CLOCKS, LOOK_AFTER
from chatops.bootstrap import RunningDesk, policy_engine
from chatops.domain.directory import Subscription, WhoIsWho
from chatops.domain.events import ClockBreached, ClockCancelled, DueMoved, Event
from chatops.domain.vocabulary import OrganisationId, Recounted, Scope, TicketId
from rules.loader import shipped_policies
from storage.tables import timers
from storage.unit_of_work import SqlStorage
from tests.calendars import utc
from tests.desks import FixedTime, Mailbox, a_desk, a_ticket, quiet, said

FRIDAY = utc("2026-06-05 16:00")
"""Four business hours later it is Monday at 10:00 (A5)."""
MONDAY_OFF = "2026-06-08: The office moves"
GLOBEX = OrganisationId("globex")


def policies(folder: Path, *changes: tuple[str, str], edition: str = "next") -> PolicyEngine:
    """Return the shipped policies with words of any file replaced, as an edition of its own."""
    folder = folder / edition
    folder.mkdir()
    for file in shipped_policies().iterdir():
        if file.name.endswith(".yaml"):
            text = re.sub(r'^edition: ".*"$', f'edition: "{edition}"', file.read_text("utf-8"), flags=re.MULTILINE)
            for before, after in changes:
                text = text.replace(before, after)
            (folder / file.name).write_text(text, encoding="utf-8")
    return policy_engine(folder, None)


def with_monday_off(folder: Path, edition: str = "next") -> PolicyEngine:
    return policies(folder, ("      of: FR\n", f"      of: FR\n      also:\n        {MONDAY_OFF}\n"), edition=edition)


@asynccontextmanager
async def a_day(
    database: str, at: datetime, *, engine: PolicyEngine | None = None, mailbox: Mailbox | None = None
) -> AsyncIterator[RunningDesk]:
    """Open the desk as it is started then."""
    async with a_desk(database, time=FixedTime(at), policies=engine, messengers=[mailbox or Mailbox()]) as desk:
        yield desk


async def settled(desk: RunningDesk, *, for_s: int = 60) -> None:
    """Let everything happen that is due within the next minute: a counting goes on after a breath each time."""
    assert isinstance(desk.time, FixedTime)
    until = desk.time.at + timedelta(seconds=for_s)
    await quiet(desk)
    while (due := await desk.timers.next_due()) is not None and due <= until:
        desk.time.at = max(desk.time.at, due)
        await quiet(desk)


async def history(desk: RunningDesk, ticket: TicketId) -> list[Event]:
    async with desk.storage.begin() as uow:
        return [entry.event for entry in await uow.history.of(ticket, Scope.of_the_desk())]


async def moves(desk: RunningDesk, ticket: TicketId) -> list[DueMoved]:
    return [event for event in await history(desk, ticket) if isinstance(event, DueMoved)]


async def counting(desk: RunningDesk) -> Recount:
    async with desk.storage.begin() as uow:
        found = await uow.recounts.last_of_all()
    assert found is not None
    return found


async def globex_ticket(desk: RunningDesk) -> TicketId:
    return await a_ticket(desk, "gus", "#globex")


async def done(desk: RunningDesk, *commands: str) -> None:
    for command in commands:
        answer = await said(desk, "ben", "#desk", command)
        assert answer.refused is None, answer


async def test_a_holiday_that_was_added_moves_open_tickets_and_says_so_once(database: str, tmp_path: Path) -> None:
    """A23."""
    mailbox = Mailbox()
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        await quiet(desk)
    async with a_day(database, FRIDAY, engine=with_monday_off(tmp_path), mailbox=mailbox) as desk:
        await settled(desk)
        [moved] = await moves(desk, ticket)
        assert (moved.was_due_at, moved.due_at) == (utc("2026-06-08 10:00"), utc("2026-06-09 10:00"))
        clocks = await desk.bus.clocks(ticket)
        assert clocks is not None
        assert clocks.response.due_at == utc("2026-06-09 10:00")
        assert await desk.timers.next_due() == utc("2026-06-09 09:00")
    [told] = [each for each in mailbox.headlines("#desk") if "due by" in each]
    assert (
        told
        == "T-1: the first answer is due by Tue 9 Jun 2026, 10:00 (UTC) now; it was due by Mon 8 Jun 2026, 10:00 (UTC)."
    )
    assert not [each for each in mailbox.headlines("#globex") if "due by" in each]
    cards = [each.claimed.message for each in mailbox.parcels if each.claimed.place.value == "#globex"]
    assert [fact.value for card in cards for fact in card.facts if "9 juin" in fact.value]
    async with a_day(database, FRIDAY, engine=with_monday_off(tmp_path, "again"), mailbox=(later := Mailbox())) as desk:
        await settled(desk)
        assert len(await moves(desk, ticket)) == 1
    assert later.parcels == []


async def test_the_same_policies_count_nothing_anew(database: str) -> None:
    async with a_day(database, FRIDAY) as desk:
        await globex_ticket(desk)
        first = await counting(desk)
    async with a_day(database, FRIDAY) as desk:
        assert await counting(desk) == first
        assert first.ended_at == FRIDAY


async def test_closed_tickets_stay_as_they_were(database: str, tmp_path: Path) -> None:
    """A23: what is CLOSED is not judged again."""
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        await done(desk, f"!take T-{ticket}", f"!close T-{ticket} duplicate it is another one")
        before, stood = await desk.bus.clocks(ticket), await history(desk, ticket)
    async with a_day(database, FRIDAY, engine=with_monday_off(tmp_path)) as desk:
        await settled(desk)
        assert await history(desk, ticket) == stood
        assert await desk.bus.clocks(ticket) == before


async def test_nobody_hears_again_of_what_they_knew_to_be_late(database: str, tmp_path: Path) -> None:
    """F17, Zammad #4353: no flood for what was broken long ago, and is broken still."""
    tuesday = utc("2026-06-16 12:00")
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        desk.time.at = tuesday  # type: ignore[attr-defined]  # a FixedTime
        await quiet(desk)
        assert sum(isinstance(event, ClockBreached) for event in await history(desk, ticket)) == 1
    async with a_day(database, tuesday, engine=with_monday_off(tmp_path), mailbox=(mailbox := Mailbox())) as desk:
        await settled(desk)
        [moved] = await moves(desk, ticket)
        assert moved.known_late
        assert sum(isinstance(event, ClockBreached) for event in await history(desk, ticket)) == 1
    assert mailbox.parcels == []


async def test_what_becomes_late_by_it_is_told(database: str, tmp_path: Path) -> None:
    """The other side: four hours become one, and that hour is over."""
    monday = utc("2026-06-08 09:30")
    shorter = policies(tmp_path, ("target: 4 business hours", "target: 1 business hour"),
                       ("warn before: 1 business hour", "warn before: 15 business minutes"),
                       ("answers within four business hours", "answers within one business hour"))  # fmt: skip
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        desk.time.at = monday  # type: ignore[attr-defined]  # a FixedTime
        await quiet(desk)
    async with a_day(database, monday, engine=shorter, mailbox=(mailbox := Mailbox())) as desk:
        await settled(desk)
        breaches = [event for event in await history(desk, ticket) if isinstance(event, ClockBreached)]
        assert [breach.due_at for breach in breaches] == [utc("2026-06-05 17:00")]
    told = mailbox.headlines("#desk")
    assert sum("is overdue" in each for each in told) == 1
    assert sum("it was due by Mon 8 Jun 2026, 10:00 (UTC)" in each for each in told) == 1


async def test_what_nobody_heard_of_yet_is_heard_of_after_a_counting(database: str, tmp_path: Path) -> None:
    """The desk was down when it became late, and was started again with another calendar."""
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
    tuesday = utc("2026-06-16 12:00")
    async with a_day(database, tuesday, engine=with_monday_off(tmp_path), mailbox=(mailbox := Mailbox())) as desk:
        await settled(desk)
        breaches = [event for event in await history(desk, ticket) if isinstance(event, ClockBreached)]
        assert len({breach.due_at for breach in breaches}) == len(breaches) >= 1
    assert any("is overdue" in each for each in mailbox.headlines("#desk"))


async def test_a_target_that_is_given_up_is_due_no_more(database: str, tmp_path: Path) -> None:
    given_up = policies(
        tmp_path,
        (
            "    target: 4 business hours\n    calendar: business hours\n    warn before: 1 business hour\n"
            "    pauses: [SUSPENDED, RESOLVED]\n",
            "    target: not tracked\n",
        ),
    )
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
    async with a_day(database, FRIDAY, engine=given_up, mailbox=(mailbox := Mailbox())) as desk:
        await settled(desk)
        [moved] = await moves(desk, ticket)
        assert moved.due_at is None
        async with desk.storage.begin() as uow:
            assert CLOCKS not in [timer.name for timer in await uow.timers.of_tickets([ticket])]
    assert any("is not due at any time now" in each for each in mailbox.headlines("#desk"))


async def test_a_reminder_follows_the_new_rule(database: str, tmp_path: Path) -> None:
    sooner = policies(tmp_path, ("every: 2 business days", "every: 1 business day"))
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        before = await desk.timers.next_due()
    async with a_day(database, FRIDAY, engine=sooner) as desk:
        await settled(desk)
        after = await desk.timers.next_due()
    assert before is not None
    assert after is not None
    assert after < before


async def test_who_waits_for_us_is_looked_after_by_the_new_notices(database: str, tmp_path: Path) -> None:
    sooner = policies(tmp_path, ("    after: 4 business hours\n", "    after: 3 business hours\n"))
    async with a_day(database, FRIDAY) as desk:
        await globex_ticket(desk)
        before = await _look(desk)
    async with a_day(database, FRIDAY, engine=sooner) as desk:
        await settled(desk)
        assert await _look(desk) == before - timedelta(hours=1)


async def _look(desk: RunningDesk) -> datetime:
    async with desk.storage.begin() as uow:
        [look] = [each for each in await uow.timers.of_tickets([TicketId(1)]) if each.name == LOOK_AFTER]
    return look.due_at


# ---- who is who ------------------------------------------------------------------------------------------------------


def ending(until: date) -> WhoIsWho:
    who = demo_directory()
    organisations = tuple(
        replace(each, subscriptions=(Subscription(plan="standard", since=date(2026, 1, 1), until=until),))
        if each.id == GLOBEX
        else each
        for each in who.organisations
    )
    return replace(who, organisations=organisations)


async def test_a_subscription_that_ended_cancels_what_is_owed(database: str) -> None:
    """A22, of that organisation alone."""
    async with a_day(database, FRIDAY, mailbox=(mailbox := Mailbox())) as desk:
        theirs, others = await globex_ticket(desk), await a_ticket(desk)
        async with desk.storage.begin() as uow:
            before, after = await uow.directory.everything(), ending(date(2026, 6, 5))
            await uow.directory.replace(after, at=FRIDAY)
            await recount_for(uow, desk.policies, before, after, at=FRIDAY)
            await uow.commit()
        desk.time.at = utc("2026-06-05 23:00")  # type: ignore[attr-defined]  # a FixedTime
        await quiet(desk)
        assert any(isinstance(event, ClockCancelled) for event in await history(desk, theirs))
        assert not any(isinstance(event, ClockCancelled | DueMoved) for event in await history(desk, others))
        assert (await counting(desk)).because is Recounted.POLICIES
    assert not [each for each in mailbox.headlines("#desk") if "overdue" in each and f"T-{theirs}:" in each]


async def test_a_directory_that_says_the_same_counts_nothing(database: str) -> None:
    async with a_day(database, FRIDAY) as desk:
        await globex_ticket(desk)
        due = await desk.timers.next_due()
        async with desk.storage.begin() as uow:
            await recount_for(uow, desk.policies, demo_directory(), demo_directory(), at=FRIDAY)
            await uow.commit()
        assert await desk.timers.next_due() == due


# ---- many of them ----------------------------------------------------------------------------------------------------


async def test_a_process_with_other_policies_leaves_it_to_the_others(database: str, tmp_path: Path) -> None:
    """A release that is being rolled out: the old replica must not count with what has gone."""
    async with a_day(database, FRIDAY) as desk:
        ticket = await globex_ticket(desk)
        async with a_day(database, FRIDAY, engine=with_monday_off(tmp_path)) as newer:
            await quiet(desk)
            assert await moves(desk, ticket) == []
            assert (await counting(desk)).ended_at is None
            newer.time.at = FRIDAY + timedelta(minutes=1)  # type: ignore[attr-defined]  # a FixedTime
            await settled(newer)
            assert len(await moves(newer, ticket)) == 1
            assert (await counting(desk)).ended_at is not None


async def test_timers_that_are_missing_are_set(database: str, tmp_path: Path) -> None:
    """A database of a release that knew no clocks: its tickets have no timers, and people no instants to be told of."""
    async with a_day(database, FRIDAY) as desk:
        await globex_ticket(desk)
        storage = desk.storage
        assert isinstance(storage, SqlStorage)
        async with storage.engine.begin() as connection:
            await connection.execute(timers.delete())
    async with a_day(database, FRIDAY, engine=policies(tmp_path), mailbox=(mailbox := Mailbox())) as desk:
        await settled(desk)
        assert await desk.timers.next_due() == utc("2026-06-08 09:00")
    assert mailbox.parcels == [] or all("due by" not in each for each in mailbox.headlines("#desk"))


@pytest.mark.parametrize("many", [pytest.param(230, marks=pytest.mark.slow)])
async def test_several_hundred_are_counted_a_few_at_a_time(database: str, tmp_path: Path, many: int) -> None:
    async with a_day(database, FRIDAY) as desk:
        tickets = [await globex_ticket(desk) for _ in range(many)]
    async with a_day(database, FRIDAY, engine=with_monday_off(tmp_path)) as desk:
        await desk.timers.run_once()
        part = await counting(desk)
        assert BEFORE_ALL < part.position < tickets[-1]
        assert part.ended_at is None
        await settled(desk)
        whole = await counting(desk)
        assert (whole.seen, whole.moved, whole.position) == (many, many, tickets[-1])
        assert await _moved_once(desk, tickets)
        storage = desk.storage
        assert isinstance(storage, SqlStorage)
        async with storage.engine.connect() as connection:
            waiting = select(func.count()).where(timers.c.name == "clocks", timers.c.state == "waiting")
            assert (await connection.execute(waiting)).scalar_one() == many


@pytest.mark.slow
@pytest.mark.parametrize(
    "crash_at",
    ["before_commit:3", "after_commit:3", "timer_claimed:2", "before_timer_record:4", "after_timer_record:4"],
)
async def test_killed_on_the_way_it_goes_on_where_it_was(database: str, tmp_path: Path, crash_at: str) -> None:
    """F17: nothing is counted twice, and nothing is left out."""
    many, newer = 45, with_monday_off(tmp_path)
    async with a_day(database, FRIDAY) as desk:
        tickets = [await globex_ticket(desk) for _ in range(many)]
    assert await _counted(database, tmp_path / "next", FRIDAY, crash_at) == -signal.SIGKILL
    async with a_day(database, FRIDAY, engine=newer) as desk:
        part = await counting(desk)
        moved = [len(await moves(desk, ticket)) for ticket in tickets]
        assert part.ended_at is None
        assert (part.seen, sum(moved)) == (part.moved, part.moved)
        assert BEFORE_ALL < part.position < tickets[-1]
    assert await _counted(database, tmp_path / "next", FRIDAY + timedelta(minutes=2)) == 0
    async with a_day(database, FRIDAY + timedelta(minutes=3), engine=newer) as desk:
        whole = await counting(desk)
        assert (whole.id, whole.seen, whole.moved, whole.position) == (part.id, many, many, tickets[-1])
        assert whole.ended_at is not None
        assert await _moved_once(desk, tickets)


async def _counted(database: str, policies: Path, at: datetime, *crash_at: str) -> int:
    """Let a process of its own count; return how it ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.end_to_end.counting_process", database, str(policies), at.isoformat(), *crash_at,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return await process.wait()


async def _moved_once(desk: RunningDesk, tickets: Sequence[TicketId]) -> bool:
    return all([len(await moves(desk, ticket)) == 1 for ticket in tickets])
