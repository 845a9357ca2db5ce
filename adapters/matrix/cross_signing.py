"""
The account's cross-signing identity: three keys, by which other people's clients know that a device is its owner's.

nio has none of it, and clients that refuse unverified devices give no keys to a device that its owner has not signed
(MSC4153). Pure; whoever asks the homeserver is in `encryption`.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from nio.api import Api

from adapters.matrix.fields import mapping, text

USAGES = ("master", "self_signing", "user_signing")

_NOT_SIGNED = frozenset({"signatures", "unsigned"})
"""What an object says beside what is signed (specification, signing JSON)."""


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """An ed25519 key, made of its seed of 32 bytes."""

    seed: bytes

    @property
    def public(self) -> str:
        return _unpadded(self._key.public_key().export_key(format="raw"))

    def signed(self, thing: Mapping[str, Any], *, by: str) -> dict[str, Any]:
        """Return *thing* with this key's signature beside those that it has, in the name of the user *by*."""
        signature = _unpadded(eddsa.new(self._key, "rfc8032").sign(_canonical(thing)))
        signed = deepcopy(dict(thing))
        signed.setdefault("signatures", {}).setdefault(by, {})[f"ed25519:{self.public}"] = signature
        return signed

    @property
    def _key(self) -> ECC.EccKey:
        return ECC.construct(curve="ed25519", seed=self.seed)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """
    Attributes:
        master: Signs the other two, and nothing else.
        self_signing: Signs the devices of the account.
        user_signing: Would sign other people; a desk vouches for nobody, but clients expect the key to be there.
    """

    user_id: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    @classmethod
    def of(cls, user_id: str, seeds: Mapping[str, bytes]) -> "Identity":
        return cls(user_id=user_id, **{usage: SigningKey(seed=seeds[usage]) for usage in USAGES})

    def upload(self) -> dict[str, Any]:
        """Return the body that makes these the account's keys."""
        return {
            "master_key": self._published(self.master, "master"),
            "self_signing_key": self._published(self.self_signing, "self_signing", signed=True),
            "user_signing_key": self._published(self.user_signing, "user_signing", signed=True),
        }

    def _published(self, key: SigningKey, usage: str, *, signed: bool = False) -> dict[str, Any]:
        published = {"user_id": self.user_id, "usage": [usage], "keys": {f"ed25519:{key.public}": key.public}}
        return self.master.signed(published, by=self.user_id) if signed else published


def master_of(user_id: str, answer: Mapping[str, Any]) -> str | None:
    """Return the public master key of a user in an answer to a key query; None when they have none."""
    return _public(mapping(mapping(answer.get("master_keys")).get(user_id)))


def signed_devices(user_id: str, answer: Mapping[str, Any]) -> frozenset[str]:
    """Return the devices of a user that their own identity vouches for: signed by a key that the master key signed."""
    master, own_key = master_of(user_id, answer), mapping(mapping(answer.get("self_signing_keys")).get(user_id))
    self_signing = _public(own_key)
    if master is None or self_signing is None or not is_signed(own_key, by=user_id, key=master):
        return frozenset()
    devices = mapping(mapping(answer.get("device_keys")).get(user_id))
    return frozenset(
        device_id
        for device_id, device in devices.items()
        if mapping(device).get("device_id") == device_id
        and mapping(device).get("user_id") == user_id
        and is_signed(mapping(device), by=user_id, key=self_signing)
    )


def is_signed(thing: Mapping[str, Any], *, by: str, key: str) -> bool:
    """Return whether *thing* carries the signature of a public key in the name of the user *by*; untrusted."""
    signature = mapping(mapping(thing.get("signatures")).get(by)).get(f"ed25519:{key}")
    try:
        public = eddsa.import_public_key(_bytes(key))
        eddsa.new(public, "rfc8032").verify(_canonical(thing), _bytes(signature))
    except (ValueError, TypeError):
        return False
    return True


def _public(key: Mapping[str, Any]) -> str | None:
    values = [text(value) for value in mapping(key.get("keys")).values()]
    return values[0] if len(values) == 1 and values[0] else None


def _canonical(thing: Mapping[str, Any]) -> bytes:
    bare = {name: value for name, value in thing.items() if name not in _NOT_SIGNED}
    return str(Api.to_canonical_json(bare)).encode()


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def _bytes(unpadded: object) -> bytes:
    value = text(unpadded)
    return b64decode(value + "=" * (-len(value) % 4), validate=True)
