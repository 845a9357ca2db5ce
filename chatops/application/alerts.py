"""What the managers' rooms are told when messages do not arrive (I3)."""

from collections.abc import Callable
from dataclasses import dataclass

from chatops.application.message_tree import Fact, Message
from chatops.application.ports.outbox import ClaimedMessage, Form, Lost, OwedMessage, Urgency
from chatops.application.ports.storage import UnitOfWork
from chatops.application.words import DEFAULT_LANGUAGE, Voice, Words
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Platform, RoomPurpose, reference

Drawn = Callable[[Voice, str], Message]
"""Draws an alert for a voice, about a room as people call it."""


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """
    Attributes:
        platforms: Those that this desk runs on.
    """

    words: Words
    platforms: frozenset[Platform]

    async def given_up(self, claimed: ClaimedMessage, error: str, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        """Return none about an alert: two managers' rooms would go on telling each other."""

        def drawn(say: Voice, room: str) -> Message:
            return Message(
                language=say.language,
                headline=say("A message could not be delivered."),
                facts=(
                    Fact(label=say("Room"), value=room),
                    Fact(label=say("Ticket"), value=reference(claimed.ticket_id) if claimed.ticket_id else "–"),
                    Fact(label=say("Because"), value=error),
                ),
                paragraphs=(_another_way(say),),
            )

        return await self._about(claimed.place, drawn, uow) if not await _of_managers(claimed.place, uow) else ()

    async def unknown(self, claimed: ClaimedMessage, error: str, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        """Return none about an alert, as `given_up` does."""

        def drawn(say: Voice, room: str) -> Message:
            return Message(
                language=say.language,
                headline=say("A message may or may not have arrived, and I cannot look."),
                facts=(
                    Fact(label=say("Room"), value=room),
                    Fact(label=say("Ticket"), value=reference(claimed.ticket_id) if claimed.ticket_id else "–"),
                    Fact(label=say("Because"), value=error),
                ),
                paragraphs=(
                    say("It is not sent again blindly; what follows it in that thread waits."),
                    say("Let me read the history of that room: `chatops doctor` tells what is missing."),
                ),
            )

        return await self._about(claimed.place, drawn, uow) if not await _of_managers(claimed.place, uow) else ()

    async def unreachable(self, place: Address, reason: str, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        def drawn(say: Voice, room: str) -> Message:
            return Message(
                language=say.language,
                headline=say("I cannot write in {room}.", room=room),
                facts=(Fact(label=say("Because"), value=reason),),
                paragraphs=(
                    say("Invite me there again, and let me write there."),
                    say("What I owe in that room waits until then, in order, for up to seven days."),
                ),
            )

        return await self._about(place, drawn, uow)

    async def lost(self, place: Address, lost: Lost, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        """Return none about alerts, as `given_up` does."""

        def drawn(say: Voice, room: str) -> Message:
            return Message(
                language=say.language,
                headline=say.plural(
                    "{n} message waited seven days for me to be let into a room, and was given up.",
                    "{n} messages waited seven days for me to be let into a room, and were given up.",
                    lost.messages,
                ),
                facts=(
                    Fact(label=say("Room"), value=room),
                    Fact(label=say("Tickets"), value=", ".join(map(reference, lost.tickets)) or "–"),
                ),
                paragraphs=(_another_way(say),),
            )

        return await self._about(place, drawn, uow) if not await _of_managers(place, uow) else ()

    async def _about(self, place: Address, drawn: Drawn, uow: UnitOfWork) -> tuple[OwedMessage, ...]:
        """Owe every managers' room what is *drawn*, but for the place that it is about."""
        bound = await uow.directory.room_at(place)
        called = bound.id if bound else place.value
        alerts = []
        for room in await uow.directory.rooms(RoomPurpose.MANAGERS):
            message = drawn(self.words[room.language or DEFAULT_LANGUAGE], called)
            alerts += [
                OwedMessage(form=Form.ANSWER, message=message, place=told, urgency=Urgency.NOTIFY)
                for told in room.places
                if told.platform in self.platforms and told != place
            ]
        return tuple(alerts)


async def _of_managers(place: Address, uow: UnitOfWork) -> bool:
    room = await uow.directory.room_at(place)
    return room is not None and room.purpose is RoomPurpose.MANAGERS


def _another_way(say: Voice) -> str:
    return say("Nothing more is tried. Tell the people in that room another way.")
