"""Message → terminal text; pure. The words of people are made safe here, at the edge (S24, S33)."""

from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.text import Text

from chatops.application.message_tree import Message, Quote
from chatops.application.visible import one_line, visible
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import Language


class Part(StrEnum):
    """What a line is of a message; it decides how the line looks."""

    HEADLINE = "headline"
    FACT = "fact"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    FILE = "file"
    BUTTON = "button"
    SPEECH = "speech"
    SIGN = "sign"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it appears, safe to print."""

    part: Part
    text: str


def render(message: Message) -> tuple[Line, ...]:
    colon = "\N{NO-BREAK SPACE}: " if message.language is Language.FR else ": "
    lines = [Line(part=Part.HEADLINE, text=one_line(message.headline))]
    lines += [
        Line(part=Part.FACT, text=f"{one_line(fact.label)}{colon}{one_line(fact.value)}") for fact in message.facts
    ]
    if message.quote is not None:
        lines += _quoted(message.quote, colon)
    for paragraph in filter(None, message.paragraphs):
        lines += _paragraph(f"- {paragraph}" if message.listing else paragraph)
    lines += [
        Line(part=Part.BUTTON, text=f"[{one_line(button.label)}] {one_line(f'{button.command} {button.sign}'.strip())}")
        for button in message.buttons
        if not button.in_menu
    ]
    return tuple(lines)


def render_speech(text: str, files: tuple[Attachment, ...] = ()) -> tuple[Line, ...]:
    """Return what a person typed, as the others in the room read it."""
    return (*(_lines(Part.SPEECH, text) if text else ()), *map(_file, files))


def plain(lines: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in lines)


def styled(line: Line) -> Text:
    """Return the line for a terminal that shows colours; its text is data, never markup."""
    return Text(line.text, style=_LOOKS[line.part])


_LOOKS = {
    Part.HEADLINE: "bold",
    Part.FACT: "cyan",
    Part.PARAGRAPH: "",
    Part.QUOTE: "italic",
    Part.FILE: "magenta",
    Part.BUTTON: "green",
    Part.SPEECH: "",
    Part.SIGN: "yellow",
}


def _paragraph(text: str) -> list[Line]:
    """Its further lines are indented: what people wrote may stand in it, and must not pass for lines of its own."""
    first, *further = _lines(Part.PARAGRAPH, text)
    return [first, *(Line(part=line.part, text=f"  {line.text}") for line in further)]


def put(console: Console, text: Text) -> None:
    """Print a line as it is: nothing in it is markup, and where the output lacks a character, a ``?`` stands."""
    encoding = console.encoding
    text.plain = text.plain.encode(encoding, "replace").decode(encoding)
    # `soft_wrap`: a line that is piped into a file or a grep stays one line.
    console.print(text, soft_wrap=True)


def _quoted(quote: Quote, colon: str) -> list[Line]:
    said = [Line(part=Part.QUOTE, text=f"{one_line(quote.author)}{colon.rstrip()}")] if quote.author else []
    # Every line of it is marked, so that nobody's words can pass for the desk's.
    said += [Line(part=Part.QUOTE, text=f"> {line.text}") for line in _lines(Part.QUOTE, quote.text)]
    return said + [_file(file) for file in quote.files]


def _file(file: Attachment) -> Line:
    return Line(part=Part.FILE, text=f"[file: {one_line(file.name)}]")


def _lines(part: Part, text: str) -> list[Line]:
    return [Line(part=part, text=line) for line in visible(text).expandtabs(4).split("\n")] if text else []
