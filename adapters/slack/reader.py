"""Makes deliveries of Slack's events: asks for whatever has to be known beside them."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from adapters.slack.addresses import is_id, is_ts, message_address, room_address
from adapters.slack.emoji import sign_of
from adapters.slack.events import (
    Bot,
    Own,
    about,
    author_of,
    channel_of,
    correlation_id,
    files_of,
    hangs_from,
    key_of,
    kind_of,
    mentions_of,
    moved,
    standing,
    words_key,
    written_at,
)
from adapters.slack.fields import NOBODY, Payload, Senders, mapping, text
from adapters.slack.files import attachment_of
from adapters.slack.former_ids import FormerIds
from adapters.slack.installations import Installation
from adapters.slack.mrkdwn import mentioned, plain
from adapters.slack.own_messages import OwnMessages
from adapters.slack.people import People, Sender
from adapters.slack.translate import Beside, delivery_from, files_in, passed_on_in
from adapters.slack.web import SlackWeb
from chatops.application.deliveries import Delivery, Turned
from chatops.domain.errors import DeliveryError, TryAgainLater
from chatops.domain.events import Attachment

PROMPT_S = 1.0
MOST_FILES = 10
"""Files of one message that are asked for by their ids; Slack lets people attach ten."""

log = structlog.get_logger(platform="slack")


class Reader:
    """
    Args:
        ticket_emoji: The name of the emoji that makes a ticket of the message that it is put under; empty for none.
    """

    def __init__(
        self,
        web: SlackWeb,
        people: People,
        own: OwnMessages,
        former: FormerIds,
        *,
        ignored: Senders = NOBODY,
        ticket_emoji: str = "",
    ) -> None:
        self._web = web
        self._people = people
        self._own = own
        self._former = former
        self.ignored = ignored
        self._ticket_emoji = ticket_emoji

    def bot(self, here: Installation) -> Bot:
        return Bot(team=here.team, user=here.user, bot=here.bot, name=here.name, ignored=self.ignored)

    def own_message(self, message: Payload, here: Installation, channel: str) -> Own | None:
        """Return which message of ours came by, if it is one."""
        return self._own.came_by(channel, message, self.bot(here))

    async def delivery(self, event: Payload, here: Installation, *, shared: bool = False) -> Delivery | None:
        """
        Return what an event asks of the desk; None for what does not concern it, or cannot be understood.

        Raises:
            TryAgainLater: Something that has to be known beside it cannot be asked for now.
        """
        bot = self.bot(here)
        try:
            self._own.came_by(channel_of(event), event, bot)
            if kind_of(event, bot) is None:
                return None
            event = moved(event, await self._former.now(here.team, channel_of(event)))
            author = author_of(event, shared=shared)
            sender = await self._people.sender(here, author.user, team=author.team)
            if sender is None or sender.address.value in self.ignored:
                return None
            if self._makes_a_ticket(event):
                return await self._turned(event, here, bot, sender, shared=shared)
            beside = Beside(
                sender=sender,
                people=await self._people.mentioned(here, mentions_of(event, bot)),
                files=await self._files(here, files_of(event)),
                own=await self._above(event, here, bot),
                shared=shared,
                known_as=await self._former.at(here.team, channel_of(event), about(event)),
                sign=sign_of(text(event.get("reaction"))) or "",
            )
            return delivery_from(event, bot=bot, beside=beside)
        except (ValueError, TypeError, AttributeError, LookupError):
            # One odd event must not keep all others from us.
            log.exception("slack_event_not_understood", type=text(event.get("type"))[:80])
            return None

    async def _above(self, event: Payload, here: Installation, bot: Bot) -> Own | None:
        above = hangs_from(event, bot)
        if above is None:
            return None
        try:
            return await self._own.at(here, channel_of(event), above, bot)
        except TryAgainLater as later:
            # Mostly it is recorded already what stands there, and nothing is lacking.
            log.info("slack_message_not_looked_at", because=str(later))
            return None

    # ---- messages that are turned into tickets -----------------------------------------------------------------------

    def _makes_a_ticket(self, event: Payload) -> bool:
        name = text(event.get("reaction")).partition("::")[0]
        return event.get("type") == "reaction_added" and bool(name) and name == self._ticket_emoji

    async def _turned(
        self, event: Payload, here: Installation, bot: Bot, sender: Sender, *, shared: bool
    ) -> Delivery | None:
        channel, ts = channel_of(event), text(mapping(event.get("item")).get("ts"))
        message = await self._own.message(here, channel, ts)
        if message is None or self._own.came_by(channel, message, bot) is not None:
            return None
        turned = await self.turned(message, here, shared=shared)
        kind = kind_of(event, bot)
        if turned is None or kind is None:
            return None
        known_as = await self._former.at(here.team, channel, ts)
        key = key_of(kind, event, known_as)
        return Delivery(
            key=key,
            sender=sender.address,
            sender_name=sender.name,
            sender_home=sender.home,
            room=room_address(here.team, channel),
            thread=None,
            message=message_address(ts),
            request=replace(turned, of=words_key(known_as, ts)),
            correlation_id=correlation_id(key),
            sent_at=written_at(text(event.get("event_ts"))),
            shared=shared,
        )

    async def turned(self, message: Payload, here: Installation, *, shared: bool) -> Turned | None:
        """
        Return a message as what a ticket is made of; None where nobody can be told to have written anything in it.

        Raises:
            TryAgainLater: It cannot be told now who wrote it.
        """
        author = author_of({**message, "type": ""}, shared=shared)
        writer = await self._people.sender(here, author.user, team=author.team)
        if writer is None:
            return None
        said, files = await self.words(message, here), await self.attachments(message, here)
        return Turned(author=writer.address, text=said, files=files) if said or files else None

    async def words(self, message: Payload, here: Installation) -> str:
        """Return the text of a message as it reads."""
        written = text(message.get("text"))
        people = await self._people.mentioned(here, mentioned(written))
        said = plain(written, names={user: person.name for user, person in people.items()}).strip()
        return "\n".join(filter(None, (said, passed_on_in(message))))

    async def attachments(self, message: Payload, here: Installation) -> tuple[Attachment, ...]:
        asked_for = await self._files(here, files_of({**message, "type": ""}))
        return tuple(attachment_of(asked_for.get(text(file.get("id")), file), here.team) for file in files_in(message))

    async def files(self, here: Installation, ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        """Return the files of these ids, as far as they can be asked for now."""
        return tuple(attachment_of(file, here.team) for file in (await self._files(here, ids)).values())

    async def _files(self, here: Installation, ids: tuple[str, ...]) -> Mapping[str, Payload]:
        found = {}
        for file_id in ids[:MOST_FILES]:
            if not is_id(file_id):
                continue
            try:
                answer = await self._web.call(here.team, "files.info", {"file": file_id}, within_s=PROMPT_S)
            except DeliveryError as exc:
                log.info("slack_file_not_looked_at", because=str(exc))
            else:
                found[file_id] = mapping(answer.get("file"))
        return found


def words_of(event: Payload) -> str:
    """Return the key of the words that an event brings, or is about."""
    ts = text(standing(event).get("ts"))
    return words_key(channel_of(event), ts) if is_ts(ts) else ""
