"""Parcels for Slack as the relay hands them over; a test says only what it is about."""

from datetime import UTC, datetime
from typing import Any

from adapters.slack.addresses import message_address, person_address, room_address
from chatops.application.message_tree import Message
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form, Lease, Urgency
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Language, PersonId, TicketId

LEASE = Lease(token="lease", until=datetime(2026, 6, 5, 16, tzinfo=UTC))

CARD = "1780000000.000100"
"""The ts of the card in whose thread messages stand."""


def somebody(name: str = "Ana", user: str | None = "U0ANA", *, team: str = "T0ACME") -> Addressee:
    address = None if user is None else person_address(team, user)
    return Addressee(person=PersonId(name.lower()), name=name, address=address)


def a_message(headline: str = "T-1 · The portal is slow", **fields: Any) -> Message:
    return Message(**{"language": Language.EN, "headline": headline} | fields)


def a_parcel(
    message: Message | None = None,
    *,
    id: int = 17,
    form: Form = Form.THREAD,
    room: Address | None = None,
    root: str | None = CARD,
    answers: str | None = None,
    under: str | None = None,
    target: str | None = None,
    notify: tuple[Addressee, ...] = (),
    reader: Addressee | None = None,
    correlation_id: str = "a-correlation",
) -> Parcel:
    claimed = ClaimedMessage(
        id=id,
        form=form,
        message=message or a_message(),
        place=room or room_address("T0EXO", "C0ACME"),
        urgency=Urgency.QUIET,
        thread_id=1,
        root=None if root is None else message_address(root),
        target=None if target is None else message_address(target),
        answers=None if answers is None else message_address(answers),
        under=None if under is None else message_address(under),
        reader=None,
        stranger=None,
        ticket_id=TicketId(1),
        attempt=1,
        was_sending=False,
        correlation_id=correlation_id,
        lease=LEASE,
    )
    return Parcel(claimed=claimed, notify=notify, reader=reader)
