"""Whose a row is: how a `Scope` reads in SQL, and where a row gets its organisation from."""

from sqlalchemy import ColumnElement, ScalarSelect, false, select, true

from chatops.domain.vocabulary import Scope, TicketId
from storage.tables import tickets


def within(scope: Scope, organisation: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a row is of an organisation that *scope* covers."""
    if scope.organisations is None:
        return true()
    if not scope.organisations:
        return false()
    return organisation.in_(sorted(scope.organisations))


def organisation_of(ticket_id: TicketId | None) -> ScalarSelect[str] | None:
    """Return the expression that gives a row its ticket's organisation."""
    if ticket_id is None:
        return None
    return select(tickets.c.organisation).where(tickets.c.id == ticket_id).scalar_subquery()
