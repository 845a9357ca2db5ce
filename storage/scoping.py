"""Whose a row is: how a `Scope` reads in SQL, and where a row gets its organisation from."""

from sqlalchemy import ColumnElement, bindparam, false, select, true

from chatops.domain.vocabulary import Scope
from storage.tables import tickets


def within(scope: Scope, organisation: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a row is of an organisation that *scope* covers."""
    if scope.organisations is None:
        return true()
    if not scope.organisations:
        return false()
    return organisation.in_(sorted(scope.organisations))


OF_TICKET = select(tickets.c.organisation).where(tickets.c.id == bindparam("of_ticket")).scalar_subquery()
"""Gives a new row the organisation of the ticket `of_ticket`; none without a ticket."""
