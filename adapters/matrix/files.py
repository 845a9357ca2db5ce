"""Files on Matrix, for whoever has to show them on another platform."""

from nio.crypto import decrypt_attachment
from nio.exceptions import EncryptionError

from adapters.matrix.homeserver import Homeserver
from adapters.matrix.media import is_address, sealed_description
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform


class MatrixFiles:
    """Satisfies `FileSource`."""

    platform = Platform.MATRIX

    def __init__(self, server: Homeserver) -> None:
        self._server = server

    def holds(self, file: Attachment) -> bool:
        return is_address(file.address)

    async def fetch(self, file: Attachment, *, limit: int) -> bytes:
        """
        Return what the file holds; one of an encrypted room is opened.

        Raises:
            Undeliverable: It is gone, larger than *limit* bytes, or its key does not open it.
            TryAgainLater: The homeserver is away.
        """
        data = await self._server.download(file.address, limit=limit)
        if not file.key:
            return data
        sealed = sealed_description(file)
        if sealed is None:
            raise Undeliverable("the file's key is not what it should be")
        try:
            plain: bytes = decrypt_attachment(data, sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"])
        except EncryptionError as exc:
            raise Undeliverable("the file's key does not open it") from exc
        return plain
