"""Reading back what stands on Slack: whether a message of ours arrived, by the mark that it bears (F5, F6)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from adapters.slack.addresses import message_address, parts
from adapters.slack.fields import Payload, mapping, mappings, text
from adapters.slack.render import MARK
from adapters.slack.web import NotGranted, NotThere, SlackWeb
from chatops.application.ports.outbox import ClaimedMessage
from chatops.domain.directory import Address
from chatops.domain.errors import CannotTell, Undeliverable

PAGE = 200
MOST_PAGES = 10
"""How far back a message is looked for: a busy thread and more, and a fifth of what Slack lets us ask in a minute."""


class ReadBack:
    def __init__(self, web: SlackWeb) -> None:
        self._web = web

    async def find(self, claimed: ClaimedMessage, thread: str | None) -> Address | None:
        """
        Return what Slack calls the message of an earlier try.

        Args:
            thread: The root of the thread that it was to stand in; where that is gone, it went to the top of the room.

        Raises:
            CannotTell: The app may not read there, or what was written since is too long.
            RoomBusy, RateLimited, Unreachable, TryAgainLater: Not now.
        """
        try:
            if thread is not None:
                try:
                    return await self._among("conversations.replies", {"ts": thread}, claimed)
                except NotThere:
                    pass
            return await self._among("conversations.history", {}, claimed)
        except NotGranted as kept:
            raise CannotTell(f"the app may not read there: {kept}") from kept

    async def files_of(self, place: Address, message: Address) -> Sequence[str]:
        """Return the ids of the files that a message of ours shows; none where that cannot be read."""
        team, channel = parts(place)
        asked = {"channel": channel, "ts": message.value, "latest": message.value, "oldest": message.value}
        try:
            page = await self._web.call(team, "conversations.replies", asked | {"inclusive": True, "limit": 2})
        except (Undeliverable, NotGranted):
            return ()
        shown = next((each for each in mappings(page.get("messages")) if each.get("ts") == message.value), {})
        return [file_id for file in mappings(shown.get("files")) if (file_id := text(file.get("id")))]

    async def _among(self, method: str, where: Mapping[str, Any], claimed: ClaimedMessage) -> Address | None:
        team, channel = parts(claimed.place)
        ours = await self._web.installed(team)
        async for message in self._messages(team, method, {"channel": channel, **where}):
            # Anybody may write such a mark; only we write as our bot.
            if message.get("user") == ours.user and _bears_mark_of(message, claimed):
                return message_address(text(message.get("ts")))
        return None

    async def _messages(self, team: str, method: str, where: Mapping[str, Any]) -> AsyncIterator[Payload]:
        """Yield what was written there, page by page."""
        cursor = None
        for _ in range(MOST_PAGES):
            asked = {**where, "limit": PAGE, "cursor": cursor, "include_all_metadata": True}
            page = await self._web.call(team, method, asked)
            for message in mappings(page.get("messages")):
                yield message
            cursor = text(mapping(page.get("response_metadata")).get("next_cursor"))
            if not cursor:
                return
        raise CannotTell(f"more than {MOST_PAGES * PAGE} messages were written there")


def _bears_mark_of(message: Payload, claimed: ClaimedMessage) -> bool:
    metadata = mapping(message.get("metadata"))
    mark = mapping(metadata.get("event_payload"))
    return (
        metadata.get("event_type") == MARK
        and str(mark.get("row")) == str(claimed.id)
        and mark.get("origin") == claimed.origin
    )
