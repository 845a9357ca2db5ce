"""The port of the policy editions that were in use."""

from datetime import datetime
from typing import Protocol


class Editions(Protocol):
    """The policy editions this database has worked with (DESIGN §4)."""

    async def admit(self, label: str, digest: str, *, at: datetime) -> None:
        """
        Raises:
            PolicyInvalid: The same label stood for other content before.
        """
        ...
