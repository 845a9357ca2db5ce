"""
Policy text to a tree of texts with line numbers: the small and harmless part of YAML that policies are written in.

Every scalar stays the text that stands in the file (YAML alone reads ``NO`` as false, ``3.10`` as 3.1 and ``4:30`` as
270). Anchors, aliases, tags, merge keys and repeated keys are mistakes, and the tree is built without recursion: 900
opening brackets end PyYAML's own composer with a RecursionError that is no YAMLError.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from chatops.domain.errors import Mistake

LARGEST_FILE = 1_000_000
DEEPEST_NESTING = 20


@dataclass(frozen=True)
class Text:
    value: str
    line: int


@dataclass(frozen=True)
class Items:
    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True)
class Entries:
    """A mapping, in the file's order; no key comes twice."""

    entries: tuple[tuple[Text, "Node"], ...]
    line: int


@dataclass(frozen=True)
class Amiss:
    """What stands here was noted as a mistake already; nothing more is said of it."""

    line: int


Node = Text | Items | Entries | Amiss


@dataclass
class Notes:
    """The mistakes found so far in one file; reading goes on after each."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        self.mistakes.append(Mistake(file=self.file, line=line, text=text))


class _Unreadable(Exception):
    """Nothing after this can be understood."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


def read(content: bytes, notes: Notes) -> Node | None:
    """Return the tree of *content*; None, with the reason among the *notes*, where it cannot be read at all."""
    try:
        return _Builder(notes).build(_events(_decoded(content)))
    except _Unreadable as problem:
        notes.add(problem.line, problem.text)
        return None


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise _Unreadable(0, f"The file is too large: {len(content):,} bytes, at most {LARGEST_FILE:,} are read.")
    if content.startswith(b"\xef\xbb\xbf"):
        raise _Unreadable(1, "The file begins with a byte order mark: save it as UTF-8 without one.")
    try:
        text = content.decode()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise _Unreadable(line, "The file is not UTF-8 text from here on: save it as UTF-8.") from problem
    if "\0" in text:
        raise _Unreadable(text.count("\n", 0, text.index("\0")) + 1, "There is a NUL character here.")
    return text


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        raise _Unreadable(
            line, f"There is a character here that YAML does not allow (U+{_code(problem):04X})."
        ) from problem
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise _Unreadable(mark.line + 1 if mark else 0, f"This is not YAML: {problem.problem}.") from problem
    except (yaml.YAMLError, RecursionError) as problem:
        raise _Unreadable(0, f"This is not YAML: {problem}.") from problem


def _code(problem: yaml.reader.ReaderError) -> int:
    return problem.character if isinstance(problem.character, int) else ord(problem.character[:1] or "\0")


@dataclass
class _Open:
    """A list or a mapping whose end has not come yet."""

    line: int
    is_mapping: bool
    nodes: list[Node] = field(default_factory=list)


class _Builder:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._open: list[_Open] = []
        self._root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            self._take(event, event.start_mark.line + 1)
        if self._root is None or (isinstance(self._root, Text) and not self._root.value):
            raise _Unreadable(0, "The file is empty.")
        return self._root

    def _take(self, event: Any, line: int) -> None:
        match event:
            case yaml.ScalarEvent():
                self._refuse_decoration(event, line)
                self._place(Text(event.value, line))
            case yaml.AliasEvent():
                self._notes.add(line, f"An alias (*{event.anchor}) is not allowed: write the words out.")
                self._place(Amiss(line))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_decoration(event, line)
                self._begin(_Open(line, isinstance(event, yaml.MappingStartEvent)))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._place(self._finished(self._open.pop()))
            case yaml.DocumentStartEvent():
                self._refuse_second_document(event, line)

    def _begin(self, opened: _Open) -> None:
        self._open.append(opened)
        if len(self._open) > DEEPEST_NESTING:
            raise _Unreadable(opened.line, f"This is nested too deep: at most {DEEPEST_NESTING} levels are read.")

    def _place(self, node: Node) -> None:
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self._root = node

    def _refuse_decoration(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._notes.add(line, f"An anchor (&{event.anchor}) is not allowed: write the words out.")
        if event.tag is not None:
            self._notes.add(line, f"A tag ({event.tag}) is not allowed: write plain words.")

    def _refuse_second_document(self, event: Any, line: int) -> None:
        if self._root is not None:
            raise _Unreadable(line, "A second document begins here (---): one file holds one policy.")
        if event.tags or event.version:
            self._notes.add(line, "A YAML directive (%) is not allowed.")

    def _finished(self, opened: _Open) -> Node:
        if not opened.is_mapping:
            return Items(tuple(opened.nodes), opened.line)
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(opened.nodes[::2], opened.nodes[1::2], strict=True):
            self._enter(entries, key, value)
        return Entries(tuple(entries.values()), opened.line)

    def _enter(self, entries: dict[str, tuple[Text, Node]], key: Node, value: Node) -> None:
        if isinstance(key, Amiss):
            return
        if not isinstance(key, Text):
            self._notes.add(key.line, "A key must be a word, not a list or a mapping.")
        elif key.value == "<<":
            self._notes.add(key.line, "A merge key (<<) is not allowed: write the words out.")
        elif key.value in entries:
            first = entries[key.value][0].line
            self._notes.add(key.line, f"“{key.value}” is written twice: it stands in line {first} already.")
        else:
            entries[key.value] = (key, value)
