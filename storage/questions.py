"""The `Questions` port."""

from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from chatops.application.ports import Question
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId
from storage.tables import questions
from storage.transaction import Transaction
from storage.upserts import upsert


class SqlQuestions:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def ask(self, question: Question) -> None:
        await self._transaction.run(
            _ASK[self._transaction.dialect],
            {**_key(question.place, question.root, question.person), "words": question.words}
            | {"asked_at": question.asked_at},
        )

    async def open_for(self, place: Address, root: Address | None, person: PersonId) -> Question | None:
        row = await self._transaction.row(select(questions).where(_is(place, root, person)))
        if row is None:
            return None
        return Question(place=place, root=root, person=person, words=row.words, asked_at=row.asked_at)

    async def forget(self, place: Address, root: Address | None, person: PersonId) -> bool:
        return (await self._transaction.run(delete(questions).where(_is(place, root, person)))).rowcount > 0


_ASK = upsert(questions, list(questions.primary_key), taking=["words", "asked_at"])


def _key(place: Address, root: Address | None, person: PersonId) -> dict[str, Any]:
    return {"platform": place.platform, "place": place.value, "root": root.value if root else "", "person": person}


def _is(place: Address, root: Address | None, person: PersonId) -> ColumnElement[bool]:
    return and_(*(questions.c[name] == value for name, value in _key(place, root, person).items()))
