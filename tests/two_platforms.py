"""A desk on two platforms at once, seen through mailboxes: Slack, and Matrix beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from chatops.application.deliveries import Answer, Delivery, Marked, Request
from chatops.application.message_tree import Message
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import Form
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.threads import Thread
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Audience, Platform, TicketId
from tests.desks import FixedTime, Mailbox, a_desk, delivery, quiet

ANA, GUS, BEN, CLO = "T0ACME/U0ANA", "T0GLOBEX/U0GUS", "T0EXO/U0BEN", "T0EXO/U0CLO"
ZED = "T0ACME/U0ZED"
"""Somebody of Acme's workspace whom the directory does not know."""

ACME, GLOBEX, DESK, MANAGERS = "T0EXO/C0ACME", "T0EXO/C0GLOBEX", "T0EXO/C0DESK", "T0EXO/C0MANAGERS"
ACME_ON_MATRIX, DESK_ON_MATRIX = "!acme:example.org", "!desk:example.org"
ALDO = "@aldo:acme.example"

_PEOPLE = {"ana": ANA, "gus": GUS, "ben": BEN, "clo": CLO}
_ROOMS = {"#acme": ACME, "#globex": GLOBEX, "#desk": DESK, "#managers": MANAGERS}
_ON_MATRIX = {"#acme": ACME_ON_MATRIX, "#desk": DESK_ON_MATRIX}


def on_slack(value: str) -> Address:
    return Address(platform=Platform.SLACK, value=value)


def on_matrix(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


@dataclass(frozen=True, kw_only=True)
class Scene:
    desk: RunningDesk
    slack: Mailbox
    matrix: Mailbox
    time: FixedTime

    async def hears(self, person: str, room: str, request: Request, **more: object) -> Answer:
        """Let *person* ask *request* in *room*, and everything follow; whose names begin with @ or ! are on Matrix."""
        said = replace(heard(person, room, request), **more)  # type: ignore[arg-type]
        answer = await self.desk.bus.handle(said)
        await quiet(self.desk)
        return answer

    async def thread(self, ticket: TicketId, room: str) -> Thread:
        async with self.desk.storage.begin() as uow:
            return next(thread for thread in await uow.threads.of(ticket) if thread.place.value == room)

    def parcels(self, room: str, *forms: Form) -> list[Parcel]:
        everything = [*self.slack.parcels, *self.matrix.parcels]
        return [p for p in everything if p.claimed.place.value == room and p.claimed.form in (forms or tuple(Form))]

    def read_in(self, room: str) -> str:
        return "\n".join(_read(parcel.claimed.message) for parcel in self.parcels(room))


def heard(person: str, room: str, request: Request) -> Delivery:
    given = delivery(person, room, request)
    return replace(given, sender=_at(person), room=_at(room), message=given.message and replace(_at(room), value="1.1"))


def _at(value: str) -> Address:
    return on_matrix(value) if value[0] in "@!" else on_slack(value)


def _read(message: Message) -> str:
    facts = [f"{fact.label}: {fact.value}" for fact in message.facts]
    return "\n".join((message.headline, *facts, *message.paragraphs, message.quote.text if message.quote else ""))


@asynccontextmanager
async def a_scene(
    database: str,
    *,
    slack: Mailbox | None = None,
    matrix: Mailbox | None = None,
    policies: PolicyEngine | None = None,
) -> AsyncIterator[Scene]:
    """
    Args:
        slack, matrix: Mailboxes of another temper than the usual ones.
    """
    slack, time = slack or Mailbox(platform=Platform.SLACK), FixedTime()
    matrix = matrix or Mailbox(platform=Platform.MATRIX)
    async with a_desk(database, messengers=[slack, matrix], time=time, policies=policies) as desk:
        async with desk.storage.begin() as uow:
            who = await uow.directory.everything()
            people = tuple(
                replace(each, identities=(*each.identities, on_slack(_PEOPLE[each.id])))
                if each.id in _PEOPLE
                else replace(each, identities=(*each.identities, on_matrix(ALDO)))
                if each.id == "aldo"
                else each
                for each in who.people
            )
            rooms = tuple(
                replace(
                    each,
                    places=(
                        *each.places,
                        *((on_slack(_ROOMS[each.id]),) if each.id in _ROOMS else ()),
                        *((on_matrix(_ON_MATRIX[each.id]),) if each.id in _ON_MATRIX else ()),
                    ),
                )
                for each in who.rooms
            )
            await uow.directory.replace(replace(who, people=people, rooms=rooms), at=time.now())
            await uow.commit()
        yield Scene(desk=desk, slack=slack, matrix=matrix, time=time)


async def a_ticket_on_both(scene: Scene) -> TicketId:
    """Let Ana open one in Slack; its threads are in Acme's room and the desk's, on both platforms."""
    opened = await scene.hears(ANA, ACME, Marked(text="open S2 the portal is very slow"))
    assert opened.ticket_id is not None
    async with scene.desk.storage.begin() as uow:
        threads = await uow.threads.of(opened.ticket_id)
    assert {(thread.place.value, thread.audience) for thread in threads} == {
        (ACME, Audience.PUBLIC),
        (ACME_ON_MATRIX, Audience.PUBLIC),
        (DESK, Audience.INTERNAL),
        (DESK_ON_MATRIX, Audience.INTERNAL),
    }
    return opened.ticket_id
