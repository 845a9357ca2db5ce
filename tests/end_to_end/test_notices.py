"""What agents and managers are told without asking: at once, or in a digest for each person (mechanics 8; A28, A29)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.directory_file.reading import demo_directory
from chatops.application.deliveries import Marked
from chatops.application.ports.outbox import Form
from chatops.bootstrap import RunningDesk
from chatops.domain.quiet_hours import quiet_hours
from chatops.domain.vocabulary import TicketId
from tests.desks import FixedTime, Mailbox, a_desk, passes_until, quiet, said
from tests.two_platforms import ACME, ANA, BEN, CLO, DESK, MANAGERS, a_scene

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
SUNDAY_AT_THREE = datetime(2026, 6, 7, 3, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def opened(desk: RunningDesk, severity: str, person: str = "gus", room: str = "#globex") -> TicketId:
    answer = await said(desk, person, room, f"!open {severity} the portal is very slow")
    assert answer.ticket_id is not None
    return answer.ticket_id


def called(mailbox: Mailbox, person: str) -> list[str]:
    """Return the headlines of what called somebody by name, but for cards."""
    return [
        p.claimed.message.headline
        for p in mailbox.parcels
        if person in p.claimed.message.notify and p.claimed.form is not Form.CARD
    ]


def lines_for(mailbox: Mailbox, person: str) -> list[tuple[str, ...]]:
    """Return what stands in each digest of somebody."""
    return [
        p.claimed.message.paragraphs
        for p in mailbox.parcels
        if p.claimed.message.listing and p.claimed.message.notify == (person,)
    ]


def told_of(mailbox: Mailbox, words: str, room: str) -> list[tuple[str, ...]]:
    """Return whom each message in *room* called whose headline has these words."""
    return [
        p.claimed.message.notify
        for p in mailbox.parcels
        if p.claimed.place.value == room and words in p.claimed.message.headline
    ]


# ---- at once ---------------------------------------------------------------------------------------------------------


async def test_a_blocker_calls_whoever_has_it_before_it_is_due_and_the_managers_when_it_is_by_night(
    database: str,
) -> None:
    """S1 ignores quiet hours."""
    mailbox, time = Mailbox(), FixedTime(SUNDAY_AT_THREE)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S1", "ana", "#acme")
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, SUNDAY_AT_THREE + 45 * MINUTE)
        assert told_of(mailbox, "first answer is due by", "#desk") == [("ben",)]
        assert told_of(mailbox, "first answer", "#managers") == []
        await passes_until(desk, time, SUNDAY_AT_THREE + HOUR)
        assert told_of(mailbox, "is overdue", "#desk") == [("ben",)]
        assert told_of(mailbox, "is overdue", "#managers") == [("clo", "max")]
        assert lines_for(mailbox, "ben") == lines_for(mailbox, "clo") == []


async def test_a_major_case_at_night_calls_nobody_before_they_are_awake(database: str) -> None:
    """Quiet hours are each recipient's own: eight in Paris is seven in London."""
    mailbox, time = Mailbox(), FixedTime(SUNDAY_AT_THREE)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S2", "ana", "#acme")
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, SUNDAY_AT_THREE + 3 * HOUR - MINUTE)
        assert told_of(mailbox, "first answer", "#desk") == []
        await passes_until(desk, time, SUNDAY_AT_THREE + 4 * HOUR - MINUTE)
        assert told_of(mailbox, "first answer is due by", "#desk") == [()]
        assert called(mailbox, "ben") == []
        await passes_until(desk, time, SUNDAY_AT_THREE + 4 * HOUR)
        assert told_of(mailbox, "is overdue", "#managers") == [("clo", "max")]
        assert told_of(mailbox, "is overdue", "#desk") == [("ben",)]
        assert len(lines_for(mailbox, "ben")) == 1, "what had to wait until seven in London"


async def test_nobody_is_told_of_an_answer_that_came_while_they_slept(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(SUNDAY_AT_THREE - HOUR)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S2", "ana", "#acme")
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, SUNDAY_AT_THREE + 2 * HOUR + 30 * MINUTE)
        await said(desk, "ben", "#desk", f"!reply T-{ticket} we are on it")
        await passes_until(desk, time, SUNDAY_AT_THREE + 12 * HOUR)
        assert called(mailbox, "ben") == []


# ---- in quiet hours of one person: of Bea, from 19:00 to 08:30 in Paris ----------------------------------------------


def digested(mailbox: Mailbox, person: str, ticket: TicketId) -> int:
    """Return how many digests of somebody have had that ticket."""
    return sum(any(line.endswith(f"T-{ticket}`") for line in lines) for lines in lines_for(mailbox, person))


async def test_a_major_case_waits_out_the_quiet_hours_of_one_and_calls_the_other_at_once(database: str) -> None:
    """Half past seven in Paris is half past six in London: the policy lets both be called, Bea's own hours do not."""
    mailbox, time = Mailbox(), FixedTime(datetime(2026, 6, 4, 14, 30, tzinfo=UTC))
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S2", "ana", "#acme")
        await passes_until(desk, time, datetime(2026, 6, 4, 17, 30, tzinfo=UTC))
        assert told_of(mailbox, "first answer is due by", "#desk") == [("ben",)]
        await passes_until(desk, time, datetime(2026, 6, 4, 18, 30, tzinfo=UTC))
        assert told_of(mailbox, "is overdue", "#desk") == [("ben",)]
        assert told_of(mailbox, "is overdue", "#managers") == [("clo", "max")]
        await passes_until(desk, time, datetime(2026, 6, 5, 6, 29, tzinfo=UTC))
        assert called(mailbox, "bea") == []
        await passes_until(desk, time, datetime(2026, 6, 5, 6, 30, tzinfo=UTC))
        assert digested(mailbox, "bea", ticket) == 1
        ((line,),) = lines_for(mailbox, "bea")
        assert "Première réponse en retard depuis le jeu. 4 juin 2026, 20:30 (Paris)" in line


async def test_a_blocker_calls_both_at_once_in_whosever_quiet_hours(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(datetime(2026, 6, 4, 18, tzinfo=UTC))
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await opened(desk, "S1", "ana", "#acme")
        await passes_until(desk, time, datetime(2026, 6, 4, 18, 15, tzinfo=UTC))
        assert told_of(mailbox, "nobody has taken it", "#desk") == [("bea", "ben")]
        await passes_until(desk, time, datetime(2026, 6, 4, 18, 45, tzinfo=UTC))
        assert told_of(mailbox, "first answer is due by", "#desk") == [("bea", "ben")]
        assert lines_for(mailbox, "bea") == []


async def test_quiet_hours_that_a_new_directory_names_hold_for_what_waits_already(database: str) -> None:
    """What waits is weighed anew when its time has come."""
    mailbox, time = Mailbox(), FixedTime(datetime(2026, 6, 4, 14, 30, tzinfo=UTC))
    who = demo_directory()
    later = tuple(
        replace(each, quiet=quiet_hours("19:00 to 13:00")) if each.id == "bea" else each for each in who.people
    )
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S2", "ana", "#acme")
        await passes_until(desk, time, datetime(2026, 6, 4, 18, 30, tzinfo=UTC))
    async with a_desk(database, messengers=[mailbox], time=time, directory=replace(who, people=later)) as desk:
        await passes_until(desk, time, datetime(2026, 6, 5, 10, 59, tzinfo=UTC))
        assert called(mailbox, "bea") == []
        await passes_until(desk, time, datetime(2026, 6, 5, 11, tzinfo=UTC))
        assert digested(mailbox, "bea", ticket) == 1


# ---- in the digest ---------------------------------------------------------------------------------------------------


async def test_three_minor_cases_are_one_message_in_the_recipients_morning(database: str) -> None:
    """S3 and S4 are held to the recipient's opening (A28): what is overdue on Thursday evening is read on Friday."""
    mailbox, time = Mailbox(), FixedTime(datetime(2026, 6, 2, 17, tzinfo=UTC))
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        for person, room in (("gus", "#globex"), ("ivy", "#initech"), ("gus", "#globex")):
            ticket = await opened(desk, "S3", person, room)
            await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, datetime(2026, 6, 5, 7, 59, tzinfo=UTC))
        before = len(lines_for(mailbox, "ben"))
        assert told_of(mailbox, "is overdue", "#desk") == told_of(mailbox, "is overdue", "#managers") == []
        await passes_until(desk, time, datetime(2026, 6, 5, 8, tzinfo=UTC))
        assert called(mailbox, "ben")[-1] == "Ben Barker: 3 tickets want something from you"
        (lines,) = lines_for(mailbox, "ben")[before:]
        assert [line.rpartition("`!show ")[2] for line in lines] == ["T-1`", "T-2`", "T-3`"]
        assert lines[0].startswith("S3 · the portal is very slow: First answer overdue since Thu 4 Jun 2026, 18:00")
        (place,) = {p.claimed.place.value for p in mailbox.parcels if p.claimed.message.notify == ("clo",)}
        assert place == "#managers"


async def test_a_digest_speaks_the_readers_language_and_their_time(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S3", "ana", "#acme")
        await said(desk, "bea", "#desk", f"!prendre T-{ticket}")
        await passes_until(desk, time, datetime(2026, 6, 2, 6, 59, tzinfo=UTC))
        assert called(mailbox, "bea") == []
        await passes_until(desk, time, datetime(2026, 6, 2, 7, tzinfo=UTC))
        assert called(mailbox, "bea") == ["Béatrice Bertin\u00a0: 1 ticket attend quelque chose de vous"]
        ((line,),) = lines_for(mailbox, "bea")
        assert "Première réponse à donner avant le mar. 2 juin 2026, 11:00 (Paris)" in line
        assert line.endswith("`!voir T-1`")


async def test_what_has_an_answer_by_then_is_not_in_the_digest(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        for _ in range(3):
            ticket = await opened(desk, "S3", "ana", "#acme")
            await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, datetime(2026, 6, 1, 16, tzinfo=UTC))
        assert lines_for(mailbox, "ben") == []
        await said(desk, "ben", "#desk", "!reply T-1 we are on it")
        await said(desk, "ben", "#desk", "!assign T-2 bea")
        await passes_until(desk, time, datetime(2026, 6, 2, 8, tzinfo=UTC))
        ((line,),) = lines_for(mailbox, "ben")
        assert line.endswith("`!show T-3`")


async def test_what_nobody_takes_stands_in_the_digests_of_those_who_may_until_somebody_does(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S4", "ana", "#acme")
        await passes_until(desk, time, datetime(2026, 6, 2, 7, 59, tzinfo=UTC))
        assert called(mailbox, "ben") == ["Ben Barker: 1 ticket wants something from you"]
        assert called(mailbox, "luc") == [], "Level 2 takes nothing by itself"
        ((line,),) = lines_for(mailbox, "clo")
        assert "nobody has taken it since Mon 1 Jun 2026, 10:00 (London)" in line
        await passes_until(desk, time, datetime(2026, 6, 2, 13, tzinfo=UTC))
        assert len(lines_for(mailbox, "clo")) == 2
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await said(desk, "ben", "#desk", f"!reply T-{ticket} we are on it")
        await passes_until(desk, time, datetime(2026, 6, 3, 13, tzinfo=UTC))
        assert len(lines_for(mailbox, "clo")) == 2


async def test_a_blocker_that_nobody_takes_calls_again_within_the_hour(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await opened(desk, "S1", "ivy", "#initech")
        await passes_until(desk, time, MONDAY + 15 * MINUTE)
        assert told_of(mailbox, "nobody has taken it", "#desk") == [("bea", "ben")]
        assert told_of(mailbox, "nobody has taken it", "#managers") == [("clo", "max")]
        await passes_until(desk, time, MONDAY + HOUR + 15 * MINUTE)
        assert len(told_of(mailbox, "nobody has taken it", "#desk")) == 2


async def test_a_ticket_that_waits_for_us_is_told_of_until_the_customer_hears_of_us(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        ticket = await opened(desk, "S3", "ivy", "#initech")
        await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await said(desk, "ben", "#desk", f"!reply T-{ticket} we look into it")
        await said(desk, "ben", "#desk", f"!note T-{ticket} a note is nothing that they hear")
        await passes_until(desk, time, datetime(2026, 6, 3, 12, 59, tzinfo=UTC))
        assert called(mailbox, "ben") == []
        await passes_until(desk, time, datetime(2026, 6, 3, 13, tzinfo=UTC))
        ((line,),) = lines_for(mailbox, "ben")
        assert "the customer has heard nothing from us since Mon 1 Jun 2026, 10:00 (London)" in line
        await said(desk, "ben", "#desk", f"!need T-{ticket} the logs")
        await passes_until(desk, time, datetime(2026, 6, 9, 13, tzinfo=UTC))
        assert len(lines_for(mailbox, "ben")) == 1, "now it waits for them"


async def test_a_digest_goes_to_the_conversation_with_its_reader_where_there_is_one_else_to_their_room(
    database: str,
) -> None:
    """Ben and Clo are on Slack; Bea and Max are not, and are addressed by name in the rooms of their peers."""
    async with a_scene(database) as scene:
        scene.time.at = MONDAY
        for _ in range(2):
            await scene.hears(ANA, ACME, Marked(text="open S4 a question"))
        await passes_until(scene.desk, scene.time, datetime(2026, 6, 1, 13, tzinfo=UTC))
        digests = [p.claimed for p in (*scene.slack.parcels, *scene.matrix.parcels) if p.claimed.message.listing]
        assert {(each.place.value, each.message.headline, each.message.notify) for each in digests} == {
            (BEN, "2 tickets want something from you", ()),
            (CLO, "2 tickets want something from you", ()),
        }
        await passes_until(scene.desk, scene.time, datetime(2026, 6, 2, 7, tzinfo=UTC))
        digests = [p.claimed for p in (*scene.slack.parcels, *scene.matrix.parcels) if p.claimed.message.listing][2:]
        assert {(each.place.value, each.message.notify) for each in digests} == {(DESK, ("bea",)), (MANAGERS, ("max",))}
        assert all(each.message.headline.count("\u00a0: 2 tickets attendent") == 1 for each in digests)


# ---- after downtime, and when clocks jump ----------------------------------------------------------------------------


async def test_a29_forty_timers_that_were_slept_through_fire_once_in_order_and_make_one_message_a_person(
    database: str,
) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        for number in range(20):
            time.at = MONDAY + number * MINUTE
            ticket = await opened(desk, "S1", "ana", "#acme")
            await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await quiet(desk)
        before = len(mailbox.parcels)

    time.at = MONDAY + 4 * HOUR
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await quiet(desk)
        late = mailbox.parcels[before:]
        breached = [p.claimed.message for p in late if "is overdue" in p.claimed.message.headline]
        assert [message.headline.split(":")[0] for message in breached] == [f"T-{number}" for number in range(1, 21)]
        assert [message.notify for message in breached] == [()] * 20, "quietly, each in its own thread"
        for person in ("ben", "clo", "max"):
            (digest,) = [p.claimed.message for p in late if person in p.claimed.message.notify]
            assert len(digest.paragraphs) == 20
        await quiet(desk)
        assert mailbox.parcels[before:] == late
        await passes_until(desk, time, MONDAY + 4 * HOUR + 30 * MINUTE)
        assert mailbox.parcels[before:] == late


async def test_a_digest_that_was_slept_through_is_sent_once_with_what_is_true_then(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        first, second = await opened(desk, "S3", "ana", "#acme"), await opened(desk, "S3", "ana", "#acme")
        for ticket in (first, second):
            await said(desk, "ben", "#desk", f"!take T-{ticket}")
        await passes_until(desk, time, datetime(2026, 6, 2, 5, tzinfo=UTC))
    time.at = datetime(2026, 6, 4, 10, tzinfo=UTC)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        before = len(lines_for(mailbox, "ben"))
        await passes_until(desk, time, datetime(2026, 6, 4, 13, tzinfo=UTC))
        (lines,) = lines_for(mailbox, "ben")[before:]
        assert ["overdue" in line for line in lines] == [True, True]


async def test_f14_a_clock_that_jumps_forth_and_back_tells_nobody_anything_twice(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(MONDAY)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        for severity in ("S1", "S3"):
            ticket = await opened(desk, severity, "ana", "#acme")
            await said(desk, "ben", "#desk", f"!take T-{ticket}")
        for at in (MONDAY + timedelta(days=40), MONDAY + MINUTE, MONDAY + timedelta(days=41), MONDAY + 2 * MINUTE):
            time.at = at
            await quiet(desk)
            assert await desk.timers.next_due() is not None
        overdue = [headline for headline in mailbox.headlines("#desk") if "is overdue" in headline]
        assert len(overdue) == len(set(overdue)) == 1
        told = [line for lines in lines_for(mailbox, "ben") for line in lines]
        assert len(told) == len(set(told))
        await said(desk, "ben", "#desk", "!reply T-1 we are on it")
        await said(desk, "ana", "#acme", "!reply T-2 still slow")
        before = len(called(mailbox, "ben"))
        await passes_until(desk, time, MONDAY + HOUR)
        assert len(called(mailbox, "ben")) == before
