"""The `Editions` port: which policies this database has worked with."""

from datetime import datetime

from sqlalchemy import select

from chatops.domain.errors import Mistake, PolicyInvalid
from storage.tables import policy_editions
from storage.transaction import Transaction
from storage.upserts import upsert


class SqlEditions:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def admit(self, label: str, digest: str, *, at: datetime) -> None:
        stood = await self._digest_of(label)
        if stood is None:
            admitted = {"label": label, "digest": digest, "admitted_at": at}
            await self._transaction.run(_ADMIT[self._transaction.dialect], admitted)
            # Another replica may have admitted its own at the same instant.
            stood = await self._digest_of(label)
        if stood != digest:
            text = f"edition {label!r} stood for other content before; give the changed policies a new label"
            raise PolicyInvalid((Mistake(file="policies", line=0, text=text),))

    async def _digest_of(self, label: str) -> str | None:
        digest: str | None = await self._transaction.value(
            select(policy_editions.c.digest).where(policy_editions.c.label == label)
        )
        return digest


# What stands there stands: only the label itself is written again.
_ADMIT = upsert(policy_editions, [policy_editions.c.label], taking=["label"])
