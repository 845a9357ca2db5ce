"""Messages to one person alone: they arrive in the person's conversation with the desk, and are found again there."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.addresses import person_address
from adapters.slack.direct import is_person
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from chatops.domain.errors import DeliveryError, Doubtful
from tests.contract.slack.sending import ROWS, Stage, a_stage
from tests.slack import faults
from tests.unit.slack.parcels import a_message, a_parcel


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as stage:
        yield stage


def a_letter(headline: str, person: Address) -> Parcel:
    return a_parcel(a_message(headline), id=next(ROWS), form=Form.ANSWER, room=person, root=None)


async def test_what_is_for_a_person_arrives_in_their_conversation_with_the_desk(stage: Stage) -> None:
    ben = person_address(stage.ben.team.id, stage.ben.id)
    for headline in ("3 tickets want something from you", "1 ticket wants something from you"):
        await stage.messenger.deliver(a_letter(headline, ben))
    conversation = stage.ben.direct_with(stage.app)
    shown = [each.lines[0] for each in stage.ben.sees(conversation)]
    assert shown == ["3 tickets want something from you", "1 ticket wants something from you"]
    assert stage.asked().count("conversations.open") == 1, "it is opened once"
    assert stage.seen() == []


async def test_what_arrived_there_and_nobody_heard_of_is_found_again(stage: Stage) -> None:
    ben = person_address(stage.ben.team.id, stage.ben.id)
    row = a_letter("1 ticket wants something from you", ben)
    stage.slack.faults.on("chat.postMessage", faults.EXECUTED_THEN_DROPPED)
    with pytest.raises(Doubtful):
        await stage.messenger.deliver(row)
    assert await stage.messenger.trace(row) is not None


async def test_somebody_who_is_not_there_is_a_delivery_error(stage: Stage) -> None:
    nobody = person_address(stage.ben.team.id, "U0NOBODY")
    with pytest.raises(DeliveryError):
        await stage.messenger.deliver(a_letter("Hello", nobody))


@pytest.mark.parametrize(("value", "person"), [("U0BEN", True), ("W0BEN", True), ("C0DESK", False), ("D0BEN", False)])
def test_people_are_told_from_rooms_by_their_ids(value: str, person: bool) -> None:
    assert is_person(person_address("T0EXO", value)) is person
