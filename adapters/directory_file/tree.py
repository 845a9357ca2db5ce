"""
YAML text to plain data in which every scalar is text, with the line of each part.

YAML alone reads ``NO`` as false, ``3.10`` as 3.1 and ``12:30`` as 750; here they stay what was written. Anchors,
aliases, tags and repeated keys are mistakes.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from chatops.domain.errors import Mistake

Where = tuple[str | int, ...]
"""The way to a part of the file: ``("contacts", "ana", "name")``."""

Data = str | list["Data"] | dict[str, "Data"]

DEEPEST_NESTING = 20


@dataclass(kw_only=True)
class Tree:
    """
    Attributes:
        lines: Of each key and list item, from 1.
        mistakes: Grows while the file is read; reading goes on after each.
    """

    file: str
    data: Data = ""
    lines: dict[Where, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, where: Where) -> int:
        """Return the line of what stands at *where*, or of what should have held it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def note(self, where: Where, text: str) -> None:
        self.note_line(self.line(where), text)

    def note_line(self, line: int, text: str) -> None:
        self.mistakes.append(Mistake(file=self.file, line=line, text=text))

    def entries(self, *where: str | int) -> Iterator[tuple[Where, dict[str, Data]]]:
        """Yield what stands by name or in a list at *where*, so far as it has the shape of an entry."""
        part = self._at(where)
        named = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, entry in named:
            if isinstance(entry, dict):
                yield (*where, name), entry

    def texts(self, *where: str | int) -> tuple[tuple[Where, str], ...]:
        """Return the one text at *where*, or those of the list that stands there."""
        part = self._at(where)
        if isinstance(part, str):
            return ((where, part),)
        items = part if isinstance(part, list) else ()
        return tuple(((*where, at), item) for at, item in enumerate(items) if isinstance(item, str))

    def names(self, *where: str | int) -> tuple[str, ...]:
        """Return the keys at *where*, or the texts."""
        part = self._at(where)
        return tuple(part) if isinstance(part, dict) else tuple(text for _, text in self.texts(*where))

    def _at(self, where: Where) -> Any:
        part: Any = self.data
        for step in where:
            if isinstance(part, dict):
                part = part.get(step)
            elif isinstance(part, list) and isinstance(step, int):
                part = part[step]
            else:
                return None
        return part


def grow(text: str, file: str) -> Tree:
    """Return the tree of *text*; where nothing can be read, `data` stays empty and `mistakes` tells why."""
    tree = Tree(file=file)
    try:
        tree.data = _Reader(text, tree).read()
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        tree.note_line(line, "There is a character here that YAML does not allow.")
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        tree.note_line(mark.line + 1 if mark else 0, f"This is not YAML: {problem.problem or problem.context}.")
    return tree


class _Reader:
    """Builds plain data from YAML's events, which come before anything is resolved or expanded."""

    def __init__(self, text: str, tree: Tree) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._tree = tree

    def read(self) -> Data:
        data: Data = ""
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif isinstance(event, yaml.NodeEvent) and documents == 1:
                data = self._part(event, ())
            elif isinstance(event, yaml.NodeEvent):
                self._tree.note_line(_line(event), "A second document begins here (---): one file, one directory.")
                return data
        if not documents or data == "":
            self._tree.note_line(0, "The file is empty.")
        return data

    def _part(self, event: Any, where: Where) -> Data:
        self._refuse_decoration(event)
        if len(where) > DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(problem="it is nested too deep", problem_mark=event.start_mark)
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(where)
            case yaml.SequenceStartEvent():
                return self._list(where)
            case yaml.ScalarEvent():
                return self._text(event)
        return "?"

    def _refuse_decoration(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._tree.note_line(_line(event), f"An alias (*{event.anchor}) is not allowed: write the words out.")
            return
        if event.anchor is not None:
            self._tree.note_line(_line(event), f"An anchor (&{event.anchor}) is not allowed: write the words out.")
        if event.tag is not None:
            self._tree.note_line(_line(event), f"A tag ({event.tag}) is not allowed: write plain words.")

    def _list(self, where: Where) -> Data:
        items: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*where, len(items))
            self._tree.lines[here] = _line(event)
            items.append(self._part(event, here))
        return items

    def _mapping(self, where: Where) -> Data:
        entries: dict[str, Data] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, where)
            if key is None or key in entries:
                # What it holds is read all the same, for its own mistakes, and then forgotten.
                self._part(next(self._events), (*where, "?"))
            else:
                self._tree.lines[(*where, key)] = _line(event)
                entries[key] = self._part(next(self._events), (*where, key))
        return entries

    def _key(self, event: Any, where: Where) -> str | None:
        key = self._part(event, (*where, "?"))
        if not isinstance(key, str):
            self._tree.note_line(_line(event), "A key must be a word, not a list or a mapping.")
            return None
        if (first := self._tree.lines.get((*where, key))) is not None:
            self._tree.note_line(_line(event), f"“{key}” is written twice: it stands in line {first} already.")
        return key

    def _text(self, event: Any) -> str:
        text = str(event.value)
        if any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in text):
            self._tree.note_line(_line(event), "A text must be one line, without control characters.")
            return "?"
        return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
