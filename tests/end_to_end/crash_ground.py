"""
Where a desk is killed at every named point of the way (F1–F5, F11), and what people must see all the same.

One desk on one database; each point gets a ticket of its own, in whose life the process dies and is started again. The
oracle is what each person sees in their rooms, never our own database.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from chatops.application.commands import RemindBeneficiary
from chatops.application.passing import MatrixPoint, Point, SharedPoint
from chatops.application.ports.timers import Timer
from chatops.domain.vocabulary import Role, TicketId
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.end_to_end import full_disk
from tests.end_to_end.matrix_life import DESK, MatrixLife, Seen
from tests.fault_proxy import EXECUTED_THEN_RESET, HEALTHY, Fault, FaultProxy, a_bad_network
from tests.synapse import Homeserver

POINTS: Sequence[Point] = (*get_args(SharedPoint), *get_args(MatrixPoint))
"""
All that there are on Matrix, so that a new one cannot be forgotten: one that the life below does not come by fails its
test.
"""

ROOMS = (("ana", "#acme"), ("ben", "#desk"))
CALLED = ("ana", "ben", "bea")

Mishap = Callable[["Ground"], None]


@dataclass(kw_only=True)
class Ground:
    """
    Attributes:
        network: Between the desk and its homeserver.
        titles: Of the tickets that lived here, by the reference of each.
        undisturbed: What people see of a ticket in whose life nobody died.
    """

    life: MatrixLife
    network: FaultProxy
    titles: dict[str, str] = field(default_factory=dict)
    undisturbed: Mapping[str, object] = field(default_factory=dict)

    def survives(self, point: Point) -> None:
        """Let a ticket live, the process die at *point* meanwhile, and people see what they always see."""
        _BEFORE.get(point, _nothing)(self)
        deaths = self._dying(point, then=None, first=_FIRST.get(point), mended=_MENDED.get(point))
        assert deaths == 1

    def survives_all(self, crash_at: str) -> int:
        """Let a ticket live while the process dies each time it comes there; return how often it did."""
        return self._dying(crash_at, then=crash_at)

    def _dying(
        self, crash_at: str, *, then: str | None, first: "Mishap | None" = None, mended: "Mishap | None" = None
    ) -> int:
        deaths = 0

        def restarted() -> None:
            nonlocal deaths
            if not self.life.alive:
                deaths += 1
                if mended:
                    mended(self)
                self.life.start(crash_at=then)

        self.life.start(crash_at=crash_at)
        self.life.meanwhile = restarted
        try:
            if first:
                first(self)
            ticket = self.lives(f"The portal is slow ({crash_at})")
            self.life.until(lambda: deaths > 0, lambda: f"nobody comes by {crash_at}")
            self.life.until(lambda: self.shows(ticket) == self.undisturbed, lambda: self._instead(ticket))
        finally:
            self.life.meanwhile = _nothing_meanwhile
            self.network.forget()
            self.life.kill()
        return deaths

    def withstands(self, title: str, befalls: Mishap, *, mended: Mishap) -> None:
        """Let something befall the desk in the middle of a ticket's life, and people see what they always see."""
        self.life.start()
        try:
            ticket = self.lives(title, befalls=befalls, mended=mended)
            self.life.until(lambda: self.shows(ticket) == self.undisturbed, lambda: self._instead(ticket))
        finally:
            self.network.fault = HEALTHY
            self.network.forget()
            self.life.kill()

    def lives_undisturbed(self, title: str) -> str:
        """Play a ticket to its end, and on until everybody sees all that they always see of one."""
        ticket = self.lives(title)
        self.life.until(lambda: self.shows(ticket) == self.undisturbed, lambda: self._instead(ticket))
        return ticket

    def lives(self, title: str, *, befalls: Mishap | None = None, mended: Mishap | None = None) -> str:
        """
        Play a ticket from NEW to CLOSED, a reminder in it, each step waiting for what the last one shows.

        Args:
            befalls: What happens before the reminder is due.
            mended: What happens after it was.
        """
        life = self.life
        life.says("ana", "#acme", f"!open S2 {title}")
        for who, room in ROOMS:
            life.hears(who, room, f" · {title}\n")
        ticket = life.ticket("ana", "#acme", title)
        self.titles[ticket] = title
        life.says("ben", "#desk", "!take", in_thread_of=ticket)
        life.hears("ana", "#acme", f"is now handling {ticket}.")
        life.says("ben", "#desk", f"!need the logs of {ticket}", in_thread_of=ticket)
        life.hears("ana", "#acme", f"to go on with {ticket}:")
        if befalls:
            befalls(self)
        _remind(life, ticket)
        if mended:
            mended(self)
        life.hears("ana", "#acme", f"Reminder 1 of 3: {ticket} waits for you.")
        life.says("ana", "#acme", f"here are the logs of {ticket}", in_thread_of=ticket)
        life.hears("ben", "#desk", f"> here are the logs of {ticket}")
        life.says("ben", "#desk", f"!resolve workaround restart node 2 ({ticket})", in_thread_of=ticket)
        life.hears("ana", "#acme", f"Here is a solution for {ticket}")
        life.says("ana", "#acme", "!accept", in_thread_of=ticket)
        for who, room in ROOMS:
            life.hears(who, room, f"closed {ticket}: solution accepted.")
        return ticket

    def shows(self, ticket: str) -> Mapping[str, object]:
        """Return what each room shows of a ticket, in its order, and how often it called whom; its number left out."""
        rooms = {room: self._drawn(who, room, ticket) for who, room in ROOMS}
        # T-1 is not T-10.
        named = re.compile(rf"{ticket}(?!\d)")
        calls = {
            who: sum(named.search(text.split(" · ")[0]) is not None for text in self.life.called(who)) for who in CALLED
        }
        return {**rooms, "calls": calls}

    def _drawn(self, who: str, room: str, ticket: str) -> Sequence[str]:
        title = self.titles[ticket]
        assert self.life.ticket(who, room, title) == ticket
        card = self.life.card(who, room, ticket)
        return [_line(each).replace(title, "…").replace(ticket, "T-n") for each in (card, *card.thread)]

    def _instead(self, ticket: str) -> str:
        return f"{self.shows(ticket)}\ninstead of\n{self.undisturbed}"


def _line(each: Seen) -> str:
    signs = sorted(f"{who} {sign}" for who, sign in each.signs)
    return f"{each.author}{' 🔔' if each.mentions else ''}: {each.text} {signs}"


@contextmanager
def a_ground(
    synapse: Homeserver, folder: Path, database: str | None = None, *, lease_s: float = 1.0
) -> Iterator[Ground]:
    """Furnish a ground, and play the life there that nothing disturbs."""
    with a_bad_network(synapse.url) as network:
        life = MatrixLife(synapse, folder, database=database, through=network.url, lease_s=lease_s)
        ground = Ground(life=life, network=network)
        try:
            life.start()
            life.until(life.listening)
            ticket = ground.lives("The portal is slow")
            life.until(lambda: all("CLOSED" in life.card(who, room, ticket).text for who, room in ROOMS))
            life.until(lambda: _signed(life, ticket))
            life.kill()
            ground.undisturbed = ground.shows(ticket)
            yield ground
        finally:
            life.end()


def _signed(life: MatrixLife, ticket: str) -> bool:
    """Whether the desk has put its sign under the words that it took in."""
    return any(author == DESK for each in life.card("ana", "#acme", ticket).thread for author, _ in each.signs)


def _remind(life: MatrixLife, ticket: str) -> None:
    """Let a reminder be due now: no command sets a timer yet."""
    command = RemindBeneficiary(by=None, role=Role.DESK, at=datetime.now(UTC), ticket_id=TicketId(int(ticket[2:])))
    timer = Timer(name="reminder", due_at=command.at, ticket_id=command.ticket_id, command=command)

    async def set_it() -> None:
        storage = SqlStorage(connect(life.database))
        async with storage.begin() as uow:
            await uow.timers.set(timer, correlation_id=f"test-{ticket}")
            await uow.commit()
        await storage.close()

    asyncio.run(set_it())


# ---- what it takes to come by a point that no undisturbed life comes by ----------------------------------------------


def _nothing(ground: Ground) -> None: ...


def _nothing_meanwhile() -> None: ...


def _a_send_that_fails(ground: Ground) -> None:
    """Executed, and the answer lost; one more than the client asks again of its own accord."""
    ground.network.announce("/send/", *[EXECUTED_THEN_RESET] * 3)


def _an_answer_in_vain(tries: int) -> Mishap:
    return lambda ground: _answered_in_vain(ground, tries)


def _answered_in_vain(ground: Ground, tries: int) -> None:
    """The managers are told of it, once, however often it is tried."""
    life = ground.life
    before = _alerts(life)
    ground.network.announce("/send/m.room.message", *[Fault(error="400 M_BAD_JSON")] * tries)
    life.says("ben", "#desk", "!list")
    life.until(lambda: _alerts(life) > before, lambda: life.shown("clo"))
    assert _alerts(life) == before + 1


def _alerts(life: MatrixLife) -> int:
    return sum("could not be delivered" in text for text in life.words("clo", "#managers"))


def _a_new_invitation(ground: Ground) -> None:
    life = ground.life
    life.server.leave(life.desk, life.rooms["#globex"])
    life.server.invite(life.people["gus"], life.desk, life.rooms["#globex"])


def _a_full_disk(ground: Ground) -> None:
    asyncio.run(full_disk.fill(ground.life.database))


def _space_again(ground: Ground) -> None:
    asyncio.run(full_disk.clear(ground.life.database))


_BEFORE: Mapping[Point, Mishap] = {
    "before_postpone": _a_send_that_fails,
    "after_postpone": _a_send_that_fails,
    "room_joined": _a_new_invitation,
    "before_timer_postpone": _a_full_disk,
    "after_timer_postpone": _a_full_disk,
}
"""What befalls the desk before it is started."""

_FIRST: Mapping[Point, Mishap] = {
    # Who dies before it is kept that a message is given up tries that message once more.
    "before_give_up": _an_answer_in_vain(2),
    "after_give_up": _an_answer_in_vain(1),
}
"""What happens before the ticket's life begins."""

_MENDED: Mapping[Point, Mishap] = {
    "before_timer_postpone": _space_again,
    "after_timer_postpone": _space_again,
}
"""What is put right while the desk is dead."""
