"""
Message → Matrix event content; pure.

HTML is built from our own tree with tags of the specification's list only, and every text in it is escaped last.
The plain `body` says the same for phones, notifications and clients that draw no HTML.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote as percent_encoded

from adapters.matrix.media import file_content, is_address, sealed_description
from chatops.application.message_tree import Button, Fact, Message, Quote, Style, spans, unmarked
from chatops.application.ports.messenger import Addressee, Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.application.visible import cut, one_line, visible
from chatops.application.words import Voice
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Language, Platform, reference

Content = dict[str, Any]

MARK = "org.exoplatform.desk"
"""The field by which we know an event for our own: against loops, and to find it again."""

LARGEST_CONTENT = 40_000
"""Bytes; the homeserver refuses an event above 65,536 and adds its own fields to ours."""

LONGEST_LINE = 300
"""Characters of a headline, a label or a fact's value."""

_INNER_SPACE = re.compile(" (?= )")

_LENGTHS = (16_000, 8_000, 4_000, 2_000, 1_000, 400, 100, 0)
"""Characters that people's texts may take together, tried until the content is small enough."""


def content_of(parcel: Parcel, say: Voice, *, latest: str | None = None) -> Content:
    """
    Return the content of the event that shows a parcel's message.

    Args:
        say: The voice of the message's language.
        latest: The newest event known in its thread, for clients that show threads as replies.
    """
    file = passed_on(parcel.claimed)
    if file is not None:
        return _related(parcel.claimed, file_content(file) | {MARK: _mark(parcel.claimed)}, latest)
    for length in _LENGTHS:
        content = _related(parcel.claimed, _drawn(parcel, say, length), latest)
        if size(content) <= LARGEST_CONTENT:
            return content
    bare = replace(parcel.claimed, message=_headline_only(parcel.claimed.message))
    return _related(bare, _drawn(replace(parcel, claimed=bare), say, 0), latest)


def file_of(claimed: ClaimedMessage) -> Attachment | None:
    """Return the file that a message is to pass on."""
    files = claimed.message.quote.files if claimed.form is Form.FILE and claimed.message.quote else ()
    return files[0] if files else None


def passed_on(claimed: ClaimedMessage) -> Attachment | None:
    """Return the file that a message passes on as a file; None where Matrix cannot carry it, and its name is told."""
    file = file_of(claimed)
    lies_here = file is not None and is_address(file.address) and (not file.key or sealed_description(file))
    return file if lies_here else None


def explanation(*paragraphs: str) -> Content:
    """Return the content of a quiet word of the adapter's own, what is to be typed in it set apart."""
    return {
        "msgtype": "m.notice",
        "body": "\n".join(map(unmarked, paragraphs)),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(f"<p>{_marked(each)}</p>" for each in paragraphs),
        "m.mentions": {},
        MARK: {"form": "explanation"},
    }


def size(content: Content) -> int:
    """Return the bytes that *content* takes in the canonical form that the homeserver measures."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


# ---- how it hangs together with other events -------------------------------------------------------------------------


def _related(claimed: ClaimedMessage, content: Content, latest: str | None) -> Content:
    root = claimed.root.value if claimed.root else None
    match claimed.form:
        case Form.CARD_EDIT if root is not None:
            return _edit(content, root)
        case Form.EDIT if claimed.target is not None:
            return _edit(content, claimed.target.value)
        case Form.THREAD | Form.FILE | Form.EDIT if root is not None:
            return content | {"m.relates_to": _in_thread(root, latest or root, falling_back=True)}
        case Form.ANSWER if claimed.answers is not None:
            answered = claimed.answers.value
            if claimed.under is not None:
                relation = _in_thread(claimed.under.value, answered, falling_back=False)
            else:
                relation = {"m.in_reply_to": {"event_id": answered}}
            return content | {"m.relates_to": relation}
        case _:
            return content


def _in_thread(root: str, answered: str, *, falling_back: bool) -> Content:
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": falling_back,
        "m.in_reply_to": {"event_id": answered},
    }


def _edit(content: Content, target: str) -> Content:
    edit = content | {
        "body": f"* {content['body']}",
        "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": target},
    }
    if "formatted_body" in content:
        edit["formatted_body"] = f"* {content['formatted_body']}"
    return edit


# ---- the message itself ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """The same words twice."""

    plain: str
    html: str


class _Allowance:
    """The characters that people's texts may still take, and those that had to be left out."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.left_out = 0

    def take(self, text: str) -> str:
        kept, missing = cut(visible(text), self._left)
        self._left -= len(kept)
        self.left_out += missing
        return f"{kept.rstrip()}…" if missing and kept else kept


def _drawn(parcel: Parcel, say: Voice, length: int) -> Content:
    claimed, message = parcel.claimed, parcel.claimed.message
    # An edit is quiet, whatever it says: nobody is called for a card that keeps up with its ticket.
    notified = () if claimed.form in (Form.CARD_EDIT, Form.EDIT) else _reachable(parcel.notify)
    blocks = _blocks(message, notified, say, _Allowance(length))
    plain = "\n".join(block.plain for block in blocks)
    formatted = "".join(block.html for block in blocks)
    content: Content = {
        "msgtype": "m.text" if notified else "m.notice",
        "body": plain,
        "m.mentions": {"user_ids": [who.user_id for who in notified]} if notified else {},
        MARK: _mark(claimed),
    }
    if formatted != _escaped(plain):
        content |= {"format": "org.matrix.custom.html", "formatted_body": formatted}
    return content


def _mark(claimed: ClaimedMessage) -> Content:
    mark: Content = {"row": claimed.id, "origin": claimed.origin, "form": str(claimed.form)}
    if claimed.ticket_id is not None:
        mark["ticket"] = reference(claimed.ticket_id)
    return mark


def _blocks(message: Message, notified: Sequence["_Notified"], say: Voice, allowance: _Allowance) -> list[_Drawn]:
    colon = "\N{NO-BREAK SPACE}: " if message.language is Language.FR else ": "
    blocks = [_headline(message, notified, colon)]
    if message.facts:
        blocks.append(_facts(message.facts, colon))
    # Our own words come after what they speak of, and are the last to be cut for its length.
    paragraphs = [allowance.take(text) for text in message.paragraphs]
    if message.quote is not None:
        blocks.append(_quote(message.quote, allowance, colon))
    if message.listing:
        blocks.append(_listing(paragraphs))
    else:
        blocks += [_paragraph(text) for text in paragraphs if text]
    if allowance.left_out:
        blocks.append(_left_out(say, allowance.left_out))
    if buttons := [button for button in message.buttons if not button.in_menu]:
        blocks.append(_buttons(buttons, colon))
    if len(blocks) == 1:
        return blocks
    first, *rest = blocks
    return [_Drawn(plain=first.plain, html=f"<p>{first.html}</p>"), *rest]


@dataclass(frozen=True, kw_only=True)
class _Notified:
    user_id: str
    name: str


def _reachable(notify: Sequence[Addressee]) -> tuple[_Notified, ...]:
    """Return those who are on Matrix, each once; others are told where they are."""
    found = {
        who.address.value: _Notified(user_id=who.address.value, name=one_line(who.name))
        for who in notify
        if who.address is not None and who.address.platform is Platform.MATRIX
    }
    return tuple(found.values())


def _headline(message: Message, notified: Sequence[_Notified], colon: str) -> _Drawn:
    line = _line(message.headline)
    headline, shown = unmarked(line), _marked(line)
    if message.facts or message.listing:
        shown = f"<strong>{shown}</strong>"
    if not notified:
        return _Drawn(plain=headline, html=shown)
    names = ", ".join(who.name for who in notified)
    pills = ", ".join(map(_pill, notified))
    return _Drawn(plain=f"{names}{colon}{headline}", html=f"{pills}{colon}{shown}")


def _pill(who: _Notified) -> str:
    link = "https://matrix.to/#/" + percent_encoded(who.user_id, safe="@:")
    return f'<a href="{html.escape(link)}">{_escaped(who.name)}</a>'


def _facts(facts: Sequence[Fact], colon: str) -> _Drawn:
    lines = [(_line(fact.label), _line(fact.value)) for fact in facts]
    return _Drawn(
        plain=" · ".join(f"{label}{colon}{value}" for label, value in lines),
        html="<p>"
        + " · ".join(f"{_escaped(label)}{colon}<strong>{_escaped(value)}</strong>" for label, value in lines)
        + "</p>",
    )


def _paragraph(text: str) -> _Drawn:
    """Its further lines are indented: what people wrote may stand in it, and must not pass for lines of ours."""
    return _Drawn(plain=unmarked(text).replace("\n", "\n  "), html=f"<p>{_marked(text)}</p>")


def _listing(lines: Sequence[str]) -> _Drawn:
    shown = [line for line in lines if line]
    return _Drawn(
        plain="\n".join(f"• {unmarked(line)}" for line in shown),
        html="<ul>" + "".join(f"<li>{_marked(line)}</li>" for line in shown) + "</ul>",
    )


def _quote(quote: Quote, allowance: _Allowance, colon: str) -> _Drawn:
    author, text = _line(quote.author), allowance.take(quote.text)
    files = [_file(file) for file in quote.files]
    plain = [f"{author}{colon.rstrip()}"] if author else []
    plain += text.split("\n") if text else []
    plain += files
    shown = [f"<strong>{_escaped(author)}</strong>"] if author else []
    shown += [_escaped(text)] if text else []
    shown += [_escaped(file) for file in files]
    return _Drawn(
        plain="\n".join(f"> {line}".rstrip() for line in plain),
        html=f"<blockquote>{'<br>'.join(shown)}</blockquote>",
    )


def _file(file: Attachment) -> str:
    return f"📎 {_line(file.name)}"


def _left_out(say: Voice, count: int) -> _Drawn:
    sentence = say.plural(
        "The text is too long for a chat message: {n} character of it is not shown.",
        "The text is too long for a chat message: {n} characters of it are not shown.",
        count,
    )
    return _Drawn(plain=sentence, html=f"<p><em>{_escaped(sentence)}</em></p>")


def _buttons(buttons: Sequence[Button], colon: str) -> _Drawn:
    """Matrix has no buttons: what they would do is told as the words to type, and the sign to react with."""
    return _Drawn(
        plain=" · ".join(f"{_signed(button)}{_line(button.label)}{colon}{_line(button.command)}" for button in buttons),
        html="<p>" + " · ".join(map(_button, buttons)) + "</p>",
    )


def _button(button: Button) -> str:
    shown = _escaped(_line(button.label))
    if button.style is Style.PRIMARY:
        shown = f"<strong>{shown}</strong>"
    return f"{_escaped(_signed(button))}{shown} <code>{_escaped(_line(button.command))}</code>"


def _signed(button: Button) -> str:
    return f"{_line(button.sign)} " if button.sign else ""


def _headline_only(message: Message) -> Message:
    """Return the least that a message can say, for one that nothing else makes small enough."""
    return Message(language=message.language, headline=message.headline, notify=message.notify)


def _marked(text: str) -> str:
    """Return our own sentence as HTML, what is to be typed set apart."""
    return "".join(f"<code>{_escaped(piece)}</code>" if typed else _escaped(piece) for piece, typed in spans(text))


def _line(text: str) -> str:
    kept, missing = cut(one_line(text), LONGEST_LINE)
    return kept.rstrip() + "…" if missing else kept


def _escaped(text: str) -> str:
    """Return plain text as HTML that looks the same: its lines and its indentation stand as they were."""
    lines = html.escape(text.expandtabs(4), quote=False).split("\n")
    return "<br>".join(_INNER_SPACE.sub("\u00a0", line) for line in lines)
