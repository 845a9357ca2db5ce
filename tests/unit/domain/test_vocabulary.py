"""What may be shown: the narrower of the room's and the reader's."""

import pytest

from chatops.domain.vocabulary import Audience, OrganisationId, Scope

ACME, GLOBEX = OrganisationId("acme"), OrganisationId("globex")
PARTNER = Scope(organisations=frozenset({ACME, GLOBEX}), internal=False)


@pytest.mark.parametrize(
    ("reader", "room", "sees"),
    [
        (Scope.of_the_desk(), Scope.of_the_desk(), Scope.of_the_desk()),
        (Scope.of_the_desk(), Scope.of_organisation(ACME), Scope.of_organisation(ACME)),
        (Scope.of_organisation(ACME), Scope.of_the_desk(), Scope.of_organisation(ACME)),
        (PARTNER, Scope.of_organisation(ACME), Scope.of_organisation(ACME)),
        (
            Scope.of_organisation(GLOBEX),
            Scope.of_organisation(ACME),
            Scope(organisations=frozenset(), internal=False),
        ),
    ],
)
def test_the_narrower_scope_counts(reader: Scope, room: Scope, sees: Scope) -> None:
    """S13: a room bound to one organisation can never show another's, whoever asks."""
    assert reader.narrowed(room) == room.narrowed(reader) == sees


def test_only_the_desk_reads_what_is_internal() -> None:
    assert Scope.of_the_desk().audiences == (Audience.PUBLIC, Audience.INTERNAL)
    assert PARTNER.audiences == (Audience.PUBLIC,)
    assert PARTNER.covers(ACME)
    assert not PARTNER.covers(OrganisationId("initech"))
