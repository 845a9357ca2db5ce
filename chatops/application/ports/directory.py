"""The port of who is who, and which room is for what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chatops.domain.directory import Address, ChatChange, Organisation, Person, Room, WhoIsWho
from chatops.domain.vocabulary import OrganisationId, PersonId, RoomId, RoomPurpose


class Directory(Protocol):
    async def person(self, person_id: PersonId) -> Person | None: ...

    async def person_at(self, address: Address) -> Person | None: ...

    async def people(self) -> tuple[Person, ...]: ...

    async def organisation(self, organisation_id: OrganisationId) -> Organisation | None: ...

    async def room(self, room_id: RoomId) -> Room | None: ...

    async def room_at(self, address: Address) -> Room | None: ...

    async def rooms(self, purpose: RoomPurpose, organisation: OrganisationId | None = None) -> tuple[Room, ...]: ...

    async def everything(self) -> WhoIsWho: ...

    async def replace(self, who: WhoIsWho, *, at: datetime) -> None:
        """
        Make the directory say *who*; what is gone is marked ended, never deleted from history.

        Raises:
            ConflictError: This unit of work has read the directory, and it is no longer the one that was read.
            DirectoryInvalid: *who* contradicts itself; nothing was changed.
        """
        ...

    async def change(self, part: Person | Room, *, by: PersonId | None, at: datetime, correlation_id: str) -> None:
        """
        Let one person or one room stand as given, and record that somebody did so in chat.

        A room that is not there is made; a person must be.

        Raises:
            ConflictError: The directory is no longer the one that was read.
            DirectoryInvalid: It would contradict itself; nothing was changed.
        """
        ...

    async def chat_changes(self) -> tuple[ChatChange, ...]:
        """Return what was changed in chat and is not settled, oldest first."""
        ...

    async def settle(self, changes: Sequence[ChatChange], *, at: datetime) -> None:
        """Record that a directory file has answered *changes*: it says the same, or was preferred."""
        ...

    async def meet(self, stranger: Address, place: Address, *, at: datetime) -> bool:
        """Record that somebody unknown was told so in *place*; return False when they had been told there before."""
        ...

    async def introduced(self, stranger: Address) -> tuple[Address, ...]:
        """Record that they are unknown no more; return the places where they had been told so, oldest first."""
        ...
