"""A storage that knows who is who, on each kind of database."""

import pytest

from storage.unit_of_work import SqlStorage
from tests.contract.storage.builders import CAST, NOON


@pytest.fixture
async def desk(storage: SqlStorage) -> SqlStorage:
    async with storage.begin() as uow:
        await uow.directory.replace(CAST, at=NOON)
        await uow.commit()
    return storage
