"""Finding again what may have been posted (F5, F6): by the mark that it bears, in a thread and across pages."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.render import mark_of
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.domain.errors import CannotTell, Doubtful, RoomBusy, Unreachable
from tests.contract.slack.sending import Stage, a_stage, to
from tests.slack import faults
from tests.slack.slack import SCOPES
from tests.unit.slack.parcels import a_message

POST = "chat.postMessage"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as stage:
        yield stage


async def doubtful(stage: Stage, row: Parcel) -> Parcel:
    """Deliver *row* so that it arrives and nobody hears of it."""
    stage.slack.faults.on(POST, faults.EXECUTED_THEN_DROPPED)
    with pytest.raises(Doubtful):
        await stage.messenger.deliver(row)
    return row


async def test_a_card_that_arrived_is_found(stage: Stage) -> None:
    row = await doubtful(stage, stage.row(form=Form.CARD, root=None))
    await stage.ana.says(stage.room, "hello?")

    found = await stage.messenger.trace(row)

    assert found is not None
    assert found.value == stage.seen()[0].ts


async def test_a_message_of_a_thread_that_arrived_is_found(stage: Stage) -> None:
    card = await stage.card()
    row = await doubtful(stage, stage.row(a_message("Ben took T-1."), root=card.value))
    await stage.ana.says(stage.room, "thanks", thread=card.value)

    found = await stage.messenger.trace(row)

    assert found is not None
    assert found.value == stage.seen()[0].replies[0].ts


@pytest.mark.parametrize("thread", [True, False])
async def test_it_is_found_many_pages_away(stage: Stage, thread: bool) -> None:
    card = await stage.card()
    place: dict[str, Any] = {"root": card.value} if thread else {"form": Form.CARD, "root": None}
    before, after = (450, 0) if thread else (0, 450)
    await crowded(stage, before, thread=card.value if thread else None)
    row = await doubtful(stage, stage.row(**place))
    await crowded(stage, after, thread=None)

    assert await stage.messenger.trace(row) is not None
    assert stage.asked().count("conversations.replies" if thread else "conversations.history") == 3


async def test_what_never_arrived_is_not_found(stage: Stage) -> None:
    card = await stage.card()
    row = stage.row(root=card.value)
    stage.slack.faults.on(POST, faults.DROPPED)
    with pytest.raises(Doubtful):
        await stage.messenger.deliver(row)

    assert await stage.messenger.trace(row) is None


async def test_another_rows_message_is_another_message(stage: Stage) -> None:
    """A database begun anew counts from 1 again, and other rows tell of the same ticket."""
    card = await stage.card()
    row = await doubtful(stage, stage.row(root=card.value))

    for other in (
        stage.row(root=card.value),
        stage.row(root=card.value, id=row.claimed.id, correlation_id="another database"),
    ):
        assert await stage.messenger.trace(other) is None


async def test_somebody_elses_message_with_our_mark_is_not_ours(stage: Stage) -> None:
    """Anybody may write such a mark."""
    row = stage.row(form=Form.CARD, root=None)
    stage.slack.stage.post(stage.room, stage.ana.user, "gotcha", metadata=mark_of(row.claimed))

    assert await stage.messenger.trace(row) is None


async def test_what_went_to_the_top_because_its_thread_is_gone_is_found_there(stage: Stage) -> None:
    row = await doubtful(stage, stage.row(root="1700000000.000100"))

    assert await stage.messenger.trace(row) is not None


async def test_what_may_be_sent_again_is_not_looked_for(stage: Stage) -> None:
    """An edit changes what stands there, and what one person alone read, they read again."""
    card = await stage.card()
    for fields in (
        {"form": Form.CARD_EDIT},
        {"form": Form.EDIT, "target": card.value},
        {"form": Form.REMOVAL, "target": card.value},
        {"form": Form.REACTION, "answers": card.value},
        {"form": Form.ANSWER, "reader": to(stage.ana)},
    ):
        assert await stage.messenger.trace(stage.row(**fields)) is None
    assert stage.asked() == [POST]


@pytest.mark.logs_errors
@pytest.mark.parametrize("root", [None, "1780000000.000100"])
async def test_where_the_app_may_not_read_nobody_can_tell(root: str | None) -> None:
    scopes = {scope for scope in SCOPES if not scope.endswith(":history")}
    async with a_stage(scopes=scopes) as stage:
        card = await stage.card()
        form = {"form": Form.CARD, "root": None} if root is None else {"root": card.value}

        with pytest.raises(CannotTell, match="missing_scope"):
            await stage.messenger.trace(stage.row(**form))


async def test_what_lies_too_far_back_nobody_can_tell(stage: Stage) -> None:
    row = await doubtful(stage, stage.row(form=Form.CARD, root=None))
    await crowded(stage, 2_001, thread=None)

    with pytest.raises(CannotTell, match="2000"):
        await stage.messenger.trace(row)


async def test_looking_may_have_to_wait_as_sending_may(stage: Stage) -> None:
    row = stage.row(form=Form.CARD, root=None)
    stage.slack.faults.on("conversations.history", faults.rate_limited(60), faults.refused("channel_not_found"))

    with pytest.raises(RoomBusy):
        await stage.messenger.trace(row)
    with pytest.raises(Unreachable):
        await stage.messenger.trace(row)


async def crowded(stage: Stage, count: int, *, thread: str | None) -> None:
    for number in range(count):
        stage.slack.stage.post(stage.room, stage.ana.user, f"and {number}", thread_ts=thread)
