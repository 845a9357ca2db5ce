"""The desk's heartbeat: the managers hear of it when it was away for long (A29), and nobody hears of anything else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatops.application.handlers.heartbeat import EVERY, begin_to_beat
from chatops.bootstrap import RunningDesk
from chatops.domain.notices import BELATED
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.desks import FixedTime, Mailbox, a_desk, quiet
from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Homeserver

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def starts(desk: RunningDesk, time: FixedTime) -> None:
    """Do what `chatops run` does first."""
    async with desk.storage.begin() as uow:
        await begin_to_beat(uow, time.now())
        await uow.commit()
    await quiet(desk)


async def test_a29_the_managers_are_told_once_that_the_desk_was_away(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(NOON)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await starts(desk, time)
    time.at = NOON + 3 * 60 * MINUTE
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await starts(desk, time)
        (told,) = [parcel.claimed.message for parcel in mailbox.parcels]
        assert told.headline == "I was away from Mon 1 Jun, 13:00 to Mon 1 Jun 2026, 16:00 (London)."
        assert told.notify == ("clo", "max")
        assert [parcel.claimed.place.value for parcel in mailbox.parcels] == ["#managers"]
        for _ in range(5):
            time.at += EVERY
            await quiet(desk)
        assert len(mailbox.parcels) == 1


async def test_nobody_hears_of_a_desk_that_is_there_or_was_away_for_moments(database: str) -> None:
    mailbox, time = Mailbox(), FixedTime(NOON)
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await starts(desk, time)
        for _ in range(5):
            time.at += EVERY
            await quiet(desk)
        assert await desk.timers.next_due() == time.at + EVERY
    time.at += EVERY + BELATED
    async with a_desk(database, messengers=[mailbox], time=time) as desk:
        await starts(desk, time)
    assert mailbox.parcels == []


async def test_a_clock_that_is_put_back_makes_no_beat_too_many(sqlite_database: str) -> None:
    """F14: the next one waits for its instant; then they go on as before."""
    mailbox, time = Mailbox(), FixedTime(NOON)
    async with a_desk(sqlite_database, messengers=[mailbox], time=time) as desk:
        await starts(desk, time)
        time.at = NOON - 60 * MINUTE
        await starts(desk, time)
        assert await desk.timers.next_due() == NOON - 60 * MINUTE + EVERY
        time.at = NOON + EVERY
        await quiet(desk)
        assert len(mailbox.parcels) == 1, "an hour passed in which it did not beat"


async def test_a_desk_that_runs_has_a_beat_ahead_of_it(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    with life.running():
        now = datetime.now(UTC)
        storage = SqlStorage(connect(life.database))
        try:
            async with storage.begin() as uow:
                due = await uow.timers.next_due()
        finally:
            await storage.close()
    assert due is not None
    assert now - MINUTE < due - EVERY <= now
