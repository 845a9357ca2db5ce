"""The `Editions` port: a label stands for one content."""

import asyncio

import pytest

from chatops.domain.errors import PolicyInvalid
from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import NOON


async def admit(storage: SqlStorage, label: str, digest: str) -> None:
    async with storage.begin() as uow:
        await uow.editions.admit(label, digest, at=NOON)
        await uow.commit()


async def test_an_edition_may_come_again_and_others_beside_it(storage: SqlStorage) -> None:
    await admit(storage, "2022-07", "d1")
    await admit(storage, "2022-07", "d1")
    await admit(storage, "2026-01", "d2")


async def test_the_same_label_with_other_content_is_refused(storage: SqlStorage) -> None:
    await admit(storage, "2022-07", "d1")
    with pytest.raises(PolicyInvalid, match="2022-07"):
        await admit(storage, "2022-07", "d2")
    await admit(storage, "2022-07", "d1")


async def test_replicas_that_start_at_once_are_all_admitted(storage: SqlStorage) -> None:
    await asyncio.gather(*(admit(storage, "2022-07", "d1") for _ in range(6)))


async def test_of_two_contents_at_once_one_is_refused(storage: SqlStorage) -> None:
    outcomes = await asyncio.gather(
        admit(storage, "2022-07", "d1"), admit(storage, "2022-07", "d2"), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "PolicyInvalid"]
