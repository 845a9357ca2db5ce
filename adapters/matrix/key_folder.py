"""
The folder where the keys of one device are kept; nobody but its owner may look into it.

`device.db` is nio's own store, its keys encrypted with the store's secret. `identity` holds the seeds of the account's
cross-signing keys, encrypted with the same secret. `device.json` says whose folder it is, `unread` what waits for its
key. `lock` is held while a desk runs: two that share a device's keys would lose each other's.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

from Crypto.Cipher import AES
from nio.crypto import Olm
from nio.events import ForwardedRoomKeyEvent
from nio.store import SqliteStore

from adapters.matrix.encrypted_rooms import Encryption, Unread
from adapters.matrix.fields import mapping, text
from chatops.domain.errors import SettingsInvalid


@dataclass(frozen=True, kw_only=True)
class Noted:
    """
    An unread event, as it is kept.

    Attributes:
        said: Somebody was told that this session's messages cannot be read here.
    """

    unread: Unread
    said: bool


class Machine(Olm):  # type: ignore[misc]
    """nio's key machinery, which may be given a key late: by the device that made it, when we had asked for it."""

    def _should_accept_forward(self, sender: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        """
        nio takes forwarded keys only from verified devices of our own account, and a desk has none.

        What comes from the maker of the key is as good as what it sent in the first place.
        """
        content = mapping(mapping(event.source).get("content"))
        request = self.outgoing_key_requests.get(event.session_id)
        maker = self.device_store.device_from_sender_key(sender, sender_key)
        return (
            request is not None
            and maker is not None
            and (request.room_id, request.algorithm) == (event.room_id, event.algorithm)
            and content.get("sender_key") == sender_key
            and content.get("sender_claimed_ed25519_key") == maker.ed25519
            and content.get("forwarding_curve25519_key_chain") == []
        )


class KeyFolder:
    """
    Opened once by a process, for one device.

    Raises:
        SettingsInvalid: It cannot be written, is in use, or belongs to another device.
    """

    def __init__(self, encryption: Encryption, *, user_id: str, device_id: str) -> None:
        self._folder = encryption.folder
        self._user_id = user_id
        self._device_id = device_id
        # 2**14 rounds with 8 blocks: 16 MiB and some 50 ms for each guess at a weak secret.
        derived = hashlib.scrypt(encryption.secret.encode(), salt=user_id.encode(), n=2**14, r=8, p=1, dklen=64)
        self._pickle_key, self._seal_key = derived[:32].hex(), derived[32:]
        self._lock = self._locked()
        try:
            self._belongs_to_us()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._lock.close()

    def machine(self) -> Machine:
        """
        Return nio's key machinery with everything that is kept of it; a new one in a new folder.

        Raises:
            SettingsInvalid: The secret does not open it.
        """
        (self._folder / "device.db").touch(0o600)
        store = SqliteStore(self._user_id, self._device_id, str(self._folder), self._pickle_key, "device.db")
        try:
            return Machine(self._user_id, self._device_id, store)
        except ValueError as wrong:  # what vodozemac raises for a key that does not fit
            store.database.close()
            raise SettingsInvalid(
                f"CHATOPS_MATRIX_STORE_KEY does not open the keys in {self._folder}. "
                "Give the one that they were made with."
            ) from wrong

    def seeds(self) -> Mapping[str, bytes]:
        """
        Return the seeds of the account's cross-signing keys by their usage; empty when there are none.

        Raises:
            SettingsInvalid: The secret does not open them.
        """
        path = self._folder / "identity"
        if not path.exists():
            return {}
        sealed = path.read_bytes()
        nonce, tag, secret = sealed[:16], sealed[16:32], sealed[32:]
        try:
            plain = AES.new(self._seal_key, AES.MODE_GCM, nonce=nonce).decrypt_and_verify(secret, tag)
        except ValueError as wrong:
            raise SettingsInvalid(f"CHATOPS_MATRIX_STORE_KEY does not open {path}.") from wrong
        return {usage: bytes.fromhex(seed) for usage, seed in json.loads(plain).items()}

    def keep_seeds(self, seeds: Mapping[str, bytes]) -> None:
        cipher = AES.new(self._seal_key, AES.MODE_GCM, nonce=os.urandom(16))
        plain = json.dumps({usage: seed.hex() for usage, seed in seeds.items()}).encode()
        sealed, tag = cipher.encrypt_and_digest(plain)
        self._write("identity", bytes(cipher.nonce) + tag + sealed)

    def unread(self) -> Sequence[Noted]:
        """Return what waited for its key when it was last kept, oldest first."""
        try:
            lines = (self._folder / "unread").read_bytes().splitlines()
        except OSError:
            return []
        return [_noted(note) for line in lines if (note := mapping(_parsed(line)))]

    def keep_unread(self, notes: Iterable[Noted]) -> None:
        self._write("unread", b"".join(map(_line, notes)))

    def add_unread(self, note: Noted) -> None:
        """Keep one more; a flood of them must not make the desk wait for the disk each time."""
        with os.fdopen(os.open(self._folder / "unread", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(_line(note))

    # ---- files -------------------------------------------------------------------------------------------------------

    def _locked(self) -> IO[bytes]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.fdopen(os.open(self._folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb")
        except OSError as broken:
            why = broken.strerror or "it is no folder"
            raise SettingsInvalid(f"CHATOPS_MATRIX_STORE: {self._folder} cannot be written: {why}.") from broken
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            lock.close()
            raise SettingsInvalid(
                f"Another desk is using the keys in {self._folder}. In encrypted rooms one process has to do "
                "everything: stop the other, or run without --only."
            ) from taken
        return lock

    def _belongs_to_us(self) -> None:
        kept = mapping(self._read("device.json"))
        ours = {"user_id": self._user_id, "device_id": self._device_id}
        if not kept:
            self._write("device.json", json.dumps(ours).encode())
        elif kept != ours:
            raise SettingsInvalid(
                f"The keys in {self._folder} belong to the device {text(kept.get('device_id'))} of "
                f"{text(kept.get('user_id'))}, not to {self._device_id} of {self._user_id}. Go back to that device and "
                "its token; or, after a new login, remove device.json and device.db from there (and leave identity)."
            )

    def _read(self, name: str) -> Any:
        try:
            return _parsed((self._folder / name).read_bytes())
        except OSError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        """Replace a file as a whole: whoever reads it after a power cut sees the old content or the new one."""
        path = self._folder / name
        fresh = path.with_name(f"{name}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _line(note: Noted) -> bytes:
    return json.dumps(asdict(note.unread) | {"said": note.said}).encode() + b"\n"


def _noted(note: Mapping[str, Any]) -> Noted:
    unread = Unread(
        room=text(note.get("room")),
        event_id=text(note.get("event_id")),
        sender=text(note.get("sender")),
        session=text(note.get("session")),
        root=text(note.get("root")),
    )
    return Noted(unread=unread, said=note.get("said") is True)
