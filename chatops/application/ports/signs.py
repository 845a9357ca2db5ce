"""The port of the signs that people have put under messages."""

from dataclasses import dataclass
from typing import Protocol

from chatops.domain.directory import Address


@dataclass(frozen=True, kw_only=True)
class PlacedSign:
    """
    A sign that somebody has put under a message.

    Attributes:
        key: Of the delivery that told of it.
    """

    place: Address
    message: Address
    sender: Address
    sign: str
    key: str


class Signs(Protocol):
    async def place(self, sign: PlacedSign) -> bool:
        """Keep it; return whether nobody else's same sign stands under that message."""
        ...

    async def placed_by(self, key: str) -> PlacedSign | None: ...

    async def remove(self, sign: PlacedSign) -> bool:
        """Forget the sender's; return whether it stood there and was the last of its kind."""
        ...

    async def rename(self, old: Address, new: Address) -> None:
        """The platform calls *old* by the name of *new* now."""
        ...
