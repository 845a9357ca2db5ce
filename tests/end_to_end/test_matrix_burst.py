"""
Two hundred owed messages against a homeserver that limits us: complete, in order, pages first, no other room held up.

The limit is scaled here; with CHATOPS_TEST_TRUE_LIMITS=1 it is the default of Synapse (0.2 a second): 16 minutes.
"""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chatops.application.message_tree import Message
from chatops.application.ports.outbox import Form, OwedMessage, Urgency
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Language, Platform, TicketId
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.end_to_end.matrix_life import MatrixLife
from tests.patience import PATIENCE_S
from tests.synapse import Homeserver

TRUE_LIMITS = "CHATOPS_TEST_TRUE_LIMITS" in os.environ
PER_SECOND, BURST = 6, 10
"""Less than a busy machine gets through by itself."""

TICKETS = 4
ROUNDS = 23
"""Of one message in each of the tickets' two threads."""
PAGES = 15

_NUMBERED = re.compile(r"burst (\w+) (\d+)")


@pytest.mark.slow
@pytest.mark.timeout(1800 if TRUE_LIMITS else 300)
def test_a_burst_arrives_complete_in_order_and_pages_first(synapse: Homeserver, tmp_path: Path) -> None:
    life = MatrixLife(synapse, tmp_path)
    life.patience_s = 1500.0 if TRUE_LIMITS else 2 * PATIENCE_S
    with life.running():
        for number in range(1, TICKETS + 1):
            life.says("ana", "#acme", f"!open S2 Ticket {number}")
            life.hears("ben", "#desk", f" · Ticket {number}\n")
            life.hears("ana", "#acme", f" · Ticket {number}\n")
    owed = asyncio.run(_owe(life))
    assert owed == 2 * TICKETS * ROUNDS + PAGES + 1

    if TRUE_LIMITS:
        synapse.limit_as_everybody(life.desk)
    else:
        synapse.limit(life.desk, per_second=PER_SECOND, burst=BURST)
    with life.running():
        life.until(lambda: len(_arrived(life)) >= owed, lambda: f"{len(_arrived(life))} of {owed}")

    arrived = _arrived(life)
    lanes: dict[str, list[int]] = {}
    for lane, number in arrived:
        lanes.setdefault(lane, []).append(number)
    assert len(arrived) == owed
    assert all(numbers == sorted(set(numbers)) for numbers in lanes.values())
    assert "M_LIMIT_EXCEEDED" in life.log()
    order = [lane for lane, _ in arrived]
    # Each page waits for the one before it; beside them, what was already under way may pass.
    last_page = max(at for at, lane in enumerate(order) if lane == "page")
    assert last_page < owed / 2
    assert order.index("other") < owed / 4


async def _owe(life: MatrixLife) -> int:
    """Put the burst into the outbox in one commit, the quiet messages first; return how many they are."""
    storage = SqlStorage(connect(life.database))
    async with storage.begin() as uow:
        threads = [thread for ticket in range(1, TICKETS + 1) for thread in await uow.threads.of(TicketId(ticket))]
        owed = [
            OwedMessage(
                form=Form.THREAD,
                message=_message(f"thread{thread.id}", number),
                place=thread.place,
                urgency=Urgency.QUIET,
                thread=thread,
                ticket_id=thread.ticket_id,
            )
            for number in range(ROUNDS)
            for thread in threads
        ]
        owed += [_answer(life, "#managers", _message("page", number), Urgency.PAGE) for number in range(PAGES)]
        owed.append(_answer(life, "#globex", _message("other", 0), Urgency.QUIET))
        await uow.outbox.put(owed, at=datetime.now(UTC), correlation_id="burst")
        await uow.commit()
    await storage.close()
    return len(owed)


def _answer(life: MatrixLife, room: str, message: Message, urgency: Urgency) -> OwedMessage:
    place = Address(platform=Platform.MATRIX, value=life.rooms[room])
    return OwedMessage(form=Form.ANSWER, message=message, place=place, urgency=urgency)


def _message(lane: str, number: int) -> Message:
    return Message(language=Language.EN, headline=f"burst {lane} {number}")


def _arrived(life: MatrixLife) -> Sequence[tuple[str, int]]:
    """Return what arrived anywhere, by lane and number, in the order of the homeserver."""
    events: list[Mapping[str, Any]] = []
    for who, room in (("ana", "#acme"), ("gus", "#globex"), ("ben", "#desk"), ("clo", "#managers")):
        # The server sorts a room; between rooms, by the millisecond.
        events += life.timeline(who, room)
    found = [
        (event["origin_server_ts"], match[1], int(match[2]))
        for event in events
        if (match := _NUMBERED.match(event["content"].get("body", "")))
    ]
    return [(lane, number) for _, lane, number in sorted(found, key=lambda each: each[0])]
