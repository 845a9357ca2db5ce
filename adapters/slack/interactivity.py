"""
Commands, buttons, forms, shortcuts and the Home page: what people do that Slack brings once and never again.

Every one of them ends in a delivery, and is decided by the bus; only then is Slack told that it was received.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import structlog

from adapters.slack import home
from adapters.slack.addresses import is_id, is_ts, parts
from adapters.slack.callers import Callers
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.handing_over import HandingOver
from adapters.slack.installations import Installation
from adapters.slack.interactions import (
    Where,
    actor_of,
    command_key,
    press_from,
    press_key,
    shortcut_key,
    where,
)
from adapters.slack.modals import PROMPT_S, Drawing, Modals
from adapters.slack.mrkdwn import mentioned, plain
from adapters.slack.own_messages import OwnMessages
from adapters.slack.people import NEVER, People, Sender
from adapters.slack.private_words import NOT_HERE, NOT_KEPT, UNKEPT, PrivateWords
from adapters.slack.reader import Reader
from adapters.slack.rooms_known import RoomsKnown
from adapters.slack.web import SlackWeb
from chatops.application.command_line import fold, verb_called
from chatops.application.deliveries import Marked, Press
from chatops.application.home import Home
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Action

FROM_MESSAGE = "ticket_from_message"
ACTIONS = "ticket_actions"
NEW = "ticket_new"

log = structlog.get_logger(platform="slack")


class Desk(Drawing, Protocol):
    async def home(self, person: Address) -> Home: ...


class Interactivity:
    def __init__(
        self,
        web: SlackWeb,
        desk: Desk,
        hands: HandingOver,
        reader: Reader,
        people: People,
        own: OwnMessages,
        rooms: RoomsKnown,
        private: PrivateWords,
    ) -> None:
        self._web = web
        self._desk = desk
        self._hands = hands
        self._reader = reader
        self._people = people
        self._own = own
        self._rooms = rooms
        self._private = private
        self._callers = Callers(people, reader, own, rooms)
        self._modals = Modals(web, desk, hands, reader, own, self._callers, private)

    async def submission(self, payload: Payload, here: Installation) -> Mapping[str, object] | None:
        return await self._modals.submission(payload, here)

    # ---- slash commands ----------------------------------------------------------------------------------------------

    async def command(self, payload: Payload, here: Installation) -> str:
        """Do what a slash command asks; return what is told at once, which is seen by who typed it alone."""
        channel, key = text(payload.get("channel_id")), command_key(payload)
        if not is_id(channel) or not key:
            return ""
        try:
            sender = await self._callers.sender(payload, here)
            if sender is None:
                return ""
            if not await self._rooms.can_answer(here, channel, sender.address):
                return self._private.say(NOT_HERE, name=here.name)
            said, mentions = await self._typed(payload, here)
            asked = Marked(text=said, mentions=mentions)
            delivery = await self._callers.delivery(key, sender, here, Where(channel=channel), asked)
            if _opens_a_form(said):
                pressed = replace(delivery, request=Press(action=Action.OPEN, ticket_id=None))
                if await self._modals.show(pressed, payload, here):
                    return ""
            await self._hands.give(delivery)
        except UNKEPT as exc:
            return self._private.unkept(exc)
        return ""

    async def _typed(self, payload: Payload, here: Installation) -> tuple[str, tuple[str, ...]]:
        written = text(payload.get("text"))
        people = await self._people.mentioned(here, mentioned(written))
        said = plain(written, names={user: person.name for user, person in people.items()})
        return said.strip(), tuple(person.address.value for person in people.values())

    # ---- buttons -----------------------------------------------------------------------------------------------------

    async def press(self, payload: Payload, here: Installation) -> None:
        """Do what a button asks, or open the form that it needs."""
        press, key, place = press_from(payload), press_key(payload), where(payload)
        if press is None or not key:
            return
        try:
            sender = await self._callers.sender(payload, here)
            if sender is None:
                return
            place = place if place.channel else await self._callers.page_of(sender, here)
            self._own.came_by(place.channel, mapping(payload.get("message")), self._reader.bot(here))
            delivery = await self._callers.delivery(key, sender, here, place, press)
            if not await self._modals.show(delivery, payload, here, said=press.text):
                await self._hands.give(delivery)
        except UNKEPT as exc:
            self._private.unkept(exc)
            await self._private.tell(here, place.channel, actor_of(payload).user, NOT_KEPT, thread=place.thread)

    # ---- shortcuts ---------------------------------------------------------------------------------------------------

    async def shortcut(self, payload: Payload, here: Installation) -> None:
        callback, key, place = text(payload.get("callback_id")), shortcut_key(payload), where(payload)
        if callback not in (FROM_MESSAGE, ACTIONS, NEW) or not key:
            return
        try:
            sender = await self._callers.sender(payload, here)
            if sender is None:
                return
            if not place.channel:
                place = await self._callers.page_of(sender, here)
            elif not await self._rooms.can_answer(here, place.channel, sender.address):
                direct = await self._callers.page_of(sender, here)
                await self._private.tell(here, direct.channel, parts(sender.address)[1], NOT_HERE)
                return
            if callback == ACTIONS:
                await self._hands.give(await self._callers.delivery(key, sender, here, place, Marked(text="show")))
                return
            await self._opens_from(mapping(payload.get("message")), payload, key, sender, here, place)
        except UNKEPT as exc:
            self._private.unkept(exc)
            await self._private.tell(here, place.channel, actor_of(payload).user, NOT_KEPT)

    async def _opens_from(
        self, message: Payload, payload: Payload, key: str, sender: Sender, here: Installation, place: Where
    ) -> None:
        """Open the form of a new ticket with what a message says, or the answer of why not."""
        asked = Press(action=Action.OPEN, ticket_id=None)
        delivery = await self._callers.delivery(key, sender, here, Where(channel=place.channel), asked)
        said = await self._reader.words(message, here) if message else ""
        ts = text(message.get("ts")) if message.get("files") else ""
        if not await self._modals.show(delivery, payload, here, said=said, files_of=ts if is_ts(ts) else ""):
            await self._hands.give(delivery)

    # ---- the Home page -----------------------------------------------------------------------------------------------

    async def home(self, event: Payload, here: Installation) -> None:
        """
        Draw somebody's page, as they open it.

        Raises:
            StorageError, TryAgainLater: Not now.
        """
        user = text(event.get("user"))
        if event.get("tab") != "home" or not is_id(user):
            return
        sender = await self._people.sender(here, user)
        if sender is None:
            return
        page = home.view_of(await self._desk.home(sender.address), {here.team: here.url})
        try:
            await self._web.call(here.team, "views.publish", {"user_id": user, "view": page}, within_s=PROMPT_S)
        except NEVER as exc:
            log.warning("slack_page_not_shown", because=str(exc))


def _opens_a_form(said: str) -> bool:
    """Whether somebody typed no more than that they want to open a ticket."""
    verb = verb_called(fold(said)) if said and not said.split()[1:] else None
    return verb is not None and verb is verb_called(str(Action.OPEN))
