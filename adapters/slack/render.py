"""
Message → what Slack is asked to post: text, blocks and metadata; pure.

The blocks are what people see in the conversation, `text` is what a phone shows in its notification. Whatever the
message holds, Slack takes it: what is too long is cut, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adapters.slack import blocks as kit
from adapters.slack.actions import actions
from adapters.slack.addresses import is_id, parts
from adapters.slack.blocks import Json
from chatops.application.message_tree import Fact, Message, Quote, unmarked
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.application.visible import visible
from chatops.application.words import Voice
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Platform, reference

MARK = "chatops_desk"
"""The type of our messages' metadata, by which we know them for our own."""

LARGEST = 9_500
"""What blocks may weigh together (`blocks.weight`); Slack was seen to take 9,597 characters, and to refuse 11,341."""

MOST_BLOCKS = 50

LONGEST_LINE = 300
"""Characters of a headline or a name."""

LONGEST_EXCERPT = 160
"""Characters that a notification shows of what people wrote."""

_LENGTHS = (8_000, 4_000, 2_000, 1_000, 400, 100, 0)
"""Characters that people's texts may take together, tried until the blocks are small enough."""

_MOST_MENTIONED = 30

_APART = 10
"""So many paragraphs have a block each; more of them are the lines of one."""

_CARDS = frozenset({Form.CARD, Form.CARD_EDIT})
_QUIET = frozenset({Form.CARD_EDIT, Form.EDIT, Form.REMOVAL})
"""An edit calls nobody, whatever it says: a card that keeps up with its ticket is no news."""


def content_of(parcel: Parcel, say: Voice) -> Json:
    """
    Return what shows a parcel's message.

    Args:
        say: The voice of the message's language.
    """
    parcel = replace(parcel, claimed=replace(parcel.claimed, message=_visible(parcel.claimed.message)))
    notified = _notified(parcel)
    drawn = next(filter(_fits, (_blocks(parcel, notified, say, length) for length in _LENGTHS)), None)
    if drawn is None:
        bare = replace(parcel.claimed, message=_headline_only(parcel.claimed.message))
        drawn = _blocks(replace(parcel, claimed=bare), notified, say, 0)
    return {"text": _notification(parcel.claimed, notified), "blocks": drawn, "metadata": mark_of(parcel.claimed)}


def file_content_of(parcel: Parcel, permalink: str, name: str) -> Json:
    """
    Return what shows a file that was uploaded and nobody sees yet.

    Slack shares it with everybody who reads its address in a message's text of the same bot (bolt-python 1018), so
    this message has no blocks: then the text is what is shown.
    """
    headline = unmarked(kit.line(parcel.claimed.message.headline, LONGEST_LINE))
    link = f"<{permalink}|{kit.escaped(kit.line(name, LONGEST_LINE))}>"
    text = f"{_called(_notified(parcel))}{kit.escaped(headline)} {link}"
    return {"text": text, "metadata": mark_of(parcel.claimed)}


def mark_of(claimed: ClaimedMessage) -> Json:
    """Return the metadata by which the message is found again; anybody in the workspace can read it: ids only."""
    mark: Json = {"row": claimed.id, "origin": claimed.origin, "form": str(claimed.form)}
    if claimed.ticket_id is not None:
        mark["ticket"] = reference(claimed.ticket_id)
    return {"event_type": MARK, "event_payload": mark}


# ---- the notification ------------------------------------------------------------------------------------------------


def _notification(claimed: ClaimedMessage, notified: Sequence[str]) -> str:
    """Return the mention, the headline and what it announces: an excerpt of the quote, or a card's next move."""
    message = claimed.message
    headline = unmarked(kit.line(message.headline, LONGEST_LINE))
    beyond = ""
    if claimed.form in _CARDS:
        beyond = unmarked(next(iter(message.paragraphs), ""))
    elif message.quote is not None and not message.facts:
        beyond = message.quote.text or " ".join(map(_file, message.quote.files))
    if beyond.strip():
        headline = headline + " " if headline.endswith(":") else headline.removesuffix(".") + " – "
        headline += kit.line(beyond, LONGEST_EXCERPT)
    return _called(notified) + kit.escaped(headline)


def _called(notified: Sequence[str]) -> str:
    return "".join(f"<@{user}> " for user in notified)


def _notified(parcel: Parcel) -> tuple[str, ...]:
    """Return the ids of those who are called and are on Slack, each once; others are told where they are."""
    if parcel.claimed.form in _QUIET:
        return ()
    users = [_user(who) for who in parcel.notify]
    return tuple(dict.fromkeys(user for user in users if user))[:_MOST_MENTIONED]


def _user(who: Addressee) -> str:
    if who.address is None or who.address.platform is not Platform.SLACK:
        return ""
    _, user = parts(who.address)
    return user if is_id(user) else ""


# ---- the blocks ------------------------------------------------------------------------------------------------------


class _Allowance:
    """The characters that people's texts may still take, and those that had to be left out."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.left_out = 0

    def take(self, text: str) -> str:
        kept, missing = kit.fitted(text, self._left)
        self._left -= kit.length(kept)
        self.left_out += missing
        return f"{kept.rstrip()}…" if missing and kept else kept


def _fits(blocks: Sequence[Json]) -> bool:
    return len(blocks) <= MOST_BLOCKS and kit.weight(blocks) <= LARGEST


def _blocks(parcel: Parcel, notified: Sequence[str], say: Voice, length: int) -> list[Json]:
    message, allowance = parcel.claimed.message, _Allowance(length)
    # Our own words come first, and are the last to be cut for the length of what people wrote.
    paragraphs = [text for text in map(allowance.take, message.paragraphs) if text]
    quoted = _quote(message.quote, allowance)
    if parcel.claimed.form in _CARDS:
        drawn = _card(message, notified, paragraphs, quoted)
    else:
        drawn = _spoken(message, notified, paragraphs, quoted)
    if allowance.left_out:
        drawn.append(kit.context(_left_out(say, allowance.left_out)))
    return drawn + actions(message.buttons, of=parcel.claimed.entry)


def _card(message: Message, notified: Sequence[str], paragraphs: Sequence[str], quoted: Json | None) -> list[Json]:
    """The title, whose move it is and who is called for it, how the ticket stands, what was reported."""
    move, *more = paragraphs or [""]
    return [
        kit.header(unmarked(kit.line(message.headline, LONGEST_LINE))),
        *kit.rich_text(kit.section([*_mentions(notified), *_paragraph(move)])),
        *_paragraphs(more),
        *_facts(message.facts),
        *kit.rich_text(quoted),
    ]


def _spoken(message: Message, notified: Sequence[str], paragraphs: Sequence[str], quoted: Json | None) -> list[Json]:
    """What a colleague would write: who is meant, what it is about, the words in question, what follows from them."""
    title = bool(message.facts or message.listing)
    headline = kit.said(kit.line(message.headline, LONGEST_LINE), bold=title)
    first = kit.section([*_mentions(notified), *headline])
    if message.listing:
        listed = kit.rich_text(kit.bullets(map(kit.said, paragraphs)))
        return [*kit.rich_text(first, quoted), *_facts(message.facts), *listed]
    return [*kit.rich_text(first, quoted), *_facts(message.facts), *_paragraphs(paragraphs)]


def _mentions(notified: Sequence[str]) -> Iterator[Json]:
    for user in notified:
        yield kit.mention(user)
        yield {"type": "text", "text": " "}


def _facts(facts: Sequence[Fact]) -> list[Json]:
    fields = [kit.titled(fact.label, fact.value, kit.FIELD) for fact in facts]
    return [
        {"type": "section", "fields": fields[start : start + kit.FIELDS]} for start in range(0, len(fields), kit.FIELDS)
    ]


def _paragraphs(paragraphs: Sequence[str]) -> list[Json]:
    if len(paragraphs) <= _APART:
        return [block for text in paragraphs for block in kit.rich_text(kit.section(_paragraph(text)))]
    return kit.rich_text(kit.section(_on_lines([[*_paragraph(text)] for text in paragraphs])))


def _paragraph(text: str) -> Iterator[Json]:
    """Its further lines are indented: what people wrote may stand in it, and must not pass for lines of ours."""
    return kit.said(text.replace("\n", "\n\u2003"))


def _quote(quote: Quote | None, allowance: _Allowance) -> Json | None:
    if quote is None:
        return None
    lines: list[list[Json]] = []
    if quote.author:
        lines.append([*kit.written(kit.line(quote.author, LONGEST_LINE), bold=True)])
    if text := allowance.take(quote.text):
        lines.append([*kit.written(text)])
    lines += [[*kit.written(_file(file))] for file in quote.files]
    return kit.quote(_on_lines(lines))


def _on_lines(lines: Sequence[Sequence[Json]]) -> Iterator[Json]:
    for number, pieces in enumerate(lines):
        if number:
            yield {"type": "text", "text": "\n"}
        yield from pieces


def _file(file: Attachment) -> str:
    return f"📎 {kit.line(file.name, LONGEST_LINE)}"


def _left_out(say: Voice, count: int) -> str:
    return say.plural(
        "The text is too long for a chat message: {n} character of it is not shown.",
        "The text is too long for a chat message: {n} characters of it are not shown.",
        count,
    )


def _visible(message: Message) -> Message:
    """Return the message with its long texts made visible, once for all tries of a length."""
    quote = message.quote
    return replace(
        message,
        paragraphs=tuple(map(visible, message.paragraphs)),
        quote=None if quote is None else replace(quote, text=visible(quote.text)),
    )


def _headline_only(message: Message) -> Message:
    """Return the least that a message can say, for one that nothing else makes small enough."""
    return Message(language=message.language, headline=message.headline, notify=message.notify)
