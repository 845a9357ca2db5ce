"""Forms: a modal is opened for what lacks words, and what was filled in is handed over."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import structlog

from adapters.slack import forms
from adapters.slack.addresses import parts
from adapters.slack.callers import Callers
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.forms import Opened
from adapters.slack.handing_over import HandingOver
from adapters.slack.installations import Installation
from adapters.slack.interactions import Where, submission_key
from adapters.slack.own_messages import OwnMessages
from adapters.slack.private_words import NO_FORM, NOT_YOURS, UNKEPT, PrivateWords
from adapters.slack.reader import Reader
from adapters.slack.web import SlackWeb
from chatops.application.deliveries import Answer, Delivery, Submission
from chatops.application.forms import UNKNOWN_FORM, FieldKind, Form
from chatops.application.message_tree import unmarked
from chatops.domain.errors import DeliveryError

PROMPT_S = 2.5
"""A trigger opens a view for three seconds (facts on Slack, §5)."""

_MOST_TIMES = 20
"""How often the same form is looked at with the same words in it."""

log = structlog.get_logger(platform="slack")


class Drawing(Protocol):
    """What we need of the command bus besides handing over."""

    async def form(self, delivery: Delivery) -> Form | None: ...


class Modals:
    def __init__(
        self,
        web: SlackWeb,
        desk: Drawing,
        hands: HandingOver,
        reader: Reader,
        own: OwnMessages,
        callers: Callers,
        private: PrivateWords,
    ) -> None:
        self._web = web
        self._desk = desk
        self._hands = hands
        self._reader = reader
        self._own = own
        self._callers = callers
        self._private = private

    async def show(
        self, delivery: Delivery, payload: Payload, here: Installation, *, said: str = "", files_of: str = ""
    ) -> bool:
        """
        Open the form that a press needs; return whether it needs one.

        Args:
            said: Somebody's words, to begin with.
            files_of: The message whose files go with it; empty for none.
        """
        form = await self._desk.form(delivery)
        if form is None:
            return False
        await self._open(_prefilled(form, said), delivery, payload, here, files_of)
        return True

    async def _open(
        self,
        form: Form,
        delivery: Delivery,
        payload: Payload,
        here: Installation,
        files_of: str,
    ) -> None:
        opened = Opened(
            action=form.action,
            ticket_id=form.ticket_id,
            room=delivery.room,
            thread=delivery.thread,
            by=delivery.sender,
            files_of=files_of,
        )
        view = forms.view_of(form, opened, key=here.token)
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
        opened, view_id = forms.opened_by(view, key=here.token), text(view.get("id"))
        if opened is None or not view_id:
            return _mistake(view, self._private.say(UNKNOWN_FORM)) if forms.is_ours(view) else None
        try:
            sender = await self._callers.sender(payload, here)
            if sender is None or sender.address != opened.by or parts(opened.room)[0] != here.team:
                return _mistake(view, self._private.say(NOT_YOURS))
            request = await self._filled_in(view, opened, here)
            key = submission_key(view_id, request.values, tuple(file.address for file in request.files))
            thread = opened.thread.value if opened.thread else ""
            place = Where(channel=parts(opened.room)[1], thread=thread)
            delivery = await self._callers.delivery(key, sender, here, place, request)
            answer = await self._handed_in(delivery)
        except UNKEPT as exc:
            return _mistake(view, self._private.unkept(exc))
        return _mistake(view, _told(answer)) if answer is not None and answer.refused is not None else None

    async def _handed_in(self, delivery: Delivery) -> Answer | None:
        """
        Hand a form over; one that was refused is looked at anew when it comes once more as it was.

        It was left open for that, and what stood in its way may be gone. What was done once is not done again.
        """
        answer = await self._hands.give(delivery)
        for time in range(2, _MOST_TIMES):
            if answer is None or not answer.repeated or answer.refused is None:
                break
            answer = await self._hands.give(replace(delivery, key=f"{delivery.key}/{time}"))
        return answer

    async def _filled_in(self, view: Payload, opened: Opened, here: Installation) -> Submission:
        said = forms.filled_in(view, here.team)
        message = None
        if opened.files_of:
            message = await self._own.message(here, parts(opened.room)[1], opened.files_of)
        files = await self._reader.attachments(message, here) if message is not None else ()
        return Submission(
            action=opened.action, ticket_id=opened.ticket_id, values=said.values, files=(*said.files, *files)
        )


def _prefilled(form: Form, said: str) -> Form:
    """Return the form with somebody's words in its first line and its first text."""
    values = {FieldKind.LINE: " ".join(said.split("\n", 1)[0].split()), FieldKind.TEXT: said}
    fields = []
    for field in form.fields:
        value = values.pop(field.kind, "")
        fields.append(replace(field, value=value) if value and not field.value else field)
    return replace(form, fields=tuple(fields))


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
