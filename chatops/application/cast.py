"""The people and organisations that a message may name, and what they may be called in commands."""

from collections.abc import Mapping
from dataclasses import dataclass

from chatops.application.command_line import fold
from chatops.domain.directory import Organisation, Person, WhoIsWho
from chatops.domain.vocabulary import OrganisationId, PersonId, Role


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody whom a message may name."""

    people: Mapping[PersonId, Person]
    organisations: Mapping[OrganisationId, Organisation]

    def person(self, person_id: PersonId | None) -> Person | None:
        return None if person_id is None else self.people.get(person_id)

    @property
    def first_line(self) -> tuple[PersonId, ...]:
        """The agents of Level 1: a ticket that nobody has taken is theirs."""
        return tuple(sorted(p.id for p in self.people.values() if p.role is Role.AGENT and p.level != 2))

    @property
    def managers(self) -> tuple[Person, ...]:
        return tuple(person for _, person in sorted(self.people.items()) if person.role is Role.MANAGER)


class Casts:
    """
    The cast of the directory, and what everybody in it may be called, made once for each reading of it.

    Storage hands out the same directory until somebody changes it; to go through all names with each command would
    cost more than the command, where there are thousands of them.
    """

    def __init__(self) -> None:
        self._who: WhoIsWho | None = None
        self._cast = Cast(people={}, organisations={})
        self._called: Mapping[str, PersonId] | None = None

    def of(self, who: WhoIsWho) -> Cast:
        if who is not self._who:
            self._who, self._called = who, None
            self._cast = Cast(
                people={person.id: person for person in who.people},
                organisations={organisation.id: organisation for organisation in who.organisations},
            )
        return self._cast

    def called(self, cast: Cast) -> Mapping[str, PersonId]:
        if cast is not self._cast:
            return _called(cast)  # Somebody has changed the directory meanwhile.
        if self._called is None:
            self._called = _called(cast)
        return self._called


def _called(cast: Cast) -> Mapping[str, PersonId]:
    """Return everything that somebody may be called, folded; a name that two share is nobody's."""
    called: dict[str, PersonId | None] = {}
    for person in cast.people.values():
        names = {person.id, person.name, *(identity.value for identity in person.identities)}
        for name in {fold(name).strip("@") for name in names}:
            called[name] = person.id if called.get(name, person.id) == person.id else None
    return {name: person for name, person in called.items() if person is not None}
