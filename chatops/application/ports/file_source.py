"""The port of where files lie that came with messages."""

from typing import Protocol

from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform


class FileSource(Protocol):
    """Where files lie that came with messages of one platform, for whoever has to pass them on to another."""

    @property
    def platform(self) -> Platform: ...

    def holds(self, file: Attachment) -> bool:
        """Whether *file* lies there, as its address says."""
        ...

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        """
        Raises:
            Undeliverable: It is gone, kept from us, or larger than *limit* bytes.
            TryAgainLater: The platform is away.
        """
        ...
