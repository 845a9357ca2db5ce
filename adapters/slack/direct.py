"""Messages to one person: the conversation that somebody has with us alone, by the person's own address."""

from dataclasses import replace

from adapters.slack.addresses import parts, room_address
from adapters.slack.fields import mapping, text
from adapters.slack.web import SlackWeb, broken
from chatops.application.ports.messenger import Parcel
from chatops.domain.directory import Address

_MOST = 10_000


class DirectConversations:
    """
    Knows by its id the conversation to which a parcel goes that is addressed to a person.

    `chat.postMessage` would take the person's id as well; the history of the conversation, where a message is looked
    for before it is sent again, is only shown by the conversation's own.
    """

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._known: dict[Address, Address] = {}

    async def placed(self, parcel: Parcel) -> Parcel:
        """
        Return *parcel* with the conversation as its place, where a person is.

        Raises as `SlackWeb.call` does.
        """
        place = parcel.claimed.place
        if not is_person(place):
            return parcel
        if place not in self._known:
            team, user = parts(place)
            answer = await self._web.call(team, "conversations.open", {"users": user})
            channel = text(mapping(answer.get("channel")).get("id"))
            if not channel:
                raise broken("conversations.open", "Slack does not say what the conversation is called")
            if len(self._known) >= _MOST:
                self._known.pop(next(iter(self._known)))
            self._known[place] = room_address(team, channel)
        return replace(parcel, claimed=replace(parcel.claimed, place=self._known[place]))


def is_person(place: Address) -> bool:
    """Whether *place* is somebody's address: Slack's ids of people begin with U or W, those of rooms with C, D or G."""
    return parts(place)[1].startswith(("U", "W"))
