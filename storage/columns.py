"""Kinds of columns: how instants, closed sets and people's words are kept, alike on both databases."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, SmallInteger, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from chatops.domain.errors import StorageError

S = TypeVar("S", bound=StrEnum)

Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only a column that says INTEGER."""


def utc(at: datetime) -> datetime:
    """
    Return *at* in UTC.

    Raises:
        ValueError: It is naive, so nobody knows which instant is meant.
    """
    if at.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {at.isoformat()}")
    return at.astimezone(UTC)


def storable(text: str) -> str:
    """Return *text* with what no database keeps (NUL, half characters) shown as replaced."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


class UtcDateTime(TypeDecorator[datetime]):
    """
    An instant: aware UTC, in and out, to the microsecond.

    PostgreSQL has a type for it. In SQLite it is text of one length, which sorts in order of time and which a person
    can read.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        instant = utc(value)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(datetime.fromisoformat(value) if dialect.name == "sqlite" else value)


class PlainText(TypeDecorator[str]):
    """What people or platforms wrote, whatever it holds (facts on reliability, F30)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Code(TypeDecorator[S], Generic[S]):
    """A member of a closed set, by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[S]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: S | None, dialect: Dialect) -> str | None:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> S | None:
        try:
            return None if value is None else self.members(value)
        except ValueError as exc:
            raise _unknown(value, self.members) from exc


class Rank(TypeDecorator[S], Generic[S]):
    """A member of a closed set, by its place in it, so that the first sorts first."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, members: type[S]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: S | None, dialect: Dialect) -> int | None:
        return None if value is None else list(self.members).index(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> S | None:
        try:
            return None if value is None else list(self.members)[value]
        except IndexError as exc:
            raise _unknown(value, self.members) from exc


def _unknown(value: object, members: type[StrEnum]) -> StorageError:
    return StorageError(f"the database holds the {members.__name__} {value!r}, which this release does not know")
