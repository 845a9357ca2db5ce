"""Files on Matrix: fetched for whoever has to show them elsewhere, and put there when they come from elsewhere."""

import asyncio
import json
from dataclasses import replace

from nio.crypto import decrypt_attachment, encrypt_attachment
from nio.exceptions import EncryptionError

from adapters.matrix.homeserver import Homeserver
from adapters.matrix.media import BYTES, is_address, media_type_of, safe_name, sealed_description
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform


class MatrixFiles:
    """Satisfies `FileSource`, and takes files that come from elsewhere."""

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
            plain: bytes = await asyncio.to_thread(
                decrypt_attachment, data, sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"]
            )
        except EncryptionError as exc:
            raise Undeliverable("the file's key does not open it") from exc
        return plain

    async def put(self, file: Attachment, data: bytes, *, sealed: bool) -> Attachment:
        """
        Return the file as it lies on the homeserver from now on.

        Args:
            sealed: For an encrypted room: the homeserver learns neither what it holds nor what it is called.

        Raises:
            Undeliverable: The homeserver does not take it.
            TryAgainLater: It is away.
        """
        if not sealed:
            address = await self._server.upload(data, name=safe_name(file.name), media_type=media_type_of(file))
            return replace(file, address=address, key="", size=len(data))
        shut, key = await asyncio.to_thread(encrypt_attachment, data)
        address = await self._server.upload(shut, name="", media_type=BYTES)
        return replace(file, address=address, key=json.dumps(key, sort_keys=True), size=len(data))
