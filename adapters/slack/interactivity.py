"""
Commands, buttons, forms, shortcuts and the Home page: what people do that Slack brings once and never again.

Every one of them ends in a delivery, and is decided by the bus; only then is Slack told that it was received.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog

from adapters.slack import forms, home
from adapters.slack.addresses import is_id, is_ts, message_address, parts, room_address
from adapters.slack.events import correlation_id
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.forms import Opened
from adapters.slack.handing_over import HandingOver
from adapters.slack.installations import Installation
from adapters.slack.interactions import (
    Where,
    actor_of,
    command_key,
    handle_of,
    press_from,
    press_key,
    shortcut_key,
    submission_key,
    where,
)
from adapters.slack.mrkdwn import mentioned, plain
from adapters.slack.own_messages import OwnMessages
from adapters.slack.people import NEVER, People, Sender
from adapters.slack.private_words import NO_FORM, NOT_HERE, NOT_KEPT, NOT_YOURS, PrivateWords
from adapters.slack.reader import Reader
from adapters.slack.rooms_known import RoomsKnown
from adapters.slack.web import SlackWeb
from chatops.application.command_line import fold, verb_called
from chatops.application.deliveries import Answer, Delivery, Marked, Press, Request, Submission
from chatops.application.forms import FieldKind, Form
from chatops.application.home import Home
from chatops.application.message_tree import unmarked
from chatops.domain.directory import Address
from chatops.domain.errors import ConflictError, DeliveryError, StorageError, TryAgainLater
from chatops.domain.vocabulary import Action

PROMPT_S = 2.5
"""A trigger opens a view for three seconds (facts on Slack, §5)."""

FROM_MESSAGE = "ticket_from_message"
ACTIONS = "ticket_actions"
NEW = "ticket_new"

UNKEPT = (StorageError, ConflictError, TryAgainLater)
"""Nothing was kept, and Slack will not bring it again: whoever asked has to be told."""

log = structlog.get_logger(platform="slack")


class Desk(Protocol):
    """What we need of the command bus besides handing over."""

    async def form(self, delivery: Delivery) -> Form | None: ...

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

    # ---- slash commands ----------------------------------------------------------------------------------------------

    async def command(self, payload: Payload, here: Installation) -> str:
        """Do what a slash command asks; return what is told at once, which is seen by who typed it alone."""
        channel, key = text(payload.get("channel_id")), command_key(payload)
        if not is_id(channel) or not key:
            return ""
        try:
            sender = await self._sender(payload, here)
            if sender is None:
                return ""
            if not await self._rooms.can_answer(here, channel, sender.address):
                return self._private.say(NOT_HERE, name=here.name)
            said, mentions = await self._typed(payload, here)
            asked = Marked(text=said, mentions=mentions)
            delivery = await self._delivery(key, sender, here, Where(channel=channel), asked)
            if _opens_a_form(said):
                pressed = replace(delivery, request=Press(action=Action.OPEN, ticket_id=None))
                if await self._shows_form(pressed, payload, here):
                    return ""
            await self._hands.give(delivery)
        except UNKEPT as exc:
            return self._unkept(exc)
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
            sender = await self._sender(payload, here)
            if sender is None:
                return
            place = place if place.channel else await self._page_of(sender, here)
            self._own.came_by(place.channel, mapping(payload.get("message")), self._reader.bot(here))
            delivery = await self._delivery(key, sender, here, place, press)
            if not await self._shows_form(delivery, payload, here):
                await self._hands.give(delivery)
        except UNKEPT as exc:
            self._unkept(exc)
            await self._private.tell(here, place.channel, actor_of(payload).user, NOT_KEPT, thread=place.thread)

    async def _page_of(self, sender: Sender, here: Installation) -> Where:
        """Return where that is said which somebody does outside all rooms: their conversation with us."""
        return Where(channel=await self._rooms.direct(here, parts(sender.address)[1]))

    # ---- forms -------------------------------------------------------------------------------------------------------

    async def _shows_form(self, delivery: Delivery, payload: Payload, here: Installation, **more: Any) -> bool:
        """Open the form that a press needs; return whether it needs one."""
        form = await self._desk.form(delivery)
        if form is None:
            return False
        await self._open(form, delivery, payload, here, **more)
        return True

    async def _open(
        self,
        form: Form,
        delivery: Delivery,
        payload: Payload,
        here: Installation,
        *,
        files_of: str = "",
    ) -> None:
        opened = Opened(
            action=form.action,
            ticket_id=form.ticket_id,
            room=delivery.room,
            thread=delivery.thread,
            by=delivery.sender,
        )
        view = dict(forms.view_of(form, opened))
        if files_of:
            view["private_metadata"] = _with_files_of(view["private_metadata"], files_of)
        over = mapping(payload.get("view")).get("type") == "modal"
        trigger = {"trigger_id": text(payload.get("trigger_id")), "view": view}
        try:
            await self._web.call(here.team, "views.push" if over else "views.open", trigger, within_s=PROMPT_S)
        except DeliveryError as exc:
            log.warning("slack_form_not_opened", because=str(exc))
            channel, user = parts(delivery.room)[1], parts(delivery.sender)[1]
            await self._private.tell(here, channel, user, NO_FORM)

    async def submission(self, payload: Payload, here: Installation) -> Mapping[str, object] | None:
        """
        Do what a form asks that was filled in.

        Returns:
            What keeps the form open, with the reason under its first field; None lets it close.
        """
        view = mapping(payload.get("view"))
        opened, view_id = forms.opened_by(view), text(view.get("id"))
        if opened is None or not view_id:
            return None
        try:
            sender = await self._sender(payload, here)
            if sender is None or sender.address != opened.by or parts(opened.room)[0] != here.team:
                return _mistake(view, self._private.say(NOT_YOURS))
            request = await self._filled_in(view, opened, here)
            key = submission_key(view_id, request.values, tuple(file.address for file in request.files))
            thread = opened.thread.value if opened.thread else ""
            place = Where(channel=parts(opened.room)[1], thread=thread)
            answer = await self._hands.give(await self._delivery(key, sender, here, place, request))
        except UNKEPT as exc:
            return _mistake(view, self._unkept(exc))
        return _mistake(view, _told(answer)) if answer is not None and answer.refused is not None else None

    async def _filled_in(self, view: Payload, opened: Opened, here: Installation) -> Submission:
        said = forms.filled_in(view, here.team)
        of = _files_of(text(view.get("private_metadata")))
        message = await self._own.message(here, parts(opened.room)[1], of) if of else None
        files = await self._reader.attachments(message, here) if message is not None else ()
        return Submission(
            action=opened.action, ticket_id=opened.ticket_id, values=said.values, files=(*said.files, *files)
        )

    # ---- shortcuts ---------------------------------------------------------------------------------------------------

    async def shortcut(self, payload: Payload, here: Installation) -> None:
        callback, key, place = text(payload.get("callback_id")), shortcut_key(payload), where(payload)
        if callback not in (FROM_MESSAGE, ACTIONS, NEW) or not key:
            return
        try:
            sender = await self._sender(payload, here)
            if sender is None:
                return
            if not place.channel:
                place = await self._page_of(sender, here)
            elif not await self._rooms.can_answer(here, place.channel, sender.address):
                direct = await self._page_of(sender, here)
                await self._private.tell(here, direct.channel, parts(sender.address)[1], NOT_HERE)
                return
            if callback == ACTIONS:
                await self._hands.give(await self._delivery(key, sender, here, place, Marked(text="show")))
                return
            await self._opens_from(mapping(payload.get("message")), payload, key, sender, here, place)
        except UNKEPT as exc:
            self._unkept(exc)
            await self._private.tell(here, place.channel, actor_of(payload).user, NOT_KEPT)

    async def _opens_from(
        self, message: Payload, payload: Payload, key: str, sender: Sender, here: Installation, place: Where
    ) -> None:
        """Open the form of a new ticket with what a message says, or the answer of why not."""
        asked = Press(action=Action.OPEN, ticket_id=None)
        delivery = await self._delivery(key, sender, here, Where(channel=place.channel), asked)
        form = await self._desk.form(delivery)
        if form is None:
            await self._hands.give(delivery)
            return
        said = await self._reader.words(message, here) if message else ""
        ts = text(message.get("ts")) if message.get("files") else ""
        await self._open(_prefilled(form, said), delivery, payload, here, files_of=ts if is_ts(ts) else "")

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

    # ---- pieces ------------------------------------------------------------------------------------------------------

    async def _sender(self, payload: Payload, here: Installation) -> Sender | None:
        actor = actor_of(payload)
        sender = await self._people.sender(here, actor.user, team=actor.team)
        if sender is None or sender.address.value in self._reader.ignored or actor.user == here.user:
            return None
        return replace(sender, name=handle_of(payload) or sender.name) if sender.name == actor.user else sender

    async def _delivery(self, key: str, sender: Sender, here: Installation, place: Where, request: Request) -> Delivery:
        room = room_address(here.team, place.channel)
        user = parts(sender.address)[1]
        direct = place.channel.startswith("D") and await self._rooms.direct(here, user) == place.channel
        own = self._own.known(place.channel, place.thread) if place.thread else None
        return Delivery(
            key=key,
            sender=sender.address,
            sender_name=sender.name,
            sender_home=sender.home,
            room=room,
            thread=message_address(place.thread) if place.thread else None,
            message=None,
            request=request,
            correlation_id=correlation_id(key),
            direct=direct,
            shared=not direct and await self._rooms.is_shared(here, place.channel),
            ours=own.message if own is not None else None,
        )

    def _unkept(self, exc: Exception) -> str:
        log.warning("slack_request_not_kept", because=type(exc).__name__)
        return self._private.say(NOT_KEPT)


def _opens_a_form(said: str) -> bool:
    """Whether somebody typed no more than that they want to open a ticket."""
    verb = verb_called(fold(said)) if said and not said.split()[1:] else None
    return verb is not None and verb is verb_called(str(Action.OPEN))


def _prefilled(form: Form, said: str) -> Form:
    """Return the form with somebody's words in its first line and its first text."""
    values = {FieldKind.LINE: " ".join(said.split("\n", 1)[0].split()), FieldKind.TEXT: said}
    fields = []
    for field in form.fields:
        value = values.pop(field.kind, "")
        fields.append(replace(field, value=value[: field.longest]) if value and not field.value else field)
    return replace(form, fields=tuple(fields))


def _with_files_of(note: str, ts: str) -> str:
    return json.dumps({**mapping(json.loads(note)), "m": ts}, separators=(",", ":"))


def _files_of(note: str) -> str:
    """Return the message whose files go with a form; it is looked for in the room of the form alone."""
    try:
        ts = text(mapping(json.loads(note)).get("m"))
    except (ValueError, RecursionError):
        return ""
    return ts if is_ts(ts) else ""


def _mistake(view: Payload, said: str) -> Mapping[str, object]:
    """Keep a form open, so that what was typed is not lost."""
    blocks = view.get("blocks")
    fields = [mapping(block) for block in blocks] if isinstance(blocks, list) else []
    names = [text(block.get("block_id")) for block in fields if block.get("type") == "input"]
    names = names or [text(name) for name in mapping(mapping(view.get("state")).get("values"))]
    return {"response_action": "errors", "errors": dict.fromkeys(names[:1], said)}


def _told(answer: Answer) -> str:
    message = answer.message
    if message is None:
        return answer.refused or ""
    return "\n".join(unmarked(part) for part in (message.headline, *message.paragraphs) if part.strip())
