"""Where the console's lines come from: a person at a terminal, or a pipe."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output

Offers = Callable[[], Iterable[str]]
"""What completion may offer at this moment."""


class Lines(Protocol):
    @property
    def interactive(self) -> bool: ...

    async def next(self, prompt: str) -> str | None:
        """Return what was typed, its lines joined; None at the end."""
        ...


class PipedLines:
    """Lines of a pipe or a file; one that ends with a backslash goes on below."""

    interactive = False

    def __init__(self, source: TextIO, echo: Callable[[str], None]) -> None:
        self._source = source
        self._echo = echo

    async def next(self, prompt: str) -> str | None:
        typed: list[str] = []
        while line := await asyncio.to_thread(self._source.readline):
            typed.append(line.rstrip("\r\n"))
            if not typed[-1].endswith("\\"):
                break
            typed[-1] = typed[-1][:-1]
        if not typed:
            return None
        said = "\n".join(typed)
        self._echo(f"{prompt}{said}")
        return said


class TypedLines:
    """Lines of a person: history on the arrow keys, completion on Tab, a line break on Alt-Enter."""

    interactive = True

    def __init__(self, offers: Offers, *, source: Input | None = None, output: Output | None = None) -> None:
        self._session: PromptSession[str] = PromptSession(
            completer=Offering(offers),
            complete_while_typing=False,
            key_bindings=_keys(),
            prompt_continuation="… ",
            input=source,
            output=output,
        )

    async def next(self, prompt: str) -> str | None:
        while True:
            try:
                return await self._session.prompt_async(prompt)
            except KeyboardInterrupt:
                continue  # As in every shell: the line is given up, not the terminal.
            except EOFError:
                return None


class Offering(Completer):
    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        word = document.get_word_before_cursor(WORD=True)
        for offer in self._offers():
            if word and offer.casefold().startswith(word.casefold()):
                yield Completion(offer, start_position=-len(word))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
