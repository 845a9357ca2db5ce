"""
Counting anew: what makes the clocks of open tickets due at other instants although nobody has touched them.

That is another edition of the policies, another calendar (the list of bank holidays learns as well), or another
subscription or time zone in the directory (A22, A23). The work is a command of the desk's own that goes through the
open tickets a few at a time, with a row that says how far it has come (DESIGN §6).
"""

from datetime import datetime

from chatops.application.commands import RecountClocks
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.recounts import BEFORE_ALL, Recount
from chatops.application.ports.storage import UnitOfWork
from chatops.application.ports.timers import Timer
from chatops.domain.directory import Organisation, Person, WhoIsWho
from chatops.domain.vocabulary import OrganisationId, Recounted, Role


async def recount_if_changed(uow: UnitOfWork, policies: PolicyEngine, *, at: datetime) -> None:
    """Begin where this database was last counted with other policies or calendars, or never."""
    last = await uow.recounts.last_of_all()
    if last is not None and (last.digest, last.calendars) == (policies.digest, policies.calendars):
        return
    same_files = last is not None and last.digest == policies.digest
    await _begin(uow, policies, Recounted.CALENDARS if same_files else Recounted.POLICIES, None, at)


async def recount_for(
    uow: UnitOfWork, policies: PolicyEngine, before: WhoIsWho, after: WhoIsWho, *, at: datetime
) -> None:
    """Begin for each organisation whose clocks or reminders a new directory moves."""
    for organisation in _moved(before, after):
        await _begin(uow, policies, Recounted.DIRECTORY, organisation, at)


def next_part(recount: Recount, at: datetime) -> Timer:
    command = RecountClocks(by=None, role=Role.DESK, at=at, recount=recount.id)
    return Timer(name=f"recount:{recount.id}", due_at=at, command=command)


async def _begin(
    uow: UnitOfWork, policies: PolicyEngine, because: Recounted, organisation: OrganisationId | None, at: datetime
) -> None:
    nobody = not await uow.tickets.open_after(BEFORE_ALL, limit=1, organisation=organisation)
    recount = await uow.recounts.begin(
        Recount(
            because=because,
            digest=policies.digest,
            calendars=policies.calendars,
            organisation=organisation,
            began_at=at,
            ended_at=at if nobody else None,
        )
    )
    if not nobody:
        await uow.timers.set(next_part(recount, at), correlation_id=f"recount-{recount.id}")


def _moved(before: WhoIsWho, after: WhoIsWho) -> tuple[OrganisationId, ...]:
    stood = {each.id: _counted_with(each) for each in before.organisations}
    zones = {each.id: each.time_zone for each in before.people}
    moved = {each.id for each in after.organisations if stood.get(each.id) != _counted_with(each)}
    moved |= stood.keys() - {each.id for each in after.organisations}
    for person in after.people:
        if zones.get(person.id, person.time_zone) != person.time_zone:
            moved |= _reminded(person)
    return tuple(sorted(moved & stood.keys()))


def _counted_with(organisation: Organisation) -> object:
    return organisation.time_zone, tuple((each.plan, each.since, each.until) for each in organisation.subscriptions)


def _reminded(person: Person) -> set[OrganisationId]:
    """Return whose tickets wait for *person* on their own calendar."""
    return set(person.organisations)
