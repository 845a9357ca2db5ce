"""Clocks and reminders on a whole desk: cases A14 to A23, I5 and F14 of the acceptance list, over the bus."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from adapters.directory_file.reading import demo_directory
from chatops.application.deliveries import Marked, Speech
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.timers import ClaimedTimer
from chatops.bootstrap import RunningDesk, policy_engine
from chatops.domain.directory import Subscription
from chatops.domain.events import (
    BeneficiaryReminded,
    BeneficiaryWrote,
    ClockBreached,
    ClockCancelled,
    ClockMet,
    ClocksFrozen,
    ClockWarned,
    ClosingProposed,
    Event,
    TicketClosed,
)
from chatops.domain.outcomes import ClockState
from chatops.domain.readings import Clocks
from chatops.domain.ticket import Ticket, replay
from chatops.domain.vocabulary import ClockKind, ClosingReason, OrganisationId, Scope, Side, Status, TicketId
from rules.loader import shipped_policies
from tests.calendars import utc
from tests.desks import FixedTime, Mailbox, a_desk, delivery, passes_until, quiet, said

MONDAY = utc("2026-06-01 09:00")
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ANA, GUS = ("ana", "#acme"), ("gus", "#globex")
"""Of Premium, and of Standard."""
EXAMPLES = Path(__file__).parents[2] / "docs/examples"

E = TypeVar("E", bound=Event)


async def opened(desk: RunningDesk, severity: str, whose: tuple[str, str]) -> TicketId:
    person, room = whose
    answer = await said(desk, person, room, f"!open {severity} the portal is very slow")
    assert answer.ticket_id is not None
    return answer.ticket_id


async def done(desk: RunningDesk, *commands: str, by: tuple[str, str] = ("ben", "#desk")) -> None:
    for command in commands:
        answer = await said(desk, *by, command)
        assert answer.refused is None, answer


async def writes(
    desk: RunningDesk, mailbox: Mailbox, text: str, by: tuple[str, str] = ANA, *, at: datetime | None = None
) -> None:
    """Let somebody write plain words in the thread of the last card of their room; *at* some time, or just now."""
    await quiet(desk)
    person, room = by
    (*_, card) = (p for p in mailbox.parcels if p.claimed.form == "card" and p.claimed.place.value == room)
    words = delivery(person, room, Speech(text=text), thread=f"m{card.claimed.id}")
    await desk.bus.handle(replace(words, sent_at=at))


async def history(desk: RunningDesk, ticket: TicketId) -> list[Event]:
    async with desk.storage.begin() as uow:
        return [entry.event for entry in await uow.history.of(ticket, Scope.of_the_desk())]


async def happened(desk: RunningDesk, ticket: TicketId, kind: type[E]) -> list[E]:
    return [event for event in await history(desk, ticket) if isinstance(event, kind)]


async def stands(desk: RunningDesk, ticket: TicketId) -> Ticket:
    async with desk.storage.begin() as uow:
        found = await uow.tickets.find(ticket, Scope.of_the_desk())
    assert found is not None
    return found


async def clocks(desk: RunningDesk, ticket: TicketId) -> Clocks:
    found = await desk.bus.clocks(ticket)
    assert found is not None
    return found


def example(name: str) -> PolicyEngine:
    return policy_engine(EXAMPLES / name, None)


async def test_what_is_owed_is_counted_from_when_it_was_written_however_late_it_reached_us(
    sqlite_database: str,
) -> None:
    """F9: of a blocker that came four hours late everybody knows at once that the first answer is late, and once."""
    time, mailbox = FixedTime(MONDAY + 4 * HOUR), Mailbox()
    async with a_desk(sqlite_database, time=time, messengers=[mailbox]) as desk:
        late = replace(delivery(*ANA, Marked(text="open S1 the portal is down")), sent_at=MONDAY)
        ticket = (await desk.bus.handle(late)).ticket_id
        assert ticket is not None
        in_time = await opened(desk, "S1", ANA)
        await quiet(desk)

        assert [(await history(desk, each))[0].at for each in (ticket, in_time)] == [MONDAY, time.at]
        breached = await happened(desk, ticket, ClockBreached)
        assert [each.clock for each in breached if each.clock is ClockKind.RESPONSE] == [ClockKind.RESPONSE]
        assert await happened(desk, in_time, ClockBreached) == []


async def test_late_words_count_from_when_they_were_written_but_not_before_what_has_happened_since(
    sqlite_database: str,
) -> None:
    """F9: nobody loses time by an answer that lay on its way; and no history runs back."""
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(sqlite_database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S2", ANA)
        await passes_until(desk, time, MONDAY + HOUR)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        await passes_until(desk, time, MONDAY + 3 * HOUR)
        await writes(desk, mailbox, "here they are", at=MONDAY + 2 * HOUR)
        await writes(desk, mailbox, "the others follow", at=MONDAY + 90 * MINUTE)

        wrote = await happened(desk, ticket, BeneficiaryWrote)
        assert [event.at for event in wrote] == 2 * [MONDAY + 2 * HOUR]


# ---- waiting for the customer ----------------------------------------------------------------------------------------


async def test_a14_reminders_every_two_of_their_business_days_over_the_holidays_and_then_it_closes(
    database: str,
) -> None:
    time = FixedTime(utc("2026-12-22 15:00"))
    async with a_desk(database, time=time, policies=example("closing-by-itself")) as desk:
        ticket = await opened(desk, "S3", GUS)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        await passes_until(desk, time, utc("2027-01-31 12:00"))
        reminders = await happened(desk, ticket, BeneficiaryReminded)
        assert [(each.at, each.count) for each in reminders] == [
            (utc("2026-12-24 15:00"), 1),
            (utc("2026-12-29 15:00"), 2),
            (utc("2026-12-31 15:00"), 3),
        ]
        assert [each.closing_at for each in reminders] == [None, None, utc("2027-01-05 15:00")]
        (closed,) = await happened(desk, ticket, TicketClosed)
        assert (closed.at, closed.by, closed.clause) == (utc("2027-01-05 15:00"), None, "§3.2.3d")
        assert closed.reason is ClosingReason.NO_ANSWER
        assert await desk.timers.next_due() is None


async def test_as_shipped_closing_is_proposed_once_and_never_done(database: str) -> None:
    """§3.2.3d says that the agent *may*."""
    time = FixedTime(utc("2026-12-22 15:00"))
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S3", GUS)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        await passes_until(desk, time, utc("2027-03-31 12:00"))
        (proposed,) = await happened(desk, ticket, ClosingProposed)
        assert (proposed.at, proposed.reminders) == (utc("2027-01-05 15:00"), 3)
        assert (await stands(desk, ticket)).status is Status.SUSPENDED


async def test_a15_an_answer_ends_the_count_and_waiting_anew_begins_it_anew(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S3", ANA)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        await passes_until(desk, time, MONDAY + 4 * DAY)
        await writes(desk, mailbox, "one moment")
        await passes_until(desk, time, MONDAY + 14 * DAY)
        await done(desk, f"!start T-{ticket}", f"!need T-{ticket} the logs, please")
        await passes_until(desk, time, MONDAY + 16 * DAY)
        assert [each.count for each in await happened(desk, ticket, BeneficiaryReminded)] == [1, 2, 1]


async def test_what_waits_is_reminded_once_after_a_silence_and_goes_on_from_there(database: str) -> None:
    """I5: ten days of downtime make one reminder, not three."""
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S3", ANA)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        await quiet(desk)
    time.at = MONDAY + 10 * DAY
    async with a_desk(database, time=time) as desk:
        await quiet(desk)
        assert [each.at for each in await happened(desk, ticket, BeneficiaryReminded)] == [time.at]
        await passes_until(desk, time, MONDAY + 14 * DAY)
        assert [each.at for each in await happened(desk, ticket, BeneficiaryReminded)] == [
            MONDAY + 10 * DAY,
            MONDAY + 14 * DAY,
        ]


async def test_f14_a_clock_that_jumps_makes_no_reminder_twice(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S3", ANA)
        await done(desk, f"!take T-{ticket}", f"!need T-{ticket} the logs")
        for at in (MONDAY + 2 * DAY, MONDAY + HOUR, MONDAY + 2 * DAY + HOUR, MONDAY + 2 * HOUR):
            time.at = at
            await quiet(desk)
        assert [each.count for each in await happened(desk, ticket, BeneficiaryReminded)] == [1]
        assert await desk.timers.next_due() == MONDAY + 4 * DAY


async def test_the_last_reminder_says_when_it_closes_whoever_sends_it_and_however_late(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S3", ANA)
        await done(
            desk, f"!take T-{ticket}", f"!need T-{ticket} the logs", f"!remind T-{ticket}", f"!remind T-{ticket}"
        )
        await done(desk, f"!remind T-{ticket}")
        last = (await happened(desk, ticket, BeneficiaryReminded))[-1]
        assert (last.count, last.of, last.closing_at, last.closes_itself) == (3, 3, MONDAY + 2 * DAY, False)


# ---- what is owed ----------------------------------------------------------------------------------------------------


async def test_a16_a_refused_solution_resumes_the_clocks_and_breaks_nothing(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time, policies=example("solution-times")) as desk:
        ticket = await opened(desk, "S3", GUS)
        assert (await clocks(desk, ticket)).resolution.due_at == MONDAY + 7 * DAY
        time.at = MONDAY + DAY
        await done(desk, f"!take T-{ticket}", f"!resolve T-{ticket} fix install 7.1.4")
        assert (await clocks(desk, ticket)).resolution.state is ClockState.PAUSED
        await passes_until(desk, time, MONDAY + 2 * DAY)
        await done(desk, f"!refuse T-{ticket} it is as slow as before", by=GUS)
        now = await clocks(desk, ticket)
        assert (await stands(desk, ticket)).status is Status.OPEN
        assert now.response.state is ClockState.MET
        assert (now.resolution.state, now.resolution.due_at) == (ClockState.RUNNING, MONDAY + 8 * DAY)
        assert await happened(desk, ticket, ClockBreached) == []


async def test_a16_a_refused_solution_is_a_message_to_be_answered(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!resolve T-{ticket} fix install 7.1.4")
        time.at = MONDAY + DAY
        await done(desk, f"!refuse T-{ticket} it is as slow as before", by=ANA)
        now = await clocks(desk, ticket)
        assert (now.update.state, now.update.due_at) == (ClockState.RUNNING, time.at + HOUR)
        assert now.response.state is ClockState.MET


async def test_a17_a_word_to_a_closed_ticket_moves_no_clock_and_proposes_a_new_one(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!resolve T-{ticket} fix install 7.1.4")
        await done(desk, f"!accept T-{ticket}", by=ANA)
        before = await clocks(desk, ticket)
        time.at = MONDAY + DAY
        await writes(desk, mailbox, "it is slow again")
        await quiet(desk)
        told = mailbox.parcels[-1].claimed.message
        assert f"after T-{ticket}" in " ".join([told.headline, *told.paragraphs])
        assert (await stands(desk, ticket)).status is Status.CLOSED
        assert await clocks(desk, ticket) == before
        assert await desk.timers.next_due() is None


async def test_a18_thanks_for_a_solution_arm_nothing(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!resolve T-{ticket} fix install 7.1.4")
        await writes(desk, mailbox, "thanks")
        assert (await clocks(desk, ticket)).update.state is ClockState.IDLE
        await passes_until(desk, time, MONDAY + DAY)
        assert await happened(desk, ticket, ClockWarned) == []


async def test_a19_a_note_the_desk_itself_and_a_colleague_are_no_answer(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S2", ANA)
        await done(desk, f"!take T-{ticket}", f"!note T-{ticket} their own plug-in")
        await writes(desk, mailbox, "me too", by=("aldo", "#acme"))
        assert (await clocks(desk, ticket)).response.state is ClockState.RUNNING
        assert await happened(desk, ticket, ClockMet) == []
        await done(desk, f"!reply T-{ticket} we are on it")
        assert (await clocks(desk, ticket)).response.state is ClockState.MET
        (met,) = await happened(desk, ticket, ClockMet)
        assert (met.clock, met.in_time, met.due_at) == (ClockKind.RESPONSE, True, MONDAY + 4 * HOUR)


async def test_a20_nothing_is_owed_to_whom_we_answered_last(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!reply T-{ticket} we are on it")
        assert (await clocks(desk, ticket)).update.state is ClockState.IDLE
        time.at = MONDAY + 3 * HOUR
        await writes(desk, mailbox, "and?")
        assert (await clocks(desk, ticket)).update.due_at == MONDAY + 4 * HOUR
        await done(desk, f"!reply T-{ticket} an hour more")
        assert [(each.clock, each.in_time) for each in await happened(desk, ticket, ClockMet)] == [
            (ClockKind.RESPONSE, True),
            (ClockKind.UPDATE, True),
        ]
        await passes_until(desk, time, MONDAY + DAY)
        assert await happened(desk, ticket, ClockBreached) == []


async def test_a20_a_round_that_was_late_does_not_make_the_next_one_late(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!reply T-{ticket} we are on it")
        await writes(desk, mailbox, "and?")
        await passes_until(desk, time, MONDAY + 2 * HOUR)
        await done(desk, f"!reply T-{ticket} an hour more")
        await passes_until(desk, time, MONDAY + 3 * HOUR)
        await writes(desk, mailbox, "and now?")
        await passes_until(desk, time, MONDAY + 3 * HOUR + MINUTE)
        await done(desk, f"!reply T-{ticket} now it is done")
        met = [each for each in await happened(desk, ticket, ClockMet) if each.clock is ClockKind.UPDATE]
        assert [(each.in_time, each.due_at) for each in met] == [(False, MONDAY + HOUR), (True, MONDAY + 4 * HOUR)]


async def test_a21_a_shorter_update_does_not_replace_the_first_answer(database: str, tmp_path: Path) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    policies = with_change(
        tmp_path,
        "    severity: S3\n    clock: update\n    target: 1 business day\n    calendar: business hours\n"
        "    warn before: 4 business hours\n",
        "    severity: S3\n    clock: update\n    target: 1 business hour\n    calendar: business hours\n"
        "    warn before: 15 business minutes\n",
    )
    async with a_desk(database, time=time, messengers=[mailbox], policies=policies) as desk:
        ticket = await opened(desk, "S3", ANA)
        time.at = MONDAY + HOUR
        await writes(desk, mailbox, "is anybody there?")
        now = await clocks(desk, ticket)
        assert (now.response.state, now.response.due_at) == (ClockState.RUNNING, MONDAY + DAY)
        assert now.update.state is ClockState.IDLE
        await done(desk, f"!take T-{ticket}", f"!reply T-{ticket} we are")
        await writes(desk, mailbox, "good")
        assert (await clocks(desk, ticket)).update.due_at == time.at + HOUR


def with_change(folder: Path, old: str, new: str) -> PolicyEngine:
    """Return the shipped policies with one passage of the service levels changed."""
    text = (shipped_policies() / "service_levels.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    changed = text.replace(old, new).replace('edition: "2022-07.3"', 'edition: "changed"')
    (folder / "service_levels.yaml").write_text(changed, encoding="utf-8")
    return policy_engine(folder, None)


# ---- what is owed no more --------------------------------------------------------------------------------------------


async def with_subscriptions(desk: RunningDesk, *subscriptions: Subscription) -> None:
    """Let Globex have bought these."""
    who = demo_directory()
    organisations = tuple(
        replace(each, subscriptions=subscriptions) if each.id == OrganisationId("globex") else each
        for each in who.organisations
    )
    async with desk.storage.begin() as uow:
        await uow.directory.replace(replace(who, organisations=organisations), at=desk.time.now())
        await uow.commit()


FIRST_YEAR = Subscription(plan="standard", since=date(2025, 6, 2), until=date(2026, 6, 1))


async def test_a22_a_subscription_that_ends_cancels_what_is_owed_at_that_instant(database: str) -> None:
    time = FixedTime(MONDAY)
    midnight_in_paris = utc("2026-06-01 22:00")
    async with a_desk(database, time=time) as desk:
        await with_subscriptions(desk, FIRST_YEAR)
        ticket = await opened(desk, "S3", GUS)
        assert (await clocks(desk, ticket)).response.due_at == MONDAY + 2 * DAY
        await passes_until(desk, time, midnight_in_paris - MINUTE)
        assert await happened(desk, ticket, ClockCancelled) == []
        await passes_until(desk, time, MONDAY + 5 * DAY)
        (cancelled,) = await happened(desk, ticket, ClockCancelled)
        assert (cancelled.at, cancelled.clock) == (midnight_in_paris, ClockKind.RESPONSE)
        assert (await clocks(desk, ticket)).response.state is ClockState.CANCELLED
        assert await happened(desk, ticket, ClockWarned) == []
        assert await happened(desk, ticket, ClockBreached) == []
        await done(desk, f"!take T-{ticket}", f"!reply T-{ticket} all the same: restart it")
        assert await happened(desk, ticket, ClockMet) == []


async def test_a22_a_subscription_that_is_renewed_goes_on(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        await with_subscriptions(desk, Subscription(plan="premium", since=date(2026, 6, 2)), FIRST_YEAR)
        ticket = await opened(desk, "S3", GUS)
        await passes_until(desk, time, MONDAY + 2 * DAY)
        assert await happened(desk, ticket, ClockCancelled) == []
        (breached,) = await happened(desk, ticket, ClockBreached)
        assert breached.at == MONDAY + 2 * DAY, "by the plan it was opened under"


async def test_a22_a_duplicate_cancels_its_clocks(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}", f"!close T-{ticket} duplicate")
        (cancelled,) = await happened(desk, ticket, ClockCancelled)
        assert (cancelled.clock, cancelled.at) == (ClockKind.RESPONSE, MONDAY)
        now = await clocks(desk, ticket)
        assert (now.frozen, now.response.state) == (True, ClockState.CANCELLED)
        await passes_until(desk, time, MONDAY + 3 * DAY)
        assert await happened(desk, ticket, ClockBreached) == []


async def test_a23_what_clocks_showed_at_closing_is_kept_with_what_it_was_read_from(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S2", GUS)
        await done(desk, f"!take T-{ticket}", f"!resolve T-{ticket} fix install 7.1.4")
        await done(desk, f"!accept T-{ticket}", by=GUS)
        (kept,) = await happened(desk, ticket, ClocksFrozen)
        level = desk.policies.service_level("standard")
        assert level is not None
        assert (kept.edition, kept.calendars) == (level.edition, level.fingerprints)
        response, update, resolution = kept.outcomes
        assert (response.state, response.due_at) == (ClockState.MET, MONDAY + 4 * HOUR)
        assert (response.promised, response.clause) == ("4 business hours", "§3.1.4")
        assert response.counted_on in level.fingerprints
        assert (update.state, resolution.state) == (ClockState.NOT_TRACKED, ClockState.NOT_TRACKED)
        assert (update.promised, resolution.promised) == ("", "")
        assert [each.clock for each in await happened(desk, ticket, ClockMet)] == [ClockKind.RESPONSE]
        assert replay(ticket, await history(desk, ticket)) == await stands(desk, ticket)
        before = await clocks(desk, ticket)
        await with_subscriptions(desk)
        assert await clocks(desk, ticket) == before, "even where nothing is bought any more"


async def test_without_a_subscription_nothing_is_promised_and_nothing_asked(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        await with_subscriptions(desk)
        ticket = await opened(desk, "S1", GUS)
        assert await desk.bus.clocks(ticket) is None
        answer = await said(desk, *GUS, f"!échéance T-{ticket}")
        assert answer.message is not None
        assert answer.message.headline == f"Aucun abonnement ne fixe de délai pour T-{ticket}."


# ---- once, and never early -------------------------------------------------------------------------------------------


async def test_i5_a_warning_and_a_breach_come_once_each_and_never_early(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
        for at, warned, breached in (
            (MONDAY + 45 * MINUTE - timedelta(microseconds=1), 0, 0),
            (MONDAY + 45 * MINUTE, 1, 0),
            (MONDAY + HOUR - timedelta(microseconds=1), 1, 0),
            (MONDAY + HOUR, 1, 1),
            (MONDAY + 9 * HOUR, 1, 1),
        ):
            time.at = at
            await quiet(desk)
            assert len(await happened(desk, ticket, ClockWarned)) == warned, at
            assert len(await happened(desk, ticket, ClockBreached)) == breached, at


async def test_i5_two_desks_on_one_database_fire_a_timer_once(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as one, a_desk(database, time=time) as other:
        tickets = [await opened(one, "S1", ANA) for _ in range(5)]
        time.at = MONDAY + HOUR
        for _ in range(3):
            await asyncio.gather(one.timers.run_once(), other.timers.run_once())
        for ticket in tickets:
            assert len(await happened(one, ticket, ClockBreached)) == 1


async def test_i5_what_was_slept_through_is_told_once_and_only_the_gravest(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
    time.at = MONDAY + DAY
    async with a_desk(database, time=time) as desk:
        await quiet(desk)
        assert await happened(desk, ticket, ClockWarned) == []
        (breached,) = await happened(desk, ticket, ClockBreached)
        assert (breached.at, breached.due_at) == (MONDAY + DAY, MONDAY + HOUR)
        await quiet(desk)
        assert len(await happened(desk, ticket, ClockBreached)) == 1


async def claimed(desk: RunningDesk, name: str) -> ClaimedTimer:
    async with desk.storage.begin() as uow:
        timers: Sequence[ClaimedTimer] = await uow.timers.claim(now=desk.time.now(), lease=MINUTE, limit=10)
        await uow.commit()
    return next(each for each in timers if each.timer.name == name)


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after it"])
async def test_i5_a_desk_that_dies_while_a_timer_fires_does_it_once_all_the_same(
    database: str, committed: bool
) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
        time.at = MONDAY + HOUR
        timer = await claimed(desk, "clocks")
        if committed:
            await desk.bus.run(replace(timer.timer.command, at=time.at), key=timer.key, correlation_id="c")
    time.at += 2 * MINUTE
    async with a_desk(database, time=time) as desk:
        await quiet(desk)
        assert len(await happened(desk, ticket, ClockBreached)) == 1


async def test_f14_a_clock_that_jumps_back_and_forth_breaks_nothing_and_tells_nothing_twice(database: str) -> None:
    time, mailbox = FixedTime(MONDAY), Mailbox()
    async with a_desk(database, time=time, messengers=[mailbox]) as desk:
        ticket = await opened(desk, "S1", ANA)
        for at in (MONDAY + 50 * MINUTE, MONDAY - DAY, MONDAY + 51 * MINUTE, MONDAY - HOUR):
            time.at = at
            await quiet(desk)
        assert len(await happened(desk, ticket, ClockWarned)) == 1
        await done(desk, f"!take T-{ticket}", f"!reply T-{ticket} we are on it")
        time.at = MONDAY + 2 * HOUR
        await quiet(desk)
        assert (await clocks(desk, ticket)).response.state is ClockState.MET
        assert await happened(desk, ticket, ClockBreached) == []
        assert replay(ticket, await history(desk, ticket)) == await stands(desk, ticket)


async def test_two_agents_who_answer_at_once_meet_the_clock_once(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as one, a_desk(database, time=time) as other:
        for _ in range(5):
            ticket = await opened(one, "S1", ANA)
            await done(one, f"!take T-{ticket}")
            await asyncio.gather(
                said(one, "ben", "#desk", f"!reply T-{ticket} we are on it"),
                said(other, "bea", "#desk", f"!reply T-{ticket} so am I"),
            )
            assert len(await happened(one, ticket, ClockMet)) == 1
            assert (await stands(one, ticket)).ball is Side.VENDOR


async def test_why_names_the_decision_and_not_what_passing_time_made_of_it(database: str) -> None:
    time = FixedTime(MONDAY)
    async with a_desk(database, time=time) as desk:
        ticket = await opened(desk, "S1", ANA)
        await done(desk, f"!take T-{ticket}")
        await passes_until(desk, time, MONDAY + HOUR)
        answer = await said(desk, "ben", "#desk", f"!why T-{ticket}")
        assert answer.message is not None
        because, owed, *_ = answer.message.paragraphs
        assert "Ben Barker took it (support procedure §3.2.2," in because
        assert owed == "We owed the customer a first answer by Mon 1 Jun 2026, 11:00 (London), and are late."
