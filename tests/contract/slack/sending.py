"""A desk that sends to a Slack, and two people who look: what the contract tests of the sending side stand on."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.slack.addresses import person_address, room_address
from adapters.slack.files import SlackFiles
from adapters.slack.messenger import SlackMessenger
from adapters.slack.web import SlackWeb
from chatops.application.carrying import WAITED_FOR_S, Carrying
from chatops.application.message_tree import Message
from chatops.application.ports.file_source import FileSource
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.directory import Address
from chatops.domain.vocabulary import PersonId
from tests.log_watch import never_log
from tests.slack.client import Person
from tests.slack.records import App, Channel
from tests.slack.shown import Shown
from tests.slack.slack import Slack, a_slack
from tests.unit.slack.parcels import a_parcel

ROWS = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Here:
    """The app in one workspace, as the store of installations tells it."""

    token: str
    user: str
    bot: str


class Installations:
    def __init__(self, app: App) -> None:
        self._app = app

    async def of(self, team: str) -> Here | None:
        found = self._app.installations.get(team)
        return None if found is None else Here(token=found.token, user=found.bot.id, bot=found.bot.bot_id)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """
    Attributes:
        room: Shared with the customer's workspace, as `acme` sees it too.
    """

    slack: Slack
    app: App
    ana: Person
    ben: Person
    room: Channel
    web: SlackWeb
    files: SlackFiles
    messenger: SlackMessenger

    def row(self, message: Message | None = None, *, room: Channel | None = None, **fields: Any) -> Parcel:
        given: dict[str, Any] = {"id": next(ROWS), "room": self.address(room or self.room)} | fields
        return a_parcel(message, **given)

    def address(self, channel: Channel) -> Address:
        return room_address(self.app.installation.team.id, channel.id)

    async def card(self, message: Message | None = None, **fields: Any) -> Address:
        return await self.messenger.deliver(self.row(message, form=Form.CARD, root=None, **fields))

    def seen(self, by: Person | None = None, room: Channel | None = None) -> Sequence[Shown]:
        """Return what somebody (Ana) sees in a room."""
        return list((by or self.ana).sees(room or self.room))

    def asked(self) -> list[str]:
        """Return the methods that were called, oldest first."""
        return [call.method for call in self.slack.calls()]


@asynccontextmanager
async def a_stage(*sources: FileSource, waited_for_s: float = WAITED_FOR_S, **fields: Any) -> AsyncIterator[Stage]:
    """
    Args:
        fields: Of the app, such as `scopes`.
    """
    async with a_slack() as slack, aiohttp.ClientSession() as session:
        exo, acme = slack.team("exo"), slack.team("acme")
        app = slack.app("desk", installed_in=[exo], **fields)
        never_log(app.token)
        ana, ben = acme.person("Ana Almeida"), exo.person("Ben Barker")
        web = SlackWeb(session, Installations(app), api=slack.api_url)
        files = SlackFiles(web, session, hosts=(slack.files_url,))
        yield Stage(
            slack=slack,
            app=app,
            ana=ana,
            ben=ben,
            room=exo.channel("acme", members=[ana, ben, app], shared_with=[acme]),
            web=web,
            files=files,
            messenger=a_messenger(web, files, *sources, waited_for_s=waited_for_s),
        )


def a_messenger(
    web: SlackWeb, files: SlackFiles, *sources: FileSource, waited_for_s: float = WAITED_FOR_S
) -> SlackMessenger:
    """Return one as after a start: nothing is remembered from before."""
    carrying = Carrying(waited_for_s=waited_for_s)
    for source in (files, *sources):
        carrying.add(source)
    return SlackMessenger(web, load_words(), files, carrying)


def to(person: Person) -> Addressee:
    return Addressee(
        person=PersonId(person.name.split()[0].lower()),
        name=person.name,
        address=person_address(person.team.id, person.id),
    )
