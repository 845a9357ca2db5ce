"""Who vouches for a device: only an unbroken chain of signatures from its owner's master key counts."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.matrix.cross_signing import USAGES, Identity, SigningKey, is_signed, signed_devices

ANA = "@ana:chat.test"
IDENTITY = Identity.of(ANA, {usage: bytes([number]) * 32 for number, usage in enumerate(USAGES, start=1)})
STRANGER = SigningKey(seed=b"s" * 32)

Answer = dict[str, Any]


def an_answer() -> Answer:
    """Return an answer to a key query in which Ana's identity has signed her phone."""
    upload = IDENTITY.upload()
    phone = {"user_id": ANA, "device_id": "PHONE", "algorithms": [], "keys": {"ed25519:PHONE": "key"}}
    return {
        "master_keys": {ANA: upload["master_key"]},
        "self_signing_keys": {ANA: upload["self_signing_key"]},
        "device_keys": {ANA: {"PHONE": IDENTITY.self_signing.signed(phone, by=ANA)}},
    }


def test_a_device_is_vouched_for_by_an_unbroken_chain() -> None:
    assert signed_devices(ANA, an_answer()) == {"PHONE"}


def _without_master(answer: Answer) -> None:
    del answer["master_keys"][ANA]


def _with_anothers_master(answer: Answer) -> None:
    answer["master_keys"][ANA]["keys"] = {f"ed25519:{STRANGER.public}": STRANGER.public}


def _with_a_self_signing_key_of_a_stranger(answer: Answer) -> None:
    answer["self_signing_keys"][ANA]["keys"] = {f"ed25519:{STRANGER.public}": STRANGER.public}
    phone = answer["device_keys"][ANA]["PHONE"]
    answer["device_keys"][ANA]["PHONE"] = STRANGER.signed(phone, by=ANA)


def _with_other_keys_on_the_device(answer: Answer) -> None:
    answer["device_keys"][ANA]["PHONE"]["keys"]["ed25519:PHONE"] = "another key"


def _with_the_signature_of_another_device(answer: Answer) -> None:
    answer["device_keys"][ANA] = {"LAPTOP": answer["device_keys"][ANA]["PHONE"]}


def _with_the_device_of_another_person(answer: Answer) -> None:
    answer["device_keys"][ANA]["PHONE"]["user_id"] = "@mallory:chat.test"


def _with_nonsense(answer: Answer) -> None:
    answer["device_keys"][ANA] = {"PHONE": None, "TABLET": [], "TV": {"signatures": {ANA: 3}}}


def _with_nonsense_for_keys(answer: Answer) -> None:
    answer["self_signing_keys"][ANA]["keys"] = {"a": 1, "b": "not base64"}


@pytest.mark.parametrize(
    "breaking",
    [
        _without_master,
        _with_anothers_master,
        _with_a_self_signing_key_of_a_stranger,
        _with_other_keys_on_the_device,
        _with_the_signature_of_another_device,
        _with_the_device_of_another_person,
        _with_nonsense,
        _with_nonsense_for_keys,
    ],
)
def test_a_broken_chain_vouches_for_nothing(breaking: Callable[[Answer], None]) -> None:
    answer = an_answer()
    breaking(answer)

    assert signed_devices(ANA, answer) == frozenset()


def test_a_signature_is_bound_to_what_it_signs_and_to_who_signs() -> None:
    signed = STRANGER.signed({"a": 1}, by=ANA)

    assert is_signed(signed, by=ANA, key=STRANGER.public)
    assert is_signed(signed | {"unsigned": {"seen": True}}, by=ANA, key=STRANGER.public)
    assert not is_signed(signed | {"a": 2}, by=ANA, key=STRANGER.public)
    assert not is_signed(signed, by="@mallory:chat.test", key=STRANGER.public)
    assert not is_signed(signed, by=ANA, key=IDENTITY.master.public)


def test_signing_leaves_other_signatures_and_the_original_alone() -> None:
    once = STRANGER.signed({"a": 1}, by=ANA)
    twice = IDENTITY.master.signed(once, by=ANA)

    assert len(once["signatures"][ANA]) == 1
    assert is_signed(twice, by=ANA, key=STRANGER.public)
    assert is_signed(twice, by=ANA, key=IDENTITY.master.public)
