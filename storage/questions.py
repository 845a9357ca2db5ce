"""The `Questions` port."""

from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from chatops.application.ports.questions import Question
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
        row = await self._transaction.row(_OPEN, _asked(place, root, person))
        if row is None:
            return None
        return Question(place=place, root=root, person=person, words=row.words, asked_at=row.asked_at)

    async def forget(self, place: Address, root: Address | None, person: PersonId) -> bool:
        return (await self._transaction.run(_FORGET, _asked(place, root, person))).rowcount > 0


_ASK = upsert(questions, list(questions.primary_key), taking=["words", "asked_at"])

_SAME = and_(*(column == bindparam(f"asked_{column.name}") for column in questions.primary_key))

_OPEN = select(questions).where(_SAME)

_FORGET = delete(questions).where(_SAME)


def _key(place: Address, root: Address | None, person: PersonId) -> dict[str, Any]:
    return {"platform": place.platform, "place": place.value, "root": root.value if root else "", "person": person}


def _asked(place: Address, root: Address | None, person: PersonId) -> dict[str, Any]:
    return {f"asked_{name}": value for name, value in _key(place, root, person).items()}
