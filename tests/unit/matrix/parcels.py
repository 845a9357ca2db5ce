"""Parcels as the relay hands them over; a test says only what it is about."""

from datetime import UTC, datetime
from typing import Any

from chatops.application.message_tree import Message
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form, Lease, Urgency
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Language, PersonId, Platform, TicketId

LEASE = Lease(token="lease", until=datetime(2026, 6, 5, 16, tzinfo=UTC))


def on_matrix(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def somebody(name: str = "Ana", user_id: str | None = "@ana:chat.test") -> Addressee:
    return Addressee(person=PersonId(name.lower()), name=name, address=None if user_id is None else on_matrix(user_id))


def a_message(headline: str = "T-1 · The portal is slow", **fields: Any) -> Message:
    return Message(**{"language": Language.EN, "headline": headline} | fields)


def a_parcel(
    message: Message | None = None,
    *,
    id: int = 17,
    form: Form = Form.THREAD,
    room: str = "!acme",
    root: str | None = "$card",
    answers: str | None = None,
    under: str | None = None,
    target: str | None = None,
    notify: tuple[Addressee, ...] = (),
    correlation_id: str = "a-correlation",
) -> Parcel:
    claimed = ClaimedMessage(
        id=id,
        form=form,
        message=message or a_message(),
        place=on_matrix(room),
        urgency=Urgency.QUIET,
        thread_id=1,
        root=None if root is None else on_matrix(root),
        target=None if target is None else on_matrix(target),
        answers=None if answers is None else on_matrix(answers),
        under=None if under is None else on_matrix(under),
        reader=None,
        ticket_id=TicketId(1),
        attempt=1,
        was_sending=False,
        correlation_id=correlation_id,
        lease=LEASE,
    )
    return Parcel(claimed=claimed, notify=notify, reader=None)
