"""Our own device as others are given it, and the account's identity that vouches for it."""

import os
from collections.abc import Mapping
from typing import Any

import structlog

from adapters.matrix.cross_signing import USAGES, Identity, master_of, signed_devices
from adapters.matrix.fields import mapping
from adapters.matrix.homeserver import Call, PasswordAsked
from adapters.matrix.key_folder import KeyFolder
from chatops.domain.errors import SettingsInvalid, TryAgainLater, Undeliverable

_SEED_BYTES = 32

_RESET = (
    "The cross-signing identity of the desk's account was replaced by somebody else. If that was no mistake of yours, "
    "change the account's password first. Then set CHATOPS_MATRIX_PASSWORD for one start, to make a new identity."
)
_UNKNOWN = (
    "The desk's account has a cross-signing identity whose keys are not in CHATOPS_MATRIX_STORE. Verify the desk's "
    "device from where that identity was made, or set CHATOPS_MATRIX_PASSWORD for one start, to make a new identity."
)
_PASSWORD_NEEDED = (
    "The homeserver wants the password of the desk's account to publish its cross-signing identity. "
    "Set CHATOPS_MATRIX_PASSWORD for one start; it is not kept."
)

log = structlog.get_logger(platform="matrix")


class OwnDevice:
    """
    Args:
        keys: The public keys of the device by their kind.
        password: Only for `have_signed`, and forgotten with it.
    """

    def __init__(
        self,
        *,
        user_id: str,
        device_id: str,
        keys: Mapping[str, str],
        folder: KeyFolder,
        call: Call,
        password: str | None,
    ) -> None:
        self._user_id = user_id
        self._device_id = device_id
        self._keys = keys
        self._folder = folder
        self._call = call
        self._password = password

    def published(self, answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """
        Return what the homeserver gives to others as our device; None when it has nothing to give.

        Raises:
            SettingsInvalid: Its keys are not ours.
        """
        device = mapping(mapping(mapping(answer.get("device_keys")).get(self._user_id)).get(self._device_id))
        if not device:
            return None
        ours = {f"{kind}:{self._device_id}": key for kind, key in self._keys.items()}
        named = (device.get("user_id"), device.get("device_id")) == (self._user_id, self._device_id)
        if device.get("keys") != ours or not named:
            raise self.lost()
        return device

    async def have_signed(self, answer: Mapping[str, Any]) -> None:
        """
        Have our device signed by the account's identity, which is made when there is none.

        Args:
            answer: To a query for the account's keys.

        Raises:
            SettingsInvalid: The homeserver has keys that are not ours, or wants a password that we do not have.
            TryAgainLater: The homeserver is away.
        """
        device = self.published(answer)
        if device is None:
            raise TryAgainLater("the homeserver does not give our device to others yet")
        seeds, published = self._folder.seeds(), master_of(self._user_id, answer)
        ours = bool(seeds) and Identity.of(self._user_id, seeds).master.public == published
        if self._device_id in signed_devices(self._user_id, answer) and (ours or not seeds):
            self._password = None
            return
        if not ours:
            seeds = await self._new_identity(seeds, published)
        signed = Identity.of(self._user_id, seeds).self_signing.signed(device, by=self._user_id)
        signed.pop("unsigned", None)
        refused = await self._call("POST", "keys/signatures/upload", {}, {self._user_id: {self._device_id: signed}})
        if refused.get("failures"):
            raise Undeliverable("the homeserver does not take the signature of our device")
        # Not needed any more, and nothing may find it later.
        self._password = None
        log.info("matrix_device_signed", device=self._device_id)

    async def _new_identity(self, seeds: Mapping[str, bytes], published: str | None) -> Mapping[str, bytes]:
        """
        Return the seeds of an identity that the homeserver knows from now on.

        They are kept before they are published: a published identity whose seeds are lost could never be used again.
        """
        if published is not None and self._password is None:
            raise SettingsInvalid(_RESET if seeds else _UNKNOWN)
        if published is not None or not seeds:
            seeds = {usage: os.urandom(_SEED_BYTES) for usage in USAGES}
            self._folder.keep_seeds(seeds)
        upload = Identity.of(self._user_id, seeds).upload()
        try:
            await self._call("POST", "keys/device_signing/upload", {}, upload)
        except PasswordAsked as asked:
            if self._password is None:
                raise SettingsInvalid(_PASSWORD_NEEDED) from asked
            proof = {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": self._user_id},
                "password": self._password,
                "session": asked.session,
            }
            try:
                await self._call("POST", "keys/device_signing/upload", {}, upload | {"auth": proof})
            except PasswordAsked as refused:
                raise SettingsInvalid("CHATOPS_MATRIX_PASSWORD is not the password of the desk's account.") from refused
        log.info("matrix_identity_published", replaced=published is not None)
        return seeds

    def lost(self) -> SettingsInvalid:
        return SettingsInvalid(
            f"The homeserver knows other keys for the device {self._device_id} than those in CHATOPS_MATRIX_STORE: "
            "the store was lost or replaced. They cannot be made again: bring the store back, or log in anew and give "
            "the desk the new CHATOPS_MATRIX_TOKEN and CHATOPS_MATRIX_DEVICE."
        )
