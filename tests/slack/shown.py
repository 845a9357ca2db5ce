"""What a client shows one person: a channel with its threads, a modal, a Home tab."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.slack.backstage import Backstage
from tests.slack.payloads import message_json
from tests.slack.records import Channel, Message, User, View
from tests.slack.screens import buttons_in, label_of, lines_of_message, lines_of_view


@dataclass(frozen=True, kw_only=True)
class Shown:
    """
    A message as it now stands before somebody.

    Attributes:
        lines: What there is to read, buttons as `[Accept]`.
        buttons: What stands on them.
        reactions: By emoji, who reacted so.
        only_me: Slack says "Only visible to you".
        replies: What is in its thread, oldest first.
    """

    message: Message
    ts: str
    author: str
    lines: tuple[str, ...]
    buttons: tuple[str, ...]
    reactions: Mapping[str, tuple[str, ...]]
    files: tuple[str, ...]
    edited: bool
    only_me: bool
    replies: tuple["Shown", ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def __contains__(self, words: str) -> bool:
        return words in self.text


@dataclass(frozen=True, kw_only=True)
class Screen:
    """
    A channel before somebody, oldest first; replies are under what they reply to.

    Attributes:
        modal: The lines of the modal on top; empty if none is open.
    """

    channel: Channel
    messages: tuple[Shown, ...]
    modal: tuple[str, ...]

    def __iter__(self) -> Iterator[Shown]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    def __contains__(self, words: str) -> bool:
        return words in self.text

    @property
    def everything(self) -> Sequence[Shown]:
        """All messages, those in threads too, each thread after its root."""
        return [each for root in self.messages for each in (root, *root.replies)]

    def find(self, words: str) -> Shown:
        """
        Return the newest message that holds *words*.

        Raises:
            LookupError: There is none; the error shows what there is.
        """
        for shown in reversed(self.everything):
            if words in shown.text:
                return shown
        raise LookupError(f"nobody said {words!r} in\n{self.text}")

    @property
    def lines(self) -> list[str]:
        """The transcript: each message under its author, what is in a thread indented."""
        return [line for each in self.messages for line in (*_transcript(each), *_thread(each))]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def screen_of(stage: Backstage, user: User, channel: Channel) -> Screen:
    mine = [each for each in channel.ephemerals if each.only_for is user]
    there = sorted([*channel.messages.values(), *mine], key=lambda each: each.ts)
    roots = {each.ts for each in there if not each.is_reply}
    tops = [each for each in there if not each.is_reply or each.root_ts not in roots]
    modals = stage.world.modals[user]
    return Screen(
        channel=channel,
        messages=tuple(_shown(stage, top, [each for each in there if each.root_ts == top.ts]) for top in tops),
        modal=tuple(view_lines(stage, modals[-1])) if modals else (),
    )


def view_lines(stage: Backstage, view: View) -> list[str]:
    """Return a view with what is filled in, and with the mistakes that the app found."""
    lines = lines_of_view({**view.body, "blocks": view.blocks}, stage.world.name_of, values=view.values)
    return [*lines, *(f"! {error}" for error in view.errors.values())]


def _shown(stage: Backstage, message: Message, thread: Sequence[Message]) -> Shown:
    return Shown(
        message=message,
        ts=message.ts,
        author=message.username or message.author.name,
        lines=tuple(lines_of_message(message_json(message), stage.world.name_of)),
        buttons=tuple(label_of(element) for _, element in buttons_in(message.blocks)),
        reactions={name: tuple(user.name for user in users) for name, users in message.reactions.items()},
        files=tuple(file.name for file in message.files),
        edited=message.edit_shown,
        only_me=message.only_for is not None,
        replies=tuple(_shown(stage, each, ()) for each in thread if each is not message),
    )


def _transcript(shown: Shown, indent: str = "") -> list[str]:
    notes = [*(["edited"] if shown.edited else []), *(["only visible to you"] if shown.only_me else [])]
    head = f"{shown.author} ({', '.join(notes)}):" if notes else f"{shown.author}:"
    signs = [f":{name}: {', '.join(who)}" for name, who in shown.reactions.items()]
    return [indent + head, *(f"{indent}  {line}" for line in (*shown.lines, *signs))]


def _thread(shown: Shown) -> list[str]:
    return [line for reply in shown.replies for line in _transcript(reply, indent="    ")]
