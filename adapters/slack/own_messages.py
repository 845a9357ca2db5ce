"""Which messages are ours, and which rows of the outbox they show."""

from collections import OrderedDict

from adapters.slack.events import Bot, Own, own_message
from adapters.slack.fields import Payload, mappings, text
from adapters.slack.installations import Installation
from adapters.slack.people import NEVER
from adapters.slack.web import SlackWeb

PROMPT_S = 1.5
"""How long a message is waited for: Slack gives us three seconds for everything."""

_REMEMBERED = 10_000


class OwnMessages:
    """
    What we know of each message; those that we learned of first are forgotten first.

    Most of our own come by before anybody's words about them. Of the others, those that Slack does not say somebody
    else wrote have to be asked for, once each: reading is what Slack limits most.
    """

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._known: OrderedDict[tuple[str, str], Own | None] = OrderedDict()

    def came_by(self, channel: str, message: Payload, bot: Bot) -> Own | None:
        """Return which message of ours it is, if any."""
        own = own_message(message, bot)
        if own is not None:
            self._keep(channel, own.message.address.value, own)
        return own

    async def at(self, here: Installation, channel: str, ts: str, bot: Bot) -> Own | None:
        """
        Raises:
            TryAgainLater: It cannot be told now.
        """
        if (channel, ts) not in self._known:
            message = await self.message(here, channel, ts)
            self._keep(channel, ts, own_message(message, bot) if message is not None else None)
        return self._known[(channel, ts)]

    def known(self, channel: str, ts: str) -> Own | None:
        """Return which message of ours it is, as far as one came by."""
        return self._known.get((channel, ts))

    async def message(self, here: Installation, channel: str, ts: str) -> Payload | None:
        """
        Return a message as it stands, wherever in the channel; None for one that is gone, or kept from us.

        Raises:
            TryAgainLater: It cannot be told now.
        """
        asked = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        asked["include_all_metadata"] = True
        try:
            answer = await self._web.call(here.team, "conversations.replies", asked, within_s=PROMPT_S)
        except NEVER:
            return None
        return next((each for each in mappings(answer.get("messages")) if text(each.get("ts")) == ts), None)

    def _keep(self, channel: str, ts: str, own: Own | None) -> None:
        self._known[(channel, ts)] = own
        self._known.move_to_end((channel, ts))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
