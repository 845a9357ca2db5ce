"""The `Signs` port: what people have put under messages, as long as it stands there."""

from sqlalchemy import ColumnElement, Row, and_, delete, exists, select, update

from chatops.application.ports.signs import PlacedSign
from chatops.domain.directory import Address
from storage.tables import signs
from storage.transaction import Transaction
from storage.upserts import add_if_absent


class SqlSigns:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def place(self, sign: PlacedSign) -> bool:
        first = not await self._stands(sign)
        await self._transaction.run(
            _PLACE[self._transaction.dialect],
            {
                "platform": sign.place.platform,
                "place": sign.place.value,
                "message": sign.message.value,
                "sender": sign.sender.value,
                "sign": sign.sign,
                "key": sign.key,
            },
        )
        return first

    async def placed_by(self, key: str) -> PlacedSign | None:
        row = await self._transaction.row(select(signs).where(signs.c.key == key))
        return None if row is None else _sign(row)

    async def remove(self, sign: PlacedSign) -> bool:
        removed = await self._transaction.run(delete(signs).where(_same(sign), signs.c.sender == sign.sender.value))
        return removed.rowcount == 1 and not await self._stands(sign)

    async def rename(self, old: Address, new: Address) -> None:
        await self._transaction.run(
            update(signs).where(signs.c.platform == old.platform, signs.c.place == old.value).values(place=new.value)
        )

    async def _stands(self, sign: PlacedSign) -> bool:
        """Return whether anybody has put the same sign there."""
        return bool(await self._transaction.value(select(exists().where(_same(sign))), {}))


_PLACE = add_if_absent(signs, list(signs.primary_key))


def _same(sign: PlacedSign) -> ColumnElement[bool]:
    return and_(
        signs.c.platform == sign.place.platform,
        signs.c.place == sign.place.value,
        signs.c.message == sign.message.value,
        signs.c.sign == sign.sign,
    )


def _sign(row: Row[tuple[str, ...]]) -> PlacedSign:
    def address(value: str) -> Address:
        return Address(platform=row.platform, value=value)

    return PlacedSign(
        place=address(row.place), message=address(row.message), sender=address(row.sender), sign=row.sign, key=row.key
    )
