"""Files of another platform than the one that a test is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatops.domain.errors import DeliveryError, Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform


@dataclass(kw_only=True)
class Elsewhere:
    """
    A `FileSource` in memory.

    Attributes:
        files: What lies at each address, or what whoever asks for it is told.
        fetched: What was asked for, oldest first.
    """

    platform: Platform
    files: Mapping[str, bytes | DeliveryError]
    fetched: list[str] = field(default_factory=list)

    def holds(self, file: Attachment) -> bool:
        return file.address in self.files

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        self.fetched.append(file.address)
        found = self.files[file.address]
        if isinstance(found, DeliveryError):
            raise found
        if len(found) > limit:
            raise Undeliverable("too large")
        return found
