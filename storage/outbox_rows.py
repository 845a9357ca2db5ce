"""A message we owe as a row of the outbox, and back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from chatops.application.ports.outbox import ClaimedMessage, Form, Lease, MessageState, OwedMessage
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId, TicketId
from storage.documents import message_from, message_text
from storage.transaction import storable_id

_ABOUT_ANOTHER = (Form.EDIT, Form.REMOVAL, Form.REACTION, Form.REACTION_REMOVAL)


def columns(owed: OwedMessage, *, state: MessageState, at: datetime, correlation_id: str) -> dict[str, Any]:
    ticket_id = storable_id(owed.ticket_id if owed.thread is None else owed.thread.ticket_id)
    waits = state is MessageState.PENDING
    return {
        "lane": owed.lane,
        "platform": owed.place.platform,
        "place": owed.place.value,
        "thread_id": None if owed.thread is None else owed.thread.id,
        "ticket_id": ticket_id,
        "of_ticket": ticket_id,
        "form": owed.form,
        "urgency": owed.urgency,
        "message": message_text(owed.message),
        "answers": None if owed.answers is None else owed.answers.value,
        "under": None if owed.under is None else owed.under.value,
        "reader": owed.reader,
        "reader_address": None if owed.stranger is None else owed.stranger.value,
        "cancel_key": owed.cancel_key,
        "entry": owed.entry,
        "part": owed.part,
        "correlation_id": correlation_id,
        "put_at": at,
        "state": state,
        "due_at": at if waits else None,
        "attempt": 0,
        "was_sending": False,
        "withdrawn": False,
        "settled_at": None if waits else at,
    }


def claimed_from(row: Row[Any], lease: Lease, unreachable_since: datetime | None) -> ClaimedMessage:
    def address(value: str | None) -> Address | None:
        return None if value is None else Address(platform=row.platform, value=value)

    return ClaimedMessage(
        id=row.id,
        form=row.form,
        message=message_from(row.message),
        place=Address(platform=row.platform, value=row.place),
        urgency=row.urgency,
        thread_id=row.thread_id or 0,
        root=address(row.root),
        target=address(row.target) if row.form in _ABOUT_ANOTHER else None,
        answers=address(row.answers),
        under=address(row.under),
        reader=None if row.reader is None else PersonId(row.reader),
        stranger=address(row.reader_address),
        entry=row.entry,
        ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
        attempt=row.attempt,
        was_sending=row.was_sending,
        correlation_id=row.correlation_id,
        lease=lease,
        unreachable_since=unreachable_since,
        unknown_since=row.unknown_since,
    )
