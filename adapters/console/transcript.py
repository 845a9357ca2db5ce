"""What `chatops play` prints: each step, what became visible because of it, and how it ended."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from adapters.console.render import put
from adapters.console.stage import Heard
from adapters.console.story import Expectation, Step
from chatops.application.visible import visible
from chatops.domain.errors import Mistake
from chatops.domain.vocabulary import reference


class Transcript:
    """
    Args:
        console: Coloured on a terminal, plain when piped; nothing in it is read as markup.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def begins(self, file: str, at: datetime) -> None:
        self._print(f"{file} · {_instant(at)}", style="bold")

    def step(self, step: Step, *, now: datetime | None = None) -> None:
        """Print a step as the story has it; *now* where time passed."""
        self._print("")
        self._print(_further_lines_indented(step.source), style="bold cyan")
        if now is not None:
            self._print(f"  it is now {_instant(now)}", style="dim")

    def heard(self, heard: Sequence[Heard]) -> None:
        """Print what the desk made visible; what people typed stands in the step itself."""
        for each in heard:
            if each.author is None and (each.text or each.removed):
                self._print(f"  {_where(each)}", style="dim")
                self._print(_indented(each.text or "(taken back)", 4))

    def holds(self, expectation: Expectation) -> None:
        self._print(f"✓ {expectation.source}", style="green")

    def fails(self, file: str, step: Step, instead: str) -> None:
        self._print("")
        self._print(f"✗ {file}:{step.line}: {_further_lines_indented(step.source)}", style="bold red")
        self._print(_indented(instead, 2))

    def ends(self, file: str, expectations: int) -> None:
        self._print("")
        held = "1 expectation holds" if expectations == 1 else f"all {expectations} expectations hold"
        self._print(f"{file}: {held}", style="bold green")

    def mistakes(self, mistakes: Sequence[Mistake]) -> None:
        for mistake in mistakes:
            self._print(str(mistake), style="red")

    def _print(self, text: str, *, style: str = "") -> None:
        put(self._console, Text(visible(text), style=style))


def told(heard: Heard) -> str:
    """Return something heard as it is shown to somebody who expected something else."""
    said = f"{heard.author}: {heard.text}" if heard.author else heard.text
    return f"{_where(heard)}\n{_indented(said, 2)}"


def _where(heard: Heard) -> str:
    thread = f" {reference(heard.ticket_id)}" if heard.ticket_id is not None else ""
    only = f" (only {', '.join(sorted(heard.heard_by))} sees this)" if heard.private else ""
    edited = " (card)" if heard.edited else ""
    return f"{heard.room}{thread}{edited}{only}"


def _indented(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in text.split("\n"))


def _further_lines_indented(source: str) -> str:
    return source.replace("\n", "\n  ")


def _instant(at: datetime) -> str:
    return at.strftime("%a %Y-%m-%d %H:%M:%S UTC").replace(":00 UTC", " UTC")
