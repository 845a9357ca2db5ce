"""Files of encrypted rooms, opened for rooms that are not encrypted."""

from dataclasses import replace

from nio.crypto import decrypt_attachment
from nio.exceptions import EncryptionError

from adapters.matrix.homeserver import Homeserver
from adapters.matrix.media import safe_name, sealed_description
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment

LARGEST = 50 * 2**20
"""Bytes; a larger file is not opened, and only its name is told."""


async def opened(server: Homeserver, file: Attachment) -> Attachment:
    """
    Return the same file where it lies open on the homeserver; without an address when it cannot be opened.

    Raises:
        TryAgainLater: The homeserver is away.
    """
    sealed = sealed_description(file)
    if sealed is None:
        return replace(file, address="", key="")
    try:
        data = await server.download(file.address, limit=LARGEST)
        plain = decrypt_attachment(data, sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"])
        media_type = file.media_type or "application/octet-stream"
        address = await server.upload(plain, name=safe_name(file.name), media_type=media_type)
    except (Undeliverable, EncryptionError):
        return replace(file, address="", key="")
    return replace(file, address=address, key="", size=len(plain))
