"""
`MirroredStage`: stories played on Slack and Matrix at once, before one desk that is on both.

Everybody is at home on one of the two and knows nothing of the other. A room stands wherever somebody of it is; what is
said on one side is read on the other.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from adapters.console.stage import Card, Heard
from adapters.console.story import InThread, Place, Step
from chatops.application.carrying import Carrying
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.bootstrap import RunningDesk, open_desk
from chatops.catalogues import load_words
from chatops.domain.directory import Person, WhoIsWho
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import PersonId, Platform, Role, RoomId, TicketId
from tests import matrix_stage, slack_stage
from tests.matrix_stage import MatrixStage, Town
from tests.slack.slack import a_slack
from tests.slack_stage import SlackStage, SlackTown, Typing
from tests.synapse import Homeserver

Homes = Callable[[Person], Platform]
"""Where everybody is at home."""


def customers_on_matrix(person: Person) -> Platform:
    return Platform.MATRIX if person.role is Role.CONTACT else Platform.SLACK


def customers_on_slack(person: Person) -> Platform:
    return Platform.SLACK if person.role is Role.CONTACT else Platform.MATRIX


def colleagues_apart(person: Person) -> Platform:
    """Let colleagues of one organisation be on either, and those of the desk as well."""
    return Platform.MATRIX if person.id in ("aldo", "gus", "bea", "luc", "max") else Platform.SLACK


class Towns:
    """Who is where on both; many stories are played there, each on a Slack of its own."""

    def __init__(self, server: Homeserver, who: WhoIsWho, homes: Homes) -> None:
        self.homes: Mapping[PersonId, Platform] = {person.id: homes(person) for person in who.people}
        self.matrix = Town(server, who, here=self.here(Platform.MATRIX))

    def here(self, platform: Platform) -> frozenset[PersonId]:
        return frozenset(person for person, home in self.homes.items() if home is platform)


@asynccontextmanager
async def a_mirrored_stage(
    towns: Towns, database: str, policies: PolicyEngine, time: TimeSource
) -> AsyncIterator["MirroredStage"]:
    """Open a fresh desk that listens on both, and a stage before it."""
    words, typing = load_words(), Typing(time)
    carrying = Carrying()
    async with a_slack(time=typing) as slack:
        town = SlackTown(slack, towns.matrix.who, here=towns.here(Platform.SLACK))
        who = town.bound(towns.matrix.bound(towns.matrix.who))
        async with (
            matrix_stage.connected(towns.matrix, words, carrying=carrying) as matrix_app,
            slack_stage.connected(town, words, carrying=carrying) as slack_app,
            open_desk(
                database=database,
                policies=policies,
                words=words,
                messengers=[slack_app.messenger, matrix_app.messenger],
                time=time,
                directory=who,
            ) as desk,
            matrix_stage.a_stage_before(desk, matrix_app, towns.matrix, who, time) as on_matrix,
            slack_stage.a_stage_before(desk, slack_app, town, who, typing) as on_slack,
        ):
            yield MirroredStage(desk, on_slack, on_matrix, towns.homes)
        assert slack.violations == [], "Slack refuses these"


@dataclass
class MirroredStage:
    """
    Satisfies `Stage`.

    Attributes:
        slack, matrix: What is to be seen of the desk on each.
    """

    desk: RunningDesk
    slack: SlackStage
    matrix: MatrixStage
    homes: Mapping[PersonId, Platform]

    def __post_init__(self) -> None:
        self._heard: list[Heard] = []
        self._taken = dict.fromkeys(self.stages, 0)

    @property
    def stages(self) -> tuple[SlackStage | MatrixStage, ...]:
        return (self.slack, self.matrix)

    def of(self, person: PersonId) -> SlackStage | MatrixStage:
        return self.slack if self.homes[person] is Platform.SLACK else self.matrix

    @property
    def words(self) -> Words:
        return self.desk.words

    async def who(self) -> WhoIsWho:
        return await self.slack.who()

    def speaks_in(self, person: PersonId, room: RoomId) -> bool:
        return self.of(person).speaks_in(person, room)

    def cannot(self, step: Step) -> str | None:
        return self.slack.cannot(step)

    async def say(self, person: PersonId, place: Place, text: str) -> bool:
        return await self.of(person).say(person, place, text)

    async def press(self, person: PersonId, label: str, place: InThread, words: str) -> bool:
        return await self.of(person).press(person, label, place, words)

    async def react(self, person: PersonId, sign: str, place: InThread) -> bool:
        return await self.of(person).react(person, sign, place)

    async def edit(self, person: PersonId, text: str) -> bool:
        return await self.of(person).edit(person, text)

    async def delete(self, person: PersonId) -> bool:
        return await self.of(person).delete(person)

    async def settle(self) -> None:
        for stage in self.stages:
            await stage.settle()
            heard = stage.heard()
            self._heard += heard[self._taken[stage] :]
            self._taken[stage] = len(heard)

    async def next_due(self) -> datetime | None:
        return await self.slack.next_due()

    def heard(self) -> Sequence[Heard]:
        return self._heard

    def shown_to(self, person: PersonId) -> Sequence[str]:
        return self.of(person).shown_to(person)

    def cards(self, ticket_id: TicketId) -> tuple[Card, ...]:
        return tuple(card for stage in self.stages for card in stage.cards(ticket_id))

    async def clauses(self, ticket_id: TicketId) -> tuple[str, ...]:
        return await self.slack.clauses(ticket_id)

    async def clocks(self, ticket_id: TicketId) -> Clocks | None:
        return await self.slack.clocks(ticket_id)
