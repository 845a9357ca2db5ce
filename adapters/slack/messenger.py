"""
The Messenger port over Slack: a row of the outbox becomes one message, and is found again by the mark that it bears.

Slack knows no idempotency key. What may have been posted is looked for before it is posted again (`trace`); everything
else that is asked here may be asked twice.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from adapters.slack.addresses import is_ts, message_address, parts
from adapters.slack.direct import DirectConversations
from adapters.slack.emoji import name_of
from adapters.slack.fields import text
from adapters.slack.files import SlackFiles, safe_name
from adapters.slack.read_back import ReadBack
from adapters.slack.render import content_of, file_content_of
from adapters.slack.web import (
    FileRefused,
    NoThread,
    NotRemovable,
    NotThere,
    SignRefused,
    SlackWeb,
    broken,
)
from chatops.application.carrying import Carrying, NotCarried
from chatops.application.message_tree import Message
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.application.visible import one_line
from chatops.application.words import Words
from chatops.domain.directory import Address
from chatops.domain.errors import Undeliverable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform

_AS_IT_STANDS: dict[str, Any] = {"parse": "none", "link_names": False}
"""Nothing is made of names and addresses that stand in the text (S22)."""

_NO_PREVIEWS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}

Json = Mapping[str, Any]


class SlackMessenger:
    """
    Satisfies `Messenger` and `Traceable`.

    Args:
        carrying: Brings the files that are passed on. Slack's own too: who reads in another room may not read them
            where they lie.
    """

    platform = Platform.SLACK

    def __init__(self, web: SlackWeb, words: Words, files: SlackFiles, carrying: Carrying) -> None:
        self._web = web
        self._words = words
        self._files = files
        self._carrying = carrying
        self._read_back = ReadBack(web)
        self._direct = DirectConversations(web)

    async def deliver(self, parcel: Parcel) -> Address:
        """
        Raises:
            RoomBusy, RateLimited: Slack takes no more for a while: in that room, or of us.
            Unreachable: Nobody of ours is in that room.
            Doubtful: It may have arrived.
            TryAgainLater: Time-out, Slack is away, or does not take our token.
            Undeliverable: It will never arrive.
        """
        parcel = await self._direct.placed(parcel)
        claimed = parcel.claimed
        match claimed.form:
            case Form.CARD_EDIT if claimed.root is None:
                raise Undeliverable("there is no card to edit")
            case Form.CARD_EDIT | Form.EDIT if (edited := _edited(claimed)) is not None:
                return await self._edit(parcel, edited)
            case Form.REMOVAL:
                return await self._remove(parcel)
            case Form.REACTION:
                return await self._react(claimed)
            case Form.REACTION_REMOVAL:
                return await self._unreact(claimed)
            case Form.FILE:
                return await self._post_file(parcel)
            case _:
                return await self._post(parcel, self._content(parcel))

    async def trace(self, parcel: Parcel) -> Address | None:
        """
        Raises:
            CannotTell: The app may not read there, or what was written since is too long.
            RoomBusy, RateLimited, Unreachable, TryAgainLater: As `deliver` does.
        """
        if not _is_posted(parcel.claimed) or _reader_alone(parcel):
            return None  # It may be sent again: it changes what stands there, or is read by one person once more.
        parcel = await self._direct.placed(parcel)
        return await self._read_back.find(parcel.claimed, _thread_of(parcel))

    # ---- posts -------------------------------------------------------------------------------------------------------

    def _content(self, parcel: Parcel) -> Json:
        return content_of(parcel, self._words[parcel.claimed.message.language])

    async def _post(self, parcel: Parcel, content: Json) -> Address:
        """In a thread, at the top, or for one reader alone."""
        try:
            return await self._post_in(_thread_of(parcel), parcel, content)
        except NoThread:
            if parcel.claimed.form is not Form.ANSWER:
                raise
            return await self._post_in(None, parcel, content)

    async def _post_in(self, thread: str | None, parcel: Parcel, content: Json) -> Address:
        team, channel = parts(parcel.claimed.place)
        asked = {"channel": channel, "thread_ts": thread, **content, **_AS_IT_STANDS}
        if reader := _reader_alone(parcel):
            answer = await self._web.call(team, "chat.postEphemeral", {**_unmarked(asked), "user": reader})
            return _address_in(answer, "message_ts", "chat.postEphemeral")
        if "blocks" in content:
            # Without blocks it shows a file, by its address: there, what is behind the address is wanted.
            asked |= _NO_PREVIEWS
        return _address_in(await self._web.call(team, "chat.postMessage", asked), "ts", "chat.postMessage")

    async def _post_file(self, parcel: Parcel) -> Address:
        """The file itself where both sides can; else its name is told."""
        file = _passed_on(parcel.claimed.message)
        if file is None:
            return await self._post(parcel, self._content(parcel))
        team, _ = parts(parcel.claimed.place)
        name = safe_name(file.name)

        async def put(data: bytes) -> Attachment:
            return replace(file, address=await self._files.upload(team, data, name=name), key="")

        try:
            there = await self._carrying.carried(parcel.claimed, file, put)
            return await self._post(parcel, file_content_of(parcel, there.address, name))
        except (NotCarried, FileRefused):
            return await self._post(parcel, self._content(parcel))

    # ---- changes of what stands there --------------------------------------------------------------------------------

    async def _edit(self, parcel: Parcel, edited: Address) -> Address:
        """
        What was said and is gone needs no correction; a card that is gone is missed.

        The mark stays as it is: by it the message is known, not its edits.
        """
        team, channel = parts(parcel.claimed.place)
        asked = {"channel": channel, "ts": edited.value, **_unmarked(self._content(parcel)), **_AS_IT_STANDS}
        try:
            await self._web.call(team, "chat.update", asked)
        except NotThere:
            if parcel.claimed.form is Form.CARD_EDIT:
                raise
        return edited

    async def _remove(self, parcel: Parcel) -> Address:
        """What never arrived, or is gone, is removed. What the workspace keeps says from now on that it was."""
        claimed = parcel.claimed
        if claimed.target is None:
            return claimed.root or claimed.place
        team, channel = parts(claimed.place)
        files = await self._read_back.files_of(claimed.place, claimed.target)
        try:
            await self._web.call(team, "chat.delete", {"channel": channel, "ts": claimed.target.value})
        except NotThere:
            pass
        except NotRemovable:
            await self._edit(parcel, claimed.target)
        for file in files:
            with suppress(Undeliverable):
                await self._web.call(team, "files.delete", {"file": file})
        return claimed.target

    async def _react(self, claimed: ClaimedMessage) -> Address:
        """A sign under what is gone asks for nothing more; the room's address stands for it."""
        under = claimed.answers or claimed.target
        name = name_of(one_line(claimed.message.headline))
        if under is None or name is None:
            return claimed.place
        try:
            await self._sign("reactions.add", claimed, under, name)
        except NotThere:
            return claimed.place
        return under

    async def _unreact(self, claimed: ClaimedMessage) -> Address:
        name = name_of(one_line(claimed.message.headline))
        if claimed.target is None or claimed.target == claimed.place or name is None:
            return claimed.place  # There was no sign of ours.
        with suppress(NotThere):
            await self._sign("reactions.remove", claimed, claimed.target, name)
        return claimed.target

    async def _sign(self, method: str, claimed: ClaimedMessage, under: Address, name: str) -> None:
        team, channel = parts(claimed.place)
        with suppress(SignRefused):
            await self._web.call(team, method, {"channel": channel, "timestamp": under.value, "name": name})


def _unmarked(content: Json) -> Json:
    return {name: value for name, value in content.items() if name != "metadata"}


def _address_in(answer: Json, name: str, method: str) -> Address:
    ts = text(answer.get(name))
    if not is_ts(ts):
        raise broken(method, "Slack does not say what the message is called")
    return message_address(ts)


def _edited(claimed: ClaimedMessage) -> Address | None:
    """Return what the message changes; an edit of what never arrived is a message of its own."""
    return claimed.root if claimed.form is Form.CARD_EDIT else claimed.target


def _is_posted(claimed: ClaimedMessage) -> bool:
    match claimed.form:
        case Form.CARD | Form.THREAD | Form.FILE | Form.ANSWER:
            return True
        case Form.EDIT:
            return claimed.target is None
        case _:
            return False


def _thread_of(parcel: Parcel) -> str | None:
    """Return the root of the thread that it is written in; None at the top of the room."""
    claimed = parcel.claimed
    match claimed.form:
        case Form.THREAD | Form.FILE | Form.EDIT:
            root = claimed.root
        case Form.ANSWER if claimed.under == claimed.answers and _reader_alone(parcel):
            # It answers the root itself (a button of the card), and may be the first below it: what only one person
            # reads is not shown in a thread in which nobody has written.
            root = None
        case Form.ANSWER:
            root = claimed.under
        case _:
            root = None
    return root.value if root is not None else None


def _reader_alone(parcel: Parcel) -> str:
    """Return who alone may read an answer; empty where everybody may, or nobody else can."""
    claimed, reader = parcel.claimed, parcel.reader
    _, channel = parts(claimed.place)
    if claimed.form is not Form.ANSWER or reader is None or reader.address is None or channel.startswith("D"):
        return ""
    return parts(reader.address)[1] if reader.address.platform is Platform.SLACK else ""


def _passed_on(message: Message) -> Attachment | None:
    files = message.quote.files if message.quote is not None else ()
    return files[0] if files else None
