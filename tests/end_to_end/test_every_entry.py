"""
Whoever asks, wherever and by whatever entry: the same is allowed, and what nobody allowed is refused (S9, S11–S14).

A command, a button, a form, a sign: each is asked of every kind of person in every kind of room, about another's
ticket too. What may be done is written down here once more, apart from the policies.
"""

from collections.abc import Callable

import pytest

from chatops.application.deliveries import Answer, Marked, Press, Reaction, Request, Submission
from chatops.application.labels import SIGN
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Action, Scope, Status, TicketId
from tests.two_platforms import (
    ACME,
    ANA,
    BEN,
    CLO,
    DESK,
    GLOBEX,
    GUS,
    MANAGERS,
    ZED,
    Scene,
    a_scene,
    heard,
    on_slack,
)

WORDS = {
    Action.TAKE: "",
    Action.NEED: "the logs",
    Action.START: "",
    Action.RESOLVE: "fix it is done",
    Action.CLOSE: "duplicate",
    Action.ACCEPT: "",
    Action.REFUSE: "",
}
VALUES = {
    Action.NEED: {"awaited": "the logs"},
    Action.RESOLVE: {"solution": "fix", "text": "it is done"},
    Action.CLOSE: {"reason": "duplicate"},
}
FROM = {
    Action.TAKE: Status.NEW,
    Action.NEED: Status.OPEN,
    Action.START: Status.OPEN,
    Action.RESOLVE: Status.OPEN,
    Action.CLOSE: Status.OPEN,
    Action.ACCEPT: Status.RESOLVED,
    Action.REFUSE: Status.RESOLVED,
}
THE_DESKS = frozenset({Action.TAKE, Action.NEED, Action.START, Action.RESOLVE, Action.CLOSE})
THE_CUSTOMERS = frozenset({Action.ACCEPT, Action.REFUSE})

STANDS: tuple[tuple[str, str, frozenset[Action]], ...] = (
    (ANA, ACME, THE_CUSTOMERS),
    (ANA, DESK, THE_CUSTOMERS),  # Who has got into the desk's room is still only a contact.
    (ANA, GLOBEX, frozenset()),  # A room of one organisation never shows another's ticket.
    (GUS, GLOBEX, frozenset()),
    (GUS, ACME, frozenset()),
    (ZED, ACME, frozenset()),
    (ZED, DESK, frozenset()),
    (BEN, DESK, THE_DESKS),
    (BEN, ACME, THE_DESKS),
    (BEN, GLOBEX, frozenset()),
    (CLO, MANAGERS, THE_DESKS),
    ("T0OTHER/U0BEN", DESK, frozenset()),  # The same member id in another workspace is somebody else (S12).
    (BEN, "T0EXO/C0NOBODYS", frozenset()),
)
"""Who stands where, and what of Acme's ticket is theirs to do there."""


def command(action: Action, ticket: TicketId) -> Request:
    return Marked(text=f"{action} T-{ticket} {WORDS[action]}".rstrip())


def button(action: Action, ticket: TicketId) -> Request:
    return Press(action=action, ticket_id=ticket, text=WORDS[action])


def form(action: Action, ticket: TicketId) -> Request:
    return Submission(action=action, ticket_id=ticket, values=VALUES.get(action, {}))


ENTRIES: dict[str, Callable[[Action, TicketId], Request]] = {"command": command, "button": button, "form": form}


async def a_ticket_that_stands(scene: Scene, status: Status) -> TicketId:
    opened = await scene.desk.bus.handle(heard(ANA, ACME, Marked(text="open S2 slow")))
    assert opened.ticket_id is not None
    steps = {Status.NEW: (), Status.OPEN: ("take",), Status.RESOLVED: ("take", "resolve {} fix done")}[status]
    for step in steps:
        verb, _, rest = step.partition(" {} ")
        await scene.desk.bus.handle(heard(BEN, DESK, Marked(text=f"{verb} T-{opened.ticket_id} {rest}")))
    return opened.ticket_id


async def stands(scene: Scene, ticket: TicketId) -> int:
    """Return the number of the last event that changed the ticket; refusals are none."""
    async with scene.desk.storage.begin() as uow:
        rows = await uow.history.of(ticket, Scope.of_the_desk())
    return max(row.number for row in rows if type(row.event).__name__ != "CommandRefused")


@pytest.mark.parametrize("action", WORDS)
@pytest.mark.parametrize("entry", ENTRIES)
async def test_an_entry_allows_what_is_allowed_and_nothing_else(
    sqlite_database: str, entry: str, action: Action
) -> None:
    async with a_scene(sqlite_database) as scene:
        for person, room, allowed in STANDS:
            ticket = await a_ticket_that_stands(scene, FROM[action])
            before = await stands(scene, ticket)
            answer: Answer = await scene.desk.bus.handle(heard(person, room, ENTRIES[entry](action, ticket)))
            done = await stands(scene, ticket) > before
            assert done is (action in allowed), (person, room)
            assert (answer.refused is None) is done, (person, room)


@pytest.mark.parametrize("action", [action for action in WORDS if action in SIGN])
async def test_a_sign_allows_what_is_allowed_and_nothing_else(sqlite_database: str, action: Action) -> None:
    """Under the card in that room; where there is none, there is nothing to put a sign under."""
    async with a_scene(sqlite_database) as scene:
        for person, room, allowed in STANDS:
            ticket = await a_ticket_that_stands(scene, FROM[action])
            while await scene.desk.relay.run_once():
                pass
            card = await _card_in(scene, ticket, room)
            before = await stands(scene, ticket)
            sign = Reaction(sign=SIGN[action], to=card or on_slack("1.1"))
            await scene.desk.bus.handle(heard(person, room, sign))
            shown = action in (THE_CUSTOMERS if room == ACME else THE_DESKS) and card is not None
            assert (await stands(scene, ticket) > before) is (action in allowed and shown), (person, room)


async def _card_in(scene: Scene, ticket: TicketId, room: str) -> Address | None:
    async with scene.desk.storage.begin() as uow:
        return next((t.root for t in await uow.threads.of(ticket) if t.place.value == room), None)
